package oauth_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"idpond/internal/auth"
	"idpond/oauth"
	. "idpond/oauth/oauthtest"
)

// door is the endpoints of a house, with a browser that the test signs in.
type door struct {
	*House
	session *auth.BrowserSession // of PoolID; nil: signed out
	mux     *http.ServeMux
}

func open(t testing.TB) *door {
	t.Helper()
	d := &door{House: New(t, "https://id.example.org", t.Output()), mux: http.NewServeMux()}
	d.OAuth.Browsers = d
	d.OAuth.Mount(d.mux)
	return d
}

// SignedIn implements oauth.Browsers.
func (d *door) SignedIn(_ *http.Request, poolID string) (*auth.BrowserSession, error) {
	if poolID != PoolID {
		return nil, nil
	}
	return d.session, nil
}

// SignOut implements oauth.Browsers.
func (d *door) SignOut(http.ResponseWriter, *http.Request, string) error {
	d.session = nil
	return nil
}

func (d *door) signIn() { d.session = &auth.BrowserSession{User: d.User, AuthTime: d.Now()} }

var _ oauth.Browsers = (*door)(nil)

func (d *door) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	d.mux.ServeHTTP(w, r)
	return w
}

// get gives the answer to a GET; target may be a whole URL or a path.
func (d *door) get(target string) *httptest.ResponseRecorder {
	if strings.HasPrefix(target, "/") {
		target = "https://id.example.org" + target
	}
	return d.do(httptest.NewRequest("GET", target, nil))
}

// post sends a form; basic, if given, is "id:secret" for the header.
func (d *door) post(path string, form url.Values, basic ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "https://id.example.org"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if len(basic) > 0 {
		id, secret, _ := strings.Cut(basic[0], ":")
		r.SetBasicAuth(id, secret)
	}
	return d.do(r)
}

// form makes url.Values of "name=value" pairs; "name" alone takes a value away.
func form(base url.Values, pairs ...string) url.Values {
	values := url.Values{}
	for k, v := range base {
		values[k] = v
	}
	for _, p := range pairs {
		name, value, ok := strings.Cut(p, "=")
		if ok {
			values.Set(name, value)
		} else {
			values.Del(name)
		}
	}
	return values
}

// request is a right authorization request of WebClient.
func request(pairs ...string) string {
	return "/oauth2/authorize?" + form(url.Values{
		"response_type": {"code"}, "client_id": {WebClient}, "redirect_uri": {Callback}, "state": {"xyz"},
	}, pairs...).Encode()
}

// code signs the user in and gives an authorization code for a request.
func (d *door) code(t testing.TB, pairs ...string) string {
	t.Helper()
	d.signIn()
	w := d.get(request(pairs...))
	location, err := url.Parse(w.Header().Get("Location"))
	if err != nil || location.Query().Get("code") == "" {
		t.Fatalf("no code: %d %s %s", w.Code, w.Header().Get("Location"), w.Body)
	}
	return location.Query().Get("code")
}

// tokens is the token endpoint's answer, good or bad.
type answer struct {
	IDToken      string `json:"id_token"`
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	ExpiresIn    int    `json:"expires_in"`
	TokenType    string `json:"token_type"`
}

func decode[T any](t testing.TB, w *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("%v in %d %s", err, w.Code, w.Body)
	}
	return v
}

// exchange is a right token request for a code of WebClient.
func exchange(code string, pairs ...string) url.Values {
	return form(url.Values{
		"grant_type": {"authorization_code"}, "client_id": {WebClient}, "code": {code}, "redirect_uri": {Callback},
	}, pairs...)
}

// signedIn gives the tokens of a whole code flow.
func (d *door) signedIn(t testing.TB, pairs ...string) answer {
	t.Helper()
	w := d.post("/oauth2/token", exchange(d.code(t, pairs...)))
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return decode[answer](t, w)
}
