package simulator

import (
	"net/netip"
	"slices"
)

func portRoutes() []route {
	return []route{
		{op: "GetServiceStackPublicPortRouting", handle: listPortRoutings},
		{op: "GetPublicPortRouting", handle: getPortRouting},
		{op: "PostServiceStackPublicPortRouting", handle: createPortRouting},
		{op: "PutPublicPortRouting", handle: putPortRouting},
		{op: "DeletePublicPortRouting", handle: deletePortRouting},
		{op: "PutPublicPortRoutingRestore", handle: restorePortRouting},
		{op: "PutProjectSyncPublicPortRouting", handle: syncPortRoutings},
		{op: "PutProjectRevertChangesPublicPortRouting", handle: revertPortRoutings},
	}
}

func listPortRoutings(c *call) (any, error) {
	s, err := c.service(toRead)
	if err != nil {
		return nil, err
	}
	asked, err := c.paging()
	if err != nil {
		return nil, err
	}
	var found []object
	for _, r := range c.world.portRoutings.all() {
		if r.serviceID == s.id {
			found = append(found, r.view())
		}
	}
	return direct(asked, found), nil
}

func (c *call) portRouting(what need) (*portRouting, error) {
	r, ok := c.world.portRoutings.get(c.path("id"))
	if !ok {
		return nil, missing("publicPortRoutingNotFound", "Public port routing")
	}
	return r, c.allow(r.clientID, r.projectID, what)
}

func getPortRouting(c *call) (any, error) {
	r, err := c.portRouting(toRead)
	if err != nil {
		return nil, err
	}
	return r.view(), nil
}

type portRoutingBody struct {
	PublicIPType      string   `json:"publicIpType"`
	PublicPort        int      `json:"publicPort"`
	InternalPort      int      `json:"internalPort"`
	InternalProtocol  string   `json:"internalProtocol"`
	FirewallPolicy    string   `json:"firewallPolicy"`
	FirewallIPRanges  []string `json:"firewallIpRanges"`
	FirewallAllowMyIP bool     `json:"firewallAllowMyIp"`
}

func (b *portRoutingBody) apply(c *call, r *portRouting) error {
	p, _ := c.world.projects.get(r.projectID)
	s, _ := c.world.services.get(r.serviceID)
	switch {
	case b.PublicPort < 10 || b.PublicPort > 65435 || b.PublicPort == 80 || b.PublicPort == 443:
		return refuse("publicPortRoutingPortForbidden", "Public port %d is forbidden", b.PublicPort)
	case !slices.ContainsFunc(s.ports, func(known port) bool { return known.number == b.InternalPort && known.protocol == b.InternalProtocol }):
		return refuse("portNotFound", "Port %d/%s of service [%s] not found", b.InternalPort, b.InternalProtocol, s.name)
	case b.PublicIPType == "IP_V4" && p.ipv4 == "":
		return refuse("publicIpRequestRequired", "Project has no dedicated IPv4 address")
	}
	for _, text := range b.FirewallIPRanges {
		if _, err := netip.ParsePrefix(text); err != nil {
			return badField("firewallIpRanges", "invalid range "+text)
		}
	}
	for _, other := range c.world.portRoutings.all() {
		if other.id != r.id && other.projectID == r.projectID && other.public == b.PublicPort && other.ip == b.PublicIPType {
			return refuse("publicPortRoutingDuplicatePort", "Public port %d is used already", b.PublicPort)
		}
	}
	r.ip, r.public, r.internal, r.protocol = b.PublicIPType, b.PublicPort, b.InternalPort, b.InternalProtocol
	r.policy, r.ranges, r.myIP = b.FirewallPolicy, b.FirewallIPRanges, b.FirewallAllowMyIP
	r.lastUpdate, r.synced = c.world.now, false
	return nil
}

func createPortRouting(c *call) (any, error) {
	s, err := c.service(toWrite)
	if err != nil {
		return nil, err
	}
	if err := c.runnable(s); err != nil {
		return nil, err
	}
	var body portRoutingBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	r := &portRouting{id: c.world.ids.next(), clientID: s.clientID, projectID: s.projectID, serviceID: s.id, created: c.world.now}
	if err := body.apply(c, r); err != nil {
		return nil, err
	}
	c.world.portRoutings.put(r.id, r)
	return r.view(), nil
}

func putPortRouting(c *call) (any, error) {
	r, err := c.portRouting(toWrite)
	if err != nil {
		return nil, err
	}
	var body portRoutingBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	before := *r
	if err := body.apply(c, r); err != nil {
		return nil, err
	}
	if before.synced {
		r.published = &before
	}
	c.world.portRoutings.put(r.id, r)
	return r.view(), nil
}

func deletePortRouting(c *call) (any, error) {
	r, err := c.portRouting(toWrite)
	if err != nil {
		return nil, err
	}
	if !r.synced && r.published == nil {
		c.world.portRoutings.remove(r.id)
		return object{"deleted": true, "publicPortRouting": nil}, nil
	}
	r.deleteOnSync = true
	c.world.portRoutings.put(r.id, r)
	return object{"deleted": false, "publicPortRouting": r.view()}, nil
}

func restorePortRouting(c *call) (any, error) {
	r, err := c.portRouting(toWrite)
	if err != nil {
		return nil, err
	}
	r.deleteOnSync = false
	c.world.portRoutings.put(r.id, r)
	return r.view(), nil
}

func syncPortRoutings(c *call) (any, error) {
	p, err := c.project(toWrite)
	if err != nil {
		return nil, err
	}
	if c.syncingRoutings(p.id, "project.syncPublicPortRouting") {
		return nil, refuse("publicPortRoutingSyncRunning", "Public port routing synchronization is running")
	}
	w := c.world
	return w.processView(w.start(job{
		action: "project.syncPublicPortRouting", project: p, by: c.actor(), takes: routingSyncTime,
		finish: func() {
			w.eachPortRouting(p, func(r *portRouting) {
				if r.deleteOnSync {
					w.portRoutings.remove(r.id)
					return
				}
				r.synced, r.published = true, nil
				w.portRoutings.put(r.id, r)
			})
		},
	})), nil
}

func (w *world) eachPortRouting(p *project, do func(*portRouting)) {
	for _, id := range slices.Clone(w.portRoutings.order) {
		if r, ok := w.portRoutings.get(id); ok && r.projectID == p.id {
			do(r)
		}
	}
}

func revertPortRoutings(c *call) (any, error) {
	p, err := c.project(toWrite)
	if err != nil {
		return nil, err
	}
	c.world.eachPortRouting(p, func(r *portRouting) {
		switch {
		case r.published != nil:
			*r = *r.published
		case !r.synced:
			c.world.portRoutings.remove(r.id)
			return
		}
		r.deleteOnSync = false
		c.world.portRoutings.put(r.id, r)
	})
	return success(), nil
}
