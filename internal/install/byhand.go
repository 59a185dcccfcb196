package install

import (
	"fmt"
	"path/filepath"
)

// ByHandError reports a configuration that a person has to change.
type ByHandError struct {
	// Do says what to do, lines to paste included.
	Do string
	// Err is why the client's own command did not do it.
	Err error
}

// Error says why the work is the person's.
func (e *ByHandError) Error() string { return "it has to be done by hand: " + e.Err.Error() }

// Unwrap returns what went wrong.
func (e *ByHandError) Unwrap() error { return e.Err }

// commandOnly plans for a client whose configuration this program only reads:
// its command does the work, and without the command a person does.
func (c client) commandOnly(o Options, e entry) (*Change, []string, error) {
	path := c.targets(o.System)[0]
	before, err := readConfig(path)
	if err != nil {
		return nil, nil, err
	}
	var notes []string
	present, err := readTOML(before, c.section)
	switch {
	case err != nil:
		notes = append(notes, fmt.Sprintf("%s: %v, so what it says of this server is not known.", path, err))
	case o.Remove && !present.known, !o.Remove && present.same(e):
		return nil, nil, nil
	}
	step := &Change{Path: path, ByHand: c.byHand(path, e, present, o.Remove)}
	program := c.ownProgram(o.System)
	if program == "" {
		return step, notes, nil
	}
	args := c.remove
	if !o.Remove {
		args = c.add(e)
		switch {
		case present.known && !ours(present.command) && present.command != e.Command:
			notes = append(notes, replacedNote(present.command))
		case present.more || len(present.env) > len(e.Env):
			notes = append(notes, filepath.Base(program)+" writes the entry anew: what else stood in it is in the backup.")
		}
	}
	step.Command = append([]string{program}, args...)
	return step, notes, nil
}

// byHand words what a person does in place of the client's command.
func (c client) byHand(path string, e entry, present tomlEntry, remove bool) string {
	heading := "[" + c.section + "." + serverKey + "]"
	if remove {
		return fmt.Sprintf("Run this where %s is installed:\n\n%s\n\nor take the section %s, with those below it, out of %s.\n",
			c.title, CommandLine(append([]string{c.own}, c.remove...)), heading, path)
	}
	where := "add these lines to " + path
	if present.known {
		where = "write these lines into " + path + " in place of its section " + heading
	}
	return fmt.Sprintf("Run this where %s is installed:\n\n%s\n\nor %s:\n\n%s\n",
		c.title, CommandLine(append([]string{c.own}, c.add(e)...)), where, e.toml(c.section))
}

// replacedNote tells of somebody else's server under our name.
func replacedNote(command string) string {
	return fmt.Sprintf("A server named %q that starts %q was there before; it is replaced, and the backup has it.", serverKey, command)
}
