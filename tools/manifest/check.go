package manifest

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/tools/tool"
)

// maxIssues bounds how many issues of one document are told.
const maxIssues = 50

// yamlCheck compares a document with a published schema. The schema is stricter
// than the platform in known ways, so what it finds are warnings, and the known
// ways are left out.
type yamlCheck struct {
	kind   string // of YAML
	doc    *manifest.Document
	schema *liveSchema
	// types judge what names a type, where they are known: the schema may be older.
	types manifest.Catalogue
	// part is the path of the checked value in the document, extending those of the
	// setups in it that take over sections of others.
	part      []string
	extending [][]string
	// silent are places of which somebody else speaks, by their path.
	silent map[string]bool
	found  []manifest.Issue
}

// run returns the issues in the order of their lines.
func (y *yamlCheck) run() (issues []manifest.Issue) {
	defer func() {
		if p := recover(); p != nil {
			issues = append(issues, manifest.Issue{Message: "the check against the platform's schema broke off"})
		}
	}()
	err := y.schema.check.Validate(y.checked())
	if wrong, ok := errors.AsType[*jsonschema.ValidationError](err); ok {
		y.found = y.collect(wrong)
	}
	return sortIssues(y.found)
}

// sortIssues orders by line, drops what is said twice, and keeps the bound.
func sortIssues(issues []manifest.Issue) []manifest.Issue {
	sort.SliceStable(issues, func(i, j int) bool {
		if issues[i].Line != issues[j].Line {
			return issues[i].Line < issues[j].Line
		}
		return issues[i].Path < issues[j].Path
	})
	out := []manifest.Issue{}
	seen := map[manifest.Issue]bool{}
	for _, issue := range issues {
		if seen[issue] {
			continue
		}
		seen[issue] = true
		if len(out) == maxIssues {
			return append(out, manifest.Issue{Message: "more follow; correct these first"})
		}
		out = append(out, issue)
	}
	return out
}

// collect turns a tree of errors into issues.
func (y *yamlCheck) collect(e *jsonschema.ValidationError) []manifest.Issue {
	switch e.ErrorKind.(type) {
	case *kind.OneOf, *kind.AnyOf:
		return y.alternatives(e)
	}
	if len(e.Causes) == 0 {
		return y.leaf(e)
	}
	var issues []manifest.Issue
	for _, cause := range e.Causes {
		issues = append(issues, y.collect(cause)...)
	}
	return issues
}

// alternatives speaks of the one alternative that was meant: one that fits but for
// known errors of the schema fits; else the one that has the right kind of value.
func (y *yamlCheck) alternatives(e *jsonschema.ValidationError) []manifest.Issue {
	var best, first []manifest.Issue
	var kinds []string
	if words := y.constants(e); len(words) > 0 {
		return y.enum(e.InstanceLocation, manifest.Text(y.at(e.InstanceLocation)), words)
	}
	for i, cause := range e.Causes {
		issues := y.collect(cause)
		if len(issues) == 0 {
			return nil
		}
		if i == 0 {
			first = issues
		}
		if wrong := wrongKind(cause, len(e.InstanceLocation)); wrong != nil {
			kinds = append(kinds, wrong.Want...)
			continue
		}
		if best == nil || len(issues) < len(best) {
			best = issues
		}
	}
	switch {
	case best != nil:
		return best
	case len(kinds) > 0:
		return []manifest.Issue{y.issue(e.InstanceLocation, "is %s; expected %s", manifest.KindOf(y.at(e.InstanceLocation)), strings.Join(kinds, " or "))}
	}
	return first
}

// constants are the values of alternatives that are nothing but constants.
func (y *yamlCheck) constants(e *jsonschema.ValidationError) []any {
	var values []any
	for _, cause := range e.Causes {
		for len(cause.Causes) == 1 {
			cause = cause.Causes[0]
		}
		only, ok := cause.ErrorKind.(*kind.Const)
		if !ok || len(cause.InstanceLocation) != len(e.InstanceLocation) {
			return nil
		}
		values = append(values, only.Want)
	}
	return values
}

