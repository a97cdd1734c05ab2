// Package samlmeta reads the metadata of SAML identity providers (SAML 2.0
// Metadata, OASIS saml-metadata-2.0-os).
//
//	text ─▶ size, UTF-8, no document type, no deep nesting, same tokens when written
//	        again (scan)                                          else ErrMalformed
//	     ─▶ the document, or its first entity with an IDPSSODescriptor
//	                                                   else ErrNoIdentityProvider
//	     ─▶ still valid, single sign-on by HTTP-Redirect, a signing certificate of today
//
// The text comes from whoever configures a provider, or from an address that was
// configured, so nothing is believed of it before it is read. Its signature, if it
// has one, is not checked: there is nobody to say which key to trust.
package samlmeta

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/crewjam/saml"
	xrv "github.com/mattermost/xml-roundtrip-validator"
)

// Limits of what is read.
const (
	MaxSize            = 1 << 20 // bytes
	maxDepth           = 32
	maxCertificateText = 4096 // characters (reference: hosted-ui-and-oauth §10.4)
)

// What can be wrong with metadata. Errors of Parse have one of these in their chain.
var (
	ErrMalformed          = errors.New("samlmeta: not SAML metadata")
	ErrNoIdentityProvider = errors.New("samlmeta: no identity provider in it")
	ErrOutdated           = errors.New("samlmeta: not valid any more")
	ErrNoRedirect         = errors.New("samlmeta: no single sign-on service for HTTP-Redirect")
	ErrNoCertificate      = errors.New("samlmeta: no signing certificate")
	ErrExpired            = errors.New("samlmeta: the signing certificates are expired")
)

// Metadata is what signing in at a provider goes by.
type Metadata struct {
	EntityID    string
	SSORedirect string // where requests for authentication are sent
	SLORedirect string // where requests for logout are sent, "" for nowhere
	// Certificates are those that the provider may sign with, in the document's
	// order, without those that expired or are not valid yet; at least one.
	Certificates []*x509.Certificate
}

// Parse reads metadata as it is valid at now.
func Parse(text []byte, now time.Time) (*Metadata, error) {
	text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\ufeff")))
	root, err := scan(text)
	if err != nil {
		return nil, err
	}
	entity, err := decode(text, root)
	if err != nil {
		return nil, err
	}
	idp := &entity.IDPSSODescriptors[0]
	if past(entity.ValidUntil, now) || idp.ValidUntil != nil && past(*idp.ValidUntil, now) {
		return nil, ErrOutdated
	}
	m := &Metadata{
		EntityID:    entity.EntityID,
		SSORedirect: redirect(idp.SingleSignOnServices),
		SLORedirect: redirect(idp.SingleLogoutServices),
	}
	if m.SSORedirect == "" {
		return nil, ErrNoRedirect
	}
	m.Certificates, err = signing(idp.KeyDescriptors, now)
	return m, err
}

func past(validUntil, now time.Time) bool { return !validUntil.IsZero() && !now.Before(validUntil) }

// scan reads text token by token and gives the name of its root. A document type
// could define entities, so there must be none.
func scan(text []byte) (root xml.Name, err error) {
	if len(text) > MaxSize || !utf8.Valid(text) {
		return root, fmt.Errorf("%w: too long, or not UTF-8", ErrMalformed)
	}
	if err := xrv.Validate(bytes.NewReader(text)); err != nil {
		return root, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	d, depth := xml.NewDecoder(bytes.NewReader(text)), 0
	for {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && root.Local != "":
			return root, nil
		case err != nil:
			return root, fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return root, fmt.Errorf("%w: nested too deep", ErrMalformed)
			}
			if root.Local == "" {
				root = t.Name
			} else if depth == 1 {
				return root, fmt.Errorf("%w: two roots", ErrMalformed)
			}
		case xml.EndElement:
			depth--
		case xml.Directive:
			return root, fmt.Errorf("%w: it has a document type", ErrMalformed)
		}
	}
}

// decode gives the first entity that is an identity provider.
func decode(text []byte, root xml.Name) (*saml.EntityDescriptor, error) {
	entities := make([]saml.EntityDescriptor, 1)
	var err error
	if root.Local == "EntitiesDescriptor" {
		var list saml.EntitiesDescriptor
		err = xml.Unmarshal(text, &list)
		entities = list.EntityDescriptors
	} else {
		err = xml.Unmarshal(text, &entities[0])
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	for i := range entities {
		if e := &entities[i]; len(e.IDPSSODescriptors) > 0 && e.EntityID != "" {
			return e, nil
		}
	}
	return nil, ErrNoIdentityProvider
}

// redirect gives the first address with the HTTP-Redirect binding.
func redirect(endpoints []saml.Endpoint) string {
	for _, e := range endpoints {
		u, err := url.Parse(e.Location)
		if e.Binding == saml.HTTPRedirectBinding && err == nil && u.Host != "" {
			return e.Location
		}
	}
	return ""
}

// signing gives the certificates of keys that sign: a key without a use does both.
func signing(keys []saml.KeyDescriptor, now time.Time) ([]*x509.Certificate, error) {
	var current []*x509.Certificate
	found := false
	for _, k := range keys {
		if k.Use != "" && k.Use != "signing" {
			continue
		}
		for _, c := range k.KeyInfo.X509Data.X509Certificates {
			cert, err := certificate(c.Data)
			if err != nil {
				return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
			}
			found = true
			if !now.Before(cert.NotBefore) && !now.After(cert.NotAfter) {
				current = append(current, cert)
			}
		}
	}
	switch {
	case !found:
		return nil, ErrNoCertificate
	case len(current) == 0:
		return nil, ErrExpired
	}
	return current, nil
}

func certificate(text string) (*x509.Certificate, error) {
	text = strings.Join(strings.Fields(text), "")
	if len(text) > maxCertificateText {
		return nil, fmt.Errorf("a certificate of %d characters", len(text))
	}
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}
