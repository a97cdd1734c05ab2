package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/document"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// TestLogsOfSignInsHoldNoSecrets goes through second factors, their set-up, passkeys and
// functions with the most talkative log, right and wrong, and searches the log for what
// was sent and shown.
func TestLogsOfSignInsHoldNoSecrets(t *testing.T) {
	failing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"errorMessage": "told-by-the-function"})
	}))
	t.Cleanup(failing.Close)
	s := start(t, t.TempDir(), "--empty", "--log-level=debug", "--trigger=define="+failing.URL+"/?key=key-of-the-function",
		"--trigger=create="+failing.URL, "--trigger=verify="+failing.URL)
	secrets := map[string]string{
		"password": flowPassword, "new password": newPassword, "function's message": "told-by-the-function", "function's key": "key-of-the-function",
	}
	seen := func(f *flow, name string) {
		if f.session != nil {
			secrets["session of "+name] = *f.session
		}
	}
	const junk = "junk-in-the-answer"
	secrets["junk"] = junk

	all := []types.ChallengeNameType{types.ChallengeNameTypeSmsMfa, types.ChallengeNameTypeEmailOtp, types.ChallengeNameTypeSoftwareTokenMfa}
	f := newFlow(t, s, sides[0], flowSettings{mfa: types.UserPoolMfaTypeOn, factors: all})
	f.addUser(false)
	f.must(f.beginWithPassword(flowPassword))
	seen(f, "NEW_PASSWORD_REQUIRED")
	f.must(f.answer("NEW_PASSWORD", newPassword))
	seen(f, "MFA_SETUP")
	made, err := f.api.AssociateSoftwareToken(t.Context(), &cip.AssociateSoftwareTokenInput{Session: f.session})
	f.must(err)
	secrets["software token"], secrets["its session"] = *made.SecretCode, *made.Session
	app := generator(*made.SecretCode)
	code := app.code(t, 0)
	for _, typed := range []string{app.wrong(t), code} {
		secrets["code of the token "+typed] = typed
		verified, err := f.api.VerifySoftwareToken(t.Context(), &cip.VerifySoftwareTokenInput{Session: made.Session, UserCode: &typed}, once)
		if typed != code {
			f.refused(err, "EnableSoftwareTokenMFAException: Code mismatch and fail enable Software Token MFA")
			continue
		}
		f.must(err)
		f.session = verified.Session
	}
	seen(f, "VerifySoftwareToken")
	f.must(f.answer())
	secrets["access token"] = *f.tokens.AccessToken

	m := newFlow(t, s, sides[0], flowSettings{firstFactors: []types.AuthFactorType{types.AuthFactorTypeEmailOtp, types.AuthFactorTypeWebAuthn}, pool: func(in *cip.CreateUserPoolInput) {
		const arn = "arn:aws:lambda:eu-west-1:000000000000:function:"
		in.LambdaConfig = &types.LambdaConfigType{
			DefineAuthChallenge: new(arn + "define"), CreateAuthChallenge: new(arn + "create"), VerifyAuthChallengeResponse: new(arn + "verify"),
		}
	}})
	m.addUser(true, "email", "logged@example.org")
	m.must(m.begin(types.AuthFlowTypeUserAuth, "PREFERRED_CHALLENGE", "EMAIL_OTP"))
	seen(m, "EMAIL_OTP")
	code = s.codeTo(t, "logged@example.org")
	secrets["code"], secrets["wrong code"] = code, otherCode(code)
	m.refused(m.answer("EMAIL_OTP_CODE", otherCode(code)), "CodeMismatchException: Invalid code or auth state for the user.")
	m.must(m.answer("EMAIL_OTP_CODE", code))
	signedIn := m.tokens
	secrets["refresh token"] = *signedIn.RefreshToken

	if m.begin(types.AuthFlowTypeCustomAuth) == nil || m.begin(types.AuthFlowTypeUserSrpAuth, "SRP_A", junk) == nil {
		t.Fatal("the function let somebody in, or junk began SRP")
	}
	_, err = m.api.CompleteWebAuthnRegistration(t.Context(), &cip.CompleteWebAuthnRegistrationInput{AccessToken: signedIn.AccessToken,
		Credential: document.NewLazyDocument(map[string]any{"id": junk, "rawId": junk, "type": junk, "response": map[string]any{"clientDataJSON": junk, "attestationObject": junk}})})
	if err == nil || !strings.Contains(err.Error(), "Credential is not a valid registration response.") {
		t.Errorf("junk as a passkey: %v", err)
	}
	m.challenge = types.ChallengeNameTypePasswordVerifier
	if m.answer("PASSWORD_CLAIM_SECRET_BLOCK", junk, "PASSWORD_CLAIM_SIGNATURE", junk, "TIMESTAMP", junk) == nil {
		t.Error("junk is a proof of the password")
	}
	s.stop(t)
	log := regexp.MustCompile(`took=\S+`).ReplaceAllString(s.stderr.String(), "") // which may look like a code
	for _, said := range []string{"VerifySoftwareToken", "UserLambdaValidationException", "EnableSoftwareTokenMFAException"} {
		if !strings.Contains(log, said) {
			t.Errorf("the log says nothing of %s", said)
		}
	}
	for what, secret := range secrets {
		if regexp.MustCompile(`\b` + regexp.QuoteMeta(secret) + `\b`).MatchString(log) {
			t.Errorf("the log holds the %s:\n%s", what, log)
		}
	}
}
