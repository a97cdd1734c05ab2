// Package userpool holds the entities of a user pool and every rule about them
// that needs no I/O: defaults, limits, the attribute schema, password policy,
// usernames and aliases, token lifetimes.
//
// A Pool or an AppClient is a few columns that are searched plus one settings
// document. The document's members have the service's own names (reference:
// cognito-idp-shapes.json), so what the API says, what is stored and what the
// code reads are the same words. A User is one row (see User).
//
// Rules answer with plain values or sentences of the reference, not with faults:
// which exception a broken rule becomes depends on the operation, and only the
// domain packages above know it.
package userpool

import "time"

// Pool is one user pool.
type Pool struct {
	ID        string // {region}_{9 of base62}
	Region    string // region of the signature that created it
	Name      string
	Settings  PoolSettings
	CreatedAt time.Time
	UpdatedAt time.Time
}

// PoolSettings is the stored document of a pool's settings. Absent members are
// absent in answers too.
type PoolSettings struct {
	Policies                      Policies                    `json:"Policies"`
	DeletionProtection            string                      `json:"DeletionProtection"` // ACTIVE or INACTIVE
	LambdaConfig                  LambdaConfig                `json:"LambdaConfig"`
	SchemaAttributes              []SchemaAttribute           `json:"SchemaAttributes"` // standard and custom, custom names with prefix
	AutoVerifiedAttributes        []string                    `json:"AutoVerifiedAttributes,omitempty"`
	AliasAttributes               []string                    `json:"AliasAttributes,omitempty"`
	UsernameAttributes            []string                    `json:"UsernameAttributes,omitempty"`
	SmsVerificationMessage        string                      `json:"SmsVerificationMessage,omitempty"`
	EmailVerificationMessage      string                      `json:"EmailVerificationMessage,omitempty"`
	EmailVerificationSubject      string                      `json:"EmailVerificationSubject,omitempty"`
	VerificationMessageTemplate   VerificationMessageTemplate `json:"VerificationMessageTemplate"`
	SmsAuthenticationMessage      string                      `json:"SmsAuthenticationMessage,omitempty"`
	UserAttributeUpdateSettings   UserAttributeUpdateSettings `json:"UserAttributeUpdateSettings"`
	MfaConfiguration              string                      `json:"MfaConfiguration"` // OFF, ON or OPTIONAL
	DeviceConfiguration           *DeviceConfiguration        `json:"DeviceConfiguration,omitempty"`
	EmailConfiguration            EmailConfiguration          `json:"EmailConfiguration"`
	SmsConfiguration              *SmsConfiguration           `json:"SmsConfiguration,omitempty"`
	UserPoolTags                  map[string]string           `json:"UserPoolTags"`
	AdminCreateUserConfig         AdminCreateUserConfig       `json:"AdminCreateUserConfig"`
	UserPoolAddOns                *UserPoolAddOns             `json:"UserPoolAddOns,omitempty"`
	UsernameConfiguration         *UsernameConfiguration      `json:"UsernameConfiguration,omitempty"`
	AccountRecoverySetting        *AccountRecoverySetting     `json:"AccountRecoverySetting,omitempty"`
	UserPoolTier                  string                      `json:"UserPoolTier"` // LITE, ESSENTIALS or PLUS
	KeyConfiguration              *KeyConfiguration           `json:"KeyConfiguration,omitempty"`
	IssuerConfiguration           *IssuerConfiguration        `json:"IssuerConfiguration,omitempty"`
	SoftwareTokenMfaConfiguration *SoftwareTokenMfaConfig     `json:"SoftwareTokenMfaConfiguration,omitempty"`
	SmsMfaConfiguration           *SmsMfaConfig               `json:"SmsMfaConfiguration,omitempty"`
	EmailMfaConfiguration         *EmailMfaConfig             `json:"EmailMfaConfiguration,omitempty"`
	WebAuthnConfiguration         *WebAuthnConfig             `json:"WebAuthnConfiguration,omitempty"`
}

// Policies are the password and first-factor rules of a pool.
type Policies struct {
	PasswordPolicy PasswordPolicy `json:"PasswordPolicy"`
	SignInPolicy   SignInPolicy   `json:"SignInPolicy"`
}

// PasswordPolicy says what a password must be like (reference: api-behaviour §9).
type PasswordPolicy struct {
	MinimumLength                 int  `json:"MinimumLength"`
	RequireUppercase              bool `json:"RequireUppercase"`
	RequireLowercase              bool `json:"RequireLowercase"`
	RequireNumbers                bool `json:"RequireNumbers"`
	RequireSymbols                bool `json:"RequireSymbols"`
	PasswordHistorySize           *int `json:"PasswordHistorySize,omitempty"`
	TemporaryPasswordValidityDays int  `json:"TemporaryPasswordValidityDays"`
}

