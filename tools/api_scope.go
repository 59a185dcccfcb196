package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/zerops"
)

// subject is what a call of an operation works on.
type subject struct {
	kind, id, name, status string
	projectID, serviceID   string
	running                string // the active version of a service
}

// subjectKind names a subject for people.
func subjectKind(s zerops.Subject) string {
	switch s {
	case zerops.SubjectUser:
		return "user"
	case zerops.SubjectOrganisation:
		return "organisation"
	case zerops.SubjectProject:
		return "project"
	case zerops.SubjectService:
		return "service"
	case zerops.SubjectProcess:
		return "process"
	case zerops.SubjectAppVersion:
		return "deployment"
	case zerops.SubjectHTTPRouting:
		return "domain routing"
	case zerops.SubjectPortRouting:
		return "port routing"
	case zerops.SubjectServiceVariable:
		return "service variable"
	case zerops.SubjectProjectVariable:
		return "project variable"
	case zerops.SubjectMember:
		return "membership"
	case zerops.SubjectNotification:
		return "notification"
	case zerops.SubjectUserToken:
		return "personal access token"
	case zerops.SubjectPayment:
		return "payment"
	case zerops.SubjectNone, zerops.SubjectCredential, zerops.SubjectRecipe, zerops.SubjectOneTimeToken:
	}
	return ""
}

// readerOf names the operation that reads a subject, 0 when there is none.
func readerOf(s zerops.Subject) zerops.Operation {
	switch s {
	case zerops.SubjectOrganisation:
		return zerops.GetClient
	case zerops.SubjectProject:
		return zerops.GetProject
	case zerops.SubjectService:
		return zerops.GetServiceStack
	case zerops.SubjectProcess:
		return zerops.GetProcess
	case zerops.SubjectAppVersion:
		return zerops.GetAppVersion
	case zerops.SubjectHTTPRouting:
		return zerops.GetPublicHttpRouting
	case zerops.SubjectPortRouting:
		return zerops.GetPublicPortRouting
	case zerops.SubjectServiceVariable:
		return zerops.GetUserData
	case zerops.SubjectProjectVariable:
		return zerops.GetProjectEnv
	case zerops.SubjectMember:
		return zerops.GetClientUser
	case zerops.SubjectNotification:
		return zerops.GetUserNotification
	case zerops.SubjectUserToken:
		return zerops.GetUserToken
	case zerops.SubjectPayment:
		return zerops.GetCardPayment
	case zerops.SubjectNone, zerops.SubjectUser, zerops.SubjectCredential, zerops.SubjectRecipe, zerops.SubjectOneTimeToken:
	}
	return 0
}

