package main

import (
	"context"

	"github.com/mark3labs/mcp-go/mcp"
)

// The smallest image and sound that are still one.
const (
	onePixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
	silence  = "UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA="
)

// schema2020 uses what JSON Schema 2020-12 has beyond older drafts.
const schema2020 = `{
	"$schema": "https://json-schema.org/draft/2020-12/schema",
	"type": "object",
	"$defs": {"address": {"$anchor": "addressDef", "type": "object", "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}},
	"properties": {
		"name": {"type": "string"},
		"address": {"$ref": "#/$defs/address"},
		"contactMethod": {"type": "string", "enum": ["phone", "email"]},
		"phone": {"type": "string"},
		"email": {"type": "string"}
	},
	"allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
	"if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
	"then": {"required": ["phone"]},
	"else": {"required": ["email"]},
	"additionalProperties": false
}`

// headerSchema has an argument that is repeated in the HTTP header.
const headerSchema = `{
	"type": "object",
	"properties": {"region": {"type": "string", "description": "Where to look.", "x-mcp-header": "Region"}},
	"required": ["region"]
}`

// addContent adds the tools that return each kind of content.
func (f *fixture) addContent() {
	returns := func(name, description string, content ...mcp.Content) {
		f.tool(name, description, func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return &mcp.CallToolResult{Content: content}, nil
		})
	}
	embedded := func(uri, kind, text string) mcp.Content {
		return mcp.NewEmbeddedResource(mcp.TextResourceContents{URI: uri, MIMEType: kind, Text: text})
	}
	returns("test_simple_text", "Returns one text.", mcp.NewTextContent("This is a simple text response for testing."))
	returns("test_image_content", "Returns an image.", mcp.NewImageContent(onePixel, "image/png"))
	returns("test_audio_content", "Returns a sound.", mcp.NewAudioContent(silence, "audio/wav"))
	returns("test_embedded_resource", "Returns a resource.",
		embedded("test://embedded-resource", "text/plain", "This is an embedded resource content."))
	returns("test_multiple_content_types", "Returns three kinds of content.",
		mcp.NewTextContent("Multiple content types test:"), mcp.NewImageContent(onePixel, "image/png"),
		embedded("test://mixed-content-resource", "application/json", `{"test":"data","value":123}`))
	f.tool("test_error_handling", "Fails.", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultError("This tool intentionally returns an error for testing"), nil
	})
	raw := func(name, description, schema string) {
		f.server.AddTool(mcp.NewToolWithRawSchema(name, description, []byte(schema)),
			func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
				return text("%v", r.GetArguments())
			})
	}
	raw("json_schema_2020_12_tool", "Tool with JSON Schema 2020-12 features", schema2020)
	raw("test_custom_header", "Takes an argument that is repeated in the header.", headerSchema)
}
