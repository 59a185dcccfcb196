package install

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Options say what to install where.
type Options struct {
	// Client is one of [Clients], or an alias.
	Client string
	// Command is the absolute path of this program.
	Command string
	// Args are what the client starts it with.
	Args []string
	// TokenFile is the absolute path that the configuration names.
	TokenFile string
	// Remove takes the server out instead.
	Remove bool
	// System is the machine.
	System System
}

// A Change is one step: a file that gets a new content, or a command of the
// client's own.
type Change struct {
	// Path and what it holds before and after. Before is nil for a new file.
	Path          string
	Before, After []byte
	// Command, with its arguments, is run instead of changing a file.
	Command []string
	// Undo is run before Command, and may fail: a client refuses to add what it
	// has already.
	Undo []string
	// Fallback changes the client's file should Command fail.
	Fallback *Change
	// ByHand says what a person does where this program does not edit the file,
	// and there is no Command or it fails.
	ByHand string
}

// Changes is everything that has to be done for one client.
type Changes struct {
	// Title is the client's name for people.
	Title string
	// Steps is empty when the configuration is as it should be.
	Steps []Change
	// Notes are worth knowing before or after.
	Notes []string
	// Seen tells what makes the client notice.
	Seen string
}

const largestConfig = 8 << 20

// Plan finds out what to do. It changes nothing.
func Plan(o Options) (*Changes, error) {
	c, ok := find(o.Client)
	if !ok {
		return nil, fmt.Errorf("unknown client %q: there are %s", o.Client, strings.Join(Clients(), ", "))
	}
	if o.System.Home == "" {
		return nil, errors.New("there is no home directory to find configurations in: set HOME")
	}
	e := entry{Command: o.Command, Args: o.Args, Env: []variable{{"ZEROPS_TOKEN_FILE", o.TokenFile}}}
	changes := &Changes{Title: c.title, Seen: c.seen}
	if c.toml {
		step, notes, err := c.commandOnly(o, e)
		if err != nil {
			return nil, fmt.Errorf("%s: %w; nothing was changed", c.targets(o.System)[0], err)
		}
		if step != nil {
			changes.Steps = []Change{*step}
		}
		changes.Notes = notes
		return changes, nil
	}
	for _, path := range c.targets(o.System) {
		step, notes, err := c.edit(path, e, o.Remove)
		if err != nil {
			return nil, fmt.Errorf("%s: %w; nothing was changed", path, err)
		}
		changes.Notes = append(changes.Notes, notes...)
		if step != nil {
			changes.Steps = append(changes.Steps, *step)
		}
	}
	if program := c.ownProgram(o.System); program != "" && len(changes.Steps) == 1 {
		changes.Steps[0] = c.byCommand(program, e, changes.Steps[0], o.Remove)
	}
	return changes, nil
}

// byCommand lets the client change its own configuration, where it can.
func (c client) byCommand(program string, e entry, file Change, remove bool) Change {
	step := Change{Path: file.Path, Fallback: &file}
	switch {
	case !remove:
		step.Command = append([]string{program}, c.add(e)...)
		if c.remove != nil && file.Before != nil && bytes.Contains(file.Before, []byte(serverKey)) {
			step.Undo = append([]string{program}, c.remove...)
		}
	case c.remove != nil:
		step.Command = append([]string{program}, c.remove...)
	default:
		return file
	}
	return step
}

// ownProgram is the path of the client's command, "" where it has none or it is
// a script of cmd.exe, which would take quotes apart.
func (c client) ownProgram(s System) string {
	if c.own == "" {
		return ""
	}
	for _, dir := range filepath.SplitList(s.env("PATH")) {
		if !filepath.IsAbs(dir) {
			continue
		}
		path := filepath.Join(dir, c.own)
		if s.OS == "windows" {
			path += ".exe"
		}
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && (s.OS == "windows" || info.Mode().Perm()&0o111 != 0) {
			return path
		}
	}
	return ""
}

// edit computes the new content of one file; nil where it needs no change.
func (c client) edit(path string, e entry, remove bool) (*Change, []string, error) {
	before, err := readConfig(path)
	if err != nil {
		return nil, nil, err
	}
	if remove && before == nil {
		return nil, nil, nil
	}
	after, notes, err := editJSON(c, before, e, remove)
	if err != nil {
		return nil, nil, err
	}
	if bytes.Equal(before, after) {
		return nil, notes, nil
	}
	return &Change{Path: path, Before: before, After: after}, notes, nil
}

func editJSON(c client, before []byte, e entry, remove bool) ([]byte, []string, error) {
	d, err := parseDocument(slices.Clone(before))
	if err != nil {
		return nil, nil, err
	}
	if remove {
		// Where a name stands twice, the first would count without the last.
		for again := true; again; {
			if again, err = d.remove(c.section, serverKey); err != nil {
				return nil, nil, err
			}
		}
		_, err := d.parse()
		return d.text, nil, err
	}
	var notes []string
	command, known := d.get(c.section, serverKey, "command")
	switch {
	case known && (ours(command) || command == e.Command):
		// What somebody added to our entry stays.
		for _, m := range e.members(c.typed) {
			if m.name == "env" {
				continue
			}
			if err := d.set(m.value, c.section, serverKey, m.name); err != nil {
				return nil, nil, err
			}
		}
		for _, v := range e.Env {
			if err := d.set(v.Value, c.section, serverKey, "env", v.Name); err != nil {
				return nil, nil, err
			}
		}
		if d.has(c.section, serverKey, "env", "ZEROPS_TOKEN") {
			notes = append(notes, "The configuration also holds ZEROPS_TOKEN, which wins over the file: take it out, so that the token is in one place.")
		}
	case d.has(c.section, serverKey):
		notes = append(notes, replacedNote(command))
		fallthrough
	default:
		if err := d.set(e.members(c.typed), c.section, serverKey); err != nil {
			return nil, nil, err
		}
	}
	_, err = d.parse()
	return d.text, notes, err
}

// readConfig reads a configuration; nil where there is none yet.
func readConfig(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		if target, err := os.Readlink(path); err == nil {
			return nil, fmt.Errorf("it is a link to %s, which does not exist: make that file, or remove the link", target)
		}
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("it cannot be read: %w", unwrapPath(err))
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a file")
	case info.Size() > largestConfig:
		return nil, fmt.Errorf("it is larger than %d MiB", largestConfig>>20)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("it cannot be read: %w", unwrapPath(err))
	}
	if content == nil {
		content = []byte{}
	}
	return content, nil
}

// unwrapPath drops the path from an error that is shown beside it.
func unwrapPath(err error) error {
	if p, ok := errors.AsType[*os.PathError](err); ok {
		return p.Err
	}
	return err
}
