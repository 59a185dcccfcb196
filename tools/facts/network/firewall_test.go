package network_test

import (
	"fmt"
	"net/netip"
	"testing"

	"zerops-mcp/tools/facts/network"
	"zerops-mcp/zerops"
)

func TestOpenToEverybody(t *testing.T) {
	t.Parallel()
	but := func(without string) (ranges []string) { // all of IPv4 but 203.0.113.0/24
		for bits := 1; bits <= 24; bits++ {
			ip := uint32(203)<<24 | 113<<8
			ip = ip>>(32-bits)<<(32-bits) ^ 1<<(32-bits)
			ranges = append(ranges, fmt.Sprintf("%d.%d.%d.%d/%d", ip>>24, ip>>16&255, ip>>8&255, ip&255, bits))
		}
		return append(ranges, without)
	}
	for _, c := range []struct {
		policy string
		ranges []string
		open   bool
	}{
		{zerops.DenyRanges, nil, true},
		{zerops.DenyRanges, []string{"198.51.100.0/24"}, true},
		{"", []string{"198.51.100.0/24"}, true},
		{"SOMETHING", []string{"198.51.100.0/24"}, true},
		{zerops.AllowRanges, nil, false},
		{zerops.AllowRanges, []string{"198.51.100.0/24", "2001:db8::/32"}, false},
		{zerops.AllowRanges, []string{"198.51.100.7", "10.0.0.0/8", "fd00::/8"}, false},
		{zerops.AllowRanges, []string{"fc00::/7", "ff00::/8"}, false},
		{zerops.AllowRanges, []string{"0.0.0.0/0"}, true},
		{zerops.AllowRanges, []string{"::/0"}, true},
		{zerops.AllowRanges, []string{"203.0.113.9/0"}, true},
		{zerops.AllowRanges, []string{"0.0.0.0/1", "128.0.0.0/1"}, true},
		{zerops.AllowRanges, []string{"0.0.0.0/2", "64.0.0.0/2"}, true},
		{zerops.AllowRanges, []string{"10.0.0.0/8", "10.0.0.0/9", "10.0.0.0/8"}, false},
		{zerops.AllowRanges, []string{"8.0.0.0/6", "12.0.0.0/6"}, true},
		{zerops.AllowRanges, []string{"2001::/16", "2003::/16", "2400::/6", "2800::/5"}, true},
		{zerops.AllowRanges, []string{"2001:db8:1::/48", "2001:db8:4000::/36"}, false},
		{zerops.AllowRanges, []string{"::/1", "8000::/1"}, true},
		{zerops.AllowRanges, []string{"2000::/3"}, true},
		{zerops.AllowRanges, []string{"2000::/4"}, true},
		{zerops.AllowRanges, []string{"2000::/5"}, true},
		{zerops.AllowRanges, []string{"::ffff:0.0.0.0/97", "::ffff:128.0.0.0/97"}, true},
		{zerops.AllowRanges, []string{"::ffff:0:0/95"}, true},
		{zerops.AllowRanges, []string{"::ffff:198.51.100.7"}, false},
		{zerops.AllowRanges, []string{"198.51.100.0/24", "whoever"}, true},
		{zerops.AllowRanges, []string{"fe80::1%eth0"}, true},
		{zerops.AllowRanges, but("203.0.113.5"), true},
		{zerops.AllowRanges, but("")[:3], true},
		{zerops.AllowRanges, but("")[6:9], false},
	} {
		if open := network.OpenToEverybody(c.policy, c.ranges); open != c.open {
			t.Errorf("%s %v: open to everybody is %t", c.policy, c.ranges, open)
		}
	}
}

func FuzzParseRange(f *testing.F) {
	for _, seed := range []string{"10.0.0.0/8", "203.0.113.7", "2001:db8::/32", "fe80::1%eth0", "::ffff:10.0.0.1/100", "10.1.2.3/8", "1.2.3.4/33"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := network.ParseRange(text)
		if err != nil {
			return
		}
		if again, err := netip.ParsePrefix(p.String()); err != nil || again != p || p.Masked() != p {
			t.Errorf("%q became %v, then %v, %v", text, p, again, err)
		}
	})
}
