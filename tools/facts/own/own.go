package own

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/tool"
)

// keptKey tells why a project variable of the server's own project is not changed,
// "" where it may be. The project's variables reach the server with its next start.
func keptKey(key, value string) string {
	switch {
	case readByServer(key):
		return "is a variable that this server reads"
	case strings.EqualFold(key, "sshIsolation"):
		return "decides who may open a shell in this server's service"
	case strings.EqualFold(key, "envIsolation") && !isolating(value):
		return "keeps this server's variables from the other services"
	}
	return ""
}

// isolating reports the one setting of envIsolation under which services see only
// those variables of others that they refer to.
func isolating(value string) bool { return strings.TrimSpace(value) == "service" }

// readByServer reports a variable that this program, or what it is made of, takes
// settings from. In upper case, because a misspelt ZMCP_ variable stops a start.
func readByServer(key string) bool {
	key = strings.ToUpper(strings.TrimSpace(key))
	for _, prefix := range []string{"ZEROPS_", "ZMCP_", "ZCP_", "OTEL_", "SSL_CERT_", "XDG_"} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	switch key {
	case "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", // ways to the API
		"GODEBUG", "GOMEMLIMIT", "GOMAXPROCS", "GOGC", "GOTRACEBACK", "LD_PRELOAD", "LD_LIBRARY_PATH",
		"HOME", "PATH", "SERVICEID", "PROJECTID", "HOSTNAME", "RESOLV_CONF", "LOCALDOMAIN", "RES_OPTIONS":
		return true
	}
	return false
}

// spareKeys refuses variables of the server's own project that it depends on.
func spareKeys(ctx context.Context, c *tool.Call, project string, values map[string]string) error {
	for _, key := range tool.SortedKeys(values) {
		why := keptKey(key, values[key])
		if why == "" {
			continue
		}
		own, err := c.Itself(ctx)
		if err != nil || own == nil || own.Project != project {
			return err
		}
		return tool.OwnRefusal("the project variable %q %s", tool.Clean(key, 120), why)
	}
	return nil
}

// SpareVariables judges all variables of a call before the first is written.
func SpareVariables(ctx context.Context, c *tool.Call, store env.Store, values map[string]string) error {
	var texts []string
	for _, value := range values {
		texts = append(texts, value)
	}
	if err := SpareHostname(ctx, c, texts...); err != nil {
		return err
	}
	if store.Service != nil {
		return nil
	}
	return spareKeys(ctx, c, store.Project.ID, values)
}

// SpareHostname refuses values that refer to variables of the server's own
// service: whoever receives them would be given its token.
func SpareHostname(ctx context.Context, c *tool.Call, texts ...string) error {
	if c.Runner.OwnService() == "" || !slices.ContainsFunc(texts, mayRefer) {
		return nil
	}
	own, err := c.Itself(ctx)
	if err != nil || own == nil {
		return err
	}
	for _, text := range texts {
		if mayRefer(text) && refersTo(text, own.Hostname) {
			return tool.OwnRefusal("a value refers to variables of the service %q (${%s_…}), which is the one this server runs in and holds its token", own.Hostname, own.Hostname)
		}
	}
	return nil
}

// SpareArguments is spareHostname for all arguments of a tool that changes
// something, before it does anything.
func SpareArguments(ctx context.Context, c *tool.Call, args json.RawMessage) error {
	if c.Runner.OwnService() == "" || c.Tool.Can == 0 {
		return nil
	}
	decoded, err := tool.DecodeJSON(args)
	if err != nil {
		return fmt.Errorf("reading the checked arguments: %w", err)
	}
	return SpareHostname(ctx, c, textsIn(decoded, nil)...)
}

// textsIn collects every text in a decoded JSON value.
func textsIn(v any, into []string) []string {
	switch value := v.(type) {
	case string:
		return append(into, value)
	case map[string]any:
		for key, member := range value {
			into = textsIn(member, append(into, key))
		}
	case []any:
		for _, item := range value {
			into = textsIn(item, into)
		}
	}
	return into
}
