package own

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Vet refuses a request that would change the service this server runs in, or what
// that service depends on. Every request that changes something passes it, however
// a tool came to make it; write_api puts its request here before it asks anybody.
func Vet(ctx context.Context, c *tool.Call, r zerops.Call) error {
	if c.Runner.OwnService() == "" || r.Operation.Safe() {
		return nil
	}
	body, err := decodedBody(r.Body)
	if err != nil {
		return err
	}
	if err := vetTargets(ctx, c, r, body); err != nil {
		return err
	}
	if err := vetProject(ctx, c, r, body); err != nil {
		return err
	}
	texts := textsIn(body, slices.Clone(r.Path))
	for _, values := range r.Query {
		texts = append(texts, values...)
	}
	return SpareHostname(ctx, c, texts...)
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
	return tool.DecodeJSON(raw)
}

// vetTargets refuses a request that names the server's own service, by its id or by
// the id of something that belongs or leads to it.
func vetTargets(ctx context.Context, c *tool.Call, r zerops.Call, body any) error {
	own := c.Runner.OwnService()
	var direct []string
	for _, values := range r.Query {
		direct = append(direct, values...)
	}
	if slices.Contains(textsIn(body, append(direct, r.Path...)), own) {
		return tool.OwnRefusal("%s concerns the service %s, which is the one this server runs in", r.Operation, own)
	}
	named := map[string]zerops.Subject{}
	if len(r.Path) > 0 {
		named[r.Path[0]] = r.Operation.Subject()
	}
	tool.WalkNamed(body, func(name string, v any) {
		if id, ok := v.(string); ok && zerops.ValidID(id) {
			if kind, known := tool.SubjectNamed(name); known {
				named[id] = kind
			}
		}
	})
	for _, id := range tool.SortedKeys(named) {
		record, err := recordOf(ctx, c, named[id], id)
		if err != nil {
			return err
		}
		if leadsTo(record, own) {
			return tool.OwnRefusal("the %s %s belongs or leads to the service %s, which is the one this server runs in", tool.SubjectKind(named[id]), id, own)
		}
	}
	return nil
}

// recordOf reads what belongs to a service without being one. It is nil for other
// kinds, and for what does not exist, which the platform then says itself.
func recordOf(ctx context.Context, c *tool.Call, kind zerops.Subject, id string) (any, error) {
	switch kind {
	case zerops.SubjectProcess, zerops.SubjectAppVersion, zerops.SubjectHTTPRouting, zerops.SubjectPortRouting, zerops.SubjectServiceVariable:
	default:
		return nil, nil
	}
	return record(ctx, c, tool.ReaderOf(kind), id)
}

