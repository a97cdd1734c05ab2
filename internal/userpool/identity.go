package userpool

import (
	"encoding/json"
	"slices"
	"strconv"
)

// Identity is an identity at a provider that signs in as a user, as the attribute
// identities tells of it (reference: hosted-ui-and-oauth §7.1). The JSON is how it is
// stored.
type Identity struct {
	UserID       string `json:"userId"` // at the provider
	ProviderName string `json:"providerName"`
	ProviderType string `json:"providerType"`
	Issuer       string `json:"issuer,omitempty"` // SAML: the provider's entity id
	Primary      bool   `json:"primary"`          // the user came from this provider, and was not linked later
	DateCreated  int64  `json:"dateCreated"`      // milliseconds since 1970
}

// AttributeIdentities is the attribute that tells of a user's identities at
// providers. It is not among User.Attributes.
const AttributeIdentities = identities

// IdentitiesText is the value of the attribute identities: JSON with true, false
// and numbers; "" for a user without any (reference: hosted-ui-and-oauth §7.1).
func (u *User) IdentitiesText() string {
	if len(u.Identities) == 0 {
		return ""
	}
	type member struct {
		UserID       string  `json:"userId"`
		ProviderName string  `json:"providerName"`
		ProviderType string  `json:"providerType"`
		Issuer       *string `json:"issuer"` // null but for SAML
		Primary      bool    `json:"primary"`
		DateCreated  int64   `json:"dateCreated"`
	}
	list := make([]member, len(u.Identities))
	for i, id := range u.Identities {
		list[i] = member{id.UserID, id.ProviderName, id.ProviderType, id.issuer(), id.Primary, id.DateCreated}
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(err) // texts, numbers and truth values
	}
	return string(text)
}

// IdentityClaim is one entry of the claim identities, where everything is text.
type IdentityClaim struct {
	UserID       string  `json:"userId"`
	ProviderName string  `json:"providerName"`
	ProviderType string  `json:"providerType"`
	Issuer       *string `json:"issuer"` // null but for SAML
	Primary      string  `json:"primary"`
	DateCreated  string  `json:"dateCreated"`
}

// IdentityClaims is the claim identities of u's tokens; nil for a user without any.
func (u *User) IdentityClaims() []IdentityClaim {
	var list []IdentityClaim
	for _, id := range u.Identities {
		list = append(list, IdentityClaim{id.UserID, id.ProviderName, id.ProviderType, id.issuer(),
			strconv.FormatBool(id.Primary), strconv.FormatInt(id.DateCreated, 10)})
	}
	return list
}

func (id Identity) issuer() *string {
	if id.Issuer == "" {
		return nil
	}
	return &id.Issuer
}

// Linked counts the identities that were linked to u, without the one it came from.
func (u *User) Linked() int {
	n := 0
	for _, id := range u.Identities {
		if !id.Primary {
			n++
		}
	}
	return n
}

// DropIdentity takes an identity away from u and reports whether it was there.
func (u *User) DropIdentity(provider, userID string, primary bool) bool {
	i := slices.IndexFunc(u.Identities, func(id Identity) bool {
		return id.ProviderName == provider && id.UserID == userID && id.Primary == primary
	})
	if i < 0 {
		return false
	}
	u.Identities = slices.Delete(slices.Clone(u.Identities), i, i+1)
	return true
}

// FixedAttribute gives an attribute of u that can't be changed, "" if there is
// none. A user who has one can't be linked to, because what providers tell is
// written at every sign-in.
func (u *User) FixedAttribute(p *Pool) string {
	for _, a := range p.Settings.SchemaAttributes {
		if !a.Mutable && a.Name != sub && u.Attributes[a.Name] != "" {
			return a.Name
		}
	}
	return ""
}
