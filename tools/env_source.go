package tools

import (
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"zerops-mcp/zerops"
)

// ownVariables are names of our own environment that hold credentials or steer
// this server. They are never copied, whatever the patterns say.
func ownVariable(name string) bool {
	upper := strings.ToUpper(name)
	for _, prefix := range []string{"ZEROPS_", "ZMCP_", "OTEL_"} {
		if strings.HasPrefix(upper, prefix) {
			return true
		}
	}
	return upper == "ZCP_API_KEY"
}

// fromEnv reads values from this server's environment, as far as --env-allow
// lets it.
func (c *call) fromEnv(list []envFromEnv) ([]wantedVariable, error) {
	var wanted []wantedVariable
	for _, item := range list {
		name := strings.TrimSpace(item.Name)
		shown := clean(name, 80)
		switch {
		case ownVariable(name):
			return nil, &failure{Code: codeOutOfScope, Message: fmt.Sprintf("%q configures this server and is never copied; nothing was changed", shown)}
		case !c.envAllowed(name):
			return nil, &failure{
				Code: codeOutOfScope, Message: fmt.Sprintf("the name %q is not among those that may be copied; nothing was changed", shown),
				Hint: "The operator allows names with --env-allow (patterns such as APP_*).",
			}
		}
		value, set := os.LookupEnv(name)
		if !set {
			return nil, invalid("from_env", "%q is not set in the environment of this server; nothing was changed", shown)
		}
		if err := c.notTheToken(shown, value); err != nil {
			return nil, err
		}
		wanted = append(wanted, wantedVariable{key: item.Key, value: value, source: "environment variable " + shown})
	}
	return wanted, nil
}

// notTheToken refuses a value that holds the token of this server: whoever reads
// the variables of a service could then act as its owner.
func (c *call) notTheToken(shown, value string) error {
	if c.credential.Token == "" || !strings.Contains(value, c.credential.Token) {
		return nil
	}
	return &failure{Code: codeOutOfScope, Message: fmt.Sprintf("%q holds the token of this server, which is never copied; nothing was changed", shown)}
}

func (c *call) envAllowed(name string) bool {
	return slices.ContainsFunc(c.server.cfg.EnvAllow, func(pattern string) bool {
		ok, err := path.Match(pattern, name)
		return ok && err == nil
	})
}

// fromFile reads values from a dotenv file under a deploy root.
func (c *call) fromFile(in envFromFile) ([]wantedVariable, error) {
	text, shown, err := readLocal(c.server.cfg.DeployRoots, in.Path)
	if err != nil {
		return nil, err
	}
	pairs, err := parseDotenv(text)
	if err != nil {
		return nil, invalid("from_file", "%s cannot be read as dotenv: %v; nothing was changed", shown, err)
	}
	values := map[string]string{}
	var order []string
	for _, p := range pairs {
		if _, known := values[p.key]; !known {
			order = append(order, p.key)
		}
		values[p.key] = p.value // the last one counts, as for every reader of such files
	}
	keys := in.Keys
	if len(keys) == 0 {
		keys = order
	}
	var wanted []wantedVariable
	var problems []zerops.FieldProblem
	for _, key := range keys {
		value, known := values[key]
		if !known {
			problem := "is not in " + shown
			if near := closest(key, order, 1); len(near) > 0 {
				problem += fmt.Sprintf("; did you mean %q?", clean(near[0], 120))
			}
			problems = append(problems, zerops.FieldProblem{Field: clean(key, 120), Problems: []string{problem}})
			continue
		}
		if err := c.notTheToken(clean(key, 120), value); err != nil {
			return nil, err
		}
		wanted = append(wanted, wantedVariable{key: key, value: value, source: "file " + shown})
	}
	if len(problems) > 0 {
		return nil, invalidArguments(problems)
	}
	if len(wanted) == 0 {
		return nil, invalid("from_file", "%s holds no variables; nothing was changed", shown)
	}
	return wanted, nil
}
