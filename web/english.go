package web

import "fmt"

// English is the default language, with the service's own wording where the
// reference names it (hosted-ui-and-oauth §9.2, api-behaviour).
type English struct{ englishForDevelopers }

func (English) Lang() string                  { return "en" }
func (English) Title(page, app string) string { return page + " – " + app }
func (English) Or() string                    { return "or" }
func (English) Show() string                  { return "Show" }
func (English) ShowPassword() string          { return "Show password" }
func (English) Hide() string                  { return "Hide" }
func (English) HidePassword() string          { return "Hide password" }
func (English) BackToSignIn() string          { return "Back to sign in" }

func (English) Username() string             { return "Username" }
func (English) EmailAddress() string         { return "Email address" }
func (English) PhoneNumber() string          { return "Phone number" }
func (English) EmailOrPhone() string         { return "Email address or phone number" }
func (English) UsernameOrEmail() string      { return "Username or email address" }
func (English) UsernameOrPhone() string      { return "Username or phone number" }
func (English) UsernameEmailOrPhone() string { return "Username, email address or phone number" }
func (English) PhoneHint() string            { return "With the country code, for example +12125551234" }

func (English) Address() string           { return "Address" }
func (English) Birthdate() string         { return "Date of birth" }
func (English) FamilyName() string        { return "Family name" }
func (English) Gender() string            { return "Gender" }
func (English) GivenName() string         { return "Given name" }
func (English) Locale() string            { return "Language" }
func (English) MiddleName() string        { return "Middle name" }
func (English) FullName() string          { return "Full name" }
func (English) Nickname() string          { return "Nickname" }
func (English) Picture() string           { return "Address of a picture" }
func (English) PreferredUsername() string { return "Preferred username" }
func (English) Profile() string           { return "Profile page" }
func (English) UpdatedAt() string         { return "Time of the last update" }
func (English) Website() string           { return "Website" }
func (English) TimeZone() string          { return "Time zone" }

func (English) SignIn() string                  { return "Sign in" }
func (English) WithUsernameAndPassword() string { return "with your username and password" }
func (English) WithEmailAndPassword() string    { return "with your email address and password" }
func (English) WithPhoneAndPassword() string    { return "with your phone number and password" }
func (English) WithEmailOrPhoneAndPassword() string {
	return "with your email address or phone number and password"
}
func (English) Password() string                    { return "Password" }
func (English) ForgotYourPassword() string          { return "Forgot your password?" }
func (English) NeedAnAccount() string               { return "Need an account?" }
func (English) ContinueWith(provider string) string { return "Continue with " + provider }
func (English) SignInWithCorporateID() string       { return "Sign in with your corporate ID" }
func (English) WelcomeBack() string                 { return "Welcome back" }
func (English) SignInAs(user string) string         { return "Sign In as " + user }
func (English) SignInAsDifferentUser() string       { return "Sign in as a different user?" }

func (English) SignUp() string               { return "Sign up" }
func (English) SignUpHeading() string        { return "Sign up with a new account" }
func (English) AlreadyHaveAnAccount() string { return "Already have an account?" }
func (English) PasswordMustContain() string  { return "Password must contain" }
func (English) RuleLower() string            { return "a lower case letter" }
func (English) RuleUpper() string            { return "an upper case letter" }
func (English) RuleNumber() string           { return "a number" }
func (English) RuleSymbol() string           { return "a special character" }
func (English) RuleLength(characters int) string {
	return fmt.Sprintf("at least %d characters", characters)
}
func (English) RuleMet() string { return "– done" }

func (English) ConfirmHeading() string { return "Confirm your account" }
func (English) CodeSentByEmail(destination string) string {
	return "We have sent a code by email to " + destination + ". Enter it below to confirm your account."
}
func (English) CodeSentBySMS(destination string) string {
	return "We have sent a code by SMS to " + destination + ". Enter it below to confirm your account."
}
func (English) CodeSent() string {
	return "Enter the code that we have sent to you to confirm your account."
}
func (English) VerificationCode() string { return "Verification code" }
func (English) ConfirmAccount() string   { return "Confirm account" }
func (English) NoCode() string           { return "Didn’t get a code?" }
func (English) SendNewCode() string      { return "Send a new code" }
func (English) NewCodeSent() string {
	return "We have sent a new code. The one before no longer counts."
}

