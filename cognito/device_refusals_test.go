package cognito_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/auth"
	"idpond/internal/srp"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// TestDeviceRefusals: what is wrong with an answer, each on its own device.
func TestDeviceRefusals(t *testing.T) {
	const (
		missing      = "InvalidParameterException: Missing required parameter "
		badTimestamp = "InvalidParameterException: TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english."
	)
	hello := func(d *deviceClient, want string, answers ...string) turn {
		return answered("DEVICE_SRP_AUTH", "ada", want, answers...)
	}
	other := func(t turn, from, to string) turn {
		changed := strings.Replace(t.body, from, to, 1)
		if changed == t.body {
			panic("no " + from + " in " + t.body)
		}
		t.body = changed
		return t
	}
	for _, tt := range []struct {
		name  string
		turns func(d *deviceClient) []turn // with DEVICE_SRP_AUTH kept as ada and DEVICE_PASSWORD_VERIFIER kept as next
	}{
		{"no device named", func(d *deviceClient) []turn {
			return []turn{d.begun(deviceAsked), hello(d, missing+"DEVICE_KEY", "SRP_A", "2"), d.proof("next", missing+"DEVICE_KEY", "DEVICE_KEY", "")}
		}},
		{"SRP_A", func(d *deviceClient) []turn {
			return []turn{d.begun(deviceAsked), hello(d, missing+"SRP_A", "DEVICE_KEY", d.key),
				hello(d, "InvalidParameterException: Invalid SRP_A", "DEVICE_KEY", d.key, "SRP_A", "0"),
				hello(d, "InvalidParameterException: Invalid SRP_A", "DEVICE_KEY", d.key, "SRP_A", "x"), d.hello("ada", proofAsked)}
		}},
		{"parts of the proof", func(d *deviceClient) []turn {
			return []turn{d.proof("next", missing+"PASSWORD_CLAIM_SECRET_BLOCK", "PASSWORD_CLAIM_SECRET_BLOCK", ""),
				d.proof("next", missing+"PASSWORD_CLAIM_SIGNATURE", "PASSWORD_CLAIM_SIGNATURE", ""),
				d.proof("next", missing+"TIMESTAMP", "TIMESTAMP", ""), d.proof("next", badTimestamp, "TIMESTAMP", "2023-11-14T22:13:20Z"),
				d.proof("next", gotTokens)}
		}},
		{"wrong proof", func(d *deviceClient) []turn {
			right := d.proof("next", gotTokens)
			d.password = "another"
			return []turn{d.proof("next", incorrect), right}
		}},
		{"another timestamp than signed", func(d *deviceClient) []turn {
			return []turn{d.proof("next", incorrect, "TIMESTAMP", srp.Timestamp(d.clock().Add(time.Second))), d.proof("next", gotTokens)}
		}},
		{"a block of another sign-in", func(d *deviceClient) []turn {
			old := d.claim("next")
			d.asked()
			return []turn{d.proof("next", badSess, "PASSWORD_CLAIM_SECRET_BLOCK", old["PASSWORD_CLAIM_SECRET_BLOCK"], "PASSWORD_CLAIM_SIGNATURE", old["PASSWORD_CLAIM_SIGNATURE"]),
				d.proof("next", badSess, "PASSWORD_CLAIM_SECRET_BLOCK", "###"), d.proof("next", gotTokens)}
		}},
		{"replayed", func(d *deviceClient) []turn {
			return []turn{d.proof("next", gotTokens), d.proof("next", usedTwice)}
		}},
		{"the first answer again", func(d *deviceClient) []turn { return []turn{d.hello("ada", usedTwice)} }},
		{"too late", func(d *deviceClient) []turn {
			return []turn{d.begun(deviceAsked), later(3*time.Minute, d.proof("next", tooLate)), d.hello("ada", tooLate)}
		}},
		{"without the first factor", func(d *deviceClient) []turn {
			return []turn{other(d.hello("ada", "InvalidParameterException: Missing required parameter Session"), `"Session":`, `"X":`),
				other(d.proof("next", "InvalidParameterException: Missing required parameter Session"), `"Session":`, `"X":`),
				other(d.hello("ada", badSess), "{{ada.Session}}", strings.Repeat("A", 200))}
		}},
		{"sessions of other challenges", func(d *deviceClient) []turn {
			return []turn{d.begun(deviceAsked), other(d.proof("next", badSess), "{{next.Session}}", "{{ada.Session}}"), d.hello("next", badSess),
				answered("SOFTWARE_TOKEN_MFA", "ada", wrongMFA, "SOFTWARE_TOKEN_MFA_CODE", "{{totp ada}}")}
		}},
		{"the session of MFA", func(d *deviceClient) []turn {
			return []turn{begun(tokenAsked), d.hello("ada", badSess), other(d.proof("next", badSess), "{{next.Session}}", "{{ada.Session}}")}
		}},
		{"another client, the other side, another user", func(d *deviceClient) []turn {
			d.addUser("eve")
			admin := d.proof("next", badSess)
			admin.op = "AdminRespondToAuthChallenge"
			return []turn{other(d.proof("next", badSess), `{"Ch`, `{"ClientId":"hiding","Ch`), admin,
				other(d.proof("next", badSess), `"USERNAME":"ada"`, `"USERNAME":"eve"`)}
		}},
		{"a device of nobody, of another user, and another one of ada", func(d *deviceClient) []turn {
			d.addUser("eve")
			d.signInAs("eve")
			d.play([]turn{{op: "ConfirmDevice", body: as("eve", `"DeviceKey":"`+d.deviceKeyOf("eve")+`"`), want: notAsked}})
			first := d.claim("next")
			second := d.newDevice()
			d.asked()
			return []turn{d.proof("next", noDevice, "DEVICE_KEY", strangeDevice), d.proof("next", noDevice, "DEVICE_KEY", d.kept["eve.DeviceKey"]),
				d.proof("next", badSess, "DEVICE_KEY", second.key), d.proof("next", badSess, "PASSWORD_CLAIM_SECRET_BLOCK", first["PASSWORD_CLAIM_SECRET_BLOCK"]),
				d.begun(deviceAsked), second.hello("ada", badSess), d.proof("next", gotTokens)}
		}},
		{"forgotten meanwhile", func(d *deviceClient) []turn {
			return []turn{d.begun(deviceAsked), d.forgotten(), d.hello("ada", noDevice), d.proof("next", noDevice)}
		}},
		{"not remembered meanwhile", func(d *deviceClient) []turn {
			right := d.proof("next", gotTokens)
			return []turn{d.begun(deviceAsked), d.status("not_remembered"), d.proof("next", noDevice), d.hello("ada", noDevice),
				d.status("remembered"), right}
		}},
		{"the user is disabled, and has another password", func(d *deviceClient) []turn {
			return []turn{{op: "AdminDisableUser", body: `{"Username":"ada"}`, want: `{}`}, d.proof("next", "NotAuthorizedException: User is disabled."),
				{op: "AdminEnableUser", body: `{"Username":"ada"}`, want: `{}`},
				{after: time.Second, op: "AdminSetUserPassword", body: `{"Username":"ada","Password":"0therPassw0rd!","Permanent":true}`, want: `{}`},
				d.proof("next", badSess)}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDeviceBench(t)
			d.asked()
			d.play(tt.turns(d))
		})
	}
}

