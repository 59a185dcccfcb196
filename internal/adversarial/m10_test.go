package adversarial_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// formerExamples are keys that stood in this project's own documentation: whoever
// reads it knows them.
func formerExamples() map[string]string {
	return map[string]string{
		"hosting":    "0123456789abcdef0123456789abcdef",
		"kubernetes": "replace-this-with-64-random-characters",
	}
}

// weakKeys are long enough and yet no keys.
func weakKeys() map[string]string {
	return map[string]string{
		"one-character":  strings.Repeat("a", 64),
		"two-characters": strings.Repeat("ab", 32),
		"eleven":         strings.Repeat("abcdefghijk", 6),
		"short":          "kR7xW2mQ9vT4nB6yH1sD8fG3jL5pZ0c",
		"unexpanded":     "${user_config.signing_key_of_this_server}",
		"generator":      "<@generateRandomString(<48>)>",
	}
}

// TestAdversarialM10 signs with a key that others know or can guess.
func TestAdversarialM10(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	accepted := func(t *testing.T, h how) error {
		t.Helper()
		got := w.runWith(t, h, "call", "whoami")
		if got.code == 0 {
			return fmt.Errorf("the key is accepted, stderr %q", got.stderr)
		}
		if got.code != 2 || !strings.Contains(got.stderr, "key") && !strings.Contains(got.stderr, "SIGNING") {
			t.Fatalf("exit code %d, %s", got.code, got.stderr)
		}
		return nil
	}
	file := func(t *testing.T, content string) string {
		t.Helper()
		name := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	for id, key := range formerExamples() {
		attack(t, "M10/example-"+id, func(t *testing.T) error { return accepted(t, how{env: []string{"ZMCP_SIGNING_KEY=" + key}}) })
		attack(t, "M10/example-"+id+"-in-a-file", func(t *testing.T) error {
			return accepted(t, how{env: []string{"ZMCP_SIGNING_KEY_FILE=" + file(t, " "+key+"\r\n")}})
		})
		attack(t, "M10/example-"+id+"-by-flag", func(t *testing.T) error {
			return accepted(t, how{args: []string{"--signing-key-file", file(t, key)}})
		})
	}
	for id, key := range weakKeys() {
		attack(t, "M10/weak-"+id, func(t *testing.T) error {
			if id == "unexpanded" {
				// Counts as not given: what must not be is that it signs.
				return unsigned(t, w, key)
			}
			return accepted(t, how{env: []string{"ZMCP_SIGNING_KEY=" + key}})
		})
	}
	attack(t, "M10/examples-of-our-files", func(t *testing.T) error {
		// No file of ours shows a key that the program would take.
		shown := regexp.MustCompile(`(?:ZMCP_SIGNING_KEY[=:]|signing[-_]key:)[ \t]*["']?([^\s"']*)`)
		var found []error
		for _, name := range ourFiles(t) {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range shown.FindAllStringSubmatch(string(raw), -1) {
				if len(m[1]) < 32 || strings.HasPrefix(m[1], "<@") {
					continue
				}
				if err := accepted(t, how{env: []string{"ZMCP_SIGNING_KEY=" + m[1]}}); err != nil {
					found = append(found, fmt.Errorf("%s: %w", filepath.Base(name), err))
				}
			}
		}
		return first(found)
	})
	attack(t, "M10/good-key", func(t *testing.T) error {
		if got := w.runWith(t, how{env: []string{sharedKey}}, "call", "whoami"); got.code != 0 || strings.Contains(got.stderr, "key") {
			t.Fatalf("exit code %d, %s", got.code, got.stderr)
		}
		return nil
	})
}

// unsigned is an attack's success where two programs with a key that was not filled
// in take each other's confirmations.
func unsigned(t *testing.T, w *world, key string) error {
	t.Helper()
	h := how{args: []string{"--confirm", "two-step"}, env: []string{"ZMCP_SIGNING_KEY=" + key}}
	stop := args{"service": sibling(w)}
	token := w.serve(t, h).call("stop_service", stop).confirmation()
	if token == "" {
		return nil
	}
	if r := w.serve(t, h).call("stop_service", stop.with("confirm", token)); r.status() == "done" {
		return fmt.Errorf("a confirmation of another process was taken: %s", short(r.text))
	}
	return nil
}

// ourFiles are what people copy from.
func ourFiles(t *testing.T) []string {
	t.Helper()
	root := filepath.Join("..", "..")
	files := []string{filepath.Join(root, "README.md"), filepath.Join(root, "SECURITY.md"), filepath.Join(root, "CONTRIBUTING.md"), filepath.Join(root, "Dockerfile")}
	for _, folder := range []string{"docs", "packaging"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(name string, entry os.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && filepath.Ext(name) != ".png" {
				files = append(files, name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(files) < 10 {
		t.Fatalf("only %v", files)
	}
	return files
}
