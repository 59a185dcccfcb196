package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"zerops-mcp/internal/settings"
)

// output is standard output. It keeps the first error, so that a result that got
// lost is not called done. A reader that has seen enough, like head, is no error.
type output struct {
	to     io.Writer
	closed bool
	failed error
}

// Write drops what nobody reads any more.
func (o *output) Write(p []byte) (int, error) {
	if o.closed {
		return len(p), nil
	}
	n, err := o.to.Write(p)
	switch {
	case errors.Is(err, syscall.EPIPE):
		o.closed = true
		return len(p), nil
	case err != nil && o.failed == nil:
		o.failed = err
		if path, ok := errors.AsType[*os.PathError](err); ok {
			o.failed = path.Err // its path is a name of our own making
		}
	}
	return n, err
}

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
	p.printRaw(b.Bytes())
	return exitDone
}

// printRaw prints JSON, indented on a terminal.
func (p *program) printRaw(raw []byte) {
	if p.StdoutTerminal {
		var b bytes.Buffer
		if json.Indent(&b, raw, "", "  ") == nil {
			raw = b.Bytes()
		}
	}
	fmt.Fprintf(p.Stdout, "%s\n", bytes.TrimRight(raw, "\n"))
}
