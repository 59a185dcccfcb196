package effects

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/zerops"
)

// Work names the operations whose work a call of the operation does as well, whatever
// it sends. A tool that was made for one of them is no less taken out by this one.
func Work(op zerops.Operation) []zerops.Operation {
	switch op {
	case zerops.DeleteProject:
		return []zerops.Operation{zerops.DeleteServiceStack, zerops.DeletePublicHttpRouting, zerops.DeletePublicPortRouting, zerops.DeleteProjectEnv}
	case zerops.DeleteServiceStack:
		return []zerops.Operation{zerops.DeleteUserData}
	case zerops.PutProjectStop:
		return []zerops.Operation{zerops.PutServiceStackStop}
	case zerops.PutProjectStart:
		return []zerops.Operation{zerops.PutServiceStackStart}
	case zerops.PostClientProjectImport:
		return []zerops.Operation{zerops.PostClientProject, zerops.PostProjectServiceStack}
	case zerops.PostProjectServiceStackImport:
		return []zerops.Operation{zerops.PostProjectServiceStack}
	case zerops.PutProjectFirstClassRecipeDevelopmentContainer:
		return []zerops.Operation{zerops.PostProjectServiceStackImport, zerops.PostProjectServiceStack}
	case zerops.PutClientFirstClassRecipeElk, zerops.PutClientFirstClassRecipePrometheus:
		return []zerops.Operation{zerops.PostClientProjectImport, zerops.PostClientProject, zerops.PostProjectServiceStack}
	case zerops.PutServiceStackExternalRepositoryIntegration:
		return []zerops.Operation{zerops.PutServiceStackTriggerExternalRepositoryIntegration}
	case zerops.PutPublicHttpRouting, zerops.PutPublicHttpRoutingLocation:
		return []zerops.Operation{zerops.PostProjectPublicHttpRouting, zerops.DeletePublicHttpRouting}
	case zerops.PutPublicPortRouting:
		return []zerops.Operation{zerops.PostServiceStackPublicPortRouting, zerops.DeletePublicPortRouting}
	case zerops.PutPublicHttpRoutingRestore, zerops.PutProjectSyncPublicHttpRouting:
		return []zerops.Operation{zerops.PostProjectPublicHttpRouting}
	case zerops.PutPublicPortRoutingRestore, zerops.PutProjectSyncPublicPortRouting:
		return []zerops.Operation{zerops.PostServiceStackPublicPortRouting}
	case zerops.DeleteProjectBackup:
		return []zerops.Operation{zerops.DeleteServiceStackBackup}
	default:
		return nil
	}
}

// WorkSent names the operations whose work a call does by what its body asks for, with
// the field that asks.
func WorkSent(body map[string]any, yaml *manifest.ImportPlan) map[zerops.Operation]string {
	work := map[zerops.Operation]string{}
	for field, value := range body {
		if empty(value) {
			continue
		}
		for _, op := range workOf(field) {
			work[op] = field
		}
	}
	if yaml != nil {
		manifestWork(work, *yaml)
	}
	return work
}

// empty reports a value that asks for nothing.
func empty(v any) bool {
	switch value := v.(type) {
	case nil:
		return true
	case bool:
		return !value
	case string:
		return strings.TrimSpace(value) == ""
	case []any:
		return len(value) == 0
	case map[string]any:
		return len(value) == 0
	}
	return false
}

// workOf names the operations that do what a field of a body, or a key of import YAML,
// asks for.
func workOf(field string) []zerops.Operation {
	switch field {
	case "userData", "userDataEnvFile", "vault", "envSecrets", "dotEnvSecrets":
		return []zerops.Operation{zerops.PostServiceStackUserData}
	case "envVariables":
		return []zerops.Operation{zerops.PostProjectEnv, zerops.PostServiceStackUserData}
	case "customAutoscaling", "autoscalingProfileId", "autoscalingProfileOverrides", "verticalAutoscaling", "horizontalAutoscaling", "minContainers", "maxContainers":
		return []zerops.Operation{zerops.PutServiceStackAutoscaling}
	case "enableSubdomainAccess":
		return []zerops.Operation{zerops.PutServiceStackEnableSubdomainAccess}
	case "buildFromGit":
		return []zerops.Operation{zerops.PutServiceStackTriggerPipeline}
	case "mount":
		return []zerops.Operation{zerops.PutServiceStackConnectSharedStorage}
	}
	return nil
}

// manifestWork adds what import YAML asks for beside making services. Stores of
// variables count whatever is in them.
func manifestWork(work map[zerops.Operation]string, p manifest.ImportPlan) {
	p.Doc.Walk(func(path []string, key, value *yaml.Node) {
		inner := len(path) > 3 && path[len(path)-2] != "<<" // a variable may be named like a key
		if key == nil || inner || value.Kind == yaml.ScalarNode && slices.Contains([]string{"", "false", "null", "~"}, value.Value) {
			return
		}
		name := manifest.LastOf(path)
		for _, op := range workOf(name) {
			work[op] = "the YAML's " + name
		}
	})
	if len(p.Overrides()) > 0 {
		work[zerops.PutServiceStackTriggerPipeline] = "the YAML's override"
	}
}
