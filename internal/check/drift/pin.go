//go:build pin

package main

// The SDK's version is pinned in go.mod by this import; nothing is built from it.
import _ "github.com/zeropsio/zerops-go/sdk"
