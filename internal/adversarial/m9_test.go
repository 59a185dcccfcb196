package adversarial_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// limit is a setting that restricts, a call that it keeps from happening at its
// strictest, and the word that lifts it.
type limit struct {
	variable, flag string
	tool           string
	args           args
	strict         []string
	lifted         string
}

func limits() []limit {
	stop := args{"project": "eshop-staging", "service": "worker"}
	return []limit{
		{"ZMCP_READ_ONLY", "read-only", "restart_service", stop, []string{"read_only"}, "false"},
		{"ZMCP_PROJECT", "project", "restart_service", stop, []string{"out_of_scope", "not_found", "invalid_arguments"}, "*"},
		{"ZMCP_CONFIRM", "confirm", "stop_service", stop, []string{"blocked"}, "auto"},
		{"ZMCP_TOOLSETS", "toolsets", "restart_service", stop, []string{"out_of_scope"}, "default"},
		{"ZMCP_EXCLUDE_TOOLS", "exclude-tools", "restart_service", stop, []string{"out_of_scope"}, "none"},
		{"ZMCP_PROTECT_TAG", "protect-tag", "delete_service", stop, []string{"blocked"}, "protected"},
	}
}

// unread are values that say nothing: what clients leave in the place of a setting
// that they could not fill in.
func unread(name string) map[string]string {
	return map[string]string{
		"bundle": "${user_config." + name + "}", "variable": "${" + strings.ToUpper(name) + "}", "bare": "$" + strings.ToUpper(name),
		"empty": "", "blanks": "  ", "list": "${user_config." + name + "},", "default-form": "${" + strings.ToUpper(name) + ":-}",
		"input": "${input:" + name + "}", "mustache": "{{" + name + "}}", "percent": "%" + strings.ToUpper(name) + "%",
	}
}

// strictly runs a tool once with settings, and is an attack's success where the limit
// did not hold. A program that does not start at all is strict enough.
func strictly(t *testing.T, w *world, h how, tool string, a args, strict []string) error {
	t.Helper()
	raw, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	got := w.runWith(t, h, "call", tool, "--args", string(raw))
	if got.code == 2 && got.stdout == "" {
		return nil
	}
	r := result{tool: tool, text: got.stdout, isError: got.code == 1}
	if json.Unmarshal([]byte(got.stdout), &r.object) != nil {
		t.Fatalf("exit code %d, stdout %q, stderr %q", got.code, got.stdout, got.stderr)
	}
	return r.mustBe(strict...)
}

// runWith is run without the settings that the harness adds.
func (w *world) runWith(t *testing.T, h how, command ...string) ran {
	t.Helper()
	return w.start(t, h, append(h.environ(), "ZEROPS_API_URL="+w.url), command...)
}

// TestAdversarialM9 starts the program with limits that it cannot read.
func TestAdversarialM9(t *testing.T) {
	t.Parallel()
	shared := newWorld(t)
	for _, l := range limits() {
		w := shared
		// The tag is tried where nothing else stops the call, on an account of its own.
		var more []string
		if l.flag == "protect-tag" {
			w = newWorld(t)
			more = []string{"ZMCP_CONFIRM=never"}
		}
		for id, value := range unread(strings.ReplaceAll(l.flag, "-", "_")) {
			if l.flag == "protect-tag" && (id == "mustache" || id == "percent") {
				continue // somebody may have such a tag
			}
			attack(t, "M9/"+l.flag+"-"+id, func(t *testing.T) error {
				w := newWorld(t)
				return strictly(t, w, how{env: append([]string{l.variable + "=" + value}, more...)}, l.tool, l.args, l.strict)
			})
		}
		attack(t, "M9/flag-"+l.flag, func(t *testing.T) error {
			return strictly(t, w, how{args: []string{"--" + l.flag + "=${user_config.x}"}, env: more}, l.tool, l.args, l.strict)
		})
		attack(t, "M9/flag-empty-"+l.flag, func(t *testing.T) error {
			return strictly(t, w, how{args: []string{"--" + l.flag + "="}, env: more}, l.tool, l.args, l.strict)
		})
		attack(t, "M9/said-"+l.flag, func(t *testing.T) error {
			// What is strict, and how to lift it, is said on stderr and by doctor.
			h := how{env: append([]string{l.variable + "=${user_config.x}"}, more...)}
			got := w.runWith(t, h, "call", "whoami")
			if !strings.Contains(got.stderr, l.variable) || !strings.Contains(got.stderr, l.lifted) {
				return fmt.Errorf("stderr does not say that %s is strict and that %s lifts it: %s", l.variable, l.lifted, short(got.stderr))
			}
			if got.code == 2 {
				return nil
			}
			if seen := w.runWith(t, h, "doctor"); !strings.Contains(seen.stdout+seen.stderr, l.variable) {
				return fmt.Errorf("doctor does not say it: %s", short(seen.stdout))
			}
			return nil
		})
		attack(t, "M9/lifted-"+l.flag, func(t *testing.T) error {
			// The word for no limit lifts it without a warning.
			got := w.runWith(t, how{env: append([]string{l.variable + "=" + l.lifted}, more...)}, "call", "list_projects", "--arg", "limit=500")
			if got.code != 0 || strings.Contains(got.stderr, l.variable) || !strings.Contains(got.stdout, "eshop-staging") || !strings.Contains(got.stdout, "homelab") {
				return fmt.Errorf("%s=%s: exit code %d, stderr %s, %s", l.variable, l.lifted, got.code, got.stderr, short(got.stdout))
			}
			return nil
		})
	}
	attack(t, "M9/stdio", func(t *testing.T) error {
		w := newWorld(t)
		r := w.serve(t, how{env: []string{"ZMCP_READ_ONLY=${user_config.read_only}"}}).call("restart_service", args{"project": "eshop-staging", "service": "worker"})
		return errors.Join(r.mustBe("read_only"), w.untouched("a limit that could not be read"))
	})
	attack(t, "M9/whoami", func(t *testing.T) error {
		w := newWorld(t)
		r := w.serve(t, how{env: []string{"ZMCP_READ_ONLY=${user_config.read_only}"}}).call("whoami", nil)
		if !strings.Contains(r.text, "ZMCP_READ_ONLY") {
			return fmt.Errorf("whoami does not say it: %s", short(r.text))
		}
		return nil
	})
	attack(t, "M9/hosts-and-origins", func(t *testing.T) error {
		w := newWorld(t)
		got := w.runWith(t, how{env: []string{"ZMCP_ALLOWED_HOSTS=${hosts}", "ZMCP_ALLOWED_ORIGINS=", "ZMCP_ENV_ALLOW=${names}"}}, "call", "whoami")
		if got.code != 0 && got.code != 2 {
			t.Fatalf("exit code %d, %s", got.code, got.stderr)
		}
		return nil
	})
	attack(t, "M9/env-allow", func(t *testing.T) error {
		w := newWorld(t)
		call := args{"service": sibling(w), "from_env": []map[string]any{{"key": "STOLEN", "name": "HOME_SECRET"}}}
		return strictly(t, w, how{env: []string{"ZMCP_ENV_ALLOW=${user_config.env}", "HOME_SECRET=x"}}, "set_env", call, []string{"out_of_scope", "blocked", "invalid_arguments", "secret_withheld"})
	})
}

