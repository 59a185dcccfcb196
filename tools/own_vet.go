package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"zerops-mcp/zerops"
)

// gone reports that the caller's token does not see an object.
func gone(err error) bool {
	return errors.Is(err, zerops.ErrNotFound) || errors.Is(err, zerops.ErrForbidden)
}

// vet refuses a request that would change the service this server runs in, or what
// that service depends on. Every request that changes something passes it, however
// a tool came to make it; write_api puts its request here before it asks anybody.
func (c *call) vet(ctx context.Context, r zerops.Call) error {
	if c.server.cfg.OwnService == "" || r.Operation.Safe() {
		return nil
	}
	body, err := decodedBody(r.Body)
	if err != nil {
		return err
	}
	if err := c.vetTargets(ctx, r, body); err != nil {
		return err
	}
	if err := c.vetProject(ctx, r, body); err != nil {
		return err
	}
	texts := textsIn(body, slices.Clone(r.Path))
	for _, values := range r.Query {
		texts = append(texts, values...)
	}
	return c.spareHostname(ctx, texts...)
}

// decodedBody reads a body as it will be sent. Bytes are files and name nothing.
func decodedBody(body any) (any, error) {
	switch body.(type) {
	case nil, []byte:
		return nil, nil
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("reading the request: %w", err)
	}
	return decodeJSON(raw)
}

// vetTargets refuses a request that names the server's own service, by its id or by
// the id of something that belongs or leads to it.
func (c *call) vetTargets(ctx context.Context, r zerops.Call, body any) error {
	own := c.server.cfg.OwnService
	var direct []string
	for _, values := range r.Query {
		direct = append(direct, values...)
	}
	if slices.Contains(textsIn(body, append(direct, r.Path...)), own) {
		return ownRefusal("%s concerns the service %s, which is the one this server runs in", r.Operation, own)
	}
	named := map[string]zerops.Subject{}
	if len(r.Path) > 0 {
		named[r.Path[0]] = r.Operation.Subject()
	}
	walkNamed(body, func(name string, v any) {
		if id, ok := v.(string); ok && zerops.ValidID(id) {
			if kind, known := subjectNamed(name); known {
				named[id] = kind
			}
		}
	})
	for _, id := range sortedKeys(named) {
		record, err := c.recordOf(ctx, named[id], id)
		if err != nil {
			return err
		}
		if leadsTo(record, own) {
			return ownRefusal("the %s %s belongs or leads to the service %s, which is the one this server runs in", subjectKind(named[id]), id, own)
		}
	}
	return nil
}

// recordOf reads what belongs to a service without being one. It is nil for other
// kinds, and for what does not exist, which the platform then says itself.
func (c *call) recordOf(ctx context.Context, kind zerops.Subject, id string) (any, error) {
	switch kind {
	case zerops.SubjectProcess, zerops.SubjectAppVersion, zerops.SubjectHTTPRouting, zerops.SubjectPortRouting, zerops.SubjectServiceVariable:
	default:
		return nil, nil
	}
	return c.record(ctx, readerOf(kind), id)
}

