package network

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"zerops-mcp/tools/facts/network"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

type removePortIn struct {
	tool.OnService
	Port     int    `json:"port" jsonschema:"minimum=1,maximum=65535"`
	Protocol string `json:"protocol,omitempty" jsonschema:"enum=tcp,enum=udp"`
	IP       string `json:"ip,omitempty" jsonschema:"enum=ipv4,enum=ipv6"`
	Confirm  string `json:"confirm,omitempty"`
	tool.Waiting
}

func removePort(ctx context.Context, c *tool.Call, in *removePortIn) (*portChangeOut, error) {
	port, err := tool.Confirm(ctx, c, func(ctx context.Context) (network.ServicePort, *tool.Plan, error) { return portAtRisk(ctx, c, *in) })
	if err != nil {
		return nil, err
	}
	s := port.Service
	process, err := tool.Change(ctx, c, func(ctx context.Context) (zerops.Process, error) {
		if !port.Delete {
			gone := false
			err := whileSynced(ctx, func() (err error) {
				gone, err = c.API.DeletePortRouting(ctx, port.ID)
				return err
			})
			if err != nil || gone {
				return zerops.Process{}, err
			}
		}
		return applyDrafts(ctx, s.ProjectID, c.API.SyncPortRoutings)
	})
	if err != nil {
		return nil, err
	}
	f, err := c.Follow(ctx, in.Waiting, process)
	if err != nil {
		return nil, err
	}
	view, err := network.PortState(ctx, c, s, port.PortRoutingSettings)
	if err != nil {
		return &portChangeOut{ChangeResult: c.Unread(ctx, f, err, lookAtPorts(s))}, nil
	}
	out := portChangeOut{ChangeResult: f, Port: view, Removed: new(view == nil)}
	if view != nil && f.Status == tool.StatusDone {
		out.Status, out.Message = tool.StatusInProgress, "the platform still shows the port"
		out.Next = new(lookAtPorts(s))
	}
	return &out, nil
}

// portAtRisk finds the one port that is about to be closed.
func portAtRisk(ctx context.Context, c *tool.Call, in removePortIn) (network.ServicePort, *tool.Plan, error) {
	s, err := c.Service(ctx, in.OnService)
	if err != nil {
		return network.ServicePort{}, nil, err
	}
	ports, incomplete, err := network.PublicPorts(ctx, c, s.ProjectID, "")
	if err != nil {
		return network.ServicePort{}, nil, err
	}
	found := slices.Clone(ports)
	found = slices.DeleteFunc(found, func(p network.ServicePort) bool {
		return p.Service.ID != s.ID || p.PublicPort != in.Port || in.Protocol != "" && p.Protocol != in.Protocol || in.IP != "" && network.IPName(p.IP) != in.IP
	})
	switch {
	case len(found) == 0 && len(incomplete) > 0:
		return network.ServicePort{}, nil, &tool.Failure{Code: request.CodeUnavailable, Message: "the open ports could not be read completely; nothing was changed", Hint: incomplete[0], Retryable: true}
	case len(found) == 0:
		return network.ServicePort{}, nil, tool.Idle(portChangeOut{ChangeResult: tool.ChangeResult{Status: tool.StatusUnchanged, Message: fmt.Sprintf("the service %q has no such public port", tool.Clean(s.Name, 40))}, Removed: new(true)})
	case len(found) > 1:
		return network.ServicePort{}, nil, tool.Invalid("ip", "port %d is open more than once; say which with ip and protocol (list_ports shows them)", in.Port)
	}
	port := found[0]
	return port, closingPlan(s, port, network.PortDrafts(ports, port.ID), incomplete), nil
}

func closingPlan(s zerops.Service, p network.ServicePort, others, incomplete []string) *tool.Plan {
	v := network.ViewPort(p)
	name := fmt.Sprintf("%d/%s %s", v.Port, v.Protocol, v.IP)
	closing := &tool.Plan{
		Summary: fmt.Sprintf("Close the public port %s of the service %q (%s).", name, v.Service, s.ID),
		Targets: []tool.PlanTarget{{Kind: "port", ID: v.ID, Name: name}},
		Loses:   []string{"nobody outside the project reaches the service through this port any more"},
		State: []tool.Fact{
			tool.Is("the service", s.Name+" ("+s.ID+")"), tool.Is("the port", name+" ("+v.ID+")"), tool.Is("its internal port", strconv.Itoa(v.InternalPort)),
			tool.Is("its being applied", strconv.FormatBool(v.Applied)), tool.Is("its being deleted", strconv.FormatBool(v.ToBeDeleted)), tool.Is("drafts of others", others...),
		},
	}
	closing.Changes = append(closing.Changes, firstDrafts(others, appliedAsWell)...)
	if len(incomplete) > 0 {
		closing.Changes = append(closing.Changes, "changes of other services that were never applied may be applied as well; they could not be read")
	}
	return closing
}
