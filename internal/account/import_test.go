package account_test

import (
	"crypto/rand"
	"testing"

	"idpond/internal/account"
	"idpond/internal/fault"
	"idpond/internal/userpool"
)

// TestImported: the state and the credential that a row becomes, or why it becomes
// nothing.
func TestImported(t *testing.T) {
	const hash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
	s := &account.Service{Now: clock, Rand: rand.Reader}
	for _, tt := range []struct {
		name      string
		pool      func(*userpool.PoolSettings)
		row       userpool.ImportedRow
		algorithm string
		status    userpool.Status
		password  bool
		problem   string
	}{
		{name: "plain", row: userpool.ImportedRow{Username: "ada"}, status: "RESET_REQUIRED"},
		{name: "with a hash", row: userpool.ImportedRow{Username: "ada", PasswordHash: hash}, algorithm: "BCRYPT", status: "CONFIRMED", password: true},
		{name: "hash left out", row: userpool.ImportedRow{Username: "ada"}, algorithm: "BCRYPT", status: "RESET_REQUIRED"},
		{name: "hash of another kind", row: userpool.ImportedRow{Username: "ada", PasswordHash: hash}, algorithm: "SCRYPT", problem: "The password hash is not one of the algorithm SCRYPT."},
		{name: "no hash", row: userpool.ImportedRow{Username: "ada", PasswordHash: "secret"}, algorithm: "BCRYPT", problem: "The password hash is not one of the algorithm BCRYPT."},
		{name: "a hash too dear", row: userpool.ImportedRow{Username: "ada", PasswordHash: "$2a$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"}, algorithm: "BCRYPT",
			problem: "The password hash has parameters that are not allowed."},
		{name: "codes by mail", pool: factors("PASSWORD", "EMAIL_OTP"), row: userpool.ImportedRow{Username: "ada"}, status: "CONFIRMED"},
		{name: "codes by SMS, no phone", pool: factors("PASSWORD", "SMS_OTP"), row: userpool.ImportedRow{Username: "ada"}, status: "RESET_REQUIRED"},
		{name: "passkeys are nobody's yet", pool: factors("PASSWORD", "WEB_AUTHN"), row: userpool.ImportedRow{Username: "ada"}, status: "RESET_REQUIRED"},
		{name: "a required attribute is missing", pool: func(s *userpool.PoolSettings) { s.SchemaAttributes[1].Required = true }, row: userpool.ImportedRow{Username: "ada"},
			problem: "Attributes did not conform to the schema: name: The attribute is required\n"},
		{name: "mail addresses as usernames", pool: func(s *userpool.PoolSettings) { s.UsernameAttributes = []string{"email"} }, row: userpool.ImportedRow{Username: "ada"},
			problem: "Username should be an email."},
		{name: "a mail address as username", pool: func(s *userpool.PoolSettings) { s.UsernameAttributes = []string{"email"} }, row: userpool.ImportedRow{Username: "ada@example.org"}, status: "RESET_REQUIRED"},
	} {
		p := &userpool.Pool{ID: "eu-west-1_AbCdEfGhI", Settings: userpool.DefaultPoolSettings()}
		p.Settings.SchemaAttributes = userpool.StandardSchema()
		if tt.pool != nil {
			tt.pool(&p.Settings)
		}
		tt.row.Attributes = map[string]string{"email": "ada@example.org", "email_verified": "true"}
		u, err := s.Imported(p, tt.row, tt.algorithm)
		if tt.problem != "" {
			if !fault.Is(err, fault.InvalidParameter) || fault.Of(err).Message != tt.problem {
				t.Errorf("%s: %v, want %q", tt.name, err, tt.problem)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if u.Status != tt.status || u.Credential.Empty() == tt.password {
			t.Errorf("%s: imported as %s, credential %+v", tt.name, u.Status, u.Credential)
		}
		if tt.password && !account.SRPVerifiers(clock).Check(t.Context(), p, u, "U*U") {
			t.Errorf("%s: the password does not fit", tt.name)
		}
	}
}

// TestImportedMFA: cognito:mfa_enabled switches SMS MFA on for who has a phone.
func TestImportedMFA(t *testing.T) {
	s := &account.Service{Now: clock, Rand: rand.Reader}
	p := &userpool.Pool{ID: "eu-west-1_AbCdEfGhI", Settings: userpool.DefaultPoolSettings()}
	p.Settings.SchemaAttributes = userpool.StandardSchema()
	for _, tt := range []struct {
		mfa   bool
		phone string
		want  bool
	}{{true, "+12125551234", true}, {false, "+12125551234", false}, {true, "", false}} {
		u, err := s.Imported(p, userpool.ImportedRow{Username: "ada", MFA: tt.mfa, Attributes: map[string]string{"phone_number": tt.phone}}, "")
		if err != nil || u.MFA.Has(userpool.MFASMS) != tt.want {
			t.Errorf("%+v: %+v, %v", tt, u, err)
		}
	}
}

func factors(names ...string) func(*userpool.PoolSettings) {
	return func(s *userpool.PoolSettings) { s.Policies.SignInPolicy.AllowedFirstAuthFactors = names }
}
