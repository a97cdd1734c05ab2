package userpool

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestIdentities: the attribute has numbers and truth values, the claim texts.
func TestIdentities(t *testing.T) {
	u := &User{Identities: []Identity{
		{UserID: "1", ProviderName: "Google", ProviderType: "Google", Primary: true, DateCreated: 1642699117273},
		{UserID: "a@b", ProviderName: "Corp", ProviderType: "SAML", Issuer: "urn:idp", DateCreated: 5},
	}}
	attribute := `[{"userId":"1","providerName":"Google","providerType":"Google","issuer":null,"primary":true,"dateCreated":1642699117273},` +
		`{"userId":"a@b","providerName":"Corp","providerType":"SAML","issuer":"urn:idp","primary":false,"dateCreated":5}]`
	if diff := cmp.Diff(attribute, u.IdentitiesText()); diff != "" {
		t.Error(diff)
	}
	claim, err := json.Marshal(u.IdentityClaims())
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"userId":"1","providerName":"Google","providerType":"Google","issuer":null,"primary":"true","dateCreated":"1642699117273"},` +
		`{"userId":"a@b","providerName":"Corp","providerType":"SAML","issuer":"urn:idp","primary":"false","dateCreated":"5"}]`
	if diff := cmp.Diff(want, string(claim)); diff != "" {
		t.Error(diff)
	}
	none := &User{}
	if none.IdentitiesText() != "" || none.IdentityClaims() != nil {
		t.Error("a user without identities has some")
	}
	if n := u.Linked(); n != 1 {
		t.Errorf("%d identities are linked, want 1", n)
	}
	before := u.Identities
	if u.DropIdentity("Google", "1", false) || !u.DropIdentity("Google", "1", true) || len(u.Identities) != 1 || before[0].UserID != "1" {
		t.Errorf("after dropping: %v, before: %v", u.Identities, before)
	}
}