func (c *call) record(ctx context.Context, reader zerops.Operation, path ...string) (any, error) {
	raw, err := c.api.Do(ctx, zerops.Call{Operation: reader, Path: path})
	switch {
	case gone(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("finding out whether this concerns the server itself: %w", err)
	}
	return decodeJSON(raw)
}

// leadsTo reports a record that names the service anywhere but in a value that
// somebody wrote.
func leadsTo(record any, service string) bool {
	found := false
	walkNamed(record, func(name string, v any) {
		found = found || v == service && name != "content" && name != "value"
	})
	return found
}

// vetProject refuses what would stop, delete or undermine the project that this
// server runs in.
func (c *call) vetProject(ctx context.Context, r zerops.Call, body any) error {
	member := func(name string) string {
		text, _ := at(body, name).(string)
		return text
	}
	switch r.Operation {
	case zerops.PutProjectStop, zerops.DeleteProject:
		return c.spareProject(ctx, r.Path[0])
	case zerops.PostProjectEnv:
		return c.spareKeys(ctx, r.Path[0], map[string]string{member("key"): member("content")})
	case zerops.PutProjectEnv, zerops.DeleteProjectEnv:
		return c.vetProjectVariable(ctx, r.Path[0], member("key"), member("content"))
	case zerops.PutProjectEnvFile:
		return c.vetEnvFile(ctx, r.Path[0], member("envFile"))
	case zerops.PostServiceStackUserData, zerops.PutUserData, zerops.PutServiceStackUserDataEnvFile:
		return c.vetServiceVariables(ctx, r, map[string]string{member("key"): member("content")}, member("envFile"))
	case zerops.PostProjectServiceStack, zerops.PostProjectServiceStackOld:
		own, err := c.itself(ctx)
		if err == nil && own != nil && own.project == r.Path[0] && member("envIsolation") != "" && !isolating(member("envIsolation")) {
			return openIsolation()
		}
		return err
	case zerops.PostProjectServiceStackImport, zerops.PutProjectFirstClassRecipeDevelopmentContainer:
		return c.spareFromImport(ctx, r.Path[0], orDash(member("yaml"), member("serviceImportYaml")))
	default:
		return nil
	}
}

func openIsolation() *failure {
	return ownRefusal("without envIsolation the service would see the variables of all others, the token of this server among them")
}

// spareProject refuses the project that this server runs in.
func (c *call) spareProject(ctx context.Context, project string) error {
	own, err := c.itself(ctx)
	if err != nil || own == nil || own.project != project {
		return err
	}
	return ownRefusal("the project %s is the one this server runs in", project)
}

// vetProjectVariable judges the variable by what it is and by what it becomes.
func (c *call) vetProjectVariable(ctx context.Context, id, key, value string) error {
	own, err := c.itself(ctx)
	if err != nil || own == nil {
		return err
	}
	record, err := c.record(ctx, zerops.GetProjectEnv, id)
	if err != nil || record == nil {
		return err
	}
	project, _ := at(record, "projectId").(string)
	before, _ := at(record, "key").(string)
	if strings.EqualFold(before, key) {
		return c.spareKeys(ctx, project, map[string]string{before: value})
	}
	return c.spareKeys(ctx, project, map[string]string{before: "", key: value})
}

// vetEnvFile judges a text that replaces all variables of a project: those that
// the server depends on have to stay as they are.
func (c *call) vetEnvFile(ctx context.Context, project, text string) error {
	own, err := c.itself(ctx)
	if err != nil || own == nil || own.project != project {
		return err
	}
	raw, err := c.api.Do(ctx, zerops.Call{Operation: zerops.GetProjectEnvFile, Path: []string{project}, Query: url.Values{
		"name": {""}, "overrideEnvIsolation": {"none"}, "userOnly": {"true"},
	}})
	if err != nil {
		return fmt.Errorf("reading the variables of this server's own project: %w", err)
	}
	record, err := decodeJSON(raw)
	if err != nil {
		return fmt.Errorf("reading %s: %w", zerops.GetProjectEnvFile, err)
	}
	present, _ := at(record, "envFile").(string)
	before, errBefore := parseDotenv(present)
	after, errAfter := parseDotenv(text)
	if err := cmpErr(errBefore, errAfter); err != nil {
		return ownRefusal("the variables of the project that this server runs in would be replaced by a text that cannot be read for sure (%s)", clean(err.Error(), 120))
	}
	changed := map[string]string{}
	for _, pair := range before {
		changed[pair.key] = "" // gone, until it is found below
	}
	for _, pair := range after {
		changed[pair.key] = pair.value
		if slices.Contains(before, pair) {
			delete(changed, pair.key)
		}
	}
	return c.spareKeys(ctx, project, changed)
}

func cmpErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// vetServiceVariables keeps the isolation of the services beside this one: without
// it they see its variables.
func (c *call) vetServiceVariables(ctx context.Context, r zerops.Call, values map[string]string, file string) error {
	if pairs, err := parseDotenv(file); err == nil {
		for _, pair := range pairs {
			values[pair.key] = pair.value
		}
	}
	open := false
	for key, value := range values {
		open = open || strings.EqualFold(key, "envIsolation") && !isolating(value)
	}
	if !open {
		return nil
	}
	own, err := c.itself(ctx)
	if err != nil || own == nil {
		return err
	}
	service := r.Path[0]
	if r.Operation == zerops.PutUserData {
		record, err := c.record(ctx, zerops.GetUserData, service)
		if err != nil {
			return err
		}
		service, _ = at(record, "serviceStackId").(string)
	}
	s, err := c.api.Service(ctx, service)
	switch {
	case gone(err):
		return nil
	case err != nil:
		return err
	case s.ProjectID == own.project:
		return openIsolation()
	}
	return nil
}
