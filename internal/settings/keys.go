package settings

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// largestSecretFile bounds what is read of a file that holds a secret.
const largestSecretFile = 64 << 10

// finishKeys reads the signing key and the callers' keys.
func (l *loader) finishKeys() error {
	s := l.out
	key, from := s.signingKey, l.where("ZMCP_SIGNING_KEY")
	if s.signingKeyFile != "" {
		if l.given("ZMCP_SIGNING_KEY") {
			l.warn("ZMCP_SIGNING_KEY", "is ignored: %s wins", l.where("signing-key-file"))
		}
		from = l.where("signing-key-file")
		content, err := readSecretFile(s.signingKeyFile)
		if err != nil {
			return fmt.Errorf("%s: %w", from, err)
		}
		l.warnReadable(from, s.signingKeyFile)
		key = strings.TrimSpace(content)
		if key == "" {
			return fmt.Errorf("%s: the file is empty: put a key of at least %d random characters in it; %s", from, shortestSigningKey, makeKey)
		}
	}
	if key != "" {
		if problem := weakness(key); problem != "" {
			return fmt.Errorf("%s: %s", from, problem)
		}
		s.SigningKey = []byte(key)
	}

	entries := strings.Split(s.accessKeys, ",")
	from = "ZMCP_ACCESS_KEYS"
	if s.accessKeysFile != "" {
		if s.accessKeys != "" {
			l.warn(from, "is ignored: ZMCP_ACCESS_KEYS_FILE wins")
		}
		from = "ZMCP_ACCESS_KEYS_FILE"
		content, err := readSecretFile(l.path(s.accessKeysFile))
		if err != nil {
			return fmt.Errorf("%s: %w", from, err)
		}
		l.warnReadable(from, l.path(s.accessKeysFile))
		entries = strings.FieldsFunc(content, func(r rune) bool { return r == '\n' || r == ',' })
	}
	keys, err := parseAccessKeys(entries)
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	s.AccessKeys = keys
	return nil
}

// warnReadable tells of a secret that every user of the machine can read, as one
// that is mounted into a container may be.
func (l *loader) warnReadable(setting, path string) {
	if readable(path) {
		l.warn(setting, "file %s can be read by every user of this machine: chmod 600 it, unless it is a mounted secret", clip(path))
	}
}

// parseAccessKeys reads LABEL:KEY entries; its errors name labels and
// positions, never keys.
func parseAccessKeys(entries []string) ([]AccessKey, error) {
	var keys []AccessKey
	labels := make(map[string]bool)
	values := make(map[string]string)
	for i, entry := range entries {
		entry = strings.TrimSpace(entry)
		if entry == "" || entry[0] == '#' {
			continue
		}
		label, key, ok := strings.Cut(entry, ":")
		label, key = strings.TrimSpace(label), strings.TrimSpace(key)
		switch {
		case !ok || label == "" || strings.Trim(label, labelAlphabet) != "":
			return nil, fmt.Errorf("entry %d is not LABEL:KEY, with a label of letters, digits, dots, dashes and underscores", i+1)
		case unexpanded(key):
			return nil, fmt.Errorf("the key of %q was not filled in by whatever wrote the setting", clip(label))
		case len(key) < shortestAccessKey:
			return nil, fmt.Errorf("the key of %q is too short: use at least %d random characters", clip(label), shortestAccessKey)
		case published(key):
			return nil, fmt.Errorf("the key of %q is an example that everybody can read in the files of zerops-mcp; %s", clip(label), makeKey)
		case labels[label]:
			return nil, fmt.Errorf("label %q occurs twice: give every caller one of its own", clip(label))
		case values[key] != "":
			return nil, fmt.Errorf("%q and %q have the same key: give every caller one of its own", clip(values[key]), clip(label))
		}
		labels[label], values[key] = true, label
		keys = append(keys, AccessKey{Label: label, Key: key})
	}
	return keys, nil
}

const labelAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

// readSecretFile reads a small file; its errors say what is wrong in words.
func readSecretFile(path string) (string, error) {
	if err := checkExposure(path); err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", fileProblem(path, err)
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return "", fmt.Errorf("%s is a directory, not a file", clip(path))
	}
	content, err := io.ReadAll(io.LimitReader(f, largestSecretFile+1))
	if err != nil {
		return "", fileProblem(path, err)
	}
	if len(content) > largestSecretFile {
		return "", fmt.Errorf("%s is larger than %d KB, which no secret is", clip(path), largestSecretFile>>10)
	}
	return string(content), nil
}

// fileProblem words the errors that people meet and keeps the cause.
func fileProblem(path string, err error) error {
	reason := "cannot be read"
	switch {
	case errors.Is(err, os.ErrNotExist):
		reason = "does not exist"
	case errors.Is(err, os.ErrPermission):
		reason = "may not be read by this user"
	}
	return &fileError{text: fmt.Sprintf("file %s %s", clip(path), reason), cause: err}
}

type fileError struct {
	text  string
	cause error
}

func (e *fileError) Error() string { return e.text }
func (e *fileError) Unwrap() error { return e.cause }
