package handlers

import (
	"strings"

	"idpond/internal/fault"
	"idpond/internal/userpool"
	"idpond/web"
)

// place says which part of a page a problem belongs to.
type place string

const (
	atPage     place = "" // the form as a whole
	atUsername place = "username"
	atPassword place = "password"
	atCode     place = "code"
	atSession  place = "session" // the sign-in has to begin again
	// Other values are names of attributes.
)

// problem is what a page says of a refusal.
type problem struct {
	where place
	text  string
}

func (v *visit) problem(err error) problem { return v.Server.problem(v.q.Pool, err) }

// problem turns a fault into the sentence of a page and its place; it is this
// door's only mapping of faults. What has no sentence of its own is said in the
// words of the fault, which are the service's and made to be seen.
func (s *Server) problem(pool *userpool.Pool, err error) problem {
	t, f := s.text(), fault.Of(err)
	switch f.Code {
	case fault.NotAuthorized:
		return notAuthorized(t, f.Message)
	case fault.UserNotFound:
		if f.Message == "User does not exist." { // at sign-in, where pages never tell
			return problem{atPage, t.IncorrectUsernameOrPassword()}
		}
		return problem{atUsername, f.Message}
	case fault.UsernameExists:
		return problem{atUsername, f.Message}
	case fault.InvalidPassword:
		return problem{atPassword, passwordProblem(t, pool, f.Message)}
	case fault.CodeMismatch:
		return problem{atCode, t.WrongCode()}
	case fault.ExpiredCode, fault.EnableSoftwareTokenMFA:
		return problem{atCode, codeProblem(t, f)}
	case fault.InvalidEmailRoleAccess, fault.InvalidSMSRoleAccess:
		return problem{atSession, t.SignInCodeNotSent()}
	case fault.SoftwareTokenMFANotFound: // taken away in the middle of a sign-in
		return problem{atSession, t.SessionEnded()}
	case fault.WebAuthnChallengeNotFound, fault.WebAuthnNotSupported, fault.WebAuthnOriginNotAllowed, fault.WebAuthnRelyingParty:
		return problem{atPage, t.PasskeyRefused()}
	case fault.LimitExceeded, fault.TooManyRequests:
		return problem{atPage, t.TooManyAttempts()}
	case fault.PasswordResetRequired:
		return problem{atPage, t.PasswordResetRequired()}
	case fault.AliasExists, fault.InvalidParameter:
		return problem{attributeOf(f.Message), f.Message}
	case fault.Internal:
		return problem{atPage, t.TryAgainLater()}
	}
	return problem{atPage, f.Message}
}

// codeProblem says why the code of an app, or one that was sent too long ago, is none.
func codeProblem(t web.Messages, f *fault.Error) string {
	switch {
	case f.Message == "Your software token has already been used once.":
		return t.CodeUsed()
	case f.Code == fault.EnableSoftwareTokenMFA:
		return t.WrongCode()
	}
	return t.ExpiredCode()
}

// notAuthorized tells apart what the service has only one exception for.
func notAuthorized(t web.Messages, sentence string) problem {
	switch {
	case sentence == "Incorrect username or password.":
		return problem{atPage, t.IncorrectUsernameOrPassword()}
	case sentence == "Password attempts exceeded":
		return problem{atPage, t.TooManyAttempts()}
	case sentence == "User is disabled.":
		return problem{atPage, t.UserDisabled()}
	case strings.HasPrefix(sentence, "Invalid session for the user"):
		return problem{atSession, t.SessionEnded()}
	}
	return problem{atPage, sentence}
}

// passwordProblem says in the page's words why a password was refused. The reason
// stands behind a prefix that differs by operation (reference: api-behaviour §9).
func passwordProblem(t web.Messages, pool *userpool.Pool, sentence string) string {
	_, reason, ok := strings.Cut(sentence, ": ")
	if !ok {
		return sentence
	}
	switch reason {
	case "Password not long enough":
		return t.PasswordTooShort(pool.Settings.Policies.PasswordPolicy.MinimumLength)
	case "Password must have lowercase characters":
		return t.PasswordNeedsLower()
	case "Password must have uppercase characters":
		return t.PasswordNeedsUpper()
	case "Password must have numeric characters":
		return t.PasswordNeedsNumber()
	case "Password must have symbol characters":
		return t.PasswordNeedsSymbol()
	}
	return reason
}

// attributeOf finds which input a sentence about a parameter is about.
func attributeOf(sentence string) place {
	switch {
	case strings.HasPrefix(sentence, "Username "):
		return atUsername
	case strings.HasPrefix(sentence, "Invalid email address format"), sentence == "An account with the given email already exists.":
		return "email"
	case strings.HasPrefix(sentence, "Invalid phone number format"), sentence == "An account with the given phone_number already exists.":
		return "phone_number"
	}
	return atPage
}

// besideCode puts p beside the input of a code, if it is about that, else above the form.
func (p problem) besideCode(code *web.Field, above *string) {
	if p.where == atCode {
		code.Problem = p.text
	} else {
		*above = p.text
	}
}

// placeAttribute puts a problem beside the attribute that it is about, if the page
// asks for that.
func placeAttribute(attributes []web.Attribute, p problem) bool {
	for i := range attributes {
		if attributes[i].Name == string(p.where) {
			attributes[i].Problem = p.text
			return true
		}
	}
	return false
}
