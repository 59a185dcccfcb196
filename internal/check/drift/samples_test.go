package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

// Words of the samples.
const (
	sampleKey  = "b2J2aW91cyBmYWtlIHB1YmxpYyBrZXkgMDAwMDAwMDA=" // of a VPN peer
	sampleCode = "zerops:\n  - setup: api\n    build:\n      base: nodejs@22\n      deployFiles: ./\n    run:\n      base: nodejs@22\n      start: node index.js\n"
	sampleHost = "walkthrough"
)

// samples are ids of a simulated account, and what it had none of.
type samples struct {
	t   *testing.T
	api *zerops.Client
	sim *simulator.Simulator

	org, project, database, bucket, runtime, other, storage string
	process, kept, draft, blank                             string
	routing, port, variable, projectVariable                string
	user, member, notification, payment, token, integration string
	backup                                                  string

	about string // the first path parameter of whatever is called, where it is set
}

// ready brings the account into the state that an operation is for.
func (s *samples) ready(op zerops.Operation) {
	s.t.Helper()
	switch op {
	case zerops.PutProjectStart:
		s.do(zerops.PutProjectStop, object{}, s.project)
		s.do(zerops.GetProject, nil, s.project)
	case zerops.PutServiceStackStart:
		s.do(zerops.PutServiceStackStop, object{}, s.runtime)
	case zerops.PutAppVersionCancelBuild:
		s.sim.Hold("stack.build")
		s.do(zerops.PutAppVersionBuildAndDeploy, object{"zeropsYaml": sampleCode, "zeropsYamlSetup": "api"}, s.draft)
		s.kept = s.draft
	case zerops.PutProcessCancel:
		s.sim.Hold("stack.restart")
		s.process = s.id(zerops.PutServiceStackRestart, object{}, "id", s.runtime)
	}
}

// gather finds sample ids and makes what is missing.
func gather(t *testing.T, api *zerops.Client, sim *simulator.Simulator) *samples {
	t.Helper()
	const shop = "eshop-staging"
	s := &samples{
		t: t, api: api, sim: sim, org: sim.OrgID("Northwind Trading"), project: sim.ProjectID(shop), database: sim.ServiceID(shop, "db"),
		bucket: sim.ServiceID(shop, "files"), runtime: sim.ServiceID(shop, "api"), other: sim.ServiceID(shop, "worker"),
	}
	s.user = s.id(zerops.GetUserInfo, nil, "id")
	s.routing = s.id(zerops.PostProjectPublicHttpRouting, s.routingBody("gathered"), "id", s.project)
	s.port = s.id(zerops.PostServiceStackPublicPortRouting, portBody(15433), "id", s.database)
	s.storage = s.id(zerops.PostProjectServiceStack, object{"name": "gathered", "serviceStackVersionName": "shared-storage", "userData": []any{}}, "id", s.project)
	s.blank = s.id(zerops.PostServiceStackAppVersion, object{}, "id", s.runtime)
	s.draft = s.id(zerops.PostServiceStackAppVersion, object{}, "id", s.runtime)
	s.do(zerops.PutAppVersionUpload, archive(t), s.draft)
	s.do(zerops.PutServiceStackConnectSharedStorage, object{"sharedStorageId": s.storage}, s.runtime)
	value := object{"key": "GATHERED", "content": "obviously-fake", "sensitive": true}
	s.do(zerops.PostServiceStackUserData, value, s.runtime)
	s.do(zerops.PostProjectEnv, value, s.project)
	s.do(zerops.PostServiceStackBackup, object{}, s.database)
	s.do(zerops.PostProjectVpn, object{"publicKey": sampleKey}, s.project)
	s.process = s.id(zerops.GetProjectProcess, nil, "list.0.id", s.project)
	for _, version := range rowsOf(s.do(zerops.GetServiceStackAppVersion, nil, s.runtime), "list") {
		if version["status"] == "BACKUP" {
			s.kept, _ = version["id"].(string)
		}
	}
	s.member = s.id(zerops.GetClientUserList, nil, "clientUserList.1.id", s.org)
	s.notification = s.id(zerops.GetClientUserNotification, nil, "list.0.id", s.org)
	s.payment = s.id(zerops.GetClientCardPayment, nil, "list.0.id", s.org)
	s.token = s.id(zerops.GetUserTokenList, nil, "list.0.id")
	s.integration = s.id(zerops.GetClientIntegrationTokenList, nil, "list.0.id", s.org)
	s.backup = s.id(zerops.GetServiceStackBackup, nil, "files.0.name", s.database)
	s.variable = keyed(rowsOf(s.do(zerops.GetServiceStackEnv, nil, s.runtime), "items"))
	s.projectVariable = keyed(rowsOf(s.do(zerops.PostProjectSearch, s.search("id"), ""), "items.0.envList"))
	return s
}

type object = map[string]any

// do calls an operation with the product's own client.
func (s *samples) do(op zerops.Operation, body any, path ...string) any {
	s.t.Helper()
	if len(path) == 1 && path[0] == "" {
		path = nil
	}
	raw, err := s.api.Do(s.t.Context(), zerops.Call{Operation: op, Path: path, Body: body})
	if err != nil {
		s.t.Fatalf("%s: %v", op, err)
	}
	var answer any
	_ = json.Unmarshal(raw, &answer) // an upload answers nothing
	return answer
}

