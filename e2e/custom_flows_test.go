package e2e

import (
	"encoding/base64"
	"math/big"
	"time"

	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"idpond/internal/srp"
	"idpond/internal/srp/srptest"
)

// customFlows go the way that functions say.
func customFlows() []flowTest {
	const arn = "arn:aws:lambda:eu-west-1:000000000000:function:"
	settings := flowSettings{pool: func(in *cip.CreateUserPoolInput) {
		in.LambdaConfig = &types.LambdaConfigType{
			DefineAuthChallenge: new(arn + "define"), CreateAuthChallenge: new(arn + "create"), VerifyAuthChallengeResponse: new(arn + "verify"),
		}
	}}
	solve := func(f *flow) {
		f.Helper()
		for _, sum := range []string{"41", "42"} {
			f.expect(types.ChallengeNameTypeCustomChallenge)
			f.parameter("sum", "20 + 22")
			f.parameter("USERNAME", "ada")
			f.must(f.answer("ANSWER", sum))
		}
		f.done()
	}
	return []flowTest{
		{"CUSTOM_AUTH", settings, func(f *flow) {
			f.addUser(true)
			f.must(f.begin(types.AuthFlowTypeCustomAuth))
			solve(f)
		}},
		{"CUSTOM_AUTH after SRP", settings, func(f *flow) {
			f.addUser(true)
			for _, password := range []string{"wrong", flowPassword} {
				client := srptest.NewClient()
				f.must(f.begin(types.AuthFlowTypeCustomAuth, "CHALLENGE_NAME", "SRP_A", "SRP_A", client.PublicHex()))
				if err := f.prove(client, password); password == "wrong" {
					f.refused(err, incorrect)
				} else {
					f.must(err)
				}
			}
			solve(f)
		}},
	}
}

// deviceFlows let a device stand for the second factor.
func deviceFlows() []flowTest {
	settings := flowSettings{mfa: types.UserPoolMfaTypeOn, factors: []types.ChallengeNameType{mail}, pool: func(in *cip.CreateUserPoolInput) {
		in.DeviceConfiguration = &types.DeviceConfigurationType{ChallengeRequiredOnNewDevice: true}
	}}
	return []flowTest{{"a device in place of a code", settings, func(f *flow) {
		f.addUser(true, "email", adaEmail)
		f.must(f.beginWithPassword(flowPassword))
		f.answerCode("EMAIL_OTP_CODE", adaEmail, 6)
		f.done()
		d := f.confirmDevice()

		client := srptest.NewClient()
		f.must(f.begin(types.AuthFlowTypeUserSrpAuth, "SRP_A", client.PublicHex()))
		f.must(f.prove(client, flowPassword, "DEVICE_KEY", d.key))
		d.prove(f)
		f.done()
		if got := claimsOf(f.T, *f.tokens.AccessToken)["device_key"]; got != d.key || f.tokens.NewDeviceMetadata != nil {
			f.Errorf("device_key %v, want %s; new device %v", got, d.key, f.tokens.NewDeviceMetadata)
		}
		refresh := *f.tokens.RefreshToken
		f.refused(f.begin(types.AuthFlowTypeRefreshTokenAuth, "REFRESH_TOKEN", refresh), "NotAuthorizedException: Invalid Refresh Token")
		f.must(f.begin(types.AuthFlowTypeRefreshTokenAuth, "REFRESH_TOKEN", refresh, "DEVICE_KEY", d.key))
		f.done()

		_, err := f.api.ForgetDevice(f.Context(), &cip.ForgetDeviceInput{AccessToken: f.tokens.AccessToken, DeviceKey: &d.key})
		f.must(err)
		f.refused(f.begin(f.passwordFlow(), "PASSWORD", flowPassword, "DEVICE_KEY", d.key), "ResourceNotFoundException: Device does not exist.")
		f.must(f.beginWithPassword(flowPassword))
		f.expect(mail)
	}}}
}

// device is what an application keeps of its device.
type device struct{ key, group, password string }

// confirmDevice confirms the device of the sign-in that is over.
func (f *flow) confirmDevice() device {
	f.Helper()
	made := f.tokens.NewDeviceMetadata
	if made == nil {
		f.Fatal("no NewDeviceMetadata")
	}
	d := device{key: *made.DeviceKey, group: *made.DeviceGroupKey, password: "made up by the device"}
	salt, err := srp.NewSalt()
	f.must(err)
	padded := func(b []byte) *string { // two's complement, as BigInteger writes it
		text := new(big.Int).SetBytes(b).Bytes()
		if text[0] >= 0x80 {
			text = append([]byte{0}, text...)
		}
		return new(base64.StdEncoding.EncodeToString(text))
	}
	out, err := f.api.ConfirmDevice(f.Context(), &cip.ConfirmDeviceInput{AccessToken: f.tokens.AccessToken, DeviceKey: &d.key,
		DeviceSecretVerifierConfig: &types.DeviceSecretVerifierConfigType{
			Salt: padded(salt), PasswordVerifier: padded(srp.NewVerifier(d.group, d.key, d.password, salt)),
		}})
	f.must(err)
	if out.UserConfirmationNecessary {
		f.Error("the device is not remembered at once")
	}
	return d
}

// prove answers DEVICE_SRP_AUTH and DEVICE_PASSWORD_VERIFIER, once wrongly.
func (d device) prove(f *flow) {
	f.Helper()
	f.expect(types.ChallengeNameTypeDeviceSrpAuth)
	client := srptest.NewClient()
	f.must(f.answer("DEVICE_KEY", d.key, "SRP_A", client.PublicHex()))
	f.expect(types.ChallengeNameTypeDevicePasswordVerifier)
	p := f.parameters
	block, err := base64.StdEncoding.DecodeString(p["SECRET_BLOCK"])
	f.must(err)
	for _, password := range []string{"another", d.password} {
		key, err := client.Key(d.group, d.key, password, p["SALT"], p["SRP_B"])
		f.must(err)
		claim := srp.Claim{PoolName: d.group, UserID: d.key, SecretBlock: block, Timestamp: srp.Timestamp(time.Now().UTC())}
		err = f.answer("DEVICE_KEY", d.key, "PASSWORD_CLAIM_SECRET_BLOCK", p["SECRET_BLOCK"],
			"PASSWORD_CLAIM_SIGNATURE", claim.Signature(key), "TIMESTAMP", claim.Timestamp)
		if password == d.password {
			f.must(err)
		} else {
			f.refused(err, incorrect)
		}
	}
}
