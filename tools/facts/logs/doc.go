// Package logs reads what stands in front of logs: grants of the log service, lines,
// and the secrets that lines must not show. It uses the kernel and the readers of
// variables.
package logs
