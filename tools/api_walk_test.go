package tools_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"zerops-mcp/tools"
	"zerops-mcp/zerops"
)

// samples are ids of the simulator's account for what path parameters and bodies
// name.
type samples struct {
	org, project, service, storage, runtime string
	process, version, httpRouting, port     string
	serviceVariable, projectVariable        string
	member, notification, payment           string
	userToken, integrationToken, user       string
}

// path returns values for the path parameters of an operation.
func (s samples) path(op zerops.Operation) map[string]any {
	values := map[string]any{}
	for i, param := range op.PathParams() {
		value := s.user
		switch {
		case i == 0:
			value = s.subject(op)
		case param.Name == "tokenId":
			value = s.integrationToken
		case param.Name == "date":
			value = "2026-01-31 00:00:00"
		case param.Name == "name":
			value = "production"
			if op == zerops.GetServiceStackByName {
				value = "api"
			}
		case param.Name == "stackTypeId":
			value = "nodejs"
		case param.Name == "serviceStackTypeVersionId":
			value = "nodejs@22"
		case param.Name == "base64PublicKey":
			value = "b2J2aW91c2x5LWZha2UtcHVibGljLWtleS0wMDAwMDA="
		case param.Name == "domain":
			value = "example.com"
		case param.Tail:
			value = "assets/a file.css"
		}
		values[param.Name] = value
	}
	return values
}

func (s samples) subject(op zerops.Operation) string {
	switch op.Subject() {
	case zerops.SubjectOrganisation:
		return s.org
	case zerops.SubjectProject:
		return s.project
	case zerops.SubjectService:
		if strings.Contains(op.Path(), "object-storage") || strings.Contains(op.Path(), "cdn") {
			return s.storage
		}
		if op.Area() == "deploy" || op.Area() == "git" || op.Area() == "storage" {
			return s.runtime
		}
		return s.service
	case zerops.SubjectProcess:
		return s.process
	case zerops.SubjectAppVersion:
		return s.version
	case zerops.SubjectHTTPRouting:
		return s.httpRouting
	case zerops.SubjectPortRouting:
		return s.port
	case zerops.SubjectServiceVariable:
		return s.serviceVariable
	case zerops.SubjectProjectVariable:
		return s.projectVariable
	case zerops.SubjectMember:
		return s.member
	case zerops.SubjectNotification:
		return s.notification
	case zerops.SubjectUserToken:
		return s.userToken
	case zerops.SubjectPayment:
		return s.payment
	case zerops.SubjectRecipe:
		return "nodejs-hello-world"
	case zerops.SubjectNone, zerops.SubjectUser, zerops.SubjectCredential, zerops.SubjectOneTimeToken:
	}
	return s.user
}

// body returns the smallest body that fits an operation, nil for none.
func (s samples) body(op zerops.Operation, detail zerops.Detail) any {
	if detail.Body == nil {
		return nil
	}
	body, _ := s.sample("", detail.Body).(map[string]any)
	if _, searches := detail.Body.Field("search"); searches && op.Reach() != zerops.ReachPublic {
		terms := []any{map[string]any{"name": "clientId", "operator": "eq", "value": s.org}}
		switch op.Reach() {
		case zerops.ReachSearch:
			terms = append(terms, map[string]any{"name": "projectId", "operator": "eq", "value": s.project})
		case zerops.ReachSearchID:
			terms = append(terms, map[string]any{"name": "id", "operator": "eq", "value": s.project})
		default:
		}
		body["search"] = terms
	}
	if op.Reach() == zerops.ReachBody {
		body["projectId"] = s.project
	}
	return body
}

func (s samples) sample(name string, shape *zerops.Shape) any {
	switch {
	case shape.Items != nil:
		return []any{s.sample(name, shape.Items)}
	case shape.Type == "object":
		object := map[string]any{}
		for _, field := range shape.Fields {
			if field.Required {
				object[field.Name] = s.sample(field.Name, field.Shape)
			}
		}
		return object
	case len(shape.Enum) > 0:
		return shape.Enum[len(shape.Enum)-1]
	case shape.Format == "date-time":
		return map[string]string{"from": "2026-01-01T00:00:00Z"}[name] + map[string]string{"till": "2026-01-31T00:00:00Z"}[name]
	case shape.Format == "email":
		return "someone@example.com"
	case shape.Format == "id":
		return s.reference(name)
	case shape.Type == "boolean":
		return false
	case shape.Type == "integer", shape.Type == "number":
		return map[string]any{"port": 8080, "publicPort": 15432, "internalPort": 8080}[name]
	}
	return s.text(name)
}

func (s samples) reference(name string) string {
	switch name {
	case "projectId", "forwardMetricsFromProjectId":
		return s.project
	case "serviceStackId":
		return s.service
	case "sharedStorageId":
		return s.storage
	case "clientId":
		return s.org
	}
	return s.user
}

