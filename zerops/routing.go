package zerops

import (
	"context"
	"iter"
)

// HTTPRouting sends custom domains to services. Edits are drafts until a sync
// applies them (platform facts §4.14).
type HTTPRouting struct {
	ID      string           `json:"id"`
	SSL     bool             `json:"sslEnabled"`
	CDN     bool             `json:"cdnEnabled"`
	Synced  bool             `json:"isSynced"`
	Delete  bool             `json:"deleteOnSync"`
	Domains []RoutedDomain   `json:"domains"`
	Routes  []RoutedLocation `json:"locations"`
}

// RoutedDomain is one domain of a routing with the state of its DNS and
// certificate.
type RoutedDomain struct {
	Name      string `json:"domainName"`
	DNSStatus string `json:"dnsCheckStatus"` // PENDING, CHECKING, OK or FAILED
	SSLStatus string `json:"sslStatus"`      // WAITING_FOR_DNS, BEING_INSTALLED, ACTIVE, BEING_RENEWED or INACTIVE
}

// RoutedLocation sends a path of the domains to a port of a service.
type RoutedLocation struct {
	Path      string `json:"path"`
	Port      int    `json:"port"`
	ServiceID string `json:"serviceStackId"`
}

// HTTPRoutings lists the domain routings of a project (operation
// GetProjectPublicHttpRouting).
func (c *Client) HTTPRoutings(ctx context.Context, projectID string) iter.Seq2[HTTPRouting, error] {
	return list[HTTPRouting](ctx, c, GetProjectPublicHttpRouting, projectID, ListOptions{})
}