// bundle is how the desktop bundle starts the program.
type bundle struct {
	Server struct {
		Config struct {
			Args []string          `json:"args"`
			Env  map[string]string `json:"env"`
		} `json:"mcp_config"`
	} `json:"server"`
	Settings map[string]struct {
		Default any `json:"default"`
	} `json:"user_config"`
}

// TestAdversarialM9Bundle starts the program as the bundle does, with settings that
// the client did not fill in, cleared, or left as they are.
func TestAdversarialM9Bundle(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join("..", "..", "packaging", "mcpb", "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var b bundle
	if err := json.Unmarshal(raw, &b); err != nil {
		t.Fatal(err)
	}
	start := func(fill func(name string) (string, bool)) how {
		var h how
		for name, value := range b.Server.Config.Env {
			if name == "ZEROPS_TOKEN" {
				continue
			}
			for setting := range b.Settings {
				if filled, ok := fill(setting); ok {
					value = strings.ReplaceAll(value, "${user_config."+setting+"}", filled)
				}
			}
			h.env = append(h.env, name+"="+value)
		}
		return h
	}
	asDeclared := func(name string) (string, bool) {
		switch value := b.Settings[name].Default.(type) {
		case string:
			return value, true
		case bool:
			return strconv.FormatBool(value), true
		}
		return "", false
	}
	stop := args{"project": "eshop-staging", "service": "worker"}
	attack(t, "M9/bundle-unexpanded", func(t *testing.T) error {
		w := newWorld(t)
		return strictly(t, w, start(func(string) (string, bool) { return "", false }), "restart_service", stop, []string{"read_only", "out_of_scope"})
	})
	attack(t, "M9/bundle-cleared", func(t *testing.T) error {
		w := newWorld(t)
		return strictly(t, w, start(func(string) (string, bool) { return "", true }), "restart_service", stop, []string{"read_only", "out_of_scope"})
	})
	attack(t, "M9/bundle-projects-cleared", func(t *testing.T) error {
		// Writing is allowed; the limit to projects was not filled in.
		w := newWorld(t)
		h := start(func(name string) (string, bool) {
			if name == "read_only" {
				return "false", true
			}
			if name == "projects" {
				return "", true
			}
			return asDeclared(name)
		})
		return strictly(t, w, h, "restart_service", stop, []string{"out_of_scope", "not_found", "invalid_arguments"})
	})
	attack(t, "M9/bundle-as-declared", func(t *testing.T) error {
		// What the bundle declares works as it is, and without a warning.
		w := newWorld(t)
		got := w.runWith(t, start(asDeclared), "call", "list_projects", "--arg", "limit=500")
		if got.code != 0 || got.stderr != "" || !strings.Contains(got.stdout, "homelab") {
			return fmt.Errorf("exit code %d, stderr %s, %s", got.code, got.stderr, short(got.stdout))
		}
		return nil
	})
}

// TestAdversarialM9Extension starts the program as the other client's extension does.
func TestAdversarialM9Extension(t *testing.T) {
	t.Parallel()
	stop := args{"project": "eshop-staging", "service": "worker"}
	attack(t, "M9/gemini-unexpanded", func(t *testing.T) error {
		raw, err := os.ReadFile(filepath.Join("..", "..", "packaging", "gemini", "gemini-extension.json"))
		if err != nil {
			t.Fatal(err)
		}
		var extension struct {
			Servers map[string]struct {
				Env  map[string]string `json:"env"`
				Args []string          `json:"args"`
			} `json:"mcpServers"`
		}
		if err := json.Unmarshal(raw, &extension); err != nil {
			t.Fatal(err)
		}
		var found []error
		for name, server := range extension.Servers {
			limited := false
			var h how
			for variable, value := range server.Env {
				if strings.HasPrefix(variable, "ZMCP_") {
					h.env = append(h.env, variable+"="+value)
					limited = limited || variable == "ZMCP_READ_ONLY"
				}
			}
			if !limited {
				continue
			}
			w := newWorld(t)
			if err := strictly(t, w, h, "restart_service", stop, []string{"read_only", "out_of_scope"}); err != nil {
				found = append(found, fmt.Errorf("%s: %w", name, err))
			}
		}
		return first(found)
	})
}
