package userpool

import (
	"crypto/sha256"
	"crypto/subtle"
	"math"
	"time"
)

const (
	day = 24 * time.Hour
	// defaultRefreshTokenLife is that of clients that say nothing of it, or 0.
	defaultRefreshTokenLife = 30 * day
)

// AppClient is one application of a pool.
type AppClient struct {
	PoolID    string
	ID        string // 26 of [0-9a-z], unique over all pools
	Name      string
	Secrets   []ClientSecret // none for a public client, at most two
	Settings  ClientSettings
	CreatedAt time.Time
	UpdatedAt time.Time
}

// ClientSecret is one active secret of a confidential client; while there are
// two, either is right.
type ClientSecret struct {
	ID        string // {clientId}--{epoch seconds of creation}
	Value     string
	CreatedAt time.Time
}

// ClientSettings is the stored document of an app client's settings. A zero
// number or empty list is one that was never set (reference: api-behaviour §5).
type ClientSettings struct {
	RefreshTokenValidity                     int                     `json:"RefreshTokenValidity"`
	AccessTokenValidity                      int                     `json:"AccessTokenValidity,omitempty"`
	IdTokenValidity                          int                     `json:"IdTokenValidity,omitempty"`
	TokenValidityUnits                       TokenValidityUnits      `json:"TokenValidityUnits"`
	ReadAttributes                           []string                `json:"ReadAttributes,omitempty"`
	WriteAttributes                          []string                `json:"WriteAttributes,omitempty"`
	ExplicitAuthFlows                        []string                `json:"ExplicitAuthFlows,omitempty"`
	SupportedIdentityProviders               []string                `json:"SupportedIdentityProviders,omitempty"`
	CallbackURLs                             []string                `json:"CallbackURLs,omitempty"`
	LogoutURLs                               []string                `json:"LogoutURLs,omitempty"`
	DefaultRedirectURI                       string                  `json:"DefaultRedirectURI,omitempty"`
	AllowedOAuthFlows                        []string                `json:"AllowedOAuthFlows,omitempty"`
	AllowedOAuthScopes                       []string                `json:"AllowedOAuthScopes,omitempty"`
	AllowedOAuthFlowsUserPoolClient          bool                    `json:"AllowedOAuthFlowsUserPoolClient"`
	AnalyticsConfiguration                   *AnalyticsConfiguration `json:"AnalyticsConfiguration,omitempty"`
	PreventUserExistenceErrors               string                  `json:"PreventUserExistenceErrors,omitempty"` // LEGACY or ENABLED
	EnableTokenRevocation                    bool                    `json:"EnableTokenRevocation"`
	EnablePropagateAdditionalUserContextData bool                    `json:"EnablePropagateAdditionalUserContextData"`
	AuthSessionValidity                      int                     `json:"AuthSessionValidity"` // minutes
	RefreshTokenRotation                     *RefreshTokenRotation   `json:"RefreshTokenRotation,omitempty"`
}

// TokenValidityUnits gives the units of the three validity numbers: seconds,
// minutes, hours or days; "" is days for refresh tokens, hours for the others.
type TokenValidityUnits struct {
	AccessToken  string `json:"AccessToken,omitempty"`
	IdToken      string `json:"IdToken,omitempty"`
	RefreshToken string `json:"RefreshToken,omitempty"`
}

// AnalyticsConfiguration names an analytics project; kept and returned.
type AnalyticsConfiguration struct {
	ApplicationId  string `json:"ApplicationId,omitempty"`
	ApplicationArn string `json:"ApplicationArn,omitempty"`
	RoleArn        string `json:"RoleArn,omitempty"`
	ExternalId     string `json:"ExternalId,omitempty"`
	UserDataShared *bool  `json:"UserDataShared,omitempty"`
}

// RefreshTokenRotation makes every refresh give a new refresh token.
type RefreshTokenRotation struct {
	Feature                 string `json:"Feature"` // ENABLED or DISABLED
	RetryGracePeriodSeconds int    `json:"RetryGracePeriodSeconds"`
}

// Confidential reports whether the client has a secret.
func (c *AppClient) Confidential() bool { return len(c.Secrets) > 0 }

// HasSecret reports whether one of the texts is a secret of the client, in a time that
// doesn't tell which of them were near one.
func (c *AppClient) HasSecret(texts ...string) bool {
	right := 0
	for _, text := range texts {
		given := sha256.Sum256([]byte(text))
		for _, secret := range c.Secrets {
			want := sha256.Sum256([]byte(secret.Value))
			right |= subtle.ConstantTimeCompare(given[:], want[:])
		}
	}
	return right == 1
}

// HidesUserExistence reports whether answers must not tell an unknown user from
// a wrong password (reference: api-behaviour §16).
func (c *AppClient) HidesUserExistence() bool {
	return c.Settings.PreventUserExistenceErrors == "ENABLED"
}

// Rotates reports whether refresh tokens of the client are exchanged at each use.
func (c *AppClient) Rotates() bool {
	return c.Settings.RefreshTokenRotation != nil && c.Settings.RefreshTokenRotation.Feature == "ENABLED"
}

// RetryGrace is how long an exchanged refresh token still works.
func (c *AppClient) RetryGrace() time.Duration {
	if !c.Rotates() {
		return 0
	}
	return time.Duration(c.Settings.RefreshTokenRotation.RetryGracePeriodSeconds) * time.Second
}

// AccessTokenLife is how long an access token of the client is valid.
func (c *AppClient) AccessTokenLife() time.Duration {
	return validity(c.Settings.AccessTokenValidity, c.Settings.TokenValidityUnits.AccessToken, time.Hour, time.Hour)
}

// IDTokenLife is how long an ID token of the client is valid.
func (c *AppClient) IDTokenLife() time.Duration {
	return validity(c.Settings.IdTokenValidity, c.Settings.TokenValidityUnits.IdToken, time.Hour, time.Hour)
}

// RefreshTokenLife is how long a refresh token of the client is valid.
func (c *AppClient) RefreshTokenLife() time.Duration {
	return validity(c.Settings.RefreshTokenValidity, c.Settings.TokenValidityUnits.RefreshToken, day, defaultRefreshTokenLife)
}

// AuthSessionLife is how long a challenge of the client may be answered.
func (c *AppClient) AuthSessionLife() time.Duration {
	if c.Settings.AuthSessionValidity == 0 {
		return 3 * time.Minute
	}
	return time.Duration(c.Settings.AuthSessionValidity) * time.Minute
}

func validity(n int, unit string, defaultUnit, absent time.Duration) time.Duration {
	if n == 0 {
		return absent
	}
	one := unitOf(unit, defaultUnit)
	return min(time.Duration(n), math.MaxInt64/one) * one // at most some hundred years, which is beyond every range
}

// unitOf gives the length of a time unit of TokenValidityUnits; "" is absent.
func unitOf(unit string, absent time.Duration) time.Duration {
	switch unit {
	case "seconds":
		return time.Second
	case "minutes":
		return time.Minute
	case "hours":
		return time.Hour
	case "days":
		return day
	}
	return absent
}