// TestSparingDevicesEndsMeanwhile: a pool that takes devices for nothing any more takes
// no proof that is under way either.
func TestSparingDevicesEndsMeanwhile(t *testing.T) {
	for name, change := range map[string]setup{"no device spares MFA": tracked(false), "no device is tracked": func(p *userpool.Pool, _ *userpool.AppClient) {
		p.Settings.DeviceConfiguration = nil
	}} {
		t.Run(name, func(t *testing.T) {
			d := newDeviceBench(t)
			d.asked()
			change(d.pool, nil)
			d.play([]turn{d.proof("next", noDevice)})
		})
	}
}

// TestDeviceConfirmedAnew: a proof of the password that a device had before is none.
func TestDeviceConfirmedAnew(t *testing.T) {
	d := newDeviceBench(t)
	d.kept["first.AccessToken"] = d.kept["next.AccessToken"]
	d.asked()
	d.kept["old.Session"] = d.kept["next.Session"]
	old := d.proof("next", noDevice)
	old.body = strings.Replace(old.body, "{{next.", "{{old.", 1)
	d.kept["next.AccessToken"] = d.kept["first.AccessToken"]
	d.play([]turn{d.forgotten(), later(time.Second, d.confirmed("another", notAsked)), old})
	d.password = "another"
	d.asked()
	d.play([]turn{d.proof("next", gotTokens)})
}

