package cognito

import (
	"maps"
	"slices"

	"idpond/cognito/api"
	"idpond/internal/userpool"
)

// attributeMap reads a list of attributes; of a name that stands twice the last
// one counts, and a missing value is an empty one.
func attributeMap(list []api.AttributeType) map[string]string {
	m := make(map[string]string, len(list))
	for _, a := range list {
		m[a.Name] = api.Str(a.Value)
	}
	return m
}

// attributeList writes the attributes of u that are shown: sub first, the others
// by name. identities is among them for a user who has any.
func attributeList(u *userpool.User, shown func(name string) bool) []api.AttributeType {
	list := make([]api.AttributeType, 0, len(u.Attributes)+2)
	if shown("sub") {
		list = append(list, api.AttributeType{Name: "sub", Value: new(u.ID)})
	}
	attributes := u.Attributes
	if text := u.IdentitiesText(); text != "" {
		attributes = maps.Clone(attributes)
		if attributes == nil {
			attributes = map[string]string{}
		}
		attributes[userpool.AttributeIdentities] = text
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		if shown(name) {
			list = append(list, api.AttributeType{Name: name, Value: new(attributes[name])})
		}
	}
	return list
}

// every shows all attributes, as administrators see them.
func every(string) bool { return true }

// userType writes a user as listings and AdminCreateUser do, with the attributes that
// are shown.
func userType(u *userpool.User, shown func(name string) bool) api.UserType {
	return api.UserType{
		Username: new(u.Username), Attributes: attributeList(u, shown),
		UserCreateDate: api.Time(u.CreatedAt), UserLastModifiedDate: api.Time(u.UpdatedAt),
		Enabled: new(u.Enabled), UserStatus: new(string(u.Status)), MFAOptions: mfaOptionTypes(u),
	}
}
