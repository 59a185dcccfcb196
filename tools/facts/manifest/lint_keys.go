package manifest

import (
	"slices"
	"strings"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// variableAt is a variable and where it stands.
type variableAt struct {
	key, value string
	path       []string
}

// variables checks the keys of all stores of a project or service together: they
// are unique regardless of case, also against the platform's own (platform §10.1).
func (l *linter) variables(path []string, holder any, stores []string, duplicate string) {
	object, _ := holder.(map[string]any)
	seen := map[string]variableAt{}
	for _, store := range stores {
		at := slices.Concat(path, []string{store})
		for _, v := range l.store(at, store, object[store]) {
			lower := strings.ToLower(v.key)
			earlier, twice := seen[lower]
			switch {
			case !zerops.ValidKey(v.key):
				l.refused(v.path, "", "is refused as a key: letters, digits and underscores, no digit first")
			case strings.HasPrefix(lower, "zerops_"):
				l.refused(v.path, "userDataZeropsPrefixForbidden", "%s", env.ReservedKey(v.key))
			case systemKey(v.key) && path[0] == "project":
				l.warn(v.path, "%s is a key of the platform in every service, where this value may not arrive; choose another name", v.key)
			case systemKey(v.key):
				l.refused(v.path, duplicate, "is a key of the platform, whose keys are unique regardless of case; the whole import is refused")
			case twice && earlier.key == v.key && ShowPath(earlier.path) == ShowPath(v.path):
				l.warn(v.path, "is given twice; the last one counts")
			case twice:
				l.refused(v.path, duplicate, "is there already as %s; keys are unique regardless of case, and the whole import is refused", ShowPath(earlier.path))
			case env.SelfReference(v.key, v.value):
				l.warn(v.path, "%s", env.SelfReferenceWarning)
			}
			seen[lower] = v
		}
	}
}

// store lists the variables of one place, in the order of their lines.
func (l *linter) store(path []string, name string, value any) []variableAt {
	var all []variableAt
	if name == "dotEnvSecrets" {
		text, _ := value.(string)
		pairs, err := env.ParseDotenv(text)
		if err != nil {
			l.warn(path, "cannot be read as dotenv: %v", err)
		}
		for _, pair := range pairs {
			all = append(all, variableAt{pair.Key, pair.Value, path})
		}
		return all
	}
	members, _ := value.(map[string]any)
	for _, place := range l.doc.inOrder(path, members) {
		key := LastOf(place)
		content := members[key]
		if entry, ok := content.(map[string]any); ok && name == "vault" { // {value, sensitive}
			content = entry["value"]
			l.vaultEntry(place, entry)
		}
		all = append(all, variableAt{key, Text(content), place})
	}
	return all
}

// vaultEntry checks a variable that is written {value, sensitive}: what the platform
// does not know of it is dropped, and without the flag the value is stored in clear
// (platform §10.1).
func (l *linter) vaultEntry(place []string, entry map[string]any) {
	if _, there := entry["value"]; !there {
		l.warn(place, "has no value; an entry is a text, or {value, sensitive}")
	}
	for _, name := range tool.SortedKeys(entry) {
		at := slices.Concat(place, []string{name})
		_, flag := entry[name].(bool)
		switch {
		case name == "sensitive" && !flag:
			l.warn(at, "is %s and has to be true or false; anything else may store the value in clear", KindOf(entry[name]))
		case name != "value" && name != "sensitive":
			l.warn(at, "means nothing in an entry of a vault, which has value and sensitive; without sensitive: true the value is stored in clear")
		}
	}
}

// systemKey reports a key of the platform in any case.
func systemKey(key string) bool {
	return slices.ContainsFunc([]string{"hostname", "PATH", "serviceId", "projectId", "appVersionId", "appVersionName", "zeropsSubdomain"}, func(own string) bool {
		return strings.EqualFold(own, key)
	})
}
