package tools_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

func ownerCredential(context.Context) tools.Credential {
	return tools.Credential{Token: simulator.OwnerToken, Source: "ZEROPS_TOKEN"}
}

// in returns the harness for a subtest.
func (h *harness) in(t *testing.T) *harness {
	t.Helper()
	sub := *h
	sub.t = t
	return &sub
}

// errorCode returns the code of an error result, "" for success.
func errorCode(t *testing.T, r *mcp.CallToolResult) string {
	t.Helper()
	if !r.IsError {
		return ""
	}
	text, ok := r.Content[0].(mcp.TextContent)
	if !ok {
		t.Fatalf("an error without text: %+v", r.Content)
	}
	var envelope struct {
		Error struct{ Code string }
	}
	if err := json.Unmarshal([]byte(text.Text), &envelope); err != nil {
		t.Fatal(err)
	}
	return envelope.Error.Code
}

// samples are ids of the simulator's account for what path parameters and bodies
// name.
type samples struct {
	org, project, service, bucket, runtime, shared, other string
	process, version, draft, blank, httpRouting, port     string
	serviceVariable, projectVariable                      string
	member, notification, payment                         string
	userToken, integrationToken, user, backup             string
	httpPort                                              any
}

// gather finds sample ids, and makes what the account has none of.
func gather(h *harness) samples {
	h.t.Helper()
	return gatherIn(h, "eshop-staging", "api")
}

func gatherIn(h *harness, project, runtime string) samples {
	h.t.Helper()
	s := samples{
		org: h.sim.OrgID("Northwind Trading"), project: h.sim.ProjectID(project), service: h.sim.ServiceID(project, "db"),
		bucket: h.sim.ServiceID(project, "files"), runtime: h.sim.ServiceID(project, runtime),
	}
	if s.other = h.sim.ServiceID(project, "worker"); s.other == "" {
		s.other = s.runtime
	}
	read := func(operation, id, path, fallback string) string {
		a := args{"operation": operation}
		if id != "" {
			a["path"] = map[string]any{"id": id}
		}
		if got, ok := h.call("read_api", a).get(path).(string); ok {
			return got
		}
		return fallback
	}
	create := func(operation, id string, body map[string]any, path string) string {
		r := h.call("write_api", args{"operation": operation, "path": map[string]any{"id": id}, "body": body})
		got, _ := r.ok().get(path).(string)
		return got
	}
	s.user = read("GetUserInfo", "", "result.id", "")
	s.httpPort = h.call("read_api", args{"operation": "GetServiceStack", "path": map[string]any{"id": s.runtime}}).get("result.ports.0.port")
	s.httpRouting = create("PostProjectPublicHttpRouting", s.project, map[string]any{
		"sslEnabled": true, "domains": []any{"gathered." + project + ".example.com"},
		"locations": []any{map[string]any{"path": "/", "port": s.httpPort, "serviceStackId": s.runtime}},
	}, "result.id")
	s.port = create("PostServiceStackPublicPortRouting", s.service, portBody(15433), "result.id")
	s.shared = create("PostProjectServiceStack", s.project, map[string]any{"name": "gathered", "serviceStackVersionName": "shared-storage"}, "result.id")
	s.blank = create("PostServiceStackAppVersion", s.runtime, map[string]any{}, "result.id")
	s.draft = create("PostServiceStackAppVersion", s.runtime, map[string]any{}, "result.id")
	create("PutAppVersionUpload", s.draft, map[string]any{"base64": tarball}, "status")
	create("PutServiceStackConnectSharedStorage", s.runtime, map[string]any{"sharedStorageId": s.shared}, "status")
	create("PostServiceStackUserData", s.runtime, map[string]any{"key": "GATHERED", "content": "obviously-fake-gathered-value", "sensitive": true}, "status")
	create("PostProjectEnv", s.project, map[string]any{"key": "GATHERED", "content": "obviously-fake-gathered-value", "sensitive": true}, "status")
	create("PostServiceStackBackup", s.service, map[string]any{}, "status")
	h.registerVPNKey(s.project)
	s.process = read("GetProjectProcess", s.project, "result.list.0.id", s.user)
	s.version = h.variable("GetServiceStackAppVersion", s.runtime, nil, `[.list[] | select(.status == "BACKUP") | .id][0]`)
	s.member = read("GetClientUserList", s.org, "result.clientUserList.1.id", s.user)
	s.notification = read("GetClientUserNotification", s.org, "result.list.0.id", s.user)
	s.payment = read("GetClientCardPayment", s.org, "result.list.0.id", s.user)
	s.userToken = read("GetUserTokenList", "", "result.list.0.id", s.user)
	s.integrationToken = read("GetClientIntegrationTokenList", s.org, "result.list.0.id", s.user)
	s.backup = read("GetServiceStackBackup", s.service, "result.files.0.name", "2026-01-31 00:00:00")
	s.serviceVariable = h.variable("GetServiceStackEnv", s.runtime, nil, `.items[] | select(.key == "GATHERED") | .id`)
	s.projectVariable = h.variable("PostProjectSearch", "", s.terms("id"), `.items[0].envList[] | select(.key == "GATHERED") | .id`)
	h.sim.ResetRequests()
	return s
}

