package cli

import (
	"bytes"
	"encoding/json"
	"fmt"

	"zerops-mcp/internal/settings"
)

// asTable reports whether results are printed for people.
func (p *program) asTable() bool {
	return p.Output == settings.OutputTable || p.Output == settings.OutputAuto && p.StdoutTerminal
}

// tableWidth is the terminal's width, or none where the table goes elsewhere.
func (p *program) tableWidth() int {
	if !p.StdoutTerminal {
		return 0
	}
	return p.Width
}

// printJSON prints a value for programs, and for people who asked for it.
func (p *program) printJSON(v any) int {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return failed(p.Stderr, fmt.Errorf("write the result: %w", err))
	}
	return p.printRaw(b.Bytes())
}

// printRaw prints JSON, indented on a terminal.
func (p *program) printRaw(raw []byte) int {
	if p.StdoutTerminal {
		var b bytes.Buffer
		if json.Indent(&b, raw, "", "  ") == nil {
			raw = b.Bytes()
		}
	}
	if _, err := fmt.Fprintf(p.Stdout, "%s\n", bytes.TrimRight(raw, "\n")); err != nil {
		return failed(p.Stderr, fmt.Errorf("write the result: %w", err))
	}
	return exitDone
}
