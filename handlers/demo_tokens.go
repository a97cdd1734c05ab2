package handlers

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"idpond/web"
)

const (
	demoCookie   = "idpond-demo"
	demoTimeout  = 10 * time.Second
	demoLife     = time.Hour
	demoMost     = 1000    // flows kept at once
	demoMostRead = 1 << 20 // bytes of an answer
)

// demoFlow is what the demo remembers of one browser, on the server's side: the
// secrets of a sign-in under way, then its tokens.
type demoFlow struct {
	State, Nonce, Verifier string
	Tokens                 *demoTokens
	UserInfo               string // indented JSON
	Problem, Description   string // of the last step
	SignedOut              bool
	touched                time.Time
}

// username is what the ID token calls the user; where that is the sub, as in pools
// that sign in by e-mail address, the address.
func (f demoFlow) username() string {
	claims := map[string]string{}
	for _, c := range claimsOf(f.Tokens.IDToken, 1) {
		claims[c.Name] = c.Value
	}
	name := claims["cognito:username"]
	if name == claims["sub"] {
		name = cmp.Or(claims["email"], name)
	}
	return name
}

// demoFlows keeps the flows in memory: it is a demo, and one node's.
type demoFlows struct {
	now  func() time.Time
	mu   sync.Mutex
	byID map[string]*demoFlow
}

func demoID(r *http.Request) string {
	cookie, err := r.Cookie(demoCookie)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// take gives a copy of the flow of r's browser, empty if there is none.
func (f *demoFlows) take(r *http.Request) demoFlow {
	f.mu.Lock()
	defer f.mu.Unlock()
	if flow := f.byID[demoID(r)]; flow != nil && f.now().Sub(flow.touched) < demoLife {
		return *flow
	}
	return demoFlow{}
}

func (f *demoFlows) put(id string, flow demoFlow) {
	f.mu.Lock()
	defer f.mu.Unlock()
	flow.touched = f.now()
	if len(f.byID) >= demoMost {
		for other, old := range f.byID {
			if flow.touched.Sub(old.touched) >= demoLife || len(f.byID) >= demoMost {
				delete(f.byID, other)
			}
		}
	}
	f.byID[id] = &flow
}

// demoTokens is the token endpoint's answer.
type demoTokens struct {
	IDToken      string `json:"id_token"`
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
}

// exchange calls the token endpoint and gives a flow with tokens or a problem.
func (d *demoClient) exchange(ctx context.Context, form url.Values) demoFlow {
	var answer struct {
		demoTokens
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url("/oauth2/token"), strings.NewReader(form.Encode()))
	if err != nil {
		return demoFlow{Problem: "server_error", Description: err.Error()}
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, body, err := d.call(request)
	if err == nil {
		err = json.Unmarshal(body, &answer)
	}
	switch {
	case err != nil:
		return demoFlow{Problem: "server_error", Description: err.Error()}
	case status != http.StatusOK:
		return demoFlow{Problem: answer.Error, Description: answer.Description}
	}
	return demoFlow{Tokens: &answer.demoTokens}
}

func (d *demoClient) getUserInfo(ctx context.Context, accessToken string) (info, problem, description string) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url("/oauth2/userInfo"), nil)
	if err != nil {
		return "", "server_error", err.Error()
	}
	request.Header.Set("Authorization", "Bearer "+accessToken)
	status, body, err := d.call(request)
	if err != nil {
		return "", "server_error", err.Error()
	}
	var refused struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if status != http.StatusOK {
		_ = json.Unmarshal(body, &refused) // what is not JSON says no more than the status
		return "", cmp.Or(refused.Error, fmt.Sprintf("HTTP %d", status)), refused.Description
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, body, "", "  "); err != nil {
		return "", "server_error", err.Error()
	}
	return indented.String(), "", ""
}

func (d *demoClient) call(request *http.Request) (status int, body []byte, err error) {
	answer, err := d.http.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	body, err = io.ReadAll(io.LimitReader(answer.Body, demoMostRead))
	return answer.StatusCode, body, err
}

func (t *demoTokens) nonce() string {
	for _, c := range claimsOf(t.IDToken, 1) {
		if c.Name == "nonce" {
			return c.Value
		}
	}
	return ""
}

// decoded shows the tokens as far as a client can read them.
func (t *demoTokens) decoded() []web.DemoToken {
	var list []web.DemoToken
	for _, token := range []web.DemoToken{
		{Name: "ID token", Raw: t.IDToken}, {Name: "Access token", Raw: t.AccessToken}, {Name: "Refresh token", Raw: t.RefreshToken},
	} {
		if token.Raw != "" {
			token.Header, token.Claims = claimsOf(token.Raw, 0), claimsOf(token.Raw, 1)
			list = append(list, token)
		}
	}
	return list
}

// claimsOf reads one part of a JWT without checking it, in the order of the names;
// a token that is no JWT has none.
func claimsOf(token string, part int) []web.Claim {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[part])
	members := map[string]json.RawMessage{}
	if err != nil || json.Unmarshal(text, &members) != nil {
		return nil
	}
	claims := make([]web.Claim, 0, len(members))
	for name, value := range members {
		c := web.Claim{Name: name, Value: string(value)}
		if text := ""; json.Unmarshal(value, &text) == nil {
			c.Value = text
		}
		if seconds, err := strconv.ParseInt(c.Value, 10, 64); err == nil && slices.Contains([]string{"exp", "iat", "auth_time"}, name) {
			c.Note = time.Unix(seconds, 0).UTC().Format("2006-01-02 15:04:05 UTC")
		}
		claims = append(claims, c)
	}
	slices.SortFunc(claims, func(a, b web.Claim) int { return strings.Compare(a.Name, b.Name) })
	return claims
}
