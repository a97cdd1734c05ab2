package cognito_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/tokens/tokenstest"
)

const (
	again        = `{"AuthenticationResult":{"AccessToken":"ACCESSTOKEN","ExpiresIn":3600,"IdToken":"IDTOKEN","TokenType":"Bearer"}}`
	rotated      = `{"AuthenticationResult":{"AccessToken":"ACCESSTOKEN","ExpiresIn":3600,"IdToken":"IDTOKEN","RefreshToken":"REFRESHTOKEN","TokenType":"Bearer"}}`
	reused       = "RefreshTokenReuseException: Refresh token reuse detected"
	revokedToken = "NotAuthorizedException: Access Token has been revoked"
	isAda        = `{"Username":"ada","UserAttributes":[{"Name":"sub","Value":"SUB"}]}`
)

// signedIn is a sign-in of ada whose tokens are kept as name.
func signedIn(client, name string) turn {
	return turn{op: "InitiateAuth", body: signIn(client, "ada", rightPassword), want: gotTokens, keep: name}
}

// exchange is a GetTokensFromRefreshToken with the refresh token kept as from.
func exchange(client, from, keep, want string) turn {
	return turn{op: "GetTokensFromRefreshToken", keep: keep, want: want,
		body: fmt.Sprintf(`{"ClientId":%q,"RefreshToken":"{{%s.RefreshToken}}"}`, client, from)}
}

// refresh is a REFRESH_TOKEN_AUTH with the refresh token kept as from.
func refresh(client, from, want string) turn {
	return turn{op: "InitiateAuth", keep: "last", want: want,
		body: fmt.Sprintf(`{"AuthFlow":"REFRESH_TOKEN_AUTH","ClientId":%q,"AuthParameters":{"REFRESH_TOKEN":"{{%s.RefreshToken}}"}}`, client, from)}
}

func getUser(from, want string) turn {
	return turn{op: "GetUser", body: `{"AccessToken":"{{` + from + `.AccessToken}}"}`, want: want}
}

func revoke(client, from, want string) turn {
	return turn{op: "RevokeToken", body: fmt.Sprintf(`{"ClientId":%q,"Token":"{{%s.RefreshToken}}"}`, client, from), want: want}
}

func later(d time.Duration, t turn) turn { t.after = d; return t }

