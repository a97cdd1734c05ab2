package userpool

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func importPool(mfa string) *Pool {
	p := &Pool{Settings: DefaultPoolSettings()}
	schema, problem := AddCustomAttributes(StandardSchema(), []NewAttribute{
		{Name: "level", AttributeDataType: "Number"},
		{Name: "vip", AttributeDataType: "Boolean", DeveloperOnlyAttribute: new(true)},
	}, func(string) string { return "" })
	if problem != "" {
		panic(problem)
	}
	p.Settings.SchemaAttributes = append(schema, SchemaAttribute{Name: "identities", AttributeDataType: "String"})
	p.Settings.AutoVerifiedAttributes = []string{"email"}
	p.Settings.MfaConfiguration = mfa
	return p
}

func TestCSVHeader(t *testing.T) {
	want := strings.Fields(`name given_name family_name middle_name nickname preferred_username profile picture website email email_verified
		gender birthdate zoneinfo locale phone_number phone_number_verified address updated_at custom:level dev:custom:vip
		cognito:mfa_enabled cognito:username`)
	if diff := cmp.Diff(want, importPool(MFAOff).CSVHeader()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestImportHeaderProblem(t *testing.T) {
	p := importPool(MFAOff)
	all := p.CSVHeader()
	backwards := slices.Clone(all)
	slices.Reverse(backwards)
	for _, tt := range []struct {
		name    string
		columns []string
		hashes  bool
		want    string
	}{
		{"all", all, false, ""},
		{"in another order", backwards, false, ""},
		{"with hashes", append(slices.Clone(all), ColumnPasswordHash), true, ""},
		{"hashes that were not announced", append(slices.Clone(all), ColumnPasswordHash), false, "The header of the file has an unknown column: cognito:password_hash."},
		{"without the hashes that were", all, true, "The header of the file lacks the column cognito:password_hash."},
		{"one is missing", all[1:], false, "The header of the file lacks the column name."},
		{"one is twice", append(slices.Clone(all), "name"), false, "The header of the file repeats the column name."},
		{"sub", append(slices.Clone(all), "sub"), false, "The header of the file has an unknown column: sub."},
		{"nothing", []string{""}, false, "The header of the file has an unknown column: ."},
		{"no header", []string{strings.Repeat("é", 200)}, false, "The header of the file has an unknown column: " + strings.Repeat("é", 40) + "…."},
	} {
		got := p.ImportHeaderProblem(tt.columns, tt.hashes)
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
		if n := len([]rune(got)); n > 128 {
			t.Errorf("%s: %d characters are too many for a CompletionMessage", tt.name, n)
		}
	}
}

func TestImportedRow(t *testing.T) {
	const notVerified = "The User Record does not set any of the auto verified attributes to true. (Example: email_verified to true)."
	for _, tt := range []struct {
		name    string
		mfa     string
		values  map[string]string
		want    ImportedRow
		problem string
	}{
		{"as it should be", MFAOff, map[string]string{"birthdate": "02/29/2000", "updated_at": "1700000000", "custom:level": "7", "dev:custom:vip": "TRUE",
			"phone_number": "+12125551234", "phone_number_verified": "False", "cognito:password_hash": "$2b$"},
			ImportedRow{Username: "ada", PasswordHash: "$2b$", Attributes: map[string]string{"email": "ada@example.org", "email_verified": "true", "birthdate": "2000-02-29",
				"updated_at": "1700000000", "custom:level": "7", "dev:custom:vip": "true", "phone_number": "+12125551234", "phone_number_verified": "false"}}, ""},
		{"no username", MFAOff, map[string]string{"cognito:username": ""}, ImportedRow{}, "The user record has no cognito:username."},
		{"nothing verified", MFAOff, map[string]string{"email_verified": ""}, ImportedRow{}, notVerified},
		{"verified, it says, but not there", MFAOff, map[string]string{"email": ""}, ImportedRow{}, notVerified},
		{"verified, but not by this pool", MFAOff, map[string]string{"email_verified": "FALSE", "phone_number": "+12125551234", "phone_number_verified": "TRUE"}, ImportedRow{}, notVerified},
		{"not a boolean", MFAOff, map[string]string{"email_verified": "1"}, ImportedRow{}, "email_verified must be TRUE or FALSE."},
		{"not a custom boolean", MFAOff, map[string]string{"dev:custom:vip": "yes"}, ImportedRow{}, "dev:custom:vip must be TRUE or FALSE."},
		{"a date of another country", MFAOff, map[string]string{"birthdate": "31/12/1999"}, ImportedRow{}, "birthdate must be a date of the form mm/dd/yyyy."},
		{"the stored form of a date", MFAOff, map[string]string{"birthdate": "1999-12-31"}, ImportedRow{}, "birthdate must be a date of the form mm/dd/yyyy."},
		{"no such day", MFAOff, map[string]string{"birthdate": "02/29/1999"}, ImportedRow{}, "birthdate must be a date of the form mm/dd/yyyy."},
		{"a short date", MFAOff, map[string]string{"birthdate": "1/2/1999"}, ImportedRow{}, "birthdate must be a date of the form mm/dd/yyyy."},
		{"MFA in a pool without", MFAOff, map[string]string{"cognito:mfa_enabled": "TRUE"}, ImportedRow{}, "cognito:mfa_enabled must be false or blank, because the user pool has no MFA."},
		{"no MFA in a pool that requires it", MFAOn, map[string]string{"cognito:mfa_enabled": "FALSE"}, ImportedRow{}, "cognito:mfa_enabled must be true or blank, because the user pool requires MFA."},
		{"MFA, perhaps", MFAOn, map[string]string{"cognito:mfa_enabled": "maybe"}, ImportedRow{}, "cognito:mfa_enabled must be TRUE or FALSE."},
	} {
		row, problem := readRow(importPool(tt.mfa), tt.values)
		if problem != tt.problem {
			t.Errorf("%s: got %q, want %q", tt.name, problem, tt.problem)
		}
		if problem == "" && tt.problem == "" {
			if diff := cmp.Diff(tt.want, row); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.name, diff)
			}
		}
	}
	for _, tt := range []struct {
		mfa, value string
		want       bool
	}{{MFAOff, "", false}, {MFAOff, "FALSE", false}, {MFAOn, "", false}, {MFAOn, "TRUE", true}, {"OPTIONAL", "", false}, {"OPTIONAL", "true", true}, {"OPTIONAL", "false", false}} {
		if row, problem := readRow(importPool(tt.mfa), map[string]string{"cognito:mfa_enabled": tt.value}); problem != "" || row.MFA != tt.want {
			t.Errorf("MFA %s and %q: %t, %q", tt.mfa, tt.value, row.MFA, problem)
		}
	}
}

// readRow reads a row of somebody with a verified address and with values.
func readRow(p *Pool, values map[string]string) (ImportedRow, string) {
	columns := append(p.CSVHeader(), ColumnPasswordHash)
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = map[string]string{"cognito:username": "ada", "email": "ada@example.org", "email_verified": "TRUE"}[c]
		if v, given := values[c]; given {
			row[i] = v
		}
	}
	return p.ImportedRow(columns, row)
}
