package oauth

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"idpond/internal/fault"
	"idpond/internal/userpool"
)

// maxQuery bounds an authorization request, in bytes.
const maxQuery = 16 << 10

// Request is an authorization request (RFC 6749 §4.1.1) that passed steps 1 to 5
// of the decision order in hosted-ui-and-oauth §3.1: its client, redirect URI,
// grant and scopes are right, so an answer may be sent to its redirect URI.
type Request struct {
	Pool   *userpool.Pool
	Client *userpool.AppClient

	ResponseType  string // code or token
	RedirectURI   string
	State         string // "" when the request had none
	Scopes        []string
	Nonce         string
	CodeChallenge string // S256, "" without PKCE
	Provider      string // identity_provider or idp_identifier, "" when neither was given
	LoginHint     string
	Prompt        []string // empty on a version 1 domain, which ignores it
	Managed       bool     // managed login (version 2) rather than the classic pages
	Query         string   // the query string as it was sent, without "?"
}

// UsesPages reports whether the user may sign in with a password on the pages,
// rather than at a provider that this client does not have.
func (q *Request) UsesPages() bool {
	return slices.Contains(q.Client.Settings.SupportedIdentityProviders, userpool.ProviderCognito) &&
		(q.Provider == "" || q.Provider == userpool.ProviderCognito)
}

// Asks reports whether the request's prompt has a value, such as login.
func (q *Request) Asks(prompt string) bool { return slices.Contains(q.Prompt, prompt) }

// refuse is an answer with an error to the request's redirect URI.
func (q *Request) refuse(code, description string) *Refusal {
	a := answer{{"error_description", description}, {"state", q.State}, {"error", code}}
	r := &Refusal{Code: code, Description: description, Location: withQuery(q.RedirectURI, a)}
	if q.ResponseType == "token" {
		r.Location = withFragment(q.RedirectURI, a)
	}
	return r
}

// Refusal is the error of an authorization request that is not granted. The
// browser is sent to Location: the app's redirect URI once that is known to be the
// app's own, else our own error page.
type Refusal struct {
	Code        string // RFC 6749 §4.1.2.1, or the service's text for its error page
	Description string
	Location    string
}

func (r *Refusal) Error() string { return "oauth: " + r.Code + " " + r.Description }

// errorPage refuses a request whose redirect URI can't be trusted. clientID is
// given as it was sent, "" if it is not to be repeated.
func errorPage(text, clientID string) *Refusal {
	return &Refusal{Code: text, Location: "/error?" + answer{{"error", text}, {"client_id", clientID}}.encode()}
}

// The texts of the error page (reference: hosted-ui-and-oauth §3.1).
const (
	missingParameters = "Required parameters missing"
	redirectMismatch  = "redirect_mismatch"
	invalidRequest    = "invalid_request" // of RFC 6749 too
)

// Parse reads the authorization request in r's query string, on whichever page
// or endpoint it stands, and checks it in the order of hosted-ui-and-oauth §3.1,
// steps 1 to 5. The error is a *Refusal, or internal.
func (s *Server) Parse(r *http.Request) (*Request, error) { return s.parse(r, nil) }

// ParsePage is Parse for the addresses of pages, which people type and link to: a
// response_type that was left out is the one that the client allows, so that
// /login?client_id=… is enough of an address.
func (s *Server) ParsePage(r *http.Request) (*Request, error) {
	return s.parse(r, func(c *userpool.AppClient, query url.Values) {
		if query.Get("response_type") == "" {
			query.Set("response_type", usualResponse(c))
		}
	})
}

// usualResponse is the answer that a client can take: a code if it may have one.
func usualResponse(c *userpool.AppClient) string {
	flows := c.Settings.AllowedOAuthFlows
	if slices.Contains(flows, userpool.OAuthImplicit) && !slices.Contains(flows, userpool.OAuthCode) {
		return "token"
	}
	return "code"
}

