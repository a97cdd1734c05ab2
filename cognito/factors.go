package cognito

import (
	"context"

	"idpond/cognito/api"
	"idpond/internal/userpool"
)

// factorOperations are those on what a user has beside the password.
func (s *Server) factorOperations() []operation {
	return []operation{
		asUser("SetUserMFAPreference", s.setUserMFAPreference),
		inPool("AdminSetUserMFAPreference", s.adminSetUserMFAPreference),
		asUser("SetUserSettings", s.setUserSettings),
		inPool("AdminSetUserSettings", s.adminSetUserSettings),
		asUserOrSession("AssociateSoftwareToken", s.associateSoftwareToken),
		asUserOrSession("VerifySoftwareToken", s.verifySoftwareToken),
		inPool("AdminDeleteSoftwareToken", s.adminDeleteSoftwareToken),
		asUser("GetUserAuthFactors", s.getUserAuthFactors),
		inPool("AdminGetUserAuthFactors", s.adminGetUserAuthFactors),
	}
}

func (s *Server) setUserMFAPreference(ctx context.Context, c *Caller, in *api.SetUserMFAPreferenceRequest) (*api.SetUserMFAPreferenceResponse, error) {
	choice := mfaChoice(in.SMSMfaSettings, in.SoftwareTokenMfaSettings, in.EmailMfaSettings, in.WebAuthnMfaSettings)
	return &api.SetUserMFAPreferenceResponse{}, s.Accounts.SetMFA(ctx, c.Pool, c.User, choice)
}

func (s *Server) adminSetUserMFAPreference(ctx context.Context, p *userpool.Pool, in *api.AdminSetUserMFAPreferenceRequest) (*api.AdminSetUserMFAPreferenceResponse, error) {
	choice := mfaChoice(in.SMSMfaSettings, in.SoftwareTokenMfaSettings, in.EmailMfaSettings, in.WebAuthnMfaSettings)
	return &api.AdminSetUserMFAPreferenceResponse{}, s.Accounts.AdminSetMFA(ctx, p, in.Username, choice)
}

// mfaChoice reads what a request says of second factors.
func mfaChoice(sms *api.SMSMfaSettingsType, token *api.SoftwareTokenMfaSettingsType, email *api.EmailMfaSettingsType, passkey *api.WebAuthnMfaSettingsType) userpool.MFAChoice {
	var c userpool.MFAChoice
	if sms != nil {
		c.SMS = &userpool.FactorChoice{Enabled: isTrue(sms.Enabled), Preferred: isTrue(sms.PreferredMfa)}
	}
	if token != nil {
		c.SoftwareToken = &userpool.FactorChoice{Enabled: isTrue(token.Enabled), Preferred: isTrue(token.PreferredMfa)}
	}
	if email != nil {
		c.Email = &userpool.FactorChoice{Enabled: isTrue(email.Enabled), Preferred: isTrue(email.PreferredMfa)}
	}
	if passkey != nil {
		c.WebAuthn = &userpool.FactorChoice{Enabled: isTrue(passkey.Enabled)}
	}
	return c
}

func (s *Server) setUserSettings(ctx context.Context, c *Caller, in *api.SetUserSettingsRequest) (*api.SetUserSettingsResponse, error) {
	return &api.SetUserSettingsResponse{}, s.Accounts.SetMFAOptions(ctx, c.Pool, c.User, mfaOptions(in.MFAOptions))
}

func (s *Server) adminSetUserSettings(ctx context.Context, p *userpool.Pool, in *api.AdminSetUserSettingsRequest) (*api.AdminSetUserSettingsResponse, error) {
	return &api.AdminSetUserSettingsResponse{}, s.Accounts.AdminSetMFAOptions(ctx, p, in.Username, mfaOptions(in.MFAOptions))
}

func mfaOptions(list []api.MFAOptionType) []userpool.MFAOption {
	var out []userpool.MFAOption
	recode(list, &out)
	return out
}

// mfaOptionTypes writes the options of the old kind; a user without any has none in
// answers.
func mfaOptionTypes(u *userpool.User) []api.MFAOptionType {
	if len(u.MFA.Options) == 0 {
		return nil // almost always, in long lists of users
	}
	var out []api.MFAOptionType
	recode(u.MFA.Options, &out)
	return out
}

func (s *Server) associateSoftwareToken(ctx context.Context, c *Caller, in *api.AssociateSoftwareTokenRequest) (*api.AssociateSoftwareTokenResponse, error) {
	if c == nil {
		secret, session, err := s.Auth.AssociateToken(ctx, in.AuthSession())
		return &api.AssociateSoftwareTokenResponse{SecretCode: &secret, Session: &session}, err
	}
	secret, err := s.Accounts.AssociateSoftwareToken(ctx, c.Pool, c.User)
	return &api.AssociateSoftwareTokenResponse{SecretCode: &secret}, err
}

func (s *Server) verifySoftwareToken(ctx context.Context, c *Caller, in *api.VerifySoftwareTokenRequest) (*api.VerifySoftwareTokenResponse, error) {
	if c == nil {
		session, err := s.Auth.VerifyToken(ctx, in.AuthSession(), in.UserCode, api.Str(in.FriendlyDeviceName))
		return &api.VerifySoftwareTokenResponse{Status: new("SUCCESS"), Session: &session}, err
	}
	err := s.Accounts.VerifySoftwareToken(ctx, c.Pool, c.User, in.UserCode, api.Str(in.FriendlyDeviceName))
	return &api.VerifySoftwareTokenResponse{Status: new("SUCCESS")}, err
}

func (s *Server) adminDeleteSoftwareToken(ctx context.Context, p *userpool.Pool, in *api.AdminDeleteSoftwareTokenRequest) (*api.AdminDeleteSoftwareTokenResponse, error) {
	return &api.AdminDeleteSoftwareTokenResponse{}, s.Accounts.AdminDeleteSoftwareToken(ctx, p, in.Username)
}

func (s *Server) getUserAuthFactors(ctx context.Context, c *Caller, _ *api.GetUserAuthFactorsRequest) (*api.GetUserAuthFactorsResponse, error) {
	out, err := s.authFactors(ctx, c.Pool, c.User)
	return out, err
}

func (s *Server) adminGetUserAuthFactors(ctx context.Context, p *userpool.Pool, in *api.AdminGetUserAuthFactorsRequest) (*api.AdminGetUserAuthFactorsResponse, error) {
	u, err := s.Accounts.AdminGet(ctx, p, in.Username)
	if err != nil {
		return nil, err
	}
	out, err := s.authFactors(ctx, p, u)
	if err != nil {
		return nil, err
	}
	return new(api.AdminGetUserAuthFactorsResponse(*out)), nil
}

func (s *Server) authFactors(ctx context.Context, p *userpool.Pool, u *userpool.User) (*api.GetUserAuthFactorsResponse, error) {
	factors, err := s.Accounts.Factors(ctx, p, u)
	if err != nil {
		return nil, err
	}
	return &api.GetUserAuthFactorsResponse{
		Username: u.Username, PreferredMfaSetting: optional(u.MFA.Preferred), UserMFASettingList: u.MFA.Enabled,
		ConfiguredUserAuthFactors: factors,
	}, nil
}
