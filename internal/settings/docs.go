package settings

import (
	"strings"
)

// Markdown is the reference of settings for docs/settings.md.
func Markdown() string {
	var b strings.Builder
	b.WriteString(`# Settings

<!-- Generated from internal/settings; "go test ./internal/settings -update" rewrites it. -->

Flags win over variables; of several variables for one setting the first one listed wins. Lists are separated by
commas. Unknown flags and unknown ` + "`ZMCP_*`" + ` variables are start-up errors. An empty value, or one that a client
left unexpanded (` + "`${…}`, `$NAME`, `%NAME%`" + `), counts as unset and is warned about – except where it stands for a limit: there
the strictest value counts. That is told on stderr, by ` + "`whoami`" + ` and by ` + "`doctor`" + `, and the last column says how to lift it.

| empty or unexpanded | means | for no such limit write |
|---|---|---|
` + limitsTable() + `

## The token

The Zerops token is never a flag. It is taken from the first of these that holds one:
a ` + "`--token-file`" + ` on the command line, `)
	for _, name := range TokenVariables() {
		b.WriteString("`" + name + "`, ")
	}
	b.WriteString("a file named by `ZEROPS_TOKEN_FILE` or `ZMCP_TOKEN_FILE`, and with `--use-zcli-login` what `zcli login` stored.\n" +
		"`call` and `doctor` look last at the file in which `install` keeps a token.\n")
	for _, part := range []struct {
		title string
		keep  func(Setting) bool
	}{
		{"For every transport", func(s Setting) bool { return len(s.Env) > 0 && !s.Remote }},
		{"With `--transport http` or `sse`", func(s Setting) bool { return len(s.Env) > 0 && s.Remote }},
		{"Of single commands", func(s Setting) bool { return len(s.Env) == 0 }},
	} {
		b.WriteString("\n## " + part.title + "\n\n| flag | environment | default | meaning |\n|---|---|---|---|\n")
		for _, s := range Table() {
			if part.keep(s) {
				b.WriteString("| " + strings.Join([]string{s.docFlag(), s.docEnv(), s.docDefault(), s.docMeaning()}, " | ") + " |\n")
			}
		}
	}
	return b.String()
}

func (s *Setting) docFlag() string {
	switch {
	case s.Flag == "":
		return "never a flag"
	case s.Value == "":
		return "`--" + s.Flag + "`"
	}
	text := "`--" + s.Flag + " " + strings.ReplaceAll(s.Value, "|", `\|`) + "`"
	if s.Repeat {
		text += ", repeatable"
	}
	return text
}

func (s *Setting) docEnv() string {
	if len(s.Env) == 0 {
		return "–"
	}
	return "`" + strings.Join(s.Env, "`, `") + "`"
}

func (s *Setting) docDefault() string {
	switch {
	case s.Default != "":
		return "`" + s.Default + "`"
	case s.Shown != "":
		return s.Shown
	case s.Switch():
		return "off"
	}
	return "–"
}

func (s *Setting) docMeaning() string {
	text := s.Meaning
	if len(s.Choices) > 0 {
		text += " One of `" + strings.Join(s.Choices, "`, `") + "`."
	}
	if len(s.Env) == 0 {
		text += " For " + strings.Join(s.Commands, ", ") + "."
	}
	return strings.ReplaceAll(text, "|", `\|`)
}

// limitsTable lists the settings in which an unreadable value is the strict one.
func limitsTable() string {
	var b strings.Builder
	for _, s := range Table() {
		if l := s.limit(); l != nil {
			b.WriteString("| `--" + s.Flag + "`, `" + s.Env[0] + "` | " + l.means + " | `" + l.open + "` |\n")
		}
	}
	return b.String()
}
