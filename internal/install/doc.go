// Package install adds the server to the configuration of assistants and takes
// it out again.
//
// Every client's format is one row of the table in client.go. A configuration
// is somebody's own file: only our entry in it changes, comments and order
// stay, a file that cannot be parsed is refused, the former content is kept
// beside it, and the new one replaces it in one step or not at all. TOML is
// read only: Codex changes its file by its own command, or a person does.
//
// Clients do not pass their environment on to servers, so a configuration never
// refers to a token by variable, and never holds one: it names the file that
// does.
package install
