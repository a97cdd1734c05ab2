package web

// Messages is every sentence of the pages in one language. A language is a type
// with these methods: one that misses a sentence doesn't compile, and a sentence
// with something in it takes it as an argument, so that each language puts it
// where its grammar wants it. Where the service is known to use a wording
// (reference: hosted-ui-and-oauth §9.2), English has exactly that.
//
// A language without texts for the developers' pages embeds English's:
//
//	type German struct{ englishForDevelopers }
type Messages interface {
	commonMessages
	nameMessages
	attributeMessages
	signInMessages
	signUpMessages
	codeMessages
	passwordMessages
	factorMessages
	passkeyMessages
	feedbackMessages
	errorMessages
	problemMessages
	developerMessages
}

// Languages are all that the pages speak, the default first.
func Languages() []Messages {
	return []Messages{English{}}
}

// MessagesFor is the language of a BCP 47 tag such as the service's lang
// parameter has it (reference: hosted-ui-and-oauth §9.4), the default if the
// pages don't speak it.
func MessagesFor(tag string) Messages {
	languages := Languages()
	for _, language := range languages {
		if language.Lang() == tag {
			return language
		}
	}
	return languages[0]
}

type commonMessages interface {
	Lang() string // BCP 47, the lang attribute of the page
	Title(page, app string) string
	Or() string
	Show() string
	ShowPassword() string
	Hide() string
	HidePassword() string
	BackToSignIn() string
}

type nameMessages interface {
	Username() string
	EmailAddress() string
	PhoneNumber() string
	EmailOrPhone() string
	UsernameOrEmail() string
	UsernameOrPhone() string
	UsernameEmailOrPhone() string
	PhoneHint() string
}

type attributeMessages interface {
	Address() string
	Birthdate() string
	FamilyName() string
	Gender() string
	GivenName() string
	Locale() string
	MiddleName() string
	FullName() string
	Nickname() string
	Picture() string
	PreferredUsername() string
	Profile() string
	UpdatedAt() string
	Website() string
	TimeZone() string
}

type signInMessages interface {
	SignIn() string
	// The four below continue SignIn in the page's heading.
	WithUsernameAndPassword() string
	WithEmailAndPassword() string
	WithPhoneAndPassword() string
	WithEmailOrPhoneAndPassword() string
	Password() string
	ForgotYourPassword() string
	NeedAnAccount() string
	ContinueWith(provider string) string
	SignInWithCorporateID() string
	WelcomeBack() string
	SignInAs(user string) string
	SignInAsDifferentUser() string
}

type signUpMessages interface {
	SignUp() string
	SignUpHeading() string
	AlreadyHaveAnAccount() string
	// PasswordMustContain introduces the list of the rules below it.
	PasswordMustContain() string
	RuleLower() string
	RuleUpper() string
	RuleNumber() string
	RuleSymbol() string
	RuleLength(characters int) string
	RuleMet() string // said after a rule that the typed password meets
}

type codeMessages interface {
	ConfirmHeading() string
	CodeSentByEmail(destination string) string
	CodeSentBySMS(destination string) string
	CodeSent() string
	VerificationCode() string
	ConfirmAccount() string
	NoCode() string
	SendNewCode() string
	NewCodeSent() string
	CodeNotSent() string
	// The five below are for accounts that a link confirms.
	LinkSentByEmail(destination string) string
	LinkSent() string
	NoLink() string
	SendNewLink() string
	NewLinkSent() string
	// The two below answer the link in a mail that confirms an account.
	ConfirmedHeading() string
	Confirmed() string
}

type passwordMessages interface {
	RecoverByUsername() string
	RecoverByEmail() string
	RecoverByPhone() string
	RecoverByEmailOrPhone() string
	ResetMyPassword() string
	ResetHeading() string
	ResetCodeSentByEmail(destination string) string
	ResetCodeSentBySMS(destination string) string
	ResetCodeSent() string
	NewPassword() string
	NewPasswordAgain() string
	ChangePassword() string
	NewPasswordHeading() string
	NewPasswordNeeded() string
	NewPasswordAndAttributesNeeded() string
}

