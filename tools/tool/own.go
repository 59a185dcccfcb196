package tool

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"zerops-mcp/tools/request"
	"zerops-mcp/zerops"
)

// A server that runs on Zerops holds a token, so whoever could change its service
// could make it hand the token out, or do what its settings forbid. No tool works
// on that service: c.service, c.process and c.deployment refuse it to tools that
// change something, and vet, which every changing request passes on its way out,
// refuses whatever else would reach it.

// OwnService is the service this server runs in, as a caller's token sees it.
type OwnService struct{ id, Hostname, Project string }

// ownServices remembers for each caller where the server runs: a service keeps
// its hostname and its project for life.
type ownServices struct {
	mu    sync.Mutex
	known map[string]*OwnService
}

func (o *ownServices) find(caller string) *OwnService {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.known[caller]
}

func (o *ownServices) remember(caller string, own *OwnService) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.known == nil || len(o.known) >= maxScopes {
		o.known = map[string]*OwnService{}
	}
	o.known[caller] = own
}

// Itself finds out where this server runs. It is nil where that is no service of
// Zerops, or none that the caller's token reaches, which then can do nothing there.
func (c *Call) Itself(ctx context.Context) (*OwnService, error) {
	id := c.Runner.cfg.OwnService
	if id == "" {
		return nil, nil
	}
	caller := c.Credential.CallerID()
	if own := c.Runner.own.find(caller); own != nil {
		return own, nil
	}
	s, err := c.API.Service(ctx, id)
	switch {
	case Gone(err), noSuchID(id, err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("finding out where this server itself runs: %w", err)
	}
	own := &OwnService{id: id, Hostname: s.Name, Project: s.ProjectID}
	c.Runner.own.remember(caller, own)
	return own, nil
}

// Spare refuses a tool that changes something any of the services when this server
// runs in it.
func (c *Call) Spare(services ...string) error {
	own := c.Runner.cfg.OwnService
	if own == "" || c.Tool.Can == 0 || !slices.Contains(services, own) {
		return nil
	}
	return OwnRefusal("the service %s is the one this server runs in", own)
}

// OwnRefusal says what of the server's own would be touched.
func OwnRefusal(format string, args ...any) *Failure {
	return &Failure{
		Code:    request.CodeBlocked,
		Message: fmt.Sprintf(format, args...) + ", and a server changes nothing that it depends on itself; nothing was changed",
		Hint:    "A person can do it in the Zerops GUI, or with a zerops-mcp that runs elsewhere.",
	}
}

// ServicesOf are the services that a process works on.
func ServicesOf(p zerops.Process) []string {
	ids := []string{p.ServiceID}
	for _, s := range p.Services {
		ids = append(ids, s.ID)
	}
	if p.Version != nil {
		ids = append(ids, p.Version.ServiceID)
	}
	return ids
}

// Gone reports that the caller's token does not see an object.
func Gone(err error) bool {
	return errors.Is(err, zerops.ErrNotFound) || errors.Is(err, zerops.ErrForbidden)
}
