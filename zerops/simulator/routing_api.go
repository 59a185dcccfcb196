package simulator

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// How long the checks of a domain take after a sync.
const (
	routingSyncTime = 5 * time.Second
	dnsCheckTime    = 30 * time.Second
	certificateTime = 60 * time.Second
)

func routingRoutes() []route {
	return []route{
		{op: "GetProjectPublicHttpRouting", handle: listRoutings},
		{op: "GetPublicHttpRouting", handle: getRouting},
		{op: "PostProjectPublicHttpRouting", handle: createRouting},
		{op: "PutPublicHttpRouting", handle: putRouting},
		{op: "PutPublicHttpRoutingLocation", handle: putRoutingLocations},
		{op: "DeletePublicHttpRouting", handle: deleteRouting},
		{op: "PutPublicHttpRoutingRestore", handle: restoreRouting},
		{op: "PutPublicHttpRoutingTriggerDomainsDnsCheck", handle: checkDNS},
		{op: "PutProjectSyncPublicHttpRouting", handle: syncRoutings},
		{op: "PutProjectRevertChangesPublicHttpRouting", handle: revertRoutings},
	}
}

func listRoutings(c *call) (any, error) {
	p, err := c.project(toRead)
	if err != nil {
		return nil, err
	}
	asked, err := c.paging()
	if err != nil {
		return nil, err
	}
	var found []object
	for _, r := range c.world.routings.all() {
		if r.projectID == p.id {
			found = append(found, c.world.routingView(r))
		}
	}
	return direct(asked, found), nil
}

func (c *call) routing(what need) (*routing, error) {
	r, ok := c.world.routings.get(c.path("id"))
	if !ok {
		return nil, missing("publicHttpRoutingNotFound", "Public HTTP routing")
	}
	return r, c.allow(r.clientID, r.projectID, what)
}

func getRouting(c *call) (any, error) {
	r, err := c.routing(toRead)
	if err != nil {
		return nil, err
	}
	return c.world.routingView(r), nil
}

type routingBody struct {
	SSLEnabled bool           `json:"sslEnabled"`
	CDNEnabled bool           `json:"cdnEnabled"`
	Domains    []string       `json:"domains"`
	Locations  []locationBody `json:"locations"`
}

type locationBody struct {
	Path           string          `json:"path"`
	Port           int             `json:"port"`
	ServiceStackID string          `json:"serviceStackId"`
	Config         json.RawMessage `json:"config"`
}

// apply checks a body and writes it into a draft.
func (b *routingBody) apply(c *call, r *routing) error {
	if len(b.Domains) == 0 {
		return badField("domains", "at least one domain is required")
	}
	var domains []domain
	for _, name := range b.Domains {
		if !validDomain(name) {
			return refuse("publicHttpRoutingInvalidDomainName", "Domain name [%s] is invalid", name)
		}
		for _, other := range c.world.routings.all() {
			if other.id != r.id && slices.ContainsFunc(other.domains, func(d domain) bool { return d.name == name }) {
				return refuse("publicHttpRoutingDuplicateDomainNameInAnotherRouting", "Domain name [%s] is used in another routing", name)
			}
		}
		known := slices.IndexFunc(r.domains, func(d domain) bool { return d.name == name })
		if known >= 0 {
			domains = append(domains, r.domains[known])
			continue
		}
		domains = append(domains, domain{name: name, dns: "PENDING", ssl: "INACTIVE"})
	}
	locations, err := readLocations(c, r.projectID, b.Locations)
	if err != nil {
		return err
	}
	r.ssl, r.cdn, r.domains, r.locations = b.SSLEnabled, b.CDNEnabled, domains, locations
	r.lastUpdate, r.synced = c.world.now, false
	return nil
}

