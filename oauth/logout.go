package oauth

import (
	"net/http"
	"net/url"
	"strings"

	"idpond/internal/fault"
	"idpond/internal/userpool"
)

// Logout is GET /logout (reference: hosted-ui-and-oauth §8). It ends the browser's
// session in the client's pool and sends the browser to logout_uri, or back to
// sign in for redirect_uri. A request that is wrong ends nothing.
func (s *Server) Logout(w http.ResponseWriter, r *http.Request) {
	noStore(w.Header())
	pool, location, err := s.logout(r)
	if err == nil {
		err = s.Browsers.SignOut(w, r, pool.ID)
	}
	if err != nil {
		s.Refuse(w, r, err)
		return
	}
	http.Redirect(w, r, location, http.StatusFound)
}

func (s *Server) logout(r *http.Request) (*userpool.Pool, string, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || len(r.URL.RawQuery) > maxQuery {
		return nil, "", errorPage(invalidRequest, "")
	}
	id := query.Get("client_id")
	if id == "" {
		return nil, "", errorPage(missingParameters, "")
	}
	at, err := s.placeOf(r)
	if err != nil {
		return nil, "", err
	}
	pool, client, err := s.clientAt(r.Context(), at, id)
	if fault.Is(err, fault.ResourceNotFound) {
		return nil, "", errorPage(invalidRequest, id)
	} else if err != nil {
		return nil, "", err
	}
	location, err := afterLogout(client, query)
	return pool, location, err
}

// afterLogout decides where a browser goes once it is signed out.
func afterLogout(c *userpool.AppClient, query url.Values) (string, error) {
	out, back := query.Get("logout_uri"), query.Get("redirect_uri")
	for _, name := range []string{"client_id", "logout_uri", "redirect_uri"} {
		if len(query[name]) > 1 {
			return "", errorPage(invalidRequest, c.ID)
		}
	}
	switch {
	case out != "" && registered(c.Settings.LogoutURLs, out):
		return out, nil
	case out != "":
		return "", errorPage(redirectMismatch, c.ID)
	case back == "" || query.Get("response_type") == "":
		return "", errorPage(missingParameters, "")
	case !registered(c.Settings.CallbackURLs, back):
		return "", errorPage(redirectMismatch, c.ID)
	}
	query.Del("identity_provider")
	query.Del("idp_identifier")
	if query.Get("scope") == "" {
		query.Set("scope", strings.Join(c.Settings.AllowedOAuthScopes, " "))
	}
	return "/login?" + query.Encode(), nil
}
