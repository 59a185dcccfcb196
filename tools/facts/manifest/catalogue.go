package manifest

import (
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Catalogue is the service types that the platform offers today. The zero value
// knows none, and then nothing is judged by it. It comes from the API and is never
// taken for complete: what is not in it passes with a note (platform §10.2).
type Catalogue struct{ types []zerops.ServiceType }

// NewCatalogue takes what the API listed.
func NewCatalogue(types []zerops.ServiceType) Catalogue { return Catalogue{types} }

// Known reports whether there is a catalogue at all.
func (k Catalogue) Known() bool { return len(k.types) > 0 }

// Use is what a type is named for.
type Use int

// What types are named for.
const (
	UseService Use = iota // type of an import
	UseRun                // run.base
	UseBuild              // build.base
)

// TypeName is the name of a type in its parts: ubuntu/nodejs@22 has a system,
// postgresql:ha@18 a mode, static neither of them nor a version.
type TypeName struct{ System, Family, Mode, Version string }

// ParseTypeName takes a name apart.
func ParseTypeName(name string) TypeName {
	var t TypeName
	rest := name
	if system, after, found := strings.Cut(name, "/"); found {
		t.System, rest = system, after
	}
	rest, t.Version, _ = strings.Cut(rest, "@")
	t.Family, t.Mode, _ = strings.Cut(rest, ":")
	return t
}

// Short is the name without system and mode.
func (t TypeName) Short() string {
	if t.Version == "" {
		return t.Family
	}
	return t.Family + "@" + t.Version
}

// family is a family in the spelling that is compared: objectstorage and golang are
// older names of object-storage and go.
func family(name string) string {
	name = strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(name, "-", ""), "_", ""))
	if name == "golang" {
		return "go"
	}
	return name
}

// sameVersion reports that one version is the other, or a closer name of it: 1.22 of
// 1, 8.3+2.4 of 8.3. Words such as latest and stable move with the platform and
// stand for any.
func sameVersion(written, listed string) bool {
	written, _, _ = strings.Cut(written, "+")
	listed, _, _ = strings.Cut(listed, "+")
	switch {
	case written == listed || written == "" || listed == "":
		return true
	case written[0] < '0' || written[0] > '9':
		return true
	}
	return strings.HasPrefix(written, listed+".") || strings.HasPrefix(listed, written+".")
}

// system reports a category whose services belong to the platform itself.
func system(category string) bool {
	switch category {
	case "CORE", "PREPARE_RUNTIME", "HTTP_L7_BALANCER", "INTERNAL":
		return true
	}
	return false
}

// serves reports whether a type may be named for a use. Categories that are not
// known may.
func (u Use) serves(t zerops.ServiceType, v zerops.ServiceTypeVersion) bool {
	builds := v.IsBuild || t.Category == "BUILD"
	switch {
	case v.Status == "DISABLED" || system(t.Category):
		return false
	case u == UseBuild:
		return builds || t.Category == "USER"
	case u == UseRun:
		return !builds && t.Category != "STANDARD"
	}
	return !builds
}

// Find looks a type up by its name as people write it: in full, without the system
// or the mode, with a closer version or without one.
func (k Catalogue) Find(name string, use Use) (zerops.ServiceType, zerops.ServiceTypeVersion, bool) {
	wanted := ParseTypeName(name)
	best, rank := [2]int{}, 0
	for i, t := range k.types {
		for j, v := range t.Versions {
			if !use.serves(t, v) {
				continue
			}
			r := wanted.rank(name, v.Name, t)
			if r == 0 && use == UseBuild && wanted.builds(ParseTypeName(v.Name)) {
				r = 1
			}
			if r > rank {
				best, rank = [2]int{i, j}, r
			}
		}
	}
	if rank == 0 {
		return zerops.ServiceType{}, zerops.ServiceTypeVersion{}, false
	}
	t := k.types[best[0]]
	return t, t.Versions[best[1]], true
}

// rank says how well a listed name is what was written; 0 is not at all.
func (t TypeName) rank(written, listed string, of zerops.ServiceType) int {
	have := ParseTypeName(listed)
	switch {
	case listed == written:
		return 9
	case t.Version == "" && t.Family == have.Version && have.System == "" && of.Category == "USER": // 24.04 of ubuntu@24.04
		return 1
	case family(t.Family) != family(have.Family) || !sameVersion(t.Version, have.Version):
		return 0
	}
	rank := 2
	if t.Version == have.Version {
		rank += 3
	}
	if t.System == have.System && t.Mode == have.Mode {
		rank += 2
	}
	if (t.Version == "" || t.Version == "latest") && of.Default != nil && of.Default.Name == listed {
		rank++
	}
	return rank
}

