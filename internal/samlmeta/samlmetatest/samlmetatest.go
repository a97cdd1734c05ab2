// Package samlmetatest makes SAML metadata for tests.
package samlmetatest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"
)

// Certificate makes a self-signed certificate, as base64 of its DER.
func Certificate(t testing.TB, from, until time.Time) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "idp"}, NotBefore: from, NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}

// Parts are what a document is made of; what is empty is left out.
type Parts struct {
	EntityID     string
	ValidUntil   string
	SSO, SLO     string   // addresses of the redirect binding
	Signing      []string // certificates
	Encryption   []string
	SigningNoUse bool // the keys don't say that they sign
}

// XML is the document.
func (p Parts) XML() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID=%q`, p.EntityID)
	if p.ValidUntil != "" {
		fmt.Fprintf(&b, ` validUntil=%q`, p.ValidUntil)
	}
	b.WriteString(`><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">`)
	use := ` use="signing"`
	if p.SigningNoUse {
		use = ""
	}
	for _, c := range p.Signing {
		b.WriteString(key(use, c))
	}
	for _, c := range p.Encryption {
		b.WriteString(key(` use="encryption"`, c))
	}
	const binding = `urn:oasis:names:tc:SAML:2.0:bindings:`
	if p.SLO != "" {
		fmt.Fprintf(&b, `<SingleLogoutService Binding="%sHTTP-Redirect" Location=%q/>`, binding, p.SLO)
	}
	b.WriteString(`<SingleSignOnService Binding="` + binding + `HTTP-POST" Location="https://idp.example.org/post"/>`)
	if p.SSO != "" {
		fmt.Fprintf(&b, `<SingleSignOnService Binding="%sHTTP-Redirect" Location=%q/>`, binding, p.SSO)
	}
	b.WriteString(`</IDPSSODescriptor></EntityDescriptor>`)
	return b.String()
}

func key(use, certificate string) string {
	return `<KeyDescriptor` + use + `><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>` +
		certificate + `</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`
}