func (s samples) text(name string) any {
	switch name {
	case "key":
		return "WALK_THROUGH"
	case "name":
		return "walkthrough"
	case "base64":
		return "H4sIAAAAAAAA/wMAAAAAAAAAAAA="
	case "timeGroupBy":
		return "1d"
	case "timeZone":
		return "UTC"
	case "serviceStackVersionName":
		return "nodejs@22"
	case "zeropsYaml":
		return "zerops:\n  - setup: api\n    run:\n      base: nodejs@22\n      start: node index.js\n"
	case "yaml", "serviceImportYaml":
		return "services:\n  - hostname: walkthrough\n    type: nodejs@22\n"
	case "envFile":
		return "A=1\n"
	case "publicKey":
		return "b2J2aW91c2x5LWZha2UtcHVibGljLWtleS0wMDAwMDA="
	}
	return "walkthrough"
}

// gather finds sample ids through the tools themselves. What the account has
// none of is named by the id of the user, which fits wherever an id is wanted.
func gather(h *harness) samples {
	h.t.Helper()
	const project = "eshop-staging"
	s := samples{
		org: h.sim.OrgID("Northwind Trading"), project: h.sim.ProjectID(project), service: h.sim.ServiceID(project, "db"),
		storage: h.sim.ServiceID(project, "files"), runtime: h.sim.ServiceID(project, "api"),
	}
	s.user = h.call("read_api", args{"operation": "GetUserInfo"}).str("result.id")
	first := func(operation, id, path string) string {
		a := args{"operation": operation}
		if id != "" {
			a["path"] = map[string]any{"id": id}
		}
		if got, ok := h.call("read_api", a).get(path).(string); ok {
			return got
		}
		return s.user
	}
	s.process = first("GetProjectProcess", s.project, "result.list.0.id")
	s.version = first("GetServiceStackAppVersion", s.runtime, "result.list.1.id")
	s.serviceVariable = first("GetServiceStackEnv", s.runtime, "result.items.0.id")
	s.httpRouting = first("GetProjectPublicHttpRouting", s.project, "result.list.0.id")
	s.port = first("GetServiceStackPublicPortRouting", s.runtime, "result.list.0.id")
	s.member = first("GetClientUserList", s.org, "result.clientUserList.1.id")
	s.notification = first("GetClientUserNotification", s.org, "result.list.0.id")
	s.payment = first("GetClientCardPayment", s.org, "result.list.0.id")
	s.userToken = first("GetUserTokenList", "", "result.list.0.id")
	s.integrationToken = first("GetClientIntegrationTokenList", s.org, "result.list.0.id")
	s.projectVariable = s.user
	search := args{"operation": "PostProjectSearch", "body": map[string]any{"search": []any{
		map[string]any{"name": "clientId", "operator": "eq", "value": s.org}, map[string]any{"name": "id", "operator": "eq", "value": s.project},
	}}}
	if id, ok := h.call("read_api", search).get("result.items.0.envList.0.id").(string); ok {
		s.projectVariable = id
	}
	h.sim.ResetRequests()
	return s
}

func walkArgs(h *harness, s samples, op zerops.Operation) args {
	h.t.Helper()
	var details zerops.Details
	detail, err := details.Of(op)
	if err != nil {
		h.t.Fatal(err)
	}
	a := args{"operation": op.String()}
	if path := s.path(op); len(path) > 0 {
		a["path"] = path
	}
	query := map[string]any{}
	for _, field := range detail.Query {
		if field.Required {
			query[field.Name] = fmt.Sprint(s.sample(field.Name, field.Shape))
		}
	}
	if op.Reach() == zerops.ReachQuery {
		query["projectId"] = s.project
	}
	if len(query) > 0 {
		a["query"] = query
	}
	if body := s.body(op, detail); body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			h.t.Fatal(err)
		}
		a["body"] = string(raw)
	}
	return a
}

func TestWalk(t *testing.T) {
	h := start(t, func(s *setup) {
		s.configure = func(c *tools.Config) { c.Confirm = tools.ConfirmNever }
	})
	s := gather(h)
	t.Logf("%+v", s)
	for _, effect := range []zerops.Effect{zerops.Reads, zerops.Creates, zerops.Updates, zerops.Destroys} {
		for op := range zerops.Operations() {
			if op.Class().Effect != effect {
				continue
			}
			tool := "write_api"
			if op.Safe() {
				tool = "read_api"
			}
			r := h.call(tool, walkArgs(h, s, op))
			if r.isError {
				e, _ := r.object["error"].(map[string]any)
				if op.Class().Has(zerops.PersonOnly) && e["code"] == "blocked" || op.Class().Has(zerops.RevealsSecret) && e["code"] == "secret_withheld" {
					continue
				}
				t.Logf("%s: %v %v %v", op, e["code"], e["api_code"], e["message"])
			}
		}
	}
}
