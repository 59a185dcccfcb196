package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/internal/phrase"
	"zerops-mcp/tools"
	"zerops-mcp/tools/request"
)

// call runs one tool and prints its result.
func (s *session) call(ctx context.Context) int {
	name := first(s.Operands)
	if name == "" {
		return usageError(s.Stderr, errors.New(`which tool? Write "zerops-mcp call TOOL"; "zerops-mcp tools" lists them`))
	}
	// Everything is listed, so that a tool outside the default toolset can be
	// called without asking for its toolset first.
	cfg := s.callConfig()
	if s.Origin("toolsets") == "" {
		cfg.Toolsets = []string{"all"}
	}
	server, err := tools.New(cfg)
	if err != nil {
		return usageError(s.Stderr, err)
	}
	args, err := s.readArguments(server, name)
	if err != nil {
		return usageError(s.Stderr, err)
	}
	ctx, stop := graceful(ctx)
	defer stop()
	result, err := s.runTool(ctx, server, name, args)
	if err != nil {
		return usageError(s.Stderr, err)
	}
	token, asked := s.approved(ctx, result)
	switch {
	case token != "":
		if args, err = withConfirmation(args, token); err != nil {
			return failed(s.Stderr, err)
		}
		if result, err = s.runTool(ctx, server, name, args); err != nil {
			return usageError(s.Stderr, err)
		}
	case asked:
		fmt.Fprintln(s.Stderr, "Nothing has been changed.")
		return exitConfirm
	}
	return s.printResult(name, args, result)
}

// runTool runs the tool with its progress shown. Its error is about the name.
func (s *session) runTool(ctx context.Context, server *tools.Server, name string, args json.RawMessage) (*mcp.CallToolResult, error) {
	ctx, done := s.withProgress(ctx, args)
	defer done()
	return server.Call(ctx, name, args)
}

// stopGrace is how long a call may go on after the first interrupt.
const stopGrace = 1500 * time.Millisecond

// graceful returns a context that outlives the given one for a moment, in which
// waiting ends at once with how things stand: what was started goes on without
// us, so that is worth knowing.
func graceful(ctx context.Context) (context.Context, context.CancelFunc) {
	lasting, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(stopGrace, cancel)
		context.AfterFunc(lasting, func() { timer.Stop() })
	})
	return request.WithDrain(lasting, ctx.Done()), func() {
		stop()
		cancel()
	}
}

// readArguments finds the tool and types what was given for it. A tool that the
// settings hide gets its arguments unread: it answers why it is hidden.
func (s *session) readArguments(server *tools.Server, name string) (json.RawMessage, error) {
	listed := server.Listed()
	i := slices.IndexFunc(listed, func(t tools.ToolInfo) bool { return t.Name == name })
	if i < 0 {
		return json.RawMessage("{}"), nil
	}
	return toolArguments(listed[i].Input, s.Arguments, s.ArgumentsJSON, s.Stdin)
}

// outcome is what every result may say about how it went.
type outcome struct {
	Status string          `json:"status"`
	Plan   json.RawMessage `json:"plan"`
	// Confirm is the token that a second call has to bring.
	Confirm string `json:"confirm"`
	// What a change was about, as it is now.
	Service    state   `json:"service"`
	Project    state   `json:"project"`
	Processes  []state `json:"processes"`
	Deployment state   `json:"deployment"`
	Error      struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Hint    string `json:"hint"`
	} `json:"error"`
}

// approved asks the person at the terminal where a tool wants a confirmation,
// and returns the token to confirm with; "" where nobody said yes. It also
// reports whether somebody was asked.
func (s *session) approved(ctx context.Context, result *mcp.CallToolResult) (token string, asked bool) {
	var o outcome
	if result.IsError || !s.StdinTerminal || !s.StderrTerminal || !s.asTable() || s.ArgumentsJSON == "-" {
		return "", false
	}
	raw := resultJSON(result)
	if json.Unmarshal(raw, &o) != nil || o.Status != "confirmation_required" || o.Confirm == "" {
		return "", false
	}
	if plan, err := parseValue(o.Plan); err == nil {
		printer{out: s.Stderr, style: s.errStyle, width: s.Width}.show(plan)
	}
	fmt.Fprint(s.Stderr, "\nNothing has been changed yet. Type yes to go on: ")
	answer := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(s.Stdin).ReadString('\n')
		answer <- strings.TrimSpace(text)
	}()
	select {
	case <-request.Draining(ctx):
		fmt.Fprintln(s.Stderr)
	case text := <-answer:
		if strings.EqualFold(text, "yes") {
			return o.Confirm, true
		}
	}
	return "", true
}

