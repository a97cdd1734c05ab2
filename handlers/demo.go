package handlers

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"

	"github.com/go-chi/chi/v5"

	"idpond/web"
)

// The demo client's own addresses, below the public URL. Its app client must have
// {public URL} + DemoCallbackPath among its CallbackURLs and {public URL} + DemoPath
// among its LogoutURLs.
const (
	DemoPath         = "/_idpond/demo"
	DemoCallbackPath = "/_idpond/demo/callback"
)

// Demo is the app client that the demo signs in with: a public one that allows the
// code flow.
type Demo struct {
	ClientID string
	Username string // of the demo's user, shown on its page; may be ""
}

// demoScopes is what the demo asks for.
const demoScopes = "openid email profile aws.cognito.signin.user.admin"

// demoClient is a small OAuth client of our own. It knows nothing of the server
// that it stands on: it sends the browser to the public URL and calls the endpoints
// there over HTTP, as any other app does.
type demoClient struct {
	*Server
	http  *http.Client
	flows *demoFlows
}

func newDemoClient(s *Server) *demoClient {
	return &demoClient{Server: s, http: &http.Client{Timeout: demoTimeout}, flows: &demoFlows{now: s.Now, byID: map[string]*demoFlow{}}}
}

func (d *demoClient) mount(r chi.Router) {
	r.Get(DemoPath, d.atHome(d.show))
	r.Get(DemoPath+"/signin", d.atHome(d.start("/oauth2/authorize")))
	r.Get(DemoPath+"/signup", d.atHome(d.start("/signup")))
	r.Get(DemoCallbackPath, d.callback)
	r.Post(DemoPath+"/userinfo", d.signedIn(d.userInfo))
	r.Post(DemoPath+"/refresh", d.signedIn(d.refresh))
	r.Post(DemoPath+"/signout", d.signOut)
}

// atHome sends a browser that came by another name of this host (127.0.0.1 for
// localhost) to the public one: the callback will arrive there, and so must the cookie.
func (d *demoClient) atHome(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if r.Host != d.PublicURL.Host {
			http.Redirect(w, r, d.url(r.URL.Path), http.StatusFound)
			return
		}
		next(w, r)
	}
}

func (d *demoClient) url(path string) string { return d.PublicURL.String() + path }

// show is the demo's page: the start, or the tokens.
func (d *demoClient) show(w http.ResponseWriter, r *http.Request) {
	flow := d.flows.take(r)
	if flow.Tokens != nil {
		render(w, r, http.StatusOK, web.DemoSignedInPage(d.signedInView(flow)))
		return
	}
	view := web.Demo{
		Frame: d.frame("idpond"), Tools: d.tools(), Username: d.Demo.Username,
		SignInURL: DemoPath + "/signin", SignUpURL: DemoPath + "/signup",
		SignedOut: flow.SignedOut, Problem: flow.Problem, ProblemDescription: flow.Description,
	}
	_, client, err := d.OAuth.Directory.Client(r.Context(), d.Demo.ClientID)
	if err != nil {
		view.Problem, view.ProblemDescription = "invalid_client", "The demo's app client "+d.Demo.ClientID+" is not there (any more)."
	} else {
		view.Client = client.Name
	}
	render(w, r, http.StatusOK, web.DemoPage(view))
}

func (d *demoClient) signedInView(flow demoFlow) web.DemoSignedIn {
	view := web.DemoSignedIn{
		Frame: d.frame("idpond"), Tools: d.tools(), Username: flow.username(), UserInfo: flow.UserInfo,
		UserInfoAction: DemoPath + "/userinfo", SignOutAction: DemoPath + "/signout",
		Problem: flow.Problem, ProblemDescription: flow.Description,
	}
	if flow.Tokens.RefreshToken != "" {
		view.RefreshAction = DemoPath + "/refresh"
	}
	view.Tokens = flow.Tokens.decoded()
	return view
}

// start sends the browser to the authorization endpoint, or to a page that takes
// the same parameters.
func (d *demoClient) start(path string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, err := d.secret()
		if err != nil {
			d.failed(w, r, err)
			return
		}
		flow := demoFlow{}
		for _, part := range []*string{&flow.State, &flow.Nonce, &flow.Verifier} {
			if *part, err = d.secret(); err != nil {
				d.failed(w, r, err)
				return
			}
		}
		challenge := sha256.Sum256([]byte(flow.Verifier))
		query := url.Values{
			"response_type": {"code"}, "client_id": {d.Demo.ClientID}, "redirect_uri": {d.url(DemoCallbackPath)},
			"scope": {demoScopes}, "state": {flow.State}, "nonce": {flow.Nonce},
			"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"},
		}
		d.keep(w, id, flow)
		http.Redirect(w, r, d.url(path)+"?"+query.Encode(), http.StatusFound)
	}
}

