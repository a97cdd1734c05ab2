package userpool

import "strings"

// The names that ListUsers can filter by (reference: api-behaviour §20.1). "sub" is
// a user's ID and has no entry in Searchable.
const (
	SearchSub        = "sub"
	SearchUsername   = "username"
	SearchUserStatus = "cognito:user_status"
	SearchStatus     = "status" // Enabled or Disabled
)

// maxSearchRunes is how much of a value is searched: no key of a database's index
// grows beyond what PostgreSQL allows. Two values that agree so far are found by
// either.
const maxSearchRunes = 256

// searchedAttributes are the attributes of a user among the names to filter by.
func searchedAttributes() []string {
	return []string{"email", "phone_number", "name", "given_name", "family_name", "preferred_username"}
}

// Filterable lists the names that ListUsers can filter by.
func Filterable() []string {
	return append(searchedAttributes(), SearchSub, SearchUsername, SearchUserStatus, SearchStatus)
}

// Searchable gives the values by which a user can be searched: name → value as
// FoldSearch folds it. Attributes that the user doesn't have are absent.
func Searchable(u *User) map[string]string {
	status := "Disabled"
	if u.Enabled {
		status = "Enabled"
	}
	found := map[string]string{
		SearchUsername:   FoldSearch(SearchUsername, u.searchedUsername()),
		SearchUserStatus: string(u.Status),
		SearchStatus:     status,
	}
	for _, name := range searchedAttributes() {
		if value, ok := u.Attributes[name]; ok {
			found[name] = FoldSearch(name, value)
		}
	}
	return found
}

// searchedUsername is the username as it finds the user: folded already where the
// pool ignores case.
func (u *User) searchedUsername() string {
	for _, n := range u.Names {
		if n.Kind == NameUsername {
			return n.Value
		}
	}
	return u.Username
}

// FoldSearch folds the value of a filter, or of an attribute, to the form in which
// the two are compared. A username is compared as a sign-in name, so the caller has
// to fold it as one before; statuses are exact; the other attributes ignore case.
func FoldSearch(name, value string) string {
	switch name {
	case SearchSub, SearchUsername, SearchUserStatus, SearchStatus:
	default:
		value = strings.ToLower(value)
	}
	value = strings.ReplaceAll(value, "\x00", "") // PostgreSQL's text has none
	n := 0
	for i := range value {
		if n == maxSearchRunes {
			return value[:i]
		}
		n++
	}
	return value
}
