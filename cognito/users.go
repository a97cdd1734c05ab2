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
// by name.
func attributeList(u *userpool.User, shown func(name string) bool) []api.AttributeType {
	list := make([]api.AttributeType, 0, len(u.Attributes)+1)
	if shown("sub") {
		list = append(list, api.AttributeType{Name: "sub", Value: new(u.ID)})
	}
	for _, name := range slices.Sorted(maps.Keys(u.Attributes)) {
		if shown(name) {
			list = append(list, api.AttributeType{Name: name, Value: new(u.Attributes[name])})
		}
	}
	return list
}

// every shows all attributes, as administrators see them.
func every(string) bool { return true }

// userType writes a user as listings and AdminCreateUser do.
func userType(u *userpool.User) api.UserType {
	return api.UserType{
		Username: new(u.Username), Attributes: attributeList(u, every),
		UserCreateDate: api.Time(u.CreatedAt), UserLastModifiedDate: api.Time(u.UpdatedAt),
		Enabled: new(u.Enabled), UserStatus: new(string(u.Status)),
	}
}
