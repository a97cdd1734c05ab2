package tokens

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"idpond/internal/store"
	"idpond/internal/userpool"
)

// subject is everything that the claims of tokens are made from. A client that gets a
// token for itself has no user, and of the grant the scopes alone.
type subject struct {
	pool   *userpool.Pool
	client *userpool.AppClient
	user   *userpool.User
	grant  *store.Grant
	groups []*userpool.Group // best first
	issuer string
	now    time.Time

	accessJTI, idJTI string
}

// accessClaims are the claims of reference: hosted-ui-and-oauth §7.2. jti is in
// every access token, origin_jti only where tokens can be revoked.
func (u *subject) accessClaims() map[string]any {
	c := u.common("access", u.client.AccessTokenLife())
	c["client_id"] = u.client.ID
	c["username"] = u.user.Username
	c["scope"] = strings.Join(u.grant.Scopes, " ")
	c["jti"] = u.accessJTI
	if u.grant.DeviceKey != "" {
		c["device_key"] = u.grant.DeviceKey
	}
	if u.grant.OAuth {
		c["version"] = 2
	}
	return c
}

// idClaims are the claims of reference: hosted-ui-and-oauth §7.1, but for at_hash;
// nil when the grant gives no ID token.
func (u *subject) idClaims() map[string]any {
	if u.grant.OAuth && !slices.Contains(u.grant.Scopes, ScopeOpenID) {
		return nil
	}
	c := map[string]any{}
	for name, value := range Readable(u.client, u.user, u.grant.Scopes) {
		if v, ok := attributeClaim(name, value); ok {
			c[name] = v
		}
	}
	maps.Copy(c, u.common("id", u.client.IDTokenLife())) // no attribute stands in for one of these
	c["aud"] = u.client.ID
	c["cognito:username"] = u.user.Username
	if identities := u.user.IdentityClaims(); identities != nil {
		c[userpool.AttributeIdentities] = identities
	}
	if u.revocable() {
		c["jti"] = u.idJTI
	}
	if u.grant.Nonce != "" {
		c["nonce"] = u.grant.Nonce
	}
	roles, preferred := rolesOf(u.groups)
	if len(roles) > 0 {
		c["cognito:roles"] = roles
	}
	if preferred != "" {
		c["cognito:preferred_role"] = preferred
	}
	return c
}

// common are the claims that both tokens have.
func (u *subject) common(use string, life time.Duration) map[string]any {
	c := map[string]any{
		"sub": u.user.ID, "iss": u.issuer, "token_use": use, "event_id": u.grant.ID,
		"auth_time": u.grant.AuthTime.Unix(), "iat": u.now.Unix(), "exp": u.now.Add(life).Unix(),
	}
	if u.revocable() {
		c["origin_jti"] = u.grant.OriginJTI
	}
	if len(u.groups) > 0 {
		names := make([]string, len(u.groups))
		for i, g := range u.groups {
			names[i] = g.Name
		}
		c["cognito:groups"] = names
	}
	return c
}

// revocable reports whether the client's tokens carry what revocation goes by.
func (u *subject) revocable() bool {
	return u.client.Settings.EnableTokenRevocation || u.client.Rotates()
}

// clientClaims are those of client_credentials (reference: hosted-ui-and-oauth §7.3).
func (u *subject) clientClaims() map[string]any {
	return map[string]any{
		"sub": u.client.ID, "client_id": u.client.ID, "iss": u.issuer, "token_use": "access", "version": 2,
		"scope": strings.Join(u.grant.Scopes, " "), "jti": u.accessJTI,
		"auth_time": u.now.Unix(), "iat": u.now.Unix(), "exp": u.now.Add(u.client.AccessTokenLife()).Unix(),
	}
}

// Readable gives the attributes that a client with these scopes sees of a user, for
// ID tokens and userInfo (reference: hosted-ui-and-oauth §5). The scopes email,
// phone and profile each add their own; without any of the three, as after an API
// sign-in or with openid alone, it is all that the client may read. sub is not
// among them: it is a claim of its own.
func Readable(client *userpool.AppClient, user *userpool.User, scopes []string) map[string]string {
	narrowed := slices.ContainsFunc(scopes, func(s string) bool {
		return s == ScopeEmail || s == ScopePhone || s == ScopeProfile
	})
	out := make(map[string]string, len(user.Attributes))
	for name, value := range user.Attributes {
		if name != "sub" && client.CanRead(name) && (!narrowed || slices.Contains(scopes, scopeOf(name))) {
			out[name] = value
		}
	}
	if text := user.IdentitiesText(); text != "" && !narrowed && client.CanRead(userpool.AttributeIdentities) {
		out[userpool.AttributeIdentities] = text
	}
	return out
}

// scopeOf is the scope that an attribute belongs to; "" is none of the three.
func scopeOf(attribute string) string {
	switch attribute {
	case "email", "email_verified":
		return ScopeEmail
	case "phone_number", "phone_number_verified":
		return ScopePhone
	case "address":
		return ""
	}
	return ScopeProfile
}

// attributeClaim gives an attribute's value as a claim. Custom attributes are
// strings whatever their type. identities is no plain claim: its members have other
// types in tokens, which have it whatever the scopes and permissions are.
func attributeClaim(name, value string) (any, bool) {
	switch name {
	case "identities":
		return nil, false
	case "email_verified", "phone_number_verified":
		return value == "true", true
	case "address":
		return map[string]string{"formatted": value}, true
	case "updated_at":
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			return n, true
		}
	}
	return value, true
}

// sortGroups puts the best first: the lowest precedence, none last, then by name.
func sortGroups(groups []*userpool.Group) {
	slices.SortFunc(groups, func(a, b *userpool.Group) int {
		return cmp.Or(cmp.Compare(precedence(a), precedence(b)), cmp.Compare(a.Name, b.Name))
	})
}

func precedence(g *userpool.Group) int {
	if g.Precedence == nil {
		return math.MaxInt
	}
	return *g.Precedence
}

// rolesOf gives the roles of groups in their order, each once, and the role of the
// best group that has one: "" when several are the best and differ.
func rolesOf(groups []*userpool.Group) (roles []string, preferred string) {
	best := math.MaxInt
	for _, g := range groups {
		switch {
		case g.RoleArn == "":
			continue
		case len(roles) == 0:
			preferred, best = g.RoleArn, precedence(g)
		case precedence(g) == best && g.RoleArn != preferred:
			preferred = ""
		}
		if !slices.Contains(roles, g.RoleArn) {
			roles = append(roles, g.RoleArn)
		}
	}
	return roles, preferred
}

// accessTokenHash is at_hash (OpenID Connect Core §3.1.3.6) for RS256.
func accessTokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}
