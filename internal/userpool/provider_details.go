package userpool

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Keys of provider details (reference: hosted-ui-and-oauth §10.1).
const (
	DetailClientID         = "client_id"
	DetailClientSecret     = "client_secret"
	DetailAuthorizeScopes  = "authorize_scopes"
	DetailAuthorizeURL     = "authorize_url"
	DetailTokenURL         = "token_url"
	DetailAttributesURL    = "attributes_url"
	DetailJWKSURI          = "jwks_uri"
	DetailIssuer           = "oidc_issuer"
	DetailAttributesMethod = "attributes_request_method"
	DetailTokenMethod      = "token_request_method"
	DetailAddAttributes    = "attributes_url_add_attributes"
	DetailAPIVersion       = "api_version"
	DetailTeamID           = "team_id"
	DetailKeyID            = "key_id"
	DetailPrivateKey       = "private_key"
	DetailMetadataURL      = "MetadataURL"
	DetailMetadataFile     = "MetadataFile"
	DetailIDPSignout       = "IDPSignout"
	DetailIDPInit          = "IDPInit"
	DetailEncrypted        = "EncryptedResponses"
	DetailSigningAlgorithm = "RequestSigningAlgorithm"
	DetailSSORedirect      = "SSORedirectBindingURI"
	DetailSLORedirect      = "SLORedirectBindingURI"
	DetailEncryptionCert   = "ActiveEncryptionCertificate"
)

// DerivedDetails are those of SAML providers that are made from the metadata or
// here; what a request says of them is not looked at.
func DerivedDetails() []string {
	return []string{DetailSSORedirect, DetailSLORedirect, DetailEncryptionCert}
}

// Endpoints are the details of an OIDC provider that its discovery document gives,
// with their names there, for those that a request leaves out.
func Endpoints() map[string]string {
	return map[string]string{
		DetailAuthorizeURL: "authorization_endpoint", DetailTokenURL: "token_endpoint",
		DetailAttributesURL: "userinfo_endpoint", DetailJWKSURI: "jwks_uri",
	}
}

const defaultFacebookVersion = "v17.0"

// addedDetails are the details that a type has without being asked.
func (p *Provider) addedDetails() map[string]string {
	switch p.Type {
	case ProviderOIDC:
		return map[string]string{DetailAddAttributes: "false"}
	case ProviderGoogle:
		return map[string]string{
			DetailAuthorizeURL: "https://accounts.google.com/o/oauth2/v2/auth", DetailTokenURL: "https://www.googleapis.com/oauth2/v4/token",
			DetailTokenMethod: "POST", DetailAttributesURL: "https://people.googleapis.com/v1/people/me?personFields=",
			DetailAddAttributes: "true", DetailIssuer: "https://accounts.google.com",
		}
	case ProviderFacebook:
		version := p.Details[DetailAPIVersion]
		if version == "" {
			version = defaultFacebookVersion
		}
		return map[string]string{
			DetailAPIVersion: version, DetailAuthorizeURL: "https://www.facebook.com/" + version + "/dialog/oauth",
			DetailTokenURL: "https://graph.facebook.com/" + version + "/oauth/access_token", DetailTokenMethod: "GET",
			DetailAttributesURL: "https://graph.facebook.com/" + version + "/me?fields=", DetailAddAttributes: "true",
		}
	case ProviderAmazon:
		return map[string]string{
			DetailAuthorizeURL: "https://www.amazon.com/ap/oa", DetailTokenURL: "https://api.amazon.com/auth/o2/token", DetailTokenMethod: "POST",
			DetailAttributesURL: "https://api.amazon.com/user/profile", DetailAddAttributes: "false",
		}
	case ProviderApple:
		return map[string]string{
			DetailAuthorizeURL: "https://appleid.apple.com/auth/authorize", DetailTokenURL: "https://appleid.apple.com/auth/token", DetailTokenMethod: "POST",
			DetailIssuer: "https://appleid.apple.com", DetailAddAttributes: "false",
		}
	}
	return nil
}

