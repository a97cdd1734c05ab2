package handlers_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"idpond/handlers"
	"idpond/internal/activity"
	"idpond/internal/auth/risk"
	"idpond/internal/userpool"
	. "idpond/oauth/oauthtest"
)

// blockNew blocks sign-ins of any risk, and writes to the user.
type blockNew struct{}

func (blockNew) RiskFor(context.Context, *userpool.Pool, string) (*userpool.RiskConfiguration, error) {
	block := &userpool.AccountTakeoverAction{EventAction: "BLOCK", Notify: true}
	return &userpool.RiskConfiguration{AccountTakeover: &userpool.AccountTakeoverRisk{
		Actions: userpool.AccountTakeoverActions{LowAction: block, MediumAction: block, HighAction: block},
	}}, nil
}

// guarded is a site whose pool is protected.
func guarded(t *testing.T) *site {
	s := serve(t)
	s.ChangePool(t, func(p *userpool.Pool) {
		p.Settings.UserPoolAddOns = &userpool.UserPoolAddOns{AdvancedSecurityMode: userpool.ThreatEnforced}
	})
	judge := &risk.Service{
		Config: blockNew{}, History: s.Store, Messages: s.House.Accounts.Messages, FeedbackToken: s.House.Accounts.FeedbackToken,
		FeedbackPage: s.url + handlers.FeedbackPath, Now: s.House.Now, Log: s.House.Log,
	}
	history := &activity.Recorder{Now: s.House.Now, NewID: uuid.NewString}
	s.House.Accounts.Risk, s.House.Accounts.Activity = judge, history
	s.House.Auth.Risk, s.House.Auth.Activity = judge, history
	return s
}

// named is a browser that says what it is.
type named struct{ agent string }

func (n named) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("User-Agent", n.agent)
	return http.DefaultTransport.RoundTrip(r)
}

func (s *site) browserNamed(t *testing.T, agent string) *browser {
	b := s.browser(t)
	b.http.Transport = named{agent}
	return b
}

// again signs in a second later.
func (b *browser) again() *page {
	b.s.Wait(time.Second)
	return b.submit(b.open("/login?"+ask(WebClient, "prompt=login")), "form[name=cognitoSignInForm]", "username="+Username, "password="+Password)
}

// link opens a link of the newest mail to the user.
func (b *browser) link(label string) *page {
	b.t.Helper()
	mail := b.s.House.Inbox.List(Email, 1)
	if len(mail) == 0 {
		b.t.Fatal("no mail")
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(mail[0].Body))
	if err != nil {
		b.t.Fatal(err)
	}
	return b.open(doc.Find("a").FilterFunction(func(_ int, a *goquery.Selection) bool { return a.Text() == label }).AttrOr("href", ""))
}

// TestFeedbackPage: a blocked user says in the mail that it was the user, and comes in.
func TestFeedbackPage(t *testing.T) {
	s := guarded(t)
	home := s.browserNamed(t, "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0")
	home.again().arrived(t)
	phone := s.browserNamed(t, "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/605.1.15")
	p := phone.again()
	p.stays(t, "/login", 400)
	if got := p.text("[role=alert]"); got != "Unable to login because of security reasons." {
		t.Errorf("the page says %q", got)
	}

	p = home.link("Yes, it was me")
	p.stays(t, "/_idpond/feedback", 200)
	phone.again().stays(t, "/login", 400) // to have looked at the page says nothing yet
	p = home.submit(p, "form[name=feedbackForm]", "value=Valid")
	p.stays(t, "/_idpond/feedback", 200)
	if got := p.text("[role=status]"); !strings.Contains(got, "as yours") {
		t.Errorf("the page says %q", got)
	}
	phone.again().arrived(t)

	p = home.submit(home.link("No, it was not me"), "form[name=feedbackForm]", "value=Invalid") // of the second mail, about the phone too
	if got := p.text("[role=status]"); !strings.Contains(got, "Change it now") {
		t.Errorf("the page says %q", got)
	}
	home.again().stays(t, "/login", 400) // it is the same network
}

// TestWrongFeedback: without the token of a mail nothing is taken, and nothing is told.
func TestWrongFeedback(t *testing.T) {
	s := guarded(t)
	b := s.browser(t)
	b.again().arrived(t)
	s.browserNamed(t, "Firefox/1 Linux").again()
	p := b.link("Yes, it was me")
	right := url.Values{}
	p.Find("form[name=feedbackForm] input").Each(func(_ int, in *goquery.Selection) { right.Set(in.AttrOr("name", ""), in.AttrOr("value", "")) })
	right.Set("value", "Valid")
	for _, tt := range []struct{ name, value, says string }{
		{"token", "no", "Invalid feedback token."}, {"user", "nobody", "Invalid feedback token."}, {"event", "other", "Invalid feedback token."},
		{"pool", "eu-west-1_nowhere00", "invalid_request"}, {"value", "Perhaps", "invalid_request"},
	} {
		data := url.Values{}
		for name := range right {
			data.Set(name, right.Get(name))
		}
		data.Set(tt.name, tt.value)
		p := b.post(s.url+handlers.FeedbackPath, data, nil)
		if p.status != 400 || !strings.Contains(p.text("main"), tt.says) {
			t.Errorf("%s: %d %s", tt.name, p.status, p.text("main"))
		}
	}
	if p := b.post(s.url+handlers.FeedbackPath, right, map[string]string{"Sec-Fetch-Site": "cross-site"}); p.status != 403 {
		t.Errorf("another site's form: %d", p.status)
	}
	if p := b.post(s.url+handlers.FeedbackPath, right, nil); p.status != 200 {
		t.Errorf("the right one: %d %s", p.status, p.text("main"))
	}
	s.Wait(8 * 24 * time.Hour)
	if p := b.post(s.url+handlers.FeedbackPath, right, nil); p.status != 400 || !strings.Contains(p.text("main"), "expired") {
		t.Errorf("a week later: %d %s", p.status, p.text("main"))
	}
}
