// Package tooltest is the harness of the rooms' tests: a server with all tools in
// front of a simulated account, and a real client. Product code may not import it.
package tooltest
