package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/zerops"
)

const selfReferenceWarning = "refers to itself; the reference is not resolved and its text becomes the value"

// referencesIn returns the names inside ${…} of a value, in their order, each once.
func referencesIn(value string) []string {
	var names []string
	for {
		_, after, found := strings.Cut(value, "${")
		if !found {
			return names
		}
		name, rest, closed := strings.Cut(after, "}")
		if !closed {
			return names
		}
		value = rest
		if validKey(name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
}

// onlyReferences reports a value that holds nothing but references and what
// stands between them in addresses, so that nothing in it is secret.
func onlyReferences(value string) bool {
	if !strings.Contains(value, "${") {
		return false
	}
	rest := value
	for _, name := range referencesIn(value) {
		rest = strings.ReplaceAll(rest, "${"+name+"}", "")
	}
	return strings.Trim(rest, ":/@.-_?=&, ") == ""
}

// selfReference reports KEY=${KEY}, which stays literal (platform facts §4.9).
func selfReference(key, value string) bool { return slices.Contains(referencesIn(value), key) }

// validKey follows the platform: letters, digits and underscores, no digit
// first (platform facts §4.9).
func validKey(key string) bool {
	if key == "" || len(key) > 255 || key[0] >= '0' && key[0] <= '9' {
		return false
	}
	for _, c := range []byte(key) {
		if c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// reservedKey tells why the platform keeps a key for itself, "" where it does
// not (platform facts §4.9).
func reservedKey(key string) string {
	if strings.HasPrefix(strings.ToUpper(key), "ZEROPS_") {
		return "starts with ZEROPS_, which the platform keeps for itself"
	}
	switch key {
	case "hostname", "PATH", "serviceId", "projectId", "appVersionId", "appVersionName", "zeropsSubdomain":
		return "is a key of the platform"
	}
	return ""
}

// resolver checks references against what a store can see. It reads a sibling's
// variables only when a reference names it.
type resolver struct {
	call     *call
	store    envStore
	own      map[string]bool // keys that resolve without a hostname
	services []zerops.Service
	listed   bool
	siblings map[string]map[string]bool // keys by hostname
}

// newResolver prepares a check for values of the store. known are the keys there
// are, or will be.
func (c *call) newResolver(s envStore, known []string) *resolver {
	r := &resolver{call: c, store: s, own: map[string]bool{}, siblings: map[string]map[string]bool{}}
	for _, key := range known {
		r.own[key] = true
	}
	return r
}

// warning says which references of a value will stay literal, "" when none. A
// reference that cannot be checked is not warned of.
func (r *resolver) warning(ctx context.Context, key, value string) string {
	if selfReference(key, value) {
		return selfReferenceWarning
	}
	var open []string
	for _, name := range referencesIn(value) {
		if problem := r.unresolved(ctx, name); problem != "" {
			open = append(open, problem)
		}
	}
	if len(open) == 0 {
		return ""
	}
	return strings.Join(open[:min(len(open), 3)], "; ") + "; what does not resolve stays as text"
}

func (r *resolver) unresolved(ctx context.Context, name string) string {
	if r.own[name] {
		return ""
	}
	if !r.listed {
		services, _, err := zerops.Collect(r.call.api.ProjectServices(ctx, r.store.project.ID, zerops.ListOptions{}), 0)
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
	return fmt.Sprintf("${%s} names no variable here and no service", clean(name, 80))
}

func (r *resolver) onSibling(ctx context.Context, s zerops.Service, key string) string {
	keys, read := r.siblings[s.Name]
	if !read {
		variables, err := r.call.readEnv(ctx, envStore{project: r.store.project, service: &s})
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
	return fmt.Sprintf("the service %q has no variable %q", clean(s.Name, 40), clean(key, 80))
}
