package cognito_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/activity"
	"idpond/internal/userpool"
)

// Sign-ins on remembered devices, which stand for the second factor (reference:
// api-behaviour §11, §14).

// TestDeviceSignIn: on the remembered device the password is enough; the tokens are of
// the device.
func TestDeviceSignIn(t *testing.T) {
	d := newDeviceBench(t)
	d.asked()
	d.play([]turn{
		later(time.Minute, d.proof("next", gotTokens)),
		{op: "AdminListDevices", body: `{"Username":"ada"}`, want: `{"Devices":[` + adminDevice(`"DeviceCreateDate":1700000060,
			"DeviceLastModifiedDate":1700000060,"DeviceLastAuthenticatedDate":1700000120`) + `]}`},
		refresh(benchClient, "done", badRefresh),
		{op: "InitiateAuth", keep: "last", want: refreshed,
			body: `{"AuthFlow":"REFRESH_TOKEN_AUTH","AuthParameters":{"REFRESH_TOKEN":"{{done.RefreshToken}}","DEVICE_KEY":"` + d.key + `"}}`},
	})
	for _, name := range []string{"done", "last"} {
		if got := d.deviceKeyOf(name); got != d.key {
			t.Errorf("tokens %q name the device %q, want %q", name, got, d.key)
		}
	}
	// Another device, and none, are asked for the token; a wrong password gets nowhere.
	d.play([]turn{
		begun(tokenAsked),
		{op: "InitiateAuth", body: onDevice(signIn(benchClient, "ada", rightPassword), strangeDevice), want: noDevice},
		{op: "InitiateAuth", body: onDevice(signIn(benchClient, "ada", "wrong"), d.key), want: incorrect},
	})
}

// adminDevice is a remembered device of ada without a name, as administrators see it.
func adminDevice(dates string) string {
	return `{"DeviceKey":"eu-west-1_SUB","DeviceAttributes":[{"Name":"device_status","Value":"valid"},{"Name":"last_ip_used","Value":"192.0.2.1"},
		{"Name":"dev:device_arn","Value":"arn:aws:cognito-idp:eu-west-1:000000000000:owner/ada.eu-west-1_Bench/device/eu-west-1_SUB"},
		{"Name":"dev:device_owner","Value":"ada.eu-west-1_Bench"},{"Name":"dev:device_remembered_status","Value":"remembered"},
		{"Name":"dev:device_sdk","Value":"aws-sdk"}],` + dates + `}`
}

// TestDeviceAfterFirstFactors: the device is asked behind every first factor.
func TestDeviceAfterFirstFactors(t *testing.T) {
	passwordFirst := func(p *userpool.Pool, c *userpool.AppClient) {
		p.Settings.Policies.SignInPolicy.AllowedFirstAuthFactors = []string{"PASSWORD"}
		c.Settings.ExplicitAuthFlows = append(c.Settings.ExplicitAuthFlows, "ALLOW_USER_AUTH")
	}
	choice := func(d *deviceClient, parameters string) turn {
		return turn{op: "InitiateAuth", keep: "ada", want: deviceAsked,
			body: `{"AuthFlow":"USER_AUTH","AuthParameters":{"USERNAME":"ada","DEVICE_KEY":"` + d.key + `",` + parameters + `}}`}
	}
	srpOn := func(d *deviceClient) {
		got := d.srpSignIn("ada", srpTrial{client: benchClient, username: "ada", password: rightPassword, admin: d.admin,
			answers: func(answers map[string]string) { answers["DEVICE_KEY"] = d.key }})
		if diff := cmp.Diff(tidy(d, deviceAsked), got); diff != "" {
			d.Error(diff)
		}
	}
	for _, tt := range []struct {
		name  string
		begin func(*deviceClient)
	}{
		{"SRP", srpOn},
		{"SRP that begins on the device", func(d *deviceClient) {
			got := d.srpSignIn("ada", srpTrial{client: benchClient, username: "ada", password: rightPassword, device: d.key})
			if diff := cmp.Diff(tidy(d, deviceAsked), got); diff != "" {
				d.Error(diff)
			}
		}},
		{"SRP of an administrator", func(d *deviceClient) { d.admin = true; srpOn(d) }},
		{"password of an administrator", func(d *deviceClient) {
			d.admin = true
			first := d.side(d.begun(deviceAsked))
			first.body = strings.Replace(first.body, "USER_PASSWORD", "ADMIN_USER_PASSWORD", 1)
			d.play([]turn{first})
		}},
		{"USER_AUTH with the password", func(d *deviceClient) {
			d.play([]turn{choice(d, `"PREFERRED_CHALLENGE":"PASSWORD","PASSWORD":"`+rightPassword+`"`)})
		}},
		{"USER_AUTH that chooses", func(d *deviceClient) {
			first := choice(d, `"PREFERRED_CHALLENGE":"EMAIL_OTP"`)
			first.want = `{"ChallengeName":"SELECT_CHALLENGE","AvailableChallenges":["PASSWORD_SRP","PASSWORD"],"ChallengeParameters":{},"Session":"SESSION"}`
			second := answered("SELECT_CHALLENGE", "ada", deviceAsked, "ANSWER", "PASSWORD", "PASSWORD", rightPassword)
			second.keep = "ada"
			d.play([]turn{first, second})
		}},
		{"a new password", func(d *deviceClient) {
			d.changeUser("ada", invited)
			asks := strings.Replace(newPasswordAsked, `"{}"`, `"{\"phone_number\":\"+15551230000\",\"phone_number_verified\":\"true\"}"`, 1)
			second := answered("NEW_PASSWORD_REQUIRED", "ada", deviceAsked, "NEW_PASSWORD", "N3wPassw0rd!")
			second.keep = "ada"
			d.play([]turn{d.begun(asks), second})
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDeviceBench(t, passwordFirst)
			tt.begin(d)
			d.play([]turn{d.hello("ada", proofAsked)})
			d.play([]turn{d.proof("next", gotTokens)})
			if got := d.deviceKeyOf("done"); got != d.key {
				t.Errorf("the token names the device %q, want %q", got, d.key)
			}
		})
	}
}