// wrongKind returns the complaint about the kind of the value itself, if it is
// one.
func wrongKind(e *jsonschema.ValidationError, depth int) *kind.Type {
	for len(e.Causes) == 1 {
		e = e.Causes[0]
	}
	if wrong, ok := e.ErrorKind.(*kind.Type); ok && len(e.InstanceLocation) == depth {
		return wrong
	}
	return nil
}

func (y *yamlCheck) at(location []string) any {
	return manifest.At(manifest.At(y.doc.Value, y.part...), location...)
}

// path is where a location of the checked value stands in the document.
func (y *yamlCheck) path(location []string) []string { return slices.Concat(y.part, location) }

// issue places words at a location of the checked value.
func (y *yamlCheck) issue(location []string, format string, args ...any) manifest.Issue {
	path := y.path(location)
	return manifest.Issue{Line: y.doc.Line(path), Path: manifest.ShowPath(path), Message: fmt.Sprintf(format, args...)}
}

func (y *yamlCheck) leaf(e *jsonschema.ValidationError) []manifest.Issue {
	location := e.InstanceLocation
	value := y.at(location)
	if y.takes(location, value, e) || y.silent[manifest.ShowPath(y.path(location))] {
		return nil
	}
	one := func(format string, args ...any) []manifest.Issue {
		return []manifest.Issue{y.issue(location, format, args...)}
	}
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		return y.unknown(location, k.Properties)
	case *kind.Required:
		return one("misses %s", strings.Join(tool.CleanAll(k.Missing), ", "))
	case *kind.Type:
		return one("is %s; expected %s", manifest.KindOf(value), strings.Join(k.Want, " or "))
	case *kind.Enum:
		return y.enum(location, manifest.Text(k.Got), k.Want)
	case *kind.Const:
		return one("must be %s", tool.Clean(manifest.Text(k.Want), 60))
	case *kind.FalseSchema:
		return one("is not allowed here with the other values of this place, such as its type")
	case *kind.Minimum:
		return one("must be at least %s", k.Want.FloatString(3))
	case *kind.Maximum:
		return one("must be at most %s", k.Want.FloatString(3))
	case *kind.Not:
		return one("is a combination that is not allowed")
	}
	return one("does not fit the platform's schema (%s)", tool.Clean(strings.Join(e.ErrorKind.KeywordPath(), "/"), 60))
}

// unknown speaks of keys that the schema does not know. The platform drops them
// without a word (platform §7.2).
func (y *yamlCheck) unknown(location, keys []string) []manifest.Issue {
	known := []string(nil)
	if node, ok := y.schema.root().find(location); ok {
		known = node.keys()
	}
	var issues []manifest.Issue
	for _, key := range keys[:min(len(keys), maxIssues+1)] {
		path := slices.Concat(location, []string{key})
		issue := y.issue(path, "unknown key; the platform drops it without a word")
		if y.silent[issue.Path] || newerKey(path) || y.holdsAnchor(y.path(path)) {
			continue
		}
		if near := tool.Closest(key, known, 1); len(near) > 0 {
			issue.Message += fmt.Sprintf("; did you mean %q?", tool.Clean(near[0], 60))
		}
		issues = append(issues, issue)
	}
	return issues
}

// enum speaks of a value outside a set. Types may be written shorter than the schema
// lists them, without the system in front and without the mode, or longer
// (platform §1.9). The platform extends such sets before its schema says so.
func (y *yamlCheck) enum(location []string, got string, want []any) []manifest.Issue {
	names := make([]string, 0, len(want))
	short := manifest.ParseTypeName(got).Short()
	for _, w := range want {
		name := manifest.Text(w)
		if have := manifest.ParseTypeName(name).Short(); have == got || namesType(location) && have == short || strings.EqualFold(name, got) {
			return nil
		}
		names = append(names, name)
	}
	words := "is not among the values of the platform's schema"
	if near := tool.Closest(got, names, 3); len(near) > 0 {
		words += "; close ones: " + strings.Join(tool.CleanAll(near), ", ")
	} else if len(names) <= 8 {
		words += ": " + strings.Join(tool.CleanAll(names), ", ")
	}
	return []manifest.Issue{y.issue(location, "%s", words)}
}

func isDuration(text string) bool {
	_, err := time.ParseDuration(text)
	return err == nil
}
