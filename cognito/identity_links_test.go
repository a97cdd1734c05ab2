package cognito_test

import (
	"errors"
	"testing"
	"time"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

// linkBench has a pool with users ann and bob, and the providers Google and Corp
// (SAML), which maps email and custom:team.
func linkBench(t *testing.T) *bench {
	b := providerBench(t)
	b.ok("CreateIdentityProvider", `{"ProviderName":"Google","ProviderType":"Google","ProviderDetails":`+googleDetails+`}`)
	b.ok("CreateIdentityProvider", `{"ProviderName":"Corp","ProviderType":"SAML","ProviderDetails":{"MetadataFile":`+encoded(t, goodMetadata(t, b).XML())+`},
		"AttributeMapping":{"email":"mail","custom:team":"team","name":"cn","nickname":"nick","locale":"l","zoneinfo":"z"}}`)
	for _, name := range []string{"ann", "bob"} {
		b.ok("AdminCreateUser", `{"Username":"`+name+`","MessageAction":"SUPPRESS","TemporaryPassword":"Aa1!aaaa"}`)
		b.ok("AdminSetUserPassword", `{"Username":"`+name+`","Password":"Aa1!aaaa","Permanent":true}`)
	}
	return b
}

// federated makes the user that a first sign-in at a provider makes.
func (b *bench) federated(provider, subject string) *userpool.User {
	b.Helper()
	name := userpool.ProviderUsername(provider, subject)
	u := &userpool.User{
		PoolID: b.pool, ID: "00000000-0000-4000-8000-" + name[len(name)-1:] + "00000000000", Username: name, Enabled: true, Status: userpool.StatusExternalProvider,
		Names:     []userpool.SignInName{{Kind: userpool.NameUsername, Value: name}},
		CreatedAt: b.clock(), UpdatedAt: b.clock(),
		Identities: []userpool.Identity{{UserID: subject, ProviderName: provider, ProviderType: provider, Primary: true, DateCreated: b.clock().UnixMilli()}},
	}
	if err := b.store.Write(b.Context(), func(tx store.Tx) error { return tx.CreateUser(b.Context(), u) }); err != nil {
		b.Fatal(err)
	}
	return u
}

func link(destination, provider, attribute, value string) string {
	return `{"DestinationUser":{"ProviderName":"Cognito","ProviderAttributeValue":"` + destination + `"},
		"SourceUser":{"ProviderName":"` + provider + `","ProviderAttributeName":"` + attribute + `","ProviderAttributeValue":"` + value + `"}}`
}

func disable(provider, attribute, value string) string {
	return `{"User":{"ProviderName":"` + provider + `","ProviderAttributeName":"` + attribute + `","ProviderAttributeValue":"` + value + `"}}`
}

const (
	annGoogle = `[{\"userId\":\"g1\",\"providerName\":\"Google\",\"providerType\":\"Google\",\"issuer\":null,\"primary\":false,\"dateCreated\":1700000000000}`
	annCorp   = `{\"userId\":\"ann@example.org\",\"providerName\":\"Corp\",\"providerType\":\"SAML\",\"issuer\":\"https://idp.example.org/metadata\",\"primary\":false,\"dateCreated\":1700000001000}]`
)

func TestLinks(t *testing.T) {
	b := linkBench(t)
	sub := b.sub("ann")
	b.run(trial{"AdminLinkProviderForUser", link("ann", "Google", "Cognito_Subject", "g1"), `{}`})
	b.advance(time.Second)
	b.run(
		trial{"AdminLinkProviderForUser", link("ann", "Corp", "email", "ann@example.org"), `{}`},
		trial{"AdminGetUser", `{"Username":"ann"}`, `~{"UserAttributes":[{"Name":"sub","Value":"` + sub + `"},{"Name":"identities","Value":"` + annGoogle + `,` + annCorp + `"}],"UserStatus":"CONFIRMED"}`},
		trial{"ListUsers", `{"Filter":"username = \"ann\"","AttributesToGet":["identities"]}`, `InvalidParameterException: One or more requested attributes do not exist.`},
		trial{"AdminLinkProviderForUser", link("ann", "Google", "Cognito_Subject", "g1"), `InvalidParameterException: SourceUser is already linked to DestinationUser`},
		trial{"AdminLinkProviderForUser", link("bob", "Google", "Cognito_Subject", "g1"), `InvalidParameterException: SourceUser is already linked to DestinationUser`},
	)
	for _, found := range []store.IdentityLink{{Provider: "Google", Attribute: "Cognito_Subject", Value: "g1"}, {Provider: "Corp", Attribute: "email", Value: "ann@example.org"}} {
		if u, err := b.store.LinkedUser(t.Context(), b.pool, found.Provider, found.Attribute, found.Value); err != nil || u.Username != "ann" {
			t.Errorf("%+v leads to %v, %v", found, u, err)
		}
	}
	b.run(
		trial{"AdminDisableProviderForUser", disable("Google", "Cognito_Subject", "g1"), `{}`},
		trial{"AdminGetUser", `{"Username":"ann"}`, `~{"UserAttributes":[{"Name":"sub","Value":"` + sub + `"},{"Name":"identities","Value":"[` + annCorp + `"}]}`},
		trial{"AdminDisableProviderForUser", disable("Google", "Cognito_Subject", "g1"), `UserNotFoundException: User does not exist.`},
		trial{"AdminDisableProviderForUser", disable("Corp", "Cognito_Subject", "ann@example.org"), `UserNotFoundException: User does not exist.`},
		trial{"AdminDisableProviderForUser", disable("Corp", "email", "ann@example.org"), `{}`},
		trial{"AdminGetUser", `{"Username":"ann"}`, `~{"UserAttributes":[{"Name":"sub","Value":"` + sub + `"}]}`},
		trial{"AdminLinkProviderForUser", link("bob", "Google", "Cognito_Subject", "g1"), `{}`}, // it is free again
	)
}

func TestLinkRefusals(t *testing.T) {
	b := linkBench(t)
	b.federated("Google", "g7")
	b.ok("AdminCreateUser", `{"Username":"Google_g8","MessageAction":"SUPPRESS","TemporaryPassword":"Aa1!aaaa"}`) // a local user of that name
	b.ok("AdminCreateUser", `{"Username":"fixed","MessageAction":"SUPPRESS","TemporaryPassword":"Aa1!aaaa","UserAttributes":[{"Name":"custom:badge","Value":"7"}]}`)
	for _, tt := range []struct{ name, body, want string }{
		{"local source", link("ann", "Cognito", "Cognito_Subject", "bob"), `InvalidParameterException: Invalid SourceUser: Cognito users with a username/password may not be passed in as a SourceUser, only as a DestinationUser`},
		{"unknown provider", link("ann", "Facebook", "Cognito_Subject", "x"), `ResourceNotFoundException: Identity provider Facebook does not exist.`},
		{"unknown destination", link("cyd", "Google", "Cognito_Subject", "x"), `UserNotFoundException: User does not exist.`},
		{"destination of an unknown provider", `{"DestinationUser":{"ProviderName":"Facebook","ProviderAttributeValue":"x"},"SourceUser":{"ProviderName":"Google","ProviderAttributeName":"Cognito_Subject","ProviderAttributeValue":"x"}}`,
			`ResourceNotFoundException: Identity provider Facebook does not exist.`},
		{"destination that is no federated user", `{"DestinationUser":{"ProviderName":"Google","ProviderAttributeValue":"g8"},"SourceUser":{"ProviderName":"Corp","ProviderAttributeName":"Cognito_Subject","ProviderAttributeValue":"x"}}`,
			`UserNotFoundException: User does not exist.`},
		{"source that signed in", link("ann", "Google", "Cognito_Subject", "g7"), `InvalidParameterException: Merging is not currently supported, provide a SourceUser that has not been signed up in order to link`},
		{"social attribute", link("ann", "Google", "email", "a@example.org"), `InvalidParameterException: ProviderAttributeName must be Cognito_Subject for provider Google.`},
		{"attribute without mapping", link("ann", "Corp", "family_name", "x"), `InvalidParameterException: ProviderAttributeName family_name is not in the attribute mapping of provider Corp.`},
		{"fixed attribute", link("fixed", "Google", "Cognito_Subject", "x"), `InvalidParameterException: Invalid DestinationUser: the attribute custom:badge of the user cannot be changed, so the user cannot be linked.`},
		{"no value", link("ann", "Google", "Cognito_Subject", ""), `InvalidParameterException: Missing required parameter SourceUser.ProviderAttributeValue`},
		{"no attribute", link("ann", "Google", "", "x"), `InvalidParameterException: Missing required parameter SourceUser.ProviderAttributeName`},
		{"no destination", link("", "Google", "Cognito_Subject", "x"), `InvalidParameterException: Missing required parameter DestinationUser.ProviderAttributeValue`},
		{"empty members", `{"DestinationUser":{},"SourceUser":{}}`, `InvalidParameterException: Missing required parameter DestinationUser.ProviderName`},
		{"a name that is taken by a local user", link("ann", "Google", "Cognito_Subject", "g8"), `{}`},
		{"federated destination", `{"DestinationUser":{"ProviderName":"Google","ProviderAttributeValue":"g7"},"SourceUser":{"ProviderName":"Corp","ProviderAttributeName":"Cognito_Subject","ProviderAttributeValue":"x"}}`, `{}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b.TB = t
			b.run(trial{"AdminLinkProviderForUser", tt.body, tt.want})
		})
	}
	b.TB = t
	b.run(trial{"AdminDisableProviderForUser", disable("Facebook", "Cognito_Subject", "x"), `ResourceNotFoundException: Identity provider Facebook does not exist.`},
		trial{"AdminDisableProviderForUser", disable("Cognito", "Cognito_Subject", "cyd"), `UserNotFoundException: User does not exist.`},
		trial{"AdminDisableProviderForUser", disable("Cognito", "email", "ann"), `InvalidParameterException: ProviderAttributeName must be Cognito_Subject for provider Cognito.`},
		trial{"AdminDisableProviderForUser", `{"User":{"ProviderAttributeValue":"ann"}}`, `InvalidParameterException: Missing required parameter User.ProviderName`},
		trial{"AdminDisableProviderForUser", disable("Google", "Cognito_Subject", ""), `InvalidParameterException: Missing required parameter User.ProviderAttributeValue`})
}

// TestLinkLimits: five identities for a user, five attributes for a provider; what
// is refused leaves nothing behind.
func TestLinkLimits(t *testing.T) {
	b := linkBench(t)
	for _, attribute := range []string{"email", "custom:team", "name", "nickname", "locale"} {
		b.ok("AdminLinkProviderForUser", link("ann", "Corp", attribute, "v"))
	}
	b.run(
		trial{"AdminLinkProviderForUser", link("ann", "Google", "Cognito_Subject", "g1"), `LimitExceededException: Exceeded the limit of 5 linked identities per user.`},
		trial{"AdminLinkProviderForUser", link("bob", "Google", "Cognito_Subject", "g1"), `{}`},
		trial{"AdminLinkProviderForUser", link("bob", "Corp", "zoneinfo", "v"), `InvalidParameterException: Users of provider Corp are linked by 5 attributes already.`},
		trial{"AdminLinkProviderForUser", link("bob", "Corp", "email", "w"), `{}`},
		trial{"AdminLinkProviderForUser", link("bob", "Corp", "Cognito_Subject", "w"), `{}`},
		trial{"UpdateIdentityProvider", `{"ProviderName":"Corp","IdpIdentifiers":["corp"]}`, `~{"IdentityProvider":{"IdpIdentifiers":["corp"]}}`},
		trial{"AdminLinkProviderForUser", link("bob", "Corp", "zoneinfo", "v"), `InvalidParameterException: Users of provider Corp are linked by 5 attributes already.`},
	)
}

// TestDisableFederatedUser: a user who came from a provider can't come from there
// any more.
func TestDisableFederatedUser(t *testing.T) {
	b := linkBench(t)
	u := b.federated("Google", "g7")
	b.run(
		trial{"AdminGetUser", `{"Username":"Google_g7"}`, `~{"UserAttributes":[{"Name":"sub","Value":"` + u.ID + `"},{"Name":"identities","Value":"[{\"userId\":\"g7\",\"providerName\":\"Google\",\"providerType\":\"Google\",\"issuer\":null,\"primary\":true,\"dateCreated\":1700000000000}]"}]}`},
		trial{"AdminDisableProviderForUser", disable("Google", "Cognito_Subject", "g7"), `{}`},
		trial{"AdminGetUser", `{"Username":"Google_g7"}`, `~{"UserAttributes":[{"Name":"sub","Value":"` + u.ID + `"}]}`},
		trial{"AdminDisableProviderForUser", disable("Google", "Cognito_Subject", "g7"), `UserNotFoundException: User does not exist.`},
	)
}

// TestDisablePassword: the user is then as one of a provider, until a password is set.
func TestDisablePassword(t *testing.T) {
	b := linkBench(t)
	b.run(
		trial{"AdminDisableProviderForUser", disable("Cognito", "Cognito_Subject", "ann"), `{}`},
		trial{"AdminGetUser", `{"Username":"ann"}`, `~{"UserStatus":"EXTERNAL_PROVIDER","Enabled":true}`},
		trial{"AdminResetUserPassword", `{"Username":"ann"}`, `NotAuthorizedException: User password cannot be reset in the current state.`},
		trial{"AdminSetUserPassword", `{"Username":"ann","Password":"Aa1!aaaa","Permanent":true}`, `{}`},
		trial{"AdminGetUser", `{"Username":"ann"}`, `~{"UserStatus":"CONFIRMED"}`},
	)
}

// TestDisablingSignsOut: whichever way of signing in ends, what the user's sign-ins gave
// out ends with it.
func TestDisablingSignsOut(t *testing.T) {
	b := linkBench(t)
	b.federated("Google", "g7")
	b.ok("AdminLinkProviderForUser", link("ann", "Google", "Cognito_Subject", "g1"))
	for _, tt := range []struct{ username, way string }{
		{"ann", disable("Google", "Cognito_Subject", "g1")}, {"Google_g7", disable("Google", "Cognito_Subject", "g7")}, {"bob", disable("Cognito", "Cognito_Subject", "bob")},
	} {
		grant := store.Grant{PoolID: b.pool, ID: "of " + tt.username, UserID: b.sub(tt.username), ExpiresAt: b.clock().Add(time.Hour)}
		if err := b.store.Write(t.Context(), func(tx store.Tx) error { return tx.CreateGrant(t.Context(), grant, nil) }); err != nil {
			t.Fatal(err)
		}
		if _, _, err := b.store.GrantUser(t.Context(), b.pool, grant.ID); err != nil {
			t.Fatal(err)
		}
		b.run(trial{"AdminDisableProviderForUser", tt.way, `{}`})
		if _, _, err := b.store.GrantUser(t.Context(), b.pool, grant.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: the grant is there after the disabling, error %v", tt.username, err)
		}
	}
}

func (b *bench) sub(username string) string {
	b.Helper()
	p, err := b.srv.Directory.Pool(b.Context(), b.pool)
	if err != nil {
		b.Fatal(err)
	}
	u, err := b.srv.Accounts.AdminGet(b.Context(), p, username)
	if err != nil {
		b.Fatal(err)
	}
	return u.ID
}
