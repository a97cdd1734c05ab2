package web_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/a-h/templ"
	"github.com/chromedp/chromedp"

	"idpond/assets"
	"idpond/web"
)

// TestScript tries what the script adds, in Chromium: the rules that tick, the
// password that shows, the code that copies, the inbox that looks for news.
func TestScript(t *testing.T) {
	files := assets.Load()
	var sent atomic.Bool
	mux := http.NewServeMux()
	mux.Handle("/", galleryHandler())
	mux.HandleFunc("/news", func(w http.ResponseWriter, r *http.Request) {
		inbox := web.Inbox{Frame: frame(files), Tools: web.Tools{InboxURL: "/news"}, Refresh: "0.1"}
		if sent.Load() {
			inbox.Messages = []web.InboxMessage{{ID: "1", Medium: "SMS", To: "+1", Code: "482134"}}
		}
		w.Header().Set("Content-Security-Policy", policy)
		templ.Handler(web.InboxPage(inbox)).ServeHTTP(w, r)
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	ctx := browser(t)
	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(expression, want string) {
		t.Helper()
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression))
		if err != nil || got != want {
			t.Errorf("%s is %q, want %q (%v)", expression, got, want, err)
		}
	}

	do(chromedp.Navigate(server.URL+"/signup"), chromedp.SendKeys("#signUpPassword", "harbour 7"))
	expect(`[...document.querySelectorAll("li.met")].map(li => li.dataset.rule).join()`, "length,lower,number,symbol")
	expect(`[...document.querySelectorAll("li")].filter(li => !li.querySelector("[data-met]").hidden).length.toString()`, "4")
	do(chromedp.Click("button.reveal"))
	expect(`signUpPassword.type + " " + document.querySelector(".reveal").textContent + " " + document.activeElement.id`, "text Hide signUpPassword")
	do(chromedp.Click("button.reveal"))
	expect(`signUpPassword.type + " " + document.querySelector(".reveal").ariaLabel`, "password Show password")

	do(chromedp.Navigate(server.URL + "/inbox"))
	do(chromedp.Click("[data-copy=code-m3]"), chromedp.WaitVisible("[data-copy=code-m3]"))
	if got, err := chromedp.Run(ctx, chromedp.Poll[string](`document.querySelector("[data-copy=code-m3] [data-done]").textContent === "Copied" && "Copied"`)); err != nil {
		t.Errorf("the button says %q after copying (%v)", got, err)
	}

	do(chromedp.Navigate(server.URL + "/news"))
	expect(`document.querySelectorAll("article").length.toString()`, "0")
	sent.Store(true)
	do(chromedp.WaitVisible("article [data-copy]"))
	expect(`document.querySelector(".onecode code").textContent + " " + messages.dataset.newest`, "482134 1")
}
