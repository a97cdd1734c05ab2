package cognito

import (
	"encoding/json"
	"fmt"

	"idpond/cognito/api"
	"idpond/internal/userpool"
)

// Settings of pools and clients have the same member names in requests, in the
// stored documents and in answers. They are carried over by those names: a
// request is laid over the defaults, so that what it leaves out keeps its default,
// and an answer is the document with the members around it. A test proves that
// no member gets lost on the way.

// recode lays from over what *to holds, member by member, by JSON name. Both are
// our own types, so failing is a mistake in them.
func recode(from, to any) {
	text, err := json.Marshal(from)
	if err == nil {
		err = json.Unmarshal(text, to)
	}
	if err != nil {
		panic(fmt.Sprintf("cognito: %T to %T: %v", from, to, err))
	}
}

// poolSettings reads the settings of a CreateUserPool or UpdateUserPool request.
func poolSettings(in any) userpool.PoolSettings {
	s := userpool.DefaultPoolSettings()
	recode(in, &s)
	return s
}

// clientSettings reads those of CreateUserPoolClient or UpdateUserPoolClient.
func clientSettings(in any) userpool.ClientSettings {
	s := userpool.DefaultClientSettings()
	recode(in, &s)
	return s
}

// newAttributes reads the attributes of a schema as a request describes them.
func newAttributes(list []api.SchemaAttributeType) []userpool.NewAttribute {
	var out []userpool.NewAttribute
	recode(list, &out)
	return out
}

// userPoolType writes a pool; its users are counted and its domains named by the
// caller. The factors of MFA and passkeys are GetUserPoolMfaConfig's alone.
func (s *Server) userPoolType(p *userpool.Pool) *api.UserPoolType {
	out := new(api.UserPoolType)
	recode(p.Settings, out)
	out.ID, out.Name, out.Arn = &p.ID, &p.Name, new(p.ARN(s.AccountID))
	out.CreationDate, out.LastModifiedDate = api.Time(p.CreatedAt), api.Time(p.UpdatedAt)
	return out
}

// userPoolClientType writes a client with its secret.
func userPoolClientType(c *userpool.AppClient) *api.UserPoolClientType {
	out := new(api.UserPoolClientType)
	recode(c.Settings, out)
	out.UserPoolID, out.ClientID, out.ClientName = &c.PoolID, &c.ID, &c.Name
	out.CreationDate, out.LastModifiedDate = api.Time(c.CreatedAt), api.Time(c.UpdatedAt)
	if c.Confidential() {
		out.ClientSecret = &c.Secrets[0].Value
	}
	return out
}

// groupType writes a group.
func groupType(g *userpool.Group) *api.GroupType {
	return &api.GroupType{
		GroupName: &g.Name, UserPoolID: &g.PoolID, Description: optional(g.Description), RoleArn: optional(g.RoleArn),
		Precedence: g.Precedence, CreationDate: api.Time(g.CreatedAt), LastModifiedDate: api.Time(g.UpdatedAt),
	}
}

// resourceServerType writes a resource server. One without scopes has none in
// answers either.
func resourceServerType(r *userpool.ResourceServer) *api.ResourceServerType {
	out := &api.ResourceServerType{UserPoolID: &r.PoolID, Identifier: &r.Identifier, Name: &r.Name}
	for _, scope := range r.Scopes {
		out.Scopes = append(out.Scopes, api.ResourceServerScopeType(scope))
	}
	return out
}

// isTrue reads a member that is false where it is left out.
func isTrue(b *bool) bool { return b != nil && *b }

// optional is nil for "", which is absent in answers.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
