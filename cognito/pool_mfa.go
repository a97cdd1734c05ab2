package cognito

import (
	"context"

	"idpond/cognito/api"
	"idpond/internal/userpool"
)

func (s *Server) getUserPoolMfaConfig(_ context.Context, p *userpool.Pool, _ *api.GetUserPoolMfaConfigRequest) (*api.GetUserPoolMfaConfigResponse, error) {
	out := new(api.GetUserPoolMfaConfigResponse)
	recode(mfaOf(p), out)
	return out, nil
}

func (s *Server) setUserPoolMfaConfig(ctx context.Context, p *userpool.Pool, in *api.SetUserPoolMfaConfigRequest) (*api.SetUserPoolMfaConfigResponse, error) {
	var m userpool.MFASettings
	recode(in, &m)
	after, err := s.Directory.SetMFA(ctx, p.ID, m)
	if err != nil {
		return nil, err
	}
	out := new(api.SetUserPoolMfaConfigResponse)
	recode(mfaOf(after), out)
	return out, nil
}

// mfaOf is a pool's MFA configuration as it is shown. Text and sender of SMS are
// the pool's own, and stand here only while SMS is one of its factors.
func mfaOf(p *userpool.Pool) userpool.MFASettings {
	m := userpool.MFASettings{
		MfaConfiguration:              p.Settings.MfaConfiguration,
		SoftwareTokenMfaConfiguration: p.Settings.SoftwareTokenMfaConfiguration,
		EmailMfaConfiguration:         p.Settings.EmailMfaConfiguration,
		WebAuthnConfiguration:         p.Settings.WebAuthnConfiguration,
	}
	if p.Settings.SmsMfaConfiguration != nil {
		m.SmsMfaConfiguration = &userpool.SmsMfaConfig{
			SmsAuthenticationMessage: p.Settings.SmsAuthenticationMessage,
			SmsConfiguration:         p.Settings.SmsConfiguration,
		}
	}
	return m
}
