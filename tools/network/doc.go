// Package network has the tools of domains, public ports and subdomain addresses. It
// uses readers and no other room.
package network
