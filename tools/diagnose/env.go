package diagnose

import (
	"fmt"
	"strings"

	"zerops-mcp/tools/facts/deployments"
	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

func referenceToItself(e *Evidence) finding {
	var lines []string
	for _, v := range e.variables {
		if env.RefersToItself(v) {
			lines = append(lines, fmt.Sprintf("%s refers to ${%s}", tool.Clean(v.Key, 80), tool.Clean(v.Key, 80)))
		}
	}
	return because(medium, lines...)
}

// missingVariable recognises a variable that the application asks for, and checks
// whether the service has it.
func missingVariable(e *Evidence) finding {
	lines := e.running(missingPatterns()...)
	for _, line := range lines {
		name := variableName(line)
		if name == "" {
			continue
		}
		if e.key(name) == nil {
			return finding{
				evidence: append(lines, "the service has no variable "+name), confidence: high,
				explanation: fmt.Sprintf("The application needs the variable %s, which the service does not have. Set it, then restart.", name),
			}
		}
		return finding{
			evidence: append(lines, "the service has a variable "+name), confidence: medium,
			explanation: fmt.Sprintf("The application misses the variable %s. The service has it, so it may be empty, or set after the start: restart the service.", name),
			next:        &tool.Next{Tool: "restart_service", Arguments: tool.NextArgs{Service: e.service.ID}},
		}
	}
	return because(low, lines...)
}

// unresolvedReference looks for literal references in what the application
// prints, and for references to services that do not exist.
func unresolvedReference(e *Evidence) finding {
	var lines []string
	for _, line := range e.running("${") {
		if name, ok := referenceIn(line); ok && e.looksLikeVariable(name) {
			lines = append(lines, line)
		}
	}
	if len(lines) > 0 {
		return because(high, lines...)
	}
	if len(e.siblings) == 0 {
		return finding{}
	}
	for _, v := range e.variables {
		lost := v.Content.References(func(name string) bool {
			host, key, prefixed := strings.Cut(name, "_")
			return prefixed && key != "" && host == strings.ToLower(host) && e.sibling(host) == nil && host != e.service.Name && e.key(name) == nil
		})
		// What refers to nothing may be a part of the value, and is not shown.
		if len(lost) > 0 && v.Owner() != zerops.OwnerPlatform {
			lines = append(lines, fmt.Sprintf("%s refers to a service that does not exist", tool.Clean(v.Key, 80)))
		}
	}
	return because(medium, lines...)
}

// referenceIn returns the name in the first ${…} of a text.
func referenceIn(text string) (string, bool) {
	_, after, found := strings.Cut(text, "${")
	name, _, closed := strings.Cut(after, "}")
	if !found || !closed || name == "" || len(name) > 120 || strings.ContainsAny(name, " {}()'\"") {
		return "", false
	}
	return name, true
}

// looksLikeVariable tells a reference from the template text that programs print.
func (e *Evidence) looksLikeVariable(name string) bool {
	host, key, prefixed := strings.Cut(name, "_")
	return prefixed && key != "" && host != "" || strings.ToUpper(name) == name || e.sibling(host) != nil
}

// staleVariables compares the last change of variables with the last start.
func staleVariables(e *Evidence) finding {
	if e.failed {
		return finding{}
	}
	for _, p := range e.processes { // newest first
		if p.State() != zerops.ProcessFinished {
			continue
		}
		switch {
		case deployments.AppliesVariables(p.Action):
			return because(low, processWords(p), "the application was not restarted or deployed since")
		case strings.HasPrefix(p.Action, "stack.restart"), strings.HasPrefix(p.Action, "stack.start"), strings.HasPrefix(p.Action, "stack.deploy"), strings.HasPrefix(p.Action, "stack.build"):
			return finding{}
		}
	}
	return finding{}
}
