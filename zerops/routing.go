package zerops

import (
	"context"
	"encoding/json"
	"iter"
)

// HTTPRouting sends custom domains to services. Edits are drafts until a sync
// applies them (platform §4.14).
type HTTPRouting struct {
	ID        string           `json:"id"`
	ProjectID string           `json:"projectId"`
	SSL       bool             `json:"sslEnabled"`
	CDN       bool             `json:"cdnEnabled"`
	Synced    bool             `json:"isSynced"`
	Delete    bool             `json:"deleteOnSync"`
	Domains   []RoutedDomain   `json:"domains"`
	Routes    []RoutedLocation `json:"locations"`
}

// RoutedDomain is one domain of a routing with the state of its DNS and
// certificate.
type RoutedDomain struct {
	Name        string       `json:"domainName"`
	DNSStatus   string       `json:"dnsCheckStatus"` // PENDING, CHECKING, OK or FAILED
	SSLStatus   string       `json:"sslStatus"`      // WAITING_FOR_DNS, BEING_INSTALLED, ACTIVE, BEING_RENEWED or INACTIVE
	LastCheck   Time         `json:"lastDnsCheckAt"`
	NextCheck   Time         `json:"nextDnsCheckAt"`
	Detail      *DNSDetail   `json:"lastDnsCheckDetail"`
	SSLError    string       `json:"sslCertificateInstallationError"`
	Certificate *Certificate `json:"deployedSslCertificate"`
}

// DNSDetail is what the platform found when it last looked a domain up.
type DNSDetail struct {
	WildcardError string   `json:"wildcardCnameCheckError"`
	Addresses     []string `json:"resolvedIpAddresses"`
	Challenges    []struct {
		Host  string `json:"challengeHost"`
		Error string `json:"error"`
	} `json:"challenges"`
}

// Certificate is the certificate that a domain is served with.
type Certificate struct {
	From  Time `json:"validFrom"`
	Until Time `json:"validTill"`
}

// RoutedLocation sends a path of the domains to a port of a service. Config is
// kept as the API writes it, because an update must send it back; it may hold
// passwords.
type RoutedLocation struct {
	Path      string `json:"path"`
	Port      int    `json:"port"`
	ServiceID string `json:"serviceStackId"`
	Config    Secret `json:"config"`
	Service   *struct {
		Name string `json:"serviceStackName"`
	} `json:"serviceStackInfo,omitempty"`
}

// Guarded reports that the location asks its visitors for something, or lets in some
// networks only.
func (l RoutedLocation) Guarded() bool {
	var config struct {
		BasicAuth    json.RawMessage `json:"basicAuth"`
		AccessPolicy json.RawMessage `json:"accessPolicy"`
	}
	given := func(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }
	return !l.Config.Empty() && (decode([]byte(l.Config.open()), &config) != nil || given(config.BasicAuth) || given(config.AccessPolicy))
}

// Passwords returns the passwords that visitors of the location are asked for.
func (l RoutedLocation) Passwords() []Secret {
	var config struct {
		BasicAuth *struct {
			Users []struct {
				Password Secret `json:"password"`
			} `json:"users"`
		} `json:"basicAuth"`
	}
	if l.Config.Empty() || decode([]byte(l.Config.open()), &config) != nil || config.BasicAuth == nil {
		return nil
	}
	var passwords []Secret
	for _, user := range config.BasicAuth.Users {
		passwords = append(passwords, user.Password)
	}
	return passwords
}

// HTTPRoutingSettings is the whole editable part of a routing: what an update
// leaves out is lost.
type HTTPRoutingSettings struct {
	SSL     bool               `json:"sslEnabled"`
	CDN     bool               `json:"cdnEnabled"`
	Domains []string           `json:"domains"`
	Routes  []LocationSettings `json:"locations"`
}

