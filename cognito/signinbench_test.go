package cognito_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pquerna/otp/totp"

	"idpond/internal/account"
	"idpond/internal/srp"
	"idpond/internal/srp/srptest"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// signInBench is a userBench with these clients:
//
//	benchclient   public, with all flows; hides nobody
//	hiding        the same, hides whether users exist
//	secret        confidential, with two secrets
//	rotating      rotates refresh tokens, with ten seconds of grace
//	plain         no ExplicitAuthFlows
//	refreshonly   ALLOW_REFRESH_TOKEN_AUTH alone
//
// Its users are confirmed, with the password Passw0rd!, unless a test makes others.
type signInBench struct {
	*userBench
	kept map[string]string // values of answers, for later bodies
}

const rightPassword = "Passw0rd!"

func newSignInBench(t testing.TB, changes ...setup) *signInBench {
	t.Helper()
	b := &signInBench{userBench: newUserBench(t, append([]setup{withAllFlows}, changes...)...), kept: map[string]string{}}
	b.addClients()
	return b
}

func withAllFlows(_ *userpool.Pool, c *userpool.AppClient) {
	c.Settings.EnableTokenRevocation = true
	c.Settings.ExplicitAuthFlows = []string{
		"ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
	}
}

func (b *signInBench) addClients() {
	for name, change := range map[string]func(*userpool.AppClient){
		"hiding": func(c *userpool.AppClient) { c.Settings.PreventUserExistenceErrors = "ENABLED" },
		"secret": func(c *userpool.AppClient) {
			c.Secrets = []userpool.ClientSecret{
				{ID: "secret--1", Value: "firstsecretfirstsecretfirst"}, {ID: "secret--2", Value: "othersecretothersecretother"},
			}
		},
		"rotating": func(c *userpool.AppClient) {
			c.Settings.RefreshTokenRotation = &userpool.RefreshTokenRotation{Feature: "ENABLED", RetryGracePeriodSeconds: 10}
		},
		"plain":       func(c *userpool.AppClient) { c.Settings.ExplicitAuthFlows = nil },
		"refreshonly": func(c *userpool.AppClient) { c.Settings.ExplicitAuthFlows = []string{"ALLOW_REFRESH_TOKEN_AUTH"} },
	} {
		c := *b.client
		c.ID, c.Name = name, name
		change(&c)
		b.clients[name] = &c
		if err := b.store.Write(b.Context(), func(tx store.Tx) error { return tx.CreateClient(b.Context(), &c) }); err != nil {
			b.Fatal(err)
		}
	}
}

// addUser makes a confirmed user and lets the test change it.
func (b *signInBench) addUser(name string, changes ...func(*userpool.User)) *userpool.User {
	b.Helper()
	u := &userpool.User{
		PoolID: b.pool.ID, ID: newSub(name), Username: name, Status: userpool.StatusConfirmed, Enabled: true,
		Attributes: map[string]string{}, CreatedAt: b.clock(), UpdatedAt: b.clock(),
	}
	credential, err := b.srv.Accounts.Passwords.Make(b.Context(), b.pool, u, rightPassword)
	if err != nil {
		b.Fatal(err)
	}
	u.Credential = credential
	for _, change := range changes {
		change(u)
	}
	u.Names = b.pool.SignInNames(u)
	if err := b.store.Write(b.Context(), func(tx store.Tx) error { return tx.CreateUser(b.Context(), u) }); err != nil {
		b.Fatal(err)
	}
	return u
}