// TestSRPBeginsOnDevice: DEVICE_KEY may come with SRP_A alone. Clients that were told
// there is no such device answer the same challenge again without it.
func TestSRPBeginsOnDevice(t *testing.T) {
	d := newDeviceBench(t)
	began := func(key string) string {
		d.Helper()
		body, failure := d.srpBegin(srpTrial{client: benchClient, username: "ada", password: rightPassword, device: key})
		if failure != "" {
			d.Fatal(failure)
		}
		return body
	}
	answer := func(body, key string) turn {
		with := strings.Replace(body, `"ChallengeResponses":{`, `"ChallengeResponses":{"DEVICE_KEY":"`+key+`",`, 1)
		return turn{op: "RespondToAuthChallenge", body: with, want: noDevice}
	}
	asked := func(body, want string) turn { return turn{op: "RespondToAuthChallenge", body: body, want: want} }
	body := began(strangeDevice)
	d.play([]turn{answer(body, strangeDevice), asked(body, tokenAsked)})
	d.play([]turn{answer(began(d.key), strangeDevice)}) // the last word counts
}

// TestDeviceIsNotAsked: where a device can't stand for the second factor, or none is
// due, it is noted and no more.
func TestDeviceIsNotAsked(t *testing.T) {
	spares := func(yes bool) setup {
		return func(p *userpool.Pool, _ *userpool.AppClient) {
			p.Settings.DeviceConfiguration.ChallengeRequiredOnNewDevice = yes
		}
	}
	withoutToken := func(u *userpool.User) { u.DropSoftwareToken() }
	for _, tt := range []struct {
		name   string
		change func(*deviceClient)
		want   string
	}{
		{"the pool doesn't spare MFA", func(d *deviceClient) { spares(false)(d.pool, nil) }, tokenAsked},
		{"the pool tracks no devices", func(d *deviceClient) { d.pool.Settings.DeviceConfiguration = nil }, tokenAsked},
		{"not remembered any more", func(d *deviceClient) { d.play([]turn{d.status("not_remembered")}) }, tokenAsked},
		{"confirmed without a password", func(d *deviceClient) {
			d.play([]turn{d.forgotten(), confirm("next", "", notAsked)})
		}, tokenAsked},
		{"no MFA is due", func(d *deviceClient) { d.changeUser("ada", withoutToken) }, gotTokens},
		{"the pool has no MFA", func(d *deviceClient) { d.pool.Settings.MfaConfiguration = "OFF" }, gotTokens},
		{"MFA is to be set up", func(d *deviceClient) {
			d.changeUser("ada", func(u *userpool.User) {
				withoutToken(u)
				u.Attributes = map[string]string{}
			})
			d.pool.Settings.MfaConfiguration = "ON"
		}, setupAsked("SMS_MFA", "SOFTWARE_TOKEN_MFA")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDeviceBench(t)
			tt.change(d)
			d.play([]turn{d.begun(tt.want)})
		})
	}
}

func (d *deviceClient) status(status string) turn {
	return turn{op: "AdminUpdateDeviceStatus", body: `{"Username":"ada","DeviceKey":"` + d.key + `","DeviceRememberedStatus":"` + status + `"}`, want: `{}`}
}

func (d *deviceClient) forgotten() turn {
	return turn{op: "AdminForgetDevice", body: `{"Username":"ada","DeviceKey":"` + d.key + `"}`, want: ""}
}

