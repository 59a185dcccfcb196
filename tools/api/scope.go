package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// subject is what a call of an operation works on.
type subject struct {
	kind, id, name, status string
	projectID, serviceID   string
	running                string // the active version of a service
}

// lookUp reads a subject to learn its name and the project it belongs to.
func lookUp(ctx context.Context, c *tool.Call, kind zerops.Subject, id string) (subject, error) {
	s := subject{kind: tool.SubjectKind(kind), id: id}
	reader := tool.ReaderOf(kind)
	if reader == 0 {
		return s, nil
	}
	raw, err := c.API.Do(ctx, zerops.Call{Operation: reader, Path: []string{id}})
	if err != nil {
		return s, err
	}
	var record struct {
		Name        string `json:"name"`
		AccountName string `json:"accountName"`
		Key         string `json:"key"`
		ActionName  string `json:"actionName"`
		Status      string `json:"status"`
		RoleCode    string `json:"roleCode"`
		ProjectID   string `json:"projectId"`
		ServiceID   string `json:"serviceStackId"`
		User        struct {
			FullName string `json:"fullName"`
			Email    string `json:"email"`
		} `json:"user"`
		Domains []struct {
			Name string `json:"domainName"`
		} `json:"domains"`
		PublicPort int `json:"publicPort"`
		Running    struct {
			ID string `json:"id"`
		} `json:"activeAppVersion"`
	}
	if err := json.Unmarshal(raw, &record); err != nil {
		if _, odd := errors.AsType[*json.UnmarshalTypeError](err); !odd { // one odd field costs that field only
			return s, fmt.Errorf("reading %s: %w", reader, err)
		}
	}
	s.status, s.projectID, s.serviceID = record.Status, record.ProjectID, record.ServiceID
	for _, name := range []string{record.Name, record.AccountName, record.Key, record.User.FullName, record.User.Email, record.ActionName} {
		if s.name == "" {
			s.name = name
		}
	}
	switch kind {
	case zerops.SubjectProject:
		s.projectID = id
	case zerops.SubjectService:
		s.serviceID, s.running = id, record.Running.ID
	case zerops.SubjectMember:
		s.status = strings.TrimSpace(record.Status + " " + record.RoleCode)
	case zerops.SubjectHTTPRouting:
		var names []string
		for _, domain := range record.Domains {
			names = append(names, domain.Name)
		}
		s.name = strings.Join(names, ", ")
	case zerops.SubjectPortRouting:
		s.name = fmt.Sprintf("port %d", record.PublicPort)
	default:
	}
	return s, nil
}

// subjectOf looks up what the first path parameter names, and keeps the call
// inside the projects in scope. Without need, it only reads where scope wants it.
func subjectOf(ctx context.Context, c *tool.Call, r *apiRequest, need bool) (subject, error) {
	op := r.op
	if op.Subject() == zerops.SubjectNone || len(r.path) == 0 {
		return subject{}, nil
	}
	limited := !c.Runner.Scope.All() && op.Reach() == zerops.ReachSubject
	if limited && op.Subject() == zerops.SubjectProject {
		// Scope comes first, so that nothing outside it is even read.
		if err := c.InScope(ctx, r.path[0]); err != nil {
			return subject{}, err
		}
	}
	if !need && (!limited || op.Subject() == zerops.SubjectProject) {
		s := subject{kind: tool.SubjectKind(op.Subject()), id: r.path[0]}
		touch(c, op.Subject(), &s)
		return s, nil
	}
	s, err := lookUp(ctx, c, op.Subject(), r.path[0])
	if err != nil {
		return s, err
	}
	if limited {
		if err := c.InScope(ctx, s.projectID); err != nil {
			return s, err
		}
	}
	touch(c, op.Subject(), &s)
	return s, nil
}

// touch notes what the call works on, for errors and audit.
func touch(c *tool.Call, kind zerops.Subject, s *subject) {
	if kind == zerops.SubjectProject {
		s.projectID = s.id
	}
	if kind == zerops.SubjectService {
		s.serviceID = s.id
	}
	c.ProjectID, c.ServiceID = s.projectID, s.serviceID
	if s.kind != "" {
		c.Target(s.kind, s.name, s.id)
	}
}

