package tools

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"zerops-mcp/zerops"
)

type removePortIn struct {
	onService
	Port     int    `json:"port" jsonschema:"minimum=1,maximum=65535"`
	Protocol string `json:"protocol,omitempty" jsonschema:"enum=tcp,enum=udp"`
	IP       string `json:"ip,omitempty" jsonschema:"enum=ipv4,enum=ipv6"`
	Confirm  string `json:"confirm,omitempty"`
	waiting
}

func removePort(ctx context.Context, c *call, in removePortIn) (portChangeOut, error) {
	port, err := confirm(ctx, c, func(ctx context.Context) (servicePort, *plan, error) { return c.portAtRisk(ctx, in) })
	if err != nil {
		return portChangeOut{}, err
	}
	s := port.service
	process, err := change(ctx, c, func(ctx context.Context) (zerops.Process, error) {
		if !port.Delete {
			gone := false
			err := whileSynced(ctx, func() (err error) {
				gone, err = c.api.DeletePortRouting(ctx, port.ID)
				return err
			})
			if err != nil || gone {
				return zerops.Process{}, err
			}
		}
		return applyDrafts(ctx, s.ProjectID, c.api.SyncPortRoutings)
	})
	if err != nil {
		return portChangeOut{}, err
	}
	f, err := c.follow(ctx, in.waiting, process)
	if err != nil {
		return portChangeOut{}, err
	}
	view, err := c.portState(ctx, s, port.PortRoutingSettings)
	if err != nil {
		return portChangeOut{frame: c.unread(ctx, f, err, lookAtPorts(s))}, nil
	}
	out := portChangeOut{frame: f, Port: view, Removed: new(view == nil)}
	if view != nil && f.Status == statusDone {
		out.Status, out.Message = statusInProgress, "the platform still shows the port"
		out.Next = new(lookAtPorts(s))
	}
	return out, nil
}

// portAtRisk finds the one port that is about to be closed.
func (c *call) portAtRisk(ctx context.Context, in removePortIn) (servicePort, *plan, error) {
	s, err := c.service(ctx, in.onService)
	if err != nil {
		return servicePort{}, nil, err
	}
	ports, incomplete, err := c.publicPorts(ctx, s.ProjectID, "")
	if err != nil {
		return servicePort{}, nil, err
	}
	found := slices.Clone(ports)
	found = slices.DeleteFunc(found, func(p servicePort) bool {
		return p.service.ID != s.ID || p.PublicPort != in.Port || in.Protocol != "" && p.Protocol != in.Protocol || in.IP != "" && ipName(p.IP) != in.IP
	})
	switch {
	case len(found) == 0 && len(incomplete) > 0:
		return servicePort{}, nil, &failure{Code: codeUnavailable, Message: "the open ports could not be read completely; nothing was changed", Hint: incomplete[0], Retryable: true}
	case len(found) == 0:
		return servicePort{}, nil, idle(portChangeOut{frame: frame{Status: statusUnchanged, Message: fmt.Sprintf("the service %q has no such public port", clean(s.Name, 40))}, Removed: new(true)})
	case len(found) > 1:
		return servicePort{}, nil, invalid("ip", "port %d is open more than once; say which with ip and protocol (list_ports shows them)", in.Port)
	}
	port := found[0]
	return port, closingPlan(s, port, portDrafts(ports, port.ID), incomplete), c.guard(ctx, s.ProjectID, s.ID)
}

func closingPlan(s zerops.Service, p servicePort, others, incomplete []string) *plan {
	v := viewPort(p)
	name := fmt.Sprintf("%d/%s %s", v.Port, v.Protocol, v.IP)
	closing := &plan{
		Summary: fmt.Sprintf("Close the public port %s of the service %q (%s).", name, v.Service, s.ID),
		Targets: []planTarget{{Kind: "port", ID: v.ID, Name: name}},
		Loses:   []string{"nobody outside the project reaches the service through this port any more"},
		state: []fact{
			is("the service", s.Name+" ("+s.ID+")"), is("the port", name+" ("+v.ID+")"), is("its internal port", strconv.Itoa(v.InternalPort)),
			is("its being applied", strconv.FormatBool(v.Applied)), is("its being deleted", strconv.FormatBool(v.ToBeDeleted)), is("drafts of others", others...),
		},
	}
	closing.Changes = append(closing.Changes, firstDrafts(others, appliedAsWell)...)
	if len(incomplete) > 0 {
		closing.Changes = append(closing.Changes, "changes of other services that were never applied may be applied as well; they could not be read")
	}
	return closing
}
