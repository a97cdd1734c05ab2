package samlmeta_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"idpond/internal/samlmeta"
	"idpond/internal/samlmeta/samlmetatest"
)

var now = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

const (
	entityID = "https://idp.example.org/metadata"
	sso      = "https://idp.example.org/sso"
	slo      = "https://idp.example.org/slo"
)

// parts are those of metadata that is right.
func parts(t *testing.T) samlmetatest.Parts {
	return samlmetatest.Parts{EntityID: entityID, SSO: sso, SLO: slo, Signing: []string{samlmetatest.Certificate(t, now.Add(-time.Hour), now.Add(time.Hour))}}
}

func TestParse(t *testing.T) {
	good := parts(t)
	expired := samlmetatest.Certificate(t, now.Add(-2*time.Hour), now.Add(-time.Hour))
	for name, tt := range map[string]struct {
		text  string
		certs int
		slo   string
	}{
		"plain":            {good.XML(), 1, slo},
		"byte order mark":  {"\ufeff" + good.XML(), 1, slo},
		"XML declaration":  {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + good.XML() + "\n", 1, slo},
		"no logout":        {samlmetatest.Parts{EntityID: entityID, SSO: sso, Signing: good.Signing}.XML(), 1, ""},
		"keys without use": {samlmetatest.Parts{EntityID: entityID, SSO: sso, Signing: good.Signing, SigningNoUse: true}.XML(), 1, ""},
		"a change of keys": {samlmetatest.Parts{EntityID: entityID, SSO: sso, Signing: append([]string{expired}, good.Signing[0], good.Signing[0])}.XML(), 2, ""},
		"still valid":      {samlmetatest.Parts{EntityID: entityID, SSO: sso, Signing: good.Signing, ValidUntil: "2026-05-01T12:00:01Z"}.XML(), 1, ""},
		"wrapped lines":    {strings.ReplaceAll(good.XML(), good.Signing[0], "\n  "+good.Signing[0][:64]+"\n  "+good.Signing[0][64:]+"\n"), 1, slo},
		"one of several": {`<m:EntitiesDescriptor xmlns:m="urn:oasis:names:tc:SAML:2.0:metadata"><m:EntityDescriptor entityID="sp"><m:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><m:AssertionConsumerService index="0" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://sp.example.org/acs"/></m:SPSSODescriptor></m:EntityDescriptor>` +
			good.XML() + `</m:EntitiesDescriptor>`, 1, slo},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := samlmeta.Parse([]byte(tt.text), now)
			if err != nil {
				t.Fatal(err)
			}
			if m.EntityID != entityID || m.SSORedirect != sso || m.SLORedirect != tt.slo || len(m.Certificates) != tt.certs {
				t.Errorf("got %q %q %q and %d certificates", m.EntityID, m.SSORedirect, m.SLORedirect, len(m.Certificates))
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	good := parts(t)
	with := func(change func(*samlmetatest.Parts)) string {
		p := good
		change(&p)
		return p.XML()
	}
	expired := samlmetatest.Certificate(t, now.Add(-2*time.Hour), now.Add(-time.Second))
	early := samlmetatest.Certificate(t, now.Add(time.Hour), now.Add(2*time.Hour))
	for name, tt := range map[string]struct {
		text string
		want error
	}{
		"nothing":              {"", samlmeta.ErrMalformed},
		"no XML":               {"hello", samlmeta.ErrMalformed},
		"HTML":                 {"<html><body>Not here</body></html>", samlmeta.ErrMalformed},
		"cut off":              {good.XML()[:200], samlmeta.ErrMalformed},
		"two roots":            {good.XML() + good.XML(), samlmeta.ErrMalformed},
		"entities":             {`<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>` + good.XML(), samlmeta.ErrMalformed},
		"external entity":      {`<!DOCTYPE x SYSTEM "file:///etc/passwd">` + good.XML(), samlmeta.ErrMalformed},
		"unknown entity":       {strings.Replace(good.XML(), entityID, "&passwd;", 1), samlmeta.ErrMalformed},
		"another encoding":     {`<?xml version="1.0" encoding="UTF-16"?>` + good.XML(), samlmeta.ErrMalformed},
		"not UTF-8":            {strings.Replace(good.XML(), "idp", "\xff", 1), samlmeta.ErrMalformed},
		"deep":                 {strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40), samlmeta.ErrMalformed},
		"too long":             {good.XML() + strings.Repeat(" ", 1<<20) + "<!-- -->", samlmeta.ErrMalformed},
		"another namespace":    {strings.Replace(good.XML(), "SAML:2.0:metadata", "SAML:1.0:metadata", 1), samlmeta.ErrMalformed},
		"a service provider":   {strings.ReplaceAll(good.XML(), "IDPSSODescriptor", "SPSSODescriptor"), samlmeta.ErrNoIdentityProvider},
		"no entity ID":         {with(func(p *samlmetatest.Parts) { p.EntityID = "" }), samlmeta.ErrNoIdentityProvider},
		"no redirect binding":  {with(func(p *samlmetatest.Parts) { p.SSO = "" }), samlmeta.ErrNoRedirect},
		"a script's address":   {with(func(p *samlmetatest.Parts) { p.SSO = "javascript:alert(1)" }), samlmeta.ErrMalformed},
		"a relative address":   {with(func(p *samlmetatest.Parts) { p.SSO = "https:///sso" }), samlmeta.ErrNoRedirect},
		"no certificate":       {with(func(p *samlmetatest.Parts) { p.Signing = nil }), samlmeta.ErrNoCertificate},
		"for encryption alone": {with(func(p *samlmetatest.Parts) { p.Signing, p.Encryption = nil, p.Signing }), samlmeta.ErrNoCertificate},
		"broken certificate":   {with(func(p *samlmetatest.Parts) { p.Signing = []string{"AAAA"} }), samlmeta.ErrMalformed},
		"huge certificate":     {with(func(p *samlmetatest.Parts) { p.Signing = []string{strings.Repeat("AAAA", 1100)} }), samlmeta.ErrMalformed},
		"expired certificate":  {with(func(p *samlmetatest.Parts) { p.Signing = []string{expired} }), samlmeta.ErrExpired},
		"none valid now":       {with(func(p *samlmetatest.Parts) { p.Signing = []string{expired, early} }), samlmeta.ErrExpired},
		"out of date":          {with(func(p *samlmetatest.Parts) { p.ValidUntil = "2026-05-01T12:00:00Z" }), samlmeta.ErrOutdated},
	} {
		t.Run(name, func(t *testing.T) {
			if m, err := samlmeta.Parse([]byte(tt.text), now); !errors.Is(err, tt.want) {
				t.Errorf("got %v, %v; want %v", m, err, tt.want)
			}
		})
	}
}

// TestSigned reads metadata with what real providers put around it: a signature,
// other roles, extensions, contacts.
func TestSigned(t *testing.T) {
	good := parts(t)
	text := strings.Replace(good.XML(), "><IDPSSODescriptor", ` ID="_1" xmlns:fed="http://docs.oasis-open.org/wsfed/federation/200706" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
		<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo><CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>
		<Reference URI="#_1"><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>AA==</DigestValue></Reference></SignedInfo><SignatureValue>AA==</SignatureValue></Signature>
		<Extensions><x xmlns="urn:x">y</x></Extensions>
		<RoleDescriptor xsi:type="fed:SecurityTokenServiceType" protocolSupportEnumeration="http://docs.oasis-open.org/wsfed/federation/200706"><fed:TargetScopes/></RoleDescriptor>
		<IDPSSODescriptor`, 1)
	text = strings.Replace(text, "</EntityDescriptor>", `<Organization><OrganizationName xml:lang="en">Example</OrganizationName></Organization>
		<ContactPerson contactType="technical"><EmailAddress>a@example.org</EmailAddress></ContactPerson></EntityDescriptor>`, 1)
	if m, err := samlmeta.Parse([]byte(text), now); err != nil || m.SSORedirect != sso {
		t.Errorf("%v, %v", m, err)
	}
}

// FuzzParse looks for panics, and for metadata that is taken without being whole.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="a"/>`))
	f.Add([]byte(`<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>`))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := samlmeta.Parse(text, now)
		if err == nil && (m.EntityID == "" || m.SSORedirect == "" || len(m.Certificates) == 0) {
			t.Errorf("%q became %+v", text, m)
		}
	})
}
