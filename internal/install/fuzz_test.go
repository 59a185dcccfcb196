package install_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tailscale/hujson"

	"zerops-mcp/internal/install"
)

func seed(f *testing.F, pattern string) {
	f.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(content))
	}
}

// others is a configuration without our entry, and our entry.
func others(object map[string]any, section string) (rest, entry any) {
	servers, _ := object[section].(map[string]any)
	entry = servers["zerops"]
	delete(servers, "zerops")
	if len(servers) == 0 {
		delete(object, section)
	}
	return object, entry
}

func FuzzEditJSON(f *testing.F) {
	seed(f, "[a-bd-z]*/*.in")
	seed(f, "claude*/*.in")
	f.Add("{\"mcpServers\":{/* , */\"zerops\":{}/*,*/,},}")
	f.Add("{\"mcpServers\":{\"zerops\":{\"command\":\"zerops-mcp\",\"env\":{}}},\"mcpServers\":{}}")
	f.Fuzz(func(t *testing.T, text string) {
		decode := func(text []byte) map[string]any {
			text = bytes.TrimPrefix(text, []byte("\ufeff"))
			if len(bytes.TrimSpace(text)) == 0 {
				return map[string]any{}
			}
			standard, err := hujson.Standardize(bytes.Clone(text))
			if err != nil {
				t.Fatalf("%q became invalid: %v", text, err)
			}
			var object map[string]any
			if err := json.Unmarshal(standard, &object); err != nil {
				t.Fatalf("%q became invalid: %v", text, err)
			}
			return object
		}
		after, err := install.Edit("cursor", []byte(text), `C:\x\zerops-mcp.exe`, false)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("an error of several lines: %q", err)
			}
			return
		}
		was, _ := others(decode([]byte(text)), "mcpServers")
		is, entry := others(decode(after), "mcpServers")
		if !reflect.DeepEqual(was, is) {
			t.Errorf("%q became %q", text, after)
		}
		if e, _ := entry.(map[string]any); e["command"] != `C:\x\zerops-mcp.exe` {
			t.Errorf("%q became %q without our entry", text, after)
		}
		again, err := install.Edit("cursor", after, `C:\x\zerops-mcp.exe`, false)
		if err != nil || !bytes.Equal(again, after) {
			t.Errorf("a second run changes %q to %q, %v", after, again, err)
		}
		gone, err := install.Edit("cursor", after, "", true)
		if err != nil {
			t.Fatalf("removing from %q: %v", after, err)
		}
		if is, entry := others(decode(gone), "mcpServers"); entry != nil || !reflect.DeepEqual(was, is) {
			t.Errorf("removing from %q leaves %q", after, gone)
		}
	})
}

// What we print for a person to paste reads back, behind whatever reads at all.
func FuzzReadTOML(f *testing.F) {
	seeds, err := filepath.Glob(filepath.Join("testdata", "codex", "*.toml"))
	if err != nil || len(seeds) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, file := range seeds {
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(content), "--read-only")
	}
	f.Add("a.\"b=c\" = {x=1}\n[mcp_servers.\"other\"]#\n\"command\"='zerops-mcp'\n", "\\\"'\x00\u2028")
	f.Fuzz(func(t *testing.T, text, word string) {
		command, args, env, err := install.ReadTOML([]byte(text))
		if err != nil {
			if strings.Contains(err.Error(), "\n") || command != "" {
				t.Errorf("%q of %q", err, text)
			}
			return
		}
		if command != "" || args != nil || env != nil || !utf8.ValidString(word) {
			return
		}
		lines := install.Lines(word+"/zerops-mcp", word)
		command, args, env, err = install.ReadTOML([]byte(text + "\n" + lines))
		if err != nil || command != word+"/zerops-mcp" || !slices.Equal(args, []string{"serve", word}) || !slices.Equal(env, []string{`ZEROPS_TOKEN_FILE=C:\a b\token`}) {
			t.Errorf("%q behind %q reads as %q %q %q, %v", lines, text, command, args, env, err)
		}
	})
}
