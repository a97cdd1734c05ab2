package cognito_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"idpond/internal/outbound"
	"idpond/internal/srp"
	"idpond/internal/srp/srptest"
	"idpond/internal/trigger"
	"idpond/internal/userpool"
)

// customBench is a signInBench whose pool has the three functions of custom
// sign-ins, served over HTTP as an operator would.
type customBench struct {
	*signInBench
	functions *functions
	http      *trigger.HTTP
}

// functions are the pool's functions. As they are they ask for the answers of
// riddles, one after the other, until two are right; the third wrong answer is
// the last. A test may put others in their place.
type functions struct {
	mu     sync.Mutex
	events []event
	// each fills in the response, or answers in its own way and reports true.
	define, create, verify func(e event, w http.ResponseWriter) bool
}

type event struct {
	TriggerSource, UserName string
	CallerContext           struct{ ClientID string }
	Request                 struct {
		UserAttributes             map[string]string
		Session                    []trigger.ChallengeResult
		ChallengeName              string
		PrivateChallengeParameters map[string]string
		ChallengeAnswer            string
		ClientMetadata             map[string]string
		UserNotFound               bool
	}
	Response map[string]any
}

func (f *functions) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var whole map[string]any
	var e event
	var raw json.RawMessage
	_ = json.NewDecoder(r.Body).Decode(&raw)
	if json.Unmarshal(raw, &e) != nil || json.Unmarshal(raw, &whole) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	f.mu.Lock()
	f.events = append(f.events, e)
	f.mu.Unlock()
	handle := map[string]func(event, http.ResponseWriter) bool{"/define": f.define, "/create": f.create, "/verify": f.verify}[r.URL.Path]
	if !handle(e, w) {
		whole["response"] = e.Response
		_ = json.NewEncoder(w).Encode(whole)
	}
}

// told gives what the functions were told since it was last asked, one line each.
func (f *functions) told() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var lines []string
	for _, e := range f.events {
		name, _, _ := strings.Cut(e.TriggerSource, "_")
		line := name
		for _, step := range e.Request.Session {
			line += fmt.Sprintf(" %s:%v", step.ChallengeName, step.ChallengeResult)
			if step.ChallengeMetadata != nil {
				line += ":" + *step.ChallengeMetadata
			}
		}
		if e.Request.ChallengeAnswer != "" {
			line += fmt.Sprintf(" %s of %v", e.Request.ChallengeAnswer, e.Request.PrivateChallengeParameters)
		}
		if len(e.Request.ClientMetadata) > 0 {
			line += fmt.Sprintf(" %v", e.Request.ClientMetadata)
		}
		if e.Request.UserNotFound {
			line += " (nobody)"
		}
		lines = append(lines, line)
	}
	f.events = nil
	return lines
}

func newCustomBench(t testing.TB, changes ...setup) *customBench {
	t.Helper()
	b := &customBench{functions: riddles()}
	b.signInBench = newSignInBench(t, append([]setup{func(p *userpool.Pool, c *userpool.AppClient) {
		c.Settings.ExplicitAuthFlows = append(c.Settings.ExplicitAuthFlows, "ALLOW_CUSTOM_AUTH")
		const arn = "arn:aws:lambda:eu-west-1:000000000000:function:"
		p.Settings.LambdaConfig = userpool.LambdaConfig{
			DefineAuthChallenge: arn + "define", CreateAuthChallenge: arn + "create", VerifyAuthChallengeResponse: arn + "verify",
		}
	}}, changes...)...)
	server := httptest.NewServer(b.functions)
	t.Cleanup(server.Close)
	list, err := trigger.ParseFunctions([]string{
		"define=" + server.URL + "/define", "create=" + server.URL + "/create", "verify=" + server.URL + "/verify",
	})
	if err != nil {
		t.Fatal(err)
	}
	b.http = trigger.NewHTTP(list, &outbound.Guard{Loopback: true}, "", time.Now)
	b.http.Pause = time.Millisecond
	b.srv.Auth.Triggers = &trigger.Service{Invoker: b.http}
	return b
}

func riddles() *functions {
	return &functions{
		define: func(e event, _ http.ResponseWriter) bool {
			right, wrong := count(e.Request.Session)
			switch {
			case wrong == 3:
				e.Response["failAuthentication"] = true
			case right == 2:
				e.Response["issueTokens"] = true
			default:
				e.Response["challengeName"] = "CUSTOM_CHALLENGE"
			}
			return false
		},
		create: func(e event, _ http.ResponseWriter) bool {
			right, _ := count(e.Request.Session)
			e.Response["publicChallengeParameters"] = map[string]string{"riddle": fmt.Sprintf("no. %d", right+1)}
			e.Response["privateChallengeParameters"] = map[string]string{"answer": fmt.Sprintf("answer %d", right+1)}
			e.Response["challengeMetadata"] = fmt.Sprintf("R%d", right+1)
			return false
		},
		verify: func(e event, _ http.ResponseWriter) bool {
			e.Response["answerCorrect"] = e.Request.ChallengeAnswer == e.Request.PrivateChallengeParameters["answer"]
			return false
		},
	}
}

