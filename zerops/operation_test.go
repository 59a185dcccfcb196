package zerops_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"zerops-mcp/zerops"
)

// undocumented are the operations that the vendor's SDK does not know. All but
// GetProjectList answer on the live API (platform §1.9, §2, §10.3).
var undocumented = []string{
	"DeleteClientIntegrationTokenDelegation", "DeleteProjectBackup", "GetClientIntegrationTokenDelegation",
	"GetClientIntegrationTokenDelegationList", "GetProjectBackup", "GetProjectEnvReveal", "GetProjectList", "GetUserClientList",
	"GetUserDataReveal", "PostBillingClientPromoCode", "PostCurrentStatsGroupBySearch", "PostWebSocketLogin",
}

func TestCatalogueHoldsEveryOperation(t *testing.T) {
	t.Parallel()
	operations := listedOperations(t)
	if len(operations) != 246 {
		t.Errorf("the list holds %d operations, want 246", len(operations))
	}
	known := map[string]bool{}
	for _, want := range operations {
		known[want.Operation] = true
		got, ok := zerops.LookupOperation(want.Operation)
		if !ok {
			t.Errorf("%s is missing", want.Operation)
			continue
		}
		if got.Method() != want.Method || got.Path() != want.Path {
			t.Errorf("%s is %s %s, want %s %s", got, got.Method(), got.Path(), want.Method, want.Path)
		}
		for _, param := range got.PathParams() {
			i := slices.IndexFunc(want.PathParams, func(p listedField) bool { return p.Name == param.Name })
			if i < 0 || param.ID != (want.PathParams[i].Format == "id") {
				t.Errorf("%s: path parameter %+v, the list has %+v", got, param, want.PathParams)
			}
		}
	}
	var extra []string
	for op := range zerops.Operations() {
		if !known[op.String()] {
			extra = append(extra, op.String())
			if !op.Class().Has(zerops.Undocumented) {
				t.Errorf("%s is not in the list and not marked undocumented", op)
			}
		} else if op.Class().Has(zerops.Undocumented) {
			t.Errorf("%s is in the list and marked undocumented", op)
		}
	}
	if !slices.Equal(extra, undocumented) {
		t.Errorf("operations beyond the list: %v, want %v", extra, undocumented)
	}
}

// TestCatalogueIsNoLighterThanTheList compares the effects with what the list says
// of reading and destroying. Classing an operation more lightly needs a reason.
func TestCatalogueIsNoLighterThanTheList(t *testing.T) {
	t.Parallel()
	lighter := map[zerops.Operation]string{
		zerops.PostBillingClientCreditExport:         "an export changes nothing",
		zerops.PostServiceStackBackupDownloadUrl:     "an address to read from changes nothing",
		zerops.PutClientUserRoles:                    "the roles before can be set again",
		zerops.PutProjectPurgeCdnStatic:              "what is purged is fetched again",
		zerops.PutServiceStackPurgeCdn:               "what is purged is fetched again",
		zerops.PutServiceStackDisableSubdomainAccess: "the same addresses can be opened again",
		zerops.PutServiceStackObjectStorageSize:      "the size before can be set again",
		zerops.PutServiceStackRestart:                "the service runs again afterwards",
		zerops.PutUserPassword:                       "only a person can do it",
		zerops.PutUserPasswordViaToken:               "only a person can do it",
		zerops.PutUserRecoverPassword:                "only a person can do it",
	}
	for _, want := range listedOperations(t) {
		op, _ := zerops.LookupOperation(want.Operation)
		class := op.Class()
		isLighter := class.Effect == zerops.Reads && !want.ReadOnly || class.Effect != zerops.Destroys && want.Destructive
		if reason := lighter[op]; isLighter != (reason != "") {
			t.Errorf("%s %v (list: read only %v, destructive %v), reason %q", op, class.Effect, want.ReadOnly, want.Destructive, reason)
		}
		if class.Effect != zerops.Reads && want.ReadOnly {
			t.Errorf("%s %v, and the list says that it reads", op, class.Effect)
		}
	}
}

