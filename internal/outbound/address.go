package outbound

import "net/netip"

// Reachable reports whether an address may be connected to.
func (g *Guard) Reachable(ip netip.Addr) bool {
	ip = ip.Unmap()
	for _, n := range g.Networks {
		if n.Contains(ip) {
			return true
		}
	}
	if ip.IsLoopback() {
		return g.Loopback
	}
	return isPublic(ip)
}

// isPublic reports whether an address is one of the internet's. What is in none of
// the special registries is (RFC 6890); of IPv6 only 2000::/3 is given out, so the
// rest, also what carries an IPv4 address inside, is not.
func isPublic(ip netip.Addr) bool {
	if !ip.IsValid() || !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	special := specialIPv4()
	if ip.Is6() {
		if !netip.MustParsePrefix("2000::/3").Contains(ip) {
			return false
		}
		special = specialIPv6()
	}
	for _, n := range special {
		if n.Contains(ip) {
			return false
		}
	}
	return true
}

func specialIPv4() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"),       // this network, RFC 791
		netip.MustParsePrefix("100.64.0.0/10"),   // carrier NAT, RFC 6598
		netip.MustParsePrefix("192.0.0.0/24"),    // protocol assignments, RFC 6890
		netip.MustParsePrefix("192.0.2.0/24"),    // documentation, RFC 5737
		netip.MustParsePrefix("192.88.99.0/24"),  // 6to4 relays, RFC 7526
		netip.MustParsePrefix("198.18.0.0/15"),   // benchmarks, RFC 2544
		netip.MustParsePrefix("198.51.100.0/24"), // documentation
		netip.MustParsePrefix("203.0.113.0/24"),  // documentation
		netip.MustParsePrefix("240.0.0.0/4"),     // reserved, RFC 1112
	}
}

func specialIPv6() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("2001::/23"),     // protocol assignments with Teredo, RFC 2928
		netip.MustParsePrefix("2001:db8::/32"), // documentation, RFC 3849
		netip.MustParsePrefix("2002::/16"),     // 6to4, carries an IPv4 address, RFC 3056
		netip.MustParsePrefix("3fff::/20"),     // documentation, RFC 9637
	}
}
