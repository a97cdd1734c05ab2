package fault

// The refusals that more than one package makes, in the service's words (reference:
// api-behaviour §21). Where operations say the same with different exceptions, the
// code is an argument.

// ErrNoUser is for who may know that a user is not there.
func ErrNoUser() *Error { return New(UserNotFound, "User does not exist.") }

// ErrNoPool is for a pool that is not there.
func ErrNoPool(id string) *Error { return Newf(ResourceNotFound, "User pool %s does not exist.", id) }

// ErrNoClient is for an app client that is not there.
func ErrNoClient(id string) *Error {
	return Newf(ResourceNotFound, "User pool client %s does not exist.", id)
}

// ErrQuota is for one more than a quota allows of something, in the plural and with
// what it is per.
func ErrQuota(code Code, limit int, what string) *Error {
	return Newf(code, "Exceeded the limit of %d %s.", limit, what)
}

// ErrIncorrect refuses a wrong password, or another wrong proof, or tells nobody that
// there is no such user.
func ErrIncorrect() *Error {
	return New(NotAuthorized, "Incorrect username or password.").For(WrongPassword)
}

// ErrUserDisabled refuses a user whom an administrator has disabled.
func ErrUserDisabled() *Error { return New(NotAuthorized, "User is disabled.").For(UserDisabled) }

// ErrTokenRevoked refuses an access token that something ended.
func ErrTokenRevoked() *Error { return New(NotAuthorized, "Access Token has been revoked") }

// ErrAttemptLimit refuses what was done too often in an hour.
func ErrAttemptLimit(code Code) *Error {
	return New(code, "Attempt limit exceeded, please try after some time.")
}

// ErrUnwritable refuses an attribute that the client may not write.
func ErrUnwritable() *Error {
	return New(NotAuthorized, "A client attempted to write unauthorized attribute")
}

// ErrMissing refuses a request without a parameter that the model lets be absent.
func ErrMissing(parameter string) *Error {
	return New(InvalidParameter, "Missing required parameter "+parameter)
}

// ErrWrongSecret refuses a client secret, or a proof of it.
func ErrWrongSecret(code Code, clientID string) *Error {
	return Newf(code, "Unable to verify secret hash for client %s", clientID)
}

// ErrNoDevice is for a device that the user does not have.
func ErrNoDevice() *Error { return New(ResourceNotFound, "Device does not exist.") }

// ErrNoSoftwareToken is for a user without a TOTP generator.
func ErrNoSoftwareToken(code Code) *Error {
	return New(code, "Software Token MFA does not exist for the user.")
}

// ErrSoftwareTokenMismatch refuses the first code of a TOTP generator.
func ErrSoftwareTokenMismatch() *Error {
	return New(EnableSoftwareTokenMFA, "Code mismatch and fail enable Software Token MFA")
}

// ErrSoftwareTokenUsed refuses a TOTP code that was right once.
func ErrSoftwareTokenUsed(code Code) *Error {
	return New(code, "Your software token has already been used once.").For(CodeUsed)
}

// ErrUnrecognizable refuses what a function of a trigger answered.
func ErrUnrecognizable() *Error {
	return New(InvalidLambdaResponse, "Unrecognizable lambda output")
}
