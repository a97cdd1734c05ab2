package handlers

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"idpond/internal/message"
	"idpond/web"
)

const (
	indexPath = "/"
	inboxPath = "/_idpond/inbox"
)

// mountDevelopers mounts what only idpond has, as far as it is switched on.
func (s *Server) mountDevelopers(r chi.Router) {
	r = r.With(s.knownHost)
	if s.Index {
		r.Get(indexPath, s.index)
	}
	if s.Inbox != nil {
		r.Get(inboxPath, s.inbox)
	}
	if s.Demo != nil {
		newDemoClient(s).mount(r)
	}
}

// knownHost keeps the inbox from web sites: see Nearby.
func (s *Server) knownHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !(Nearby{s.PublicURL}).knowsHost(r) {
			s.forbidden(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) tools() web.Tools {
	var t web.Tools
	if s.Index {
		t.IndexURL = indexPath
	}
	if s.Inbox != nil {
		t.InboxURL = inboxPath
	}
	if s.Demo != nil {
		t.DemoURL = DemoPath
	}
	return t
}

func (s *Server) index(w http.ResponseWriter, r *http.Request) {
	view := web.Index{Frame: s.frame("idpond"), Tools: s.tools(), Endpoint: s.PublicURL.String(), Version: s.Version}
	if s.Demo != nil {
		if pool, _, err := s.OAuth.Directory.Client(r.Context(), s.Demo.ClientID); err == nil {
			view.Issuer = s.OAuth.Tokens.Issuer.URL(pool)
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	render(w, r, http.StatusOK, web.IndexPage(view))
}

// inboxMessage is one message of the inbox as tests read it.
type inboxMessage struct {
	ID       string    `json:"id"`
	Pool     string    `json:"pool"`
	Client   string    `json:"client"`
	Username string    `json:"username"`
	To       string    `json:"to"`
	Medium   string    `json:"medium"` // EMAIL or SMS
	Kind     string    `json:"kind"`
	Subject  string    `json:"subject"`
	Body     string    `json:"body"`
	Code     string    `json:"code"`
	Link     string    `json:"link"`
	Time     time.Time `json:"time"`
}

// inboxShown is how many messages the page lists; the JSON form has all.
const inboxShown = 100

// inbox is GET /_idpond/inbox, for people, or with format=json for tests: all that
// was sent, or what was sent to one address, newest first.
func (s *Server) inbox(w http.ResponseWriter, r *http.Request) {
	to := r.URL.Query().Get("to")
	w.Header().Set("Cache-Control", "no-store")
	if r.URL.Query().Get("format") == "json" {
		s.inboxJSON(w, r, s.Inbox.List(to, 0))
		return
	}
	view := web.Inbox{Frame: s.frame("idpond"), Tools: s.tools(), To: to, Refresh: "3"}
	for _, m := range s.Inbox.List(to, inboxShown) {
		view.Messages = append(view.Messages, web.InboxMessage{
			ID: m.ID, Medium: m.Medium, Kind: string(m.Kind), To: m.To, Pool: m.PoolID, Username: m.Username,
			Time: m.Time.UTC().Format(time.RFC3339), Shown: m.Time.UTC().Format("15:04:05 UTC"),
			Subject: m.Subject, Body: m.Body, Code: m.Code, Link: m.Link,
		})
	}
	render(w, r, http.StatusOK, web.InboxPage(view))
}

func (s *Server) inboxJSON(w http.ResponseWriter, r *http.Request, list []message.Message) {
	body := struct {
		Messages []inboxMessage `json:"messages"`
	}{make([]inboxMessage, len(list))}
	for i, m := range list {
		body.Messages[i] = inboxMessage{
			ID: m.ID, Pool: m.PoolID, Client: m.ClientID, Username: m.Username, To: m.To, Medium: m.Medium,
			Kind: string(m.Kind), Subject: m.Subject, Body: m.Body, Code: m.Code, Link: m.Link, Time: m.Time.UTC(),
		}
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(body); err != nil {
		s.Log.DebugContext(r.Context(), "answer not written", "err", err)
	}
}
