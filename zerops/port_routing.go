package zerops

import (
	"context"
	"iter"
)

// PortRouting opens a port of the project's own address to a port of a service.
// It needs a dedicated IPv4 or the IPv6 of the project; edits are drafts until a
// sync applies them (platform §4.14).
type PortRouting struct {
	ID        string `json:"id"`
	ProjectID string `json:"projectId"`
	ServiceID string `json:"serviceStackId"`
	PortRoutingSettings
	Synced bool `json:"isSynced"`
	Delete bool `json:"deleteOnSync"`
}

// PortRoutingSettings is the whole editable part of a port routing.
type PortRoutingSettings struct {
	IP           string   `json:"publicIpType"` // IP_V4 or IP_V6
	PublicPort   int      `json:"publicPort"`
	InternalPort int      `json:"internalPort"`
	Protocol     string   `json:"internalProtocol"` // tcp or udp
	Policy       string   `json:"firewallPolicy"`   // BLACKLIST keeps the ranges out, WHITELIST lets only them in
	Ranges       []string `json:"firewallIpRanges"`
	AllowMyIP    bool     `json:"firewallAllowMyIp"` // the address of whoever makes the request
}

// Kinds of addresses and firewall policies of a port routing.
const (
	IPv4        = "IP_V4"
	IPv6        = "IP_V6"
	DenyRanges  = "BLACKLIST"
	AllowRanges = "WHITELIST"
)

// PortRoutings lists the open ports of a service, drafts included (operation
// GetServiceStackPublicPortRouting).
func (c *Client) PortRoutings(ctx context.Context, serviceID string) iter.Seq2[PortRouting, error] {
	return list[PortRouting](ctx, c, GetServiceStackPublicPortRouting, serviceID, ListOptions{})
}

// CreatePortRouting drafts an open port (operation
// PostServiceStackPublicPortRouting).
func (c *Client) CreatePortRouting(ctx context.Context, serviceID string, s PortRoutingSettings) (PortRouting, error) {
	if s.Ranges == nil {
		s.Ranges = []string{}
	}
	return fetch[PortRouting](ctx, c, Call{Operation: PostServiceStackPublicPortRouting, Path: []string{serviceID}, Body: s})
}

// DeletePortRouting removes a draft at once and marks an applied routing for the
// next sync. It reports whether it is gone (operation DeletePublicPortRouting).
func (c *Client) DeletePortRouting(ctx context.Context, id string) (gone bool, err error) {
	answer, err := fetch[struct {
		Deleted bool `json:"deleted"`
	}](ctx, c, Call{Operation: DeletePublicPortRouting, Path: []string{id}})
	return answer.Deleted, err
}

// RestorePortRouting takes back that a port is to be closed (operation
// PutPublicPortRoutingRestore).
func (c *Client) RestorePortRouting(ctx context.Context, id string) (PortRouting, error) {
	return fetch[PortRouting](ctx, c, Call{Operation: PutPublicPortRoutingRestore, Path: []string{id}, Body: empty{}})
}

// SyncPortRoutings applies all drafts of a project, deletions and those of other
// people too (operation PutProjectSyncPublicPortRouting).
func (c *Client) SyncPortRoutings(ctx context.Context, projectID string) (Process, error) {
	return fetch[Process](ctx, c, Call{Operation: PutProjectSyncPublicPortRouting, Path: []string{projectID}, Body: empty{}})
}
