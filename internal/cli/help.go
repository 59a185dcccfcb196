package cli

import (
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/internal/settings"
)

// help describes the program, or one of its commands.
func (p *program) help(name string) int {
	if name == "" || name == settings.Help {
		p.overview()
		return exitDone
	}
	commands := settings.Commands()
	i := slices.IndexFunc(commands, func(c settings.Command) bool { return c.Name == name })
	if i < 0 {
		names := make([]string, len(commands))
		for i, c := range commands {
			names[i] = c.Name
		}
		if near := settings.Closest(name, names); near != "" {
			return usageError(p.Stderr, fmt.Errorf("there is no command %q: did you mean %q?", name, near))
		}
		return usageError(p.Stderr, fmt.Errorf("there is no command %q: see \"zerops-mcp help\"", name))
	}
	p.describe(commands[i])
	return exitDone
}

func (p *program) overview() {
	var b strings.Builder
	b.WriteString("zerops-mcp lets an AI assistant see and operate a Zerops account, over the\nModel Context Protocol.\n\n")
	b.WriteString(p.style.bold("Commands") + "\n")
	for _, c := range settings.Commands() {
		p.line(&b, strings.TrimSpace(c.Name+" "+c.Operands), c.Summary)
	}
	b.WriteString("\n" + p.style.bold("Start here") + "\n")
	p.line(&b, "zerops-mcp call list_projects --demo", "try it without an account")
	p.line(&b, "ZEROPS_TOKEN=… zerops-mcp doctor", "check a token and what it reaches")
	b.WriteString("\n\"zerops-mcp help serve\" lists the settings. The token is never a flag: put it in\n" +
		"ZEROPS_TOKEN, or in a file named by --token-file.\n")
	fmt.Fprint(p.Stdout, b.String())
}

func (p *program) describe(c settings.Command) {
	var b strings.Builder
	usage := strings.TrimSpace("zerops-mcp " + c.Name + " " + c.Operands)
	var rows []settings.Setting
	for _, s := range settings.Table() {
		if s.Takes(c.Name) {
			rows = append(rows, s)
		}
	}
	if len(rows) > 0 {
		usage += " [FLAG]…"
	}
	fmt.Fprintf(&b, "%s\n\n%s.\n", p.style.bold(usage), strings.ToUpper(c.Summary[:1])+c.Summary[1:])
	if c.Name == settings.CallTool {
		b.WriteString("\nExit codes: 0 done, 1 the tool failed, 2 wrong usage, 3 confirmation required,\n" +
			"4 the platform's work failed, 5 still in progress at the deadline.\n")
	}
	if len(rows) > 0 {
		b.WriteString("\n" + p.style.bold("Flags") + "\n")
		for _, s := range rows {
			p.flagHelp(&b, s)
		}
	}
	if c.Name == settings.Serve {
		b.WriteString("\n" + p.style.bold("Never flags") + "\n")
		p.line(&b, "  "+strings.Join(settings.TokenVariables()[:1], ""), "the Zerops token; also read: "+strings.Join(settings.TokenVariables()[1:], ", "))
		for _, s := range settings.Table() {
			if s.Flag == "" {
				p.line(&b, "  "+s.Env[0], strings.ReplaceAll(s.Meaning, "`", ""))
			}
		}
	}
	fmt.Fprint(p.Stdout, b.String())
}

func (p *program) flagHelp(b *strings.Builder, s settings.Setting) {
	head := "--" + s.Flag
	if s.Value != "" {
		head += " " + s.Value
	}
	if s.Repeat {
		head += " …"
	}
	text := strings.ReplaceAll(s.Meaning, "`", "")
	if len(s.Choices) > 0 {
		text += " One of " + strings.Join(s.Choices, ", ") + "."
	}
	var facts []string
	if s.Default != "" {
		facts = append(facts, "default "+s.Default)
	} else if s.Shown != "" && s.Shown != "none" {
		facts = append(facts, "default: "+s.Shown)
	}
	if len(s.Env) > 0 {
		facts = append(facts, strings.Join(s.Env, ", "))
	}
	if len(facts) > 0 {
		text += " [" + strings.Join(facts, "; ") + "]"
	}
	p.line(b, "  "+head, text)
}

// line writes a term and its explanation, wrapped beside it as wide as reads well
// and the terminal is.
func (p *program) line(b *strings.Builder, term, text string) {
	const indent, widest, narrowest = 30, 100, 60
	width := widest
	if p.Width > 0 {
		width = max(narrowest, min(widest, p.Width))
	}
	fmt.Fprintf(b, "  %-*s", indent-2, strings.TrimLeft(term, " "))
	if len([]rune(term)) >= indent-2 {
		b.WriteString("\n" + strings.Repeat(" ", indent))
	}
	column := indent
	for i, word := range strings.Fields(text) {
		n := len([]rune(word))
		if i > 0 && column+1+n > width {
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent
		} else if i > 0 {
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	b.WriteByte('\n')
}
