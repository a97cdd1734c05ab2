package web

// The sentences of second factors, of the choice of a first one, and of passkeys.

func (English) Next() string          { return "Next" }
func (English) EnterUsername() string { return "Enter your username to begin" }
func (English) EnterEmail() string    { return "Enter your email address to begin" }
func (English) EnterPhone() string    { return "Enter your phone number to begin" }
func (English) EnterEmailOrPhone() string {
	return "Enter your email address or phone number to begin"
}
func (English) EnterPassword() string          { return "Enter your password" }
func (English) SigningInAs(user string) string { return "You are signing in as " + user + "." }

func (English) CodeByEmail() string       { return "Code by email" }
func (English) CodeBySMS() string         { return "Code by SMS" }
func (English) AuthenticatorApp() string  { return "Authenticator app" }
func (English) ChooseFirstFactor() string { return "Choose how to sign in" }
func (English) ChooseMFA() string         { return "Choose a multi-factor authentication (MFA) method" }
func (English) ChooseMFALead() string {
	return "Signing in takes one more step. Choose where your code comes from."
}
func (English) ChooseMFAToSetUp() string {
	return "Signing in here takes a second step. Choose which one you want to set up."
}

func (English) CodeHeading() string { return "Enter your code" }
func (English) SignInCodeSentByEmail(destination string) string {
	return "We have sent a code by email to " + destination + ". Enter it below to sign in."
}
func (English) SignInCodeSentBySMS(destination string) string {
	return "We have sent a code by SMS to " + destination + ". Enter it below to sign in."
}
func (English) SignInCodeSent() string { return "Enter the code that we have sent to you to sign in." }
func (English) CodeInApp() string {
	return "Open your authenticator app and enter the code that it shows."
}
func (English) CodeInAppOn(device string) string {
	return "Open the authenticator app on " + device + " and enter the code that it shows."
}

func (English) AppSetupHeading() string { return "Set up an authenticator app" }
func (English) AppSetupLead() string {
	return "Scan this code with an authenticator app on your phone, then enter the six digits that the app shows."
}
func (English) QRCode() string        { return "QR code for your authenticator app" }
func (English) ShowSecretKey() string { return "Show secret key" }
func (English) SecretKeyLead() string {
	return "If you can’t scan the code, type this key into the app."
}
func (English) CodeOfApp() string  { return "Code from the app" }
func (English) DeviceName() string { return "Name of your device (optional)" }

func (English) PhoneSetupHeading() string { return "Add your phone number" }
func (English) PhoneSetupLead() string {
	return "Each time that you sign in, we will send a code to it by SMS."
}
func (English) EmailSetupHeading() string { return "Add your email address" }
func (English) EmailSetupLead() string {
	return "Each time that you sign in, we will send a code to it."
}
func (English) SendCode() string { return "Send a code" }

func (English) Passkey() string              { return "Passkey" }
func (English) PasskeySignInHeading() string { return "Sign in with your passkey" }
func (English) PasskeySignInLead(user string) string {
	return "You are signing in as " + user + ". Your device will ask for your fingerprint, face or screen lock."
}
func (English) UsePasskey() string { return "Use passkey" }
func (English) PasskeySignInStopped() string {
	return "No passkey was used. You can try again, or go back and sign in another way."
}
func (English) PasskeysUnsupported() string {
	return "This browser can’t use passkeys here. Go back and sign in another way."
}
func (English) AddPasskeyHeading() string { return "Sign in faster next time" }
func (English) AddPasskeyLead(user string) string {
	return "Make a passkey for " + user + ": you will sign in with your fingerprint, face or screen lock, and with no password to remember."
}
func (English) CreatePasskey() string { return "Create a passkey" }
func (English) NotNow() string        { return "Not now" }
func (English) GoOn() string          { return "Continue" }
func (English) AddPasskeyStopped() string {
	return "No passkey was made. You can try again, or go on without one."
}
func (English) AddPasskeyUnsupported() string {
	return "This browser can’t make passkeys here. You can go on without one."
}
func (English) PasskeyExists() string {
	return "There is a passkey for this account on your device already."
}