// TestDeviceGuesses: wrong proofs lock, as wrong codes do, and the lock holds for the
// right one too, in whichever sign-in.
func TestDeviceGuesses(t *testing.T) {
	d := newDeviceBench(t)
	d.asked()
	for range 5 {
		d.play([]turn{d.proof("next", incorrect, "PASSWORD_CLAIM_SIGNATURE", "AAAA")})
	}
	d.play([]turn{d.proof("next", locked)})
	d.asked()
	d.play([]turn{
		d.proof("next", locked), d.proof("next", locked, "PASSWORD_CLAIM_SIGNATURE", "AAAA"),
		later(time.Second, d.proof("next", gotTokens)),
	})
}

// TestDeviceRace: of many answers at once one is good, of either challenge.
func TestDeviceRace(t *testing.T) {
	const answers = 64
	at := func(d *deviceClient, one turn) map[string]int {
		for place, value := range d.kept {
			one.body = strings.ReplaceAll(one.body, "{{"+place+"}}", value)
		}
		return d.atOnce(answers, one.op, d.withClient(one.op, one.body))
	}
	d := newDeviceBench(t)
	d.play([]turn{d.begun(deviceAsked)})
	if diff := cmp.Diff(map[string]int{"DEVICE_PASSWORD_VERIFIER": 1, usedTwice: answers - 1}, at(d, d.hello("ada", ""))); diff != "" {
		t.Errorf("DEVICE_SRP_AUTH (-want +got):\n%s", diff)
	}
	d.asked()
	if diff := cmp.Diff(map[string]int{"tokens": 1, usedTwice: answers - 1}, at(d, d.proof("next", ""))); diff != "" {
		t.Errorf("DEVICE_PASSWORD_VERIFIER (-want +got):\n%s", diff)
	}
}

// afterDevice is the store with something that happens behind a read of a device.
type afterDevice struct {
	auth.Store
	then func()
}

func (s afterDevice) Device(ctx context.Context, pool, user, key string) (*store.Device, error) {
	d, err := s.Store.Device(ctx, pool, user, key)
	s.then()
	return d, err
}

// TestDeviceTakenBackMeanwhile: what happens to the device while its proof is checked
// holds for the sign-in.
func TestDeviceTakenBackMeanwhile(t *testing.T) {
	for name, then := range map[string]func(*deviceClient) []turn{
		"forgotten":      func(d *deviceClient) []turn { return []turn{d.forgotten()} },
		"not remembered": func(d *deviceClient) []turn { return []turn{d.status("not_remembered")} },
		"confirmed anew": func(d *deviceClient) []turn {
			return []turn{d.forgotten(), later(time.Second, turn{op: "ConfirmDevice", body: as("first", `"DeviceKey":"`+d.key+`",`+
				`"DeviceSecretVerifierConfig":{"PasswordVerifier":"Ag==","Salt":"AQ=="}`), want: notAsked})}
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDeviceBench(t)
			d.kept["first.AccessToken"] = d.kept["next.AccessToken"]
			d.asked()
			proof := d.proof("next", noDevice)
			plain := d.srv.Auth.Store
			d.srv.Auth.Store = afterDevice{plain, func() {
				d.srv.Auth.Store = plain
				d.play(then(d))
			}}
			d.play([]turn{proof})
		})
	}
}