func portBody(public int) map[string]any {
	return map[string]any{
		"publicIpType": "IP_V6", "publicPort": public, "internalPort": 5432, "internalProtocol": "tcp",
		"firewallPolicy": "WHITELIST", "firewallIpRanges": []any{"198.51.100.0/24"}, "firewallAllowMyIp": false,
	}
}

// registerVPNKey adds a VPN peer, whose answer is a secret that the harness would
// refuse to see.
func (h *harness) registerVPNKey(project string) {
	h.t.Helper()
	server := h.another(func(c *tools.Config) { c.AllowSecrets, c.Confirm = true, tools.ConfirmNever })
	raw := fmt.Sprintf(`{"operation":"PostProjectVpn","path":{"id":%q},"body":{"publicKey":%q}}`, project, publicKey)
	got, err := server.Call(h.t.Context(), "write_api", json.RawMessage(raw))
	if err != nil {
		h.t.Fatal(err)
	}
	if code := errorCode(h.t, got); code != "" {
		h.t.Fatalf("registering a VPN key: %s", code)
	}
}

// variable finds the id of the gathered variable.
func (h *harness) variable(operation, id string, body map[string]any, jq string) string {
	h.t.Helper()
	a := args{"operation": operation, "jq": jq}
	if id != "" {
		a["path"] = map[string]any{"id": id}
	}
	if body != nil {
		a["body"] = body
	}
	found, _ := h.call("read_api", a).get("result").(string)
	return found
}

// terms is the body of a search for the project by the given column.
func (s samples) terms(column string) map[string]any {
	terms := []any{map[string]any{"name": "clientId", "operator": "eq", "value": s.org}}
	if column != "" {
		terms = append(terms, map[string]any{"name": column, "operator": "eq", "value": s.project})
	}
	return map[string]any{"search": terms}
}

// arguments are what read_api or write_api needs to call an operation.
func (s samples) arguments(t *testing.T, op zerops.Operation) args {
	t.Helper()
	var details zerops.Details
	detail, err := details.Of(op)
	if err != nil {
		t.Fatal(err)
	}
	a := args{"operation": op.String()}
	path := map[string]any{}
	for i, param := range op.PathParams() {
		path[param.Name] = s.parameter(op, i, param)
	}
	if len(path) > 0 {
		a["path"] = path
	}
	query := map[string]any{}
	for _, field := range detail.Query {
		if field.Required {
			query[field.Name] = fmt.Sprint(s.sample(op, field.Name, field.Shape))
		}
	}
	if op.Reach() == zerops.ReachQuery {
		query["projectId"] = s.project
	}
	if len(query) > 0 {
		a["query"] = query
	}
	if detail.Body != nil {
		a["body"] = s.body(op, detail.Body)
	}
	return a
}

func (s samples) parameter(op zerops.Operation, i int, param zerops.PathParam) string {
	switch {
	case i == 0:
		return s.subject(op)
	case param.Name == "tokenId":
		return s.integrationToken
	case param.Name == "date":
		return s.backup
	case param.Name == "name" && op == zerops.GetServiceStackByName:
		return "db"
	case param.Name == "name":
		return "eshop-staging"
	case param.Name == "stackTypeId":
		return "nodejs"
	case param.Name == "serviceStackTypeVersionId":
		return "nodejs@22"
	case param.Name == "base64PublicKey":
		return publicKey
	case param.Name == "domain":
		return "example.com"
	case param.Tail:
		return "assets/a file.css"
	}
	return s.user
}

// tarball is an empty gzip archive in base64.
const tarball = "H4sIAAAAAAAA/wMAAAAAAAAAAAA="

const publicKey = "b2J2aW91cyBmYWtlIHB1YmxpYyBrZXkgMDAwMDAwMDA="

