package web_test

import (
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"idpond/web"
)

// message is what a person sees of a message in the inbox.
type message struct {
	Tags, Heading, Facts, Code, Body, Link, Time string
}

func TestInbox(t *testing.T) {
	doc := page(t, web.InboxPage(web.Inbox{Tools: web.Tools{InboxURL: "/_idpond/inbox"}, Refresh: "3", Messages: []web.InboxMessage{
		{
			ID: "2", Medium: "SMS", Kind: "ForgotPassword", To: "+12125551234", Pool: "us-east-1_a", Username: "ada",
			Time: "2026-11-21T09:41:07Z", Shown: "09:41:07 UTC", Body: "Your code is 067512", Code: "067512",
		},
		{
			ID: "1", Medium: "EMAIL", Kind: "SignUp", To: "ada@example.org", Time: "2026-11-21T09:38:55Z", Shown: "09:38:55 UTC",
			Subject: "Confirm", Body: "Hello\n\nada <b>", Link: "http://localhost:9229/confirmUser?a=b&c=d",
		},
	}}))
	var got []message
	doc.Find("article").Each(func(_ int, s *goquery.Selection) {
		code := s.Find(".onecode")
		if id, copies := code.Find("code").AttrOr("id", ""), code.Find("button").AttrOr("data-copy", ""); id != copies {
			t.Errorf("the button copies %q, the code is %q", copies, id)
		}
		got = append(got, message{
			Tags: words(s.Find(".tag")), Heading: words(s.Find("h2")), Facts: words(s.Find(".facts")), Code: words(code.Find("code")),
			Body: s.Find("pre").Text(), Link: s.Find("a").AttrOr("href", ""), Time: s.Find("time").AttrOr("datetime", "") + " " + words(s.Find("time")),
		})
	})
	want := []message{
		{"SMSForgotPassword", "+12125551234", "UseradaPoolus-east-1_a", "067512", "Your code is 067512", "", "2026-11-21T09:41:07Z 09:41:07 UTC"},
		{"EmailSignUp", "Confirm", "Sent toada@example.org", "", "Hello\n\nada <b>", "http://localhost:9229/confirmUser?a=b&c=d", "2026-11-21T09:38:55Z 09:38:55 UTC"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	list := doc.Find("[data-refresh='3']")
	if list.AttrOr("data-newest", "") != "2" || words(list.Find("[role=status]")) != "2 messages" {
		t.Errorf("newest %q, status %q", list.AttrOr("data-newest", ""), words(list.Find("[role=status]")))
	}
}

func TestInboxFilter(t *testing.T) {
	tools := web.Tools{InboxURL: "/_idpond/inbox"}
	for _, tt := range []struct {
		to, status string
		links      []string
	}{
		{"", "Nothing has been sent yet. Sign up in the demo, and the code arrives here.", nil},
		{"bob@example.org", "Nothing has been sent to bob@example.org.", []string{"Show all /_idpond/inbox"}},
	} {
		doc := page(t, web.InboxPage(web.Inbox{Tools: tools, To: tt.to}))
		form := doc.Find("form")
		if form.AttrOr("method", "") != "get" || form.AttrOr("action", "") != "/_idpond/inbox" || form.Find("input[name=to]").AttrOr("value", "") != tt.to {
			t.Errorf("filter %q: the form does not ask for it", tt.to)
		}
		if got := words(doc.Find("[role=status]")); got != tt.status {
			t.Errorf("filter %q: %q, want %q", tt.to, got, tt.status)
		}
		if diff := cmp.Diff(tt.links, links(&goquery.Document{Selection: form})); diff != "" {
			t.Errorf("filter %q: links (-want +got):\n%s", tt.to, diff)
		}
	}
}

func TestDemo(t *testing.T) {
	start := page(t, web.DemoPage(web.Demo{Client: "demo-web", SignInURL: "/oauth2/authorize?x=1", SignedOut: true, Problem: "invalid_grant", ProblemDescription: "Used before."}))
	if diff := cmp.Diff([]string{"Sign in /oauth2/authorize?x=1"}, links(&goquery.Document{Selection: start.Find("main")})); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	if got := words(start.Find("[role=alert]")) + "|" + words(start.Find("[role=status]")); got != "The server answered with an error: invalid_grant Used before.|You are signed out." {
		t.Errorf("says %q", got)
	}
	doc := page(t, web.DemoSignedInPage(web.DemoSignedIn{
		Username: "ada", UserInfoAction: "/u", SignOutAction: "/s", UserInfo: `{"sub": "1"}`,
		Tokens: []web.DemoToken{
			{Name: "ID token", Raw: "a.b.c", Header: []web.Claim{{Name: "alg", Value: "RS256"}}, Claims: []web.Claim{{Name: "exp", Value: "9", Note: "nine"}}},
			{Name: "Refresh token", Raw: "opaque"},
		},
	}))
	var actions []string
	doc.Find("form[method=post]").Each(func(_ int, s *goquery.Selection) {
		actions = append(actions, words(s)+" "+s.AttrOr("action", ""))
	})
	if diff := cmp.Diff([]string{"Call userInfo /u", "Sign out /s"}, actions); diff != "" {
		t.Errorf("actions without a refresh token (-want +got):\n%s", diff)
	}
	var tokens []string
	doc.Find(".token").Each(func(_ int, s *goquery.Selection) {
		tokens = append(tokens, words(s.Find("h2"))+"|"+words(s.Find("table"))+"|"+s.Find("details pre").Text())
	})
	if diff := cmp.Diff([]string{"ID token|Claims exp9 nineHeader algRS256|a.b.c", "Refresh token||opaque"}, tokens); diff != "" {
		t.Errorf("tokens (-want +got):\n%s", diff)
	}
	if got := doc.Find("#userinfo pre").Text(); got != `{"sub": "1"}` {
		t.Errorf("userInfo %q", got)
	}
}

func TestIndex(t *testing.T) {
	doc := page(t, web.IndexPage(web.Index{Endpoint: "http://localhost:9229", Tools: web.Tools{IndexURL: "/", DemoURL: "/d"}}))
	if got := words(doc.Find("#sdk")); got != "export AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER=http://localhost:9229" {
		t.Errorf("SDK line %q", got)
	}
	if diff := cmp.Diff([]string{"idpond /", "Demo /d", "Demo /d"}, links(doc)); diff != "" {
		t.Errorf("an inbox that is switched off is linked (-want +got):\n%s", diff)
	}
}
