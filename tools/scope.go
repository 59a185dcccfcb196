package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

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

// all reports that nothing is out of scope.
func (s *scope) all() bool { return len(s.given) == 0 }

// none reports that everything is out of scope, because the setting that names the
// projects could not be read.
func (s *scope) none() bool { return slices.Contains(s.given, "") }

// single is the one project in scope, which is then the default of the argument.
func (s *scope) single() string {
	if len(s.given) == 1 {
		return s.given[0]
	}
	return ""
}

// scopeIDs returns the ids of the projects in scope, nil where all are.
func (c *call) scopeIDs(ctx context.Context) ([]string, error) {
	s := c.server.scope
	if s.all() {
		return nil, nil
	}
	if s.none() {
		return nil, &failure{
			Code: codeOutOfScope, Message: "no project is in reach, because the setting that names the projects of this server could not be read; nothing was done",
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
	caller := c.credential.callerID()
	s.mu.Lock()
	entry, ok := s.known[caller]
	s.mu.Unlock()
	if ok && !c.rereading && time.Since(entry.read) < scopeLife {
		return entry.ids, nil
	}
	reach, err := c.reach(ctx, zerops.ListOptions{})
	if err != nil {
		return nil, err
	}
	for _, p := range reach.projects {
		if slices.Contains(names, p.Name) {
			ids = append(ids, p.ID)
		}
	}
	if len(ids) == 0 {
		return nil, &failure{
			Code: codeOutOfScope, Message: "none of the projects this server is limited to is visible to this token",
			Hint: "The operator can correct --project (" + clean(strings.Join(s.given, ", "), 200) + ").",
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

// inScope fails unless the project may be touched.
func (c *call) inScope(ctx context.Context, projectID string) error {
	ids, err := c.scopeIDs(ctx)
	if err != nil {
		return err
	}
	if ids == nil || slices.Contains(ids, projectID) {
		return nil
	}
	return &failure{
		Code: codeOutOfScope, Message: fmt.Sprintf("the project %s is outside the projects this server is limited to; nothing was done", projectID),
		Hint: "The operator can widen --project.",
	}
}

// wholeOrganization refuses what concerns more than single projects while the
// server is limited to some.
func (c *call) wholeOrganization() error {
	if c.server.scope.all() {
		return nil
	}
	return &failure{
		Code: codeOutOfScope, Message: c.tool.Name + " concerns a whole organisation, and this server is limited to some projects; nothing was done",
		Hint: "The operator can start it without --project.",
	}
}
