package directory

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"unicode/utf8"

	"idpond/internal/fault"
	"idpond/internal/outbound"
	"idpond/internal/samlmeta"
	"idpond/internal/userpool"
)

// maxDiscovery is the most of a discovery document that is read, in bytes.
const maxDiscovery = 64 << 10

func (s *Service) guard() *outbound.Guard {
	if s.Outbound == nil {
		return new(outbound.Guard)
	}
	return s.Outbound
}

// admits reports whether an address that somebody configured may be used.
func (s *Service) admits(address string) bool {
	u, err := url.Parse(address)
	return err == nil && s.guard().Admits(u)
}

// resolve finds out what a provider's details only point to. It calls others, so
// it runs outside any transaction.
func (s *Service) resolve(ctx context.Context, p *userpool.Provider) error {
	switch p.Type {
	case userpool.ProviderSAML:
		return s.resolveSAML(ctx, p)
	case userpool.ProviderOIDC:
		return s.discover(ctx, p)
	}
	return nil
}

// resolveSAML reads the metadata, and makes the key that the provider encrypts for
// when there is none yet.
func (s *Service) resolveSAML(ctx context.Context, p *userpool.Provider) error {
	for _, key := range userpool.DerivedDetails() {
		delete(p.Details, key)
	}
	p.Metadata, p.MetadataAt = "", s.now()
	if address := p.Details[userpool.DetailMetadataURL]; address != "" {
		text, err := s.guard().Get(ctx, address, samlmeta.MaxSize)
		if err != nil || !utf8.Valid(text) {
			return fault.New(fault.InvalidParameter, "Error retrieving metadata from URL").Because(err)
		}
		p.Metadata = string(text)
	}
	m, err := samlmeta.Parse([]byte(p.SAMLMetadata()), s.Now())
	if err != nil {
		return badMetadata(err)
	}
	if !s.admits(m.SSORedirect) || m.SLORedirect != "" && !s.admits(m.SLORedirect) {
		return invalid("Endpoints in the SAML metadata must start with https://")
	}
	p.EntityID = m.EntityID
	p.Details[userpool.DetailSSORedirect] = m.SSORedirect
	if m.SLORedirect != "" {
		p.Details[userpool.DetailSLORedirect] = m.SLORedirect
	}
	key, err := s.encryptionKey(ctx, p)
	if err != nil {
		return err
	}
	p.DecryptionKey, p.Certificate, p.Details[userpool.DetailEncryptionCert] = key.PKCS8, key.Certificate, key.Text()
	return nil
}

// badMetadata words what is wrong with metadata.
func badMetadata(err error) error {
	sentence := "SAML metadata is malformed."
	switch {
	case errors.Is(err, samlmeta.ErrNoIdentityProvider):
		sentence = "SAML metadata has no identity provider."
	case errors.Is(err, samlmeta.ErrOutdated):
		sentence = "SAML metadata is not valid any more."
	case errors.Is(err, samlmeta.ErrNoRedirect):
		sentence = "SAML metadata has no single sign-on service with the HTTP-Redirect binding."
	case errors.Is(err, samlmeta.ErrNoCertificate):
		sentence = "SAML metadata has no signing certificate."
	case errors.Is(err, samlmeta.ErrExpired):
		sentence = "Signing certificates are expired"
	}
	return fault.New(fault.InvalidParameter, sentence).Because(err)
}

// discover fills the endpoints that a request leaves out from the issuer's
// discovery document (OpenID Connect Discovery 1.0 §4). With all of them given
// nothing is fetched.
func (s *Service) discover(ctx context.Context, p *userpool.Provider) error {
	missing := 0
	for key := range userpool.Endpoints() {
		if p.Details[key] == "" {
			missing++
		}
	}
	if missing == 0 {
		return nil
	}
	issuer := p.Details[userpool.DetailIssuer]
	text, err := s.guard().Get(ctx, strings.TrimSuffix(issuer, "/")+"/.well-known/openid-configuration", maxDiscovery)
	if err != nil {
		return fault.Newf(fault.InvalidParameter, "Error retrieving the OpenID configuration of %s", issuer).Because(err)
	}
	found := map[string]any{}
	if err := json.Unmarshal(text, &found); err != nil {
		return fault.Newf(fault.InvalidParameter, "The OpenID configuration of %s is malformed.", issuer).Because(err)
	}
	if found["issuer"] != issuer {
		return invalid("The OpenID configuration of " + issuer + " names another issuer.")
	}
	for key, name := range userpool.Endpoints() {
		if p.Details[key] != "" {
			continue
		}
		address, _ := found[name].(string)
		switch {
		case address == "" && key == userpool.DetailAttributesURL: // all claims are in the ID token then
			continue
		case address == "":
			return invalid("The OpenID configuration of " + issuer + " has no " + name + ".")
		case !s.admits(address):
			return invalid("OIDC endpoint must start with https://")
		}
		p.Details[key] = address
	}
	return nil
}