func (s samples) subject(op zerops.Operation) string {
	switch op.Subject() {
	case zerops.SubjectOrganisation:
		return s.org
	case zerops.SubjectProject:
		return s.project
	case zerops.SubjectService:
		return s.serviceOf(op)
	case zerops.SubjectProcess:
		return s.process
	case zerops.SubjectAppVersion:
		switch op {
		case zerops.PutAppVersionUpload, zerops.DeleteAppVersion:
			return s.blank
		case zerops.PutAppVersionBuildAndDeploy:
			return s.draft
		}
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

// serviceOf picks a service that can do what the operation asks.
func (s samples) serviceOf(op zerops.Operation) string {
	switch {
	case strings.Contains(op.Path(), "object-storage"), op.Area() == "cdn":
		if s.bucket != "" {
			return s.bucket
		}
	case op.Area() == "backup", op == zerops.PostServiceStackPublicPortRouting, op == zerops.DeleteServiceStack:
		return s.service
	case op == zerops.PutServiceStackConnectSharedStorage:
		return s.other
	}
	return s.runtime
}

// body returns a body that fits an operation and the account.
func (s samples) body(op zerops.Operation, shape *zerops.Shape) map[string]any {
	body, _ := s.sample(op, "", shape).(map[string]any)
	if _, searches := shape.Field("search"); searches && op.Reach() != zerops.ReachPublic {
		column := map[zerops.Reach]string{zerops.ReachSearch: "projectId", zerops.ReachSearchID: "id"}[op.Reach()]
		body["search"] = s.terms(column)["search"]
	}
	switch op {
	case zerops.PutUserNotificationAcknowledgeAll:
		body["projectId"] = s.project
	case zerops.PostStatsHistoryGroupBySearch:
		body["limit"] = 5
	case zerops.PostClientProjectImport:
		body["yaml"] = "project:\n  name: walkthrough\nservices:\n  - hostname: walkthrough\n    type: nodejs@22\n"
	case zerops.PostProjectPublicHttpRouting, zerops.PutPublicHttpRouting:
		body["domains"] = []any{"walkthrough-" + strings.ToLower(op.Method()) + ".example.com"}
	case zerops.PostServiceStackPublicPortRouting:
		return portBody(15434)
	case zerops.PutPublicPortRouting:
		return portBody(15435)
	case zerops.PutServiceStackTriggerPipeline:
		body["buildFromGit"] = "https://github.com/example/app"
	case zerops.PutAppVersionBuildAndDeploy, zerops.PutAppVersionDeploy:
		body["zeropsYamlSetup"] = "api"
	case zerops.PutServiceStackBackup:
		body["tags"] = []any{"walkthrough"}
	case zerops.PutServiceStackExternalRepositoryIntegration:
		body["githubIntegration"] = map[string]any{"repositoryFullName": "example/app", "eventType": "BRANCH", "branchName": "main", "isActive": true, "triggerBuild": false}
	}
	return body
}

func (s samples) sample(op zerops.Operation, name string, shape *zerops.Shape) any {
	switch {
	case shape.Items != nil:
		return []any{s.sample(op, name, shape.Items)}
	case shape.Type == "object":
		object := map[string]any{}
		for _, field := range shape.Fields {
			if field.Required {
				object[field.Name] = s.sample(op, field.Name, field.Shape)
			}
		}
		return object
	case len(shape.Enum) > 0:
		return shape.Enum[len(shape.Enum)-1]
	case shape.Format == "date-time":
		if name == "from" {
			return "2026-01-01T00:00:00Z"
		}
		return "2026-01-31T00:00:00Z"
	case shape.Format == "email":
		return "someone@example.com"
	case shape.Format == "id":
		return s.reference(name)
	case shape.Type == "boolean":
		return false
	case shape.Type == "integer", shape.Type == "number":
		if name == "port" {
			return s.httpPort
		}
		return 10
	}
	return s.text(op, name)
}

func (s samples) reference(name string) string {
	switch name {
	case "projectId", "forwardMetricsFromProjectId":
		return s.project
	case "serviceStackId":
		return s.runtime
	case "sharedStorageId":
		return s.shared
	case "clientId":
		return s.org
	}
	return s.user
}

func (s samples) text(op zerops.Operation, name string) string {
	switch name {
	case "value":
		return "512"
	case "key":
		if op == zerops.PutUserData || op == zerops.PutProjectEnv {
			return "GATHERED"
		}
		return "WALK_THROUGH"
	case "name":
		if op == zerops.GetProjectEnvFile || op == zerops.GetProjectEnvFileDownload {
			return ""
		}
		if op == zerops.PutProjectL7httpbalancerConfig {
			return "worker_connections"
		}
		return "walk" + strings.ToLower(op.String())[len(op.String())-8:]
	case "base64":
		return tarball
	case "timeGroupBy":
		return "1d"
	case "timeZone":
		return "UTC"
	case "serviceStackVersionName":
		return "nodejs@22"
	case "serviceStackName":
		return "api"
	case "serviceStackTypeId":
		return "nodejs"
	case "serviceStackTypeVersionName":
		return "nodejs@22"
	case "zeropsYaml":
		return "zerops:\n  - setup: api\n    build:\n      base: nodejs@22\n      deployFiles: ./\n    run:\n      base: nodejs@22\n      start: node index.js\n"
	case "yaml", "serviceImportYaml":
		return "services:\n  - hostname: walkthrough\n    type: nodejs@22\n"
	case "path":
		return "/"
	case "envFile":
		return "A=obviously-fake-1\n"
	case "publicKey":
		return publicKey
	}
	return "walkthrough"
}
