package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestBrowserSDK calls the API as a browser SDK does, from a page of another
// origin: preflight, a refused sign-in whose error headers the page can read, and
// a sign-up that works.
func TestBrowserSDK(t *testing.T) {
	p := person{t, browser(t)}
	s := start(t, t.TempDir())
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!DOCTYPE html><title>app</title><link rel=icon href=data:>")
	}))
	defer app.Close()
	p.do("open the app", open(app.URL))

	call := func(operation, body string) (got struct {
		Status          int
		Type, Error, ID string
		Body            map[string]any
	}) {
		t.Helper()
		script := fmt.Sprintf(`fetch(%q, {method: "POST", body: %q, headers: {
			"content-type": "application/x-amz-json-1.1", "x-amz-target": "AWSCognitoIdentityProviderService.%s",
			"x-amz-user-agent": "e2e", "cache-control": "no-store", "amz-sdk-invocation-id": "1", "amz-sdk-request": "attempt=1"}})
			.then(async a => JSON.stringify({Status: a.status, Type: a.headers.get("content-type"),
				Error: a.headers.get("x-amzn-errortype") ?? "", ID: a.headers.get("x-amzn-requestid") ?? "", Body: await a.json()}))`,
			s.URL, body, operation)
		text, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatal(err)
		}
		return got
	}

	refused := call("InitiateAuth", `{"ClientId":"`+demoPublicClient+`","AuthFlow":"USER_PASSWORD_AUTH","AuthParameters":{"USERNAME":"nobody@example.org","PASSWORD":"Wrong-password-1"}}`)
	if refused.Status != 400 || refused.Error != "NotAuthorizedException:" || refused.ID == "" || refused.Type != "application/x-amz-json-1.1" {
		t.Errorf("a refused sign-in reads as %+v", refused)
	}
	made := call("SignUp", `{"ClientId":"`+demoPublicClient+`","Username":"cors@example.org","Password":"Cross-origin-1"}`)
	if made.Status != 200 || made.Body["UserConfirmed"] != false {
		t.Errorf("a sign-up reads as %+v", made)
	}
}
