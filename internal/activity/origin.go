package activity

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"

	"idpond/internal/userpool"
)

// Origin is where a request came from, as far as it is known.
type Origin struct {
	IP        string
	UserAgent string // of the user's browser or app
	Device    string // its name, if it was told
	Timezone  string
	RequestID string
	// Told is true when the caller described the user's device: UserContextData or
	// ContextData of the API.
	Told bool
}

type originKey struct{}

// WithOrigin makes a request's context carry its origin.
func WithOrigin(ctx context.Context, o Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

// OriginOf gives the origin of the request that ctx belongs to.
func OriginOf(ctx context.Context) Origin {
	o, _ := ctx.Value(originKey{}).(Origin)
	return o
}

// Longest texts that are kept of what a stranger's request says of itself, in bytes.
const (
	maxAgent = 512
	maxText  = 100
)

// Read adds what the service's libraries for browsers and phones collect: base64 of
// {"payload": "{\"contextData\":{…}}", …}. It is signed with nothing but the public
// client id, so it is a hint and no more; what can't be read is ignored.
func (o *Origin) Read(encoded string) {
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return
	}
	var outer struct {
		Payload string `json:"payload"`
	}
	var inner struct {
		Context struct {
			UserAgent, DeviceName, ClientTimezone string
		} `json:"contextData"`
	}
	if json.Unmarshal(raw, &outer) != nil || json.Unmarshal([]byte(outer.Payload), &inner) != nil {
		return
	}
	if c := inner.Context; c.UserAgent != "" {
		o.UserAgent = c.UserAgent
	}
	o.Device, o.Timezone = inner.Context.DeviceName, inner.Context.ClientTimezone
}

// Context is what an entry of the history keeps of the origin.
func (o *Origin) Context() userpool.EventContext {
	device := o.Device
	if device == "" {
		device = deviceName(cut(o.UserAgent, maxAgent))
	}
	return userpool.EventContext{IPAddress: cut(o.IP, maxText), DeviceName: cut(device, maxText), Timezone: cut(o.Timezone, maxText)}
}

// cut shortens a text to n bytes of valid UTF-8 without control characters.
func cut(text string, n int) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, text)
	if len(text) > n {
		text = text[:n]
	}
	return strings.ToValidUTF8(text, "")
}

// deviceName names browser and system of a User-Agent header, such as "Chrome 126,
// Windows"; "" without one. What is not known is Other.
func deviceName(agent string) string {
	if agent == "" {
		return ""
	}
	browser := "Other"
	for _, b := range []struct{ name, mark string }{ // the others claim to be Chrome or Safari too
		{"Edge", "Edg/"}, {"Opera", "OPR/"}, {"Firefox", "Firefox/"}, {"Firefox", "FxiOS/"}, {"Chrome", "CriOS/"},
		{"Chrome", "Chrome/"}, {"Safari", "Version/"},
	} {
		if _, rest, ok := strings.Cut(agent, b.mark); ok {
			major, _, _ := strings.Cut(rest, ".")
			major, _, _ = strings.Cut(major, " ")
			browser = b.name + " " + cut(major, 8)
			break
		}
	}
	system := "Other"
	for _, s := range []struct{ name, mark string }{
		{"Android", "Android"}, {"iOS", "iPhone"}, {"iOS", "iPad"}, {"Windows", "Windows"}, {"Mac OS X", "Mac OS X"},
		{"Chrome OS", "CrOS"}, {"Linux", "Linux"},
	} {
		if strings.Contains(agent, s.mark) {
			system = s.name
			break
		}
	}
	return browser + ", " + system
}
