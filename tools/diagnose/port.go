package diagnose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// listener is a line in which the application says where it listens.
type listener struct {
	line string
	port int
	// loopback reports that nothing outside of the container reaches it.
	loopback bool
}

// listeners are the places where the application says that it listens.
func (e *Evidence) listeners() []listener {
	var all []listener
	for _, en := range e.spoken {
		if en.kind == serving || en.kind == foreign || en.kind == quoting {
			continue
		}
		text := strings.ToLower(plain(en.line.Message))
		if port, loopback, ok := listening(text); ok {
			all = append(all, listener{"application log " + evidenceText(en.line), port, loopback})
		}
	}
	return all
}

// listening reads where a program listens, if that is what a line tells.
func listening(text string) (port int, loopback, ok bool) {
	said := false
	for _, words := range [...]string{"listening", "running", "started", "ready on", "ready at", "server", "serving", "local: ", "- local", "network: ", "bound to", " on port", "http on", " on 0.0.0.0", " on :", "tcp on", "url:"} {
		said = said || strings.Contains(text, words)
	}
	if !said || strings.Contains(text, "connect") || strings.Contains(text, "refused") || strings.Contains(text, "readiness") || strings.Contains(text, "debugger") || strings.Contains(text, "metrics") || strings.Contains(text, "pprof") {
		return 0, false, false
	}
	for _, mark := range [...]struct {
		text     string
		loopback bool
	}{
		{"0.0.0.0:", false},
		{"[::]:", false},
		{":::", false},
		{"*:", false},
		{"127.0.0.1:", true},
		{"localhost:", true},
		{"[::1]:", true},
		{"port(s): ", false},
		{"port(s) ", false},
		{"port ", false},
		{"port: ", false},
		{"port=", false},
		{"on :", false},
		{"at :", false},
	} {
		_, after, found := strings.Cut(text, mark.text)
		if !found {
			continue
		}
		end := 0
		for end < len(after) && after[end] >= '0' && after[end] <= '9' {
			end++
		}
		if port, err := strconv.Atoi(after[:end]); err == nil && port > 0 && port < 65536 {
			return port, mark.loopback, true
		}
	}
	return 0, false, false
}

// unreachedBy gathers the signs that nothing could reach the application.
func (e *Evidence) unreachedBy() []string {
	var signs []string
	if reason := e.reasonText(); strings.Contains(strings.ToLower(reason), "readiness") && !strings.Contains(reason, "answered") {
		signs = append(signs, "the platform: "+reason)
	}
	signs = append(signs, e.code("*readiness*", "*healthcheck*")...)
	for _, en := range e.spoken {
		text := strings.ToLower(en.line.Message)
		if strings.Contains(text, "readiness check") && strings.Contains(text, "refused") || strings.Contains(text, "bad gateway") || strings.Contains(text, "health check") && strings.Contains(text, "refused") {
			signs = append(signs, "application log "+evidenceText(en.line))
			break
		}
	}
	return signs
}

// boundToLoopback needs a sign that something could not reach the application:
// many programs print localhost and listen everywhere.
func boundToLoopback(e *Evidence) finding {
	var lines []string
	for _, l := range e.listeners() {
		if !l.loopback {
			return finding{}
		}
		lines = append(lines, l.line)
	}
	signs := e.unreachedBy()
	if len(lines) == 0 || len(signs) == 0 {
		return finding{}
	}
	f := because(high, append(lines[:min(len(lines), 3)], signs[:min(len(signs), 2)]...)...)
	f.score = scoreCode + 1
	return f
}

// wrongPort compares the port that the application says with those of zerops.yaml and of
// the check.
func wrongPort(e *Evidence) finding {
	wanted := e.declaredPorts()
	signs := e.unreachedBy()
	checked, hasCheck := checkedPort(e.reasonText())
	if hasCheck {
		wanted = []int{checked}
	}
	all := e.listeners()
	if len(wanted) == 0 || len(all) == 0 {
		return finding{}
	}
	var lines []string
	for _, l := range all {
		// One good line is enough: programs listen on more than one port.
		if slices.Contains(wanted, l.port) {
			return finding{}
		}
		if l.loopback {
			continue // which is the first thing to change
		}
		lines = append(lines, l.line)
	}
	if len(lines) == 0 {
		return finding{}
	}
	f := because(medium, append(lines[:min(len(lines), 3)], fmt.Sprintf("wanted is one of the ports %v", wanted))...)
	if len(signs) > 0 {
		f.confidence, f.score = high, scoreCode+2
		f.evidence = append(f.evidence, signs[0])
	}
	if !e.failed && len(signs) == 0 {
		f.confidence = low // a worker or a second port says the same
	}
	return f
}

// checkedPort is the port that the platform's check asked at.
func checkedPort(reason string) (int, bool) {
	lower := strings.ToLower(reason)
	if !strings.Contains(lower, "readiness") {
		return 0, false
	}
	for word := range strings.FieldsSeq(lower) {
		word = strings.TrimPrefix(word, "http://")
		host, rest, found := strings.Cut(word, ":")
		if !found || strings.Count(host, ".") != 3 {
			continue
		}
		rest, _, _ = strings.Cut(rest, "/")
		if port, err := strconv.Atoi(strings.TrimRight(rest, ":,")); err == nil {
			return port, true
		}
	}
	return 0, false
}

func (e *Evidence) declaredPorts() []int {
	ports := e.yaml.Ports()
	if len(ports) == 0 {
		for _, p := range e.service.KnownPorts() {
			ports = append(ports, p.Port)
		}
	}
	return ports
}