func count(steps []trigger.ChallengeResult) (right, wrong int) {
	for _, s := range steps {
		switch {
		case s.ChallengeName != "CUSTOM_CHALLENGE":
		case s.ChallengeResult:
			right++
		default:
			wrong++
		}
	}
	return right, wrong
}

// says makes DefineAuthChallenge say always the same.
func (f *functions) says(response map[string]any) {
	f.define = func(e event, _ http.ResponseWriter) bool {
		maps.Copy(e.Response, response)
		return false
	}
}

// inOrder makes DefineAuthChallenge ask for challenges in order, and then let the
// user in.
func (f *functions) inOrder(names ...string) {
	f.define = func(e event, _ http.ResponseWriter) bool {
		done := len(e.Request.Session)
		if done > 0 && e.Request.Session[0].ChallengeName == "SRP_A" {
			done--
		}
		if done < len(names) {
			e.Response["challengeName"] = names[done]
		} else {
			e.Response["issueTokens"] = true
		}
		return false
	}
}

// hurry leaves the function that is named no time in the next answer. Those that are
// asked before it have all that they need.
func (b *customBench) hurry(name string) {
	before := map[string]*func(event, http.ResponseWriter) bool{
		"DefineAuthChallenge": &b.functions.verify, "CreateAuthChallenge": &b.functions.define,
	}[name]
	if before == nil {
		b.http.Timeout = time.Millisecond
		return
	}
	answer := *before
	*before = func(e event, w http.ResponseWriter) bool {
		b.http.Timeout = time.Millisecond
		return answer(e, w)
	}
}

func customAuth(client, user string) string {
	return fmt.Sprintf(`{"AuthFlow":"CUSTOM_AUTH","ClientId":%q,"ClientMetadata":{"at":"begin"},"AuthParameters":{"USERNAME":%q}}`, client, user)
}

// answer is an answer to a challenge with the session kept as name; the answers are
// keys and values.
func answer(client, challenge, session, user string, answers ...string) string {
	responses := map[string]string{"USERNAME": user}
	for i := 0; i < len(answers); i += 2 {
		responses[answers[i]] = answers[i+1]
	}
	body, _ := json.Marshal(map[string]any{
		"ClientId": client, "ChallengeName": challenge, "Session": "{{" + session + ".Session}}", "ChallengeResponses": responses,
	})
	return string(body)
}

func solve(session, user, text string) string {
	return answer(benchClient, "CUSTOM_CHALLENGE", session, user, "ANSWER", text)
}

// riddle is a riddle as a client sees it.
func riddle(n int, user string) string {
	return fmt.Sprintf(`{"ChallengeName":"CUSTOM_CHALLENGE","Session":"SESSION","ChallengeParameters":{"USERNAME":%q,"riddle":"no. %d"}}`, user, n)
}

// password begins a custom sign-in with SRP and computes the answer to its challenge;
// withSession says whether the session goes back with it.
func (b *customBench) password(client, user, password string, withSession bool) (respond, failure string) {
	b.Helper()
	c := srptest.NewClient()
	begun, failure := b.send("InitiateAuth", fmt.Sprintf(
		`{"AuthFlow":"CUSTOM_AUTH","ClientId":%q,"AuthParameters":{"USERNAME":%q,"CHALLENGE_NAME":"SRP_A","SRP_A":%q}}`, client, user, c.PublicHex()))
	if failure != "" {
		return "", failure
	}
	if begun["ChallengeName"] != "PASSWORD_VERIFIER" {
		b.Fatalf("answer to SRP_A: %v", begun)
	}
	text := func(name string) string { return begun["ChallengeParameters"].(map[string]any)[name].(string) }
	pool := srp.PoolName(b.pool.ID)
	key, err := c.Key(pool, text("USER_ID_FOR_SRP"), password, text("SALT"), text("SRP_B"))
	if err != nil {
		b.Fatal(err)
	}
	block, err := base64.StdEncoding.DecodeString(text("SECRET_BLOCK"))
	if err != nil {
		b.Fatal(err)
	}
	claim := srp.Claim{PoolName: pool, UserID: text("USER_ID_FOR_SRP"), SecretBlock: block, Timestamp: srp.Timestamp(b.clock())}
	in := map[string]any{
		"ClientId": client, "ChallengeName": "PASSWORD_VERIFIER", "ClientMetadata": map[string]string{"at": "password"},
		"ChallengeResponses": map[string]string{
			"USERNAME": claim.UserID, "TIMESTAMP": claim.Timestamp,
			"PASSWORD_CLAIM_SECRET_BLOCK": text("SECRET_BLOCK"), "PASSWORD_CLAIM_SIGNATURE": claim.Signature(key),
		},
	}
	if withSession {
		in["Session"] = begun["Session"]
	}
	body, err := json.Marshal(in)
	if err != nil {
		b.Fatal(err)
	}
	return string(body), ""
}
