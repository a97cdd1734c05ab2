package trigger

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"

	"idpond/internal/userpool"
)

// event is the part that all triggers have, in the order in which it is written
// (reference: api-behaviour §19.1).
type event struct {
	Version       string          `json:"version"`
	TriggerSource string          `json:"triggerSource"`
	Region        string          `json:"region"`
	UserPoolID    string          `json:"userPoolId"`
	UserName      string          `json:"userName"`
	CallerContext callerContext   `json:"callerContext"`
	Request       any             `json:"request"`
	Response      json.RawMessage `json:"response"`
}

type callerContext struct {
	AWSSDKVersion string `json:"awsSdkVersion"`
	ClientID      string `json:"clientId"`
}

const (
	eventVersion = "1"
	sdkVersion   = "aws-sdk-unknown-unknown"
	noClient     = "CLIENT_ID_NOT_APPLICABLE"
)

// encode writes an event.
func encode(o Occasion, c call) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(event{
		Version: eventVersion, TriggerSource: c.source, Region: o.Pool.Region, UserPoolID: o.Pool.ID, UserName: o.UserName,
		CallerContext: callerContext{AWSSDKVersion: sdkVersion, ClientID: cmp.Or(o.ClientID, noClient)},
		Request:       c.request, Response: json.RawMessage(c.response),
	})
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), err
}

// UserAttributes is what events say of a user's attributes: those that the user
// has, sub, identities, the user's state, and in pools with aliases the addresses
// that the user signs in with (reference: api-behaviour §19.1). Nobody, nil, has
// none; the map is never nil.
func UserAttributes(pool *userpool.Pool, u *userpool.User) map[string]string {
	attributes := map[string]string{}
	if u == nil {
		return attributes
	}
	maps.Copy(attributes, u.Attributes)
	attributes["sub"] = u.ID
	attributes["cognito:user_status"] = string(u.Status)
	if text := u.IdentitiesText(); text != "" {
		attributes[userpool.AttributeIdentities] = text
	}
	for _, n := range u.Names {
		switch {
		case !slices.Contains(pool.Settings.AliasAttributes, string(n.Kind)):
		case n.Kind == userpool.NameEmail:
			attributes["cognito:email_alias"] = n.Value
		case n.Kind == userpool.NamePhoneNumber:
			attributes["cognito:phone_number_alias"] = n.Value
		}
	}
	return attributes
}
