package simulator

import (
	"slices"
	"strings"
)

// namedType is resolveType for the names that people write in YAML, of which the
// platform takes more than it lists: golang@1.22, php-nginx@8.3+1.22, objectstorage,
// rust@nightly, or the version of a system alone (platform §10.2).
func (w *world) namedType(name string) (*serviceType, *typeVersion, error) {
	kind, version, err := w.resolveType(name)
	if err == nil {
		return kind, version, nil
	}
	for _, other := range otherNames(name) {
		if kind, version, wrong := w.resolveType(other); wrong == nil {
			return kind, version, nil
		}
		for _, t := range w.types { // elixir@1 of elixir@1.16
			for i := range slices.Backward(t.versions) {
				if v := &t.versions[i]; !v.disabled && strings.HasPrefix(v.name, other+".") && strings.Contains(other, "@") {
					return t, v, nil
				}
			}
		}
	}
	return nil, nil, err
}

// otherNames are what else a name may stand for, the closest first.
func otherNames(name string) []string {
	if name != "" && strings.Trim(name, "0123456789.") == "" {
		return []string{"ubuntu@" + name, "alpine@" + name}
	}
	before, version, versioned := strings.Cut(name, "@")
	system, family, prefixed := strings.Cut(before, "/")
	if !prefixed {
		system, family = "", before
	} else {
		system += "/"
	}
	switch family {
	case "golang":
		family = "go"
	case "objectstorage":
		family = "object-storage"
	case "sharedstorage":
		family = "shared-storage"
	case "localstorage":
		family = "local-storage"
	}
	if !versioned {
		return []string{system + family}
	}
	switch version {
	case "stable", "nightly", "canary":
		return []string{system + family + "@" + version, system + family + "@latest"}
	}
	var names []string
	version, _, _ = strings.Cut(version, "+")
	for {
		names = append(names, system+family+"@"+version)
		last := strings.LastIndexByte(version, '.')
		if last < 0 {
			return names
		}
		version = version[:last]
	}
}
