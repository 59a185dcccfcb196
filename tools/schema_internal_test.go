package tools

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/invopop/jsonschema"
)

var update = flag.Bool("update", false, "rewrite the golden schemas from the types")

// TestSchemasEqualTypes proves that the embedded schemas are what the types say.
func TestSchemasEqualTypes(t *testing.T) {
	wanted := map[string]bool{}
	rooms := map[string]bool{}
	for _, tl := range allTools(toolsets()) {
		room := roomOf(t, tl.Name)
		rooms[room] = true
		check := func(name string, got json.RawMessage, v any, output bool) {
			path := filepath.Join(room, "schemas", name)
			wanted[path] = true
			want := reflectSchema(t, v, output)
			if *update {
				if err := os.WriteFile(path, want, 0o600); err != nil {
					t.Fatal(err)
				}
			} else if !bytes.Equal(got, want) {
				t.Errorf("%s is out of date; run the tests with -update\n got %s\nwant %s", path, got, want)
			}
		}
		check(tl.Name+".in.json", tl.InputSchema(), reflect.New(tl.In).Interface(), false)
		if !tl.Image {
			check(tl.Name+".out.json", tl.OutputSchema(), reflect.New(tl.Out).Interface(), true)
		}
	}
	for room := range rooms {
		files, err := filepath.Glob(filepath.Join(room, "schemas", "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if !wanted[file] && *update {
				_ = os.Remove(file)
			} else if !wanted[file] {
				t.Errorf("%s belongs to no tool", file)
			}
		}
	}
}

// roomOf finds the folder that defines a tool.
func roomOf(t *testing.T, tool string) string {
	t.Helper()
	files, err := filepath.Glob("*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("Name: \""+tool+"\"")) && bytes.Contains(text, []byte("tool.Define(")) {
			return filepath.Dir(file)
		}
	}
	t.Fatalf("no room defines %s", tool)
	return ""
}

// reflectSchema makes the schema of a type as clients and models accept it.
func reflectSchema(t *testing.T, v any, output bool) []byte {
	t.Helper()
	reflector := jsonschema.Reflector{Anonymous: true, ExpandedStruct: true, DoNotReference: true}
	s := reflector.ReflectFromType(reflect.TypeOf(v).Elem())
	s.Version = ""
	if output && s.Properties != nil {
		if _, ok := s.Properties.Get("truncated"); !ok {
			s.Properties.Set("truncated", &jsonschema.Schema{Type: "string"})
		}
	}
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
