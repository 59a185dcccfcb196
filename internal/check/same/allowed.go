package same

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
)

// allowedFile is where the base commit and the allowed differences stand, from
// the root of the repository.
const allowedFile = "internal/check/same/allowed.json"

// allowance allows one hunk under some keys: the lines of Was are replaced by those
// of Is. Where these are many, Digest stands for them.
type allowance struct {
	// Keys are keys of the snapshot; * stands for any part between slashes.
	Keys   []string `json:"keys"`
	Was    []string `json:"was,omitempty"`
	Is     []string `json:"is,omitempty"`
	Digest string   `json:"digest,omitempty"`
	Reason string   `json:"reason"`
}

// allowances is the content of allowedFile.
type allowances struct {
	Base    string      `json:"base"`
	Allowed []allowance `json:"allowed"`
}

// readAllowances reads the file at a path.
func readAllowances(name string) (allowances, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return allowances{}, fmt.Errorf("read the allowed differences, from the root of the repository: %w", err)
	}
	a, err := parseAllowances(text)
	if err != nil {
		return a, fmt.Errorf("%s: %w", name, err)
	}
	return a, nil
}

func parseAllowances(text []byte) (allowances, error) {
	var a allowances
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&a); err != nil {
		return a, err
	}
	if a.Base == "" {
		return a, errors.New("base is missing: the commit with which the present files are compared")
	}
	for i, e := range a.Allowed {
		lines := len(e.Was)+len(e.Is) > 0
		switch {
		case len(e.Keys) == 0:
			return a, fmt.Errorf("entry %d has no keys", i+1)
		case strings.TrimSpace(e.Reason) == "":
			return a, fmt.Errorf("entry %d (%s) has no reason", i+1, e.Keys[0])
		case lines == (e.Digest != ""):
			return a, fmt.Errorf("entry %d (%s) needs either the lines that differ (was, is) or their digest", i+1, e.Keys[0])
		}
		for _, key := range e.Keys {
			if _, err := path.Match(key, ""); err != nil {
				return a, fmt.Errorf("entry %d: the key %q: %w", i+1, key, err)
			}
		}
	}
	return a, nil
}

// describes reports whether a hunk is the one of the entry.
func (e allowance) describes(h hunk) bool {
	if e.Digest != "" {
		return e.Digest == h.digest()
	}
	return slices.Equal(e.Was, h.was) && slices.Equal(e.Is, h.is)
}

// judge takes what is allowed out of the differences. It returns the rest, and the
// keys of entries under which there is nothing to allow any more.
func (a allowances) judge(all []difference) (rest []difference, unused []string) {
	used := map[[2]int]bool{}
	for _, d := range all {
		left := difference{key: d.key}
		for _, h := range d.hunks {
			allowed := false
			for i, e := range a.Allowed {
				for k, key := range e.Keys {
					if fits, _ := path.Match(key, d.key); fits && e.describes(h) {
						allowed, used[[2]int{i, k}] = true, true
					}
				}
			}
			if !allowed {
				left.hunks = append(left.hunks, h)
			}
		}
		if len(left.hunks) > 0 {
			rest = append(rest, left)
		}
	}
	for i, e := range a.Allowed {
		for k, key := range e.Keys {
			if !used[[2]int{i, k}] {
				unused = append(unused, fmt.Sprintf("entry %d, %s (%s)", i+1, key, e.Reason))
			}
		}
	}
	return rest, unused
}