func (English) CodeNotSent() string {
	return "We could not send the code. Ask for a new one in a moment."
}
func (English) LinkSentByEmail(destination string) string {
	return "We have sent an email to " + destination + ". Follow the link in it to confirm your account, then sign in."
}
func (English) LinkSent() string {
	return "Follow the link in the email that we have sent to you to confirm your account, then sign in."
}
func (English) NoLink() string      { return "Didn’t get an email?" }
func (English) SendNewLink() string { return "Send a new link" }
func (English) NewLinkSent() string {
	return "We have sent a new link. The one before no longer counts."
}
func (English) ConfirmedHeading() string { return "Account confirmed" }
func (English) Confirmed() string {
	return "Your account is confirmed. You can close this page and sign in."
}

func (English) RecoverByUsername() string {
	return "Enter your Username below and we will send a message to reset your password"
}
func (English) RecoverByEmail() string {
	return "Enter your email address below and we will send a message to reset your password"
}
func (English) RecoverByPhone() string {
	return "Enter your phone number below and we will send a message to reset your password"
}
func (English) RecoverByEmailOrPhone() string {
	return "Enter your email address or phone number below and we will send a message to reset your password"
}
func (English) ResetMyPassword() string { return "Reset my password" }
func (English) ResetHeading() string    { return "Reset your password" }
func (English) ResetCodeSentByEmail(destination string) string {
	return "We have sent a password reset code by email to " + destination + ". Enter it below to reset your password."
}
func (English) ResetCodeSentBySMS(destination string) string {
	return "We have sent a password reset code by SMS to " + destination + ". Enter it below to reset your password."
}
func (English) ResetCodeSent() string {
	return "Enter the password reset code that we have sent to you."
}
func (English) NewPassword() string        { return "New password" }
func (English) NewPasswordAgain() string   { return "New password again" }
func (English) ChangePassword() string     { return "Change Password" }
func (English) NewPasswordHeading() string { return "Choose a new password" }
func (English) NewPasswordNeeded() string {
	return "Your password was set for you. Replace it with one that only you know."
}
func (English) NewPasswordAndAttributesNeeded() string {
	return "Your password was set for you. Replace it with one that only you know, and tell us what is missing."
}

func (English) SomethingWentWrong() string { return "Something went wrong" }
func (English) PageError() string          { return "An error was encountered with the requested page." }
func (English) ForbiddenHeading() string   { return "Not allowed" }
func (English) Forbidden() string          { return "This page can’t be opened from where you are." }
func (English) NotFoundHeading() string    { return "Page not found" }
func (English) NotFound() string           { return "There is nothing at this address." }

func (English) IncorrectUsernameOrPassword() string { return "Incorrect username or password." }
func (English) FillIn() string                      { return "Fill this in." }
func (English) PasswordsDiffer() string             { return "The two passwords are not the same." }
func (English) WrongCode() string                   { return "Invalid verification code provided, please try again." }
func (English) ExpiredCode() string                 { return "Invalid code provided, please request a code again." }
func (English) TooManyAttempts() string             { return "Attempt limit exceeded, please try after some time." }
func (English) UserDisabled() string                { return "User is disabled." }
func (English) PasswordResetRequired() string       { return "Password reset required for the user" }
func (English) PasswordTooShort(characters int) string {
	return fmt.Sprintf("The password needs at least %d characters.", characters)
}
func (English) PasswordTooLong(characters int) string {
	return fmt.Sprintf("The password can’t have more than %d characters.", characters)
}
func (English) PasswordHasEdgeSpace() string {
	return "The password can’t begin or end with a space."
}
func (English) PasswordHasControl() string {
	return "The password can’t have control characters."
}
func (English) PasswordNeedsLower() string  { return "The password needs a lower case letter." }
func (English) PasswordNeedsUpper() string  { return "The password needs an upper case letter." }
func (English) PasswordNeedsNumber() string { return "The password needs a number." }
func (English) PasswordNeedsSymbol() string { return "The password needs a special character." }
func (English) CodeUsed() string {
	return "This code has been used already. Wait for the next one that your app shows."
}
func (English) PasskeyRefused() string {
	return "The passkey was not accepted. Try again, or go back and sign in another way."
}
func (English) TooManyPasskeys() string {
	return "This account has as many passkeys as it can have. You can go on without a new one."
}
func (English) SignInCodeNotSent() string {
	return "We could not send you a code. Try again in a moment."
}
func (English) PasskeyNotAdded() string {
	return "The passkey could not be kept. Try again, or go on without one."
}
func (English) SessionEnded() string { return "This took too long. Please sign in again." }
func (English) TryAgainLater() string {
	return "Something went wrong on our side. Try again in a moment."
}
