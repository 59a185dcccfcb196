package cli

import (
	"slices"
	"strings"
)

// colourful reports whether the environment lets a terminal have colours.
func colourful(environ []string) bool {
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		if name == "NO_COLOR" && value != "" {
			return false
		}
	}
	return !dumb(environ)
}

// dumb reports whether the terminal obeys no control sequences.
func dumb(environ []string) bool { return slices.Contains(environ, "TERM=dumb") }

// style puts colours around text where they are wanted.
type style struct{ on bool }

func (s style) paint(code, text string) string {
	if !s.on || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s style) bold(text string) string   { return s.paint("1", text) }
func (s style) faint(text string) string  { return s.paint("2", text) }
func (s style) good(text string) string   { return s.paint("32", text) }
func (s style) bad(text string) string    { return s.paint("31", text) }
func (s style) unsure(text string) string { return s.paint("33", text) }

// status colours the words in which the API and the tools tell how things are.
func (s style) status(text string) string {
	switch text {
	case "ACTIVE", "RUNNING", "FINISHED", "done", "ok":
		return s.good(text)
	case "FAILED", "ACTION_FAILED", "BUILD_FAILED", "DEPLOY_FAILED", "CANCELED", "failed", "ERROR", "error":
		return s.bad(text)
	case "STOPPED", "PENDING", "CREATING", "BUILDING", "WAITING_TO_BUILD", "in_progress", "confirmation_required", "WARNING", "warning":
		return s.unsure(text)
	}
	return text
}
