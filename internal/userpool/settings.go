package userpool

import (
	"fmt"
	"maps"
	"net/mail"
	"slices"
	"strings"
)

// The attribute that gets codes by SMS, and the ways to recover an account.
const (
	phoneNumber    = "phone_number"
	recoverByEmail = "verified_email"
	recoverByPhone = "verified_phone_number"
	recoverByAdmin = "admin_only"
)

// Place is where a pool lives, for rules about ARNs.
type Place struct {
	Region    string
	AccountID string // 12 digits
}

// Problem gives the sentence of the first rule that the settings break, "" if
// none: what an InvalidParameterException says (reference: api-behaviour §4,
// §21.1). Call it before Complete, on what the caller sent: afterwards members
// that exclude each other agree. The plan's limits are TierProblem's, those on
// MFA MFAProblem's.
func (s *PoolSettings) Problem(at Place) string {
	return firstOf(
		s.signInProblem(),
		s.passwordDaysProblem(),
		s.recoveryProblem(),
		s.emailProblem(at),
		s.SmsConfiguration.problem(at),
		s.templateProblem(),
		s.verificationProblem(),
		s.LambdaConfig.problem(at),
		TagsProblem(s.UserPoolTags),
		s.keyProblem(),
	)
}

func (s *PoolSettings) signInProblem() string {
	factors := s.Policies.SignInPolicy.AllowedFirstAuthFactors
	switch {
	case len(s.AliasAttributes) > 0 && len(s.UsernameAttributes) > 0:
		return "Only one of the aliasAttributes or usernameAttributes can be set in a user pool."
	case len(factors) > 0 && !slices.Contains(factors, FactorPassword):
		return "Password should be configured as one of the allowed first auth factors."
	case slices.Contains(factors, factorSoftwareToken):
		return "SOFTWARE_TOKEN cannot be configured as one of the allowed first auth factors."
	}
	return ""
}

func (s *PoolSettings) passwordDaysProblem() string {
	if s.Policies.PasswordPolicy.TemporaryPasswordValidityDays != 0 && s.AdminCreateUserConfig.UnusedAccountValidityDays != 0 {
		return "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays"
	}
	return ""
}

func (s *PoolSettings) recoveryProblem() string {
	if s.AccountRecoverySetting == nil {
		return ""
	}
	options := s.AccountRecoverySetting.RecoveryMechanisms
	for i, a := range options {
		if a.Name == recoverByAdmin && len(options) > 1 {
			return "Account Recovery Setting cannot use admin_only setting with any other recovery mechanisms."
		}
		for _, b := range options[:i] {
			if a.Name == b.Name || a.Priority == b.Priority {
				return "Account Recovery Setting cannot have duplicate priorities or recovery mechanisms."
			}
		}
	}
	return ""
}

func (s *PoolSettings) emailProblem(at Place) string {
	e := s.EmailConfiguration
	switch {
	case e.EmailSendingAccount == "DEVELOPER" && e.SourceArn == "":
		return "Source ARN is required to use DEVELOPER email sending owner"
	case e.EmailSendingAccount != "DEVELOPER" && e.SourceArn != "":
		return "Cognito is not allowed to use your email identity"
	case e.From != "" && !isFrom(e.From):
		return "Provided From email address is invalid"
	}
	if e.SourceArn != "" {
		return sesRegionProblem(e.SourceArn, at)
	}
	return ""
}

// sesRegionProblem refuses an identity for mails in a region where the service
// can't use it; the pool's own region is always allowed.
func sesRegionProblem(arn string, at Place) string {
	regions := map[string]bool{"eu-west-1": true, "us-east-1": true, "us-west-2": true, at.Region: true}
	if regions[arnRegion(arn)] {
		return ""
	}
	return "Provided SourceArn must be in one of the following SES regions: " +
		strings.Join(slices.Sorted(maps.Keys(regions)), ", ") + "."
}

// isFrom reports whether text is an address, alone or behind a name.
func isFrom(text string) bool {
	if IsEmail(text) {
		return true
	}
	_, err := mail.ParseAddress(text)
	return err == nil
}

func (c *SmsConfiguration) problem(at Place) string {
	switch {
	case c == nil:
		return ""
	case c.SnsRegion != "" && c.SnsRegion != at.Region:
		return "Invalid snsRegion. Allowed SNS region for " + at.Region + " is " + at.Region
	case c.EumsSms != nil && c.EumsSms.Region != "" && c.EumsSms.Region != at.Region:
		return "Invalid region of EumsSms. Allowed region for " + at.Region + " is " + at.Region
	}
	if problem := RoleProblem(c.SnsCallerArn, at); problem != "" || c.EumsSms == nil {
		return problem
	}
	return RoleProblem(c.EumsSms.CallerArn, at)
}