// newSub gives the same sub for the same name.
func newSub(name string) string {
	h := sha256.Sum256([]byte(name))
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

// changeUser changes a stored user behind the server's back.
func (b *signInBench) changeUser(name string, change func(*userpool.User)) {
	b.Helper()
	id := b.user(name).ID
	err := b.store.Write(b.Context(), func(tx store.Tx) error {
		u, err := tx.User(b.Context(), b.pool.ID, id)
		if err != nil {
			return err
		}
		change(u)
		return tx.UpdateUser(b.Context(), u)
	})
	if err != nil {
		b.Fatal(err)
	}
}

// turn is a request and its answer. In answers, what differs each time (tokens,
// sessions, the numbers of SRP) is written as its name in capitals.
type turn struct {
	after time.Duration // that passes before
	op    string
	body  string // may have places {{name.Session}}: the Session of the answer kept as name
	want  string // JSON, "*" for any, or "Exception: message"
	keep  string // name under which the answer's values are kept
}

func (b *signInBench) play(turns []turn) {
	b.Helper()
	for i, s := range turns {
		b.advance(s.after)
		got := b.ask(s.keep, s.op, s.body)
		want := s.want
		switch {
		case want == "*" && strings.HasPrefix(got, "{"):
			continue
		case strings.HasPrefix(want, "{"):
			want = tidy(b, want)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			b.Errorf("turn %d, %s %s (-want +got):\n%s", i+1, s.op, s.body, diff)
		}
	}
}

var (
	keptPattern = regexp.MustCompile(`\{\{(\w+\.\w+)\}\}`)
	totpPattern = regexp.MustCompile(`\{\{totp (\w+)\}\}`)
)

// totp is the present code of a software token: of the secret of the answer kept as
// name, else of the user of that name.
func (b *signInBench) totp(name string) string {
	b.Helper()
	secret, ok := b.kept[name+".SecretCode"]
	if !ok {
		secret = account.TokenText(b.user(name).SoftwareToken.Secret)
	}
	code, err := totp.GenerateCode(secret, b.clock())
	if err != nil {
		b.Fatal(err)
	}
	return code
}

// ask sends one request and gives its answer in the form of turn.want.
func (b *signInBench) ask(keep, op, body string) string {
	b.Helper()
	answer, failure := b.send(op, body)
	if failure != "" {
		return failure
	}
	if answer == nil {
		return ""
	}
	shown := maps.Clone(answer)
	for _, member := range []string{"AuthenticationResult", "ChallengeParameters"} {
		if inner, ok := answer[member].(map[string]any); ok {
			shown[member] = b.conceal(keep, inner)
		}
	}
	text, err := json.Marshal(b.conceal(keep, shown))
	if err != nil {
		b.Fatal(err)
	}
	return tidy(b, subPattern.ReplaceAllString(string(text), "SUB"))
}

func (b *signInBench) conceal(keep string, values map[string]any) map[string]any {
	changing := []string{"AccessToken", "IdToken", "RefreshToken", "Session", "SecretCode", "SALT", "SRP_B", "SECRET_BLOCK", "CREDENTIAL_REQUEST_OPTIONS"}
	out := maps.Clone(values)
	for name, v := range values {
		text, ok := v.(string)
		if !ok || text == "" || !slices.Contains(changing, name) {
			continue
		}
		out[name] = strings.ToUpper(name)
		if keep != "" {
			b.kept[keep+"."+name] = text
		}
	}
	return out
}

// send sends one request; failure is "Exception: message".
func (b *signInBench) send(op, body string) (answer map[string]any, failure string) {
	b.Helper()
	body = totpPattern.ReplaceAllStringFunc(body, func(place string) string { return b.totp(totpPattern.FindStringSubmatch(place)[1]) })
	body = keptPattern.ReplaceAllStringFunc(body, func(place string) string {
		name := strings.Trim(place, "{}")
		value, ok := b.kept[name]
		if !ok {
			b.Fatalf("%s %s: nothing was kept as %s", op, body, name)
		}
		return value
	})
	return b.sendRaw(op, b.withClient(op, body))
}

// withClient adds client and pool where a body has none.
func (b *signInBench) withClient(op, body string) string {
	body = b.expand(op, body)
	if strings.HasPrefix(op, "AdminInitiate") || strings.HasPrefix(op, "AdminRespond") {
		var in map[string]any
		if err := json.Unmarshal([]byte(body), &in); err != nil {
			b.Fatal(err)
		}
		if in["ClientId"] == nil {
			in["ClientId"] = benchClient
		}
		text, err := json.Marshal(in)
		if err != nil {
			b.Fatal(err)
		}
		return string(text)
	}
	return body
}

// sendRaw may be called by several goroutines.
func (b *signInBench) sendRaw(op, body string) (answer map[string]any, failure string) {
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService."+op)
	w := httptest.NewRecorder()
	b.srv.ServeHTTP(w, r)
	if w.Body.Len() > 0 {
		dec := json.NewDecoder(bytes.NewReader(w.Body.Bytes()))
		if err := dec.Decode(&answer); err != nil {
			b.Errorf("%s answered %q", op, w.Body)
		}
	}
	if w.Code != http.StatusOK {
		return nil, fmt.Sprintf("%v: %v", answer["__type"], answer["message"])
	}
	return answer, ""
}

// srpTrial is a sign-in by SRP from the client's side.
type srpTrial struct {
	client, username, password string
	admin                      bool
	device                     string // key that goes along with SRP_A
	// answers, if set, changes the ChallengeResponses before they are sent.
	answers func(map[string]string)
}

// sides are the names of the two operations.
func sides(admin bool) (initiate, respond string) {
	if admin {
		return "AdminInitiateAuth", "AdminRespondToAuthChallenge"
	}
	return "InitiateAuth", "RespondToAuthChallenge"
}

// srpBegin sends SRP_A and computes the answer to the challenge.
func (b *signInBench) srpBegin(s srpTrial) (respond, failure string) {
	b.Helper()
	initiate, _ := sides(s.admin)
	client := srptest.NewClient()
	body := fmt.Sprintf(`{"AuthFlow":"USER_SRP_AUTH","ClientId":%q,"AuthParameters":{"USERNAME":%q,"SRP_A":%q,"DEVICE_KEY":%q}}`,
		s.client, s.username, client.PublicHex(), s.device)
	answer, failure := b.send(initiate, body)
	if failure != "" {
		return "", failure
	}
	if answer["ChallengeName"] != "PASSWORD_VERIFIER" {
		b.Fatalf("answer to SRP_A: %v", answer)
	}
	answers := b.srpAnswers(client, s.password, answer["ChallengeParameters"].(map[string]any))
	if s.answers != nil {
		s.answers(answers)
	}
	in, err := json.Marshal(map[string]any{"ClientId": s.client, "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": answers})
	if err != nil {
		b.Fatal(err)
	}
	return string(in), ""
}

// srpAnswers computes the answer to PASSWORD_VERIFIER.
func (b *signInBench) srpAnswers(client *srptest.Client, password string, parameters map[string]any) map[string]string {
	b.Helper()
	text := func(name string) string { return parameters[name].(string) }
	poolName := srp.PoolName(b.pool.ID)
	key, err := client.Key(poolName, text("USER_ID_FOR_SRP"), password, text("SALT"), text("SRP_B"))
	if err != nil {
		b.Fatal(err)
	}
	block, err := base64.StdEncoding.DecodeString(text("SECRET_BLOCK"))
	if err != nil {
		b.Fatalf("SECRET_BLOCK: %v", err)
	}
	timestamp := srp.Timestamp(b.clock())
	claim := srp.Claim{PoolName: poolName, UserID: text("USER_ID_FOR_SRP"), SecretBlock: block, Timestamp: timestamp}
	return map[string]string{
		"USERNAME": text("USER_ID_FOR_SRP"), "TIMESTAMP": timestamp,
		"PASSWORD_CLAIM_SECRET_BLOCK": text("SECRET_BLOCK"), "PASSWORD_CLAIM_SIGNATURE": claim.Signature(key),
	}
}

// srpSignIn is a whole sign-in; the answer is in the form of turn.want.
func (b *signInBench) srpSignIn(keep string, s srpTrial) string {
	b.Helper()
	body, failure := b.srpBegin(s)
	if failure != "" {
		return failure
	}
	_, respond := sides(s.admin)
	return b.ask(keep, respond, body)
}

// tidy writes JSON indented and with sorted keys.
func tidy(t testing.TB, text string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	out, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
