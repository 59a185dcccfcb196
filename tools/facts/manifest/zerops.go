package manifest

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/tool"
)

// MaxZeropsYAML bounds a zerops.yaml; real ones have a few kilobytes.
const MaxZeropsYAML = 256 << 10

// Zerops is the part of a zerops.yaml that this server looks at. What is
// right and wrong in it is for the platform to say.
type Zerops struct {
	Setups []Setup `yaml:"zerops"`
}

// Setup is one entry of a zerops.yaml.
type Setup struct {
	Name  string `yaml:"setup"`
	Build struct {
		Base        any            `yaml:"base"`
		DeployFiles any            `yaml:"deployFiles"`
		Variables   map[string]any `yaml:"envVariables"`
	} `yaml:"build"`
	Deploy struct {
		ReadinessCheck map[string]any `yaml:"readinessCheck"`
	} `yaml:"deploy"`
	Run struct {
		Base        any            `yaml:"base"`
		Start       any            `yaml:"start"`
		Ports       []yamlPort     `yaml:"ports"`
		Variables   map[string]any `yaml:"envVariables"`
		HealthCheck map[string]any `yaml:"healthCheck"`
	} `yaml:"run"`
}

type yamlPort struct {
	Port int  `yaml:"port"`
	HTTP bool `yaml:"httpSupport"`
}

// ParseZerops reads what can be read: a field of another type than expected
// costs that field only.
func ParseZerops(text string) (Zerops, error) {
	var doc Zerops
	err := yaml.Unmarshal([]byte(text), &doc)
	var types *yaml.TypeError
	if err != nil && !errors.As(err, &types) {
		return doc, err
	}
	return doc, nil
}

// Names lists the setups in their order.
func (y Zerops) Names() []string {
	var names []string
	for _, s := range y.Setups {
		if s.Name != "" {
			names = append(names, s.Name)
		}
	}
	return names
}

// Setup returns the entry of that name, nil where there is none.
func (y Zerops) Setup(name string) *Setup {
	for i := range y.Setups {
		if y.Setups[i].Name == name {
			return &y.Setups[i]
		}
	}
	return nil
}

// Choose picks the setup for a service: the one asked for, the one named like the
// service, or the only one.
func (y Zerops) Choose(wanted, hostname string) (string, error) {
	names := y.Names()
	switch {
	case len(names) == 0:
		return "", tool.Invalid("zerops_yaml", "has no setup; the top level is zerops:, a list whose entries have a setup: name")
	case wanted != "" && y.Setup(wanted) != nil:
		return wanted, nil
	case wanted != "":
		return "", tool.Invalid("setup", "zerops.yaml has no setup %q; it has %s", tool.Clean(wanted, 60), shownNames(names))
	case y.Setup(hostname) != nil:
		return hostname, nil
	case len(names) == 1:
		return names[0], nil
	}
	return "", tool.Invalid("setup", "zerops.yaml has no setup named like the service %q and several others; say which: %s", tool.Clean(hostname, 40), shownNames(names))
}

func shownNames(names []string) string {
	shown := make([]string, 0, len(names))
	for _, name := range names[:min(len(names), 20)] {
		shown = append(shown, tool.Clean(name, 60))
	}
	return strings.Join(shown, ", ")
}

// Values returns the values of all variables in the document.
func (y Zerops) Values() []string {
	var values []string
	for _, s := range y.Setups {
		for _, variables := range []map[string]any{s.Build.Variables, s.Run.Variables} {
			for _, v := range variables {
				values = append(values, fmt.Sprint(v))
			}
		}
	}
	return values
}
