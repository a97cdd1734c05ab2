package message_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/message"
	"idpond/internal/userpool"
)

// TestReport: values are filled in once, and can't be HTML in a body.
func TestReport(t *testing.T) {
	values := map[string]string{"{device-name}": "<i>{ip-address}</i>", "{ip-address}": "192.0.2.7", "{one-click-link-valid}": "https://id.example.org/?a=1&b=2"}
	for _, tt := range []struct {
		name, html, text string
		want             string
	}{
		{"HTML", `<a href="{one-click-link-valid}">{device-name}</a> {####} {city}`, "not this",
			`<a href="https://id.example.org/?a=1&amp;b=2">&lt;i&gt;{ip-address}&lt;/i&gt;</a> {####} {city}`},
		{"text", "", "You & I\n{device-name}, {ip-address}", "You &amp; I<br>\n&lt;i&gt;{ip-address}&lt;/i&gt;, 192.0.2.7"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := message.Renderer{}.Render(&userpool.Pool{ID: "p"}, message.Note{
				Kind: message.AccountTakeOverNotification, Medium: message.Email, To: "ada@example.org", Username: "ada", ClientID: "c1",
				Report: &message.Report{Subject: "From {ip-address} & {device-name}", HTML: tt.html, Text: tt.text, Values: values},
			})
			want := message.Message{
				PoolID: "p", ClientID: "c1", Username: "ada", To: "ada@example.org", Medium: "EMAIL", Kind: "AccountTakeOverNotification",
				Subject: "From 192.0.2.7 & <i>{ip-address}</i>", Body: tt.want,
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
