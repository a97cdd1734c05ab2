package handlers

import (
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
// words of the fault, which are the service's and made to be seen, beside the input of
// what it is about.
func (s *Server) problem(pool *userpool.Pool, err error) problem {
	t, f := s.text(), fault.Of(err)
	said := problem{place(f.Attribute), f.Message}
	switch f.Code {
	case fault.NotAuthorized:
		return notAuthorized(t, f.Reason, said)
	case fault.UserNotFound:
		if f.Attribute == "" { // at sign-in, where pages never tell
			return problem{atPage, t.IncorrectUsernameOrPassword()}
		}
	case fault.InvalidPassword:
		return problem{atPassword, passwordProblem(t, pool, f)}
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
	case fault.Internal:
		return problem{atPage, t.TryAgainLater()}
	}
	return said
}

// codeProblem says why the code of an app, or one that was sent too long ago, is none.
func codeProblem(t web.Messages, f *fault.Error) string {
	switch {
	case f.Reason == fault.CodeUsed:
		return t.CodeUsed()
	case f.Code == fault.EnableSoftwareTokenMFA:
		return t.WrongCode()
	}
	return t.ExpiredCode()
}

// notAuthorized tells apart what the service has only one exception for; said is for
// the rest.
func notAuthorized(t web.Messages, reason fault.Reason, said problem) problem {
	switch reason {
	case fault.WrongPassword:
		return problem{atPage, t.IncorrectUsernameOrPassword()}
	case fault.AttemptsExceeded:
		return problem{atPage, t.TooManyAttempts()}
	case fault.UserDisabled:
		return problem{atPage, t.UserDisabled()}
	case fault.SessionOver:
		return problem{atSession, t.SessionEnded()}
	}
	return said
}

// passwordProblem says in the page's words why a password was refused.
func passwordProblem(t web.Messages, pool *userpool.Pool, f *fault.Error) string {
	switch f.Reason {
	case userpool.PasswordTooShort:
		return t.PasswordTooShort(pool.Settings.Policies.PasswordPolicy.MinimumLength)
	case userpool.PasswordTooLong:
		return t.PasswordTooLong(userpool.MaxPasswordLength)
	case userpool.PasswordHasEdgeSpace:
		return t.PasswordHasEdgeSpace()
	case userpool.PasswordHasControl:
		return t.PasswordHasControl()
	case userpool.PasswordNeedsLower:
		return t.PasswordNeedsLower()
	case userpool.PasswordNeedsUpper:
		return t.PasswordNeedsUpper()
	case userpool.PasswordNeedsNumber:
		return t.PasswordNeedsNumber()
	case userpool.PasswordNeedsSymbol:
		return t.PasswordNeedsSymbol()
	}
	return f.Message
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