// TestDeviceRememberedLater: a device stands for MFA once its user says so.
func TestDeviceRememberedLater(t *testing.T) {
	b := newSignInBench(t, mfaPool("ON", "SOFTWARE_TOKEN_MFA"), devicesSpareMFA, func(p *userpool.Pool, _ *userpool.AppClient) {
		p.Settings.DeviceConfiguration.DeviceOnlyRememberedOnUserPrompt = true
	})
	b.addUser("ada", withToken)
	b.play([]turn{begun(tokenAsked), answered("SOFTWARE_TOKEN_MFA", "ada", gotDevice, "SOFTWARE_TOKEN_MFA_CODE", "{{totp ada}}")})
	d := &deviceClient{signInBench: b, group: userpool.DeviceGroupKey(b.user("ada")), key: b.deviceKeyOf("next"), password: "x"}
	update := func(status string) turn {
		return turn{op: "UpdateDeviceStatus", body: as("tokens", `"DeviceKey":"`+d.key+`","DeviceRememberedStatus":"`+status+`"`), want: `{}`}
	}
	b.kept["tokens.AccessToken"] = b.kept["next.AccessToken"]
	b.play([]turn{d.confirmed(d.password, asked), d.begun(tokenAsked), update("remembered")})
	d.asked()
	b.play([]turn{d.proof("next", gotTokens), update("not_remembered"), d.begun(tokenAsked)})
}

// TestDeviceInHistory: what the device answers is the second factor of the entry.
func TestDeviceInHistory(t *testing.T) {
	d := newDeviceBench(t, func(p *userpool.Pool, _ *userpool.AppClient) {
		p.Settings.UserPoolTier, p.Settings.UserPoolAddOns = "PLUS", &userpool.UserPoolAddOns{AdvancedSecurityMode: "AUDIT"}
	})
	made := 0
	d.srv.Auth.Activity = &activity.Recorder{Now: d.clock, NewID: func() string { made++; return fmt.Sprint("event-", made) }}
	history := func(want ...string) {
		t.Helper()
		answer, failure := d.send("AdminListUserAuthEvents", `{"Username":"ada"}`)
		var got []string
		for _, e := range list(answer["AuthEvents"]) {
			line := fmt.Sprint(e["EventId"], " ", e["EventResponse"])
			for _, c := range list(e["ChallengeResponses"]) {
				line += fmt.Sprint(" ", c["ChallengeName"], ":", c["ChallengeResponse"])
			}
			got = append(got, line)
		}
		if diff := cmp.Diff(want, got); diff != "" || failure != "" {
			t.Errorf("%s (-want +got):\n%s", failure, diff)
		}
	}
	d.play([]turn{d.begun(deviceAsked)})
	history("event-1 InProgress Password:Success")
	d.play([]turn{d.hello("ada", proofAsked)})
	history("event-1 InProgress Password:Success")
	d.play([]turn{d.proof("next", incorrect, "PASSWORD_CLAIM_SIGNATURE", "AAAA")})
	history("event-1 Fail Password:Success Mfa:Failure")
	d.play([]turn{d.proof("next", gotTokens)})
	history("event-1 Pass Password:Success Mfa:Failure Mfa:Success")
}

// list reads a list of objects.
func list(v any) []map[string]any {
	all, _ := v.([]any)
	var out []map[string]any
	for _, one := range all {
		out = append(out, one.(map[string]any))
	}
	return out
}

// TestForcedBehindDevice: what threat protection asks for is not spared by a device that
// spares what the user has chosen.
func TestForcedBehindDevice(t *testing.T) {
	b := newRiskBench(t, "ENFORCED")
	b.ok("UpdateUserPool", `{"UserPoolTier":"PLUS","UserPoolAddOns":{"AdvancedSecurityMode":"ENFORCED"},"MfaConfiguration":"OPTIONAL",
		"SmsConfiguration":{"SnsCallerArn":"arn:aws:iam::111122223333:role/sms","ExternalId":"x"},"DeviceConfiguration":{"ChallengeRequiredOnNewDevice":true}}`)
	b.ok("SetRiskConfiguration", `{`+takeover("MFA_REQUIRED")+`}`)
	signIn := func(key string) string {
		return b.ask("InitiateAuth", `{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"CLIENT",`+b.context()+`,
			"AuthParameters":{"USERNAME":"ada","DEVICE_KEY":"`+key+`","PASSWORD":"`+benchPassword+`"}}`)
	}
	answer := signIn("")
	key := b.member(answer, "AuthenticationResult", "NewDeviceMetadata", "DeviceKey")
	verifier, salt := deviceSecret(t, b.member(answer, "AuthenticationResult", "NewDeviceMetadata", "DeviceGroupKey"), key, "x")
	b.ok("ConfirmDevice", fmt.Sprintf(`{"AccessToken":%q,"DeviceKey":%q,"DeviceSecretVerifierConfig":{"PasswordVerifier":%q,"Salt":%q}}`,
		b.member(answer, "AuthenticationResult", "AccessToken"), key, verifier, salt))
	b.ok("AdminSetUserMFAPreference", `{"Username":"ada","SMSMfaSettings":{"Enabled":true,"PreferredMfa":true}}`)
	for place, want := range map[string]string{"192.0.2.7": "DEVICE_SRP_AUTH", "203.0.113.1": "SMS_MFA"} {
		if place != b.ip {
			b.from(place, "iPhone")
		}
		if got := b.member(signIn(key), "ChallengeName"); got != want {
			t.Errorf("from %s: %s, want %s", b.ip, got, want)
		}
		b.from("192.0.2.7", "Pixel")
	}
}