// confine keeps searches and bodies inside the projects in scope: a search has to
// name one of them, and every object that a body or query names has to belong to
// one. It also fills in what has only one possible value.
func confine(ctx context.Context, c *tool.Call, r *apiRequest) error {
	if err := fillOrganization(ctx, c, r); err != nil {
		return err
	}
	ids, err := c.ScopeIDs(ctx)
	if err != nil || ids == nil {
		return err
	}
	switch r.op.Reach() {
	case zerops.ReachSearch:
		err = confineSearch(c, r, "projectId", ids)
	case zerops.ReachSearchID:
		err = confineSearch(c, r, "id", ids)
	case zerops.ReachQuery:
		if r.query.Get("projectId") == "" && len(ids) == 1 {
			r.query.Set("projectId", ids[0])
		}
		err = confineID(c, "query.projectId", r.query.Get("projectId"), ids)
	case zerops.ReachBody:
		if r.body["projectId"] == nil && len(ids) == 1 {
			r.body["projectId"] = ids[0]
		}
		id, _ := r.body["projectId"].(string)
		err = confineID(c, "body.projectId", id, ids)
	case zerops.ReachAccount, zerops.ReachSubject, zerops.ReachCaller, zerops.ReachPublic:
	}
	if err != nil {
		return err
	}
	return confineReferences(ctx, c, r, ids)
}

func confineID(_ *tool.Call, field, id string, ids []string) error {
	if slices.Contains(ids, id) {
		return nil
	}
	f := &tool.Failure{
		Code: request.CodeOutOfScope, Message: "this server is limited to some projects, so " + field + " has to be one of them; nothing was done",
		Hint: "list_projects shows them.",
	}
	if id != "" {
		f.Message = fmt.Sprintf("the project %s is outside the projects this server is limited to; nothing was done", tool.Clean(id, 60))
		f.Hint = "The operator can widen --project."
	}
	return f
}

// confineSearch makes sure that a term selects nothing but projects in scope.
func confineSearch(c *tool.Call, r *apiRequest, column string, ids []string) error {
	terms, _ := r.body["search"].([]any)
	found := false
	for _, item := range terms {
		term, _ := item.(map[string]any)
		name, _ := term["name"].(string)
		if name != column {
			continue
		}
		operator, _ := term["operator"].(string)
		switch value := term["value"].(type) {
		case string:
			if err := confineID(c, "the term "+column, value, ids); err != nil {
				return err
			}
			found = found || operator == "eq"
		case []any:
			for _, v := range value {
				id, _ := v.(string)
				if err := confineID(c, "the term "+column, id, ids); err != nil {
					return err
				}
			}
			found = found || operator == "in" && len(value) > 0
		}
	}
	switch {
	case found:
		return nil
	case len(ids) == 1:
		r.body["search"] = append(terms, map[string]any{"name": column, "operator": "eq", "value": ids[0]})
		return nil
	}
	return confineID(c, "a term {name: "+column+", operator: eq} of the search", "", ids)
}

// confineReferences checks the objects that a body or query names.
func confineReferences(ctx context.Context, c *tool.Call, r *apiRequest, ids []string) error {
	named := map[string]zerops.Subject{}
	note := func(name string, v any) {
		if kind, ok := tool.SubjectNamed(name); ok {
			if id, isText := v.(string); isText && zerops.ValidID(id) {
				named[id] = kind
			}
		}
	}
	for name, values := range r.query {
		for _, value := range values {
			note(name, value)
		}
	}
	tool.WalkNamed(r.body, note)
	for _, id := range tool.SortedKeys(named) {
		if named[id] == zerops.SubjectProject {
			if err := confineID(c, id, id, ids); err != nil {
				return err
			}
			continue
		}
		s, err := lookUp(ctx, c, named[id], id)
		if err != nil {
			return err
		}
		if err := c.InScope(ctx, s.projectID); err != nil {
			return err
		}
	}
	return nil
}

// fillOrganization adds the term that names the organisation to a search that has
// none, where the token has one organisation: without it the API answers a
// misleading error (platform §1.6).
func fillOrganization(ctx context.Context, c *tool.Call, r *apiRequest) error {
	if r.body == nil || r.op.Reach() == zerops.ReachPublic || r.op == zerops.PostClientSearch {
		return nil
	}
	if _, searches := r.detail.Body.Field("search"); !searches {
		return nil
	}
	terms, _ := r.body["search"].([]any)
	for _, item := range terms {
		if term, _ := item.(map[string]any); term["name"] == "clientId" {
			return nil
		}
	}
	organization, _, err := c.Organization(ctx, "")
	if err != nil {
		if f, ok := errors.AsType[*tool.Failure](err); ok && f.Code == request.CodeAmbiguous {
			f.Message = "the search needs a term {name: clientId, operator: eq, value: id of the organisation}, and the token reaches several"
		}
		return err
	}
	r.body["search"] = append([]any{map[string]any{"name": "clientId", "operator": "eq", "value": organization.ID}}, terms...)
	return nil
}

// facts is what a confirmation about the subject of an operation depends on.
func (s subject) facts() []tool.Fact {
	if s.id == "" {
		return nil
	}
	of := " of the " + cmp.Or(s.kind, "target")
	return []tool.Fact{
		tool.Is("the id"+of, s.id), tool.Is("the name"+of, s.name), tool.Is("the status"+of, s.status),
		tool.Is("the project"+of, s.projectID), tool.Is("the running deployment"+of, s.running),
	}
}
