package simulator_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite catalogue.json from ../shared")

type vendorField struct {
	Name, Type, Format string
	Required           bool
	Nullable           bool
	Enum               []string
}

type vendorOperation struct {
	Operation, Method, Path, Returns string
	PathParams                       []vendorField
	QueryParams                      []vendorField
	Body                             []vendorField
}

// TestCatalogue proves that catalogue.json says what the list of the vendor's
// operations says, so that no operation is without an answer.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	shared := filepath.Join("..", "..", "..", "shared")
	if _, err := os.Stat(shared); err != nil {
		t.Skip("the vendor's operation list is not beside this repository")
	}
	var operations struct {
		Enums      map[string][]string
		Operations []vendorOperation
	}
	readJSON(t, filepath.Join(shared, "operations.json"), &operations)
	var objects map[string]map[string]string
	readJSON(t, filepath.Join(shared, "objects.json"), &objects)

	var want bytes.Buffer
	want.WriteString("{\"operations\": [\n")
	slices.SortFunc(operations.Operations, func(a, b vendorOperation) int { return cmp.Compare(a.Operation, b.Operation) })
	used := make(map[string]bool)
	for i, op := range operations.Operations {
		row := []any{op.Operation, op.Method, strings.ReplaceAll(op.Path, "{path:.*}", "{path...}"), op.Returns, fields(op.PathParams), fields(op.QueryParams), fields(op.Body)}
		want.Write(encode(t, row))
		want.WriteString(separator(i, len(operations.Operations)))
		reach(objects, used, op.Returns)
	}
	want.WriteString("],\n\"objects\": {\n")
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range used {
			if !yield(name) {
				return
			}
		}
	})
	for i, name := range names {
		shape := make(map[string]string)
		for field, kind := range objects[name] {
			shape[field] = shorten(objects, operations.Enums, kind)
		}
		fmt.Fprintf(&want, "%s: %s%s", encode(t, name), encode(t, shape), separator(i, len(names)))
	}
	want.WriteString("}}\n")

	if *update {
		if err := os.WriteFile("catalogue.json", want.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("catalogue.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("catalogue.json differs from the vendor's list; run this test with -update and read the difference")
	}
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

func encode(t *testing.T, value any) []byte {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func separator(i, n int) string {
	if i == n-1 {
		return "\n"
	}
	return ",\n"
}

// fields writes arguments as "name*:type(A|B)", where * stands for required.
func fields(from []vendorField) string {
	var texts []string
	for _, field := range from {
		text := field.Name
		if field.Required {
			text += "*"
		}
		kind := field.Type
		switch {
		case field.Format == "id":
			kind = "id"
		case strings.HasPrefix(kind, "array"):
			kind = "array"
		}
		text += ":" + kind
		if len(field.Enum) > 0 {
			text += "(" + strings.Join(field.Enum, "|") + ")"
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, " ")
}

// reach marks the objects that an answer consists of.
func reach(objects map[string]map[string]string, used map[string]bool, name string) {
	if used[name] || objects[name] == nil {
		return
	}
	if item, isList := objects[name]["[]"]; isList {
		reach(objects, used, item)
		return
	}
	used[name] = true
	for _, kind := range objects[name] {
		if !strings.HasPrefix(kind, "*") {
			reach(objects, used, kind)
		}
	}
}

// shorten turns a type of the SDK into a word of catalogue.json.
func shorten(objects map[string]map[string]string, enums map[string][]string, kind string) string {
	if strings.HasPrefix(kind, "*") || strings.HasSuffix(kind, "Null") {
		return "null"
	}
	if fields := objects[kind]; fields != nil {
		if item, isList := fields["[]"]; isList {
			return "[]" + item
		}
		return kind
	}
	space, name, _ := strings.Cut(kind, ".")
	switch space {
	case "uuid":
		return "id"
	case "stringId":
		return "text"
	case "enum":
		return "enum:" + enums[name][0]
	}
	switch name {
	case "Int", "Int64":
		return "int"
	case "Float", "Decimal":
		return "float"
	case "Bool":
		return "bool"
	case "DateTime":
		return "time"
	case "StringArray":
		return "[]text"
	case "JsonRawMessageArray":
		return "[]any"
	case "JsonRawMessage", "Map":
		return "map"
	case "Email":
		return "email"
	default:
		return "text"
	}
}
