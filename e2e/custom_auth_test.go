package e2e

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

const triggerSecret = "what only the two of us know"

// signedEvent reads an event as a function does that trusts nobody else: by the
// signature, as docs/triggers.md says.
func signedEvent(r *http.Request) (map[string]any, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var stamp, mac string
	for part := range strings.SplitSeq(r.Header.Get("Idpond-Signature"), ",") {
		switch key, value, _ := strings.Cut(part, "="); key {
		case "t":
			stamp = value
		case "v1":
			mac = value
		}
	}
	sent, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || time.Since(time.Unix(sent, 0)).Abs() > 5*time.Minute {
		return nil, fmt.Errorf("the time %q", stamp)
	}
	h := hmac.New(sha256.New, []byte(triggerSecret))
	fmt.Fprintf(h, "%s.%s", stamp, body)
	if !hmac.Equal([]byte(hex.EncodeToString(h.Sum(nil))), []byte(mac)) {
		return nil, errors.New("the signature")
	}
	var event map[string]any
	return event, json.NewDecoder(bytes.NewReader(body)).Decode(&event)
}

// passwordless is one URL for all three functions: it asks for the sum of two
// numbers, and gives three tries.
func passwordless(w http.ResponseWriter, r *http.Request) {
	event, err := signedEvent(r)
	if err != nil {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	request, response := event["request"].(map[string]any), event["response"].(map[string]any)
	switch event["triggerSource"] {
	case "DefineAuthChallenge_Authentication":
		session := request["session"].([]any)
		last := len(session) - 1
		switch {
		case last >= 0 && session[last].(map[string]any)["challengeResult"] == true:
			response["issueTokens"] = true
		case last >= 2:
			response["failAuthentication"] = true
		default:
			response["challengeName"] = "CUSTOM_CHALLENGE"
		}
	case "CreateAuthChallenge_Authentication":
		response["publicChallengeParameters"] = map[string]string{"sum": "20 + 22"}
		response["privateChallengeParameters"] = map[string]string{"answer": "42-is-the-secret-answer"}
	case "VerifyAuthChallengeResponse_Authentication":
		private := request["privateChallengeParameters"].(map[string]any)
		response["answerCorrect"] = request["challengeAnswer"] == private["answer"]
	}
	_ = json.NewEncoder(w).Encode(event)
}

// TestCustomAuth signs in without a password, by functions that the binary calls over
// HTTP and that check its signature.
func TestCustomAuth(t *testing.T) {
	functions := httptest.NewServer(http.HandlerFunc(passwordless))
	defer functions.Close()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(triggerSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const arn = "arn:aws:lambda:eu-west-1:000000000000:function:"
	s := start(t, t.TempDir(), "--empty", "--log-level=debug", "--trigger-secret-file="+secret,
		"--trigger="+arn+"define="+functions.URL+"/?key=in-the-url", "--trigger=create="+functions.URL, "--trigger=verify:live="+functions.URL,
		"--trigger=gone=http://127.0.0.1:1") // where nobody listens
	c := sdk(s)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	pool, err := c.CreateUserPool(t.Context(), &cip.CreateUserPoolInput{PoolName: new("passwordless"), LambdaConfig: &types.LambdaConfigType{
		DefineAuthChallenge: new(arn + "define"), CreateAuthChallenge: new(arn + "create"), VerifyAuthChallengeResponse: new(arn + "verify:live"),
	}})
	must(err)
	id := pool.UserPool.Id
	client, err := c.CreateUserPoolClient(t.Context(), &cip.CreateUserPoolClientInput{
		UserPoolId: id, ClientName: new("app"), ExplicitAuthFlows: []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowCustomAuth},
	})
	must(err)
	_, err = c.AdminCreateUser(t.Context(), &cip.AdminCreateUserInput{UserPoolId: id, Username: new("ada"), TemporaryPassword: new("Passw0rd!"), MessageAction: types.MessageActionTypeSuppress})
	must(err)
	_, err = c.AdminSetUserPassword(t.Context(), &cip.AdminSetUserPasswordInput{UserPoolId: id, Username: new("ada"), Password: new("N3wPassw0rd!"), Permanent: true})
	must(err)

	begin := func() (*cip.InitiateAuthOutput, error) {
		return c.InitiateAuth(t.Context(), &cip.InitiateAuthInput{
			AuthFlow: types.AuthFlowTypeCustomAuth, ClientId: client.UserPoolClient.ClientId, AuthParameters: map[string]string{"USERNAME": "ada"},
		})
	}
	answer := func(session *string, text string) (*cip.RespondToAuthChallengeOutput, error) {
		return c.RespondToAuthChallenge(t.Context(), &cip.RespondToAuthChallengeInput{
			ChallengeName: types.ChallengeNameTypeCustomChallenge, ClientId: client.UserPoolClient.ClientId, Session: session,
			ChallengeResponses: map[string]string{"USERNAME": "ada", "ANSWER": text},
		})
	}
	begun, err := begin()
	must(err)
	if begun.ChallengeName != types.ChallengeNameTypeCustomChallenge || begun.ChallengeParameters["sum"] != "20 + 22" || len(begun.ChallengeParameters) != 2 {
		t.Fatalf("challenge %s, parameters %v", begun.ChallengeName, begun.ChallengeParameters)
	}
	wrong, err := answer(begun.Session, "41")
	must(err)
	done, err := answer(wrong.Session, "42-is-the-secret-answer")
	must(err)
	if done.AuthenticationResult == nil {
		t.Fatalf("no tokens but %s", done.ChallengeName)
	}
	me, err := c.GetUser(t.Context(), &cip.GetUserInput{AccessToken: done.AuthenticationResult.AccessToken})
	must(err)
	if *me.Username != "ada" {
		t.Errorf("signed in as %s", *me.Username)
	}

	_, err = c.UpdateUserPool(t.Context(), &cip.UpdateUserPoolInput{UserPoolId: id, LambdaConfig: &types.LambdaConfigType{
		DefineAuthChallenge: new(arn + "gone"), CreateAuthChallenge: new(arn + "create"), VerifyAuthChallengeResponse: new(arn + "verify:live"),
	}})
	must(err)
	_, err = begin()
	if e, ok := errors.AsType[*types.UnexpectedLambdaException](err); !ok || e.ErrorMessage() != "DefineAuthChallenge invocation failed due to error ServiceException." {
		t.Errorf("without functions: %v", err)
	}
	s.stop(t)
	log := s.stderr.String()
	for _, secret := range []string{"42-is-the-secret-answer", triggerSecret, "in-the-url", *begun.Session} {
		if strings.Contains(log, secret) {
			t.Errorf("the log has %q:\n%s", secret, log)
		}
	}
	if !strings.Contains(log, "UnexpectedLambdaException") || !strings.Contains(log, "connection refused") {
		t.Errorf("the log doesn't say why:\n%s", log)
	}
}
