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

// SelfReference reports KEY=${KEY}, which stays literal (platform §4.9).
func SelfReference(key, value string) bool { return slices.Contains(tool.References(value), key) }

// ReservedKey tells why the platform keeps a key for itself, "" where it does
// not (platform §4.9).
func ReservedKey(key string) string {
	if strings.HasPrefix(strings.ToUpper(key), "ZEROPS_") {
		return "starts with ZEROPS_, which the platform keeps for itself"
	}
	switch key {
	case "hostname", "PATH", "serviceId", "projectId", "appVersionId", "appVersionName", "zeropsSubdomain":
		return "is a key of the platform"
	}
	return ""
}

// Resolver checks references against what a store can see. It reads a sibling's
// variables only when a reference names it.
type Resolver struct {
	call     *tool.Call
	store    Store
	own      map[string]bool // keys that resolve without a hostname
	services []zerops.Service
	listed   bool
	siblings map[string]map[string]bool // keys by hostname
}

// NewResolver prepares a check for values of the store. known are the keys there
// are, or will be.
func NewResolver(c *tool.Call, s Store, known []string) *Resolver {
	r := &Resolver{call: c, store: s, own: map[string]bool{}, siblings: map[string]map[string]bool{}}
	for _, key := range known {
		r.own[key] = true
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
	for _, name := range tool.References(value) {
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
	if r.own[name] {
		return ""
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
