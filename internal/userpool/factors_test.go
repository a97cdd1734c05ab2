package userpool_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/userpool"
)

func TestChooseMFA(t *testing.T) {
	on, best, off := &userpool.FactorChoice{Enabled: true}, &userpool.FactorChoice{Enabled: true, Preferred: true}, &userpool.FactorChoice{}
	multi := &userpool.Pool{}
	multi.Settings.WebAuthnConfiguration = &userpool.WebAuthnConfig{FactorConfiguration: "MULTI_FACTOR_WITH_USER_VERIFICATION"}
	for _, tt := range []struct {
		name    string
		before  userpool.MFA
		choice  userpool.MFAChoice
		passkey bool
		want    userpool.MFA
		problem string
	}{
		{name: "nothing said", before: userpool.MFA{Enabled: []string{"SMS_MFA"}}, want: userpool.MFA{Enabled: []string{"SMS_MFA"}}},
		{name: "on", choice: userpool.MFAChoice{SoftwareToken: on, SMS: on}, want: userpool.MFA{Enabled: []string{"SMS_MFA", "SOFTWARE_TOKEN_MFA"}}},
		{name: "the preference moves", before: userpool.MFA{Enabled: []string{"EMAIL_OTP"}, Preferred: "EMAIL_OTP"},
			choice: userpool.MFAChoice{SMS: best}, want: userpool.MFA{Enabled: []string{"EMAIL_OTP", "SMS_MFA"}, Preferred: "SMS_MFA"}},
		{name: "the preference goes with its factor", before: userpool.MFA{Enabled: []string{"EMAIL_OTP"}, Preferred: "EMAIL_OTP"},
			choice: userpool.MFAChoice{Email: off}, want: userpool.MFA{Enabled: []string{}}},
		{name: "preferred but off", choice: userpool.MFAChoice{Email: &userpool.FactorChoice{Preferred: true}},
			problem: "EMAIL_OTP cannot be the preferred MFA while it is not enabled."},
		{name: "two preferred", choice: userpool.MFAChoice{Email: best, SMS: best}, problem: "Only one MFA factor can be preferred."},
		{name: "a passkey alone", choice: userpool.MFAChoice{WebAuthn: on}, passkey: true,
			problem: "WEB_AUTHN_MFA can only be enabled together with another MFA factor."},
		{name: "no passkey", choice: userpool.MFAChoice{WebAuthn: on, SMS: on}, problem: "User does not have delivery config set to turn on WEB_AUTHN_MFA"},
		{name: "a passkey and SMS", choice: userpool.MFAChoice{WebAuthn: on, SMS: on}, passkey: true,
			want: userpool.MFA{Enabled: []string{"SMS_MFA", "WEB_AUTHN_MFA"}}},
	} {
		u := &userpool.User{
			Attributes: map[string]string{"email": "a@example.org", "phone_number": "+1"}, MFA: tt.before,
			SoftwareToken: userpool.SoftwareToken{Secret: []byte{1}},
		}
		problem := multi.ChooseMFA(u, tt.choice, tt.passkey)
		if problem != tt.problem {
			t.Errorf("%s: %q, want %q", tt.name, problem, tt.problem)
		}
		if diff := cmp.Diff(tt.want, u.MFA); problem == "" && diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestRelyingPartyID(t *testing.T) {
	prefix, custom := &userpool.Domain{Name: "harbour"}, &userpool.Domain{Name: "login.example.org", CertificateArn: "arn"}
	for _, tt := range []struct {
		configured string
		domains    []*userpool.Domain
		host, want string
	}{
		{"", nil, "localhost", ""},
		{"", []*userpool.Domain{prefix}, "localhost", "harbour.auth.localhost"},
		{"", []*userpool.Domain{prefix}, "", ""},
		{"", []*userpool.Domain{prefix, custom}, "localhost", "login.example.org"},
		{"", []*userpool.Domain{custom, prefix}, "localhost", "login.example.org"},
		{"example.org", []*userpool.Domain{prefix, custom}, "localhost", "example.org"},
	} {
		p := &userpool.Pool{}
		p.Settings.WebAuthnConfiguration = &userpool.WebAuthnConfig{RelyingPartyId: tt.configured}
		if got := p.RelyingPartyID(tt.domains, tt.host); got != tt.want {
			t.Errorf("%+v: %q", tt, got)
		}
	}
}

// TestDeviceGroupKey: the keys must never change, because devices keep them.
func TestDeviceGroupKey(t *testing.T) {
	a := &userpool.User{PoolID: "eu-west-1_Bench", ID: "34c84488-e0e1-70ae-d2ee-991ad1a898c8"}
	b := &userpool.User{PoolID: "eu-west-1_Other", ID: a.ID}
	if got := userpool.DeviceGroupKey(a); got != "-EUP5Pv5Z" {
		t.Errorf("got %q", got)
	}
	if userpool.DeviceGroupKey(a) == userpool.DeviceGroupKey(b) {
		t.Error("users of two pools have the same")
	}
}
