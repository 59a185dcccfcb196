package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"zerops-mcp/zerops"
)

// A server that runs on Zerops holds a token, so whoever could change its service
// could make it hand the token out, or do what its settings forbid. No tool works
// on that service: c.service, c.process and c.deployment refuse it to tools that
// change something, and vet, which every changing request passes on its way out,
// refuses whatever else would reach it.

// ownService is the service this server runs in, as a caller's token sees it.
type ownService struct{ id, hostname, project string }

// ownServices remembers for each caller where the server runs: a service keeps
// its hostname and its project for life.
type ownServices struct {
	mu    sync.Mutex
	known map[string]*ownService
}

func (o *ownServices) find(caller string) *ownService {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.known[caller]
}

func (o *ownServices) remember(caller string, own *ownService) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.known == nil || len(o.known) >= maxScopes {
		o.known = map[string]*ownService{}
	}
	o.known[caller] = own
}

// itself finds out where this server runs. It is nil where that is no service of
// Zerops, or none that the caller's token reaches, which then can do nothing there.
func (c *call) itself(ctx context.Context) (*ownService, error) {
	id := c.server.cfg.OwnService
	if id == "" {
		return nil, nil
	}
	caller := c.credential.callerID()
	if own := c.server.own.find(caller); own != nil {
		return own, nil
	}
	s, err := c.api.Service(ctx, id)
	switch {
	case gone(err), noSuchID(id, err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("finding out where this server itself runs: %w", err)
	}
	own := &ownService{id: id, hostname: s.Name, project: s.ProjectID}
	c.server.own.remember(caller, own)
	return own, nil
}

// spare refuses a tool that changes something any of the services when this server
// runs in it.
func (c *call) spare(services ...string) error {
	own := c.server.cfg.OwnService
	if own == "" || c.tool.Effect == zerops.Reads || !slices.Contains(services, own) {
		return nil
	}
	return ownRefusal("the service %s is the one this server runs in", own)
}

// ownRefusal says what of the server's own would be touched.
func ownRefusal(format string, args ...any) *failure {
	return &failure{
		Code:    codeBlocked,
		Message: fmt.Sprintf(format, args...) + ", and a server changes nothing that it depends on itself; nothing was changed",
		Hint:    "A person can do it in the Zerops GUI, or with a zerops-mcp that runs elsewhere.",
	}
}

// servicesOf are the services that a process works on.
func servicesOf(p zerops.Process) []string {
	ids := []string{p.ServiceID}
	for _, s := range p.Services {
		ids = append(ids, s.ID)
	}
	if p.Version != nil {
		ids = append(ids, p.Version.ServiceID)
	}
	return ids
}

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
func (c *call) spareKeys(ctx context.Context, project string, values map[string]string) error {
	for _, key := range sortedKeys(values) {
		why := keptKey(key, values[key])
		if why == "" {
			continue
		}
		own, err := c.itself(ctx)
		if err != nil || own == nil || own.project != project {
			return err
		}
		return ownRefusal("the project variable %q %s", clean(key, 120), why)
	}
	return nil
}

// spareVariables judges all variables of a call before the first is written.
func (c *call) spareVariables(ctx context.Context, store envStore, values map[string]string) error {
	var texts []string
	for _, value := range values {
		texts = append(texts, value)
	}
	if err := c.spareHostname(ctx, texts...); err != nil {
		return err
	}
	if store.service != nil {
		return nil
	}
	return c.spareKeys(ctx, store.project.ID, values)
}

// spareHostname refuses values that refer to variables of the server's own
// service: whoever receives them would be given its token.
func (c *call) spareHostname(ctx context.Context, texts ...string) error {
	if c.server.cfg.OwnService == "" || !slices.ContainsFunc(texts, mayRefer) {
		return nil
	}
	own, err := c.itself(ctx)
	if err != nil || own == nil {
		return err
	}
	for _, text := range texts {
		if mayRefer(text) && refersTo(text, own.hostname) {
			return ownRefusal("a value refers to variables of the service %q (${%s_…}), which is the one this server runs in and holds its token", own.hostname, own.hostname)
		}
	}
	return nil
}

// spareArguments is spareHostname for all arguments of a tool that changes
// something, before it does anything.
func (c *call) spareArguments(ctx context.Context, args json.RawMessage) error {
	if c.server.cfg.OwnService == "" || c.tool.Effect == zerops.Reads {
		return nil
	}
	decoded, err := decodeJSON(args)
	if err != nil {
		return fmt.Errorf("reading the checked arguments: %w", err)
	}
	return c.spareHostname(ctx, textsIn(decoded, nil)...)
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
