package message

import (
	"html"
	"strings"

	"idpond/internal/userpool"
)

// Report is the text of a mail about a suspicious sign-in (Kind
// AccountTakeOverNotification), with places such as {ip-address} to fill in.
type Report struct {
	Subject string
	HTML    string
	Text    string            // instead of HTML, for a configuration that has only that
	Values  map[string]string // by place, with its braces
}

// renderReport fills a report in. The values come from a stranger, so they are
// escaped in the body, which is HTML.
func renderReport(p *userpool.Pool, n Note) Message {
	plain, escaped := []string{}, []string{}
	for place, value := range n.Report.Values {
		plain, escaped = append(plain, place, value), append(escaped, place, html.EscapeString(value))
	}
	body := n.Report.HTML
	if body == "" {
		body = strings.ReplaceAll(html.EscapeString(n.Report.Text), "\n", "<br>\n")
	}
	return Message{
		PoolID: p.ID, ClientID: n.ClientID, Username: n.Username, To: n.To, Medium: n.Medium, Kind: n.Kind,
		Subject: strings.NewReplacer(plain...).Replace(n.Report.Subject),
		Body:    strings.NewReplacer(escaped...).Replace(body),
	}
}
