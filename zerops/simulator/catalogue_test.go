package simulator_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// withoutShape is the answer that is a file rather than an object.
const withoutShape = "FileDownload"

var update = flag.Bool("update", false, "rewrite catalogue.json")

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
// operations says, so that no operation is without an answer. The shapes of the
// answers are held to the vendor's where those are at hand, as they have to be for
// -update; elsewhere they have to be what the operations need, no more and no less.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	var list struct{ Operations []vendorOperation }
	readJSON(t, filepath.Join("..", "testdata", "operations.json"), &list)
	slices.SortFunc(list.Operations, func(a, b vendorOperation) int { return cmp.Compare(a.Operation, b.Operation) })
	shapes := answerShapes(t, list.Operations)

	var want bytes.Buffer
	want.WriteString("{\"operations\": [\n")
	for i, op := range list.Operations {
		row := []any{op.Operation, op.Method, strings.ReplaceAll(op.Path, "{path:.*}", "{path...}"), op.Returns, fields(op.PathParams), fields(op.QueryParams), fields(op.Body)}
		want.Write(encode(t, row))
		want.WriteString(separator(i, len(list.Operations)))
	}
	want.WriteString("],\n\"objects\": {\n")
	for i, name := range slices.Sorted(maps.Keys(shapes)) {
		fmt.Fprintf(&want, "%s: %s%s", encode(t, name), encode(t, shapes[name]), separator(i, len(shapes)))
	}
	want.WriteString("}}\n")

	if *update {
		var packed bytes.Buffer
		w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		if err != nil {
			t.Fatal(err)
		}
		_, written := w.Write(want.Bytes())
		if err := errors.Join(written, w.Close(), os.WriteFile(catalogueText, want.Bytes(), 0o600), os.WriteFile("catalogue.json.gz", packed.Bytes(), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(catalogueText)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("catalogue.json differs from the vendor's list; run this test with -update and read the difference")
	}
	file, err := os.Open("catalogue.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	if packed, err := io.ReadAll(unpacked); err != nil || !bytes.Equal(packed, got) {
		t.Errorf("catalogue.json.gz does not hold what catalogue.json says (%v); run this test with -update", err)
	}
}

// catalogueText is the readable form of what is embedded.
const catalogueText = "testdata/catalogue.json"

// answerShapes returns the objects that the answers of operations consist of: from
// the vendor's files, or without them from catalogue.json itself.
func answerShapes(t *testing.T, operations []vendorOperation) map[string]map[string]string {
	t.Helper()
	shared := filepath.Join("..", "..", "..", "shared")
	var objects map[string]map[string]string
	word := func(kind string) string { return kind }
	if _, err := os.Stat(filepath.Join(shared, "objects.json")); err == nil {
		readJSON(t, filepath.Join(shared, "objects.json"), &objects)
		var list struct{ Enums map[string][]string }
		readJSON(t, filepath.Join(shared, "operations.json"), &list)
		word = func(kind string) string { return shorten(objects, list.Enums, kind) }
	} else {
		var known struct{ Objects map[string]map[string]string }
		readJSON(t, catalogueText, &known)
		objects = known.Objects
	}
	used := make(map[string]bool)
	for _, op := range operations {
		if objects[op.Returns] == nil && op.Returns != withoutShape {
			t.Errorf("%s returns %s, whose shape is not known", op.Operation, op.Returns)
		}
		reach(objects, used, op.Returns)
	}
	shapes := make(map[string]map[string]string)
	for name := range used {
		shapes[name] = make(map[string]string)
		for field, kind := range objects[name] {
			shapes[name][field] = word(kind)
			if object := strings.TrimPrefix(word(kind), "[]"); strings.ToLower(object) != object && !strings.HasPrefix(object, "enum:") && !used[object] {
				t.Errorf("%s.%s is a %s, whose shape is not known", name, field, object)
			}
		}
	}
	return shapes
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
	name = strings.TrimPrefix(name, "[]")
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
