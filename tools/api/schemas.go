package api

import "embed"

// schemaFiles holds the input and output schemas of this room's tools, as they are
// reflected from their types; a test proves that they are equal and rewrites them
// with -update.
//
//go:embed schemas/*.json
var schemaFiles embed.FS
