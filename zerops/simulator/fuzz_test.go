package simulator_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"zerops-mcp/zerops/simulator"
)

// FuzzBodies sends whatever it comes up with to the operations that read documents.
// None may answer with a fault of the server, and the server has to go on.
func FuzzBodies(f *testing.F) {
	sim := simulator.New(simulator.WithPace(0))
	client := &http.Client{Transport: sim.RoundTripper()}
	playground, org := sim.ProjectID("playground"), sim.OrgID("Northwind Trading")
	service := sim.ServiceID("eshop-staging", "app")
	targets := []struct{ method, path string }{
		{http.MethodPost, "/project/" + playground + "/service-stack/import"},
		{http.MethodPost, "/client/" + org + "/project/import"},
		{http.MethodPost, "/service-stack/zerops-yaml-validation"},
		{http.MethodPost, "/service-stack/search"},
		{http.MethodPost, "/stats-history/group-by-search"},
		{http.MethodPost, "/transaction-debit/group-by-search"},
		{http.MethodPut, "/service-stack/" + service + "/autoscaling"},
		{http.MethodPut, "/service-stack/" + service + "/user-data/env-file"},
		{http.MethodPost, "/project/" + playground + "/public-http-routing"},
	}
	for i := range targets {
		f.Add(i, `{"yaml":"#yamlPreprocessor=on\nservices:\n  - {hostname: a, type: nodejs@22, envSecrets: {A: <@generate(<1>)>}}"}`)
	}
	f.Add(2, `{"serviceStackName":"a","serviceStackTypeId":"nodejs","serviceStackTypeVersionName":"x","zeropsYaml":"zerops: [{setup: a, build: {base: [1, {}]}}]","operation":"DEPLOY"}`)
	f.Add(3, `{"search":[{"name":"clientId","operator":"eq","value":"`+org+`"},{"name":"status","operator":"in","value":[1,null]}],"limit":9,"offset":99}`)
	f.Add(5, `{"search":[{"name":"clientId","operator":"eq","value":"`+org+`"}],"from":"2026-01-01T00:00:00Z","till":"2026-02-01T00:00:00Z","timeZone":"UTC","groupBy":"stackId","timeGroupBy":"1w"}`)
	f.Add(7, `{"envFile":"A=\"b\nC"}`)
	bodies := 0
	f.Fuzz(func(t *testing.T, target int, body string) {
		if bodies++; bodies%200 == 0 { // what was imported meanwhile would make it slower and slower
			client.Transport = simulator.New(simulator.WithPace(0)).RoundTripper()
		}
		at := targets[uint(target)%uint(len(targets))]
		request, err := http.NewRequestWithContext(t.Context(), at.method, "http://zerops.test/api/rest/public"+at.path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+simulator.OwnerToken)
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		answer, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode >= http.StatusInternalServerError {
			t.Errorf("%s %s: %d %.300s (%v)", at.method, at.path, response.StatusCode, answer, err)
		}
	})
}
