package network

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"sort"
	"strings"

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
	tool.Page[publicPortView]
	IPv4       string   `json:"ipv4,omitempty"`
	IPv6       string   `json:"ipv6,omitempty"`
	Incomplete []string `json:"incomplete,omitempty"`
}

// Cut keeps the addresses.
func (o listPortsOut) Cut(n int) any {
	o.Page = o.First(n)
	return o
}

type publicPortView struct {
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

// servicePort is an open port with the service it leads to.
type servicePort struct {
	zerops.PortRouting
	service zerops.Service
}

func viewPort(p servicePort) publicPortView {
	v := publicPortView{
		ID: p.ID, Service: tool.Clean(p.service.Name, 40), ServiceID: p.service.ID, IP: ipName(p.IP), Port: p.PublicPort, Protocol: tool.Clean(p.Protocol, 10),
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

func ipName(kind string) string {
	switch kind {
	case zerops.IPv4:
		return "ipv4"
	case zerops.IPv6:
		return "ipv6"
	}
	return tool.Clean(kind, 20)
}

func listPorts(ctx context.Context, c *tool.Call, in listPortsIn) (listPortsOut, error) {
	p, err := c.Project(ctx, in.Project)
	if err != nil {
		return listPortsOut{}, err
	}
	only := ""
	if in.Service != "" {
		s, err := c.Service(ctx, tool.OnService{Project: p.ID, Service: in.Service})
		if err != nil {
			return listPortsOut{}, err
		}
		only = s.ID
	}
	ports, incomplete, err := publicPorts(ctx, c, p.ID, only)
	if err != nil {
		return listPortsOut{}, err
	}
	views := []publicPortView{}
	for _, port := range ports {
		views = append(views, viewPort(port))
	}
	sort.SliceStable(views, func(i, j int) bool {
		if views[i].Port != views[j].Port {
			return views[i].Port < views[j].Port
		}
		return views[i].IP+views[i].Protocol < views[j].IP+views[j].Protocol
	})
	shown, err := tool.Paginate(views, in.Paging, p.ID, only)
	return listPortsOut{Page: shown, IPv4: tool.Clean(p.PublicIPv4, 60), IPv6: tool.Clean(p.PublicIPv6, 60), Incomplete: incomplete}, err
}

// publicPorts lists the open ports of one service or of all of a project: the API
// lists them by service only, and its search trails writes. What cannot be read
// is named, unless nothing could.
func publicPorts(ctx context.Context, c *tool.Call, projectID, only string) ([]servicePort, []string, error) {
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
	var ports []servicePort
	var incomplete []string
	failed := 0
	for i, s := range services {
		for _, r := range results[i] {
			ports = append(ports, servicePort{r, s})
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

type addPortIn struct {
	tool.OnService
	Port         int      `json:"port" jsonschema:"minimum=1,maximum=65535"`
	InternalPort int      `json:"internal_port,omitempty" jsonschema:"minimum=1,maximum=65535" jsonschema_description:"the same where left out"`
	Protocol     string   `json:"protocol,omitempty" jsonschema:"enum=tcp,enum=udp"`
	IP           string   `json:"ip,omitempty" jsonschema:"enum=ipv4,enum=ipv6"`
	AllowFrom    []string `json:"allow_from,omitempty" jsonschema:"maxItems=100" jsonschema_description:"CIDR ranges; everybody where left out"`
	DenyFrom     []string `json:"deny_from,omitempty" jsonschema:"maxItems=100"`
	tool.Waiting
}

type portChangeOut struct {
	tool.ChangeResult
	Port    *publicPortView `json:"port,omitempty"`
	Address string          `json:"address,omitempty"`
	Removed *bool           `json:"removed,omitempty"`
}

func addPort(ctx context.Context, c *tool.Call, in addPortIn) (portChangeOut, error) {
	wanted, err := newPort(in)
	if err != nil {
		return portChangeOut{}, err
	}
	s, err := c.Service(ctx, in.OnService)
	if err != nil {
		return portChangeOut{}, err
	}
	p, err := c.API.Project(ctx, s.ProjectID)
	if err != nil {
		return portChangeOut{}, err
	}
	if err := chooseAddress(&wanted, in.IP, p); err != nil {
		return portChangeOut{}, err
	}
	ports, incomplete, err := publicPorts(ctx, c, p.ID, "")
	if err != nil {
		return portChangeOut{}, err
	}
	present, err := portThere(ports, s.ID, wanted)
	if err != nil {
		return portChangeOut{}, err
	}
	own := ""
	if present != nil {
		if present.Synced && !present.Delete {
			view := viewPort(*present)
			return portChangeOut{ChangeResult: tool.ChangeResult{Status: tool.StatusUnchanged}, Port: &view, Address: portAddress(p, wanted)}, nil
		}
		own = present.ID
	}
	if err := unseenDrafts(ports, incomplete, own); err != nil {
		return portChangeOut{}, err
	}
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
		return portChangeOut{}, err
	}
	f, err := c.Follow(ctx, in.Waiting, process)
	if err != nil {
		return portChangeOut{}, err
	}
	return portAdded(ctx, c, p, s, wanted, f)
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
		prefix, err := parseRange(text)
		if err != nil {
			return s, tool.Invalid(field, "%q is neither an address nor a range such as 203.0.113.0/24", tool.Clean(text, 60))
		}
		s.Ranges = append(s.Ranges, prefix.String())
	}
	return s, nil
}

// parseRange accepts a range, or an address as a range of one.
func parseRange(text string) (netip.Prefix, error) {
	text = strings.TrimSpace(text)
	if ip, err := netip.ParseAddr(text); err == nil && ip.Zone() == "" {
		return netip.PrefixFrom(ip, ip.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(text)
	return prefix.Masked(), err
}

// chooseAddress picks the project's own address. A dedicated IPv4 costs money and
// is never requested here.
func chooseAddress(s *zerops.PortRoutingSettings, wanted string, p zerops.Project) error {
	switch {
	case wanted == "ipv4" && p.PublicIPv4 == "":
		return &tool.Failure{
			Code:    request.CodeConflict,
			Message: fmt.Sprintf("the project %q has no dedicated IPv4, which a public IPv4 port needs; nothing was changed", tool.Clean(p.Name, 80)),
			Hint: "Use ip ipv6, or ask the person to request one: about 3 USD for 30 days, not refundable (Zerops GUI, or write_api with " +
				zerops.PutProjectRequestIpv4.String() + ", which asks for confirmation).",
		}
	case wanted == "ipv6" && p.PublicIPv6 == "", wanted == "" && p.PublicIPv4 == "" && p.PublicIPv6 == "":
		return &tool.Failure{Code: request.CodeConflict, Message: fmt.Sprintf("the project %q has no IPv6; nothing was changed", tool.Clean(p.Name, 80)), Hint: "get_project shows its addresses."}
	case wanted == "ipv4", wanted == "" && p.PublicIPv4 != "":
		s.IP = zerops.IPv4
	default:
		s.IP = zerops.IPv6
	}
	return nil
}

func portAddress(p zerops.Project, s zerops.PortRoutingSettings) string {
	ip, err := netip.ParseAddr(p.PublicIPv4)
	if s.IP == zerops.IPv6 {
		ip, err = netip.ParseAddr(p.PublicIPv6)
	}
	if err != nil {
		return ""
	}
	return netip.AddrPortFrom(ip, uint16(s.PublicPort)).String() //nolint:gosec // the schema bounds ports
}

// portThere finds the open port of the same number. What differs from what is
// wanted is refused: adding overwrites nothing.
func portThere(ports []servicePort, serviceID string, wanted zerops.PortRoutingSettings) (*servicePort, error) {
	for i, p := range ports {
		if p.PublicPort != wanted.PublicPort || p.IP != wanted.IP || p.Protocol != wanted.Protocol {
			continue
		}
		same := p.service.ID == serviceID && p.InternalPort == wanted.InternalPort && p.Policy == wanted.Policy && sameRanges(p.Ranges, wanted.Ranges)
		if same {
			return &ports[i], nil
		}
		v := viewPort(p)
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
func unseenDrafts(ports []servicePort, incomplete []string, own string) error {
	drafts := portDrafts(ports, own)
	if len(incomplete) > 0 {
		drafts = append(drafts, "unknown for "+strings.Join(incomplete, ", "))
	}
	return foreignDrafts("port", drafts, zerops.PutProjectSyncPublicPortRouting, zerops.PutProjectRevertChangesPublicPortRouting)
}

func portDrafts(ports []servicePort, own string) []string {
	var drafts []string
	for _, p := range ports {
		if p.ID == own || p.Synced && !p.Delete {
			continue
		}
		what := "open"
		if p.Delete {
			what = "close"
		}
		drafts = append(drafts, fmt.Sprintf("%s port %d/%s of %s to %s", what, p.PublicPort, tool.Clean(p.Protocol, 10), ipName(p.IP), tool.Clean(p.service.Name, 40)))
	}
	return drafts
}

// portState reads one open port back; nil once it is closed.
func portState(ctx context.Context, c *tool.Call, s zerops.Service, wanted zerops.PortRoutingSettings) (*publicPortView, error) {
	routings, _, err := zerops.Collect(c.API.PortRoutings(ctx, s.ID), 0)
	if err != nil {
		return nil, err
	}
	for _, r := range routings {
		if r.PublicPort == wanted.PublicPort && r.IP == wanted.IP && r.Protocol == wanted.Protocol {
			view := viewPort(servicePort{r, s})
			return &view, nil
		}
	}
	return nil, nil
}

func lookAtPorts(s zerops.Service) tool.Next {
	return tool.Next{Tool: "list_ports", Arguments: tool.NextArgs{Project: s.ProjectID, Service: s.ID}}
}

func portAdded(ctx context.Context, c *tool.Call, p zerops.Project, s zerops.Service, wanted zerops.PortRoutingSettings, f tool.ChangeResult) (portChangeOut, error) {
	view, err := portState(ctx, c, s, wanted)
	if err != nil {
		return portChangeOut{ChangeResult: c.Unread(ctx, f, err, lookAtPorts(s))}, nil
	}
	out := portChangeOut{ChangeResult: f, Port: view}
	switch {
	case f.Status == tool.StatusFailed:
		out.Message = "the draft is kept; the same call applies it again"
	case f.Status == tool.StatusDone && (view == nil || !view.Applied):
		out.Status, out.Message = tool.StatusInProgress, "the platform does not show it as applied yet"
		out.Next = new(lookAtPorts(s))
	case f.Status == tool.StatusDone:
		out.Address = portAddress(p, wanted)
	}
	return out, nil
}