// lookUp reads a subject to learn its name and the project it belongs to.
func (c *call) lookUp(ctx context.Context, kind zerops.Subject, id string) (subject, error) {
	s := subject{kind: subjectKind(kind), id: id}
	reader := readerOf(kind)
	if reader == 0 {
		return s, nil
	}
	raw, err := c.api.Do(ctx, zerops.Call{Operation: reader, Path: []string{id}})
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
func (c *call) subjectOf(ctx context.Context, r *apiRequest, need bool) (subject, error) {
	op := r.op
	if op.Subject() == zerops.SubjectNone || len(r.path) == 0 {
		return subject{}, nil
	}
	limited := !c.server.scope.all() && op.Reach() == zerops.ReachSubject
	if limited && op.Subject() == zerops.SubjectProject {
		// Scope comes first, so that nothing outside it is even read.
		if err := c.inScope(ctx, r.path[0]); err != nil {
			return subject{}, err
		}
	}
	if !need && (!limited || op.Subject() == zerops.SubjectProject) {
		s := subject{kind: subjectKind(op.Subject()), id: r.path[0]}
		c.touch(op.Subject(), &s)
		return s, nil
	}
	s, err := c.lookUp(ctx, op.Subject(), r.path[0])
	if err != nil {
		return s, err
	}
	if limited {
		if err := c.inScope(ctx, s.projectID); err != nil {
			return s, err
		}
	}
	c.touch(op.Subject(), &s)
	return s, nil
}

// touch notes what the call works on, for errors and audit.
func (c *call) touch(kind zerops.Subject, s *subject) {
	if kind == zerops.SubjectProject {
		s.projectID = s.id
	}
	if kind == zerops.SubjectService {
		s.serviceID = s.id
	}
	c.projectID, c.serviceID = s.projectID, s.serviceID
	if s.kind != "" {
		c.target(s.kind, s.name, s.id)
	}
}

// confine keeps searches and bodies inside the projects in scope: a search has to
// name one of them, and every object that a body or query names has to belong to
// one. It also fills in what has only one possible value.
func (c *call) confine(ctx context.Context, r *apiRequest) error {
	if err := c.fillOrganization(ctx, r); err != nil {
		return err
	}
	ids, err := c.scopeIDs(ctx)
	if err != nil || ids == nil {
		return err
	}
	switch r.op.Reach() {
	case zerops.ReachSearch:
		err = c.confineSearch(r, "projectId", ids)
	case zerops.ReachSearchID:
		err = c.confineSearch(r, "id", ids)
	case zerops.ReachQuery:
		if r.query.Get("projectId") == "" && len(ids) == 1 {
			r.query.Set("projectId", ids[0])
		}
		err = c.confineID("query.projectId", r.query.Get("projectId"), ids)
	case zerops.ReachBody:
		if r.body["projectId"] == nil && len(ids) == 1 {
			r.body["projectId"] = ids[0]
		}
		id, _ := r.body["projectId"].(string)
		err = c.confineID("body.projectId", id, ids)
	case zerops.ReachAccount, zerops.ReachSubject, zerops.ReachCaller, zerops.ReachPublic:
	}
	if err != nil {
		return err
	}
	return c.confineReferences(ctx, r, ids)
}

func (c *call) confineID(field, id string, ids []string) error {
	if slices.Contains(ids, id) {
		return nil
	}
	f := &failure{
		Code: codeOutOfScope, Message: "this server is limited to some projects, so " + field + " has to be one of them; nothing was done",
		Hint: "list_projects shows them.",
	}
	if id != "" {
		f.Message = fmt.Sprintf("the project %s is outside the projects this server is limited to; nothing was done", clean(id, 60))
		f.Hint = "The operator can widen --project."
	}
	return f
}

// confineSearch makes sure that a term selects nothing but projects in scope.
func (c *call) confineSearch(r *apiRequest, column string, ids []string) error {
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
			if err := c.confineID("the term "+column, value, ids); err != nil {
				return err
			}
			found = found || operator == "eq"
		case []any:
			for _, v := range value {
				id, _ := v.(string)
				if err := c.confineID("the term "+column, id, ids); err != nil {
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
	return c.confineID("a term {name: "+column+", operator: eq} of the search", "", ids)
}

// subjectNamed maps the names under which bodies and queries name other objects.
func subjectNamed(name string) (zerops.Subject, bool) {
	switch name {
	case "projectId":
		return zerops.SubjectProject, true
	case "serviceStackId", "sharedStorageId":
		return zerops.SubjectService, true
	case "appVersionId":
		return zerops.SubjectAppVersion, true
	}
	return zerops.SubjectNone, false
}

// confineReferences checks the objects that a body or query names.
func (c *call) confineReferences(ctx context.Context, r *apiRequest, ids []string) error {
	named := map[string]zerops.Subject{}
	note := func(name string, v any) {
		if kind, ok := subjectNamed(name); ok {
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
	walkNamed(r.body, note)
	for _, id := range sortedKeys(named) {
		if named[id] == zerops.SubjectProject {
			if err := c.confineID(id, id, ids); err != nil {
				return err
			}
			continue
		}
		s, err := c.lookUp(ctx, named[id], id)
		if err != nil {
			return err
		}
		if err := c.inScope(ctx, s.projectID); err != nil {
			return err
		}
	}
	return nil
}

// walkNamed visits every member of every object in v.
func walkNamed(v any, visit func(name string, v any)) {
	switch value := v.(type) {
	case map[string]any:
		for name, member := range value {
			visit(name, member)
			walkNamed(member, visit)
		}
		if name, ok := value["name"].(string); ok && value["operator"] != nil {
			visit(name, value["value"]) // a term of a search
			if list, isList := value["value"].([]any); isList {
				for _, one := range list {
					visit(name, one)
				}
			}
		}
	case []any:
		for _, item := range value {
			walkNamed(item, visit)
		}
	}
}

// fillOrganization adds the term that names the organisation to a search that has
// none, where the token has one organisation: without it the API answers a
// misleading error (platform facts §1.6).
func (c *call) fillOrganization(ctx context.Context, r *apiRequest) error {
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
	organization, _, err := c.organization(ctx, "")
	if err != nil {
		if f, ok := errors.AsType[*failure](err); ok && f.Code == codeAmbiguous {
			f.Message = "the search needs a term {name: clientId, operator: eq, value: id of the organisation}, and the token reaches several"
		}
		return err
	}
	r.body["search"] = append([]any{map[string]any{"name": "clientId", "operator": "eq", "value": organization.ID}}, terms...)
	return nil
}
