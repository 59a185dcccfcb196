package manifest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// What a YAML does stands in the plan that a person is shown: every setting that is
// sent, but for the values of variables, of which the names say enough.

const (
	// maxSettings bounds how many settings of one service, or setup, a plan names, and
	// maxListed how many of one list.
	maxSettings = 30
	maxListed   = 12
	maxShown    = 120 // of one value
	// maxWords is after how many bytes of an import only the settings that decide are
	// told of the services that follow.
	maxWords = 9000
)

// setting is one setting of a YAML, in words.
type setting struct{ place, value string }

// settings lists what stands below a value, what decides most first.
func settings(value any) []setting {
	var all []setting
	list(value, nil, 0, &all)
	slices.SortStableFunc(all, func(a, b setting) int { return a.rank() - b.rank() })
	return all
}

// rank orders settings by how much they decide; all that decide little rank alike.
func (s setting) rank() int {
	first := []string{"override", "startWithoutCode", "buildFromGit", "corePackage", "type", "mode", "enableSubdomainAccess", "setup", "run.base", "run.start", "run.ports"}
	if i := slices.Index(first, s.place); i >= 0 {
		return i
	}
	return littleRank
}

const littleRank = 99

func list(value any, path []string, depth int, all *[]setting) {
	add := func(format string, args ...any) {
		*all = append(*all, setting{ShowPath(path), fmt.Sprintf(format, args...)})
	}
	switch v := value.(type) {
	case map[string]any:
		if len(path) > 0 && IsStore(path[len(path)-1]) {
			add("the variables %s", some(tool.SortedKeys(v)))
			return
		}
		if len(v) == 0 && len(path) > 0 {
			add("empty")
		}
		for _, key := range tool.SortedKeys(v) {
			list(v[key], append(path, key), depth, all)
		}
	case []any:
		var scalars []string
		for i, item := range v {
			switch item.(type) {
			case map[string]any, []any:
				list(item, append(path, strconv.Itoa(i)), depth, all)
			default:
				scalars = append(scalars, shown(item))
			}
		}
		switch {
		case len(scalars) > 0 && SecretPlace(path):
			add("(not shown)")
		case len(scalars) > 0 || len(v) == 0:
			add("%s", some(scalars))
		}
	case string:
		switch key := LastOf(path); {
		case strings.EqualFold(key, "dotEnvSecrets"):
			add("the variables %s", some(dotenvNames(v)))
		case key == "zeropsYaml" && depth < maxNestedYaml:
			if doc, err := Parse(v); err == nil {
				list(doc.Value, path, depth+1, all)
				return
			}
			add("%s", shown(v))
		case SecretPlace(path):
			add("(not shown)")
		default:
			add("%s", shown(v))
		}
	default:
		if SecretPlace(path) {
			add("(not shown)")
			return
		}
		add("%s", shown(v))
	}
}

func dotenvNames(text string) []string {
	pairs, err := env.ParseDotenv(text)
	if err != nil {
		pairs = env.ScanDotenv(text)
	}
	var names []string
	for _, pair := range pairs {
		names = append(names, pair.Key)
	}
	return names
}

// shown is a scalar on one line; of a long one the beginning, with its size.
func shown(value any) string {
	text := "nothing"
	if value != nil {
		text = strings.TrimSpace(fmt.Sprint(value))
	}
	if clean := tool.Clean(text, len(text)+1); len(clean) <= maxShown {
		return clean
	}
	return fmt.Sprintf("%s (%d bytes)", tool.Clean(text, maxShown), len(text))
}

// some are the first of many words, cleaned, with how many more there are.
func some(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	out := strings.Join(tool.CleanAll(words[:min(len(words), maxListed)]), ", ")
	if more := len(words) - maxListed; more > 0 {
		out += fmt.Sprintf(" and %d more", more)
	}
	return out
}

// inWords puts settings on one line.
func inWords(all []setting) string {
	var words []string
	for _, s := range all[:min(len(all), maxSettings)] {
		words = append(words, s.place+": "+s.value)
	}
	if more := len(all) - maxSettings; more > 0 {
		words = append(words, fmt.Sprintf("and %d more settings", more))
	}
	return strings.Join(words, "; ")
}

// Words says what an import makes and sets, a line for the project and one for each
// service.
func (p ImportPlan) Words(replaced []zerops.Service) []string {
	top, _ := p.Doc.Value.(map[string]any)
	var out []string
	if p.Project {
		head, _ := top["project"].(map[string]any)
		line := fmt.Sprintf("creates the project %q", tool.Clean(p.Name, 80))
		if rest := without(head, "name"); len(rest) > 0 {
			line += " with " + inWords(settings(rest))
		}
		out = append(out, line)
	}
	size := 0
	for i, s := range p.Services {
		verb := "creates"
		if slices.ContainsFunc(replaced, func(old zerops.Service) bool { return old.Name == s.Hostname }) {
			verb = "replaces"
		}
		entry, _ := At(top, "services", strconv.Itoa(i)).(map[string]any)
		all := settings(without(entry, "hostname"))
		words := inWords(all)
		if size += len(words); size > maxWords {
			all = slices.DeleteFunc(all, func(s setting) bool { return s.rank() == littleRank })
			words = inWords(all) + "; its other settings are left out here, because the text is long"
		}
		out = append(out, fmt.Sprintf("%s %q with %s", verb, tool.Clean(s.Hostname, 40), words))
	}
	if rest := without(without(top, "project"), "services"); len(rest) > 0 {
		out = append(out, "beside it: "+inWords(settings(rest)))
	}
	return out
}

// without is a map but for one of its keys.
func without(m map[string]any, key string) map[string]any {
	rest := map[string]any{}
	for k, v := range m {
		if k != key {
			rest[k] = v
		}
	}
	return rest
}

// SetupWords says what a setup of a zerops.yaml does, and what of that is otherwise in
// the text that ran before; empty where that is not known.
func SetupWords(text, before, name string) []string {
	now := setupSettings(text, name)
	if now == nil {
		return []string{"a zerops.yaml that this server cannot read"}
	}
	head := fmt.Sprintf("a zerops.yaml of %d bytes, %s", len(text), strings.Join(Digest(text).Values, ""))
	old := map[string]string{}
	for _, s := range setupSettings(before, name) {
		old[s.place] = s.value
	}
	for i, s := range now {
		was, there := old[s.place]
		switch delete(old, s.place); {
		case before == "" || was == s.value:
		case there:
			now[i].value += " (was: " + was + ")"
		default:
			now[i].value += " (was not set)"
		}
	}
	out := []string{head, inWords(now)}
	if before != "" && len(old) > 0 {
		out = append(out, "no longer set: "+some(tool.SortedKeys(old)))
	}
	return out
}

// setupSettings are those of one setup, or of all where none has the name.
func setupSettings(text, name string) []setting {
	file, err := ParseZerops(text)
	if err != nil || text == "" {
		return nil
	}
	if s, found := file.Setup(name); found {
		return settings(At(file.Doc.Value, s.path...))
	}
	return settings(file.Doc.Value)
}
