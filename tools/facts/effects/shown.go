package effects

import (
	"encoding/json"
	"strings"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/tools/facts/network"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Shown is what a request does by what it sends alone. Where that also depends on
// what is there – whether a set loses entries, an address goes off – it is less than
// the request may do. A body that cannot be read counts as the most.
func Shown(r zerops.Call) zerops.Consequence {
	can := r.Operation.Can()
	judge := judgeOf(r.Operation)
	if can == 0 || judge == nil {
		return can
	}
	body, err := decoded(r.Body)
	if err != nil {
		return can
	}
	return judge(body) & can
}

// Depends reports whether what a call of the operation does depends on more than the
// operation.
func Depends(op zerops.Operation) bool { return judgeOf(op) != nil }

// decoded is a body as it will be sent.
func decoded(body any) (map[string]any, error) {
	if object, ok := body.(map[string]any); ok {
		return object, nil
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	v, err := tool.DecodeJSON(raw)
	object, _ := v.(map[string]any)
	return object, err
}

// judgeOf is how the body of an operation is judged, nil where every call does the
// same.
func judgeOf(op zerops.Operation) func(body map[string]any) zerops.Consequence {
	switch op {
	case zerops.PostClientProject:
		return project
	case zerops.PutProject:
		return func(body map[string]any) zerops.Consequence { return zerops.Changes | roles(body) }
	case zerops.PostClientProjectImport, zerops.PostProjectServiceStackImport:
		return func(body map[string]any) zerops.Consequence { return Import(text(body, "yaml")) }
	case zerops.PutProjectFirstClassRecipeDevelopmentContainer:
		return func(body map[string]any) zerops.Consequence {
			return zerops.Grants | Import(text(body, "serviceImportYaml"))
		}
	case zerops.PostProjectServiceStack, zerops.PostProjectServiceStackOld:
		return func(body map[string]any) zerops.Consequence {
			does := zerops.Changes | Variable("envIsolation", text(body, "envIsolation")) | Variable("sshIsolation", text(body, "sshIsolation"))
			return does | when(!is(body, "enableSubdomainAccess", false) || !is(body, "cdnEnabled", false), zerops.Publishes)
		}
	case zerops.PostProjectEnv, zerops.PutProjectEnv, zerops.PostServiceStackUserData, zerops.PutUserData:
		return func(body map[string]any) zerops.Consequence {
			return zerops.Changes | Variable(text(body, "key"), text(body, "content"))
		}
	case zerops.PutProjectEnvFile, zerops.PutServiceStackUserDataEnvFile:
		return func(body map[string]any) zerops.Consequence {
			does := zerops.Changes
			for _, pair := range env.ScanDotenv(text(body, "envFile")) {
				does |= Variable(pair.Key, pair.Value)
			}
			return does
		}
	case zerops.PutServiceStackObjectStorageSize: // what is left out, and what was there, cannot be read
		return func(body map[string]any) zerops.Consequence {
			if policy := text(body, "policy"); policy == "private" && text(body, "rawPolicy") == "" {
				return zerops.Unpublishes
			}
			return zerops.Grants
		}
	case zerops.PostProjectServiceStackObjectStorageV1:
		return func(body map[string]any) zerops.Consequence {
			does := zerops.Changes | bucket(text(body, "policy"), text(body, "rawPolicy"))
			return does | when(!is(body, "cdnEnabled", false), zerops.Publishes)
		}
	case zerops.PostServiceStackPublicPortRouting, zerops.PutPublicPortRouting:
		return port
	case zerops.PutProjectPublicIpv4Shared:
		return func(body map[string]any) zerops.Consequence {
			if body["enabled"] == true {
				return zerops.Publishes
			}
			return zerops.Unpublishes
		}
	case zerops.PutServiceStackTriggerPipeline:
		return func(body map[string]any) zerops.Consequence {
			return zerops.Changes | when(!is(body, "startWithoutCode", false), zerops.Replaces) | when(!is(body, "enableSubdomainAccess", false), zerops.Publishes)
		}
	case zerops.PutPublicHttpRouting, zerops.PutPublicHttpRoutingLocation, zerops.PutProjectSyncPublicHttpRouting, zerops.PutProjectSyncPublicPortRouting:
		return func(map[string]any) zerops.Consequence { return zerops.Publishes }
	case zerops.PutClientBillingInfo, zerops.PutUser,
		zerops.PutProjectL7httpbalancerConfig, zerops.PutServiceStackBackupConfig, zerops.PutServiceStackBackup, zerops.PutAppVersionDeploy:
		return func(map[string]any) zerops.Consequence { return zerops.Changes }
	default:
		return nil
	}
}

func when(yes bool, c zerops.Consequence) zerops.Consequence {
	if yes {
		return c
	}
	return 0
}

func text(body map[string]any, name string) string {
	s, _ := body[name].(string)
	return s
}

// is reports a member that is left out or has the value that does nothing. Whatever
// else it holds is no clear no.
func is(body map[string]any, name string, nothing any) bool {
	return body[name] == nil || body[name] == nothing
}

func project(body map[string]any) zerops.Consequence {
	mode := text(body, "mode")
	does := zerops.Changes | roles(body) | when(!is(body, "publicIpV4Shared", false), zerops.Publishes)
	return does | when(!is(body, "mode", mode) || mode != "" && mode != "LIGHT" && mode != "LEGACY", zerops.Costs)
}

// Variable is what setting a variable does beside changing it: without isolation
// services see each other's variables, or let each other in (platform §3.1).
func Variable(key, value string) zerops.Consequence {
	isolation := strings.EqualFold(key, "envIsolation") || strings.EqualFold(key, "sshIsolation")
	return when(isolation && strings.Contains(strings.ToLower(value), "none"), zerops.Grants)
}

// roles is what a body does that gives people rights in a project.
func roles(body map[string]any) zerops.Consequence {
	given := body["userRoles"]
	if inner, ok := given.(map[string]any); ok {
		given = inner["userRoles"]
		return when(given != nil, zerops.Grants) // an empty list takes rights away
	}
	list, ok := given.([]any)
	return when(given != nil && (!ok || len(list) > 0), zerops.Grants)
}

func port(body map[string]any) zerops.Consequence {
	var ranges []string
	list, _ := body["firewallIpRanges"].([]any)
	for _, item := range list {
		s, _ := item.(string)
		ranges = append(ranges, s)
	}
	if network.OpenToEverybody(text(body, "firewallPolicy"), ranges) {
		return zerops.Grants
	}
	return zerops.Publishes
}

// bucket is what the policy of an object storage does: every one but private lets in
// whoever comes.
func bucket(policy, raw string) zerops.Consequence {
	return when(raw != "" || policy != "" && policy != "private", zerops.Grants)
}

// Import is what an import YAML does. One that cannot be read for sure may do
// anything an import can; nobody sends it.
func Import(yaml string) zerops.Consequence {
	p, err := manifest.ReadImport(yaml)
	if err != nil {
		return zerops.Anything
	}
	return Manifest(p)
}

// Manifest is what an import does that was read already.
func Manifest(p manifest.ImportPlan) zerops.Consequence {
	does := zerops.Changes | when(p.PaidCore(), zerops.Costs) | when(len(p.Overrides()) > 0, zerops.Replaces) | when(len(p.Exposed()) > 0, zerops.Publishes)
	p.Doc.Walk(func(path []string, _, value *yaml.Node) {
		if value.Kind == yaml.ScalarNode && len(path) > 0 {
			does |= Variable(manifest.LastOf(path), value.Value)
		}
		switch {
		case value.Kind != yaml.ScalarNode || value.Value == "":
		case manifest.LastOf(path) == "objectStoragePolicy":
			does |= bucket(strings.TrimSpace(value.Value), "")
		case manifest.LastOf(path) == "objectStorageRawPolicy":
			does |= zerops.Grants
		}
	})
	return does
}