// LocationSettings is the editable part of a location.
type LocationSettings struct {
	Path      string   `json:"path"`
	Port      int      `json:"port"`
	ServiceID string   `json:"serviceStackId"`
	Config    returned `json:"config"`
}

// Settings returns what an update of the routing has to send to change nothing.
func (r HTTPRouting) Settings() HTTPRoutingSettings {
	s := HTTPRoutingSettings{SSL: r.SSL, CDN: r.CDN, Domains: []string{}, Routes: []LocationSettings{}}
	for _, d := range r.Domains {
		s.Domains = append(s.Domains, d.Name)
	}
	for _, l := range r.Routes {
		s.Routes = append(s.Routes, LocationSettings{Path: l.Path, Port: l.Port, ServiceID: l.ServiceID, Config: returned{l.Config}})
	}
	return s
}

// HTTPRoutings lists the domain routings of a project, drafts included (operation
// GetProjectPublicHttpRouting).
func (c *Client) HTTPRoutings(ctx context.Context, projectID string) iter.Seq2[HTTPRouting, error] {
	return list[HTTPRouting](ctx, c, GetProjectPublicHttpRouting, projectID, ListOptions{})
}

// HTTPRouting returns one routing (operation GetPublicHttpRouting).
func (c *Client) HTTPRouting(ctx context.Context, id string) (HTTPRouting, error) {
	return fetch[HTTPRouting](ctx, c, Call{Operation: GetPublicHttpRouting, Path: []string{id}})
}

// CreateHTTPRouting drafts a routing; nothing is served before a sync (operation
// PostProjectPublicHttpRouting).
func (c *Client) CreateHTTPRouting(ctx context.Context, projectID string, s HTTPRoutingSettings) (HTTPRouting, error) {
	return fetch[HTTPRouting](ctx, c, Call{Operation: PostProjectPublicHttpRouting, Path: []string{projectID}, Body: s})
}

// UpdateHTTPRouting replaces the settings of a routing, as a draft (operation
// PutPublicHttpRouting).
func (c *Client) UpdateHTTPRouting(ctx context.Context, id string, s HTTPRoutingSettings) (HTTPRouting, error) {
	return fetch[HTTPRouting](ctx, c, Call{Operation: PutPublicHttpRouting, Path: []string{id}, Body: s})
}

// DeleteHTTPRouting removes a draft at once and marks an applied routing for the
// next sync. It reports whether it is gone (operation DeletePublicHttpRouting).
func (c *Client) DeleteHTTPRouting(ctx context.Context, id string) (gone bool, err error) {
	answer, err := fetch[struct {
		Deleted bool `json:"deleted"`
	}](ctx, c, Call{Operation: DeletePublicHttpRouting, Path: []string{id}})
	return answer.Deleted, err
}

// RestoreHTTPRouting takes back that a routing is to be deleted (operation
// PutPublicHttpRoutingRestore).
func (c *Client) RestoreHTTPRouting(ctx context.Context, id string) (HTTPRouting, error) {
	return fetch[HTTPRouting](ctx, c, Call{Operation: PutPublicHttpRoutingRestore, Path: []string{id}, Body: empty{}})
}

// SyncHTTPRoutings applies all drafts of a project, deletions and those of other
// people too (operation PutProjectSyncPublicHttpRouting).
func (c *Client) SyncHTTPRoutings(ctx context.Context, projectID string) (Process, error) {
	return fetch[Process](ctx, c, Call{Operation: PutProjectSyncPublicHttpRouting, Path: []string{projectID}, Body: empty{}})
}

// CheckDomains makes the platform look domains of a routing up again (operation
// PutPublicHttpRoutingTriggerDomainsDnsCheck).
func (c *Client) CheckDomains(ctx context.Context, id string, domains []string) error {
	_, err := c.Do(ctx, Call{Operation: PutPublicHttpRoutingTriggerDomainsDnsCheck, Path: []string{id}, Body: struct {
		Domains []string `json:"domains"`
	}{domains}})
	return err
}
