// Package fault is the one error vocabulary of the domain.
//
// A Code is the name that the service gives the exception, because those names
// are what every door (JSON API, OAuth endpoints, pages) has to tell apart; each
// door has exactly one mapping from a fault to its own protocol. The domain makes
// faults; the store does not, because only the domain knows which sentence is
// right. Doors tell faults apart by code, reason and attribute, never by the sentence.
// Anything in an error chain that is not a *fault.Error is a bug or an outage: it is
// logged in full and shown to nobody.
package fault

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
)

// Code names a kind of failure; it is the service's exception name.
type Code string

// The codes that the domain makes. The operations' own lists of allowed codes
// are in cognito/api (reference: cognito-idp-shapes.json, exceptions).
const (
	AccessDenied               Code = "AccessDeniedException"
	AliasExists                Code = "AliasExistsException"
	CodeDeliveryFailure        Code = "CodeDeliveryFailureException"
	CodeMismatch               Code = "CodeMismatchException"
	ConcurrentModification     Code = "ConcurrentModificationException"
	DeviceKeyExists            Code = "DeviceKeyExistsException"
	DuplicateProvider          Code = "DuplicateProviderException"
	EnableSoftwareTokenMFA     Code = "EnableSoftwareTokenMFAException"
	ExpiredCode                Code = "ExpiredCodeException"
	FeatureUnavailableInTier   Code = "FeatureUnavailableInTierException"
	GroupExists                Code = "GroupExistsException"
	Internal                   Code = "InternalErrorException"
	InternalServer             Code = "InternalServerException"
	InvalidOAuthFlow           Code = "InvalidOAuthFlowException"
	InvalidParameter           Code = "InvalidParameterException"
	InvalidPassword            Code = "InvalidPasswordException"
	InvalidUserPoolConfig      Code = "InvalidUserPoolConfigurationException"
	LimitExceeded              Code = "LimitExceededException"
	ManagedLoginBrandingExists Code = "ManagedLoginBrandingExistsException"
	NotAuthorized              Code = "NotAuthorizedException"
	OperationNotEnabled        Code = "OperationNotEnabledException"
	PasswordHistoryViolation   Code = "PasswordHistoryPolicyViolationException"
	PasswordResetRequired      Code = "PasswordResetRequiredException"
	PreconditionNotMet         Code = "PreconditionNotMetException"
	RefreshTokenReuse          Code = "RefreshTokenReuseException"
	ResourceNotFound           Code = "ResourceNotFoundException"
	ScopeDoesNotExist          Code = "ScopeDoesNotExistException"
	SoftwareTokenMFANotFound   Code = "SoftwareTokenMFANotFoundException"
	ServiceQuotaExceeded       Code = "ServiceQuotaExceededException"
	TermsExists                Code = "TermsExistsException"
	TierChangeNotAllowed       Code = "TierChangeNotAllowedException"
	TooManyRequests            Code = "TooManyRequestsException"
	Unauthorized               Code = "UnauthorizedException"
	UnsupportedOperation       Code = "UnsupportedOperationException"
	UnsupportedTokenType       Code = "UnsupportedTokenTypeException"
	UnsupportedUserState       Code = "UnsupportedUserStateException"
	UserImportInProgress       Code = "UserImportInProgressException"
	UserNotConfirmed           Code = "UserNotConfirmedException"
	UserNotFound               Code = "UserNotFoundException"
	UserPoolTagging            Code = "UserPoolTaggingException"
	UsernameExists             Code = "UsernameExistsException"
	UserPoolAddOnNotEnabled    Code = "UserPoolAddOnNotEnabledException"
	InvalidEmailRoleAccess     Code = "InvalidEmailRoleAccessPolicyException"
	InvalidSMSRoleAccess       Code = "InvalidSmsRoleAccessPolicyException"
	InvalidLambdaResponse      Code = "InvalidLambdaResponseException"
	UnexpectedLambda           Code = "UnexpectedLambdaException"
	UserLambdaValidation       Code = "UserLambdaValidationException"
	WebAuthnChallengeNotFound  Code = "WebAuthnChallengeNotFoundException"
	WebAuthnClientMismatch     Code = "WebAuthnClientMismatchException"
	WebAuthnConfigMissing      Code = "WebAuthnConfigurationMissingException"
	WebAuthnNotEnabled         Code = "WebAuthnNotEnabledException"
	WebAuthnNotSupported       Code = "WebAuthnCredentialNotSupportedException"
	WebAuthnOriginNotAllowed   Code = "WebAuthnOriginNotAllowedException"
	WebAuthnRelyingParty       Code = "WebAuthnRelyingPartyMismatchException"
	UnknownOperation           Code = "UnknownOperationException"
	Serialization              Code = "SerializationException"
	MissingAuthenticationToken Code = "MissingAuthenticationTokenException"
	IncompleteSignature        Code = "IncompleteSignatureException"
	InvalidSignature           Code = "InvalidSignatureException"
	UnrecognizedClient         Code = "UnrecognizedClientException"
	ExpiredToken               Code = "ExpiredTokenException"
)

// Reason tells refusals apart that share a Code, for doors that say or do different
// things then; "" where none does. Those of InvalidPassword are userpool.PasswordTooShort
// and its sisters.
type Reason string

// The reasons.
const (
	WrongPassword    Reason = "wrong password" // of NotAuthorized, like the next three; or no such user
	AttemptsExceeded Reason = "attempts exceeded"
	UserDisabled     Reason = "user disabled"
	SessionOver      Reason = "session over" // the sign-in has to begin again
	CodeUsed         Reason = "code used"    // of ExpiredCode and EnableSoftwareTokenMFA
)

// Error is a failure that the caller is allowed to see.
type Error struct {
	Code      Code
	Message   string // the service's own sentence, shown to the caller; nobody tells errors apart by it
	Reason    Reason
	Attribute string // of the user, or "username": what was given is at fault; "" for no single one
	cause     error
}

// New returns an error with the given code and public message.
func New(code Code, message string) *Error { return &Error{Code: code, Message: message} }

// Newf is New with a formatted message.
func Newf(code Code, format string, args ...any) *Error {
	return New(code, fmt.Sprintf(format, args...))
}

// For returns a copy of e with a reason.
func (e *Error) For(reason Reason) *Error {
	c := *e
	c.Reason = reason
	return &c
}

// About returns a copy of e that is about an attribute.
func (e *Error) About(attribute string) *Error {
	c := *e
	c.Attribute = attribute
	return &c
}

// Because returns a copy of e that keeps the internal cause for the log; the
// cause is never shown.
func (e *Error) Because(err error) *Error {
	c := *e
	c.cause = err
	return &c
}

// Error gives code and message; the cause is reached by Unwrap.
func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Unwrap gives the internal cause, if one was kept.
func (e *Error) Unwrap() error { return e.cause }

// Of returns the public error in err's chain, or an Internal one that keeps err
// as its cause.
func Of(err error) *Error {
	if fe, ok := errors.AsType[*Error](err); ok {
		return fe
	}
	return New(Internal, "Internal server error.").Because(err)
}

// Is reports whether err's chain holds a fault with the given code.
func Is(err error, code Code) bool {
	fe, ok := errors.AsType[*Error](err)
	return ok && fe.Code == code
}

// Severity is how a failure of the server is logged: as an error, unless all that
// failed is that the caller hung up, which anybody can do.
func Severity(ctx context.Context, err error) slog.Level {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return slog.LevelInfo
	}
	return slog.LevelError
}
