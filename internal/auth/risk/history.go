package risk

import (
	"net/netip"
	"strings"

	"idpond/internal/activity"
	"idpond/internal/userpool"
)

// historyRead is how many of a user's newest entries a judgement is made of.
const historyRead = 30

// Where failures begin to count, and where they count twice.
const (
	someFailures = 3
	manyFailures = 10
)

// place is where a user was, as coarsely as it is compared. A part that isn't
// known is "", which is compared as any other: to send no User-Agent hides nothing.
type place struct{ device, network string }

func placeOf(c userpool.EventContext) place {
	return place{device: withoutVersion(c.DeviceName), network: networkOf(address(activity.Origin{IP: c.IPAddress}))}
}

// networkOf gives the network of an address that changes of it within one
// connection stay in: /24, for IPv6 /48.
func networkOf(ip netip.Addr) string {
	bits := 48
	if ip.Is4() {
		bits = 24
	}
	network, err := ip.Prefix(bits)
	if err != nil || !network.IsValid() {
		return ""
	}
	return network.String()
}

// withoutVersion takes the browser's version out of a name such as "Chrome 126,
// Windows", because browsers renew themselves. Other names stay as they are.
func withoutVersion(device string) string {
	browser, system, ok := strings.Cut(device, ", ")
	name, version, numbered := strings.Cut(browser, " ")
	if !ok || !numbered || strings.Trim(version, "0123456789") != "" {
		return device
	}
	return name + ", " + system
}

// memory is what a history, read from the newest entry on, tells of places.
type memory struct {
	devices, networks map[string]bool // that passed sign-ins came from, or the user vouched for
	feedback          map[string]bool // newest word on a network or device: whether it was Invalid
	passed            bool            // some sign-in passed
	failures          int             // since the newest that did
}

func recall(history []*userpool.AuthEvent) memory {
	m := memory{devices: map[string]bool{}, networks: map[string]bool{}, feedback: map[string]bool{}}
	for _, e := range history {
		at, word := placeOf(e.Context), ""
		if e.Feedback != nil {
			word = e.Feedback.Value
			m.say(at.device, word == userpool.FeedbackInvalid)
			m.say(at.network, word == userpool.FeedbackInvalid)
		}
		if e.Type != userpool.EventSignIn {
			continue
		}
		if e.Response == userpool.EventPass {
			m.passed = true
		} else if !m.passed {
			m.failures += wrongAnswers(e)
		}
		if e.Response == userpool.EventPass && word != userpool.FeedbackInvalid || word != "" && word != userpool.FeedbackInvalid {
			m.devices[at.device], m.networks[at.network] = true, true
		}
	}
	return m
}

// say keeps the first word on something, which is the newest.
func (m *memory) say(of string, invalid bool) {
	if _, said := m.feedback[of]; !said && of != "" {
		m.feedback[of] = invalid
	}
}

func wrongAnswers(e *userpool.AuthEvent) int {
	n := 0
	for _, c := range e.Challenges {
		if c.Response == userpool.EventFailure {
			n++
		}
	}
	return n
}

// points counts the signals of a sign-in at a place, after a history that begins
// with the newest entry. Of a history that is full and has no passed sign-in it
// isn't known that there was none, so everything is new.
func points(history []*userpool.AuthEvent, at place) int {
	m, n := recall(history), 0
	comparable := m.passed || len(history) >= historyRead
	if comparable && !m.devices[at.device] {
		n++
	}
	if comparable && !m.networks[at.network] {
		n++
	}
	if m.failures >= someFailures {
		n++
	}
	if m.failures >= manyFailures {
		n++
	}
	if m.feedback[at.device] {
		n++
	}
	if m.feedback[at.network] {
		n += 3
	}
	return n
}

// levelOf gives the level of so many points; "" is no risk.
func levelOf(points int) string {
	switch {
	case points <= 0:
		return ""
	case points == 1:
		return userpool.RiskLow
	case points == 2:
		return userpool.RiskMedium
	}
	return userpool.RiskHigh
}