// builds reports a name that only builds have, of a runtime that comes in several
// kinds: php of php-nginx and php-apache (platform §10.2).
func (t TypeName) builds(run TypeName) bool {
	return strings.HasPrefix(run.Family, t.Family+"-") && sameVersion(t.Version, run.Version)
}

// Runtime reports a type that runs code of the user; sure is false where the
// catalogue does not have it.
func (k Catalogue) Runtime(name string) (runtime, sure bool) {
	t, _, sure := k.Find(name, UseService)
	return t.Category == "USER", sure
}

// NeedsMode reports a managed type that comes in two topologies, in a name that does
// not say which. Storages do without.
func (k Catalogue) NeedsMode(name string) bool {
	wanted := ParseTypeName(name)
	t, v, found := k.Find(name, UseService)
	if !found || wanted.Mode != "" || t.Category != "STANDARD" || ParseTypeName(v.Name).Mode != "" {
		return false
	}
	modes := map[string]bool{}
	for _, other := range t.Versions {
		if have := ParseTypeName(other.Name); family(have.Family) == family(wanted.Family) && have.Mode != "" && have.Version == ParseTypeName(v.Name).Version {
			modes[have.Mode] = true
		}
	}
	return len(modes) > 1
}

// Doubt says why a name is perhaps no type that the platform takes, with names that
// it has; "" where there is nothing to say.
func (k Catalogue) Doubt(name string, use Use) string {
	if !k.Known() || name == "" || Expression(name) {
		return ""
	}
	if _, _, found := k.Find(name, use); found {
		return ""
	}
	wanted := ParseTypeName(name)
	shown := tool.Clean(name, 60)
	if same := k.versions(func(t TypeName) bool { return family(t.Family) == family(wanted.Family) }, use); len(same) > 0 {
		return fmt.Sprintf("%s is not in the platform's catalogue of today; of this type there are %s", shown, strings.Join(same, ", "))
	}
	if _, _, found := k.Find(name, UseBuild); found && use != UseBuild {
		words := shown + " is a base for builds only"
		if run := k.versions(wanted.builds, use); len(run) > 0 {
			words += "; to run there are " + strings.Join(run, ", ")
		}
		return words
	}
	if next := k.versions(func(t TypeName) bool { return slices.Contains(successors(family(wanted.Family)), family(t.Family)) }, use); len(next) > 0 {
		return fmt.Sprintf("%s is not in the platform's catalogue of today; in its place there are %s", shown, strings.Join(next, ", "))
	}
	words := shown + " is not in the platform's catalogue of today"
	if near := tool.Closest(wanted.Family, k.families(use), 2); len(near) > 0 {
		words += "; close ones: " + strings.Join(k.versions(func(t TypeName) bool { return slices.Contains(near, t.Family) }, use), ", ")
	}
	return words
}

// successors are what took the place of types that the platform gave up
// (platform §10.2).
func successors(name string) []string {
	switch name {
	case "keydb", "redis":
		return []string{"valkey"}
	case "rabbitmq":
		return []string{"nats", "kafka"}
	case "mysql":
		return []string{"mariadb"}
	case "mongodb":
		return []string{"postgresql"}
	}
	return nil
}

// maxSuggested bounds the names in one suggestion.
const maxSuggested = 8

// versions are the short names of types that fit.
func (k Catalogue) versions(fits func(TypeName) bool, use Use) []string {
	var names []string
	for _, t := range k.types {
		for _, v := range t.Versions {
			name := ParseTypeName(v.Name)
			if short := tool.Clean(name.Short(), 60); use.serves(t, v) && fits(name) && !slices.Contains(names, short) {
				names = append(names, short)
			}
		}
	}
	return names[:min(len(names), maxSuggested)]
}

func (k Catalogue) families(use Use) []string {
	all := map[string]bool{}
	for _, t := range k.types {
		for _, v := range t.Versions {
			if use.serves(t, v) {
				all[ParseTypeName(v.Name).Family] = true
			}
		}
	}
	return tool.SortedKeys(all)
}