// SignInPolicy lists the first factors that USER_AUTH may offer.
type SignInPolicy struct {
	AllowedFirstAuthFactors []string `json:"AllowedFirstAuthFactors"`
}

// LambdaConfig names the functions of the triggers by ARN.
type LambdaConfig struct {
	PreSignUp                   string        `json:"PreSignUp,omitempty"`
	CustomMessage               string        `json:"CustomMessage,omitempty"`
	PostConfirmation            string        `json:"PostConfirmation,omitempty"`
	PreAuthentication           string        `json:"PreAuthentication,omitempty"`
	PostAuthentication          string        `json:"PostAuthentication,omitempty"`
	DefineAuthChallenge         string        `json:"DefineAuthChallenge,omitempty"`
	CreateAuthChallenge         string        `json:"CreateAuthChallenge,omitempty"`
	VerifyAuthChallengeResponse string        `json:"VerifyAuthChallengeResponse,omitempty"`
	PreTokenGeneration          string        `json:"PreTokenGeneration,omitempty"`
	UserMigration               string        `json:"UserMigration,omitempty"`
	PreTokenGenerationConfig    *VersionedArn `json:"PreTokenGenerationConfig,omitempty"`
	CustomSMSSender             *VersionedArn `json:"CustomSMSSender,omitempty"`
	CustomEmailSender           *VersionedArn `json:"CustomEmailSender,omitempty"`
	KMSKeyID                    string        `json:"KMSKeyID,omitempty"`
	InboundFederation           *VersionedArn `json:"InboundFederation,omitempty"`
}

// VersionedArn is a trigger function with the version of the event it wants.
type VersionedArn struct {
	LambdaVersion string `json:"LambdaVersion"` // V1_0, V2_0 or V3_0
	LambdaArn     string `json:"LambdaArn"`
}

// SchemaAttribute describes one attribute that users of a pool may have. Name
// carries the prefix "custom:" or "dev:custom:" for attributes of the pool's own.
type SchemaAttribute struct {
	Name                       string             `json:"Name"`
	AttributeDataType          string             `json:"AttributeDataType"` // String, Number, DateTime or Boolean
	DeveloperOnlyAttribute     bool               `json:"DeveloperOnlyAttribute"`
	Mutable                    bool               `json:"Mutable"`
	Required                   bool               `json:"Required"`
	NumberAttributeConstraints *NumberConstraints `json:"NumberAttributeConstraints,omitempty"`
	StringAttributeConstraints *StringConstraints `json:"StringAttributeConstraints,omitempty"`
}

// NumberConstraints bounds a Number attribute; the bounds are decimal text, "" is none.
type NumberConstraints struct {
	MinValue string `json:"MinValue,omitempty"`
	MaxValue string `json:"MaxValue,omitempty"`
}

// StringConstraints bounds a String attribute's length; the bounds are decimal text, "" is none.
type StringConstraints struct {
	MinLength string `json:"MinLength,omitempty"`
	MaxLength string `json:"MaxLength,omitempty"`
}

// VerificationMessageTemplate holds the texts of verification messages.
type VerificationMessageTemplate struct {
	SmsMessage         string `json:"SmsMessage,omitempty"`
	EmailMessage       string `json:"EmailMessage,omitempty"`
	EmailSubject       string `json:"EmailSubject,omitempty"`
	EmailMessageByLink string `json:"EmailMessageByLink,omitempty"`
	EmailSubjectByLink string `json:"EmailSubjectByLink,omitempty"`
	DefaultEmailOption string `json:"DefaultEmailOption,omitempty"` // CONFIRM_WITH_LINK or CONFIRM_WITH_CODE
}

// UserAttributeUpdateSettings lists attributes whose new value waits for its code.
type UserAttributeUpdateSettings struct {
	AttributesRequireVerificationBeforeUpdate []string `json:"AttributesRequireVerificationBeforeUpdate"`
}

// DeviceConfiguration turns device tracking on; any value does, even both false.
type DeviceConfiguration struct {
	ChallengeRequiredOnNewDevice     bool `json:"ChallengeRequiredOnNewDevice"`
	DeviceOnlyRememberedOnUserPrompt bool `json:"DeviceOnlyRememberedOnUserPrompt"`
}

// EmailConfiguration says who sends the pool's mail.
type EmailConfiguration struct {
	SourceArn           string `json:"SourceArn,omitempty"`
	ReplyToEmailAddress string `json:"ReplyToEmailAddress,omitempty"`
	EmailSendingAccount string `json:"EmailSendingAccount"` // COGNITO_DEFAULT or DEVELOPER
	From                string `json:"From,omitempty"`
	ConfigurationSet    string `json:"ConfigurationSet,omitempty"`
}