func (s *PoolSettings) verificationProblem() string {
	if slices.Contains(s.AutoVerifiedAttributes, phoneNumber) && s.SmsConfiguration == nil {
		return "SMS configuration is required when phone_number is selected for auto verification"
	}
	for _, name := range s.UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate {
		if !slices.Contains(s.AutoVerifiedAttributes, name) {
			return "All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes"
		}
	}
	return ""
}

// templateProblem holds the rules of texts that the model's patterns don't know.
func (s *PoolSettings) templateProblem() string {
	t := s.VerificationMessageTemplate
	switch {
	case t.DefaultEmailOption == "CONFIRM_WITH_LINK" && t.EmailMessage != "":
		return "EmailMessage can not be set when DefaultEmailOption is CONFIRM_WITH_LINK."
	case t.DefaultEmailOption != "CONFIRM_WITH_LINK" && t.EmailMessageByLink != "":
		return "EmailMessageByLink can not be set when DefaultEmailOption is CONFIRM_WITH_CODE."
	}
	if invite := s.AdminCreateUserConfig.InviteMessageTemplate; invite != nil {
		for _, text := range []string{invite.EmailMessage, invite.SMSMessage} {
			if text != "" && (!strings.Contains(text, "{####}") || !strings.Contains(text, "{username}")) {
				return "Invitation messages must contain {username} and {####}."
			}
		}
	}
	return ""
}

// arns lists the functions of all triggers.
func (c *LambdaConfig) arns() []string {
	list := []string{
		c.PreSignUp, c.CustomMessage, c.PostConfirmation, c.PreAuthentication, c.PostAuthentication, c.DefineAuthChallenge,
		c.CreateAuthChallenge, c.VerifyAuthChallengeResponse, c.PreTokenGeneration, c.UserMigration,
	}
	for _, v := range []*VersionedArn{c.PreTokenGenerationConfig, c.CustomSMSSender, c.CustomEmailSender, c.InboundFederation} {
		if v != nil {
			list = append(list, v.LambdaArn)
		}
	}
	return slices.DeleteFunc(list, func(arn string) bool { return arn == "" })
}

func (c *LambdaConfig) problem(at Place) string {
	for _, arn := range c.arns() {
		if arnRegion(arn) != at.Region {
			return "Cross-region lambda functions are not supported"
		}
	}
	switch {
	case (c.CustomSMSSender != nil || c.CustomEmailSender != nil) && c.KMSKeyID == "":
		return "KMSKeyId parameter is required when Custom SMS/Email Lambda trigger is used."
	case c.PreTokenGeneration != "" && c.PreTokenGenerationConfig != nil && c.PreTokenGenerationConfig.LambdaArn != c.PreTokenGeneration:
		return "Cannot use PreTokenGenerationLambda and PreTokenGeneration with different Lambda function ARN's"
	}
	return ""
}

// TagsProblem checks the tags of a pool (reference: api-behaviour §20.9).
func TagsProblem(tags map[string]string) string {
	if len(tags) > maxTags {
		return fmt.Sprintf("A user pool cannot have more than %d tags.", maxTags)
	}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if strings.HasPrefix(strings.ToLower(key), "aws:") {
			return "aws: prefixed tag key names are not allowed for external use."
		}
	}
	return ""
}

func (s *PoolSettings) keyProblem() string {
	k := s.KeyConfiguration
	switch {
	case k == nil:
		return ""
	case k.KeyType == "CUSTOMER_MANAGED_KEY" && k.KmsKeyArn == "":
		return "KmsKeyArn is required when KeyType is CUSTOMER_MANAGED_KEY."
	case k.KeyType != "CUSTOMER_MANAGED_KEY" && k.KmsKeyArn != "":
		return "KmsKeyArn can only be given when KeyType is CUSTOMER_MANAGED_KEY."
	}
	return ""
}

// noAccount is the account number of a server that was not given one of its own.
const noAccount = "000000000000"

// RoleProblem refuses a role of another account; "" is no role. A server without
// an account number of its own takes the roles of any.
func RoleProblem(arn string, at Place) string {
	if arn != "" && at.AccountID != noAccount && arnField(arn, 4) != at.AccountID {
		return "Cross-account pass role is not allowed."
	}
	return ""
}

// firstOf gives the first text that is not empty.
func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
