package risk

import (
	"fmt"
	"net/netip"
	"testing"

	"idpond/internal/userpool"
)

// entry is a sign-in at a place, as the history has it.
func entry(response, device, ip string, challenges ...string) *userpool.AuthEvent {
	e := &userpool.AuthEvent{Type: userpool.EventSignIn, Response: response, Context: userpool.EventContext{DeviceName: device, IPAddress: ip}}
	for _, c := range challenges {
		e.Challenges = append(e.Challenges, userpool.ChallengeResponse{Name: userpool.EventPassword, Response: c})
	}
	return e
}

func said(value string, e *userpool.AuthEvent) *userpool.AuthEvent {
	judged := *e
	judged.Feedback = &userpool.EventFeedback{Value: value}
	return &judged
}

func times(n int, e *userpool.AuthEvent) []*userpool.AuthEvent {
	list := make([]*userpool.AuthEvent, n)
	for i := range list {
		list[i] = e
	}
	return list
}

// TestLevels is the model: what a sign-in from Chrome on Linux at 192.0.2.7 is after a
// history, newest entry first.
func TestLevels(t *testing.T) {
	const linux, mac = "Chrome 126, Linux", "Safari 17, Mac OS X"
	wrong := entry("Fail", mac, "203.0.113.9", "Failure")
	home := entry("Pass", linux, "192.0.2.7", "Success")
	type history = []*userpool.AuthEvent
	for _, tt := range []struct {
		name    string
		history history
		want    string // level
	}{
		{"first of all", nil, ""},
		{"first after the sign-up", history{{Type: userpool.EventSignUp, Response: "InProgress"}}, ""},
		{"first, a password was mistyped twice", times(2, wrong), ""},
		{"first, a password was tried three times", times(3, wrong), "Low"},
		{"first, a password was tried ten times", times(10, wrong), "Medium"},
		{"nothing but wrong answers, as far as is read", times(historyRead, wrong), "High"},
		{"as before", history{home}, ""},
		{"same network, newer browser", history{entry("Pass", "Chrome 125, Linux", "192.0.2.200")}, ""},
		{"other browser", history{entry("Pass", mac, "192.0.2.7")}, "Low"},
		{"other network", history{entry("Pass", linux, "192.0.3.7")}, "Low"},
		{"both are new", history{entry("Pass", mac, "203.0.113.9")}, "Medium"},
		{"each was seen, but not together", history{entry("Pass", mac, "192.0.2.9"), entry("Pass", linux, "203.0.113.9")}, ""},
		{"both are new after many tries", append(times(3, wrong), entry("Pass", mac, "203.0.113.9")), "High"},
		{"tries before the last that passed", append(history{home}, times(20, wrong)...), ""},
		{"refused sign-ins make nothing known", history{entry("Fail", linux, "192.0.2.7", "Success"), entry("Pass", mac, "203.0.113.9")}, "Medium"},
		{"unfinished ones neither", history{entry("InProgress", linux, "192.0.2.7", "Success"), entry("Pass", mac, "203.0.113.9")}, "Medium"},
		{"the user vouched for a refused one", history{said("Valid", entry("Fail", linux, "192.0.2.7", "Success")), entry("Pass", mac, "203.0.113.9")}, ""},
		{"not me, from this network", history{said("Invalid", entry("Pass", mac, "192.0.2.9")), home}, "High"},
		{"not me, on such a device elsewhere", history{said("Invalid", entry("Pass", linux, "203.0.113.9")), home}, "Low"},
		{"what was not me makes nothing known", history{said("Invalid", entry("Pass", mac, "203.0.113.9"))}, "Medium"},
		{"Valid later takes it back", history{said("Valid", home), said("Invalid", entry("Pass", linux, "192.0.2.9"))}, ""},
		{"Invalid later counts", history{said("Invalid", home), said("Valid", entry("Pass", linux, "192.0.2.9"))}, "High"},
		{"no device told", history{entry("Pass", "", "192.0.2.7")}, "Low"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			at := placeOf(userpool.EventContext{DeviceName: linux, IPAddress: "192.0.2.7"})
			if got := levelOf(points(tt.history, at)); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
	if got := levelOf(points(history{home}, placeOf(userpool.EventContext{IPAddress: "192.0.2.7"}))); got != "Low" {
		t.Errorf("a sign-in that hides its device is %q", got)
	}
}

func TestPlaces(t *testing.T) {
	for _, tt := range []struct{ ip, network string }{
		{"192.0.2.7", "192.0.2.0/24"}, {"::ffff:192.0.2.7", "192.0.2.0/24"}, {"2001:db8:1:2::3", "2001:db8:1::/48"},
		{"fe80::1%eth0", "fe80::/48"}, {"", ""}, {"nowhere", ""},
	} {
		if got := placeOf(userpool.EventContext{IPAddress: tt.ip}).network; got != tt.network {
			t.Errorf("%s is in %q, want %q", tt.ip, got, tt.network)
		}
	}
	for device, want := range map[string]string{
		"Chrome 126, Windows": "Chrome, Windows", "Other, Linux": "Other, Linux", "Pixel 8": "Pixel 8", "Ada's phone, blue": "Ada's phone, blue",
	} {
		if got := withoutVersion(device); got != want {
			t.Errorf("%s is %q, want %q", device, got, want)
		}
	}
}

func TestNetworks(t *testing.T) {
	r := &userpool.RiskConfiguration{Exceptions: &userpool.RiskExceptions{
		BlockedIPRangeList: []string{"192.0.2.0/24", "2001:db8::/32"}, SkippedIPRangeList: []string{"::ffff:198.51.100.0/120"},
	}}
	for ip, want := range map[string]string{
		"192.0.2.7": "true false", "::ffff:192.0.2.7": "true false", "192.0.3.7": "false false", "2001:db8:9::1": "true false",
		"2001:db9::1": "false false", "198.51.100.9": "false true",
	} {
		at := netip.MustParseAddr(ip)
		if got := fmt.Sprint(r.Blocks(at), r.Skips(at)); got != want {
			t.Errorf("%s: blocked, skipped %s, want %s", ip, got, want)
		}
	}
	if (&userpool.RiskConfiguration{}).Blocks(netip.MustParseAddr("192.0.2.7")) || r.Blocks(netip.Addr{}) {
		t.Error("blocked without a reason")
	}
}
