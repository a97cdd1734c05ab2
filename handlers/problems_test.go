package handlers

import (
	"strings"
	"testing"

	"idpond/internal/fault"
	"idpond/internal/userpool"
	"idpond/web"
)

// words is a sentence that no refusal has: what pages say of it can't come from
// recognising it.
const words = "Words that nobody compares."

// TestProblems: pages tell faults apart by code, reason and attribute.
func TestProblems(t *testing.T) {
	var text web.English
	pool := &userpool.Pool{}
	for _, tt := range []struct {
		code      fault.Code
		reason    fault.Reason
		attribute string
		want      problem
	}{
		{fault.NotAuthorized, "", "", problem{atPage, words}},
		{fault.NotAuthorized, fault.WrongPassword, "", problem{atPage, text.IncorrectUsernameOrPassword()}},
		{fault.NotAuthorized, fault.AttemptsExceeded, "", problem{atPage, text.TooManyAttempts()}},
		{fault.NotAuthorized, fault.UserDisabled, "", problem{atPage, text.UserDisabled()}},
		{fault.NotAuthorized, fault.SessionOver, "", problem{atSession, text.SessionEnded()}},
		{fault.UserNotFound, "", "", problem{atPage, text.IncorrectUsernameOrPassword()}},
		{fault.UserNotFound, "", "username", problem{atUsername, words}},
		{fault.UsernameExists, "", "username", problem{atUsername, words}},
		{fault.InvalidPassword, "", "", problem{atPassword, words}},
		{fault.CodeMismatch, "", "", problem{atCode, text.WrongCode()}},
		{fault.ExpiredCode, "", "", problem{atCode, text.ExpiredCode()}},
		{fault.ExpiredCode, fault.CodeUsed, "", problem{atCode, text.CodeUsed()}},
		{fault.EnableSoftwareTokenMFA, "", "", problem{atCode, text.WrongCode()}},
		{fault.EnableSoftwareTokenMFA, fault.CodeUsed, "", problem{atCode, text.CodeUsed()}},
		{fault.InvalidEmailRoleAccess, "", "", problem{atSession, text.SignInCodeNotSent()}},
		{fault.SoftwareTokenMFANotFound, "", "", problem{atSession, text.SessionEnded()}},
		{fault.WebAuthnOriginNotAllowed, "", "", problem{atPage, text.PasskeyRefused()}},
		{fault.LimitExceeded, "", "", problem{atPage, text.TooManyAttempts()}},
		{fault.PasswordResetRequired, "", "", problem{atPage, text.PasswordResetRequired()}},
		{fault.AliasExists, "", "email", problem{"email", words}},
		{fault.InvalidParameter, "", "phone_number", problem{"phone_number", words}},
		{fault.InvalidParameter, "", "", problem{atPage, words}},
		{fault.Internal, "", "", problem{atPage, text.TryAgainLater()}},
	} {
		err := fault.New(tt.code, words).For(tt.reason).About(tt.attribute)
		if got := new(Server).problem(pool, err); got != tt.want {
			t.Errorf("%s, %q, about %q: %+v, want %+v", tt.code, tt.reason, tt.attribute, got, tt.want)
		}
	}
}

// TestPasswordProblems: whatever a policy has against a password, pages say in their
// own words.
func TestPasswordProblems(t *testing.T) {
	pool := &userpool.Pool{}
	policy := &pool.Settings.Policies.PasswordPolicy
	*policy = userpool.PasswordPolicy{
		MinimumLength: 8, RequireUppercase: true, RequireLowercase: true, RequireNumbers: true, RequireSymbols: true,
	}
	for password, want := range map[string]string{
		"Ta-1":                      "The password needs at least 8 characters.",
		strings.Repeat("Ta-1", 100): "The password can’t have more than 256 characters.",
		" Tables-1":                 "The password can’t begin or end with a space.",
		"Tables\t-1":                "The password can’t have control characters.",
		"TABLES-1":                  "The password needs a lower case letter.",
		"tables-1":                  "The password needs an upper case letter.",
		"Tables--":                  "The password needs a number.",
		"Tables11":                  "The password needs a special character.",
	} {
		err := fault.New(fault.InvalidPassword, words).For(fault.Reason(policy.Problem(password)))
		if got := new(Server).problem(pool, err); got != (problem{atPassword, want}) {
			t.Errorf("%q: %+v, want %q", password, got, want)
		}
	}
}
