package tooltest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// In returns the harness for a subtest.
func (h *Harness) In(t *testing.T) *Harness {
	t.Helper()
	sub := *h
	sub.T = t
	return &sub
}

// Samples are ids of the simulator's account for what path parameters and bodies
// name.
type Samples struct {
	Org, Project, Service, Bucket, Runtime, shared, Other string
	Process, Version, draft, blank, httpRouting, Port     string
	ServiceVariable, ProjectVariable                      string
	member, notification, payment                         string
	userToken, integrationToken, user, backup             string
	httpPort                                              any
}

// Gather finds sample ids, and makes what the account has none of.
func Gather(h *Harness) Samples {
	h.T.Helper()
	return GatherIn(h, "eshop-staging", "api")
}

// GatherIn is [Gather] for a runtime of another project.
func GatherIn(h *Harness, project, runtime string) Samples {
	h.T.Helper()
	s := Samples{
		Org: h.Sim.OrgID("Northwind Trading"), Project: h.Sim.ProjectID(project), Service: h.Sim.ServiceID(project, "db"),
		Bucket: h.Sim.ServiceID(project, "files"), Runtime: h.Sim.ServiceID(project, runtime),
	}
	if s.Other = h.Sim.ServiceID(project, "worker"); s.Other == "" {
		s.Other = s.Runtime
	}
	read := func(operation, id, path, fallback string) string {
		a := Args{"operation": operation}
		if id != "" {
			a["path"] = map[string]any{"id": id}
		}
		if got, ok := h.Call("read_api", a).Get(path).(string); ok {
			return got
		}
		return fallback
	}
	create := func(operation, id string, body map[string]any, path string) string {
		r := h.Call("write_api", Args{"operation": operation, "path": map[string]any{"id": id}, "body": body})
		got, _ := r.Ok().Get(path).(string)
		return got
	}
	s.user = read("GetUserInfo", "", "result.id", "")
	s.httpPort = h.Call("read_api", Args{"operation": "GetServiceStack", "path": map[string]any{"id": s.Runtime}}).Get("result.ports.0.port")
	s.httpRouting = create("PostProjectPublicHttpRouting", s.Project, map[string]any{
		"sslEnabled": true, "domains": []any{"gathered." + project + ".example.com"},
		"locations": []any{map[string]any{"path": "/", "port": s.httpPort, "serviceStackId": s.Runtime}},
	}, "result.id")
	s.Port = create("PostServiceStackPublicPortRouting", s.Service, portBody(15433), "result.id")
	s.shared = create("PostProjectServiceStack", s.Project, map[string]any{"name": "gathered", "serviceStackVersionName": "shared-storage"}, "result.id")
	s.blank = create("PostServiceStackAppVersion", s.Runtime, map[string]any{}, "result.id")
	s.draft = create("PostServiceStackAppVersion", s.Runtime, map[string]any{}, "result.id")
	create("PutAppVersionUpload", s.draft, map[string]any{"base64": Tarball}, "status")
	create("PutServiceStackConnectSharedStorage", s.Runtime, map[string]any{"sharedStorageId": s.shared}, "status")
	create("PostServiceStackUserData", s.Runtime, map[string]any{"key": "GATHERED", "content": "obviously-fake-gathered-value", "sensitive": true}, "status")
	create("PostProjectEnv", s.Project, map[string]any{"key": "GATHERED", "content": "obviously-fake-gathered-value", "sensitive": true}, "status")
	create("PostServiceStackBackup", s.Service, map[string]any{}, "status")
	h.registerVPNKey(s.Project)
	s.Process = read("GetProjectProcess", s.Project, "result.list.0.id", s.user)
	s.Version = h.Variable("GetServiceStackAppVersion", s.Runtime, nil, `[.list[] | select(.status == "BACKUP") | .id][0]`)
	s.member = read("GetClientUserList", s.Org, "result.clientUserList.1.id", s.user)
	s.notification = read("GetClientUserNotification", s.Org, "result.list.0.id", s.user)
	s.payment = read("GetClientCardPayment", s.Org, "result.list.0.id", s.user)
	s.userToken = read("GetUserTokenList", "", "result.list.0.id", s.user)
	s.integrationToken = read("GetClientIntegrationTokenList", s.Org, "result.list.0.id", s.user)
	s.backup = read("GetServiceStackBackup", s.Service, "result.files.0.name", "2026-01-31 00:00:00")
	s.ServiceVariable = h.Variable("GetServiceStackEnv", s.Runtime, nil, `.items[] | select(.key == "GATHERED") | .id`)
	s.ProjectVariable = h.Variable("PostProjectSearch", "", s.Terms("id"), `.items[0].envList[] | select(.key == "GATHERED") | .id`)
	h.Sim.ResetRequests()
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
func (h *Harness) registerVPNKey(project string) {
	h.T.Helper()
	server := h.Another(func(c *tool.Config) { c.AllowSecrets, c.Confirm = true, tool.ConfirmNever })
	raw := fmt.Sprintf(`{"operation":"PostProjectVpn","path":{"id":%q},"body":{"publicKey":%q}}`, project, publicKey)
	got, err := server.Call(h.T.Context(), "write_api", json.RawMessage(raw))
	if err != nil {
		h.T.Fatal(err)
	}
	if code := ErrorCode(h.T, got); code != "" {
		h.T.Fatalf("registering a VPN key: %s", code)
	}
}

// Variable finds the id of the gathered variable.
func (h *Harness) Variable(operation, id string, body map[string]any, jq string) string {
	h.T.Helper()
	a := Args{"operation": operation, "jq": jq}
	if id != "" {
		a["path"] = map[string]any{"id": id}
	}
	if body != nil {
		a["body"] = body
	}
	found, _ := h.Call("read_api", a).Get("result").(string)
	return found
}

// Terms is the body of a search for the project by the given column.
func (s Samples) Terms(column string) map[string]any {
	terms := []any{map[string]any{"name": "clientId", "operator": "eq", "value": s.Org}}
	if column != "" {
		terms = append(terms, map[string]any{"name": column, "operator": "eq", "value": s.Project})
	}
	return map[string]any{"search": terms}
}

// Arguments are what read_api or write_api needs to call an operation.
func (s Samples) Arguments(t *testing.T, op zerops.Operation) Args {
	t.Helper()
	var details zerops.Details
	detail, err := details.Of(op)
	if err != nil {
		t.Fatal(err)
	}
	a := Args{"operation": op.String()}
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
		query["projectId"] = s.Project
	}
	if len(query) > 0 {
		a["query"] = query
	}
	if detail.Body != nil {
		a["body"] = s.body(op, detail.Body)
	}
	return a
}

