package install

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// commandTime bounds a run of a client's own command.
const commandTime = 60 * time.Second

// errNoCommand reports a client without the command that would do the work.
var errNoCommand = errors.New("its own command is not on the PATH")

// Apply makes the change. It returns what was done, for people, and the path of
// the backup of a file that existed.
// An error that is a [ByHandError] leaves the work to a person.
func (c Change) Apply(ctx context.Context, s System) (done string, err error) {
	if c.Command == nil && c.ByHand != "" {
		return "", &ByHandError{Do: c.ByHand, Err: errNoCommand}
	}
	if c.Command == nil {
		backup, err := c.write()
		if err != nil {
			return "", err
		}
		if backup == "" {
			return "wrote " + c.Path, nil
		}
		return "changed " + c.Path + " (the former content is in " + backup + ")", nil
	}
	backup, err := c.backup()
	if err != nil {
		return "", err
	}
	if c.Undo != nil {
		_ = runOwn(ctx, s, c.Undo) // fails where there is nothing to undo
	}
	if err := runOwn(ctx, s, c.Command); err != nil {
		if c.Fallback == nil {
			return "", &ByHandError{Do: c.ByHand, Err: err}
		}
		done, fallbackErr := c.fallBack(ctx, s, backup)
		if fallbackErr != nil {
			return "", fmt.Errorf("%w; %w", err, fallbackErr)
		}
		return done + ", because " + filepath.Base(c.Command[0]) + " could not do it", nil
	}
	done = "ran " + CommandLine(c.Command)
	if backup != "" {
		done += " (the former content of " + c.Path + " is in " + backup + ")"
	}
	return done, nil
}

// fallBack changes the file where the command could not. What the command took
// out before is no change of somebody else's; where it did nothing at all, one
// backup is enough.
func (c Change) fallBack(ctx context.Context, s System, backup string) (string, error) {
	file := *c.Fallback
	now, err := readConfig(file.Path)
	if err != nil {
		return "", fmt.Errorf("%s: %w", file.Path, err)
	}
	untouched := bytes.Equal(now, file.Before)
	if c.Undo != nil {
		file.Before = now
	}
	done, err := file.Apply(ctx, s)
	if err == nil && untouched && backup != "" {
		_ = os.Remove(backup)
	}
	return done, err
}

// runOwn runs a client's command. Its output may repeat configurations of other
// servers, so only its last line is told, and only of a failure.
func runOwn(ctx context.Context, s System, command []string) error {
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	//nolint:gosec // the client's own program, found on the user's PATH
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = s.Environ
	cmd.WaitDelay = time.Second
	output, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	text := strings.TrimSpace(string(output))
	if i := strings.LastIndexByte(text, '\n'); i >= 0 {
		text = text[i+1:]
	}
	if len(text) > 200 {
		text = text[:200]
	}
	if text == "" {
		text = err.Error()
	}
	return fmt.Errorf("%s failed: %s", filepath.Base(command[0]), text)
}

// CommandLine writes a command so that a person can repeat it.
func CommandLine(command []string) string {
	words := make([]string, len(command))
	for i, w := range command {
		if w == "" || strings.ContainsAny(w, " \t\"'{}$\\;&|<>*?()") {
			w = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
		words[i] = w
	}
	return strings.Join(words, " ")
}

// write replaces the file in one step. It refuses when somebody changed the
// file since the plan was made.
func (c Change) write() (backup string, err error) {
	path, err := followLink(c.Path)
	if err != nil {
		return "", err
	}
	now, err := readConfig(path)
	if err != nil {
		return "", fmt.Errorf("%s: %w", c.Path, err)
	}
	if !bytes.Equal(now, c.Before) || (now == nil) != (c.Before == nil) {
		return "", fmt.Errorf("%s changed in the meantime: try again", c.Path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return "", fmt.Errorf("%s: its directory cannot be made: %w", c.Path, unwrapPath(err))
	}
	if backup, err = c.backup(); err != nil {
		return "", err
	}
	if err := replaceFile(path, c.After, 0o600); err != nil {
		if backup != "" {
			_ = os.Remove(backup) // of what is still there
		}
		return "", err
	}
	return backup, nil
}

// backup copies the present content beside the file; "" where there is none.
// Backups of the same second are numbered rather than overwritten.
func (c Change) backup() (string, error) {
	content, err := readConfig(c.Path)
	if err != nil || content == nil {
		return "", err
	}
	mode := os.FileMode(0o600)
	if info, err := os.Stat(c.Path); err == nil {
		mode = info.Mode().Perm()
	}
	stamp := time.Now().Format("20060102-150405")
	for i := range 100 {
		name := c.Path + ".backup-" + stamp
		if i > 0 {
			name = fmt.Sprintf("%s-%d", name, i)
		}
		f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
		if errors.Is(err, os.ErrExist) {
			continue
		}
		if err != nil {
			return "", fmt.Errorf("%s: no backup can be made, so nothing was changed: %w", c.Path, unwrapPath(err))
		}
		_, err = f.Write(content)
		if err = errors.Join(err, f.Close()); err != nil {
			_ = os.Remove(name)
			return "", fmt.Errorf("%s: no backup can be made, so nothing was changed: %w", c.Path, unwrapPath(err))
		}
		return name, nil
	}
	return "", fmt.Errorf("%s: too many backups of this second", c.Path)
}

// followLink finds the file behind a symbolic link, so that the link stays.
func followLink(path string) (string, error) {
	resolved, err := filepath.EvalSymlinks(path)
	switch {
	case err == nil:
		return resolved, nil
	case errors.Is(err, os.ErrNotExist):
		return path, nil
	default:
		return "", fmt.Errorf("%s: %w", path, unwrapPath(err))
	}
}

// replaceFile writes beside the file and renames, so that readers see the old
// content or the new one. An existing file keeps its mode and owner.
func replaceFile(path string, content []byte, mode os.FileMode) (err error) {
	info, statErr := os.Stat(path)
	if statErr == nil {
		mode = info.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, unwrapPath(err))
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
			err = fmt.Errorf("%s cannot be written: %w", path, unwrapPath(err))
		}
	}()
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if statErr == nil {
		keepOwner(f.Name(), info)
	}
	return os.Rename(f.Name(), path)
}
