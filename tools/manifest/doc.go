// Package manifest has the tools that validate, explain, import, replace and export
// YAML. It uses readers and no other room.
package manifest
