package tool

import (
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/zerops"
)

// Fact is one thing that a plan depends on: the words for it, and what it is.
type Fact struct {
	Name   string
	Values []string
	// opaque values stand for something that is not shown.
	Opaque bool
}

// Is states a fact that a yes to a plan depends on.
func Is(name string, values ...string) Fact { return Fact{Name: name, Values: values} }

// facts are all that a yes to the plan is good for: what the handler says it
// depends on, and every line that the person is shown of what will happen.
func (p Plan) facts() []Fact {
	facts := slices.Clone(p.State)
	var targets []string
	for _, t := range p.Targets {
		targets = append(targets, fmt.Sprintf("%s %s (%s)", t.Kind, t.Name, t.ID))
	}
	return append(facts, Is("the targets", targets...), Is("what is lost", p.Loses...), Is("what is changed", p.Changes...), Is("the cost", p.Cost), Is("what it does", p.Does.String()))
}

// ServiceFacts is what a confirmation about a service depends on.
func ServiceFacts(s zerops.Service) []Fact {
	running := ""
	if s.ActiveVersion != nil {
		running = s.ActiveVersion.ID
	}
	of := " of the service " + s.ID
	return []Fact{
		Is("the name"+of, s.Name), Is("the status"+of, s.Status), Is("the running deployment"+of, running),
		Is("the project"+of, s.Project.Name+" ("+s.ProjectID+")"),
	}
}

// ProjectFacts is what a confirmation about a project depends on. The services
// belong to it: one that was added since would be struck unseen.
func ProjectFacts(p zerops.Project, services []zerops.Service) []Fact {
	var names []string
	for _, s := range services {
		if !s.Hidden() {
			names = append(names, s.Name+" ("+s.ID+")")
		}
	}
	slices.Sort(names)
	return []Fact{Is("the project", p.ID), Is("the name of the project", p.Name), Is("the status of the project", p.Status), Is("the services of the project", names...)}
}

// differences says in which facts two plans differ.
func differences(before, after []Fact) []string {
	var words []string
	for _, now := range after {
		was := Fact{}
		if i := slices.IndexFunc(before, func(f Fact) bool { return f.Name == now.Name }); i >= 0 {
			was = before[i]
		}
		if !slices.Equal(was.Values, now.Values) {
			words = append(words, now.since(was))
		}
	}
	for _, was := range before {
		if !slices.ContainsFunc(after, func(f Fact) bool { return f.Name == was.Name }) {
			words = append(words, Fact{Name: was.Name, Opaque: was.Opaque}.since(was))
		}
	}
	return words
}

// since puts the difference to an earlier state into words.
func (f Fact) since(was Fact) string {
	show := func(values []string) string { return fmt.Sprintf("%q", Clean(strings.Join(values, ""), 80)) }
	switch {
	case f.Opaque:
		return f.Name
	case len(f.Values) == 1 && len(was.Values) == 1:
		return f.Name + ": " + show(was.Values) + " → " + show(f.Values)
	}
	var parts []string
	add := func(word string, values, others []string) {
		for _, v := range values {
			if !slices.Contains(others, v) {
				parts = append(parts, word+" "+show([]string{v}))
			}
		}
	}
	add("without", was.Values, f.Values)
	add("with", f.Values, was.Values)
	if len(parts) == 0 {
		parts = []string{"in another order"}
	}
	return f.Name + ": " + strings.Join(atMost(parts, 5), ", ")
}

// atMost keeps the first n words and says how many more there are.
func atMost(words []string, n int) []string {
	if more := len(words) - n; more > 0 {
		return append(slices.Clone(words[:n]), fmt.Sprintf("and %d more", more))
	}
	return words
}
