package userpool

import (
	"maps"
	"net/url"
	"slices"
	"time"
)

// Terms is a document that users of a client agree to at sign-up: where it stands,
// in which language (reference: hosted-ui-and-oauth §9.4).
type Terms struct {
	ID          string            `json:"Id"` // UUID
	ClientID    string            `json:"ClientId"`
	Name        string            `json:"Name"`        // terms-of-use or privacy-policy
	Source      string            `json:"Source"`      // LINK
	Enforcement string            `json:"Enforcement"` // NONE
	Links       map[string]string `json:"Links"`       // language such as cognito:default → URL
	CreatedAt   time.Time         `json:"CreatedAt"`
	UpdatedAt   time.Time         `json:"UpdatedAt"`
}

// TermsNames lists the documents that a client can have.
func TermsNames() []string { return []string{"terms-of-use", "privacy-policy"} }

// Problem gives the sentence that refuses the document, "" if there is none. Its
// links become links of a page, so they may lead to web pages alone.
func (t *Terms) Problem() string {
	if len(t.Links) == 0 {
		return "Links are required when the terms source is LINK."
	}
	for _, language := range slices.Sorted(maps.Keys(t.Links)) {
		u, err := url.Parse(t.Links[language])
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
			return t.Links[language] + " is not a valid URL."
		}
	}
	return ""
}
