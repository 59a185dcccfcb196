package network

import (
	"net/netip"
	"slices"
	"strings"

	"zerops-mcp/zerops"
)

// ParseRange accepts a range, or an address as a range of one. Addresses of IPv4 that
// are written in the form of IPv6 are what they stand for.
func ParseRange(text string) (netip.Prefix, error) {
	text = strings.TrimSpace(text)
	if ip, err := netip.ParseAddr(text); err == nil && ip.Zone() == "" {
		ip = ip.Unmap()
		return netip.PrefixFrom(ip, ip.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(text)
	if ip := prefix.Addr(); err == nil && ip.Is4In6() && prefix.Bits() >= mapped {
		prefix = netip.PrefixFrom(ip.Unmap(), prefix.Bits()-mapped)
	}
	return prefix.Masked(), err
}

// mapped is how many bits stand before an address of IPv4 in the form of IPv6.
const mapped = 96

// OpenToEverybody reports whether a firewall lets in whoever comes: it has no
// allow-list, one that cannot be read, or one whose ranges together are more than any
// guest has. Several ranges can add up to what one says (0.0.0.0/1 and 128.0.0.0/1), and
// leaving a part out does not make it a list of known guests. Of IPv6 hardly anything is
// given out, so that a small part of it is nearly everybody.
func OpenToEverybody(policy string, ranges []string) bool {
	if policy != zerops.AllowRanges {
		return true
	}
	var all []netip.Prefix
	for _, text := range ranges {
		prefix, err := ParseRange(text)
		if err != nil {
			return true
		}
		all = append(all, prefix)
	}
	const (
		known4 = 1.0 / 32        // a /5
		known6 = 1.0 / (1 << 16) // a /19 of 2000::/3, the most that one provider has
	)
	return share(all, netip.MustParsePrefix("0.0.0.0/0")) >= known4 || share(all, netip.MustParsePrefix("::ffff:0:0/96")) >= known4 ||
		share(all, netip.MustParsePrefix("2000::/3")) >= known6
}

// Reach tells from which kinds of address somebody can come through a firewall.
func Reach(policy string, ranges []string) (ipv4, ipv6 bool) {
	if policy != zerops.AllowRanges {
		return true, true
	}
	for _, text := range ranges {
		prefix, err := ParseRange(text)
		ipv4 = ipv4 || err != nil || prefix.Addr().Is4()
		ipv6 = ipv6 || err != nil || prefix.Addr().Is6()
	}
	return ipv4, ipv6
}

// share is the part of the space that the ranges cover together. All that is routed on
// the internet in IPv6 begins with the three bits of 2000::/3.
func share(ranges []netip.Prefix, space netip.Prefix) float64 {
	ranges = slices.SortedFunc(slices.Values(ranges), func(a, b netip.Prefix) int { return a.Bits() - b.Bits() })
	var counted []netip.Prefix
	part := 0.0
	for _, r := range ranges {
		if !r.Overlaps(space) || slices.ContainsFunc(counted, r.Overlaps) {
			continue // of two ranges that overlap one holds the other
		}
		counted = append(counted, r)
		size := 1.0
		for range r.Bits() - space.Bits() {
			size /= 2
		}
		part += size
	}
	return part
}
