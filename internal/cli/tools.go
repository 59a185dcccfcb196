package cli

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"zerops-mcp/internal/settings"
	"zerops-mcp/tools"
)

// toolRow is one listed tool with what its entry costs a model to read.
type toolRow struct {
	Name        string          `json:"name"`
	Toolset     string          `json:"toolset"`
	Effect      string          `json:"effect"`
	Bytes       int             `json:"bytes"`
	Title       string          `json:"title"`
	Default     bool            `json:"default"`
	Description string          `json:"description"`
	Input       json.RawMessage `json:"input_schema"`
	Output      json.RawMessage `json:"output_schema,omitempty"`
}

// list prints what a client would see under the present settings.
func (s *session) list() int {
	server, err := tools.New(s.config())
	if err != nil {
		return usageError(s.Stderr, err)
	}
	var rows []toolRow
	total := 0
	for _, t := range server.Listed() {
		size := len(t.Name) + len(t.Description) + len(t.Input)
		total += size
		rows = append(rows, toolRow{
			Name: t.Name, Toolset: t.Toolset, Effect: t.Effect, Bytes: size, Title: t.Title,
			Default: t.Standard, Description: t.Description, Input: t.Input, Output: t.Output,
		})
	}
	switch {
	case s.Output == settings.OutputMarkdown:
		fmt.Fprint(s.Stdout, toolsMarkdown(rows))
		return exitDone
	case s.Output == settings.OutputJSON || s.Output == settings.OutputAuto && !s.StdoutTerminal:
		return s.printJSON(map[string]any{"items": rows, "total": len(rows), "bytes": total})
	}
	var table []value
	for _, r := range rows {
		table = append(table, value{kind: object, members: []member{
			{"tool", value{kind: scalar, scalar: r.Name}},
			{"toolset", value{kind: scalar, scalar: r.Toolset}},
			{"effect", value{kind: scalar, scalar: r.Effect}},
			{"bytes", value{kind: scalar, scalar: strconv.Itoa(r.Bytes)}},
			{"what it does", value{kind: scalar, scalar: r.Title}},
		}})
	}
	printer{out: s.Stdout, style: s.style, width: s.tableWidth()}.table(table)
	fmt.Fprintf(s.Stdout, "\n%d tools, %d bytes: about %d tokens of a model's context.\n", len(rows), total, (total+2)/4)
	return exitDone
}

// toolsMarkdown is the reference of tools, by toolset.
func toolsMarkdown(rows []toolRow) string {
	var b strings.Builder
	seen := make(map[string]bool)
	for _, r := range rows {
		if seen[r.Toolset] {
			continue
		}
		seen[r.Toolset] = true
		fmt.Fprintf(&b, "## %s\n\n| tool | effect | default | what it does |\n|---|---|---|---|\n", r.Toolset)
		for _, t := range rows {
			if t.Toolset != r.Toolset {
				continue
			}
			standard := ""
			if t.Default {
				standard = "yes"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", t.Name, t.Effect, standard, strings.ReplaceAll(t.Description, "|", `\|`))
		}
		b.WriteByte('\n')
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}
