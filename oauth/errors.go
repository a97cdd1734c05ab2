package oauth

import (
	"net/http"

	"idpond/internal/fault"
)

// Error is an error answer of the endpoints that apps call (RFC 6749 §5.2).
type Error struct {
	Status      int    `json:"-"`
	Code        string `json:"error"`
	Description string `json:"error_description,omitempty"`
	cause       error
}

func (e *Error) Error() string { return "oauth: " + e.Code + " " + e.Description }

// Unwrap gives what is only for the log.
func (e *Error) Unwrap() error { return e.cause }

// badRequest is an error with status 400, which nearly all have here (reference:
// hosted-ui-and-oauth §4).
func badRequest(code, description string) *Error {
	return &Error{Status: http.StatusBadRequest, Code: code, Description: description}
}

// invalidGrant is what a dead code or refresh token gets: nothing tells why.
func invalidGrant() *Error { return badRequest("invalid_grant", "") }

// refused turns the domain's fault into the error of a token request; it is the
// one place where that is decided. What is not a fault stays what it is.
func refused(err error) error {
	var e *Error
	switch fault.Of(err).Code {
	case fault.Internal, fault.InternalServer:
		return err
	case fault.NotAuthorized, fault.UserNotFound, fault.RefreshTokenReuse, fault.UserNotConfirmed, fault.PasswordResetRequired, fault.ExpiredToken:
		e = invalidGrant()
	case fault.TooManyRequests, fault.LimitExceeded:
		e = &Error{Status: http.StatusTooManyRequests, Code: "temporarily_unavailable"}
	case fault.UnsupportedTokenType:
		e = badRequest("unsupported_token_type", "")
	case fault.Unauthorized:
		e = &Error{Status: http.StatusUnauthorized, Code: "invalid_client"}
	default:
		e = badRequest(invalidRequest, "")
	}
	e.cause = err
	return e
}
