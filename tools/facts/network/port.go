package network

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// PublicPort is an open port as all tools show it.
type PublicPort struct {
	ID           string   `json:"id"`
	Service      string   `json:"service"`
	ServiceID    string   `json:"service_id"`
	IP           string   `json:"ip"`
	Port         int      `json:"port"`
	Protocol     string   `json:"protocol"`
	InternalPort int      `json:"internal_port"`
	Firewall     string   `json:"firewall"`
	Ranges       []string `json:"ranges,omitempty"`
	Applied      bool     `json:"applied"`
	ToBeDeleted  bool     `json:"to_be_deleted,omitempty"`
}

// ServicePort is an open port with the service it leads to.
type ServicePort struct {
	zerops.PortRouting
	Service zerops.Service
}

// ViewPort is an open port as all tools show it.
func ViewPort(p ServicePort) PublicPort {
	v := PublicPort{
		ID: p.ID, Service: tool.Clean(p.Service.Name, 40), ServiceID: p.Service.ID, IP: IPName(p.IP), Port: p.PublicPort, Protocol: tool.Clean(p.Protocol, 10),
		InternalPort: p.InternalPort, Firewall: "open", Applied: p.Synced, ToBeDeleted: p.Delete,
	}
	for _, r := range p.Ranges[:min(len(p.Ranges), 50)] {
		v.Ranges = append(v.Ranges, tool.Clean(r, 60))
	}
	switch {
	case p.Policy == zerops.AllowRanges:
		v.Firewall = "only these ranges"
	case len(p.Ranges) > 0:
		v.Firewall = "all but these ranges"
	}
	return v
}

// IPName is the kind of an address as arguments name it.
func IPName(kind string) string {
	switch kind {
	case zerops.IPv4:
		return "ipv4"
	case zerops.IPv6:
		return "ipv6"
	}
	return tool.Clean(kind, 20)
}

// PublicPorts lists the open ports of one service or of all of a project: the API
// lists them by service only, and its search trails writes. What cannot be read
// is named, unless nothing could.
func PublicPorts(ctx context.Context, c *tool.Call, projectID, only string) ([]ServicePort, []string, error) {
	services, _, err := zerops.Collect(c.API.ProjectServices(ctx, projectID, zerops.ListOptions{}), 0)
	if err != nil {
		return nil, nil, err
	}
	services = slices.DeleteFunc(services, func(s zerops.Service) bool { return only == "" && s.Hidden() || only != "" && s.ID != only })
	results := make([][]zerops.PortRouting, len(services))
	errs := zerops.FanOut(len(services), func(i int) (err error) {
		results[i], _, err = zerops.Collect(c.API.PortRoutings(ctx, services[i].ID), 0)
		return err
	})
	var ports []ServicePort
	var incomplete []string
	failed := 0
	for i, s := range services {
		for _, r := range results[i] {
			ports = append(ports, ServicePort{r, s})
		}
		if errs[i] != nil {
			failed++
			incomplete = append(incomplete, tool.Clean(s.Name, 40)+": "+c.Reason(ctx, errs[i]))
		}
	}
	if failed > 0 && failed == len(services) {
		return nil, nil, errs[0]
	}
	return ports, incomplete, nil
}

// PortAddress is what a public port is reached at, empty where the project has no
// such address.
func PortAddress(p zerops.Project, s zerops.PortRoutingSettings) string {
	ip, err := netip.ParseAddr(p.PublicIPv4)
	if s.IP == zerops.IPv6 {
		ip, err = netip.ParseAddr(p.PublicIPv6)
	}
	if err != nil {
		return ""
	}
	return netip.AddrPortFrom(ip, uint16(s.PublicPort)).String() //nolint:gosec // the schema bounds ports
}

// PortDrafts tells what a sync would apply beside one port.
func PortDrafts(ports []ServicePort, own string) []string {
	var drafts []string
	for _, p := range ports {
		if p.ID == own || p.Synced && !p.Delete {
			continue
		}
		what := "open"
		if p.Delete {
			what = "close"
		}
		drafts = append(drafts, fmt.Sprintf("%s port %d/%s of %s to %s", what, p.PublicPort, tool.Clean(p.Protocol, 10), IPName(p.IP), tool.Clean(p.Service.Name, 40)))
	}
	return drafts
}

// PortState reads one open port back; nil once it is closed.
func PortState(ctx context.Context, c *tool.Call, s zerops.Service, wanted zerops.PortRoutingSettings) (*PublicPort, error) {
	routings, _, err := zerops.Collect(c.API.PortRoutings(ctx, s.ID), 0)
	if err != nil {
		return nil, err
	}
	for _, r := range routings {
		if r.PublicPort == wanted.PublicPort && r.IP == wanted.IP && r.Protocol == wanted.Protocol {
			view := ViewPort(ServicePort{r, s})
			return &view, nil
		}
	}
	return nil, nil
}
