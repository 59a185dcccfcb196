// Package cli is the command line of zerops-mcp: it reads the settings, builds
// the server from them and runs one command.
//
// [Run] is the whole program but for the process around it, so tests run every
// command in-process: it takes its arguments, environment and streams from an
// [Env] and returns the exit code.
package cli
