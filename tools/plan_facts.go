package tools

import (
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/zerops"
)

// fact is one thing that a plan depends on: the words for it, and what it is.
type fact struct {
	name   string
	values []string
	// opaque values stand for something that is not shown.
	opaque bool
}

func is(name string, values ...string) fact { return fact{name: name, values: values} }

// facts are all that a yes to the plan is good for: what the handler says it
// depends on, and every line that the person is shown of what will happen.
func (p plan) facts() []fact {
	facts := slices.Clone(p.state)
	var targets []string
	for _, t := range p.Targets {
		targets = append(targets, fmt.Sprintf("%s %s (%s)", t.Kind, t.Name, t.ID))
	}
	return append(facts, is("the targets", targets...), is("what is lost", p.Loses...), is("what is changed", p.Changes...), is("the cost", p.Cost))
}

// serviceFacts is what a confirmation about a service depends on.
func serviceFacts(s zerops.Service) []fact {
	running := ""
	if s.ActiveVersion != nil {
		running = s.ActiveVersion.ID
	}
	of := " of the service " + s.ID
	return []fact{
		is("the name"+of, s.Name), is("the status"+of, s.Status), is("the running deployment"+of, running),
		is("the project"+of, s.Project.Name+" ("+s.ProjectID+")"),
	}
}

// projectFacts is what a confirmation about a project depends on. The services
// belong to it: one that was added since would be struck unseen.
func projectFacts(p zerops.Project, services []zerops.Service) []fact {
	var names []string
	for _, s := range services {
		if !s.Hidden() {
			names = append(names, s.Name+" ("+s.ID+")")
		}
	}
	slices.Sort(names)
	return []fact{is("the project", p.ID), is("the name of the project", p.Name), is("the status of the project", p.Status), is("the services of the project", names...)}
}

// facts is what a confirmation about the subject of an operation depends on.
func (s subject) facts() []fact {
	if s.id == "" {
		return nil
	}
	of := " of the " + orDash(s.kind, "target")
	return []fact{
		is("the id"+of, s.id), is("the name"+of, s.name), is("the status"+of, s.status),
		is("the project"+of, s.projectID), is("the running deployment"+of, s.running),
	}
}

// differences says in which facts two plans differ.
func differences(before, after []fact) []string {
	var words []string
	for _, now := range after {
		was := fact{}
		if i := slices.IndexFunc(before, func(f fact) bool { return f.name == now.name }); i >= 0 {
			was = before[i]
		}
		if !slices.Equal(was.values, now.values) {
			words = append(words, now.since(was))
		}
	}
	for _, was := range before {
		if !slices.ContainsFunc(after, func(f fact) bool { return f.name == was.name }) {
			words = append(words, fact{name: was.name, opaque: was.opaque}.since(was))
		}
	}
	return words
}

// since puts the difference to an earlier state into words.
func (f fact) since(was fact) string {
	show := func(values []string) string { return fmt.Sprintf("%q", clean(strings.Join(values, ""), 80)) }
	switch {
	case f.opaque:
		return f.name
	case len(f.values) == 1 && len(was.values) == 1:
		return f.name + ": " + show(was.values) + " → " + show(f.values)
	}
	var parts []string
	add := func(word string, values, others []string) {
		for _, v := range values {
			if !slices.Contains(others, v) {
				parts = append(parts, word+" "+show([]string{v}))
			}
		}
	}
	add("without", was.values, f.values)
	add("with", f.values, was.values)
	if len(parts) == 0 {
		parts = []string{"in another order"}
	}
	return f.name + ": " + strings.Join(atMost(parts, 5), ", ")
}

// atMost keeps the first n words and says how many more there are.
func atMost(words []string, n int) []string {
	if more := len(words) - n; more > 0 {
		return append(slices.Clone(words[:n]), fmt.Sprintf("and %d more", more))
	}
	return words
}
