package network

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

type listDomainsIn struct {
	tool.InProject
	tool.Paging
}

type listDomainsOut struct {
	tool.Page[domainView]
	// Records are what the DNS of a domain has to say to lead here.
	Records []dnsRecord `json:"dns_records"`
}

// Cut keeps the records.
func (o listDomainsOut) Cut(n int) any {
	o.Page = o.First(n)
	return o
}

type domainView struct {
	Domain           string      `json:"domain"`
	RoutingID        string      `json:"routing_id"`
	Routes           []routeView `json:"routes"`
	SSL              bool        `json:"ssl"`
	DNSStatus        string      `json:"dns_status,omitempty"`
	SSLStatus        string      `json:"ssl_status,omitempty"`
	Problem          string      `json:"problem,omitempty"`
	ResolvedIPs      []string    `json:"resolved_ips,omitempty"`
	LastCheck        *time.Time  `json:"last_check,omitempty"`
	NextCheck        *time.Time  `json:"next_check,omitempty"`
	CertificateUntil *time.Time  `json:"certificate_until,omitempty"`
	Applied          bool        `json:"applied"`
	ToBeDeleted      bool        `json:"to_be_deleted,omitempty"`
	SharedWith       []string    `json:"shared_with,omitempty"`
}

type routeView struct {
	Path      string `json:"path"`
	Port      int    `json:"port"`
	Service   string `json:"service,omitempty"`
	ServiceID string `json:"service_id"`
	Rules     bool   `json:"rules,omitempty"`
}

type dnsRecord struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

func listDomains(ctx context.Context, c *tool.Call, in listDomainsIn) (listDomainsOut, error) {
	p, err := c.Project(ctx, in.Project)
	if err != nil {
		return listDomainsOut{}, err
	}
	routings, err := routings(ctx, c, p.ID)
	if err != nil {
		return listDomainsOut{}, err
	}
	views := []domainView{}
	for _, r := range routings {
		for _, d := range r.Domains {
			views = append(views, viewDomain(r, d))
		}
	}
	sort.SliceStable(views, func(i, j int) bool { return views[i].Domain < views[j].Domain })
	shown, err := tool.Paginate(views, in.Paging, p.ID)
	return listDomainsOut{Page: shown, Records: dnsRecords(p)}, err
}

// routings lists the routings of a project. Their rules can hold passwords, which
// are made known before anything can be shown.
func routings(ctx context.Context, c *tool.Call, projectID string) ([]zerops.HTTPRouting, error) {
	routings, _, err := zerops.Collect(c.API.HTTPRoutings(ctx, projectID), 0)
	for _, r := range routings {
		knowRules(c, r)
	}
	return routings, err
}

func knowRules(c *tool.Call, r zerops.HTTPRouting) {
	for _, l := range r.Routes {
		c.Redactor.Know(l.Passwords()...)
	}
}

func viewDomain(r zerops.HTTPRouting, d zerops.RoutedDomain) domainView {
	v := domainView{
		Domain: tool.Clean(d.Name, 253), RoutingID: r.ID, Routes: []routeView{}, SSL: r.SSL, Applied: r.Synced, ToBeDeleted: r.Delete,
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
		route := routeView{Path: tool.Clean(l.Path, 200), Port: l.Port, ServiceID: l.ServiceID, Rules: len(l.Config) > 0 && string(l.Config) != "null"}
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

// dnsRecords are the records that lead to a project's own addresses.
func dnsRecords(p zerops.Project) []dnsRecord {
	records := []dnsRecord{}
	if p.PublicIPv4 != "" {
		records = append(records, dnsRecord{"A", tool.Clean(p.PublicIPv4, 60)})
	}
	if p.PublicIPv6 != "" {
		records = append(records, dnsRecord{"AAAA", tool.Clean(p.PublicIPv6, 60)})
	}
	return records
}

// parseDomain forgives what people paste around a domain name and refuses what
// is none.
func parseDomain(text string) (string, error) {
	name := strings.ToLower(strings.TrimSpace(text))
	if _, rest, found := strings.Cut(name, "://"); found {
		name = rest
	}
	name = strings.TrimSuffix(strings.TrimSuffix(name, "/"), ".")
	labels := strings.Split(strings.TrimPrefix(name, "*."), ".")
	for _, label := range labels {
		if len(labels) < 2 || label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || strings.Trim(label, "-") != label {
			return "", tool.Invalid("domain", "%q is not a domain name such as www.example.com; write other alphabets as xn--…", tool.Clean(text, 80))
		}
	}
	switch {
	case len(name) > 253:
		return "", tool.Invalid("domain", "is longer than 253 characters")
	case strings.HasSuffix(name, ".zerops.app") || name == "zerops.app":
		return "", tool.Invalid("domain", "%s belongs to Zerops; set_subdomain_access opens the address of a service there", name)
	}
	return name, nil
}

// findDomain returns the routing that has the domain, nil where none has.
func findDomain(routings []zerops.HTTPRouting, name string) (*zerops.HTTPRouting, *zerops.RoutedDomain) {
	for i := range routings {
		for j := range routings[i].Domains {
			if strings.EqualFold(routings[i].Domains[j].Name, name) {
				return &routings[i], &routings[i].Domains[j]
			}
		}
	}
	return nil, nil
}

// otherDomainDrafts tells what a sync would apply beside one routing.
func otherDomainDrafts(routings []zerops.HTTPRouting, own string) []string {
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

// domainState reads a domain back; found is false once it is gone.
func domainState(ctx context.Context, c *tool.Call, projectID, name string) (view domainView, found bool, err error) {
	routings, err := routings(ctx, c, projectID)
	if err != nil {
		return domainView{}, false, err
	}
	r, d := findDomain(routings, name)
	if r == nil {
		return domainView{}, false, nil
	}
	return viewDomain(*r, *d), true, nil
}

// domainTaken explains a domain that another routing has, perhaps one that this
// token cannot see.
func domainTaken(name string, err error) error {
	if !zerops.HasCode(err, zerops.CodeDomainTaken) {
		return err
	}
	f := &tool.Failure{
		Code: request.CodeConflict, APICode: zerops.CodeDomainTaken, Operation: operationName(err),
		Message: fmt.Sprintf("the domain %s is already used by another routing, perhaps in another project or organisation; nothing was changed", name),
		Hint:    "Look with list_domains in your other projects and remove it there first with remove_domain.",
	}
	return f
}

func operationName(err error) string {
	if refusal, ok := errors.AsType[*zerops.Error](err); ok {
		return refusal.Operation.String()
	}
	return ""
}
