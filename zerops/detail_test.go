package zerops_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"zerops-mcp/zerops"
)

var update = flag.Bool("update", false, "rewrite generated files")

const (
	detailSource = "catalogue_detail.json"
	detailPacked = "catalogue_detail.json.gz"
)

func TestDetailsArePacked(t *testing.T) {
	source, err := os.ReadFile(detailSource)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		var packed bytes.Buffer
		w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(source); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(detailPacked, packed.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.Open(detailPacked)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, source) {
		t.Errorf("%s is not the packed %s; run go test ./zerops -run TestDetailsArePacked -update", detailPacked, detailSource)
	}
	if info, err := file.Stat(); err != nil || info.Size() > 60_000 {
		t.Errorf("%s has %d bytes in the binary, at most 60,000 are wanted", detailPacked, info.Size())
	}
}

// TestDetailsDescribeEveryOperation checks what a reader of a description relies on.
func TestDetailsDescribeEveryOperation(t *testing.T) {
	t.Parallel()
	var details zerops.Details
	for op := range zerops.Operations() {
		detail, err := details.Of(op)
		if err != nil {
			t.Error(err)
			continue
		}
		if detail.Access == "" || detail.Result == "" {
			t.Errorf("%s: access %q, result %q", op, detail.Access, detail.Result)
		}
		if strings.Contains(detail.Result, "@") {
			t.Errorf("%s: result %q names a type", op, detail.Result)
		}
		if len(detail.Result) > 2_500 {
			t.Errorf("%s: result outline of %d bytes", op, len(detail.Result))
		}
		for _, sentence := range detail.Pitfalls {
			if len(sentence) > 220 || !strings.HasSuffix(sentence, ".") {
				t.Errorf("%s: pitfall %q", op, sentence)
			}
		}
		if detail.Body == nil {
			if strings.HasSuffix(op.Path(), "search") || op.Reach() == zerops.ReachBody {
				t.Errorf("%s has no body", op)
			}
			continue
		}
		if op.Method() == "GET" {
			t.Errorf("%s is a GET with a body", op)
		}
		if detail.Body.Bytes != op.Class().Has(zerops.BinaryBody) {
			t.Errorf("%s: bytes %v", op, detail.Body.Bytes)
		}
		raw, err := detail.Body.JSONSchema()
		if err != nil {
			t.Errorf("%s: %v", op, err)
			continue
		}
		checkSchema(t, op, raw)
	}
}

// checkSchema holds a body to the rules for schemas that every client takes.
func checkSchema(t *testing.T, op zerops.Operation, raw []byte) {
	t.Helper()
	var document any
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Errorf("%s: %v", op, err)
		return
	}
	var walk func(at string, node any)
	walk = func(at string, node any) {
		object, ok := node.(map[string]any)
		if !ok {
			t.Errorf("%s: %s is no schema object", op, at)
			return
		}
		for _, word := range []string{"anyOf", "oneOf", "allOf", "not", "$ref"} {
			if _, used := object[word]; used {
				t.Errorf("%s: %s uses %s", op, at, word)
			}
		}
		switch object["type"] {
		case "object":
			list, ok := object["properties"].(map[string]any)
			if !ok {
				t.Errorf("%s: %s is an object without properties", op, at)
			}
			for name, property := range list {
				walk(at+"."+name, property)
			}
		case "array":
			walk(at+"[]", object["items"])
		case "string", "integer", "number", "boolean", nil:
		default:
			t.Errorf("%s: %s has type %v", op, at, object["type"])
		}
	}
	walk("body", document)
	if root, ok := document.(map[string]any); !ok || root["type"] != "object" || root["additionalProperties"] != false {
		t.Errorf("%s: the body is no closed object", op)
	}
}

