package main

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/zeropsio/zerops-go/sdk"

	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

// TestSDKReadsTheWholeAccount reads everything in the account through the SDK: every
// organisation, project, service, deployment and process, in whatever state. Refusals
// are fine here, as not every service has what an operation asks for.
func TestSDKReadsTheWholeAccount(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.fail(t)
	objects, answered := a.everything(), 0
	methods := reflect.TypeFor[sdk.Handler]()
	told := map[string]bool{}
	for op := range zerops.Operations() {
		if _, known := methods.MethodByName(op.String()); !known || !op.Safe() || exceptions()[op.String()] != "" {
			continue
		}
		for _, id := range objects[op.Subject()] {
			a.samples.about = id
			answered++
			for _, found := range a.try(t, op) {
				if !found.refused && reasons()[found.key] == "" && !told[found.key] {
					told[found.key] = true
					t.Errorf("%s of %s: %s: %s", op, id, found.key, found.problem)
				}
			}
		}
	}
	t.Logf("%d answers", answered)
	if answered < 1_500 {
		t.Errorf("only %d answers were read", answered)
	}
}

// fail lets a deployment fail in every way that the simulator knows.
func (a account) fail(t *testing.T) {
	t.Helper()
	for name := range simulator.Scenarios() {
		if _, err := a.samples.sim.SeedScenario(name); err != nil {
			t.Fatal(err)
		}
	}
}

// most bounds how many objects of one owner are read, where they are alike.
func most(kind zerops.Subject) int {
	switch kind {
	case zerops.SubjectServiceVariable, zerops.SubjectNotification:
		return 2
	case zerops.SubjectProcess, zerops.SubjectAppVersion, zerops.SubjectService:
		return 6
	}
	return 100
}

// everything are the ids of all objects by their kind.
func (a account) everything() map[zerops.Subject][]string {
	s, all := a.samples, map[zerops.Subject][]string{}
	list := func(kind zerops.Subject, op zerops.Operation, owner, place string) []string {
		var ids []string
		for _, row := range rowsOf(s.do(op, nil, owner), place) {
			if id, ok := row["id"].(string); ok && !slices.Contains(all[kind], id) {
				ids = append(ids, id)
			}
		}
		all[kind] = append(all[kind], ids[:min(len(ids), most(kind))]...)
		return ids
	}
	all[zerops.SubjectOrganisation] = []string{s.org, s.sim.OrgID("Petra's Lab")}
	for _, org := range all[zerops.SubjectOrganisation] {
		list(zerops.SubjectMember, zerops.GetClientUserList, org, "clientUserList")
		list(zerops.SubjectNotification, zerops.GetClientUserNotification, org, "list")
		for _, project := range list(zerops.SubjectProject, zerops.GetClientProject, org, "list") {
			list(zerops.SubjectProcess, zerops.GetProjectProcess, project, "list")
			list(zerops.SubjectHTTPRouting, zerops.GetProjectPublicHttpRouting, project, "list")
			for _, service := range list(zerops.SubjectService, zerops.GetProjectServiceStack, project, "list") {
				list(zerops.SubjectAppVersion, zerops.GetServiceStackAppVersion, service, "list")
				list(zerops.SubjectPortRouting, zerops.GetServiceStackPublicPortRouting, service, "list")
				list(zerops.SubjectServiceVariable, zerops.GetServiceStackEnv, service, "items")
			}
		}
	}
	return all
}

// TestSDKUnderstandsRefusals checks that the API's errors arrive as the SDK's own.
func TestSDKUnderstandsRefusals(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	stranger := a
	stranger.handler = sdk.AuthorizeSdk(a.anonymous, "obviously-fake-stranger")
	nobody := "AAAAAAAAAAAAAAAAAAAAAA"
	for _, c := range []struct {
		from   account
		op     zerops.Operation
		id     string
		status int
		code   string
	}{
		{a, zerops.GetProject, nobody, 400, "projectNotFound"},
		{a, zerops.GetProject, "malformed", 400, "invalidUserInput"},
		{a, zerops.GetProcess, nobody, 404, "processNotFound"},
		{a, zerops.GetProcess, "malformed", 404, "processNotFound"},
		{stranger, zerops.GetProject, a.samples.project, 401, "notAuthorized"},
	} {
		c.from.samples.about = c.id
		found := c.from.try(t, c.op)
		if want := fmt.Sprintf("refused with %d %s", c.status, c.code); len(found) != 1 || !found[0].refused || !strings.HasPrefix(found[0].problem, want) {
			t.Errorf("%s of %s: %v, want it %s", c.op, c.id, found, want)
		}
	}
}
