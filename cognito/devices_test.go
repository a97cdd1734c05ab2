package cognito_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/google/go-cmp/cmp"

	"idpond/internal/srp"
	"idpond/internal/userpool"
)

// tracked makes the pool track devices, and remember them at once or when the user says so.
func tracked(ask bool) setup {
	return func(p *userpool.Pool, _ *userpool.AppClient) {
		p.Settings.DeviceConfiguration = &userpool.DeviceConfiguration{DeviceOnlyRememberedOnUserPrompt: ask}
	}
}

const (
	noDevice    = "ResourceNotFoundException: Device does not exist."
	wrongDevice = "InvalidParameterException: Invalid device key given."
	badRefresh  = "NotAuthorizedException: Invalid Refresh Token"
	// A sign-in on no known device, of ada.
	gotDevice = `{"AuthenticationResult":{"AccessToken":"ACCESSTOKEN","ExpiresIn":3600,"IdToken":"IDTOKEN","RefreshToken":"REFRESHTOKEN",
		"TokenType":"Bearer","NewDeviceMetadata":{"DeviceKey":"eu-west-1_SUB","DeviceGroupKey":"-tBSESVjM"}},"ChallengeParameters":{}}`
)

// deviceKeyOf reads device_key of the access token that is kept as name, and keeps it
// as name.DeviceKey.
func (b *signInBench) deviceKeyOf(name string) string {
	b.Helper()
	parts := strings.Split(b.kept[name+".AccessToken"], ".")
	var claims struct {
		DeviceKey string `json:"device_key"`
	}
	if len(parts) != 3 {
		b.Fatalf("%s has no access token", name)
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err == nil {
		err = json.Unmarshal(payload, &claims)
	}
	if err != nil {
		b.Fatal(err)
	}
	b.kept[name+".DeviceKey"] = claims.DeviceKey
	return claims.DeviceKey
}

// deviceSecret is what a client makes of a device's own password.
func deviceSecret(t testing.TB, group, key, password string) (verifier, salt string) {
	t.Helper()
	raw, err := srp.NewSalt()
	if err != nil {
		t.Fatal(err)
	}
	raw[0] |= 0x80 // so that its padded form has a leading zero
	padded := func(b []byte) string {
		n := new(big.Int).SetBytes(b)
		return base64.StdEncoding.EncodeToString(n.FillBytes(make([]byte, n.BitLen()/8+1)))
	}
	return padded(srp.NewVerifier(group, key, password, raw)), padded(raw)
}

func confirm(name, members, want string) turn {
	if members != "" {
		members = "," + members
	}
	return turn{op: "ConfirmDevice", body: as(name, `"DeviceKey":"{{`+name+`.DeviceKey}}"`+members), want: want}
}

func onDevice(body, key string) string {
	return strings.Replace(body, `"USERNAME"`, `"DEVICE_KEY":"`+key+`","USERNAME"`, 1)
}

const notAsked, asked = `{"UserConfirmationNecessary":false}`, `{"UserConfirmationNecessary":true}`

func TestSignInOnDevices(t *testing.T) {
	b := newFactorBench(t, tracked(false))
	b.addUser("bob", invited)
	b.addUser("eve")
	first := b.deviceKeyOf("ada")
	b.play([]turn{
		{op: "InitiateAuth", body: signIn(benchClient, "ada", rightPassword), want: gotDevice, keep: "other"},
		{op: "AdminInitiateAuth", body: strings.Replace(signIn(benchClient, "ada", rightPassword), "USER_PASSWORD", "ADMIN_USER_PASSWORD", 1), want: gotDevice},
		confirm("ada", `"DeviceName":"phone"`, notAsked),
		confirm("ada", "", "DeviceKeyExistsException: Device already exists."),
	})
	if second := b.deviceKeyOf("other"); second == first || !strings.HasPrefix(second, "eu-west-1_") || len(second) != len("eu-west-1_")+36 {
		t.Errorf("device keys %q and %q", first, second)
	}

	// On the known device there are no news, by whichever flow.
	b.play([]turn{
		{after: time.Minute, op: "InitiateAuth", body: onDevice(signIn(benchClient, "ada", rightPassword), first), want: gotTokens, keep: "again"},
		{op: "GetDevice", body: as("again", `"DeviceKey":"`+first+`"`), want: `{"Device":{"DeviceKey":"eu-west-1_SUB",
			"DeviceAttributes":[{"Name":"device_status","Value":"valid"},{"Name":"device_name","Value":"phone"},{"Name":"last_ip_used","Value":"192.0.2.1"}],
			"DeviceCreateDate":1700000000.000,"DeviceLastModifiedDate":1700000000.000,"DeviceLastAuthenticatedDate":1700000060.000}}`},
	})
	if got := b.deviceKeyOf("again"); got != first {
		t.Errorf("the token names the device %q, want %q", got, first)
	}
	withKey := func(key string) func(map[string]string) {
		return func(answers map[string]string) { answers["DEVICE_KEY"] = key }
	}
	if got := b.srpSignIn("", srpTrial{client: benchClient, username: "ada", password: rightPassword, answers: withKey(first)}); got != want(t, gotTokens) {
		t.Errorf("SRP on the device: %s", got)
	}

	// A key of nobody, or of somebody else, is refused, once the password is right.
	const stranger = "eu-west-1_00000000-0000-4000-8000-000000000000"
	b.play([]turn{
		{op: "InitiateAuth", body: onDevice(signIn(benchClient, "ada", rightPassword), stranger), want: noDevice},
		{op: "InitiateAuth", body: onDevice(signIn(benchClient, "eve", rightPassword), first), want: noDevice},
		{op: "InitiateAuth", body: onDevice(signIn(benchClient, "ada", "wrong"), stranger), want: incorrect},
		{op: "InitiateAuth", body: onDevice(signIn(benchClient, "ada", "wrong"), first), want: incorrect},
	})
	// The browser SDK answers a refused device by the same answer without it.
	respond, _ := b.srpBegin(srpTrial{client: benchClient, username: "ada", password: rightPassword, answers: withKey(stranger)})
	b.play([]turn{
		{op: "RespondToAuthChallenge", body: respond, want: noDevice},
		{op: "RespondToAuthChallenge", body: strings.Replace(respond, `"DEVICE_KEY":"`+stranger+`",`, "", 1), want: gotDevice},
	})
}

// TestNewPasswordOnDevice: a sign-in keeps its device through a challenge.
func TestNewPasswordOnDevice(t *testing.T) {
	b := newFactorBench(t, tracked(false))
	key := b.deviceKeyOf("ada")
	b.play([]turn{confirm("ada", "", notAsked)})
	invite := func() { b.changeUser("ada", invited) }
	asks := strings.Replace(newPasswordAsked, `"{}"`, `"{\"email\":\"ada@example.org\",\"phone_number\":\"+441234567890\"}"`, 1)

	invite()
	b.play([]turn{
		{op: "InitiateAuth", body: onDevice(signIn(benchClient, "ada", rightPassword), key), want: asks, keep: "s"},
		{op: "RespondToAuthChallenge", body: newPassword(benchClient, "s", "ada", "N3wPassw0rd!"), want: gotTokens, keep: "done"},
	})
	if got := b.deviceKeyOf("done"); got != key {
		t.Errorf("the token names the device %q, want %q", got, key)
	}
	invite()
	b.play([]turn{
		{op: "InitiateAuth", body: onDevice(signIn(benchClient, "ada", "N3wPassw0rd!"), key), want: asks, keep: "s"},
		{op: "AdminForgetDevice", body: `{"Username":"ada","DeviceKey":"` + key + `"}`, want: ""},
		{op: "RespondToAuthChallenge", body: onDevice(newPassword(benchClient, "s", "ada", "N3werPassw0rd!"), key), want: noDevice},
		{op: "RespondToAuthChallenge", body: newPassword(benchClient, "s", "ada", "N3werPassw0rd!"), want: gotDevice},
	})
}

func TestWithoutDeviceTracking(t *testing.T) {
	b := newFactorBench(t)
	b.kept["ada.DeviceKey"] = "eu-west-1_00000000-0000-4000-8000-000000000000"
	b.play([]turn{
		{op: "InitiateAuth", body: onDevice(signIn(benchClient, "ada", rightPassword), b.kept["ada.DeviceKey"]), want: gotTokens, keep: "again"},
		confirm("ada", "", wrongDevice),
		{op: "ListDevices", body: as("ada", ""), want: `{"Devices":[]}`},
	})
	if got := b.deviceKeyOf("again"); got != "" {
		t.Errorf("the token names the device %q", got)
	}
}

func TestConfirmDevice(t *testing.T) {
	b := newFactorBench(t, tracked(true))
	key := b.deviceKeyOf("ada")
	verifier, salt := deviceSecret(t, userpool.DeviceGroupKey(b.user("ada")), key, "device password")
	secret := func(verifier, salt string) string {
		return fmt.Sprintf(`"DeviceSecretVerifierConfig":{"PasswordVerifier":%q,"Salt":%q}`, verifier, salt)
	}
	const badVerifier = "InvalidParameterException: Invalid PasswordVerifier given in DeviceSecretVerifierConfig."
	const badSalt = "InvalidParameterException: Invalid Salt given in DeviceSecretVerifierConfig."
	group, err := new(big.Int).SetString("1"+strings.Repeat("0", 768), 16)
	if !err {
		t.Fatal("no number")
	}
	b.play([]turn{
		{op: "ConfirmDevice", body: as("ada", `"DeviceKey":"eu-west-1_00000000-0000-4000-8000-000000000000"`), want: wrongDevice},
		confirm("ada", secret(verifier, ""), badSalt),
		confirm("ada", secret(verifier, "###"), badSalt),
		confirm("ada", secret(verifier, strings.Repeat("AAAA", 22)), badSalt),
		confirm("ada", secret("", salt), badVerifier),
		confirm("ada", secret("AQ==", salt), badVerifier),
		confirm("ada", secret("AAAA", salt), badVerifier),
		confirm("ada", secret(base64.StdEncoding.EncodeToString(group.Bytes()), salt), badVerifier),
		confirm("ada", `"DeviceName":""`, "InvalidParameterException: 1 validation error detected: Value '' at 'deviceName' failed to satisfy constraint: Member must have length greater than or equal to 1"),
		{op: "AdminListDevices", body: `{"Username":"ada"}`, want: `{"Devices":[]}`},
		confirm("ada", secret(verifier, salt), asked),
	})
	// What is kept is enough for the server's half of the device's own SRP.
	d, problem := b.store.Device(t.Context(), benchPool, b.user("ada").ID, key)
	if problem != nil {
		t.Fatal(problem)
	}
	if !srp.Check(userpool.DeviceGroupKey(b.user("ada")), key, "device password", d.Salt, new(big.Int).SetBytes(d.Verifier).FillBytes(make([]byte, 384))) {
		t.Error("the verifier is not that of the device's password")
	}
}

// TestConfirmDeviceRace: of many confirmations of one device one is right.
func TestConfirmDeviceRace(t *testing.T) {
	b := newFactorBench(t, tracked(false))
	body := fmt.Sprintf(`{"AccessToken":%q,"DeviceKey":%q}`, b.kept["ada.AccessToken"], b.deviceKeyOf("ada"))
	want := map[string]int{"": 1, "DeviceKeyExistsException: Device already exists.": 31}
	if diff := cmp.Diff(want, b.atOnce(32, "ConfirmDevice", body)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestDeviceStatus(t *testing.T) {
	b := newFactorBench(t, tracked(true))
	b.addUser("eve")
	b.signInAs("eve")
	b.deviceKeyOf("ada")
	const device = `"DeviceKey":"{{ada.DeviceKey}}"`
	admin := func(op, members, want string) turn {
		return turn{op: op, body: `{"Username":"ada",` + device + members + `}`, want: want}
	}
	shown := func(status string, modified int) string {
		return fmt.Sprintf(`{"Device":{"DeviceKey":"eu-west-1_SUB","DeviceAttributes":[{"Name":"device_status","Value":"valid"},
			{"Name":"device_name","Value":"“phone” <1>"},{"Name":"last_ip_used","Value":"192.0.2.1"},
			{"Name":"dev:device_arn","Value":"arn:aws:cognito-idp:eu-west-1:000000000000:owner/ada.eu-west-1_Bench/device/eu-west-1_SUB"},
			{"Name":"dev:device_owner","Value":"ada.eu-west-1_Bench"},{"Name":"dev:device_remembered_status","Value":%q},
			{"Name":"dev:device_sdk","Value":"aws-sdk"}],
			"DeviceCreateDate":1700000000,"DeviceLastModifiedDate":%d,"DeviceLastAuthenticatedDate":1700000000}}`, status, 1700000000+modified)
	}
	get := func(want string) turn { return turn{op: "GetDevice", body: as("ada", device), want: want} }
	update := func(status, want string) turn {
		return turn{after: time.Second, op: "UpdateDeviceStatus", body: as("ada", device+status), want: want}
	}
	const seen = `{"Device":{"DeviceKey":"eu-west-1_SUB","DeviceAttributes":[{"Name":"device_status","Value":"valid"},
		{"Name":"device_name","Value":"“phone” <1>"},{"Name":"last_ip_used","Value":"192.0.2.1"}],
		"DeviceCreateDate":1700000000,"DeviceLastModifiedDate":1700000001,"DeviceLastAuthenticatedDate":1700000000}}`
	b.play([]turn{
		get(noDevice), admin("AdminGetDevice", "", noDevice),
		confirm("ada", `"DeviceName":"“phone” <1>"`, asked),
		// The user sees the device once it is remembered, an administrator at once.
		get(noDevice), admin("AdminGetDevice", "", shown("not_remembered", 0)),
		{op: "ListDevices", body: as("ada", ""), want: `{"Devices":[]}`},
		update(`,"DeviceRememberedStatus":"remembered"`, `{}`),
		get(seen), admin("AdminGetDevice", "", shown("remembered", 1)),
		update("", `{}`), admin("AdminGetDevice", "", shown("remembered", 1)),
		admin("AdminUpdateDeviceStatus", `,"DeviceRememberedStatus":"not_remembered"`, `{}`),
		get(noDevice), admin("AdminGetDevice", "", shown("not_remembered", 2)),
		update(`,"DeviceRememberedStatus":"perhaps"`, "InvalidParameterException: 1 validation error detected: Value 'perhaps' at 'deviceRememberedStatus' failed to satisfy constraint: Member must satisfy enum value set: [remembered, not_remembered]"),

		// Another user's device is none.
		{op: "GetDevice", body: as("eve", device), want: noDevice},
		{op: "UpdateDeviceStatus", body: as("eve", device+`,"DeviceRememberedStatus":"remembered"`), want: noDevice},
		{op: "UpdateDeviceStatus", body: as("eve", device), want: noDevice},
		{op: "ForgetDevice", body: as("eve", device), want: noDevice},
		{op: "AdminGetDevice", body: `{"Username":"nobody",` + device + `}`, want: "ResourceNotFoundException: User does not exist."},
		{op: "AdminListDevices", body: `{"Username":"nobody"}`, want: "ResourceNotFoundException: User does not exist."},
		{op: "AdminForgetDevice", body: `{"Username":"nobody",` + device + `}`, want: unknown},
		{op: "AdminUpdateDeviceStatus", body: `{"Username":"nobody",` + device + `}`, want: unknown},
		{op: "GetDevice", body: `{` + device + `}`, want: "NotAuthorizedException: Invalid Access Token"},

		{op: "ForgetDevice", body: as("ada", device), want: ""},
		{op: "ForgetDevice", body: as("ada", device), want: noDevice},
		admin("AdminForgetDevice", "", noDevice), admin("AdminUpdateDeviceStatus", "", noDevice),
		update(`,"DeviceRememberedStatus":"remembered"`, noDevice),
	})
}

// TestRefreshOnDevice: a refresh has to name the device of its sign-in.
func TestRefreshOnDevice(t *testing.T) {
	b := newFactorBench(t, tracked(false))
	b.deviceKeyOf("ada")
	refresh := func(key, want string) turn {
		return turn{op: "InitiateAuth", want: want, keep: "new",
			body: `{"AuthFlow":"REFRESH_TOKEN_AUTH","AuthParameters":{"REFRESH_TOKEN":"{{ada.RefreshToken}}"` + key + `}}`}
	}
	const right, wrong = `,"DEVICE_KEY":"{{ada.DeviceKey}}"`, `,"DEVICE_KEY":"eu-west-1_0"`
	get := func(key, want string) turn {
		return turn{op: "GetTokensFromRefreshToken", body: `{"ClientId":"` + benchClient + `","RefreshToken":"{{ada.RefreshToken}}"` + key + `}`, want: want}
	}
	got := `{"AuthenticationResult":{"AccessToken":"ACCESSTOKEN","ExpiresIn":3600,"IdToken":"IDTOKEN","TokenType":"Bearer"}}`
	b.play([]turn{
		refresh("", badRefresh), refresh(wrong, badRefresh), refresh(right, refreshed),
		get("", badRefresh+"."), get(`,"DeviceKey":"eu-west-1_0"`, badRefresh+"."), get(`,"DeviceKey":"{{ada.DeviceKey}}"`, got),
	})
	if key := b.deviceKeyOf("new"); key != b.kept["ada.DeviceKey"] {
		t.Errorf("the refreshed token names the device %q", key)
	}
	// Without tracking nothing is asked for.
	b.pool.Settings.DeviceConfiguration = nil
	b.play([]turn{refresh("", refreshed)})
	b.signInAs("ada")
	tracked(false)(b.pool, nil)
	b.play([]turn{refresh("", refreshed), refresh(right, refreshed)})
}

// TestDevicePages reads all devices in pages, by the SDK.
func TestDevicePages(t *testing.T) {
	b := newFactorBench(t, tracked(false))
	var keys []string
	for range 5 {
		b.signInAs("ada")
		keys = append(keys, b.deviceKeyOf("ada"))
		b.play([]turn{confirm("ada", "", notAsked)})
	}
	b.play([]turn{{op: "UpdateDeviceStatus", body: as("ada", `"DeviceKey":"{{ada.DeviceKey}}","DeviceRememberedStatus":"not_remembered"`), want: `{}`}})
	c := b.sdk()
	count := func(read func(token *string) ([]types.DeviceType, *string, error)) int {
		seen := map[string]bool{}
		var token *string
		for {
			devices, next, err := read(token)
			if err != nil || len(devices) > 2 {
				t.Fatalf("%d devices, error %v", len(devices), err)
			}
			for _, d := range devices {
				seen[*d.DeviceKey] = true
			}
			if token = next; token == nil {
				return len(seen)
			}
		}
	}
	access := aws.String(b.kept["ada.AccessToken"])
	if n := count(func(token *string) ([]types.DeviceType, *string, error) {
		out, err := c.ListDevices(t.Context(), &cip.ListDevicesInput{AccessToken: access, Limit: aws.Int32(2), PaginationToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.Devices, out.PaginationToken, nil
	}); n != len(keys)-1 {
		t.Errorf("the user sees %d devices", n)
	}
	if n := count(func(token *string) ([]types.DeviceType, *string, error) {
		out, err := c.AdminListDevices(t.Context(), &cip.AdminListDevicesInput{UserPoolId: aws.String(benchPool), Username: aws.String("ada"), Limit: aws.Int32(2), PaginationToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.Devices, out.PaginationToken, nil
	}); n != len(keys) {
		t.Errorf("an administrator sees %d devices", n)
	}
	b.play([]turn{{op: "ListDevices", body: as("ada", `"PaginationToken":"abc"`), want: "InvalidParameterException: Invalid pagination token."}})
}
