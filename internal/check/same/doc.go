// Package same compares what users of the program see with what they saw at a base
// commit, byte for byte after the replacements of [replacements]: the list of
// tools, schemas, instructions, resources and prompts as they are sent, the answers
// of the calls in calls.json, help and other output of the command line, and the
// generated reference pages.
//
// Both programs are built with a wall clock that stands still at [clock], and
// each call has a process and a simulated account of its own, whose clock stands
// at the same time. So an answer depends on the program and on the call only.
//
// What may differ stands in allowed.json, which also names the base commit. An
// entry allows exactly the lines that it names, and must be of use.
package same
