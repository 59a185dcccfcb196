package env

import (
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
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
func fromEnv(c *tool.Call, list []envFromEnv) ([]wantedVariable, error) {
	var wanted []wantedVariable
	for _, item := range list {
		name := strings.TrimSpace(item.Name)
		shown := tool.Clean(name, 80)
		switch {
		case ownVariable(name):
			return nil, &tool.Failure{Code: request.CodeOutOfScope, Message: fmt.Sprintf("%q configures this server and is never copied; nothing was changed", shown)}
		case !envAllowed(c, name):
			return nil, &tool.Failure{
				Code: request.CodeOutOfScope, Message: fmt.Sprintf("the name %q is not among those that may be copied; nothing was changed", shown),
				Hint: "The operator allows names with --env-allow (patterns such as APP_*).",
			}
		}
		value, set := os.LookupEnv(name)
		if !set {
			return nil, tool.Invalid("from_env", "%q is not set in the environment of this server; nothing was changed", shown)
		}
		if err := notTheToken(c, shown, value); err != nil {
			return nil, err
		}
		wanted = append(wanted, wantedVariable{key: item.Key, value: value, source: "environment variable " + shown})
	}
	return wanted, nil
}

// notTheToken refuses a value that holds the token of this server: whoever reads
// the variables of a service could then act as its owner.
func notTheToken(c *tool.Call, shown, value string) error {
	if c.Credential.Token == "" || !strings.Contains(value, c.Credential.Token) {
		return nil
	}
	return &tool.Failure{Code: request.CodeOutOfScope, Message: fmt.Sprintf("%q holds the token of this server, which is never copied; nothing was changed", shown)}
}

func envAllowed(c *tool.Call, name string) bool {
	return slices.ContainsFunc(c.Runner.Config().EnvAllow, func(pattern string) bool {
		ok, err := path.Match(pattern, name)
		return ok && err == nil
	})
}

// fromFile reads values from a dotenv file under a deploy root.
func fromFile(c *tool.Call, in envFromFile) ([]wantedVariable, error) {
	text, shown, err := c.ReadLocal(in.Path)
	if err != nil {
		return nil, err
	}
	pairs, err := env.ParseDotenv(text)
	if err != nil {
		return nil, tool.Invalid("from_file", "%s cannot be read as dotenv: %v; nothing was changed", shown, err)
	}
	values := map[string]string{}
	var order []string
	for _, p := range pairs {
		if _, known := values[p.Key]; !known {
			order = append(order, p.Key)
		}
		values[p.Key] = p.Value // the last one counts, as for every reader of such files
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
			if near := tool.Closest(key, order, 1); len(near) > 0 {
				problem += fmt.Sprintf("; did you mean %q?", tool.Clean(near[0], 120))
			}
			problems = append(problems, zerops.FieldProblem{Field: tool.Clean(key, 120), Problems: []string{problem}})
			continue
		}
		if err := notTheToken(c, tool.Clean(key, 120), value); err != nil {
			return nil, err
		}
		wanted = append(wanted, wantedVariable{key: key, value: value, source: "file " + shown})
	}
	if len(problems) > 0 {
		return nil, tool.InvalidArguments(problems)
	}
	if len(wanted) == 0 {
		return nil, tool.Invalid("from_file", "%s holds no variables; nothing was changed", shown)
	}
	return wanted, nil
}