func TestCatalogueIsSortedAndConsistent(t *testing.T) {
	t.Parallel()
	routes := map[string]zerops.Operation{}
	areas := map[string]bool{}
	var last string
	for op := range zerops.Operations() {
		name, class := op.String(), op.Class()
		if name <= last {
			t.Errorf("%s does not come after %s", name, last)
		}
		last = name
		if found, ok := zerops.LookupOperation(name); !ok || found != op {
			t.Errorf("LookupOperation(%s) = %v, %v", name, found, ok)
		}
		route := op.Method() + " " + op.Path()
		if other, taken := routes[route]; taken {
			t.Errorf("%s and %s are both %s", op, other, route)
		}
		routes[route] = op
		areas[op.Area()] = true
		if !strings.HasPrefix(op.Path(), "/") || op.Summary() == "" {
			t.Errorf("%s: path %q, summary %q", op, op.Path(), op.Summary())
		}
		if class.Effect < zerops.Reads || class.Effect > zerops.Destroys {
			t.Errorf("%s is unclassified", op)
		}
		if class.Has(zerops.PersonOnly) != (op.Place() != "") {
			t.Errorf("%s: person only %v, place %q", op, class.Has(zerops.PersonOnly), op.Place())
		}
		if op.Safe() != (class.Effect == zerops.Reads) {
			t.Errorf("%s: can %v with effect %v", op, op.Can(), class.Effect)
		}
		if op.Method() == "DELETE" && class.Effect != zerops.Destroys {
			t.Errorf("%s is a DELETE with effect %v", op, class.Effect)
		}
		if strings.HasSuffix(op.Path(), "/search") != class.Has(zerops.IndexBacked) {
			t.Errorf("%s: a search and index-backed disagree", op)
		}
		if (len(op.PathParams()) == 0) != (op.Subject() == zerops.SubjectNone) {
			t.Errorf("%s: subject %v with path %s", op, op.Subject(), op.Path())
		}
		if op.Reach() == zerops.ReachSubject && op.Subject() < zerops.SubjectProject {
			t.Errorf("%s: no project follows from its subject", op)
		}
		if (op.Reach() == zerops.ReachPublic || op.Reach() == zerops.ReachCaller) && class.Effect != zerops.Reads {
			t.Errorf("%s %v, so it cannot be for everybody", op, class.Effect)
		}
		if strings.HasPrefix(op.Path(), "/project/{id}") != (op.Subject() == zerops.SubjectProject && op != zerops.GetServiceStackByName) {
			t.Errorf("%s: subject %v with path %s", op, op.Subject(), op.Path())
		}
		if current, ok := op.Current(); ok {
			if !class.Has(zerops.FullReplacement) {
				t.Errorf("%s names what it replaces but is no full replacement", op)
			}
			if !current.Safe() || len(current.PathParams()) > len(op.PathParams()) {
				t.Errorf("%s cannot be read by %s", op, current)
			}
		}
	}
	if got := slices.Sorted(maps.Keys(areas)); !slices.Equal(got, zerops.Areas()) {
		t.Errorf("areas in use %v, Areas() %v", got, zerops.Areas())
	}
}

func TestCatalogueRefusesUnknownNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "getProject", "GetProjects", "ZZZ", "A", "unknown operation"} {
		if op, ok := zerops.LookupOperation(name); ok {
			t.Errorf("LookupOperation(%q) = %v", name, op)
		}
	}
	for _, op := range []zerops.Operation{0, 60000} {
		if op.Path() != "" || op.Method() != "" || op.Safe() || len(op.PathParams()) != 0 || op.String() != "unknown operation" {
			t.Errorf("operation %d has %s %s", uint16(op), op.Method(), op.Path())
		}
	}
}

// TestCatalogueClasses pins what would do harm if it were classed more lightly.
func TestCatalogueClasses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		op     zerops.Operation
		effect zerops.Effect
		traits zerops.Trait
	}{
		{zerops.GetProject, zerops.Reads, 0},
		{zerops.PostProjectSearch, zerops.Reads, zerops.IndexBacked | zerops.CarriesSecrets},
		{zerops.PostServiceStackZeropsYamlValidation, zerops.Reads, 0},
		{zerops.GetProjectLog, zerops.Reads, zerops.RevealsSecret},
		{zerops.GetProjectEnvReveal, zerops.Reads, zerops.RevealsSecret},
		{zerops.GetUserDataReveal, zerops.Reads, zerops.RevealsSecret},
		{zerops.GetProjectExport, zerops.Reads, zerops.RevealsSecret},
		{zerops.DeleteProjectBackup, zerops.Destroys, 0},
		{zerops.PostBillingClientPromoCode, zerops.Creates, zerops.PersonOnly},
		{zerops.GetAppVersionAppCode, zerops.Reads, zerops.RevealsSecret},
		{zerops.PostServiceStackBackupDownloadUrl, zerops.Reads, zerops.RevealsSecret},
		{zerops.PostServiceStackFileBrowsingAccess, zerops.Creates, zerops.RevealsSecret},
		{zerops.PostProjectVpn, zerops.Creates, zerops.RevealsSecret},
		{zerops.PutProject, zerops.Updates, zerops.FullReplacement},
		{zerops.PutProjectEnvFile, zerops.Destroys, zerops.FullReplacement | zerops.Asynchronous},
		{zerops.PutServiceStackUserDataEnvFile, zerops.Destroys, zerops.FullReplacement | zerops.Asynchronous},
		{zerops.PutProjectRequestIpv4, zerops.Creates, 0},
		{zerops.PutProjectModeUpgrade, zerops.Destroys, 0},
		{zerops.PutBillingClientAddon, zerops.Updates, 0},
		{zerops.PostBillingClientPayment, zerops.Creates, zerops.PersonOnly},
		{zerops.PutAppVersionDeploy, zerops.Destroys, zerops.Asynchronous},
		{zerops.PutServiceStackStop, zerops.Destroys, zerops.Asynchronous},
		{zerops.PutServiceStackRestart, zerops.Updates, zerops.Asynchronous},
		{zerops.DeleteClient, zerops.Destroys, zerops.PersonOnly},
		{zerops.PostUserToken, zerops.Creates, zerops.PersonOnly | zerops.RevealsSecret},
		{zerops.PutClientIntegrationTokenRegenerate, zerops.Destroys, zerops.PersonOnly | zerops.RevealsSecret},
		{zerops.Get2FaRecoveryCodes, zerops.Reads, zerops.PersonOnly | zerops.RevealsSecret},
		{zerops.GetUserVerifyEmail, zerops.Updates, zerops.PersonOnly},
		{zerops.PutClientUserRoles, zerops.Updates, zerops.FullReplacement},
	} {
		if class := test.op.Class(); class.Effect != test.effect || !class.Has(test.traits) {
			t.Errorf("%s: %v, %v; want %v, %v", test.op, class.Effect, class.Traits, test.effect, test.traits)
		}
	}
}
