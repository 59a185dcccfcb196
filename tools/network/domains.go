package network

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"

	"zerops-mcp/tools/facts/network"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

type listDomainsIn struct {
	tool.InProject
	tool.Paging
}

type listDomainsOut struct {
	tool.Page[network.Domain]
	// Records are what the DNS of a domain has to say to lead here.
	Records []network.DNSRecord `json:"dns_records"`
}

// Cut keeps the records.
func (o listDomainsOut) Cut(n int) any {
	o.Page = o.First(n)
	return o
}

func listDomains(ctx context.Context, c *tool.Call, in *listDomainsIn) (*listDomainsOut, error) {
	p, err := c.Project(ctx, in.Project)
	if err != nil {
		return nil, err
	}
	routings, err := network.Routings(ctx, c, p.ID)
	if err != nil {
		return nil, err
	}
	views := []network.Domain{}
	for _, r := range routings {
		for _, d := range r.Domains {
			views = append(views, network.ViewDomain(r, d))
		}
	}
	sort.SliceStable(views, func(i, j int) bool { return views[i].Domain < views[j].Domain })
	shown, err := tool.Paginate(views, in.Paging, p.ID)
	return &listDomainsOut{Page: shown, Records: network.DNSRecords(p)}, err
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
