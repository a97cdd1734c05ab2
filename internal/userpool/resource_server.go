package userpool

// ResourceServer is an API whose scopes tokens can carry as {identifier}/{scope}.
type ResourceServer struct {
	PoolID     string
	Identifier string
	Name       string
	Scopes     []Scope
}

// Has reports whether scope, as {identifier}/{name}, is one of the server's.
func (r *ResourceServer) Has(scope string) bool {
	for _, s := range r.Scopes {
		if scope == r.Identifier+"/"+s.ScopeName {
			return true
		}
	}
	return false
}

// Scope is one permission of a resource server.
type Scope struct {
	ScopeName        string `json:"ScopeName"`
	ScopeDescription string `json:"ScopeDescription"`
}
