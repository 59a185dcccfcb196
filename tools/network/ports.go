package network

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"

	"zerops-mcp/tools/facts/network"
	"zerops-mcp/tools/facts/services"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

type listPortsIn struct {
	tool.InProject
	Service string `json:"service,omitempty"`
	tool.Paging
}

type listPortsOut struct {
	tool.Page[network.PublicPort]
	IPv4       string   `json:"ipv4,omitempty"`
	IPv6       string   `json:"ipv6,omitempty"`
	Incomplete []string `json:"incomplete,omitempty"`
}

// Cut keeps the addresses.
func (o listPortsOut) Cut(n int) any {
	o.Page = o.First(n)
	return o
}

func listPorts(ctx context.Context, c *tool.Call, in *listPortsIn) (*listPortsOut, error) {
	p, err := c.Project(ctx, in.Project)
	if err != nil {
		return nil, err
	}
	only := ""
	if in.Service != "" {
		s, err := c.Service(ctx, tool.OnService{Project: p.ID, Service: in.Service})
		if err != nil {
			return nil, err
		}
		only = s.ID
	}
	ports, incomplete, err := network.PublicPorts(ctx, c, p.ID, only)
	if err != nil {
		return nil, err
	}
	views := []network.PublicPort{}
	for _, port := range ports {
		views = append(views, network.ViewPort(port))
	}
	sort.SliceStable(views, func(i, j int) bool {
		if views[i].Port != views[j].Port {
			return views[i].Port < views[j].Port
		}
		return views[i].IP+views[i].Protocol < views[j].IP+views[j].Protocol
	})
	shown, err := tool.Paginate(views, in.Paging, p.ID, only)
	return &listPortsOut{Page: shown, IPv4: tool.Clean(p.PublicIPv4, 60), IPv6: tool.Clean(p.PublicIPv6, 60), Incomplete: incomplete}, err
}

type addPortIn struct {
	tool.OnService
	Port         int      `json:"port" jsonschema:"minimum=1,maximum=65535"`
	InternalPort int      `json:"internal_port,omitempty" jsonschema:"minimum=1,maximum=65535" jsonschema_description:"the same where left out"`
	Protocol     string   `json:"protocol,omitempty" jsonschema:"enum=tcp,enum=udp"`
	IP           string   `json:"ip,omitempty" jsonschema:"enum=ipv4,enum=ipv6"`
	AllowFrom    []string `json:"allow_from,omitempty" jsonschema:"maxItems=100" jsonschema_description:"CIDR ranges; everybody where left out"`
	DenyFrom     []string `json:"deny_from,omitempty" jsonschema:"maxItems=100"`
	Confirm      string   `json:"confirm,omitempty"`
	tool.Waiting
}

type portChangeOut struct {
	tool.ChangeResult
	Port    *network.PublicPort `json:"port,omitempty"`
	Address string              `json:"address,omitempty"`
	Removed *bool               `json:"removed,omitempty"`
}

func addPort(ctx context.Context, c *tool.Call, in *addPortIn) (*portChangeOut, error) {
	wanted, err := newPort(*in)
	if err != nil {
		return nil, err
	}
	opening, err := tool.Confirm(ctx, c, func(ctx context.Context) (opening, *tool.Plan, error) { return portToOpen(ctx, c, *in, wanted) })
	if err != nil {
		return nil, err
	}
	s, p, present, wanted := opening.service, opening.project, opening.present, opening.wanted
	process, err := tool.Change(ctx, c, func(ctx context.Context) (zerops.Process, error) {
		err := whileSynced(ctx, func() (err error) {
			switch {
			case present == nil:
				_, err = c.API.CreatePortRouting(ctx, s.ID, wanted)
			case present.Delete:
				_, err = c.API.RestorePortRouting(ctx, present.ID)
			}
			return err
		})
		if err != nil {
			return zerops.Process{}, err
		}
		return applyDrafts(ctx, p.ID, c.API.SyncPortRoutings)
	})
	if err != nil {
		return nil, err
	}
	f, err := c.Follow(ctx, in.Waiting, process)
	if err != nil {
		return nil, err
	}
	return portAdded(ctx, c, p, s, wanted, f)
}

