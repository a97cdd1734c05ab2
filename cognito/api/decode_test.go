package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/cognito/api"
)

// decode reads body as the operation's input of type T.
func decode[T any](t *testing.T, op, body string) (*T, error) {
	t.Helper()
	in := new(T)
	return in, api.Lookup(op).Decode([]byte(body), in)
}

func TestDecode(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		want       api.SignUpRequest
	}{{
		name: "required and optional members",
		body: ` {"ClientId":"c1","Username":"ada","Password":"pw","UserAttributes":[{"Name":"email","Value":"a@b.c"},{"Name":"name"}],"ClientMetadata":{"k":"v"}} `,
		want: api.SignUpRequest{ClientID: "c1", Username: "ada", Password: new("pw"),
			UserAttributes: []api.AttributeType{{Name: "email", Value: new("a@b.c")}, {Name: "name"}},
			ClientMetadata: map[string]string{"k": "v"}},
	}, {
		name: "null is absent, also in maps",
		body: `{"ClientId":"c1","Username":"ada","Password":null,"UserAttributes":null,"ClientMetadata":{"k":null,"l":"v"}}`,
		want: api.SignUpRequest{ClientID: "c1", Username: "ada", ClientMetadata: map[string]string{"l": "v"}},
	}, {
		name: "empty is not absent",
		body: `{"ClientId":"c1","Username":"ada","UserAttributes":[],"ClientMetadata":{},"UserContextData":{}}`,
		want: api.SignUpRequest{ClientID: "c1", Username: "ada", UserAttributes: []api.AttributeType{},
			ClientMetadata: map[string]string{}, UserContextData: &api.UserContextDataType{}},
	}, {
		name: "names are compared exactly, unknown members are ignored",
		body: `{"ClientId":"c1","Username":"ada","username":"eve","USERNAME":{"x":[1,2,{}]},"Userna\u006de ":"eve","More":[[["deep"]]]}`,
		want: api.SignUpRequest{ClientID: "c1", Username: "ada"},
	}, {
		name: "an escaped name is the same name",
		body: `{"ClientId":"c1","User\u006eame":"ada"}`,
		want: api.SignUpRequest{ClientID: "c1", Username: "ada"},
	}, {
		name: "of duplicates the last counts, and only it is checked",
		body: `{"ClientId":"c1","Username":"","Username":"eve","Password":"a b","Password":"pw","UserAttributes":5,"UserAttributes":null,"ClientMetadata":{"k":"1","k":"2"},"Username":"ada"}`,
		want: api.SignUpRequest{ClientID: "c1", Username: "ada", Password: new("pw"), ClientMetadata: map[string]string{"k": "2"}},
	}, {
		name: "escapes",
		body: `{"ClientId":"c1","Username":"\u0061\ud83d\ude00\/\"\\é","ClientMetadata":{"a\u0009b":"\b\f\n\r\t\u0000"}}`,
		want: api.SignUpRequest{ClientID: "c1", Username: `a😀/"\é`, ClientMetadata: map[string]string{"a\tb": "\b\f\n\r\t\x00"}},
	}} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := decode[api.SignUpRequest](t, "SignUp", tt.body)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDecodeOtherKinds(t *testing.T) {
	client, err := decode[api.CreateUserPoolClientRequest](t, "CreateUserPoolClient",
		`{"UserPoolId":"eu-west-1_a","ClientName":"app","GenerateSecret":true,"RefreshTokenValidity":-0,"ExplicitAuthFlows":["ALLOW_USER_AUTH"],"TokenValidityUnits":{"IdToken":"minutes"}}`)
	if err != nil {
		t.Fatal(err)
	}
	want := &api.CreateUserPoolClientRequest{UserPoolID: "eu-west-1_a", ClientName: "app", GenerateSecret: new(true),
		RefreshTokenValidity: new(0), ExplicitAuthFlows: []string{"ALLOW_USER_AUTH"},
		TokenValidityUnits: &api.TokenValidityUnitsType{IDToken: new("minutes")}}
	if diff := cmp.Diff(want, client); diff != "" {
		t.Error(diff)
	}
	css, err := decode[api.SetUICustomizationRequest](t, "SetUICustomization", `{"UserPoolId":"eu-west-1_a","ImageFile":"aGk="}`)
	if err != nil || string(css.ImageFile) != "hi" {
		t.Errorf("blob: %q, %v", css.ImageFile, err)
	}
	credential, err := decode[api.CompleteWebAuthnRegistrationRequest](t, "CompleteWebAuthnRegistration", `{"AccessToken":"a.b.c","Credential": {"id": [1.5e3, null]} }`)
	if err != nil || string(credential.Credential) != `{"id": [1.5e3, null]}` {
		t.Errorf("document: %q, %v", credential.Credential, err)
	}
}

