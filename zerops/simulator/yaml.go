package simulator

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// yamlSetup is one entry of zerops.yaml. Keys that are not here are ignored, as the
// platform does.
type yamlSetup struct {
	Setup   string    `yaml:"setup"`
	Extends yamlNames `yaml:"extends"`
	Build   yamlBuild `yaml:"build"`
	Deploy  struct {
		ReadinessCheck    *yamlCheck `yaml:"readinessCheck"`
		TemporaryShutdown bool       `yaml:"temporaryShutdown"`
	} `yaml:"deploy"`
	Run yamlRun `yaml:"run"`
}

type yamlBuild struct {
	Base            yamlNames         `yaml:"base"`
	OS              string            `yaml:"os"`
	PrepareCommands []string          `yaml:"prepareCommands"`
	BuildCommands   []string          `yaml:"buildCommands"`
	DeployFiles     yamlNames         `yaml:"deployFiles"`
	Deploy          yamlNames         `yaml:"deploy"` // the name of deployFiles before
	AddToRunPrepare yamlNames         `yaml:"addToRunPrepare"`
	EnvVariables    map[string]string `yaml:"envVariables"`
}

type yamlRun struct {
	Base            string            `yaml:"base"`
	OS              string            `yaml:"os"`
	Start           any               `yaml:"start"`
	PrepareCommands []string          `yaml:"prepareCommands"`
	InitCommands    []string          `yaml:"initCommands"`
	Ports           []yamlPort        `yaml:"ports"`
	EnvVariables    map[string]string `yaml:"envVariables"`
	HealthCheck     *yamlCheck        `yaml:"healthCheck"`
	DocumentRoot    string            `yaml:"documentRoot"`
	StartCommands   []struct {
		Command      string   `yaml:"command"`
		InitCommands []string `yaml:"initCommands"`
	} `yaml:"startCommands"`
	Crontab []struct {
		Timing  string `yaml:"timing"`
		Command string `yaml:"command"`
	} `yaml:"crontab"`
}

// yamlNames is one name or a list of them.
type yamlNames []string

// UnmarshalYAML reads either spelling.
func (n *yamlNames) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind != yaml.ScalarNode {
		return node.Decode((*[]string)(n))
	}
	var one string
	if err := node.Decode(&one); err != nil || node.ShortTag() == "!!null" {
		return err
	}
	*n = yamlNames{one}
	return nil
}

type yamlPort struct {
	Port        int    `yaml:"port"`
	Protocol    string `yaml:"protocol"`
	HTTPSupport bool   `yaml:"httpSupport"`
	Description string `yaml:"description"`
}

type yamlCheck struct {
	HTTPGet           map[string]any `yaml:"httpGet"`
	Exec              map[string]any `yaml:"exec"`
	FailureTimeout    string         `yaml:"failureTimeout"`
	RetryPeriod       string         `yaml:"retryPeriod"`
	ExecPeriod        string         `yaml:"execPeriod"`
	DisconnectTimeout string         `yaml:"disconnectTimeout"`
	RecoveryTimeout   string         `yaml:"recoveryTimeout"`
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
		problem := strings.NewReplacer("simulator.yaml", "", "simulator.", "").Replace(err.Error())
		return nil, &apiError{
			status: 400, code: invalidCode, message: "Invalid YAML: " + problem,
			meta: []any{object{"code": invalidCode, "error": problem, "metadata": object{"yaml": []string{problem}}}},
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
	if whole, found, err := inherited(setups, setupName, nil); found || err != nil {
		return whole, err
	}
	return nil, &apiError{
		status: 400, code: "zeropsYamlSetupNotFound", message: fmt.Sprintf("Setup [%s] not found in zerops.yaml", setupName),
		meta: []any{object{"code": "zeropsYamlSetupNotFound", "error": "setup not found", "name": setupName}},
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
