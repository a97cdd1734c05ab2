package cognito_test

import (
	"encoding/base64"
	"fmt"
	"maps"
	"testing"
	"time"

	"idpond/internal/srp"
	"idpond/internal/srp/srptest"
	"idpond/internal/userpool"
)

// devicesSpareMFA makes the pool track devices, and take remembered ones for the
// second factor.
func devicesSpareMFA(p *userpool.Pool, _ *userpool.AppClient) {
	p.Settings.DeviceConfiguration = &userpool.DeviceConfiguration{ChallengeRequiredOnNewDevice: true}
}

const (
	deviceAsked = `{"ChallengeName":"DEVICE_SRP_AUTH","Session":"SESSION","ChallengeParameters":
		{"DEVICE_KEY":"eu-west-1_SUB","USERNAME":"ada","USER_ID_FOR_SRP":"ada"}}`
	proofAsked = `{"ChallengeName":"DEVICE_PASSWORD_VERIFIER","Session":"SESSION","ChallengeParameters":{"DEVICE_KEY":"eu-west-1_SUB",
		"USERNAME":"ada","SALT":"SALT","SRP_B":"SRP_B","SECRET_BLOCK":"SECRET_BLOCK"}}`
	strangeDevice = "eu-west-1_00000000-0000-4000-8000-000000000000"
)

// deviceClient is the client's side of a device: its key, and the password that it
// made for itself.
type deviceClient struct {
	*signInBench
	group, key, password string
	srp                  *srptest.Client // of the exchange under way
	admin                bool            // it is an administrator's server
}

// newDeviceBench has a pool whose devices spare MFA, and ada, who has a software token
// and a remembered device. Further settings come last.
func newDeviceBench(t testing.TB, changes ...setup) *deviceClient {
	t.Helper()
	b := newSignInBench(t, append([]setup{mfaPool("OPTIONAL", "SOFTWARE_TOKEN_MFA", "SMS_MFA"), devicesSpareMFA}, changes...)...)
	b.addUser("ada", withToken, withPhone, prefers("SOFTWARE_TOKEN_MFA", "SOFTWARE_TOKEN_MFA"))
	return b.newDevice()
}

// newDevice is a device that ada signs in on with her software token, and remembers.
func (b *signInBench) newDevice() *deviceClient {
	b.Helper()
	b.advance(time.Minute) // a code of the token works once
	b.play([]turn{begun(tokenAsked), answered("SOFTWARE_TOKEN_MFA", "ada", gotDevice, "SOFTWARE_TOKEN_MFA_CODE", "{{totp ada}}")})
	d := &deviceClient{signInBench: b, group: userpool.DeviceGroupKey(b.user("ada")), key: b.deviceKeyOf("next"), password: "the device's own"}
	b.play([]turn{d.confirmed(d.password, notAsked)})
	return d
}

// confirmed is a ConfirmDevice with a password of the device.
func (d *deviceClient) confirmed(password, want string) turn {
	verifier, salt := deviceSecret(d, d.group, d.key, password)
	return confirm("next", fmt.Sprintf(`"DeviceSecretVerifierConfig":{"PasswordVerifier":%q,"Salt":%q}`, verifier, salt), want)
}

// begun is a sign-in of ada by the right password on the device, kept as "ada".
func (d *deviceClient) begun(want string) turn {
	return turn{op: "InitiateAuth", body: onDevice(signIn(benchClient, "ada", rightPassword), d.key), want: want, keep: "ada"}
}

// side makes a turn of the administrator's side of it where the device is there.
func (d *deviceClient) side(t turn) turn {
	if d.admin {
		t.op = "Admin" + t.op
	}
	return t
}

// hello is the answer to the DEVICE_SRP_AUTH whose session is kept as from.
func (d *deviceClient) hello(from, want string) turn {
	d.srp = srptest.NewClient()
	return d.side(answered("DEVICE_SRP_AUTH", from, want, "DEVICE_KEY", d.key, "SRP_A", d.srp.PublicHex()))
}

// claim is what proves the device's password to the DEVICE_PASSWORD_VERIFIER kept as
// from.
func (d *deviceClient) claim(from string) map[string]string {
	d.Helper()
	key, err := d.srp.Key(d.group, d.key, d.password, d.kept[from+".SALT"], d.kept[from+".SRP_B"])
	if err != nil {
		d.Fatal(err)
	}
	block, err := base64.StdEncoding.DecodeString(d.kept[from+".SECRET_BLOCK"])
	if err != nil || len(block) == 0 {
		d.Fatalf("SECRET_BLOCK %q: %v", d.kept[from+".SECRET_BLOCK"], err)
	}
	c := srp.Claim{PoolName: d.group, UserID: d.key, SecretBlock: block, Timestamp: srp.Timestamp(d.clock())}
	return map[string]string{
		"DEVICE_KEY": d.key, "TIMESTAMP": c.Timestamp,
		"PASSWORD_CLAIM_SECRET_BLOCK": d.kept[from+".SECRET_BLOCK"], "PASSWORD_CLAIM_SIGNATURE": c.Signature(key),
	}
}

// proof is the answer to the DEVICE_PASSWORD_VERIFIER kept as from, with what is to be
// different in it; "" takes a member out. The tokens are kept as "done".
func (d *deviceClient) proof(from, want string, different ...string) turn {
	d.Helper()
	answers := d.claim(from)
	for i := 0; i < len(different); i += 2 {
		answers[different[i]] = different[i+1]
	}
	maps.DeleteFunc(answers, func(_, value string) bool { return value == "" })
	var list []string
	for name, value := range answers {
		list = append(list, name, value)
	}
	t := answered("DEVICE_PASSWORD_VERIFIER", from, want, list...)
	t.keep = "done"
	return d.side(t)
}

// asked goes to the device's second challenge, kept as "next".
func (d *deviceClient) asked() {
	d.Helper()
	d.play([]turn{d.begun(deviceAsked), d.hello("ada", proofAsked)})
}
