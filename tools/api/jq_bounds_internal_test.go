package api

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"zerops-mcp/tools/tool"
)

// One instruction of a jq program cannot be stopped, so what it can cost has to
// be known before.
func TestJQInstructionsStaySmall(t *testing.T) {
	t.Parallel()
	numbers := make([]any, 400_000)
	for i := range numbers {
		numbers[i] = json.Number("0")
	}
	long := strings.Repeat("x", 900)
	text := strings.Repeat("abcdefgh", 100_000)
	for _, test := range []struct {
		name, jq string
		input    any
	}{
		{"a long text for each value", `map("` + long + `")`, numbers},
		{"a long name for each value", `map({` + long + `: 1})`, numbers},
		{"a long number for each value", `map(` + strings.Repeat("9", 900) + `)`, numbers},
		{"a long text in a condition", `map(if . then "` + long + `" else 1 end)`, numbers},
		{"a long part of a text", `map("` + long + `\(.)")`, numbers},
		{"a long separator", `map(tostring) | join("` + long + `")`, numbers},
		{"nested repetitions", `test("` + strings.Repeat("((.?){30}){30}", 40) + `y")`, text},
		{"many alternatives", `test("(.?){999}y")`, text},
		{"many expressions", `[` + strings.Repeat(`test("(.?){90}y"),`, 40) + `1]`, text},
		{"an expression behind growth", `[.,.,.,.,.,.,.,.] | map(tojson) | map(test("(.?){90}y"))`, text},
	} {
		raw, err := tool.Marshal(test.input)
		if err != nil {
			t.Fatal(err)
		}
		started := time.Now()
		program, err := parseJQ(test.jq)
		if err == nil {
			_, err = program.run(t.Context(), test.input, len(raw))
		}
		if err == nil || !strings.Contains(err.Error(), "jq") {
			t.Errorf("%s: %v", test.name, err)
		}
		if took := time.Since(started); took > 5*time.Second {
			t.Errorf("%s: took %s", test.name, took)
		}
	}
	for _, jq := range []string{
		`.[] | select(.status == "READY_TO_DEPLOY_AND_WAITING" and .name != "a rather long name of something") | {id, name, serviceStackTypeVersionName}`,
		`map(select(.name | test("(?i)error|timeout|refused|panic"))) | length`, `.items | map("\(.name): \(.status)") | join(", ")`,
	} {
		program, err := parseJQ(jq)
		if err != nil {
			t.Errorf("%s: %v", jq, err)
			continue
		}
		if program.growth*1e6 > jqGrown || program.steps*1e6 > jqSteps {
			t.Errorf("%s is refused for an answer of a megabyte: growth %g, steps %g", jq, program.growth, program.steps)
		}
	}
}
