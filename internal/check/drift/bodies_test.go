package main

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	"zerops-mcp/zerops"
)

// archive is an empty one.
func archive(t *testing.T) []byte {
	t.Helper()
	var packed bytes.Buffer
	if err := gzip.NewWriter(&packed).Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

// query are the query parameters that an operation cannot do without.
func (s *samples) query(op zerops.Operation, detail zerops.Detail) object {
	values := object{}
	for _, field := range detail.Query {
		if field.Required {
			values[field.Name] = s.value(op, field.Name, field.Shape)
		}
	}
	return values
}

// body fits an operation and the account.
func (s *samples) body(op zerops.Operation, detail zerops.Detail) object {
	switch op {
	case zerops.PostServiceStackPublicPortRouting:
		return portBody(15434)
	case zerops.PutPublicPortRouting:
		return portBody(15435)
	case zerops.PostProjectPublicHttpRouting, zerops.PutPublicHttpRouting:
		return s.routingBody("walkthrough")
	}
	if detail.Body == nil {
		return nil
	}
	body, _ := s.value(op, "", detail.Body).(object)
	if _, searches := detail.Body.Field("search"); searches && op.Reach() != zerops.ReachPublic {
		column := map[zerops.Reach]string{zerops.ReachSearch: "projectId", zerops.ReachSearchID: "id"}[op.Reach()]
		body["search"] = s.search(column)["search"]
	}
	switch op {
	case zerops.PostStatsHistoryGroupBySearch:
		body["limit"] = 5
	case zerops.PostClientProject:
		body["publicIpV4Shared"] = true // which the SDK demands
	case zerops.PostClientProjectImport:
		body["yaml"] = "project:\n  name: walkthrough\nservices:\n  - hostname: walkthrough\n    type: nodejs@22\n"
	case zerops.PutServiceStackTriggerPipeline:
		body["buildFromGit"] = "https://github.com/example/app"
	case zerops.PutAppVersionBuildAndDeploy:
		body["zeropsYaml"], body["zeropsYamlSetup"] = sampleCode, "api"
	case zerops.PutServiceStackBackup:
		body["tags"] = []any{"walkthrough"}
	case zerops.PutServiceStackExternalRepositoryIntegration:
		body["githubIntegration"] = object{"repositoryFullName": "example/app", "eventType": "BRANCH", "branchName": "main", "isActive": true, "triggerBuild": false}
	}
	return body
}

// value is one that fits a shape. Lists that may be left out are there, empty, because
// the SDK always sends them.
func (s *samples) value(op zerops.Operation, name string, shape *zerops.Shape) any {
	switch {
	case shape.Items != nil:
		return []any{s.value(op, name, shape.Items)}
	case shape.Type == "object":
		value := object{}
		for _, field := range shape.Fields {
			switch {
			case field.Required:
				value[field.Name] = s.value(op, field.Name, field.Shape)
			case field.EmptyList:
				value[field.Name] = []any{}
			}
		}
		return value
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
			return 3000
		}
		return 10
	}
	return s.text(op, name)
}

func (s *samples) reference(name string) string {
	switch name {
	case "projectId", "forwardMetricsFromProjectId":
		return s.project
	case "serviceStackId":
		return s.runtime
	case "sharedStorageId":
		return s.storage
	case "clientId":
		return s.org
	}
	return s.user
}

func (s *samples) text(op zerops.Operation, name string) string {
	switch name {
	case "value":
		return "512"
	case "key":
		if op == zerops.PutUserData || op == zerops.PutProjectEnv {
			return "GATHERED"
		}
		return "WALK_THROUGH"
	case "name":
		switch op {
		case zerops.GetProjectEnvFile, zerops.GetProjectEnvFileDownload:
			return ""
		case zerops.PutProjectL7httpbalancerConfig:
			return "worker_connections"
		}
		return "walk" + strings.ToLower(op.String())[len(op.String())-8:]
	case "timeGroupBy":
		return "1d"
	case "timeZone":
		return "UTC"
	case "serviceStackVersionName", "serviceStackTypeVersionName":
		return "nodejs@22"
	case "serviceStackName":
		return "api"
	case "serviceStackTypeId":
		return "nodejs"
	case "zeropsYaml":
		return sampleCode
	case "yaml", "serviceImportYaml":
		return "services:\n  - hostname: walkthrough\n    type: nodejs@22\n"
	case "path":
		return "/"
	case "envFile":
		return "A=obviously-fake-1\n"
	case "publicKey":
		return sampleKey
	}
	return sampleHost
}
