package tokens

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

// TestIdentitiesClaim: ID tokens tell of identities whatever the scopes and read
// permissions are, with texts for members; userInfo as the text of the attribute,
// within both (reference: hosted-ui-and-oauth §5, §7.1).
func TestIdentitiesClaim(t *testing.T) {
	user := &userpool.User{ID: "s", Attributes: map[string]string{"email": "e"},
		Identities: []userpool.Identity{{UserID: "1", ProviderName: "Google", ProviderType: "Google", Primary: true, DateCreated: 1642699117273}}}
	const claim = `[{"userId":"1","providerName":"Google","providerType":"Google","issuer":null,"primary":"true","dateCreated":"1642699117273"}]`
	const attribute = `[{"userId":"1","providerName":"Google","providerType":"Google","issuer":null,"primary":true,"dateCreated":1642699117273}]`
	all := &userpool.AppClient{}
	limited := &userpool.AppClient{Settings: userpool.ClientSettings{ReadAttributes: []string{"email"}}}
	for _, tt := range []struct {
		client   *userpool.AppClient
		scopes   []string
		userInfo string
	}{
		{all, []string{"openid"}, attribute},
		{all, []string{"openid", "email"}, ""},
		{all, []string{"openid", "profile"}, ""},
		{limited, []string{"openid"}, ""},
	} {
		s := &subject{client: tt.client, user: user, grant: &store.Grant{OAuth: true, Scopes: tt.scopes}, now: time.Unix(1, 0)}
		got, err := json.Marshal(s.idClaims()["identities"])
		if diff := cmp.Diff(claim, string(got)); err != nil || diff != "" {
			t.Errorf("scopes %v, claim: %v\n%s", tt.scopes, err, diff)
		}
		if diff := cmp.Diff(tt.userInfo, Readable(tt.client, user, tt.scopes)["identities"]); diff != "" {
			t.Errorf("scopes %v, userInfo:\n%s", tt.scopes, diff)
		}
	}
	plain := &subject{client: all, user: &userpool.User{ID: "s"}, grant: &store.Grant{OAuth: true, Scopes: []string{"openid"}}, now: time.Unix(1, 0)}
	if _, ok := plain.idClaims()["identities"]; ok {
		t.Error("a user without identities has the claim")
	}
}
