package network

import (
	"context"
	"slices"
	"strings"
	"time"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Domain is a domain of a routing as all tools show it.
type Domain struct {
	Domain           string     `json:"domain"`
	RoutingID        string     `json:"routing_id"`
	Routes           []Route    `json:"routes"`
	SSL              bool       `json:"ssl"`
	DNSStatus        string     `json:"dns_status,omitempty"`
	SSLStatus        string     `json:"ssl_status,omitempty"`
	Problem          string     `json:"problem,omitempty"`
	ResolvedIPs      []string   `json:"resolved_ips,omitempty"`
	LastCheck        *time.Time `json:"last_check,omitempty"`
	NextCheck        *time.Time `json:"next_check,omitempty"`
	CertificateUntil *time.Time `json:"certificate_until,omitempty"`
	Applied          bool       `json:"applied"`
	ToBeDeleted      bool       `json:"to_be_deleted,omitempty"`
	SharedWith       []string   `json:"shared_with,omitempty"`
}

// Route is a path of a domain, and the port that it leads to.
type Route struct {
	Path      string `json:"path"`
	Port      int    `json:"port"`
	Service   string `json:"service,omitempty"`
	ServiceID string `json:"service_id"`
	Rules     bool   `json:"rules,omitempty"`
}

// DNSRecord is a record that the DNS of a domain needs.
type DNSRecord struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// Routings lists the routings of a project. Their rules can hold passwords, which
// are made known before anything can be shown.
func Routings(ctx context.Context, c *tool.Call, projectID string) ([]zerops.HTTPRouting, error) {
	routings, _, err := zerops.Collect(c.API.HTTPRoutings(ctx, projectID), 0)
	for _, r := range routings {
		KnowRules(c, r)
	}
	return routings, err
}

// KnowRules makes the passwords in the rules of a routing known to the redactor.
func KnowRules(c *tool.Call, r zerops.HTTPRouting) {
	for _, l := range r.Routes {
		c.Redactor.Know(l.Passwords()...)
	}
}

// ViewDomain is a domain of a routing as all tools show it.
func ViewDomain(r zerops.HTTPRouting, d zerops.RoutedDomain) Domain {
	v := Domain{
		Domain: tool.Clean(d.Name, 253), RoutingID: r.ID, Routes: []Route{}, SSL: r.SSL, Applied: r.Synced, ToBeDeleted: r.Delete,
		DNSStatus: tool.Clean(d.DNSStatus, 40), SSLStatus: tool.Clean(d.SSLStatus, 40), LastCheck: tool.TimeOrNil(d.LastCheck), NextCheck: tool.TimeOrNil(d.NextCheck),
		Problem: domainProblem(d),
	}
	if d.Certificate != nil {
		v.CertificateUntil = tool.TimeOrNil(d.Certificate.Until)
	}
	if d.Detail != nil {
		for _, ip := range d.Detail.Addresses[:min(len(d.Detail.Addresses), 10)] {
			v.ResolvedIPs = append(v.ResolvedIPs, tool.Clean(ip, 60))
		}
	}
	for _, l := range r.Routes {
		route := Route{Path: tool.Clean(l.Path, 200), Port: l.Port, ServiceID: l.ServiceID, Rules: !l.Config.Empty()}
		if l.Service != nil {
			route.Service = tool.Clean(l.Service.Name, 40)
		}
		v.Routes = append(v.Routes, route)
	}
	for _, other := range r.Domains {
		if other.Name != d.Name && len(v.SharedWith) < 20 {
			v.SharedWith = append(v.SharedWith, tool.Clean(other.Name, 253))
		}
	}
	return v
}

// domainProblem puts what the platform found into words.
func domainProblem(d zerops.RoutedDomain) string {
	var words []string
	if d.Detail != nil {
		words = append(words, d.Detail.WildcardError)
		for _, challenge := range d.Detail.Challenges[:min(len(d.Detail.Challenges), 3)] {
			if challenge.Error != "" {
				words = append(words, challenge.Host+": "+challenge.Error)
			}
		}
	}
	words = append(words, d.SSLError)
	words = slices.DeleteFunc(words, func(s string) bool { return s == "" })
	if len(words) == 0 && d.DNSStatus == "FAILED" {
		words = append(words, "its DNS does not lead to this project")
	}
	return tool.Clean(strings.Join(words, "; "), 300)
}

// DNSRecords are the records that lead to a project's own addresses.
func DNSRecords(p zerops.Project) []DNSRecord {
	records := []DNSRecord{}
	if p.PublicIPv4 != "" {
		records = append(records, DNSRecord{"A", tool.Clean(p.PublicIPv4, 60)})
	}
	if p.PublicIPv6 != "" {
		records = append(records, DNSRecord{"AAAA", tool.Clean(p.PublicIPv6, 60)})
	}
	return records
}

// FindDomain returns the routing that has the domain, nil where none has.
func FindDomain(routings []zerops.HTTPRouting, name string) (*zerops.HTTPRouting, *zerops.RoutedDomain) {
	for i := range routings {
		for j := range routings[i].Domains {
			if strings.EqualFold(routings[i].Domains[j].Name, name) {
				return &routings[i], &routings[i].Domains[j]
			}
		}
	}
	return nil, nil
}

// DomainDrafts tells what a sync would apply beside one routing.
func DomainDrafts(routings []zerops.HTTPRouting, own string) []string {
	var drafts []string
	for _, r := range routings {
		if r.ID == own || r.Synced && !r.Delete {
			continue
		}
		var names []string
		for _, d := range r.Domains[:min(len(r.Domains), 5)] {
			names = append(names, tool.Clean(d.Name, 80))
		}
		what := "change "
		if r.Delete {
			what = "delete "
		}
		drafts = append(drafts, what+strings.Join(names, ", "))
	}
	return drafts
}

// DomainState reads a domain back; found is false once it is gone.
func DomainState(ctx context.Context, c *tool.Call, projectID, name string) (view Domain, found bool, err error) {
	routings, err := Routings(ctx, c, projectID)
	if err != nil {
		return Domain{}, false, err
	}
	r, d := FindDomain(routings, name)
	if r == nil {
		return Domain{}, false, nil
	}
	return ViewDomain(*r, *d), true, nil
}