// parse reads the request; fill, if it isn't nil, adds what the client implies.
func (s *Server) parse(r *http.Request, fill func(*userpool.AppClient, url.Values)) (*Request, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || len(r.URL.RawQuery) > maxQuery {
		return nil, errorPage(invalidRequest, "")
	}
	at, err := s.placeOf(r)
	if err != nil {
		return nil, err
	}
	q, err := s.trustworthy(r.Context(), at, query)
	if err != nil {
		return nil, err
	}
	q.Query = r.URL.RawQuery
	if fill != nil {
		fill(q.Client, query)
	}
	if err := q.readParameters(query); err != nil {
		return nil, err
	}
	if query.Get("resource") != "" {
		// A token that is not bound as the app wanted would be worse than none.
		return nil, q.refuse("invalid_scope", "")
	}
	scopes, ok, err := s.userScopes(r.Context(), q.Client, query.Get("scope"))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, q.refuse("invalid_scope", "")
	}
	q.Scopes = scopes
	version, err := s.pagesVersion(r.Context(), at, q.Pool)
	if err != nil {
		return nil, err
	}
	if q.Managed = version >= 2; q.Managed {
		q.Prompt = strings.Fields(query.Get("prompt"))
	}
	if q.Asks("none") && len(q.Prompt) > 1 {
		return nil, q.refuse(invalidRequest, "prompt none excludes others")
	}
	return q, nil
}

// trustworthy is step 1: nothing is sent to a redirect URI before it is known to
// belong to the client. The given URI is never part of these refusals.
func (s *Server) trustworthy(ctx context.Context, at place, query url.Values) (*Request, error) {
	id := query.Get("client_id")
	switch {
	case id == "":
		return nil, errorPage(missingParameters, "")
	case len(query["client_id"]) > 1 || len(query["redirect_uri"]) > 1:
		return nil, errorPage(invalidRequest, id)
	}
	pool, client, err := s.clientAt(ctx, at, id)
	if fault.Is(err, fault.ResourceNotFound) {
		return nil, errorPage(invalidRequest, id)
	} else if err != nil {
		return nil, err
	}
	if len(client.Settings.SupportedIdentityProviders) == 0 {
		return nil, errorPage(invalidRequest, id)
	}
	uri := query.Get("redirect_uri")
	if uri == "" {
		uri = defaultRedirect(client)
	}
	switch {
	case uri == "":
		return nil, errorPage(missingParameters, "")
	case !registered(client.Settings.CallbackURLs, uri):
		return nil, errorPage(redirectMismatch, id)
	}
	return &Request{Pool: pool, Client: client, RedirectURI: uri, State: query.Get("state")}, nil
}

// readParameters is steps 2 and 3: the form of the request, then whether the
// client may use the grant.
func (q *Request) readParameters(query url.Values) error {
	q.ResponseType = query.Get("response_type") // first: it says where an error is put
	for name, values := range query {
		if len(values) > 1 {
			return q.refuse(invalidRequest, fmt.Sprintf("%s was sent more than once", name))
		}
	}
	needs := map[string]string{"code": userpool.OAuthCode, "token": userpool.OAuthImplicit}[q.ResponseType]
	if needs == "" {
		return q.refuse(invalidRequest, "response_type must be code or token")
	}
	q.CodeChallenge = query.Get("code_challenge")
	if text := challengeFault(q.CodeChallenge, query.Get("code_challenge_method")); text != "" {
		return q.refuse(invalidRequest, text)
	}
	set := q.Client.Settings
	if !set.AllowedOAuthFlowsUserPoolClient || !slices.Contains(set.AllowedOAuthFlows, needs) {
		return q.refuse("unauthorized_client", "")
	}
	q.Nonce, q.LoginHint = query.Get("nonce"), query.Get("login_hint")
	if q.Provider = query.Get("identity_provider"); q.Provider == "" {
		q.Provider = query.Get("idp_identifier")
	}
	return nil
}