func TestTokens(t *testing.T) {
	const denied = "NotAuthorizedException: "
	for _, tt := range []struct {
		name  string
		turns []turn
	}{{
		"refresh", []turn{
			signedIn(benchClient, "one"),
			later(time.Hour, getUser("one", denied+"Access Token has expired")),
			refresh(benchClient, "one", refreshed), getUser("last", isAda),
			refresh(benchClient, "one", refreshed),
			exchange(benchClient, "one", "two", again), getUser("two", isAda),
			{op: "AdminInitiateAuth", body: `{"AuthFlow":"REFRESH_TOKEN","AuthParameters":{"REFRESH_TOKEN":"{{one.RefreshToken}}"}}`, want: refreshed},
			refresh("hiding", "one", denied+"Invalid Refresh Token"),
			exchange("hiding", "one", "", denied+"Invalid Refresh Token."),
			{op: "GetTokensFromRefreshToken", body: `{"RefreshToken":"nonsense"}`, want: denied + "Invalid Refresh Token."},
			{op: "GetTokensFromRefreshToken", body: `{"RefreshToken":"{{two.AccessToken}}"}`, want: denied + "Invalid Refresh Token."},
			{op: "InitiateAuth", body: `{"AuthFlow":"REFRESH_TOKEN_AUTH","AuthParameters":{"REFRESH_TOKEN":"nonsense"}}`, want: denied + "Invalid Refresh Token"},
			{op: "InitiateAuth", body: `{"AuthFlow":"REFRESH_TOKEN_AUTH"}`, want: "InvalidParameterException: Missing required parameter REFRESH_TOKEN"},
		},
	}, {
		"end of life", []turn{
			signedIn(benchClient, "one"),
			later(30*24*time.Hour-time.Second, refresh(benchClient, "one", refreshed)),
			later(time.Second, refresh(benchClient, "one", denied+"Refresh Token has expired")),
			exchange(benchClient, "one", "", denied+"Refresh Token has expired"),
		},
	}, {
		"rotation", []turn{
			signedIn("rotating", "one"),
			exchange("rotating", "one", "two", rotated), getUser("two", isAda),
			later(9*time.Second, exchange("rotating", "one", "three", rotated)), // in the grace: forks
			exchange("rotating", "two", "", reused),                             // the sibling that was not preferred
			exchange("rotating", "three", "four", rotated),
			later(10*time.Second, exchange("rotating", "one", "", reused)),
			exchange("rotating", "three", "", reused),
			exchange("rotating", "four", "five", rotated), // nothing else was revoked
			later(30*24*time.Hour, exchange("rotating", "five", "", denied+"Refresh Token has expired")),
		},
	}, {
		"client secret", []turn{
			{op: "InitiateAuth", keep: "one", want: gotTokens, body: `{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"secret","AuthParameters":
				{"USERNAME":"ada","PASSWORD":"Passw0rd!","SECRET_HASH":"` + secretHash("firstsecretfirstsecretfirst", "ada", "secret") + `"}}`},
			exchange("secret", "one", "", denied+"Client secret is configured for secret but secret was not received"),
			{op: "GetTokensFromRefreshToken", want: denied + "Unable to verify secret hash for client secret",
				body: `{"ClientId":"secret","ClientSecret":"wrongsecretwrongsecretwrong","RefreshToken":"{{one.RefreshToken}}"}`},
			{op: "GetTokensFromRefreshToken", want: again,
				body: `{"ClientId":"secret","ClientSecret":"othersecretothersecretother","RefreshToken":"{{one.RefreshToken}}"}`},
			{op: "GetTokensFromRefreshToken", want: denied + "Unable to verify secret hash for client benchclient",
				body: `{"ClientSecret":"othersecretothersecretother","RefreshToken":"{{one.RefreshToken}}"}`},
			revoke("secret", "one", "UnauthorizedException: Client secret is configured for secret but secret was not received"),
			{op: "RevokeToken", want: "UnauthorizedException: Unable to verify secret hash for client secret",
				body: `{"ClientId":"secret","ClientSecret":"wrongsecretwrongsecretwrong","Token":"{{one.RefreshToken}}"}`},
			getUser("one", isAda),
			{op: "RevokeToken", want: `{}`, body: `{"ClientId":"secret","ClientSecret":"firstsecretfirstsecretfirst","Token":"{{one.RefreshToken}}"}`},
			getUser("one", revokedToken),
		},
	}, {
		"revocation", []turn{
			signedIn(benchClient, "one"), signedIn(benchClient, "two"),
			{op: "RevokeToken", body: `{"Token":"{{one.AccessToken}}"}`, want: "UnsupportedTokenTypeException: Unsupported token type"},
			{op: "RevokeToken", body: `{"Token":"{{one.IdToken}}"}`, want: "UnsupportedTokenTypeException: Unsupported token type"},
			{op: "RevokeToken", body: `{"Token":"nonsense"}`, want: `{}`},
			{op: "RevokeToken", body: `{"ClientId":"nobody","Token":"nonsense"}`, want: "UnauthorizedException: User pool client nobody does not exist."},
			revoke("hiding", "one", "UnauthorizedException: Invalid token for this client"),
			getUser("one", isAda),
			revoke(benchClient, "one", `{}`),
			getUser("one", revokedToken),
			refresh(benchClient, "one", denied+"Refresh Token has been revoked"),
			exchange(benchClient, "one", "", denied+"Refresh Token has been revoked"),
			revoke(benchClient, "one", `{}`),
			getUser("two", isAda), refresh(benchClient, "two", refreshed),
		},
	}, {
		"revocation of a family", []turn{
			signedIn("rotating", "one"), exchange("rotating", "one", "two", rotated), exchange("rotating", "two", "three", rotated),
			revoke("rotating", "two", `{}`), getUser("one", isAda), // in the middle of the chain
			revoke("rotating", "one", `{}`), getUser("three", revokedToken),
			exchange("rotating", "three", "", denied+"Refresh Token has been revoked"),
		},
	}, {
		"global sign-out", []turn{
			signedIn(benchClient, "one"), signedIn("hiding", "two"),
			{op: "GlobalSignOut", body: `{"AccessToken":"{{one.AccessToken}}"}`, want: `{}`},
			getUser("one", revokedToken), getUser("two", revokedToken),
			{op: "GlobalSignOut", body: `{"AccessToken":"{{one.AccessToken}}"}`, want: revokedToken},
			refresh(benchClient, "one", denied+"Refresh Token has been revoked"),
			signedIn(benchClient, "three"), getUser("three", isAda),
			{op: "AdminUserGlobalSignOut", body: `{"Username":"ada"}`, want: `{}`},
			getUser("three", revokedToken),
			{op: "AdminUserGlobalSignOut", body: `{"Username":"nobody"}`, want: unknown},
		},
	}, {
		"disabled and deleted", []turn{
			signedIn(benchClient, "one"),
			{op: "AdminDisableUser", body: `{"Username":"ada"}`, want: `{}`},
			getUser("one", revokedToken),
			refresh(benchClient, "one", denied+"User is disabled."),
			{op: "AdminEnableUser", body: `{"Username":"ada"}`, want: `{}`},
			getUser("one", revokedToken),
			signedIn(benchClient, "two"),
			{op: "AdminDeleteUser", body: `{"Username":"ada"}`, want: ""},
			getUser("two", unknown),
			{op: "GlobalSignOut", body: `{"AccessToken":"{{two.AccessToken}}"}`, want: revokedToken},
			refresh(benchClient, "two", denied+"Invalid Refresh Token"),
		},
	}, {
		"what is no access token", []turn{
			signedIn(benchClient, "one"),
			{op: "GetUser", body: `{"AccessToken":"nonsense"}`, want: denied + "Invalid Access Token"},
			{op: "GetUser", body: `{"AccessToken":"{{one.IdToken}}"}`, want: denied + "Invalid Access Token"},
			{op: "GetUser", body: `{"AccessToken":"{{one.RefreshToken}}"}`, want: denied + "Invalid Access Token"},
		},
	}} {
		t.Run(tt.name, func(t *testing.T) {
			b := newSignInBench(t)
			b.addUser("ada")
			b.play(tt.turns)
		})
	}
}