type factorMessages interface {
	Next() string // submits the username, when the rest follows
	// The four below say what a page wants that asks for the name alone.
	EnterUsername() string
	EnterEmail() string
	EnterPhone() string
	EnterEmailOrPhone() string
	EnterPassword() string
	SigningInAs(user string) string

	CodeByEmail() string // names of factors, as CodeBySMS and AuthenticatorApp
	CodeBySMS() string
	AuthenticatorApp() string
	ChooseFirstFactor() string
	ChooseMFA() string
	ChooseMFALead() string
	ChooseMFAToSetUp() string

	CodeHeading() string
	SignInCodeSentByEmail(destination string) string
	SignInCodeSentBySMS(destination string) string
	SignInCodeSent() string
	CodeInApp() string
	CodeInAppOn(device string) string

	AppSetupHeading() string
	AppSetupLead() string
	QRCode() string // for who can't see it
	ShowSecretKey() string
	SecretKeyLead() string
	CodeOfApp() string
	DeviceName() string
	PhoneSetupHeading() string
	PhoneSetupLead() string
	EmailSetupHeading() string
	EmailSetupLead() string
	SendCode() string
}

type passkeyMessages interface {
	Passkey() string
	PasskeySignInHeading() string
	PasskeySignInLead(user string) string
	UsePasskey() string
	PasskeySignInStopped() string
	PasskeysUnsupported() string
	AddPasskeyHeading() string
	AddPasskeyLead(user string) string
	CreatePasskey() string
	NotNow() string
	GoOn() string // where no passkey can be made
	AddPasskeyStopped() string
	AddPasskeyUnsupported() string
	PasskeyExists() string
}

type errorMessages interface {
	SomethingWentWrong() string
	PageError() string
	ForbiddenHeading() string
	Forbidden() string
	NotFoundHeading() string
	NotFound() string
}

// problemMessages are for handlers: what they put beside a field or above a form.
type problemMessages interface {
	IncorrectUsernameOrPassword() string
	FillIn() string
	PasswordsDiffer() string
	WrongCode() string
	ExpiredCode() string
	TooManyAttempts() string
	UserDisabled() string
	PasswordResetRequired() string
	PasswordTooShort(characters int) string
	PasswordTooLong(characters int) string
	PasswordHasEdgeSpace() string
	PasswordHasControl() string
	PasswordNeedsLower() string
	PasswordNeedsUpper() string
	PasswordNeedsNumber() string
	PasswordNeedsSymbol() string
	CodeUsed() string
	PasskeyRefused() string
	PasskeyNotAdded() string
	TooManyPasskeys() string
	SignInCodeNotSent() string
	SessionEnded() string
	TryAgainLater() string
}

// developerMessages are the texts of the demo client, the inbox and the index.
type developerMessages interface {
	Demo() string
	Inbox() string
	Copy() string
	Copied() string

	IndexLead() string
	IndexDemo() string
	IndexInbox() string
	PointSDK() string
	PointCLI() string
	DemoIssuer() string
	Version(version string) string

	InboxLead() string
	InboxEmpty() string
	InboxEmptyFor(address string) string
	InboxCount(messages int) string
	InboxFilter() string
	InboxShow() string
	InboxShowAll() string
	Email() string
	SMS() string
	SentTo() string
	Pool() string
	User() string
	OpenLink() string

	DemoHeading() string
	DemoLead() string
	DemoStart(client string) string
	DemoAccount() string
	DemoSignedOut() string
	DemoProblem() string
	DemoSignedInAs(user string) string
	DemoTokensLead() string
	CallUserInfo() string
	Refresh() string
	SignOut() string
	UserInfo() string
	UserInfoLead() string
	Header() string
	Claims() string
	RawToken() string
	OpaqueToken() string
}