// callback takes the answer of the authorization endpoint. A code that nobody asked
// for, such as that of a sign-in which began at the sign-in page itself, is not
// exchanged, because it may be somebody else's. A sign-in of the demo's own follows,
// which needs no password when the browser is signed in.
func (d *demoClient) callback(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	flow, query := d.flows.take(r), r.URL.Query()
	next := demoFlow{}
	switch {
	case query.Get("code") != "" && !query.Has("state"):
		d.start("/oauth2/authorize")(w, r)
		return
	case flow.State == "" || query.Get("state") != flow.State:
		next.Problem, next.Description = "invalid_state", "This answer belongs to no sign-in that was begun in this browser."
	case query.Get("error") != "":
		next.Problem, next.Description = query.Get("error"), query.Get("error_description")
	default:
		next = d.exchange(r.Context(), url.Values{
			"grant_type": {"authorization_code"}, "client_id": {d.Demo.ClientID}, "code": {query.Get("code")},
			"redirect_uri": {d.url(DemoCallbackPath)}, "code_verifier": {flow.Verifier},
		})
		if next.Tokens != nil && next.Tokens.nonce() != flow.Nonce {
			next = demoFlow{Problem: "invalid_nonce", Description: "The ID token was made for another sign-in."}
		}
	}
	id, err := d.secret()
	if err != nil {
		d.failed(w, r, err)
		return
	}
	d.keep(w, id, next)
	http.Redirect(w, r, DemoPath, http.StatusFound)
}

// signedIn runs a button of the page with tokens. What it gives replaces the flow.
func (d *demoClient) signedIn(do func(context.Context, demoFlow) demoFlow) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if flow := d.flows.take(r); flow.Tokens != nil {
			flow.Problem, flow.Description = "", ""
			d.flows.put(demoID(r), do(r.Context(), flow))
		}
		http.Redirect(w, r, DemoPath, http.StatusSeeOther)
	}
}

func (d *demoClient) userInfo(ctx context.Context, flow demoFlow) demoFlow {
	flow.UserInfo, flow.Problem, flow.Description = d.getUserInfo(ctx, flow.Tokens.AccessToken)
	return flow
}

func (d *demoClient) refresh(ctx context.Context, flow demoFlow) demoFlow {
	got := d.exchange(ctx, url.Values{
		"grant_type": {"refresh_token"}, "client_id": {d.Demo.ClientID}, "refresh_token": {flow.Tokens.RefreshToken},
	})
	if got.Tokens == nil {
		flow.Problem, flow.Description = got.Problem, got.Description
		return flow
	}
	if got.Tokens.RefreshToken == "" { // only a client that rotates gets a new one
		got.Tokens.RefreshToken = flow.Tokens.RefreshToken
	}
	return got
}

// signOut forgets the tokens and ends the browser's session at the server.
func (d *demoClient) signOut(w http.ResponseWriter, r *http.Request) {
	id, err := d.secret()
	if err != nil {
		d.failed(w, r, err)
		return
	}
	d.flows.put(demoID(r), demoFlow{})
	d.keep(w, id, demoFlow{SignedOut: true})
	query := url.Values{"client_id": {d.Demo.ClientID}, "logout_uri": {d.url(DemoPath)}}
	http.Redirect(w, r, d.url("/logout")+"?"+query.Encode(), http.StatusSeeOther)
}

// keep stores a flow under a new id and gives the id to the browser.
func (d *demoClient) keep(w http.ResponseWriter, id string, flow demoFlow) {
	d.flows.put(id, flow)
	http.SetCookie(w, &http.Cookie{
		Name: demoCookie, Value: id, Path: DemoPath, HttpOnly: true, Secure: d.browsers.secure, SameSite: http.SameSiteLaxMode,
	})
}

// secret gives 256 random bits as text.
func (d *demoClient) secret() (string, error) {
	var b [32]byte
	_, err := io.ReadFull(d.Rand, b[:])
	return base64.RawURLEncoding.EncodeToString(b[:]), err
}