// TestBrokenSignature changes one character of an access token's signature, and
// its issuer.
func TestBrokenSignature(t *testing.T) {
	b := newSignInBench(t)
	b.addUser("ada")
	b.play([]turn{signedIn(benchClient, "one")})
	parts := strings.Split(b.kept["one.AccessToken"], ".")
	first := map[bool]string{true: "B", false: "A"}[parts[2][0] == 'A']
	b.kept["bad.AccessToken"] = parts[0] + "." + parts[1] + "." + first + parts[2][1:]
	b.play([]turn{getUser("bad", "NotAuthorizedException: Could not verify signature for Access Token")})
}

// TestDeletedClient: the tokens of a client die with it.
func TestDeletedClient(t *testing.T) {
	b := newSignInBench(t)
	b.addUser("ada")
	b.play([]turn{
		signedIn("hiding", "one"), getUser("one", isAda),
		{op: "DeleteUserPoolClient", body: `{"UserPoolId":"eu-west-1_Bench","ClientId":"hiding"}`},
		getUser("one", revokedToken),
	})
}

// TestFamily: what stays and what changes over refreshes (reference: api-behaviour §15).
func TestFamily(t *testing.T) {
	b := newSignInBench(t)
	b.addUser("ada")
	b.play([]turn{signedIn("rotating", "one"), later(time.Minute, exchange("rotating", "one", "two", rotated))})
	for _, name := range []string{"AccessToken", "IdToken"} {
		one, two := tokenstest.Claims(t, b.kept["one."+name]), tokenstest.Claims(t, b.kept["two."+name])
		for claim, want := range map[string]bool{"auth_time": true, "origin_jti": true, "event_id": true, "sub": true, "jti": false, "iat": false, "exp": false} {
			if same := cmp.Equal(one[claim], two[claim]); same != want {
				t.Errorf("%s, %s: %v and %v", name, claim, one[claim], two[claim])
			}
		}
	}
}

// TestRotationAtOnce exchanges one refresh token 32 times at once, without and
// with grace. One family is left either way: of the new tokens one goes on.
func TestRotationAtOnce(t *testing.T) {
	const times = 32
	for _, grace := range []int{0, 10} {
		b := newSignInBench(t)
		b.addUser("ada")
		b.clients["rotating"].Settings.RefreshTokenRotation.RetryGracePeriodSeconds = grace
		b.play([]turn{signedIn("rotating", "one")})
		body := fmt.Sprintf(`{"ClientId":"rotating","RefreshToken":%q}`, b.kept["one.RefreshToken"])
		next := make(chan string, times)
		var wg sync.WaitGroup
		for range times {
			wg.Go(func() {
				answer, failure := b.sendRaw("GetTokensFromRefreshToken", body)
				if failure != "" {
					if failure != reused {
						t.Errorf("grace %d: %s", grace, failure)
					}
					return
				}
				next <- answer["AuthenticationResult"].(map[string]any)["RefreshToken"].(string)
			})
		}
		wg.Wait()
		close(next)
		if grace == 0 && len(next) != 1 {
			t.Errorf("%d exchanges without grace", len(next))
		}
		good := 0
		for token := range next {
			if _, failure := b.sendRaw("GetTokensFromRefreshToken", fmt.Sprintf(`{"ClientId":"rotating","RefreshToken":%q}`, token)); failure == "" {
				good++
			}
		}
		if good != 1 {
			t.Errorf("grace %d: %d tokens go on, want 1", grace, good)
		}
	}
}
