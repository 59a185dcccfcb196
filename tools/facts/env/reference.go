package env

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// SelfReferenceWarning is said of a variable that refers to itself.
const SelfReferenceWarning = "refers to itself; the reference is not resolved and its text becomes the value"

// RefersToItself is SelfReference of a variable that is there.
func RefersToItself(v zerops.Variable) bool {
	return len(v.Content.References(func(name string) bool { return name == v.Key })) > 0
}

// SelfReference reports KEY=${KEY}, which stays literal (platform §4.9).
func SelfReference(key, value string) bool { return slices.Contains(zerops.References(value), key) }

// ReservedKey tells why the platform keeps a key for itself, "" where it does
// not (platform §4.9). Its own keys are taken in any case (platform §10.1).
func ReservedKey(key string) string {
	if strings.HasPrefix(strings.ToUpper(key), "ZEROPS_") {
		return "starts with ZEROPS_, which the platform keeps for itself"
	}
	for _, system := range []string{"hostname", "serviceId", "projectId", "appVersionId", "appVersionName", "zeropsSubdomain", "PATH"} {
		switch {
		case key == system:
			return "is a key of the platform"
		case strings.EqualFold(key, system):
			return "is the platform's key " + system + " in another case, which counts as the same key"
		}
	}
	return ""
}

// Resolver checks references against what a store can see. It reads a sibling's
// variables only when a reference names it.
type Resolver struct {
	call     *tool.Call
	store    Store
	own      map[string]bool // keys of the store
	project  map[string]bool // keys of its project
	services []zerops.Service
	listed   bool
	siblings map[string]map[string]bool // keys by hostname
}

// NewResolver prepares a check for values of the store. own are the keys that it has,
// or will have, and project those of its project, which resolve everywhere in it.
func NewResolver(c *tool.Call, s Store, own, project []string) *Resolver {
	r := &Resolver{call: c, store: s, own: map[string]bool{}, project: map[string]bool{}, siblings: map[string]map[string]bool{}}
	for _, key := range own {
		r.own[key] = true
	}
	for _, key := range project {
		r.project[key] = true
	}
	return r
}

// Warning says which references of a value will stay literal, "" when none. A
// reference that cannot be checked is not warned of.
func (r *Resolver) Warning(ctx context.Context, key, value string) string {
	if SelfReference(key, value) {
		return SelfReferenceWarning
	}
	var open []string
	for _, name := range zerops.References(value) {
		if problem := r.unresolved(ctx, name); problem != "" {
			open = append(open, problem)
		}
	}
	if len(open) == 0 {
		return ""
	}
	return strings.Join(open[:min(len(open), 3)], "; ") + "; what does not resolve stays as text"
}

func (r *Resolver) unresolved(ctx context.Context, name string) string {
	if r.own[name] || r.project[name] {
		return ""
	}
	if problem, scoped := r.outOfScope(name); scoped {
		return problem
	}
	if !r.listed {
		services, _, err := zerops.Collect(r.call.API.ProjectServices(ctx, r.store.Project.ID, zerops.ListOptions{}), 0)
		if err != nil {
			return ""
		}
		r.services, r.listed = services, true
	}
	// A hostname has no underscore, so the first one ends it.
	hostname, key, prefixed := strings.Cut(name, "_")
	if prefixed && key != "" {
		for _, s := range r.services {
			if s.Name == hostname && !s.Hidden() {
				return r.onSibling(ctx, s, key)
			}
		}
	}
	return fmt.Sprintf("${%s} names no variable here and no service", tool.Clean(name, 80))
}

// outOfScope judges the names that say whose variable they mean. PROJECT_<KEY> works
// everywhere, RUNTIME_<KEY> is for builds, and BUILD_<KEY> finds nothing when the
// service runs, which is when variables of a store are read (platform §10.1).
func (r *Resolver) outOfScope(name string) (problem string, scoped bool) {
	scope, key, _ := strings.Cut(name, "_")
	if key == "" {
		return "", false
	}
	shown := tool.Clean(key, 80)
	switch scope {
	case "PROJECT":
		if r.project[key] {
			return "", true
		}
		return fmt.Sprintf("the project has no variable %q", shown), true
	case "BUILD":
		return fmt.Sprintf("${BUILD_%s} is known to builds only, not to a running service", shown), true
	case "RUNTIME":
		return fmt.Sprintf("${RUNTIME_%s} is for build.envVariables of zerops.yaml; here it is ${%s}", shown, shown), true
	}
	return "", false
}

func (r *Resolver) onSibling(ctx context.Context, s zerops.Service, key string) string {
	keys, read := r.siblings[s.Name]
	if !read {
		variables, err := Read(ctx, r.call, Store{Project: r.store.Project, Service: &s})
		if err != nil {
			return ""
		}
		keys = map[string]bool{}
		for _, v := range variables {
			keys[v.Key] = true
		}
		r.siblings[s.Name] = keys
	}
	if keys[key] {
		return ""
	}
	return fmt.Sprintf("the service %q has no variable %q", tool.Clean(s.Name, 40), tool.Clean(key, 80))
}