func readLocations(c *call, projectID string, bodies []locationBody) ([]locationEntry, error) {
	if len(bodies) == 0 {
		return nil, badField("locations", "at least one location is required")
	}
	var entries []locationEntry
	for _, l := range bodies {
		s, ok := c.world.services.get(l.ServiceStackID)
		if !ok || s.projectID != projectID {
			return nil, missing("serviceStackNotFound", "Service stack")
		}
		if !strings.HasPrefix(l.Path, "/") {
			return nil, badField("locations.path", "path must begin with /")
		}
		if !slices.ContainsFunc(s.httpPorts(), func(p port) bool { return p.number == l.Port }) {
			return nil, refuse("publicHttpRoutingPortNotFound", "Port %d of service [%s] not found", l.Port, s.name)
		}
		entry := locationEntry{path: l.Path, port: l.Port, serviceID: s.id}
		if len(l.Config) > 0 && string(l.Config) != "null" {
			if err := json.Unmarshal(l.Config, &entry.config); err != nil {
				return nil, badField("locations.config", "invalid data type, expected object")
			}
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

func validDomain(name string) bool {
	if len(name) > 253 || !strings.Contains(name, ".") {
		return false
	}
	for label := range strings.SplitSeq(strings.TrimPrefix(name, "*."), ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return true
}

// createRouting makes a draft: nothing is served before the next sync.
func createRouting(c *call) (any, error) {
	p, err := c.project(toWrite)
	if err != nil {
		return nil, err
	}
	var body routingBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	r := &routing{id: c.world.ids.next(), clientID: p.clientID, projectID: p.id, created: c.world.now}
	if err := body.apply(c, r); err != nil {
		return nil, err
	}
	c.world.routings.put(r.id, r)
	return c.world.routingView(r), nil
}

func putRouting(c *call) (any, error) {
	var body routingBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	return c.editRouting(body.apply)
}

func putRoutingLocations(c *call) (any, error) {
	var body routingBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	return c.editRouting(func(c *call, r *routing) error {
		locations, err := readLocations(c, r.projectID, body.Locations)
		if err == nil {
			r.locations, r.synced, r.lastUpdate = locations, false, c.world.now
		}
		return err
	})
}

// editRouting changes a draft, remembering what is served.
func (c *call) editRouting(edit func(*call, *routing) error) (any, error) {
	r, err := c.routing(toWrite)
	if err != nil {
		return nil, err
	}
	if c.syncingRoutings(r.projectID, "project.syncPublicHttpRouting") {
		return nil, refuse("publicHttpRoutingSyncRunning", "Public HTTP routing synchronization is running")
	}
	before := *r
	if err := edit(c, r); err != nil {
		*r = before
		return nil, err
	}
	if before.synced {
		r.published = &before
	}
	c.world.routings.put(r.id, r)
	return c.world.routingView(r), nil
}

func (c *call) syncingRoutings(projectID, action string) bool {
	for _, p := range c.world.processes.all() {
		if p.projectID == projectID && p.action == action && !p.over() {
			return true
		}
	}
	return false
}

// deleteRouting removes a draft at once and marks what is served for the next sync.
func deleteRouting(c *call) (any, error) {
	r, err := c.routing(toWrite)
	if err != nil {
		return nil, err
	}
	if !r.synced && r.published == nil {
		c.world.routings.remove(r.id)
		return object{"deleted": true, "publicHttpRouting": nil}, nil
	}
	r.deleteOnSync, r.lastUpdate = true, c.world.now
	c.world.routings.put(r.id, r)
	return object{"deleted": false, "publicHttpRouting": c.world.routingView(r)}, nil
}

func restoreRouting(c *call) (any, error) {
	r, err := c.routing(toWrite)
	if err != nil {
		return nil, err
	}
	r.deleteOnSync, r.lastUpdate = false, c.world.now
	c.world.routings.put(r.id, r)
	return c.world.routingView(r), nil
}

// syncRoutings publishes every draft of a project and checks the domains.
func syncRoutings(c *call) (any, error) {
	p, err := c.project(toWrite)
	if err != nil {
		return nil, err
	}
	if c.syncingRoutings(p.id, "project.syncPublicHttpRouting") {
		return nil, refuse("publicHttpRoutingSyncRunning", "Public HTTP routing synchronization is running")
	}
	w := c.world
	return w.processView(w.start(job{
		action: "project.syncPublicHttpRouting", project: p, by: c.actor(), takes: routingSyncTime,
		finish: func() { w.publishRoutings(p) },
	})), nil
}

func (w *world) publishRoutings(p *project) {
	for _, id := range slices.Clone(w.routings.order) {
		r, ok := w.routings.get(id)
		switch {
		case !ok || r.projectID != p.id:
		case r.deleteOnSync:
			w.routings.remove(id)
		case !r.synced:
			r.synced, r.published, r.lastUpdate = true, nil, w.now
			w.routings.put(id, r)
			w.startDNSCheck(r)
		}
	}
}

// startDNSCheck moves the domains of a routing through their checks. A name below
// example.com is found to point here; any other is not.
func (w *world) startDNSCheck(r *routing) {
	domains := slices.Clone(r.domains)
	for i := range domains {
		if domains[i].dns != "OK" {
			domains[i].dns = "CHECKING"
		}
		if r.ssl && domains[i].ssl == "INACTIVE" {
			domains[i].ssl = "WAITING_FOR_DNS"
		}
	}
	r.domains = domains
	w.routings.put(r.id, r)
	w.schedule(w.now.Add(w.scaled(dnsCheckTime)), func() { w.finishDNSCheck(r) })
}

func (w *world) finishDNSCheck(r *routing) {
	if _, there := w.routings.get(r.id); !there {
		return
	}
	domains := slices.Clone(r.domains)
	for i := range domains {
		d := &domains[i]
		d.checked = w.at()
		if !strings.HasSuffix(d.name, "example.com") {
			next := w.now.Add(10 * time.Minute)
			d.dns, d.dnsError, d.next = "FAILED", "no A or AAAA record of "+d.name+" points to this project", &next
			continue
		}
		d.dns, d.dnsError = "OK", ""
		if r.ssl && d.certificate == nil {
			d.ssl = "BEING_INSTALLED"
		}
	}
	r.domains = domains
	w.routings.put(r.id, r)
	w.schedule(w.now.Add(w.scaled(certificateTime)), func() { w.installCertificates(r) })
}

func (w *world) installCertificates(r *routing) {
	if _, there := w.routings.get(r.id); !there {
		return
	}
	domains := slices.Clone(r.domains)
	for i := range domains {
		if domains[i].ssl == "BEING_INSTALLED" {
			until := w.now.AddDate(0, 0, 90)
			domains[i].ssl, domains[i].certificate = "ACTIVE", &until
		}
	}
	r.domains = domains
	w.routings.put(r.id, r)
}

func revertRoutings(c *call) (any, error) {
	p, err := c.project(toWrite)
	if err != nil {
		return nil, err
	}
	w := c.world
	for _, id := range slices.Clone(w.routings.order) {
		r, ok := w.routings.get(id)
		switch {
		case !ok || r.projectID != p.id:
		case r.published != nil:
			restored := *r.published
			restored.deleteOnSync = false
			*r = restored
			w.routings.put(id, r)
		case !r.synced:
			w.routings.remove(id)
		default:
			r.deleteOnSync = false
			w.routings.put(id, r)
		}
	}
	return success(), nil
}

func checkDNS(c *call) (any, error) {
	r, err := c.routing(toWrite)
	if err != nil {
		return nil, err
	}
	if r.synced {
		c.world.startDNSCheck(r)
	}
	return success(), nil
}
