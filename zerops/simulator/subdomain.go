package simulator

import (
	"fmt"
	"strconv"
	"time"
)

const (
	subdomainTime = 700 * time.Millisecond
	// portsTime is how long after a deployment its ports are declared and not yet open
	// (platform §10.3), and portsLate how long no address can be made for open ones.
	portsTime = 8 * time.Second
	portsLate = time.Second
)

func subdomainRoutes() []route {
	return []route{
		{op: "PutServiceStackEnableSubdomainAccess", handle: enableSubdomain},
		{op: "PutServiceStackDisableSubdomainAccess", handle: disableSubdomain},
	}
}

// subdomainURLs are the addresses of a service's HTTP ports. They are names: they
// say nothing about whether access is on.
func (w *world) subdomainURLs(s *service) []string {
	p := w.projectOf(s)
	if p == nil {
		return nil
	}
	ports := s.httpPorts()
	if len(ports) == 0 && s.kind().runtime() {
		ports = []port{{number: 80}}
	}
	var urls []string
	for _, at := range ports {
		suffix := ""
		if at.number != 80 {
			suffix = "-" + strconv.Itoa(at.number)
		}
		urls = append(urls, fmt.Sprintf("https://%s-%s%s.prg1.zerops.app", s.name, p.subdomainHost, suffix))
	}
	return urls
}

// refreshSubdomain writes the addresses into the variable zeropsSubdomain.
func (w *world) refreshSubdomain(s *service) {
	for _, v := range w.variablesOf(s.projectID, s.id) {
		if v.key != "zeropsSubdomain" {
			continue
		}
		v.content = ""
		for i, url := range w.subdomainURLs(s) {
			if i > 0 {
				v.content += "\n"
			}
			v.content += url
		}
		v.lastUpdate = w.now
		w.variables.put(v.id, v)
	}
}

// enableSubdomain accepts a second request for a service that is public already:
// its process then fails (platform §4.8).
func enableSubdomain(c *call) (any, error) {
	s, err := c.service(toWrite)
	if err != nil {
		return nil, err
	}
	if err := c.runnable(s); err != nil {
		return nil, err
	}
	if len(s.httpPorts()) == 0 || c.world.now.Before(s.portsOpenAt) {
		return nil, refuse("serviceStackIsNotHttp", "Service stack is not http or https")
	}
	if c.world.now.Before(s.portsOpenAt.Add(c.world.scaled(portsLate))) {
		return nil, refuse("noSubdomainPorts", "No subdomain ports")
	}
	if s.subdomain {
		return c.world.processView(c.switchSubdomain(s, true, &problem{"noSubdomainPorts", "No subdomain ports"})), nil
	}
	return c.world.processView(c.switchSubdomain(s, true, nil)), nil
}

func disableSubdomain(c *call) (any, error) {
	s, err := c.service(toWrite)
	if err != nil {
		return nil, err
	}
	if err := c.workable(s); err != nil {
		return nil, err
	}
	if !s.subdomain {
		return nil, refuse("serviceStackSubdomainAccessAlreadyDisabled", "Subdomain access is already disabled")
	}
	return c.world.processView(c.switchSubdomain(s, false, nil)), nil
}

// switchSubdomain starts the process; the flag of the service follows the process
// with a delay.
func (c *call) switchSubdomain(s *service, on bool, doomed *problem) *process {
	w := c.world
	action := "stack.disableSubdomainAccess"
	if on {
		action = "stack.enableSubdomainAccess"
	}
	return w.start(job{
		action: action, project: w.projectOf(s), services: []*service{s}, by: c.actor(), takes: subdomainTime, doomed: doomed,
		finish: func() {
			s.subdomain = on
			w.schedule(w.now.Add(w.scaled(2*time.Second)), func() {
				s.subdomainShown, s.lastUpdate = s.subdomain, w.now
				if _, there := w.services.get(s.id); there {
					w.services.put(s.id, s)
				}
			})
		},
	})
}