func record(ctx context.Context, c *tool.Call, reader zerops.Operation, path ...string) (any, error) {
	raw, err := c.API.Do(ctx, zerops.Call{Operation: reader, Path: path})
	switch {
	case tool.Gone(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("finding out whether this concerns the server itself: %w", err)
	}
	return tool.DecodeJSON(raw)
}

// leadsTo reports a record that names the service anywhere but in a value that
// somebody wrote.
func leadsTo(record any, service string) bool {
	found := false
	tool.WalkNamed(record, func(name string, v any) {
		found = found || v == service && name != "content" && name != "value"
	})
	return found
}

// vetProject refuses what would stop, delete or undermine the project that this
// server runs in.
func vetProject(ctx context.Context, c *tool.Call, r zerops.Call, body any) error {
	member := func(name string) string {
		text, _ := manifest.At(body, name).(string)
		return text
	}
	switch r.Operation {
	case zerops.PutProjectStop, zerops.DeleteProject:
		return SpareProject(ctx, c, r.Path[0])
	case zerops.PostProjectEnv:
		return spareKeys(ctx, c, r.Path[0], map[string]string{member("key"): member("content")})
	case zerops.PutProjectEnv, zerops.DeleteProjectEnv:
		return vetProjectVariable(ctx, c, r.Path[0], member("key"), member("content"))
	case zerops.PutProjectEnvFile:
		return vetEnvFile(ctx, c, r.Path[0], member("envFile"))
	case zerops.PostServiceStackUserData, zerops.PutUserData, zerops.PutServiceStackUserDataEnvFile:
		return vetServiceVariables(ctx, c, r, map[string]string{member("key"): member("content")}, member("envFile"))
	case zerops.PostProjectServiceStack, zerops.PostProjectServiceStackOld:
		own, err := c.Itself(ctx)
		if err == nil && own != nil && own.Project == r.Path[0] && member("envIsolation") != "" && !isolating(member("envIsolation")) {
			return openIsolation()
		}
		return err
	case zerops.PostProjectServiceStackImport, zerops.PutProjectFirstClassRecipeDevelopmentContainer:
		return SpareFromImport(ctx, c, r.Path[0], cmp.Or(member("yaml"), member("serviceImportYaml")))
	default:
		return nil
	}
}

func openIsolation() *tool.Failure {
	return tool.OwnRefusal("without envIsolation the service would see the variables of all others, the token of this server among them")
}

// SpareProject refuses the project that this server runs in.
func SpareProject(ctx context.Context, c *tool.Call, project string) error {
	own, err := c.Itself(ctx)
	if err != nil || own == nil || own.Project != project {
		return err
	}
	return tool.OwnRefusal("the project %s is the one this server runs in", project)
}

// vetProjectVariable judges the variable by what it is and by what it becomes.
func vetProjectVariable(ctx context.Context, c *tool.Call, id, key, value string) error {
	own, err := c.Itself(ctx)
	if err != nil || own == nil {
		return err
	}
	record, err := record(ctx, c, zerops.GetProjectEnv, id)
	if err != nil || record == nil {
		return err
	}
	project, _ := manifest.At(record, "projectId").(string)
	before, _ := manifest.At(record, "key").(string)
	if strings.EqualFold(before, key) {
		return spareKeys(ctx, c, project, map[string]string{before: value})
	}
	return spareKeys(ctx, c, project, map[string]string{before: "", key: value})
}

// vetEnvFile judges a text that replaces all variables of a project: those that
// the server depends on have to stay as they are.
func vetEnvFile(ctx context.Context, c *tool.Call, project, text string) error {
	own, err := c.Itself(ctx)
	if err != nil || own == nil || own.Project != project {
		return err
	}
	raw, err := c.API.Do(ctx, zerops.Call{Operation: zerops.GetProjectEnvFile, Path: []string{project}, Query: url.Values{
		"name": {""}, "overrideEnvIsolation": {"none"}, "userOnly": {"true"},
	}})
	if err != nil {
		return fmt.Errorf("reading the variables of this server's own project: %w", err)
	}
	record, err := tool.DecodeJSON(raw)
	if err != nil {
		return fmt.Errorf("reading %s: %w", zerops.GetProjectEnvFile, err)
	}
	present, _ := manifest.At(record, "envFile").(string)
	before, errBefore := env.ParseDotenv(present)
	after, errAfter := env.ParseDotenv(text)
	if err := cmpErr(errBefore, errAfter); err != nil {
		return tool.OwnRefusal("the variables of the project that this server runs in would be replaced by a text that cannot be read for sure (%s)", tool.Clean(err.Error(), 120))
	}
	changed := map[string]string{}
	for _, pair := range before {
		changed[pair.Key] = "" // gone, until it is found below
	}
	for _, pair := range after {
		changed[pair.Key] = pair.Value
		if slices.Contains(before, pair) {
			delete(changed, pair.Key)
		}
	}
	return spareKeys(ctx, c, project, changed)
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
func vetServiceVariables(ctx context.Context, c *tool.Call, r zerops.Call, values map[string]string, file string) error {
	if pairs, err := env.ParseDotenv(file); err == nil {
		for _, pair := range pairs {
			values[pair.Key] = pair.Value
		}
	}
	open := false
	for key, value := range values {
		open = open || strings.EqualFold(key, "envIsolation") && !isolating(value)
	}
	if !open {
		return nil
	}
	own, err := c.Itself(ctx)
	if err != nil || own == nil {
		return err
	}
	service := r.Path[0]
	if r.Operation == zerops.PutUserData {
		record, err := record(ctx, c, zerops.GetUserData, service)
		if err != nil {
			return err
		}
		service, _ = manifest.At(record, "serviceStackId").(string)
	}
	s, err := c.API.Service(ctx, service)
	switch {
	case tool.Gone(err):
		return nil
	case err != nil:
		return err
	case s.ProjectID == own.Project:
		return openIsolation()
	}
	return nil
}
