// Package transport carries MCP messages between clients and a server: over
// stdin and stdout, over streamable HTTP and over the older HTTP with
// server-sent events. It decides which messages reach the server at all, how
// many run at once, what is still sent, and how serving ends. It knows no tool
// by name.
package transport
