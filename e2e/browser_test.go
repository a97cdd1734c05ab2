package e2e

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser starts Chromium with an empty profile, which chromedp takes away when the
// last of Chromium's processes has ended. What its console says against the pages
// fails the test.
func browser(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(need(t, "chromium", "chromium-browser", "google-chrome")),
		chromedp.NoSandbox, chromedp.DisableGPU,
		// Else Chromium throws clicks away that come before it has painted.
		chromedp.Flag("allow-pre-commit-input", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	watchConsole(t, ctx)
	return ctx
}

func watchConsole(t *testing.T, ctx context.Context) {
	t.Helper()
	var mu sync.Mutex
	var said []string
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	err := chromedp.Listen(ctx, func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := event.(type) {
		case *cdplog.EventEntryAdded:
			// A form that is refused answers 400; the network log says so and is right.
			// And somebody may type before the page has put the focus where it wants it.
			if !strings.Contains(e.Entry.Text, "the server responded with a status of 400") &&
				e.Entry.Text != "Autofocus processing was blocked because a document already has a focused element." {
				said = append(said, e.Entry.Text)
			}
		case *runtime.EventExceptionThrown:
			said = append(said, e.ExceptionDetails.Text)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, cdplog.Enable, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		if len(said) > 0 {
			t.Errorf("the browser says:\n%s", strings.Join(said, "\n"))
		}
	})
}

// person is somebody in front of the browser.
type person struct {
	*testing.T
	ctx context.Context
}

// do carries out steps and, if they fail, says what the page showed.
func (p person) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.Fatalf("%s: %v\nthe page is %s", what, err, p.page())
	}
}

func (p person) page() string {
	text, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
	if err != nil {
		return err.Error()
	}
	return text
}

func (p person) reads(selector string) string {
	p.Helper()
	text, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.querySelector(`+"`"+selector+"`"+`)?.innerText ?? ""`))
	if err != nil {
		p.Fatal(err)
	}
	return strings.TrimSpace(text)
}

func gone(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.WaitNotPresent(chromedp.CSS(selector))
}
func open(url string) chromedp.Action[chromedp.Void] { return chromedp.Navigate(url) }
func see(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.WaitVisible(chromedp.CSS(selector))
}

// click waits for the whole page, whose styles and scripts may come after the element
// and move it, or give it its meaning.
func click(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(see(selector), chromedp.Func(whole), chromedp.Click(chromedp.CSS(selector)))
}

// whole waits until the page and all that belongs to it is there.
func whole(ctx context.Context, page *chromedp.Target) error {
	for ; ctx.Err() == nil; time.Sleep(5 * time.Millisecond) {
		state, err := chromedp.Evaluate[string](`document.readyState`)(ctx, page)
		if err == nil && state == "complete" {
			return nil
		}
	}
	return ctx.Err()
}
func fill(selector, text string) chromedp.Action[chromedp.Void] {
	return chromedp.SendKeys(chromedp.CSS(selector), text)
}

// TestFirstVisit is a newcomer with nothing but the printed banner: signs up in
// the browser, reads the code in the inbox, confirms, sees tokens, calls
// userInfo, refreshes, signs out, and signs in again.
func TestFirstVisit(t *testing.T) {
	p := person{t, browser(t)}
	s := start(t, t.TempDir())
	const email, password = "newcomer@example.org", "First-visit-1"

	p.do("open the demo and go to sign-up", open(s.URL+"/_idpond/demo"), click(`main a.button`),
		see(`form[name=cognitoSignInForm]`), click(`a[href^="/signup"]`), see(`form[name=signupform]`))

	p.do("sign up with a weak password", fill(`input[name=username]`, email), fill(`input[name=password]`, "weak"), click(`button[name=signUpButton]`), see(`[aria-invalid=true]`))
	if got := p.reads(`main`); !strings.Contains(got, "Password") {
		t.Errorf("a weak password is not explained:\n%s", got)
	}
	kept, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.querySelector("input[name=username]").value + "|" + document.querySelector("input[name=password]").value`))
	if err != nil || kept != email+"|" {
		t.Errorf("after a refusal the form holds %q (%v), want the address and no password", kept, err)
	}
	p.do("sign up", fill(`input[name=password]`, password), click(`button[name=signUpButton]`), see(`#verification_code`))
	confirm, err := chromedp.Run(p.ctx, chromedp.Location())
	if err != nil {
		t.Fatal(err)
	}

	p.do("look into the inbox", open(s.URL+"/_idpond/inbox"), see(`.onecode code`))
	code := p.reads(`.onecode code`)
	if want := s.codeTo(t, email); code != want {
		t.Errorf("the inbox page shows the code %q, its JSON form %q", code, want)
	}
	p.do("confirm", open(confirm), fill(`#verification_code`, code), click(`button[name=confirm]`), see(`section.token`))
	if !strings.Contains(p.reads(`main`), "token_use") {
		t.Errorf("no decoded tokens on the page:\n%s", p.page())
	}
	p.do("call userInfo", click(`button[name=userinfo]`), see(`#userinfo`))
	if got := p.reads(`#userinfo`); !strings.Contains(got, email) {
		t.Errorf("userInfo shows %s", got)
	}
	p.do("refresh", click(`button[name=refresh]`), gone(`#userinfo`), see(`section.token`))
	p.do("sign out", click(`button[name=signout]`), see(`[role=status]`))

	p.do("a wrong password", click(`main a.button`), fill(`input[name=username]`, email), fill(`input[name=password]`, "Wrong-password-1"),
		click(`[name=signInSubmitButton]`), see(`[role=alert]`))
	if got := p.reads(`[role=alert]`); !strings.Contains(got, "Incorrect username or password.") {
		t.Errorf("a wrong password says %q", got)
	}
	p.do("sign in", fill(`input[name=password]`, password), click(`[name=signInSubmitButton]`), see(`section.token`))
	p.do("sign in again without a password", open(s.URL+"/_idpond/demo/signin"), see(`section.token`))
}