// TestDetailsKnowEveryField compares bodies and queries with the list of
// operations. The exceptions are what the live API does differently.
func TestDetailsKnowEveryField(t *testing.T) {
	t.Parallel()
	push := []string{"subscriptionName", "receiverId"} // of the push channel, which this client does not open
	added := map[string]bool{}
	relaxed := map[string]bool{}
	var details zerops.Details
	for _, want := range listedOperations(t) {
		op, _ := zerops.LookupOperation(want.Operation)
		detail, err := details.Of(op)
		if err != nil {
			t.Error(err)
			continue
		}
		var compare func(at string, got []zerops.Field, want []listedField)
		compare = func(at string, got []zerops.Field, want []listedField) {
			for _, w := range want {
				i := slices.IndexFunc(got, func(f zerops.Field) bool { return f.Name == w.Name })
				if slices.Contains(push, w.Name) {
					continue
				}
				if i < 0 {
					t.Errorf("%s has no %s.%s", op, at, w.Name)
					continue
				}
				g := got[i]
				if w.Required && !g.Required {
					relaxed[at+"."+w.Name] = true
				} else if g.Required && !w.Required {
					t.Errorf("%s: %s.%s is required here only", op, at, w.Name)
				}
				if !slices.Equal(g.Enum, w.Enum) {
					t.Errorf("%s: %s.%s takes %v, the list has %v", op, at, w.Name, g.Enum, w.Enum)
				}
				kind := strings.TrimSuffix(w.Type, "<string>")
				if g.Type != kind && g.Type != "any" || (w.Format == "id") != (g.Format == "id") {
					t.Errorf("%s: %s.%s is %s %s, the list has %s %s", op, at, w.Name, g.Type, g.Format, w.Type, w.Format)
				}
				if w.Items != nil && g.Items != nil {
					compare(at+"."+w.Name+"[]", g.Items.Fields, w.Items.Fields)
				}
				compare(at+"."+w.Name, g.Fields, w.Fields)
			}
			for _, g := range got {
				if !slices.ContainsFunc(want, func(w listedField) bool { return w.Name == g.Name }) {
					added[at+"."+g.Name] = true
				}
			}
		}
		compare("query", detail.Query, want.QueryParams)
		if detail.Body != nil {
			compare("body", detail.Body.Fields, want.Body)
		} else if len(want.Body) > 0 {
			t.Errorf("%s has no body", op)
		}
	}
	wantAdded := []string{"body.base64", "body.envSecrets", "body.sensitive", "body.userData[].sensitive", "query.reveal", "query.sort"}
	if got := slices.Sorted(maps.Keys(added)); !slices.Equal(got, wantAdded) {
		t.Errorf("fields beyond the list: %v, want %v", got, wantAdded)
	}
	wantRelaxed := []string{
		"body.envVariables", "body.publicIpV4Shared", "body.search", "body.sort", "body.tagList", "body.userData", "body.userRoles",
	}
	if got := slices.Sorted(maps.Keys(relaxed)); !slices.Equal(got, wantRelaxed) {
		t.Errorf("fields that may be left out here: %v, want %v", got, wantRelaxed)
	}
}

func TestDetailOfVariableWrite(t *testing.T) {
	t.Parallel()
	var details zerops.Details
	detail, err := details.Of(zerops.PostServiceStackUserData)
	if err != nil {
		t.Fatal(err)
	}
	got, err := detail.Body.JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"type":"object","properties":{"key":{"type":"string"},"content":{"description":"the value","type":"string"},` +
		`"sensitive":{"description":"true hides the value from read-only tokens","type":"boolean"}},` +
		`"required":["key","content","sensitive"],"additionalProperties":false}`
	if string(got) != want {
		t.Errorf("schema\n%s\nwant\n%s", got, want)
	}
}

func TestDetailsOutlineLists(t *testing.T) {
	t.Parallel()
	var details zerops.Details
	detail, err := details.Of(zerops.GetClientProject)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"list[{id, clientId, name", "primaryInstanceLocation{id, name, pingUrl}", "}], totalCount"} {
		if !strings.Contains(detail.Result, part) {
			t.Errorf("outline %q lacks %q", detail.Result, part)
		}
	}
}

func TestDetailsServeManyAtOnce(t *testing.T) {
	t.Parallel()
	var details zerops.Details
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := details.Of(zerops.PutProject); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if _, err := details.Of(0); err == nil {
		t.Error("no error for an operation that does not exist")
	}
}
