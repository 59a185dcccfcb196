package tools

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"
)

// maxZeropsYAML bounds a zerops.yaml; real ones have a few kilobytes.
const maxZeropsYAML = 256 << 10

// zeropsYAML is the part of a zerops.yaml that this server looks at. What is
// right and wrong in it is for the platform to say.
type zeropsYAML struct {
	Setups []yamlSetup `yaml:"zerops"`
}

// yamlSetup is one entry of a zerops.yaml.
type yamlSetup struct {
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

// parseZeropsYAML reads what can be read: a field of another type than expected
// costs that field only.
func parseZeropsYAML(text string) (zeropsYAML, error) {
	var doc zeropsYAML
	err := yaml.Unmarshal([]byte(text), &doc)
	var types *yaml.TypeError
	if err != nil && !errors.As(err, &types) {
		return doc, err
	}
	return doc, nil
}

// names lists the setups in their order.
func (y zeropsYAML) names() []string {
	var names []string
	for _, s := range y.Setups {
		if s.Name != "" {
			names = append(names, s.Name)
		}
	}
	return names
}

// setup returns the entry of that name, nil where there is none.
func (y zeropsYAML) setup(name string) *yamlSetup {
	for i := range y.Setups {
		if y.Setups[i].Name == name {
			return &y.Setups[i]
		}
	}
	return nil
}

// choose picks the setup for a service: the one asked for, the one named like the
// service, or the only one.
func (y zeropsYAML) choose(wanted, hostname string) (string, error) {
	names := y.names()
	switch {
	case len(names) == 0:
		return "", invalid("zerops_yaml", "has no setup; the top level is zerops:, a list whose entries have a setup: name")
	case wanted != "" && y.setup(wanted) != nil:
		return wanted, nil
	case wanted != "":
		return "", invalid("setup", "zerops.yaml has no setup %q; it has %s", clean(wanted, 60), shownNames(names))
	case y.setup(hostname) != nil:
		return hostname, nil
	case len(names) == 1:
		return names[0], nil
	}
	return "", invalid("setup", "zerops.yaml has no setup named like the service %q and several others; say which: %s", clean(hostname, 40), shownNames(names))
}

func shownNames(names []string) string {
	shown := make([]string, 0, len(names))
	for _, name := range names[:min(len(names), 20)] {
		shown = append(shown, clean(name, 60))
	}
	return strings.Join(shown, ", ")
}

// values returns the values of all variables in the document.
func (y zeropsYAML) values() []string {
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