func withConfirmation(args json.RawMessage, token string) (json.RawMessage, error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(args, &object); err != nil {
		return nil, fmt.Errorf("add the confirmation: %w", err)
	}
	quoted, err := json.Marshal(token)
	if err != nil {
		return nil, fmt.Errorf("add the confirmation: %w", err)
	}
	object["confirm"] = quoted
	return json.Marshal(object)
}

// resultJSON is the result as JSON: its structured part, or else its text.
func resultJSON(result *mcp.CallToolResult) []byte {
	if result.StructuredContent != nil {
		if raw, ok := result.StructuredContent.(json.RawMessage); ok {
			return raw
		}
		if raw, err := json.Marshal(result.StructuredContent); err == nil {
			return raw
		}
	}
	for _, content := range result.Content {
		if text, ok := content.(mcp.TextContent); ok && json.Valid([]byte(text.Text)) {
			return []byte(text.Text)
		}
	}
	raw, err := json.Marshal(result.Content)
	if err != nil {
		return []byte("null")
	}
	return raw
}

// printResult prints and turns the outcome into the exit code.
func (s *session) printResult(tool string, args json.RawMessage, result *mcp.CallToolResult) int {
	raw := resultJSON(result)
	var o outcome
	_ = json.Unmarshal(raw, &o) // a result that is no object simply has no status
	code := exitCode(tool, result.IsError, o)
	if !s.asTable() {
		s.printRaw(raw)
		return code
	}
	if result.IsError {
		s.printError(o, raw)
		return code
	}
	v, err := parseValue(raw)
	if err != nil {
		return failed(s.Stderr, err)
	}
	if v.kind == list {
		s.printContent(result)
		return code
	}
	p := printer{out: s.Stdout, style: s.style, width: s.tableWidth()}
	p.show(v)
	if code == exitConfirm {
		confirmed, err := withConfirmation(args, o.Confirm)
		if err != nil {
			return failed(s.Stderr, err)
		}
		fmt.Fprintf(s.Stderr, "\nNothing has been changed. To go on:\n  zerops-mcp %s --args %s\n", s.withoutArguments(), shellQuote(string(confirmed)))
	}
	return code
}

// printError tells on stderr what went wrong and what to do.
func (s *session) printError(o outcome, raw []byte) {
	st := s.errStyle
	if o.Error.Message == "" {
		fmt.Fprintf(s.Stderr, "%s %s\n", st.bad("error:"), phrase.Printable(string(raw)))
		return
	}
	fmt.Fprintf(s.Stderr, "%s %s\n", st.bad("error ("+phrase.Printable(o.Error.Code)+"):"), phrase.Printable(o.Error.Message))
	if o.Error.Hint != "" {
		fmt.Fprintf(s.Stderr, "%s\n", phrase.Printable(o.Error.Hint))
	}
	v, err := parseValue(raw)
	if err != nil {
		return
	}
	for _, m := range v.get("error").members {
		switch m.name {
		case "code", "message", "hint", "retryable":
			continue
		}
		p := printer{out: s.Stderr, style: st, width: s.Width}
		if m.value.flat() {
			p.facts([]member{m})
		} else {
			p.value(m.name, m.value)
		}
	}
}

// printContent prints results that are not JSON.
func (s *session) printContent(result *mcp.CallToolResult) {
	for _, content := range result.Content {
		switch c := content.(type) {
		case mcp.TextContent:
			fmt.Fprintln(s.Stdout, phrase.Printable(c.Text))
		case mcp.ImageContent:
			fmt.Fprintf(s.Stdout, "(a picture of type %s; --output json prints it in base64)\n", c.MIMEType)
		default:
			fmt.Fprintf(s.Stdout, "(%T)\n", content)
		}
	}
}

// withoutArguments is the command line as it was given, less the arguments of
// the tool.
func (s *session) withoutArguments() string {
	var words []string
	for i := 0; i < len(s.Args); i++ {
		switch name, _, whole := strings.Cut(strings.TrimLeft(s.Args[i], "-"), "="); {
		case strings.HasPrefix(s.Args[i], "-") && (name == "arg" || name == "args"):
			if !whole {
				i++
			}
		case strings.Trim(s.Args[i], safeInShell) == "":
			words = append(words, s.Args[i])
		default:
			words = append(words, shellQuote(s.Args[i]))
		}
	}
	return strings.Join(words, " ")
}

const safeInShell = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=,./:@"

// shellQuote quotes a word for POSIX shells.
func shellQuote(word string) string {
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
