package settings

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// The words that stand for no limit, or for nothing, in settings that are lists.
const (
	everything = "*"
	nothing    = "none"
)

// NoProject stands in [Settings.Projects] for a --project that could not be read:
// it matches no project.
const NoProject = ""

// limit is how a setting that keeps an assistant from something is understood when
// its value is there and cannot be read: as the strictest there is.
type limit struct {
	values []string
	means  string
	// open is how to write that there is no limit, or no more than usual.
	open string
}

// limit is nil for settings that keep nobody from anything.
func (s *Setting) limit() *limit {
	switch s.Flag {
	case "read-only":
		return &limit{[]string{"true"}, "nothing can be changed", "false"}
	case "project":
		return &limit{[]string{NoProject}, "no project is in reach", everything}
	case "toolsets":
		return &limit{[]string{"account"}, "only the toolset account is offered", "default"}
	case "tools":
		return &limit{nil, "no tool is added", nothing}
	case "exclude-tools":
		return &limit{[]string{everything}, "every tool but whoami is excluded", nothing}
	case "confirm":
		return &limit{[]string{ConfirmHuman}, "a person has to confirm, or nothing is done", ConfirmAuto}
	case "protect-tag":
		return &limit{[]string{everything}, "every project counts as protected", "protected"}
	case "env-allow":
		return &limit{nil, "no variable may be copied", nothing}
	case "allowed-hosts":
		return &limit{nil, "only names of this machine are answered", nothing}
	case "allowed-origins":
		return &limit{nil, "no web page may call", nothing}
	case "trusted-proxies":
		return &limit{nil, "no proxy is believed", nothing}
	}
	return nil
}

// unfilled recognises more than unexpanded does, for settings in which a mistake
// must not pass for a value: templates of any kind, anywhere in it.
func unfilled(value string) bool {
	switch {
	case unexpanded(value), strings.Contains(value, "${"), strings.Contains(value, "{{"):
		return true
	case strings.HasPrefix(value, "$"), strings.Contains(value, "$("):
		return true
	case strings.HasPrefix(value, "{") && strings.HasSuffix(value, "}"), strings.HasPrefix(value, "<") && strings.HasSuffix(value, ">"):
		return true
	}
	before, after, found := strings.Cut(value, "%")
	name, _, closed := strings.Cut(after, "%")
	return found && closed && variableName(name) && !variableName(before)
}

// bare takes off what surrounds a value without being part of it.
func bare(value string) string {
	return strings.TrimFunc(value, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) || r == '"' || r == '\'' })
}

// strict notes that a limit was given and cannot be read.
func (l *loader) strict(g given, placeholder string) {
	limit := g.setting.limit()
	problem := "is empty"
	if placeholder != "" {
		problem = "holds " + clip(placeholder) + ", which your client did not expand"
	}
	open := g.from + "=" + limit.open
	if limit.open == everything {
		open = g.from + "='*'"
	}
	w := Warning{Setting: g.from, Text: fmt.Sprintf("%s, so the strict value counts: %s; write %s for no such limit", problem, limit.means, open)}
	if l.lost[g.setting.Name()] == "" && !slices.Contains(l.warnings, w) {
		l.warnings = append(l.warnings, w)
		l.out.Strict = append(l.out.Strict, w)
	}
	l.lost[g.setting.Name()] = g.from
}

// finishWords replaces the words for no limit by what they mean.
func (l *loader) finishWords() error {
	s := l.out
	for _, row := range []struct {
		list *[]string
		flag string
		word string
	}{
		{&s.Projects, "project", everything},
		{&s.Tools, "tools", nothing},
		{&s.ExcludeTools, "exclude-tools", nothing},
		{&s.EnvAllow, "env-allow", nothing},
		{&s.AllowedHosts, "allowed-hosts", nothing},
		{&s.AllowedOrigins, "allowed-origins", nothing},
		{&s.TrustedProxies, "trusted-proxies", nothing},
	} {
		switch {
		case !slices.Contains(*row.list, row.word):
			continue
		case len(*row.list) > 1:
			return fmt.Errorf("%s: %q stands alone: drop it, or the rest", l.where(row.flag), row.word)
		}
		*row.list = nil
		delete(s.origins, row.flag)
	}
	if s.Command == Install {
		for _, row := range l.table {
			if from := l.lost[row.Name()]; strings.HasPrefix(from, "-") {
				return fmt.Errorf("%s has no value that could be installed: write it in full, or %s=%s for no such limit", from, from, row.limit().open)
			}
		}
	}
	return nil
}