// opening is a port that is about to be opened.
type opening struct {
	service zerops.Service
	project zerops.Project
	wanted  zerops.PortRoutingSettings
	present *network.ServicePort // the draft of it, where there is one
}

// portToOpen finds what the port leads to, and what is open already.
func portToOpen(ctx context.Context, c *tool.Call, in addPortIn, wanted zerops.PortRoutingSettings) (o opening, plan *tool.Plan, err error) {
	if o.service, err = c.Service(ctx, in.OnService); err != nil {
		return o, nil, err
	}
	if o.project, err = c.API.Project(ctx, o.service.ProjectID); err != nil {
		return o, nil, err
	}
	o.wanted = wanted
	if err := chooseAddress(&o.wanted, in.IP, o.project); err != nil {
		return o, nil, err
	}
	ports, incomplete, err := network.PublicPorts(ctx, c, o.project.ID, "")
	if err != nil {
		return o, nil, err
	}
	if o.present, err = portThere(ports, o.service.ID, o.wanted); err != nil {
		return o, nil, err
	}
	own := ""
	if there := o.present; there != nil {
		if there.Synced && !there.Delete {
			view := network.ViewPort(*there)
			return o, nil, tool.Idle(portChangeOut{ChangeResult: tool.ChangeResult{Status: tool.StatusUnchanged}, Port: &view, Address: network.PortAddress(o.project, o.wanted)})
		}
		own = there.ID
	}
	return o, openingPlan(o.service, o.wanted), unseenDrafts(ports, incomplete, own)
}

// openingPlan says who will reach what.
func openingPlan(s zerops.Service, w zerops.PortRoutingSettings) *tool.Plan {
	who, does := "only from "+strings.Join(w.Ranges, ", "), zerops.Publishes
	if network.OpenToEverybody(w.Policy, w.Ranges) {
		who, does = "for everybody on the internet", zerops.Grants
		if len(w.Ranges) > 0 {
			who += fmt.Sprintf(" (%s: %s)", map[bool]string{true: "let in", false: "kept out"}[w.Policy == zerops.AllowRanges], strings.Join(w.Ranges, ", "))
		}
	}
	p := services.Changing(s, fmt.Sprintf("Open port %d/%s of the %s to", w.PublicPort, w.Protocol, network.IPName(w.IP)), fmt.Sprintf("leads to its port %d, %s", w.InternalPort, who))
	p.Does = does
	return p
}

// newPort checks what can be known before anything is asked.
func newPort(in addPortIn) (zerops.PortRoutingSettings, error) {
	s := zerops.PortRoutingSettings{PublicPort: in.Port, InternalPort: in.InternalPort, Protocol: cmp.Or(in.Protocol, "tcp"), Policy: zerops.DenyRanges, Ranges: []string{}}
	if s.InternalPort == 0 {
		s.InternalPort = s.PublicPort
	}
	field, ranges := "deny_from", in.DenyFrom
	if len(in.AllowFrom) > 0 {
		if len(in.DenyFrom) > 0 {
			return s, tool.Invalid("deny_from", "cannot be combined with allow_from")
		}
		field, ranges, s.Policy = "allow_from", in.AllowFrom, zerops.AllowRanges
	}
	for _, text := range ranges {
		prefix, err := network.ParseRange(text)
		if err != nil {
			return s, tool.Invalid(field, "%q is neither an address nor a range such as 203.0.113.0/24", tool.Clean(text, 60))
		}
		s.Ranges = append(s.Ranges, prefix.String())
	}
	return s, nil
}

