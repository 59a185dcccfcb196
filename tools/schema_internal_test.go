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
	for _, tool := range allTools(toolsets()) {
		files := map[string]any{tool.Name + ".in.json": tool.newIn()}
		if !tool.Image {
			files[tool.Name+".out.json"] = tool.newOut()
		}
		for name, v := range files {
			wanted[name] = true
			want := reflectSchema(t, v, filepath.Ext(name[:len(name)-5]) == ".out")
			if *update {
				if err := os.WriteFile(filepath.Join("schemas", name), want, 0o600); err != nil {
					t.Fatal(err)
				}
				continue
			}
			if got := schemaFile(name); !bytes.Equal(got, want) {
				t.Errorf("%s is out of date; run the tests with -update\n got %s\nwant %s", name, got, want)
			}
		}
	}
	files, err := os.ReadDir("schemas")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !wanted[file.Name()] && *update {
			_ = os.Remove(filepath.Join("schemas", file.Name()))
		} else if !wanted[file.Name()] {
			t.Errorf("schemas/%s belongs to no tool", file.Name())
		}
	}
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
