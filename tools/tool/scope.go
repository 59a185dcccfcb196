package tool

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"zerops-mcp/tools/request"
	"zerops-mcp/zerops"
)

// scope is the set of projects that may be touched, from --project. Names are
// resolved for each caller, because each sees other projects.
type scope struct {
	given []string // ids and names; empty means all

	mu    sync.Mutex
	known map[string]scopeEntry // by caller
}

type scopeEntry struct {
	ids  []string
	read time.Time
}

const (
	scopeLife    = 5 * time.Minute
	maxScopes    = 1024
	maxScopeList = 200
)

func newScope(given []string) *scope {
	return &scope{given: given, known: map[string]scopeEntry{}}
}

// All reports that nothing is out of scope.
func (s *scope) All() bool { return len(s.given) == 0 }

// None reports that everything is out of scope, because the setting that names the
// projects could not be read.
func (s *scope) None() bool { return slices.Contains(s.given, "") }

// Single is the one project in scope, which is then the default of the argument.
func (s *scope) Single() string {
	if len(s.given) == 1 {
		return s.given[0]
	}
	return ""
}

// ScopeIDs returns the ids of the projects in scope, nil where all are.
func (c *Call) ScopeIDs(ctx context.Context) ([]string, error) {
	s := c.Runner.Scope
	if s.All() {
		return nil, nil
	}
	if s.None() {
		return nil, &Failure{
			Code: request.CodeOutOfScope, Message: "no project is in reach, because the setting that names the projects of this server could not be read; nothing was done",
			Hint: "The operator can correct --project (ZMCP_PROJECT), or write --project '*' for every project of the token.",
		}
	}
	var ids, names []string
	for _, project := range s.given[:min(len(s.given), maxScopeList)] {
		if zerops.ValidID(project) && !onlyName(project) {
			ids = append(ids, project)
		} else {
			names = append(names, project)
		}
	}
	if len(names) == 0 {
		return ids, nil
	}
	caller := c.Credential.CallerID()
	s.mu.Lock()
	entry, ok := s.known[caller]
	s.mu.Unlock()
	if ok && !c.rereading && time.Since(entry.read) < scopeLife {
		return entry.ids, nil
	}
	reach, err := reachAll(ctx, c, zerops.ListOptions{})
	if err != nil {
		return nil, err
	}
	named := map[string][]string{}
	for _, p := range reach.Projects {
		if slices.Contains(names, p.Name) {
			named[p.Name] = append(named[p.Name], p.ID)
		}
	}
	for _, name := range SortedKeys(named) {
		if several := named[name]; len(several) > 1 { // one of them may have been made by somebody else, to be let in
			return nil, &Failure{
				Code: request.CodeOutOfScope, Message: fmt.Sprintf("this server is limited to the project %q, and %d projects have that name, so none of them is in reach; nothing was done", Clean(name, 80), len(several)),
				Hint: "The operator can write the id in --project: " + strings.Join(atMost(several, 10), " or ") + ".",
			}
		}
		ids = append(ids, named[name]...)
	}
	if len(ids) == 0 {
		return nil, &Failure{
			Code: request.CodeOutOfScope, Message: "none of the projects this server is limited to is visible to this token",
			Hint: "The operator can correct --project (" + Clean(strings.Join(s.given, ", "), 200) + ").",
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.known) >= maxScopes {
		clear(s.known)
	}
	s.known[caller] = scopeEntry{ids: ids, read: time.Now()}
	return ids, nil
}

// InScope fails unless the project may be touched.
func (c *Call) InScope(ctx context.Context, projectID string) error {
	ids, err := c.ScopeIDs(ctx)
	if err != nil {
		return err
	}
	if ids == nil || slices.Contains(ids, projectID) {
		return nil
	}
	return &Failure{
		Code: request.CodeOutOfScope, Message: fmt.Sprintf("the project %s is outside the projects this server is limited to; nothing was done", projectID),
		Hint: "The operator can widen --project.",
	}
}

// WholeOrganization refuses what concerns more than single projects while the
// server is limited to some.
func (c *Call) WholeOrganization() error {
	if c.Runner.Scope.All() {
		return nil
	}
	return &Failure{
		Code: request.CodeOutOfScope, Message: c.Tool.Name + " concerns a whole organisation, and this server is limited to some projects; nothing was done",
		Hint: "The operator can start it without --project.",
	}
}
