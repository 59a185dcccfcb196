package simulator

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// yamlSetup is one entry of zerops.yaml. Keys that are not here are ignored, as the
// platform does.
type yamlSetup struct {
	Setup string `yaml:"setup"`
	Build struct {
		Base          any               `yaml:"base"`
		OS            string            `yaml:"os"`
		BuildCommands []string          `yaml:"buildCommands"`
		DeployFiles   any               `yaml:"deployFiles"`
		EnvVariables  map[string]string `yaml:"envVariables"`
	} `yaml:"build"`
	Deploy struct {
		ReadinessCheck *yamlCheck `yaml:"readinessCheck"`
	} `yaml:"deploy"`
	Run struct {
		Base            string            `yaml:"base"`
		Start           any               `yaml:"start"`
		PrepareCommands []string          `yaml:"prepareCommands"`
		InitCommands    []string          `yaml:"initCommands"`
		Ports           []yamlPort        `yaml:"ports"`
		EnvVariables    map[string]string `yaml:"envVariables"`
		HealthCheck     *yamlCheck        `yaml:"healthCheck"`
	} `yaml:"run"`
}

type yamlPort struct {
	Port        int    `yaml:"port"`
	Protocol    string `yaml:"protocol"`
	HTTPSupport bool   `yaml:"httpSupport"`
	Description string `yaml:"description"`
}

type yamlCheck struct {
	HTTPGet        map[string]any `yaml:"httpGet"`
	Exec           map[string]any `yaml:"exec"`
	FailureTimeout string         `yaml:"failureTimeout"`
	RetryPeriod    string         `yaml:"retryPeriod"`
	ExecPeriod     string         `yaml:"execPeriod"`
}

// ports are the ports that a setup opens, or nil where it names none.
func (s *yamlSetup) ports() []port {
	var ports []port
	for _, p := range s.Run.Ports {
		next := port{number: p.Port, protocol: strings.ToLower(p.Protocol), scheme: "tcp", description: p.Description, http: p.HTTPSupport}
		if next.protocol == "" {
			next.protocol = "tcp"
		}
		if next.protocol == "udp" {
			next.scheme = "udp"
		}
		if p.HTTPSupport {
			next.scheme = "http"
		}
		ports = append(ports, next)
	}
	return ports
}

// variables are the run variables of a setup in the order of their keys.
func (s *yamlSetup) variables() []bakedVariable {
	var baked []bakedVariable
	for _, key := range sortedKeys(s.Run.EnvVariables) {
		baked = append(baked, bakedVariable{key: key, content: s.Run.EnvVariables[key]})
	}
	return baked
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// parseZeropsYaml reads zerops.yaml.
func parseZeropsYaml(text, invalidCode string) ([]yamlSetup, error) {
	var document struct {
		Zerops []yamlSetup `yaml:"zerops"`
	}
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		return nil, &apiError{
			status: 400, code: invalidCode, message: "Invalid YAML: " + err.Error(),
			meta: []any{object{"code": invalidCode, "error": err.Error(), "metadata": object{"yaml": []string{err.Error()}}}},
		}
	}
	if len(document.Zerops) == 0 {
		return nil, withFields("zeropsYamlMissingParameter", "Missing parameter", map[string][]string{"parameter": {"zerops"}})
	}
	return document.Zerops, nil
}

// findSetup picks the setup of a name, or of the hostname where none is given.
func findSetup(text, setupName, hostname string) (*yamlSetup, error) {
	setups, err := parseZeropsYaml(text, "zeropsYamlInvalidYaml")
	if err != nil {
		return nil, err
	}
	if setupName == "" {
		setupName = hostname
	}
	for i := range setups {
		if setups[i].Setup == setupName {
			return &setups[i], nil
		}
	}
	return nil, &apiError{
		status: 400, code: "zeropsYamlSetupNotFound", message: fmt.Sprintf("Setup [%s] not found in zerops.yaml", setupName),
		meta: []any{object{"code": "zeropsYamlSetupNotFound", "error": "setup not found", "name": setupName}},
	}
}

// validate finds what the platform finds: unknown bases, wrong durations, commands
// that are missing. It does not find unknown keys or a missing run section.
func (w *world) validate(setup *yamlSetup, building bool) []*apiError {
	var found []*apiError
	bad := func(field, format string, args ...any) {
		found = append(found, withFields("zeropsYamlInvalidParameter", "Invalid parameter", map[string][]string{field: {fmt.Sprintf(format, args...)}}))
	}
	if building {
		for _, base := range baseList(setup.Build.Base) {
			if _, _, err := w.resolveType(base); err != nil {
				bad("build.base", "unknown base [%s]", base)
			}
		}
		if setup.Build.DeployFiles == nil {
			found = append(found, withFields("zeropsYamlMissingParameter", "Missing parameter", map[string][]string{"parameter": {"build.deployFiles"}}))
		}
	}
	if setup.Run.Base != "" {
		if _, _, err := w.resolveType(setup.Run.Base); err != nil {
			bad("run.base", "unknown base [%s]", setup.Run.Base)
		}
	}
	for _, p := range setup.Run.Ports {
		if p.Port < 10 || p.Port > 65435 || p.Port == 80 || p.Port == 443 {
			bad("run.ports.port", "port %d is not allowed", p.Port)
		}
	}
	for name, check := range map[string]*yamlCheck{"deploy.readinessCheck": setup.Deploy.ReadinessCheck, "run.healthCheck": setup.Run.HealthCheck} {
		if check == nil {
			continue
		}
		for field, text := range map[string]string{"failureTimeout": check.FailureTimeout, "retryPeriod": check.RetryPeriod, "execPeriod": check.ExecPeriod} {
			if text == "" {
				continue
			}
			if d, err := time.ParseDuration(text); err != nil || d < 10*time.Second || d > time.Hour {
				bad(name+"."+field, "must be a duration between 10s and 1h")
			}
		}
	}
	sortBy(found, func(a, b *apiError) int { return strings.Compare(fmt.Sprint(a.meta), fmt.Sprint(b.meta)) })
	return found
}

// baseList reads build.base, which is one name or several.
func baseList(value any) []string {
	switch base := value.(type) {
	case string:
		return []string{base}
	case []any:
		var names []string
		for _, name := range base {
			names = append(names, fmt.Sprint(name))
		}
		return names
	default:
		return nil
	}
}

// refusal makes one answer of several problems; more than one is an errorList.
func refusal(problems []*apiError) error {
	switch len(problems) {
	case 0:
		return nil
	case 1:
		return problems[0]
	}
	var meta []any
	for _, problem := range problems {
		if items, ok := problem.meta.([]any); ok {
			meta = append(meta, items...)
		}
	}
	return &apiError{status: 400, code: "errorList", message: "Several errors", meta: meta}
}
