package cli

import (
	"encoding/json"
	"fmt"
	"strconv"

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
		fmt.Fprint(s.Stdout, server.Markdown())
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
