package handlers_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"idpond/assets"
	"idpond/handlers"
	. "idpond/oauth/oauthtest"
)

// site is the whole server over HTTP, but for the JSON API.
type site struct {
	*House
	*handlers.Server
	url     string
	log     *lockedBuffer
	apiSaw  []string // method and path of what the API got
	handler http.Handler
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// serve starts a site; adapt changes what main would set.
func serve(t testing.TB, adapt ...func(*handlers.Server)) *site {
	t.Helper()
	s := &site{log: new(lockedBuffer)}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }))
	s.url = "http://" + server.Listener.Addr().String()
	s.House = New(t, s.url, s.log)
	s.Server = &handlers.Server{
		OAuth: s.House.OAuth, Auth: s.House.Auth, Accounts: s.House.Accounts, Assets: assets.Load(), PublicURL: s.House.OAuth.PublicURL,
		API: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.apiSaw = append(s.apiSaw, r.Method+" "+r.URL.Path)
			w.WriteHeader(http.StatusTeapot)
		}),
		Ready: func(context.Context) error { return nil },
		Inbox: s.House.Inbox, Index: true, Version: "test", Now: s.House.Now, Rand: rand.Reader, Log: s.House.Log,
	}
	for _, f := range adapt {
		f(s.Server)
	}
	s.handler = s.Handler()
	server.Start()
	t.Cleanup(server.Close)
	return s
}

// browser follows redirects on the site, keeps cookies, and stops where it would
// leave the site.
type browser struct {
	t    testing.TB
	s    *site
	http *http.Client
}

func (s *site) browser(t testing.TB) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t, s, &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if "http://"+r.URL.Host != s.url || len(via) > 10 {
			return http.ErrUseLastResponse
		}
		return nil
	}}}
}

// page is where a browser arrived.
type page struct {
	*goquery.Document
	status   int
	url      *url.URL // of the page
	location *url.URL // off the site, nil if the browser stayed
	header   http.Header
	body     string
}

func (b *browser) do(r *http.Request) *page {
	b.t.Helper()
	answer, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	p := &page{status: answer.StatusCode, url: answer.Request.URL, header: answer.Header, body: string(body)}
	if p.Document, err = goquery.NewDocumentFromReader(bytes.NewReader(body)); err != nil {
		b.t.Fatal(err)
	}
	if location := answer.Header.Get("Location"); location != "" {
		if p.location, err = url.Parse(location); err != nil {
			b.t.Fatal(err)
		}
	}
	return p
}

// open goes to a path of the site.
func (b *browser) open(path string) *page {
	b.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = b.s.url + path
	}
	r, err := http.NewRequest("GET", path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.do(r)
}

// submit sends the form of a page that selector finds, with its hidden inputs and
// the given values ("name=value").
func (b *browser) submit(p *page, selector string, values ...string) *page {
	b.t.Helper()
	form := p.Find(selector)
	action, ok := form.Attr("action")
	if !ok || form.Length() != 1 {
		b.t.Fatalf("%d forms %s on %s:\n%s", form.Length(), selector, p.url, p.body)
	}
	data := url.Values{}
	form.Find("input[name],button[name]").Each(func(_ int, in *goquery.Selection) {
		data.Set(in.AttrOr("name", ""), in.AttrOr("value", ""))
	})
	for _, v := range values {
		name, value, _ := strings.Cut(v, "=")
		if !data.Has(name) {
			b.t.Fatalf("the form %s has no input %s:\n%s", selector, name, p.body)
		}
		data.Set(name, value)
	}
	target, err := p.url.Parse(action)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.post(target.String(), data, nil)
}

// post sends a form as a page of the site would, or with other headers.
func (b *browser) post(target string, data url.Values, header map[string]string) *page {
	b.t.Helper()
	r, err := http.NewRequest("POST", target, strings.NewReader(data.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for k, v := range header {
		r.Header.Set(k, v)
	}
	return b.do(r)
}

// ask is the query of an authorization request of a client.
func ask(client string, pairs ...string) string {
	q := url.Values{"response_type": {"code"}, "client_id": {client}, "redirect_uri": {Callback}, "state": {"xyz"}}
	for _, p := range pairs {
		name, value, _ := strings.Cut(p, "=")
		q.Set(name, value)
	}
	return q.Encode()
}

// cookie gives a cookie of the browser for the site, "" if it has none.
func (b *browser) cookie(name string) string {
	u, _ := url.Parse(b.s.url)
	for _, c := range b.http.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// arrived checks that the browser left for the app with a code, and gives the code.
func (p *page) arrived(t testing.TB) string {
	t.Helper()
	if p.location == nil || !strings.HasPrefix(p.location.String(), Callback+"?code=") || p.location.Query().Get("state") != "xyz" {
		t.Fatalf("not at the app but at %s (%d, Location %v):\n%s", p.url, p.status, p.location, p.body)
	}
	return p.location.Query().Get("code")
}

// stays checks that the browser is on a page of the site.
func (p *page) stays(t testing.TB, path string, status int) {
	t.Helper()
	if p.url.Path != path || p.status != status {
		t.Fatalf("at %s (%d, Location %v), not at %s (%d):\n%s", p.url, p.status, p.location, path, status, p.body)
	}
}

// text is what an element says.
func (p *page) text(selector string) string {
	return strings.Join(strings.Fields(p.Find(selector).Text()), " ")
}

const loginForm = "form[name=cognitoSignInForm]"

// codeTo gives the newest code that was sent to an address.
func (s *site) codeTo(t testing.TB, to string) string {
	t.Helper()
	sent := s.House.Inbox.List(to, 1)
	if len(sent) == 0 {
		t.Fatalf("nothing was sent to %s", to)
	}
	return sent[0].Code
}

func wrong(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}