// knownDetails are the keys that a type has.
func (t ProviderType) knownDetails() []string {
	social := []string{DetailClientID, DetailClientSecret, DetailAuthorizeScopes, DetailAuthorizeURL, DetailTokenURL, DetailTokenMethod, DetailAttributesURL, DetailAddAttributes}
	switch t {
	case ProviderSAML:
		return append(DerivedDetails(), DetailMetadataURL, DetailMetadataFile, DetailIDPSignout, DetailIDPInit, DetailEncrypted, DetailSigningAlgorithm)
	case ProviderOIDC:
		return []string{DetailClientID, DetailClientSecret, DetailAuthorizeScopes, DetailIssuer, DetailAttributesMethod,
			DetailAuthorizeURL, DetailTokenURL, DetailAttributesURL, DetailJWKSURI, DetailAddAttributes}
	case ProviderGoogle:
		return append(social, DetailIssuer)
	case ProviderFacebook:
		return append(social, DetailAPIVersion)
	case ProviderApple:
		return []string{DetailClientID, DetailTeamID, DetailKeyID, DetailPrivateKey, DetailAuthorizeScopes,
			DetailAuthorizeURL, DetailTokenURL, DetailTokenMethod, DetailIssuer, DetailAddAttributes}
	}
	return social
}

// requiredDetails are the keys that a request must have, with the sentence for
// when one is missing.
func (t ProviderType) requiredDetails() (keys []string, missing string) {
	switch t {
	case ProviderSAML:
		return nil, ""
	case ProviderOIDC:
		return []string{DetailClientID, DetailAuthorizeScopes, DetailIssuer, DetailAttributesMethod},
			"clientId, authorizeScopes, oidcIssuer and attributesRequestMethod are all required idp details."
	case ProviderApple:
		return []string{DetailClientID, DetailPrivateKey, DetailTeamID, DetailKeyID},
			"clientId, privateKey, teamId, and keyId are all required idp details."
	}
	return []string{DetailClientID, DetailClientSecret, DetailAuthorizeScopes},
		"clientId, clientSecret and authorizeScopes are all required idp details."
}

func (p *Provider) detailsProblem(admits func(address string) bool) string {
	known := p.Type.knownDetails()
	for _, key := range slices.Sorted(maps.Keys(p.Details)) {
		if !slices.Contains(known, key) {
			return "Provider detail " + key + " does not exist for providers of type " + string(p.Type) + "."
		}
	}
	required, missing := p.Type.requiredDetails()
	if slices.ContainsFunc(required, func(key string) bool { return p.Details[key] == "" }) {
		return missing
	}
	switch p.Type {
	case ProviderSAML:
		return p.samlProblem(admits)
	case ProviderOIDC:
		if !slices.Contains(strings.Fields(p.Details[DetailAuthorizeScopes]), "openid") {
			return "authorize_scopes must contain openid."
		}
	case ProviderFacebook:
		if !regexp.MustCompile(`^v\d{1,3}\.\d{1,3}$`).MatchString(p.Details[DetailAPIVersion]) {
			return "api_version must be of the form " + defaultFacebookVersion + "."
		}
	}
	return firstOf(
		p.addressProblem(admits),
		p.choiceProblem(DetailAttributesMethod, "GET", "POST"),
		p.choiceProblem(DetailTokenMethod, "GET", "POST"),
		p.choiceProblem(DetailAddAttributes, "true", "false"),
	)
}

// addressProblem checks the addresses that are called or that browsers are sent to.
func (p *Provider) addressProblem(admits func(address string) bool) string {
	for _, key := range []string{DetailIssuer, DetailAuthorizeURL, DetailTokenURL, DetailAttributesURL, DetailJWKSURI} {
		if address := p.Details[key]; address != "" && !admits(address) {
			return "OIDC endpoint must start with https://"
		}
	}
	return ""
}

func (p *Provider) samlProblem(admits func(address string) bool) string {
	address, file := p.Details[DetailMetadataURL], p.Details[DetailMetadataFile]
	switch {
	case address == "" && file == "":
		return "At least one of the MetadataURL or MetadataFile should be provided."
	case address != "" && file != "":
		return "Only one of the MetadataURL or MetadataFile should be provided."
	case address != "" && !admits(address):
		return "MetadataURL must start with https://"
	}
	return firstOf(
		p.choiceProblem(DetailIDPSignout, "true", "false"),
		p.choiceProblem(DetailIDPInit, "true", "false"),
		p.choiceProblem(DetailEncrypted, "true", "false"),
		p.choiceProblem(DetailSigningAlgorithm, "rsa-sha256"),
	)
}

// choiceProblem checks that a detail, if it is there, has one of the values.
func (p *Provider) choiceProblem(key string, values ...string) string {
	if value := p.Details[key]; value == "" || slices.Contains(values, value) {
		return ""
	}
	return key + " must be " + strings.Join(values, " or ") + "."
}