func (s Samples) parameter(op zerops.Operation, i int, param zerops.PathParam) string {
	switch {
	case i == 0:
		return s.subject(op)
	case param.Name == "tokenId":
		return s.integrationToken
	case param.Name == "date" && op == zerops.DeleteProjectBackup:
		return "2026-01-31 00:00:00" // the other one is for the service's operations
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

// Tarball is an empty gzip archive in base64.
const Tarball = "H4sIAAAAAAAA/wMAAAAAAAAAAAA="

const publicKey = "b2J2aW91cyBmYWtlIHB1YmxpYyBrZXkgMDAwMDAwMDA="

func (s Samples) subject(op zerops.Operation) string {
	switch op.Subject() {
	case zerops.SubjectOrganisation:
		return s.Org
	case zerops.SubjectProject:
		return s.Project
	case zerops.SubjectService:
		return s.serviceOf(op)
	case zerops.SubjectProcess:
		return s.Process
	case zerops.SubjectAppVersion:
		switch op {
		case zerops.PutAppVersionUpload, zerops.DeleteAppVersion:
			return s.blank
		case zerops.PutAppVersionBuildAndDeploy:
			return s.draft
		}
		return s.Version
	case zerops.SubjectHTTPRouting:
		return s.httpRouting
	case zerops.SubjectPortRouting:
		return s.Port
	case zerops.SubjectServiceVariable:
		return s.ServiceVariable
	case zerops.SubjectProjectVariable:
		return s.ProjectVariable
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
func (s Samples) serviceOf(op zerops.Operation) string {
	switch {
	case strings.Contains(op.Path(), "object-storage"), op.Area() == "cdn":
		if s.Bucket != "" {
			return s.Bucket
		}
	case op.Area() == "backup", op == zerops.PostServiceStackPublicPortRouting, op == zerops.DeleteServiceStack:
		return s.Service
	case op == zerops.PutServiceStackConnectSharedStorage:
		return s.Other
	}
	return s.Runtime
}

// body returns a body that fits an operation and the account.
func (s Samples) body(op zerops.Operation, shape *zerops.Shape) map[string]any {
	body, _ := s.sample(op, "", shape).(map[string]any)
	if _, searches := shape.Field("search"); searches && op.Reach() != zerops.ReachPublic {
		column := map[zerops.Reach]string{zerops.ReachSearch: "projectId", zerops.ReachSearchID: "id"}[op.Reach()]
		body["search"] = s.Terms(column)["search"]
	}
	switch op {
	case zerops.PutUserNotificationAcknowledgeAll:
		body["projectId"] = s.Project
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

func (s Samples) sample(op zerops.Operation, name string, shape *zerops.Shape) any {
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

func (s Samples) reference(name string) string {
	switch name {
	case "projectId", "forwardMetricsFromProjectId":
		return s.Project
	case "serviceStackId":
		return s.Runtime
	case "sharedStorageId":
		return s.shared
	case "clientId":
		return s.Org
	}
	return s.user
}

func (s Samples) text(op zerops.Operation, name string) string {
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
		return Tarball
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
