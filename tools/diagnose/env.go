package diagnose

import (
	"fmt"
	"slices"
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

// missingVariable names the variable that the application asks for, and checks whether
// the service has it.
func missingVariable(e *Evidence, said finding) finding {
	for _, line := range said.evidence {
		name := variableName(line)
		if name == "" {
			continue
		}
		if e.key(name) == nil {
			said.evidence = append(said.evidence, "the service has no variable "+name)
			said.explanation = fmt.Sprintf("The application needs the variable %s, which the service does not have. Set it, then restart.", name)
			return said
		}
		said.confidence = min(said.confidence, medium)
		said.evidence = append(said.evidence, "the service has a variable "+name)
		said.explanation = fmt.Sprintf("The application misses the variable %s. The service has it, so it may be empty, or set after the start: restart the service.", name)
		said.next = &tool.Next{Tool: "restart_service", Arguments: tool.NextArgs{Service: e.service.ID}}
		return said
	}
	return said
}

// missingInBuild names the variable that the build asks for.
func missingInBuild(e *Evidence, said finding) finding {
	for _, line := range said.evidence {
		if name := variableName(line); name != "" {
			if e.key(name) != nil {
				said.confidence = high
				said.evidence = append(said.evidence, fmt.Sprintf("the service has the variable %s, but builds do not see it: refer to it as ${RUNTIME_%s} in build.envVariables", name, name))
			}
			break
		}
	}
	return said
}

// variableName finds the name of a variable in a line: the longest word of
// capitals, digits and underscores that could be one.
func variableName(line string) string {
	best := ""
	for word := range strings.FieldsFuncSeq(line, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) {
		if len(word) > max(len(best), 2) && strings.ToUpper(word) == word && word[0] >= 'A' && word[0] <= 'Z' && (strings.Contains(word, "_") || len(word) >= 4) {
			switch word {
			case "ERROR", "FATAL", "WARN", "INFO", "DEBUG", "HTTP", "HTTPS", "FAILURE", "CRITICAL", "WARNING":
				continue
			}
			best = word
		}
	}
	return best
}

// unresolvedReference looks for literal references in what the application
// prints, and for references to services that do not exist.
func unresolvedReference(e *Evidence, _ finding) finding {
	f := finding{}
	for i, en := range e.spoken {
		name, ok := referenceIn(en.line.Message)
		if !ok || en.kind != saying || en.level != unsaid && en.level < warning || strings.Contains(en.texts[0], "placeholder") || !e.looksLikeVariable(name) {
			continue
		}
		if len(f.evidence) == 0 {
			f.order = i
		}
		f.evidence = append(f.evidence, "application log "+evidenceText(en.line))
		f.times = append(f.times, en.line.Time)
	}
	if len(f.evidence) > 0 {
		f.confidence, f.score = high, scoreCode
		return f
	}
	if len(e.siblings) == 0 {
		return finding{}
	}
	var lines []string
	for _, v := range e.variables {
		lost := v.Content.References(func(name string) bool {
			host, key, prefixed := strings.Cut(name, "_")
			return prefixed && key != "" && host == strings.ToLower(host) && e.sibling(host) == nil && host != e.service.Name && e.key(name) == nil
		})
		if len(lost) == 0 || v.Owner() == zerops.OwnerPlatform {
			continue
		}
		words := tool.Clean(v.Key, 80) + " refers to a service that does not exist"
		// What refers to nothing may be a part of the value; a key of the platform is none.
		if i := slices.IndexFunc(lost, platformKey); i >= 0 {
			host, _, _ := strings.Cut(lost[i], "_")
			words = fmt.Sprintf("%s refers to ${%s}, and there is no service %q", tool.Clean(v.Key, 80), lost[i], host)
		}
		lines = append(lines, words)
	}
	return because(medium, lines...)
}

// platformKey reports a reference to a variable that the platform makes for services.
func platformKey(name string) bool {
	_, key, _ := strings.Cut(name, "_")
	switch key {
	case "hostname", "host", "port", "portTls", "user", "password", "superUser", "superUserPassword", "dbName", "connectionString", "connectionTlsString",
		"apiUrl", "apiHost", "accessKeyId", "secretAccessKey", "bucketName", "masterKey", "defaultAdminKey", "defaultSearchKey", "zeropsSubdomain":
		return true
	}
	return false
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
