package tool

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// An answer of any shape has to be cut in little time: the API, or what answers
// for it, decides about the shape.
func TestAnswersOfAnyShapeAreCut(t *testing.T) {
	t.Parallel()
	manyLists, manyTexts, manyObjects := map[string]any{}, map[string]any{}, map[string]any{}
	for i := range 3000 {
		manyLists[fmt.Sprintf("list%d", i)] = []any{1, 2, 3, 4, 5}
		manyTexts[fmt.Sprintf("text%d", i)] = "a value of some length"
		manyObjects[fmt.Sprintf("object%d", i)] = map[string]any{"a": map[string]any{"b": []any{strings.Repeat("x", 100)}}}
	}
	deep := any([]any{strings.Repeat("x", 50_000)})
	for range 2000 {
		deep = map[string]any{"a": deep}
	}
	for name, result := range map[string]any{
		"many lists": manyLists, "many texts": manyTexts, "many objects": manyObjects, "deep": deep,
		"one huge text": strings.Repeat(`"`, 100_000), "long names": map[string]any{strings.Repeat("n", 100_000): 1},
		"two lists": map[string]any{"a": make([]int, 40_000), "b": make([]int, 9_000)},
	} {
		raw, err := Marshal(map[string]any{"operation": "GetProject", "result": result})
		if err != nil {
			t.Fatal(err)
		}
		started := time.Now()
		out := shrinkJSON(raw, MaxResult)
		took := time.Since(started)
		var object map[string]any
		if json.Unmarshal(out, &object) != nil || len(out) > MaxResult {
			t.Errorf("%s: %d bytes became %d: %.200s", name, len(raw), len(out), out)
		}
		if object["operation"] != "GetProject" || object["truncated"] == nil {
			t.Errorf("%s: %.200s", name, out)
		}
		if took > 10*time.Second {
			t.Errorf("%s: took %s", name, took)
		}
	}
}

func TestListsAreShortenedOneByOne(t *testing.T) {
	t.Parallel()
	raw, err := Marshal(map[string]any{"status": "done", "few": []int{1, 2, 3}, "many": strings.Split(strings.Repeat("abcdefgh ", 4000), " ")})
	if err != nil {
		t.Fatal(err)
	}
	var out struct {
		Status, Truncated string
		Few               []int
		Many              []string
	}
	if err := json.Unmarshal(shrinkJSON(raw, MaxResult), &out); err != nil {
		t.Fatal(err)
	}
	if out.Status != "done" || len(out.Few) != 3 || len(out.Many) < 1000 || !strings.Contains(out.Truncated, "of many") || strings.Contains(out.Truncated, "all that") {
		t.Errorf("got %d of few, %d of many, %q", len(out.Few), len(out.Many), out.Truncated)
	}
}