// chooseAddress picks the project's own address: the one that is wanted, or the one that
// those who are let in can come to. A dedicated IPv4 costs money and is never requested
// here.
func chooseAddress(s *zerops.PortRoutingSettings, wanted string, p zerops.Project) error {
	fits4, fits6 := network.Reach(s.Policy, s.Ranges)
	switch {
	case wanted == "" && fits4 && p.PublicIPv4 != "":
		wanted = "ipv4"
	case wanted == "" && (fits6 || p.PublicIPv4 == ""):
		wanted = "ipv6"
	case wanted == "":
		wanted = "ipv4"
	}
	s.IP = zerops.IPv6
	if wanted == "ipv4" {
		s.IP = zerops.IPv4
	}
	switch {
	case wanted == "ipv4" && p.PublicIPv4 == "", wanted == "ipv6" && !fits6 && fits4 && p.PublicIPv4 == "":
		return &tool.Failure{
			Code:    request.CodeConflict,
			Message: fmt.Sprintf("the project %q has no dedicated IPv4, which a public port for IPv4 addresses needs; nothing was changed", tool.Clean(p.Name, 80)),
			Hint: "Use ip ipv6 for who comes from IPv6 addresses, or ask the person to request one: about 3 USD for 30 days, not refundable (Zerops GUI, or write_api with " +
				zerops.PutProjectRequestIpv4.String() + ", which asks for confirmation).",
		}
	case wanted == "ipv6" && p.PublicIPv6 == "":
		return &tool.Failure{Code: request.CodeConflict, Message: fmt.Sprintf("the project %q has no IPv6; nothing was changed", tool.Clean(p.Name, 80)), Hint: "get_project shows its addresses."}
	case wanted == "ipv4" && !fits4, wanted == "ipv6" && !fits6:
		return tool.Invalid("allow_from", "names no address of %s, so nobody could reach the port there; nothing was changed", wanted)
	}
	return nil
}

// portThere finds the open port of the same number. What differs from what is
// wanted is refused: adding overwrites nothing.
func portThere(ports []network.ServicePort, serviceID string, wanted zerops.PortRoutingSettings) (*network.ServicePort, error) {
	for i, p := range ports {
		if p.PublicPort != wanted.PublicPort || p.IP != wanted.IP || p.Protocol != wanted.Protocol {
			continue
		}
		same := p.Service.ID == serviceID && p.InternalPort == wanted.InternalPort && p.Policy == wanted.Policy && sameRanges(p.Ranges, wanted.Ranges)
		if same {
			return &ports[i], nil
		}
		v := network.ViewPort(p)
		return nil, &tool.Failure{
			Code: request.CodeConflict,
			Message: fmt.Sprintf("port %d/%s of the %s is open already, to port %d of the service %q (firewall: %s %s); nothing was changed",
				v.Port, v.Protocol, v.IP, v.InternalPort, v.Service, v.Firewall, strings.Join(v.Ranges[:min(len(v.Ranges), 5)], ", ")),
			Hint: "Take another port, or remove_port first.",
		}
	}
	return nil, nil
}

func sameRanges(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// unseenDrafts refuses where drafts of others would be applied, or where it is
// not known whether there are any.
func unseenDrafts(ports []network.ServicePort, incomplete []string, own string) error {
	drafts := network.PortDrafts(ports, own)
	if len(incomplete) > 0 {
		drafts = append(drafts, "unknown for "+strings.Join(incomplete, ", "))
	}
	return foreignDrafts("port", drafts, zerops.PutProjectSyncPublicPortRouting, zerops.PutProjectRevertChangesPublicPortRouting)
}

func lookAtPorts(s zerops.Service) tool.Next {
	return tool.Next{Tool: "list_ports", Arguments: tool.NextArgs{Project: s.ProjectID, Service: s.ID}}
}

func portAdded(ctx context.Context, c *tool.Call, p zerops.Project, s zerops.Service, wanted zerops.PortRoutingSettings, f tool.ChangeResult) (*portChangeOut, error) {
	view, err := network.PortState(ctx, c, s, wanted)
	if err != nil {
		return &portChangeOut{ChangeResult: c.Unread(ctx, f, err, lookAtPorts(s))}, nil
	}
	out := portChangeOut{ChangeResult: f, Port: view}
	switch {
	case f.Status == tool.StatusFailed:
		out.Message = "the draft is kept; the same call applies it again"
	case f.Status == tool.StatusDone && (view == nil || !view.Applied):
		out.Status, out.Message = tool.StatusInProgress, "the platform does not show it as applied yet"
		out.Next = new(lookAtPorts(s))
	case f.Status == tool.StatusDone:
		out.Address = network.PortAddress(p, wanted)
	}
	return &out, nil
}