// id is the text at a place of an answer, or the id of the user where nothing is: such
// an object does not exist.
func (s *samples) id(op zerops.Operation, body any, place string, path ...string) string {
	s.t.Helper()
	if text, ok := at(s.do(op, body, path...), place).(string); ok {
		return text
	}
	return s.user
}

// at follows a place such as list.0.id.
func at(value any, place string) any {
	for step := range strings.SplitSeq(place, ".") {
		switch inner := value.(type) {
		case object:
			value = inner[step]
		case []any:
			var i int
			if _, err := fmt.Sscan(step, &i); err != nil || i >= len(inner) {
				return nil
			}
			value = inner[i]
		default:
			return nil
		}
	}
	return value
}

func rowsOf(answer any, place string) []object {
	list, _ := at(answer, place).([]any)
	var rows []object
	for _, item := range list {
		if row, ok := item.(object); ok {
			rows = append(rows, row)
		}
	}
	return rows
}

func keyed(rows []object) string {
	for _, row := range rows {
		if id, ok := row["id"].(string); ok && row["key"] == "GATHERED" {
			return id
		}
	}
	return ""
}

func (s *samples) search(column string) object {
	terms := []any{object{"name": "clientId", "operator": "eq", "value": s.org}}
	if column != "" {
		terms = append(terms, object{"name": column, "operator": "eq", "value": s.project})
	}
	return object{"search": terms, "sort": []any{}}
}

func (s *samples) routingBody(name string) object {
	return object{
		"sslEnabled": true, "cdnEnabled": false, "domains": []any{name + ".example.com"},
		"locations": []any{object{"path": "/", "port": 3000, "serviceStackId": s.runtime}},
	}
}

func portBody(public int) object {
	return object{
		"publicIpType": "IP_V6", "publicPort": public, "internalPort": 5432, "internalProtocol": "tcp",
		"firewallPolicy": "WHITELIST", "firewallIpRanges": []any{"198.51.100.0/24"}, "firewallAllowMyIp": false,
	}
}

// path are the path parameters of an operation by name.
func (s *samples) path(op zerops.Operation) map[string]string {
	values := map[string]string{}
	for i, param := range op.PathParams() {
		switch {
		case i == 0:
			values[param.Name] = s.subject(op)
		case param.Name == "tokenId":
			values[param.Name] = s.integration
		case param.Name == "date":
			values[param.Name] = s.backup
		case param.Name == "name" && op == zerops.GetServiceStackByName:
			values[param.Name] = "db"
		case param.Name == "name":
			values[param.Name] = "eshop-staging"
		case param.Name == "stackTypeId":
			values[param.Name] = "nodejs"
		case param.Name == "serviceStackTypeVersionId":
			values[param.Name] = "nodejs@22"
		case param.Name == "base64PublicKey":
			values[param.Name] = sampleKey
		default:
			values[param.Name] = s.user
		}
	}
	return values
}

// subject is the first path parameter.
func (s *samples) subject(op zerops.Operation) string {
	if s.about != "" {
		return s.about
	}
	switch op.Subject() {
	case zerops.SubjectOrganisation:
		return s.org
	case zerops.SubjectProject:
		return s.project
	case zerops.SubjectService:
		return s.service(op)
	case zerops.SubjectProcess:
		return s.process
	case zerops.SubjectAppVersion:
		switch op {
		case zerops.PutAppVersionUpload, zerops.DeleteAppVersion:
			return s.blank
		case zerops.PutAppVersionBuildAndDeploy:
			return s.draft
		}
		return s.kept
	case zerops.SubjectHTTPRouting:
		return s.routing
	case zerops.SubjectPortRouting:
		return s.port
	case zerops.SubjectServiceVariable:
		return s.variable
	case zerops.SubjectProjectVariable:
		return s.projectVariable
	case zerops.SubjectMember:
		return s.member
	case zerops.SubjectNotification:
		return s.notification
	case zerops.SubjectUserToken:
		return s.token
	case zerops.SubjectPayment:
		return s.payment
	case zerops.SubjectRecipe:
		return "nodejs-hello-world"
	case zerops.SubjectNone, zerops.SubjectUser, zerops.SubjectCredential, zerops.SubjectOneTimeToken:
	}
	return s.user
}

// service picks one that can do what the operation asks.
func (s *samples) service(op zerops.Operation) string {
	switch {
	case op == zerops.GetServiceStackNginxConf, op == zerops.PutServiceStackReload:
		return s.sim.ServiceID("eshop-production", "admin") // PHP
	case strings.Contains(op.Path(), "object-storage"), op.Area() == "cdn":
		return s.bucket
	case op.Area() == "backup", op == zerops.PostServiceStackPublicPortRouting, op == zerops.DeleteServiceStack:
		return s.database
	case op == zerops.PutServiceStackConnectSharedStorage:
		return s.other
	}
	return s.runtime
}
