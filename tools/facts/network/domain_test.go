package network_test

import (
	"strings"
	"testing"

	"zerops-mcp/tools/facts/network"
	"zerops-mcp/zerops"
)

func TestDraftsOfOthers(t *testing.T) {
	t.Parallel()
	r := zerops.HTTPRouting{Domains: []zerops.RoutedDomain{{Name: "a.example.com"}, {Name: "b.example.com"}}}
	drafts := network.DomainDrafts([]zerops.HTTPRouting{r, {ID: "x", Synced: true}, {ID: "y", Synced: true, Delete: true}}, "none")
	if len(drafts) != 2 || !strings.HasPrefix(drafts[1], "delete") {
		t.Errorf("drafts: %q", drafts)
	}
}
