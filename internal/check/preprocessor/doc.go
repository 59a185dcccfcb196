// Package preprocessor holds the product's reading of import YAML against the
// vendor's own preprocessor, which is open (platform §10.2). It is a module of its
// own: neither that nor what it needs may enter the product's go.mod, and the reader
// is tested with the YAML library that the product has.
//
//	go test ./...                                    # texts of a grammar, by seed
//	go test -run '^$' -fuzz FuzzPreprocessors .      # others
//
// The first download needs GONOSUMDB=github.com/zeropsio/*.
package preprocessor
