package handlers

import (
	"errors"
	"net/http"
	"strings"

	"github.com/gorilla/sessions"

	"idpond/internal/auth"
	"idpond/internal/store"
)

// cookieName is the service's name of the cookie of a signed-in browser (reference:
// hosted-ui-and-oauth §8).
const cookieName = "cognito"

// browsers knows the signed-in browsers by that cookie. It is the oauth.Browsers
// of this door.
//
// The cookie holds nothing but ids of sessions, 256 random bits each; all that is
// known of them is kept by auth, under the hash. On the plain host, which all
// pools share, one browser may be signed in to several pools, so there may be
// several ids. A sign-in gets a new id and ends the one before it.
type browsers struct {
	auth   *auth.Service
	secure bool // the cookie travels over TLS only
}

// SignedIn implements oauth.Browsers.
func (b browsers) SignedIn(r *http.Request, poolID string) (*auth.BrowserSession, error) {
	session, err := poolStore{b, poolID}.Get(r, cookieName)
	if err != nil {
		return nil, err
	}
	signedIn, _ := session.Values[signedInKey].(*auth.BrowserSession)
	return signedIn, nil
}

// SignOut implements oauth.Browsers.
func (b browsers) SignOut(w http.ResponseWriter, r *http.Request, poolID string) error {
	session, err := poolStore{b, poolID}.Get(r, cookieName)
	if err != nil {
		return err
	}
	session.Options.MaxAge = -1
	return session.Save(r, w)
}

// signIn starts a session of r's browser.
func (b browsers) signIn(w http.ResponseWriter, r *http.Request, poolID string, signedIn *auth.BrowserSession) error {
	session, err := poolStore{b, poolID}.Get(r, cookieName)
	if err != nil {
		return err
	}
	session.Values[signedInKey] = signedIn
	return session.Save(r, w)
}

// signedInKey is under which a session's values hold its *auth.BrowserSession.
const signedInKey = "signed-in"

// maxIDs is how many pools of one host a browser can be signed in to; it also
// bounds the look-ups that a forged cookie can cause.
const maxIDs = 5

// poolStore is the sessions.Store of one pool: on the server's side, in the
// database. gorilla's own stores keep the data with the client, or on one node.
type poolStore struct {
	browsers
	poolID string
}

// Get gives the session that r's cookie names, or a new one. The error is internal.
func (p poolStore) Get(r *http.Request, name string) (*sessions.Session, error) {
	return p.New(r, name)
}

// New implements sessions.Store.
func (p poolStore) New(r *http.Request, name string) (*sessions.Session, error) {
	s := sessions.NewSession(p, name)
	s.IsNew = true
	s.Options = &sessions.Options{
		Path: "/", MaxAge: int(auth.BrowserSessionLife.Seconds()), HttpOnly: true, Secure: p.secure, SameSite: http.SameSiteLaxMode,
	}
	for _, id := range idsOf(r, name) {
		signedIn, err := p.auth.BrowserSession(r.Context(), p.poolID, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		} else if err != nil {
			return nil, err
		}
		s.ID, s.IsNew, s.Values[signedInKey] = id, false, signedIn
		break
	}
	return s, nil
}

// Save implements sessions.Store: it ends the session that there was, starts the
// one in the values, unless MaxAge is negative, and sets the cookie.
func (p poolStore) Save(r *http.Request, w http.ResponseWriter, s *sessions.Session) error {
	ids := idsOf(r, s.Name())
	if s.ID != "" {
		if err := p.auth.EndBrowserSession(r.Context(), p.poolID, s.ID); err != nil {
			return err
		}
	}
	kept := []string{}
	for _, id := range ids {
		if id != s.ID {
			kept = append(kept, id)
		}
	}
	if signedIn, ok := s.Values[signedInKey].(*auth.BrowserSession); ok && s.Options.MaxAge >= 0 {
		id, err := p.auth.StartBrowserSession(r.Context(), p.poolID, signedIn.User.ID, signedIn.AuthTime)
		if err != nil {
			return err
		}
		s.ID, kept = id, append(kept, id)
		kept = kept[max(0, len(kept)-maxIDs):]
	}
	options := *s.Options
	if len(kept) > 0 {
		options.MaxAge = int(auth.BrowserSessionLife.Seconds())
	}
	http.SetCookie(w, sessions.NewCookie(s.Name(), strings.Join(kept, "."), &options))
	return nil
}

// idsOf gives the session ids in r's cookie, the newest ones if there are too many.
func idsOf(r *http.Request, name string) []string {
	cookie, err := r.Cookie(name)
	if err != nil {
		return nil
	}
	var ids []string
	for id := range strings.SplitSeq(cookie.Value, ".") {
		if len(id) == 43 { // 32 bytes in base64url
			ids = append(ids, id)
		}
	}
	return ids[max(0, len(ids)-maxIDs):]
}