// SmsConfiguration says who sends the pool's SMS.
type SmsConfiguration struct {
	SnsCallerArn string   `json:"SnsCallerArn,omitempty"`
	ExternalId   string   `json:"ExternalId,omitempty"`
	SnsRegion    string   `json:"SnsRegion,omitempty"`
	EumsSms      *EumsSms `json:"EumsSms,omitempty"`
}

// EumsSms is SMS delivery by End User Messaging.
type EumsSms struct {
	CallerArn            string `json:"CallerArn"`
	ExternalId           string `json:"ExternalId,omitempty"`
	OriginationIdentity  string `json:"OriginationIdentity,omitempty"`
	ConfigurationSetName string `json:"ConfigurationSetName,omitempty"`
	InEntityId           string `json:"InEntityId,omitempty"`
	InTemplateId         string `json:"InTemplateId,omitempty"`
	Region               string `json:"Region,omitempty"`
}

// AdminCreateUserConfig rules who may create accounts and the invitation's text.
type AdminCreateUserConfig struct {
	AllowAdminCreateUserOnly  bool             `json:"AllowAdminCreateUserOnly"`
	UnusedAccountValidityDays int              `json:"UnusedAccountValidityDays"` // mirrors TemporaryPasswordValidityDays
	InviteMessageTemplate     *MessageTemplate `json:"InviteMessageTemplate,omitempty"`
}

// MessageTemplate is the text of an invitation.
type MessageTemplate struct {
	SMSMessage   string `json:"SMSMessage,omitempty"`
	EmailMessage string `json:"EmailMessage,omitempty"`
	EmailSubject string `json:"EmailSubject,omitempty"`
}

// UserPoolAddOns switches threat protection.
type UserPoolAddOns struct {
	AdvancedSecurityMode            string                           `json:"AdvancedSecurityMode"` // OFF, AUDIT or ENFORCED
	AdvancedSecurityAdditionalFlows *AdvancedSecurityAdditionalFlows `json:"AdvancedSecurityAdditionalFlows,omitempty"`
}

// AdvancedSecurityAdditionalFlows extends threat protection to custom challenges.
type AdvancedSecurityAdditionalFlows struct {
	CustomAuthMode string `json:"CustomAuthMode,omitempty"` // AUDIT or ENFORCED
}

// UsernameConfiguration makes sign-in names case sensitive or not, for good.
type UsernameConfiguration struct {
	CaseSensitive bool `json:"CaseSensitive"`
}

// AccountRecoverySetting orders the channels of a password reset.
type AccountRecoverySetting struct {
	RecoveryMechanisms []RecoveryOption `json:"RecoveryMechanisms,omitempty"`
}

// RecoveryOption is one channel; priority 1 is tried first.
type RecoveryOption struct {
	Priority int    `json:"Priority"`
	Name     string `json:"Name"` // verified_email, verified_phone_number or admin_only
}

// KeyConfiguration names the key that the pool's data is encrypted with.
type KeyConfiguration struct {
	KeyType   string `json:"KeyType,omitempty"`
	KmsKeyArn string `json:"KmsKeyArn,omitempty"`
}

// IssuerConfiguration chooses the form of the issuer; see Issuer forms in the design §5.
type IssuerConfiguration struct {
	Type string `json:"Type,omitempty"` // ORIGINAL or UPDATED
}

// SoftwareTokenMfaConfig switches TOTP.
type SoftwareTokenMfaConfig struct {
	Enabled bool `json:"Enabled"`
}

// SmsMfaConfig is the text and sender of SMS codes.
type SmsMfaConfig struct {
	SmsAuthenticationMessage string            `json:"SmsAuthenticationMessage,omitempty"`
	SmsConfiguration         *SmsConfiguration `json:"SmsConfiguration,omitempty"`
}

// EmailMfaConfig is the text of mailed codes.
type EmailMfaConfig struct {
	Message string `json:"Message,omitempty"`
	Subject string `json:"Subject,omitempty"`
}

// WebAuthnConfig is the relying party of the pool's passkeys.
type WebAuthnConfig struct {
	RelyingPartyId      string `json:"RelyingPartyId,omitempty"`
	UserVerification    string `json:"UserVerification,omitempty"` // required or preferred
	FactorConfiguration string `json:"FactorConfiguration,omitempty"`
}

// CaseSensitive reports whether sign-in names of the pool differ by case. A pool
// without UsernameConfiguration is case sensitive (reference: api-behaviour §4).
func (p *Pool) CaseSensitive() bool {
	return p.Settings.UsernameConfiguration == nil || p.Settings.UsernameConfiguration.CaseSensitive
}