func TestViolations(t *testing.T) {
	const name = `Member must satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}]+`
	for _, tt := range []struct{ name, op, body, want string }{
		{"one", "GetUserAttributeVerificationCode", `{"AccessToken":"t"}`,
			"1 validation error detected: Value null at 'attributeName' failed to satisfy constraint: Member must not be null"},
		{"a secret one that is absent", "ForgotPassword", `{"ClientId":"c"}`,
			"1 validation error detected: Value at 'username' failed to satisfy constraint: Member must not be null"},
		{"all of them in the model's order", "AdminGetUser", `{"Username":"a b","UserPoolId":""}`,
			"3 validation errors detected: Value '' at 'userPoolId' failed to satisfy constraint: Member must have length greater than or equal to 1; " +
				`Value '' at 'userPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w-]+_[0-9a-zA-Z]+; ` +
				"Value at 'username' failed to satisfy constraint: " + name},
		{"a secret value", "SignUp", `{"ClientId":"c","Username":"ada","Password":"` + strings.Repeat("x", 257) + `"}`,
			"1 validation error detected: Value at 'password' failed to satisfy constraint: Member must have length less than or equal to 256"},
		{"in a list of structures", "AdminUpdateUserAttributes", `{"UserPoolId":"eu-west-1_a","Username":"ada","UserAttributes":[{"Name":"email"},{"Value":"x"},{"Name":"","Value":"` + strings.Repeat("é", 2049) + `"},null]}`,
			"5 validation errors detected: Value null at 'userAttributes.2.member.name' failed to satisfy constraint: Member must not be null; " +
				"Value '' at 'userAttributes.3.member.name' failed to satisfy constraint: Member must have length greater than or equal to 1; " +
				"Value '' at 'userAttributes.3.member.name' failed to satisfy constraint: " + strings.Replace(name, `]+`, `\t\n\r ]+`, 1) + "; " +
				"Value at 'userAttributes.3.member.value' failed to satisfy constraint: Member must have length less than or equal to 2048; " +
				"Value null at 'userAttributes.4.member' failed to satisfy constraint: Member must not be null"},
		{"in a nested structure", "CreateUserPool", `{"PoolName":"p","Policies":{"PasswordPolicy":{"MinimumLength":5}},"MfaConfiguration":"MAYBE"}`,
			"2 validation errors detected: Value '5' at 'policies.passwordPolicy.minimumLength' failed to satisfy constraint: Member must have value greater than or equal to 6; " +
				"Value 'MAYBE' at 'mfaConfiguration' failed to satisfy constraint: Member must satisfy enum value set: [OFF, ON, OPTIONAL]"},
		{"an enum in the service's own order", "SetRiskConfiguration", `{"UserPoolId":"eu-west-1_a","AccountTakeoverRiskConfiguration":{"Actions":{"LowAction":{"Notify":true,"EventAction":"MFA"}}}}`,
			"1 validation error detected: Value 'MFA' at 'accountTakeoverRiskConfiguration.actions.lowAction.eventAction' failed to satisfy constraint: " +
				"Member must satisfy enum value set: [MFA_IF_CONFIGURED, BLOCK, NO_ACTION, MFA_REQUIRED]"},
		{"in a list of texts", "CreateUserPool", `{"PoolName":"p","AutoVerifiedAttributes":["email","phone"]}`,
			"1 validation error detected: Value '[email, phone]' at 'autoVerifiedAttributes' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [phone_number, email]]"},
		{"in a list of texts with several constraints", "CreateUserPoolClient", `{"UserPoolId":"eu-west-1_a","ClientName":"app","CallbackURLs":["https://a","b c"]}`,
			"1 validation error detected: Value '[https://a, b c]' at 'callbackURLs' failed to satisfy constraint: Member must satisfy constraint: " +
				`[Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, ` + name + "]"},
		{"null in a list of texts", "CreateUserPool", `{"PoolName":"p","AutoVerifiedAttributes":[null]}`,
			"1 validation error detected: Value '[null]' at 'autoVerifiedAttributes' failed to satisfy constraint: Member must satisfy constraint: [Member must not be null]"},
		{"in a map", "CreateUserPool", `{"PoolName":"p","UserPoolTags":{"":"v","k":"` + strings.Repeat("x", 257) + `"}}`,
			"2 validation errors detected: Value '{=v, k=" + strings.Repeat("x", 257) + "}' at 'userPoolTags' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1]; " +
				"Value '{=v, k=" + strings.Repeat("x", 257) + "}' at 'userPoolTags' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 256, Member must have length greater than or equal to 0]"},
		{"an empty list", "AddCustomAttributes", `{"UserPoolId":"eu-west-1_a","CustomAttributes":[]}`,
			"1 validation error detected: Value '[]' at 'customAttributes' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"a number", "ListUserPools", `{"MaxResults":61}`,
			"1 validation error detected: Value '61' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 60"},
		{"a blob", "SetUICustomization", `{"UserPoolId":"eu-west-1_a","ImageFile":"` + strings.Repeat("AAAA", 131073/3+1) + `"}`,
			"1 validation error detected: Value at 'imageFile' failed to satisfy constraint: Member must have length less than or equal to 131072"},
		{"characters are code points", "SignUp", `{"ClientId":"c","Username":"` + strings.Repeat("😀", 129) + `"}`,
			"1 validation error detected: Value at 'username' failed to satisfy constraint: Member must have length less than or equal to 128"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := problem(tt.op, []byte(tt.body)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
	if got := problem("SignUp", []byte(`{"ClientId":"c","Username":"`+strings.Repeat("😀", 128)+`"}`)); got != "" {
		t.Error(got)
	}
}

// problem decodes and gives the error's text: of a SerializationError its
// message behind "!", of a ValidationError the whole sentence.
func problem(op string, body []byte) string {
	o := api.Lookup(op)
	err := o.Decode(body, newInput(o))
	if e, ok := errors.AsType[*api.SerializationError](err); ok {
		return "!" + e.Message
	} else if e, ok := errors.AsType[*api.ValidationError](err); ok {
		return e.Error()
	} else if err != nil {
		return err.Error()
	}
	return ""
}

func TestViolationsAreBounded(t *testing.T) {
	body := `{"UserPoolId":"eu-west-1_a","Username":"a","UserAttributes":[` + strings.Repeat(`{},`, 100_000) + `{}]}`
	got := problem("AdminUpdateUserAttributes", []byte(body))
	if !strings.HasPrefix(got, "100 validation errors detected: ") || len(got) > 20_000 {
		t.Errorf("%d bytes: %.100s", len(got), got)
	}
}

func TestSerializationErrors(t *testing.T) {
	for _, tt := range []struct{ name, op, body, want string }{
		{"nothing", "GetUser", ``, "!"},
		{"not JSON", "GetUser", `AccessToken=x`, "!"},
		{"cut off", "GetUser", `{"AccessToken":"x"`, "!"},
		{"more behind it", "GetUser", `{"AccessToken":"x"}{}`, "!"},
		{"a comma too many", "GetUser", `{"AccessToken":"x",}`, "!"},
		{"invalid UTF-8", "GetUser", "{\"AccessToken\":\"\xff\"}", "!"},
		{"invalid UTF-8 in an unknown member", "GetUser", "{\"AccessToken\":\"x\",\"y\":\"\xc3\"}", "!"},
		{"control character", "GetUser", "{\"AccessToken\":\"\x00\"}", "!"},
		{"half a surrogate pair", "GetUser", `{"AccessToken":"\ud83d"}`, "!"},
		{"deep", "GetUser", `{"x":` + strings.Repeat("[", 32) + strings.Repeat("]", 32) + `,"AccessToken":"x"}`, "!"},
		{"not too deep", "GetUser", `{"x":` + strings.Repeat("[", 31) + "1" + strings.Repeat("]", 31) + `,"AccessToken":"x"}`, ""},
		{"leading zero", "ListUserPools", `{"MaxResults":01}`, "!"},
		{"a list", "GetUser", `[]`, "!Expected map or null"},
		{"null", "GetUser", `null`, "!Expected map or null"},
		{"text for a map", "InitiateAuth", `{"ClientId":"c","AuthFlow":"USER_AUTH","AuthParameters":"x"}`, "!Expected map or null"},
		{"list for a map", "InitiateAuth", `{"ClientId":"c","AuthFlow":"USER_AUTH","AuthParameters":[]}`, "!Expected map or null"},
		{"map for a list", "SignUp", `{"UserAttributes":{}}`, "!Expected list or null"},
		{"number for text", "GetUser", `{"AccessToken":5}`, "!class java.lang.Integer can not be converted to an String"},
		{"long for text", "GetUser", `{"AccessToken":5000000000}`, "!class java.lang.Long can not be converted to an String"},
		{"double for text", "GetUser", `{"AccessToken":5e1}`, "!class java.lang.Double can not be converted to an String"},
		{"boolean for text", "AdminUpdateUserAttributes", `{"UserAttributes":[{"Name":"email_verified","Value":true}]}`, "!"},
		{"map for text", "GetUser", `{"AccessToken":{}}`, "!Start of structure or map found where not expected."},
		{"list for text", "GetUser", `{"AccessToken":[]}`, "!Start of list found where not expected."},
		{"text for a number", "ListUserPools", `{"MaxResults":"5"}`, "!class java.lang.String can not be converted to an Integer"},
		{"double for a number", "ListUserPools", `{"MaxResults":5.0}`, "!class java.lang.Double can not be converted to an Integer"},
		{"too big a number", "ListUserPools", `{"MaxResults":2147483648}`, "!class java.lang.Long can not be converted to an Integer"},
		{"text for a boolean", "SetUserMFAPreference", `{"AccessToken":"t","SMSMfaSettings":{"Enabled":"true"}}`, "!class java.lang.String can not be converted to an Boolean"},
		{"number in a list of texts", "CreateUserPool", `{"PoolName":"p","AliasAttributes":[1]}`, "!class java.lang.Integer can not be converted to an String"},
		{"number in a map of texts", "CreateUserPool", `{"PoolName":"p","UserPoolTags":{"a":1}}`, "!class java.lang.Integer can not be converted to an String"},
		{"no base64", "SetUICustomization", `{"UserPoolId":"eu-west-1_a","ImageFile":"%"}`, "!"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := problem(tt.op, []byte(tt.body)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestEncode(t *testing.T) {
	at := api.Time(time.UnixMilli(1547833345777))
	for _, tt := range []struct {
		value any
		want  string
	}{
		{api.SignUpResponse{}, `{"UserConfirmed":false,"UserSub":""}`},
		{api.InitiateAuthResponse{ChallengeParameters: map[string]string{}}, `{"ChallengeParameters":{}}`},
		{api.ListUsersResponse{Users: []api.UserType{{Username: new("<a&b>"), UserCreateDate: at, Enabled: new(false), Attributes: []api.AttributeType{}}}},
			`{"Users":[{"Username":"<a&b>","Attributes":[],"UserCreateDate":1547833345.777,"Enabled":false}]}`},
		{api.StartWebAuthnRegistrationResponse{CredentialCreationOptions: json.RawMessage(`{"rp":{"id":"a<b"}}`)}, `{"CredentialCreationOptions":{"rp":{"id":"a<b"}}}`},
		{api.SetUICustomizationRequest{UserPoolID: "p", ImageFile: []byte("hi")}, `{"UserPoolId":"p","ImageFile":"aGk="}`},
		{[]api.Time{api.Time(time.Unix(1700000000, 0)), api.Time(time.UnixMilli(-1500))}, `[1700000000.000,-1.500]`},
	} {
		got, err := api.Encode(tt.value)
		if err != nil || string(got) != tt.want {
			t.Errorf("got %s, %v\nwant %s", got, err, tt.want)
		}
	}
	var back api.Time
	if err := json.Unmarshal([]byte("1547833345.777"), &back); err != nil || !time.Time(back).Equal(time.Time(at)) {
		t.Errorf("read back: %v, %v", time.Time(back), err)
	}
}

// FuzzDecode holds the JSON door against encoding/json: it accepts no text that
// is not JSON, and reads what it accepts the same way.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"ClientId":"c1","Username":"ada","Password":"pw","UserAttributes":[{"Name":"email","Value":"a@b.c"}],"ClientMetadata":{"k":"v"}}`,
		`{"ClientId":"c1","Username":"\ud83d\ude00\u00e9\n","ClientMetadata":{"k":null},"X":[1,-2.5e+7,true,false,null,{}]}`,
		`{"Username":"a","Username":null,"\u0055sername":""}`, ` [ ] `, `"`, `{"a":"\ud800"}`, `{"ClientId":01}`, `{"UserAttributes":[null,{"Name":1}]}`,
	} {
		f.Add([]byte(seed))
	}
	op := api.Lookup("SignUp")
	f.Fuzz(func(t *testing.T, body []byte) {
		in := new(api.SignUpRequest)
		if err := op.Decode(body, in); err != nil {
			if _, invalid := errors.AsType[*api.ValidationError](err); invalid && !json.Valid(body) {
				t.Errorf("taken as JSON: %q", body)
			}
			return
		}
		var members map[string]any
		if err := json.Unmarshal(body, &members); err != nil {
			t.Fatalf("taken as JSON: %q: %v", body, err)
		}
		if members["Username"] != in.Username || members["ClientId"] != in.ClientID {
			t.Errorf("%q: read as %q, %q", body, in.Username, in.ClientID)
		}
		again, err := api.Encode(in)
		if err != nil {
			t.Fatal(err)
		}
		second := new(api.SignUpRequest)
		if err := op.Decode(again, second); err != nil {
			t.Fatalf("%s: %v", again, err)
		}
		if diff := cmp.Diff(in, second); diff != "" {
			t.Error(diff)
		}
	})
}

// BenchmarkDecode reads a body of InitiateAuth with SRP; encoding/json without
// any validation is the figure beside it.
func BenchmarkDecode(b *testing.B) {
	body := fmt.Appendf(nil, `{"AuthFlow":"USER_SRP_AUTH","ClientId":"1example23456789exampleclient","AuthParameters":{"USERNAME":"ada@example.org","SRP_A":"%s"},"ClientMetadata":{},"UserContextData":{"EncodedData":"%s"}}`,
		strings.Repeat("a5", 384), strings.Repeat("x", 300))
	op := api.Lookup("InitiateAuth")
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := op.Decode(body, new(api.InitiateAuthRequest)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := json.Unmarshal(body, new(api.InitiateAuthRequest)); err != nil {
				b.Fatal(err)
			}
		}
	})
	token := fmt.Appendf(nil, `{"AccessToken":"%s"}`, strings.Repeat("aB3_", 300))
	user := api.Lookup("GetUser")
	b.Run("access-token", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := user.Decode(token, new(api.GetUserRequest)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
