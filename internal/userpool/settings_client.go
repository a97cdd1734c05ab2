package userpool

import (
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The OAuth flows of a client.
const (
	OAuthCode              = "code"
	OAuthImplicit          = "implicit"
	OAuthClientCredentials = "client_credentials"
)

// StandardScopes are the scopes that every pool has.
func StandardScopes() []string {
	return []string{"phone", "email", "openid", "profile", "aws.cognito.signin.user.admin"}
}

// Problem gives the sentence of the first rule that a client's settings break,
// "" if none: what an InvalidParameterException says (reference: api-behaviour
// §5, §21.1). OAuth flows are OAuthFlowProblem's; whether scopes and providers
// exist the caller finds out. doing is "creating" or "updating".
func (c *AppClient) Problem(p *Pool, doing string, at Place) string {
	return firstOf(
		c.flowNamesProblem(),
		c.validityProblem(),
		c.attributesProblem(p, doing),
		c.oauthProblem(),
		c.urlsProblem(),
		c.contextProblem(),
		c.Settings.AnalyticsConfiguration.problem(at),
	)
}

func (c *AppClient) flowNamesProblem() string {
	flows := c.Settings.ExplicitAuthFlows
	isCurrent := func(f string) bool { return strings.HasPrefix(f, "ALLOW_") }
	isLegacy := func(f string) bool { return !isCurrent(f) }
	switch {
	case slices.ContainsFunc(flows, isCurrent) && slices.ContainsFunc(flows, isLegacy):
		return "Auth flow name with prefix 'ALLOW' cannot be used with legacy auth flow names."
	case !slices.Contains(flows, "ALLOW_CLIENT_TOKEN_AUTH"):
		return ""
	case len(flows) > 1:
		return "ALLOW_CLIENT_TOKEN_AUTH cannot be used with any other auth flow."
	case !c.Confidential():
		return "Client Secret is required to use ALLOW_CLIENT_TOKEN_AUTH"
	}
	return ""
}

func (c *AppClient) validityProblem() string {
	access, id, refresh := c.AccessTokenLife(), c.IDTokenLife(), c.RefreshTokenLife()
	within := func(d, least, most time.Duration) bool { return least <= d && d <= most }
	switch {
	case !within(access, 5*time.Minute, day), !within(id, 5*time.Minute, day), !within(refresh, time.Hour, 3650*day):
		return "Invalid range for token validity."
	case access > refresh || id > refresh:
		return "Access and Id Token expiration times must be less than or equal to refresh token expiration times."
	}
	return ""
}

func (c *AppClient) attributesProblem(p *Pool, doing string) string {
	unknown := func(name string) bool { return p.SchemaAttribute(name) == nil }
	if slices.ContainsFunc(c.Settings.ReadAttributes, unknown) {
		return "Invalid read attributes specified while " + doing + " a client"
	}
	write := c.Settings.WriteAttributes
	if len(write) == 0 {
		return ""
	}
	refused := func(name string) bool { return unknown(name) || keptFromUsers(name) }
	left := func(name string) bool { return !slices.Contains(write, name) }
	if slices.ContainsFunc(write, refused) || slices.ContainsFunc(p.MissingRequired(nil), left) {
		return "Invalid write attributes specified while " + doing + " a client"
	}
	return ""
}

func (c *AppClient) oauthProblem() string {
	s := &c.Settings
	if s.AllowedOAuthFlowsUserPoolClient && (len(s.AllowedOAuthFlows) == 0 || len(s.AllowedOAuthScopes) == 0) {
		return "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows."
	}
	return ""
}

// OAuthFlowProblem gives the sentence of an InvalidOAuthFlowException, "" if the
// client's flows go together.
func (c *AppClient) OAuthFlowProblem() string {
	flows := c.Settings.AllowedOAuthFlows
	machine := slices.Contains(flows, OAuthClientCredentials)
	browser := slices.Contains(flows, OAuthCode) || slices.Contains(flows, OAuthImplicit)
	switch {
	case machine && browser:
		return "client_credentials flow can not be selected along with code flow or implicit flow."
	case machine && !c.Confidential():
		return "client_credentials flow can not be selected if client does not have a client secret."
	case browser && len(c.Settings.CallbackURLs) == 0:
		return "CallbackUrls can not be empty when code flow or implicit flow is selected"
	}
	return ""
}

func (c *AppClient) urlsProblem() string {
	for _, list := range [][]string{c.Settings.CallbackURLs, c.Settings.LogoutURLs} {
		for _, u := range list {
			if problem := urlProblem(u); problem != "" {
				return problem
			}
		}
	}
	if uri := c.Settings.DefaultRedirectURI; uri != "" && !slices.Contains(c.Settings.CallbackURLs, uri) {
		return "The default redirect URI " + uri + " is not in the callback URIs list."
	}
	return ""
}

// urlProblem checks one address to which browsers are sent: absolute, without
// fragment, https but on the user's own machine, or a scheme of an application.
// A browser runs what is behind some schemes, so those are refused.
func urlProblem(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" || u.User != nil {
		return text + " is not a valid URL."
	}
	switch {
	case strings.Contains(text, "#"):
		return text + " cannot use fragment"
	case u.Scheme == "http" && !IsLoopback(u.Hostname()):
		return text + " cannot use the HTTP protocol."
	case (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() == "",
		slices.Contains([]string{"javascript", "data", "vbscript", "file", "blob", "about"}, u.Scheme):
		return text + " is not a valid URL."
	}
	return ""
}

// IsLoopback reports whether a host of a URL or a setting is its reader's own machine:
// localhost or a loopback address. Names under .localhost are not looked at here, since
// not every resolver keeps them on the machine.
func IsLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (c *AppClient) contextProblem() string {
	if c.Settings.EnablePropagateAdditionalUserContextData && !c.Confidential() {
		return "Client Secret is required to set EnablePropagateAdditionalUserContextData as true"
	}
	return ""
}

func (a *AnalyticsConfiguration) problem(at Place) string {
	if a == nil {
		return ""
	}
	byArn := a.ApplicationArn != "" && a.ApplicationId == "" && a.RoleArn == "" && a.ExternalId == ""
	byID := a.ApplicationArn == "" && a.ApplicationId != "" && a.RoleArn != "" && a.ExternalId != ""
	if !byArn && !byID {
		return "Invalid analytics configuration given, either <application arn> or <application id, role arn, external id> are valid"
	}
	return RoleProblem(a.RoleArn, at)
}

// NeedsEssentials names the first feature of the client that the plan Lite lacks,
// "" if there is none.
func (c *AppClient) NeedsEssentials() string {
	switch {
	case c.Rotates():
		return "Refresh Token Rotation"
	case slices.Contains(c.Settings.ExplicitAuthFlows, "ALLOW_USER_AUTH"):
		return "Choice-Based Sign-In"
	}
	return ""
}
