package manifest

import (
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/facts/manifest"
)

// The published schemas are stricter than the platform, and trail it: what follows
// are the known ways (platform §10.2). A file that the platform takes is not warned
// of.

// takes reports a complaint of the schema about something that the platform takes.
func (y *yamlCheck) takes(location []string, value any, e *jsonschema.ValidationError) bool {
	key := manifest.LastOf(location)
	if text, ok := value.(string); ok && y.doc.Preprocessed && manifest.Expression(text) {
		return true // not what it will be
	}
	switch k := e.ErrorKind.(type) {
	case *kind.Type:
		return y.takesKind(location, key, value, k.Want)
	case *kind.Enum:
		return value == nil && !required(key) || y.types.Known() && namesType(location)
	case *kind.Required:
		return y.takesWithout(location, k.Missing)
	}
	return false
}

// takesKind reports a value of another kind than the schema wants that the platform
// takes all the same.
func (y *yamlCheck) takesKind(location []string, key string, value any, want []string) bool {
	switch v := value.(type) {
	case nil: // a key with nothing behind it is one that was left out
		return !required(key) && !isIndex(key)
	case string:
		switch {
		case key == "zeropsYaml", manifest.ProbeDuration(key) && isDuration(v): // texts such as 30s, whatever the schema says
			return true
		case slices.Contains(want, "boolean"): // UNVERIFIED for which of them
			return slices.Contains([]string{"yes", "no", "on", "off", "y", "n"}, strings.ToLower(v))
		}
	case bool, int64, uint64, float64:
		return variable(location) || key == "objectStorageRawPolicy" || namesType(location) // 22.04
	case map[string]any:
		_, entry := v["value"]
		return entry && variable(location) && slices.Contains(location, "vault")
	}
	return false
}

// takesWithout reports keys that the schema requires and the platform does not, or
// not here.
func (y *yamlCheck) takesWithout(location, missing []string) bool {
	parent, _ := y.at(location).(map[string]any)
	for _, key := range missing {
		switch {
		case key == "allContainers", key == "base" && manifest.LastOf(location) == "build":
		case key == "deployFiles" && parent["deploy"] != nil:
		case y.extends(location): // another setup may have it
		case y.kind == manifest.YamlImport && (key == "hostname" || key == "type" || key == "objectStorageSize"): // told before
		default:
			return false
		}
	}
	return true
}

// extends reports a place below a setup that takes sections over from others.
func (y *yamlCheck) extends(location []string) bool {
	path := y.path(location)
	return slices.ContainsFunc(y.extending, func(setup []string) bool {
		return len(path) > len(setup) && slices.Equal(path[:len(setup)], setup)
	})
}

// required reports keys whose value may not be left out.
func required(key string) bool {
	switch key {
	case "hostname", "type", "name", "setup", "port", "path", "command", "timing", "services", "zerops":
		return true
	}
	return false
}

func isIndex(key string) bool {
	_, err := strconv.Atoi(key)
	return err == nil
}

// variable reports the place of a variable: a member of a store, or the value of a
// vault entry.
func variable(location []string) bool {
	n := len(location)
	return n >= 2 && manifest.IsStore(location[n-2]) || n >= 3 && location[n-1] == "value" && location[n-3] == "vault"
}

// namesType reports a place that names a type of the catalogue.
func namesType(location []string) bool {
	key := manifest.LastOf(location)
	if isIndex(key) && len(location) > 1 {
		key = location[len(location)-2]
	}
	return key == "base" || key == "type" && len(location) == 3 && location[0] == "services"
}

// newerKey knows keys that came after some of the published schemas.
func newerKey(path []string) bool {
	n := len(path)
	switch key := path[n-1]; {
	case n == 2 && path[0] == "project":
		return key == "vault" || key == "envSecrets"
	case n == 3 && path[0] == "services":
		return slices.Contains([]string{"vault", "profile", "profileOverrides", "zeropsYaml", "zeropsSetup", "override"}, key)
	case n >= 3 && path[n-3] == "zerops":
		return key == "extends"
	case n >= 4 && path[n-4] == "zerops" && path[n-2] == "run":
		return key == "volume"
	case n >= 4 && path[n-4] == "zerops" && path[n-2] == "build":
		return key == "deploy"
	case n >= 3 && path[n-3] == "startCommands":
		return key == "user"
	}
	return false
}

// holdsAnchor reports a key at the top that is there for its anchors, or says by its
// name that it means nothing.
func (y *yamlCheck) holdsAnchor(path []string) bool {
	if len(path) != len(y.part)+1 {
		return false
	}
	if key := manifest.LastOf(path); strings.HasPrefix(key, "x-") || strings.HasPrefix(key, ".") {
		return true
	}
	_, value := y.doc.Place(path)
	return anchored(value, 0)
}

func anchored(n *yaml.Node, depth int) bool {
	if n == nil || depth > manifest.MaxYamlDepth {
		return false
	}
	return n.Anchor != "" || slices.ContainsFunc(n.Content, func(child *yaml.Node) bool { return anchored(child, depth+1) })
}
