package userpool

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// ProviderType says what an identity provider speaks, or which one it is.
type ProviderType string

// The types of providers (reference: hosted-ui-and-oauth §10.1).
const (
	ProviderSAML     ProviderType = "SAML"
	ProviderOIDC     ProviderType = "OIDC"
	ProviderGoogle   ProviderType = "Google"
	ProviderFacebook ProviderType = "Facebook"
	ProviderAmazon   ProviderType = "LoginWithAmazon"
	ProviderApple    ProviderType = "SignInWithApple"
)

// How a pool's own users are named where a provider could be: in an app client's
// list of providers, and in links.
const (
	ProviderCognito = "COGNITO"
	LinkCognito     = "Cognito"
)

// CognitoSubject is the name of an identity's own id, in links.
const CognitoSubject = "Cognito_Subject"

// Provider is an identity provider that a pool's users may sign in at. The JSON is
// how it is stored.
type Provider struct {
	PoolID      string            `json:"-"`
	Name        string            `json:"name"`
	Type        ProviderType      `json:"type"`
	Details     map[string]string `json:"details"`               // with what was added; see Shown
	Mapping     map[string]string `json:"mapping,omitempty"`     // pool attribute (or username) to claim
	Identifiers []string          `json:"identifiers,omitempty"` // in the order they were given

	// Of SAML providers.
	Metadata      string    `json:"metadata,omitempty"`      // that was fetched; "" when a file was given
	MetadataAt    time.Time `json:"metadataAt,omitzero"`     // when it was read
	EntityID      string    `json:"entityId,omitempty"`      // the metadata's
	DecryptionKey []byte    `json:"decryptionKey,omitempty"` // PKCS #8, of the certificate below
	// Certificate is what the provider encrypts for, DER: ActiveEncryptionCertificate.
	Certificate []byte `json:"certificate,omitempty"`

	// LinkAttributes are the pool attributes by which identities are linked; a
	// sign-in looks for links by each of them, and by CognitoSubject.
	LinkAttributes []string `json:"linkAttributes,omitempty"`

	CreatedAt time.Time `json:"-"`
	UpdatedAt time.Time `json:"-"`
}

// MaxLinkAttributes is how many attributes identities of one provider may be
// linked by (reference: hosted-ui-and-oauth §10.3).
const MaxLinkAttributes = 5

// Social reports whether the provider is a certain one, whose name is its type.
func (t ProviderType) Social() bool {
	switch t {
	case ProviderGoogle, ProviderFacebook, ProviderAmazon, ProviderApple:
		return true
	}
	return false
}

// Subject is the claim that a provider's users are told apart by.
func (t ProviderType) Subject() string {
	switch t {
	case ProviderSAML:
		return "NameID"
	case ProviderFacebook:
		return "id"
	case ProviderAmazon:
		return "user_id"
	}
	return "sub"
}

// SAMLMetadata is the text of a SAML provider's metadata.
func (p *Provider) SAMLMetadata() string {
	if p.Metadata != "" {
		return p.Metadata
	}
	return p.Details[DetailMetadataFile]
}

// InitiatesSignIn reports whether a SAML provider may send users here unasked.
func (p *Provider) InitiatesSignIn() bool { return p.Details[DetailIDPInit] == "true" }

// Shown gives the details that answers show: all but Apple's private key.
func (p *Provider) Shown() map[string]string {
	shown := maps.Clone(p.Details)
	delete(shown, DetailPrivateKey)
	return shown
}

// ProviderUsername is the username of the user that a sign-in at a provider makes,
// before it is folded (reference: hosted-ui-and-oauth §10.3).
func ProviderUsername(provider, subject string) string { return provider + "_" + subject }

// Complete adds what a request leaves out: the details that the service adds, and
// the mapping of the username.
func (p *Provider) Complete() {
	p.Details = maps.Clone(p.Details)
	for key, value := range p.addedDetails() {
		if p.Details[key] == "" {
			p.Details[key] = value
		}
	}
	p.Mapping, p.Identifiers = maps.Clone(p.Mapping), slices.Clone(p.Identifiers)
	if len(p.Mapping) == 0 {
		p.Mapping = nil
	}
	if len(p.Identifiers) == 0 {
		p.Identifiers = nil
	}
	if p.Type != ProviderSAML && p.Mapping[mappedUsername] == "" {
		if p.Mapping == nil {
			p.Mapping = map[string]string{}
		}
		p.Mapping[mappedUsername] = p.Type.Subject()
	}
}

const mappedUsername = "username"

// NameProblem gives the sentence that refuses a new provider's name, "" if none
// (reference: api-behaviour §21.1). The model holds its form.
func (p *Provider) NameProblem() string {
	if (p.Type.Social() || ProviderType(p.Name).Social()) && p.Name != string(p.Type) {
		return fmt.Sprintf("Provider %s cannot be of type %s.", p.Name, p.Type)
	}
	if strings.EqualFold(p.Name, ProviderCognito) {
		return "Provider name " + p.Name + " is reserved for the users of the user pool."
	}
	return ""
}

// Problem gives the sentence of the first rule that a complete provider breaks, ""
// if none. admits says whether an address may be called.
func (p *Provider) Problem(pool *Pool, admits func(address string) bool) string {
	return firstOf(p.detailsProblem(admits), p.mappingProblem(pool), p.identifiersProblem())
}

// mappingProblem checks that what is mapped to are attributes that a provider may
// set. username is no attribute, but every type except SAML maps it.
func (p *Provider) mappingProblem(pool *Pool) string {
	var wrong []string
	for _, name := range slices.Sorted(maps.Keys(p.Mapping)) {
		a := pool.SchemaAttribute(name)
		switch {
		case name == mappedUsername && p.Type == ProviderSAML:
			return "Invalid user attributes: " + name + ": " + notInSchema
		case name == mappedUsername:
		case a == nil, name == sub, name == identities, a != nil && a.DeveloperOnlyAttribute, p.Mapping[name] == "":
			wrong = append(wrong, name)
		}
	}
	if len(wrong) > 0 {
		return "AttributeMapping contains invalid mapping: [" + strings.Join(wrong, ", ") + "]"
	}
	return ""
}

func (p *Provider) identifiersProblem() string {
	for i, id := range p.Identifiers {
		if slices.Contains(p.Identifiers[:i], id) {
			return "Identity provider identifier " + id + " is given more than once."
		}
	}
	return ""
}

// LinkProblem gives the sentence that refuses to link identities by an attribute,
// "" if the provider's users can be told by it: by their id at any provider, at SAML
// and OIDC ones also by a pool attribute that is mapped.
func (p *Provider) LinkProblem(attribute string) string {
	switch {
	case attribute == CognitoSubject:
		return ""
	case p.Type.Social():
		return "ProviderAttributeName must be " + CognitoSubject + " for provider " + p.Name + "."
	case p.Mapping[attribute] == "" || attribute == mappedUsername:
		return "ProviderAttributeName " + attribute + " is not in the attribute mapping of provider " + p.Name + "."
	case !slices.Contains(p.LinkAttributes, attribute) && len(p.LinkAttributes) >= MaxLinkAttributes:
		return fmt.Sprintf("Users of provider %s are linked by %d attributes already.", p.Name, MaxLinkAttributes)
	}
	return ""
}
