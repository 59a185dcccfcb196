package zerops

import (
	"iter"
	"sort"
	"strings"
)

// Operation is one operation of the API's public REST interface. The constants
// are named as the vendor's SDK names them. The zero value is no operation.
type Operation uint16

// entry is what the catalogue knows of an operation.
type entry struct {
	name, method, path, area, summary string

	class   Class
	can     Consequence
	subject Subject
	reach   Reach
	place   place
	current Operation
}

// lookup returns the entry of o, an empty one when o is not in the catalogue.
func (o Operation) lookup() *entry {
	if int(o) >= len(catalogue) {
		return &catalogue[0]
	}
	return &catalogue[o]
}

// String returns the name of the operation, such as GetProject.
func (o Operation) String() string {
	if e := o.lookup(); e.name != "" {
		return e.name
	}
	return "unknown operation"
}

// Method returns the HTTP method.
func (o Operation) Method() string { return o.lookup().method }

// Path returns the path below the API's base, such as /project/{id}. A
// parameter written {name:.*} may span several segments.
func (o Operation) Path() string { return o.lookup().path }

// Area returns the part of the platform the operation belongs to; see [Areas].
func (o Operation) Area() string { return o.lookup().area }

// Summary returns one line that says what the operation does.
func (o Operation) Summary() string { return o.lookup().summary }

// Class returns what a call may do and what has to be minded.
func (o Operation) Class() Class { return o.lookup().class }

// Subject returns what the first path parameter names.
func (o Operation) Subject() Subject { return o.lookup().subject }

// Reach tells how the project that a call touches can be known beforehand.
func (o Operation) Reach() Reach { return o.lookup().reach }

// Place says where in the Zerops GUI a person does what only a person may do.
// It is empty unless the class has [PersonOnly].
func (o Operation) Place() string { return string(o.lookup().place) }

// Current returns the operation that reads what this one replaces. It takes the
// leading path parameters of this one, or none.
func (o Operation) Current() (Operation, bool) {
	current := o.lookup().current
	return current, current != 0
}

// Safe reports whether the operation only reads, so that sending it twice is harmless.
func (o Operation) Safe() bool {
	e := o.lookup()
	return e.can == 0 && e.name != ""
}

// RawAnswer reports whether the answer is a document of its own, such as a JSON
// schema, a dotenv file or a PDF, rather than the API's JSON.
func (o Operation) RawAnswer() bool { return o.Class().Has(RawAnswer) }

// EmptyAnswer reports whether a successful answer may have no body
// (platform §7.1).
func (o Operation) EmptyAnswer() bool { return o.Class().Has(EmptyAnswer) }

// PathParam is a parameter in the path of an operation.
type PathParam struct {
	Name string
	// ID is set when the API wants one of its own 22-character ids.
	ID bool
	// Tail is set when the value may span several path segments.
	Tail bool
}

// PathParams returns the parameters of the path in the order of the template.
func (o Operation) PathParams() []PathParam {
	var params []PathParam
	rest := o.Path()
	for {
		_, after, found := strings.Cut(rest, "{")
		if !found {
			return params
		}
		var name string
		name, rest, _ = strings.Cut(after, "}")
		name, tail := strings.CutSuffix(name, ":.*")
		params = append(params, PathParam{Name: name, ID: o.takesID(name), Tail: tail})
	}
}

// takesID reports whether the path parameter is one of the API's own ids.
// Security keys and recipes are named by other strings.
func (o Operation) takesID(name string) bool {
	switch name {
	case "id":
		return o.Subject() != SubjectCredential && o.Subject() != SubjectRecipe
	case "projectId", "clientId", "tokenId", "delegationId", "token":
		return true
	}
	return false
}

// LookupOperation finds an operation by its exact name.
func LookupOperation(name string) (Operation, bool) {
	i, found := sort.Find(len(catalogue)-1, func(i int) int { return strings.Compare(name, catalogue[i+1].name) })
	if !found {
		return 0, false
	}
	return Operation(i + 1), true //nolint:gosec // the catalogue has a few hundred entries
}

// Operations returns all operations, sorted by name.
func Operations() iter.Seq[Operation] {
	return func(yield func(Operation) bool) {
		for o := Operation(1); int(o) < len(catalogue); o++ {
			if !yield(o) {
				return
			}
		}
	}
}

// Areas returns the areas of the catalogue, sorted.
func Areas() []string {
	return []string{
		"account", "auth", "backup", "billing", "catalogue", "cdn", "deploy", "env", "git", "log", "member", "metric",
		"notification", "org", "process", "project", "recipe", "routing", "service", "storage", "token", "vpn",
	}
}
