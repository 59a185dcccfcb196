// Package deploy has the tools that bring code into a service, stop that, or go back
// to an earlier deployment. It uses readers, and the room diagnose for what it says of
// a failure.
package deploy
