// Package env has the tools that list, set, delete and reveal variables, and that
// compare configurations. It uses readers and no other room.
package env
