package oauth

import "net/http"

// Mount puts the endpoints on a router: a chi.Router or an http.ServeMux. Other
// sites call most of them, so they must not stand behind protection against that.
func (s *Server) Mount(on interface {
	Handle(pattern string, h http.Handler)
}) {
	get, post := []string{http.MethodGet}, []string{http.MethodPost}
	on.Handle("/oauth2/authorize", forBrowsers(get, s.Authorize))
	on.Handle("/logout", forBrowsers(get, s.Logout))
	on.Handle("/oauth2/token", forApps(post, s.Token))
	on.Handle("/oauth2/revoke", forApps(post, s.Revoke))
	on.Handle("/oauth2/userInfo", forApps(append(post, get...), s.UserInfo))
	on.Handle("/{pool}/.well-known/openid-configuration", forApps(get, s.Discovery))
	on.Handle("/{pool}/.well-known/jwks.json", forApps(get, s.JWKS))
}
