package apitest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/descope/virtualwebauthn"

	"idpond/internal/samlmeta/samlmetatest"
)

// places make what requests name. Those whose names begin with new are made once
// for each request, the others once for each World.
func places() map[string]func(*World) string {
	return map[string]func(*World) string{
		"newname": func(*World) string { return Name() },
		"region":  func(w *World) string { return w.Region },
		"account": func(w *World) string { return w.AccountID },
		"role":    func(w *World) string { return "arn:aws:iam::" + w.AccountID + ":role/r" },

		"pool":           func(w *World) string { return w.pool(everything) },
		"newpool":        func(w *World) string { return w.pool(everything) },
		"newupdatedpool": func(w *World) string { return w.pool(`"IssuerConfiguration":{"Type":"UPDATED"}`) },
		"updatedpool":    func(w *World) string { return w.pool(`"IssuerConfiguration":{"Type":"UPDATED"}`) },
		"mailpool": func(w *World) string {
			return w.pool(`"EmailConfiguration":{"EmailSendingAccount":"DEVELOPER","SourceArn":"arn:aws:ses:{{region}}:{{account}}:identity/example.org"},` +
				`"AutoVerifiedAttributes":["email","phone_number"],"AccountRecoverySetting":{"RecoveryMechanisms":[{"Priority":1,"Name":"admin_only"}]},` +
				`"SmsConfiguration":{"SnsCallerArn":"{{role}}","ExternalId":"x"}`)
		},
		"poolarn": func(w *World) string {
			return w.expand("arn:aws:cognito-idp:{{region}}:{{account}}:userpool/{{pool}}")
		},
		"replicated": func(w *World) string {
			w.must("CreateUserPoolReplica", `{"UserPoolId":"{{updatedpool}}","RegionName":"ap-south-1"}`)
			return w.get("updatedpool")
		},
		"newreplicated": func(w *World) string {
			w.must("CreateUserPoolReplica", `{"UserPoolId":"{{newupdatedpool}}","RegionName":"ap-south-1"}`)
			return w.get("newupdatedpool")
		},

		"client":    func(w *World) string { return w.client("pool", allFlows) },
		"newclient": func(w *World) string { return w.client("pool", allFlows) },
		"machine": func(w *World) string {
			return w.client("pool", `,"GenerateSecret":true,"AllowedOAuthFlowsUserPoolClient":true,"AllowedOAuthFlows":["client_credentials"],"AllowedOAuthScopes":["{{server}}/read"]`)
		},
		"tokenclient": func(w *World) string {
			return w.client("pool", `,"ClientSecret":"{{tokensecret}}","ExplicitAuthFlows":["ALLOW_CLIENT_TOKEN_AUTH"],"AllowedOAuthScopes":["{{server}}/read"]`)
		},
		"tokensecret":     func(*World) string { return "thesecretofthetokenclient0" },
		"newsecretclient": func(w *World) string { return w.client("pool", `,"GenerateSecret":true`) },
		"newsecretid": func(w *World) string {
			v := w.must("AddUserPoolClientSecret", `{"UserPoolId":"{{pool}}","ClientId":"{{newsecretclient}}"}`)
			return w.text(v, "ClientSecretDescriptor", "ClientSecretId")
		},

		"domain": func(w *World) string {
			return w.named("CreateUserPoolDomain", `{"UserPoolId":"{{pool}}","Domain":"NAME"}`)
		},
		"owndomain": func(w *World) string {
			name := Name() + ".example.com"
			w.must("CreateUserPoolDomain", `{"UserPoolId":"{{pool}}","Domain":"`+name+`","CustomDomainConfig":{"CertificateArn":"arn:aws:acm:us-east-1:{{account}}:certificate/c"}}`)
			return name
		},
		"newdomain": func(w *World) string {
			return w.named("CreateUserPoolDomain", `{"UserPoolId":"{{newpool}}","Domain":"NAME"}`)
		},
		"server":    func(w *World) string { return w.named("CreateResourceServer", serverBody) },
		"newserver": func(w *World) string { return w.named("CreateResourceServer", serverBody) },
		"group":     func(w *World) string { return w.named("CreateGroup", `{"UserPoolId":"{{pool}}","GroupName":"NAME"}`) },
		"newgroup":  func(w *World) string { return w.named("CreateGroup", `{"UserPoolId":"{{pool}}","GroupName":"NAME"}`) },

		"metadata": func(w *World) string {
			day := w.Now().Truncate(24 * time.Hour)
			certificate := samlmetatest.Certificate(w, day, day.AddDate(1, 0, 0))
			return quoted(samlmetatest.Parts{EntityID: "https://idp.example.org", SSO: "https://idp.example.org/sso", Signing: []string{certificate}}.XML())
		},
		"provider":    func(w *World) string { return w.named("CreateIdentityProvider", providerBody) },
		"newprovider": func(w *World) string { return w.named("CreateIdentityProvider", providerBody) },
		"identifier": func(w *World) string {
			return w.named("UpdateIdentityProvider", `{"UserPoolId":"{{pool}}","ProviderName":"{{provider}}","IdpIdentifiers":["NAME"]}`)
		},
		"newlinked": func(w *World) string {
			return w.named("AdminLinkProviderForUser", `{"UserPoolId":"{{pool}}","DestinationUser":{"ProviderName":"Cognito","ProviderAttributeValue":"{{newuser}}"},`+
				`"SourceUser":{"ProviderName":"{{provider}}","ProviderAttributeName":"Cognito_Subject","ProviderAttributeValue":"NAME"}}`)
		},

		"brandpool": func(w *World) string {
			pool := w.pool(everything)
			w.must("CreateUserPoolDomain", `{"UserPoolId":"`+pool+`","Domain":"`+Name()+`"}`)
			return pool
		},
		"brandclient":    func(w *World) string { return w.client("brandpool", "") },
		"brandedclient":  func(w *World) string { w.get("branding"); return w.get("brandclient") },
		"newbrandclient": func(w *World) string { return w.client("brandpool", "") },
		"branding":       func(w *World) string { return w.branding("brandclient") },
		"newbranding":    func(w *World) string { return w.branding("newbrandclient") },
		"termsname":      func(w *World) string { w.get("terms"); return "terms-of-use" },
		"terms":          func(w *World) string { return w.terms("brandclient") },
		"newterms":       func(w *World) string { return w.terms("newbrandclient") },

		"job":    func(w *World) string { return w.job("pool") },
		"newjob": func(w *World) string { return w.job("newpool") },
		"newstartedjob": func(w *World) string {
			w.must("StartUserImportJob", `{"UserPoolId":"{{newpool}}","JobId":"{{newjob}}"}`)
			return w.get("newjob")
		},

		"user":       func(w *World) string { return w.user() },
		"newuser":    func(w *World) string { return w.user() },
		"newinvited": func(w *World) string { return w.named("AdminCreateUser", userBody) },
		"newsignup": func(w *World) string {
			return w.named("SignUp", `{"ClientId":"{{client}}","Username":"NAME","Password":"Passw0rd!","UserAttributes":[{"Name":"email","Value":"NAME@example.org"}]}`)
		},
		"newsignupcode": func(w *World) string { return w.Code(w.get("newsignup") + "@example.org") },
		"newresetcode": func(w *World) string {
			w.must("ForgotPassword", `{"ClientId":"{{client}}","Username":"{{newuser}}"}`)
			return w.Code(w.get("newuser") + "@example.org")
		},
		"newverifycode": func(w *World) string {
			w.must("GetUserAttributeVerificationCode", `{"AccessToken":"{{newtoken}}","AttributeName":"email"}`)
			return w.Code(w.get("newuser") + "@example.org")
		},

		"token":        func(w *World) string { return w.signIn("token", "user", "AccessToken") },
		"newtoken":     func(w *World) string { return w.signIn("newtoken", "newuser", "AccessToken") },
		"refreshtoken": func(w *World) string { return w.signIn("refreshtoken", "user", "RefreshToken") },
		// A further sign-in of the World's user, in this request alone.
		"newlogin":        func(w *World) string { return w.signIn("newlogin", "user", "AccessToken") },
		"newlogindevice":  func(w *World) string { return w.boundTo("newlogin") },
		"newrefreshtoken": func(w *World) string { return w.signIn("newrefreshtoken", "newuser", "RefreshToken") },
		"newsession": func(w *World) string {
			return w.text(w.must("InitiateAuth", `{"ClientId":"{{client}}","AuthFlow":"USER_PASSWORD_AUTH","AuthParameters":{"USERNAME":"{{newinvited}}","PASSWORD":"Passw0rd!"}}`), "Session")
		},
		"newsecretblock": func(w *World) string {
			v := w.must("InitiateAuth", `{"ClientId":"{{client}}","AuthFlow":"USER_SRP_AUTH","AuthParameters":{"USERNAME":"{{newuser}}","SRP_A":"abcdef0123456789"}}`)
			return w.text(v, "ChallengeParameters", "SECRET_BLOCK")
		},
		"newadminsession": func(w *World) string {
			return w.text(w.must("AdminInitiateAuth", `{"UserPoolId":"{{pool}}","ClientId":"{{client}}","AuthFlow":"ADMIN_USER_PASSWORD_AUTH","AuthParameters":{"USERNAME":"{{newinvited}}","PASSWORD":"Passw0rd!"}}`), "Session")
		},
		"event": func(w *World) string {
			w.get("token")
			return w.text(w.must("AdminListUserAuthEvents", `{"UserPoolId":"{{pool}}","Username":"{{user}}"}`), "AuthEvents", "EventId")
		},
		"feedbacktoken": func(w *World) string { return w.FeedbackToken(w.get("pool"), w.get("user"), w.get("event")) },

		"newtotp": func(w *World) string {
			secret := w.text(w.must("AssociateSoftwareToken", `{"AccessToken":"{{newtoken}}"}`), "SecretCode")
			w.fresh["secret of newtotp"] = secret
			return w.code(secret, 0)
		},
		"newtotptoken": func(w *World) string {
			w.must("VerifySoftwareToken", `{"AccessToken":"{{newtoken}}","UserCode":"{{newtotp}}"}`)
			return w.get("newtoken")
		},
		"newtotpuser": func(w *World) string { w.get("newtotptoken"); return w.get("newuser") },
		"newcredential": func(w *World) string {
			return w.credential(w.must("StartWebAuthnRegistration", `{"AccessToken":"{{newtoken}}"}`))
		},
		"newowncredential": func(w *World) string {
			return w.credential(w.must("StartWebAuthnRegistration", `{"AccessToken":"{{token}}"}`))
		},
		"newpasskey": func(w *World) string {
			w.must("CompleteWebAuthnRegistration", `{"AccessToken":"{{newtoken}}","Credential":{{newcredential}}}`)
			return w.text(w.must("ListWebAuthnCredentials", `{"AccessToken":"{{newtoken}}"}`), "Credentials", "CredentialId")
		},

		"newdevicekey":     func(w *World) string { return w.boundTo("newtoken") },
		"refreshdevice":    func(w *World) string { return w.boundTo("refreshtoken") },
		"newrefreshdevice": func(w *World) string { return w.boundTo("newrefreshtoken") },
		"deviceverifier": func(*World) string {
			verifier := new(big.Int).Lsh(big.NewInt(3), 3000).Bytes()
			return fmt.Sprintf(`{"PasswordVerifier":%q,"Salt":%q}`, base64.StdEncoding.EncodeToString(verifier), base64.StdEncoding.EncodeToString([]byte("a salt of 16 byt")))
		},
		"newdevice": func(w *World) string {
			w.must("ConfirmDevice", requests["ConfirmDevice"])
			return w.get("newdevicekey")
		},
	}
}

const (
	// everything is a pool that has what operations ask for.
	everything = `"UserPoolTier":"PLUS","AutoVerifiedAttributes":["email"],"UserPoolAddOns":{"AdvancedSecurityMode":"AUDIT"},` +
		`"DeviceConfiguration":{"ChallengeRequiredOnNewDevice":false,"DeviceOnlyRememberedOnUserPrompt":false},` +
		`"Policies":{"SignInPolicy":{"AllowedFirstAuthFactors":["PASSWORD","EMAIL_OTP","WEB_AUTHN"]}}`
	mfaBody = `,"MfaConfiguration":"OPTIONAL","SoftwareTokenMfaConfiguration":{"Enabled":true},"WebAuthnConfiguration":{"RelyingPartyId":"example.org","UserVerification":"preferred"}}`

	allFlows = `,"ExplicitAuthFlows":["ALLOW_USER_PASSWORD_AUTH","ALLOW_ADMIN_USER_PASSWORD_AUTH","ALLOW_USER_SRP_AUTH",` +
		`"ALLOW_USER_AUTH","ALLOW_CUSTOM_AUTH","ALLOW_REFRESH_TOKEN_AUTH"]`

	serverBody   = `{"UserPoolId":"{{pool}}","Identifier":"NAME","Name":"Orders","Scopes":[{"ScopeName":"read","ScopeDescription":"reads"}]}`
	providerBody = `{"UserPoolId":"{{pool}}","ProviderName":"NAME","ProviderType":"SAML","ProviderDetails":{"MetadataFile":{{metadata}}}}`
	userBody     = `{"UserPoolId":"{{pool}}","Username":"NAME","TemporaryPassword":"Passw0rd!","MessageAction":"SUPPRESS","UserAttributes":[` +
		`{"Name":"email","Value":"NAME@example.org"},{"Name":"email_verified","Value":"true"},{"Name":"phone_number","Value":"+14155550100"}]}`
)

// named sends a request in which NAME stands for a new name, and gives the name.
func (w *World) named(op, text string) string {
	w.Helper()
	name := Name()
	w.must(op, strings.ReplaceAll(text, "NAME", name))
	return name
}

// pool makes a pool with some settings, and with MFA if it has everything.
func (w *World) pool(settings string) string {
	w.Helper()
	id := w.text(w.must("CreateUserPool", `{"PoolName":"`+Name()+`",`+settings+`}`), "UserPool", "Id")
	if settings == everything {
		w.must("SetUserPoolMfaConfig", `{"UserPoolId":"`+id+`"`+mfaBody)
	}
	return id
}

// client makes a client in the pool of a place.
func (w *World) client(pool, settings string) string {
	w.Helper()
	return w.text(w.must("CreateUserPoolClient", `{"UserPoolId":"{{`+pool+`}}","ClientName":"`+Name()+`"`+settings+`}`), "UserPoolClient", "ClientId")
}

// user makes a confirmed user with a verified address.
func (w *World) user() string {
	w.Helper()
	name := w.named("AdminCreateUser", userBody)
	w.must("AdminSetUserPassword", `{"UserPoolId":"{{pool}}","Username":"`+name+`","Password":"Passw0rd!","Permanent":true}`)
	return name
}

// signIn gives a token of a sign-in of the user of a place, and keeps the key of its
// device for boundTo.
func (w *World) signIn(place, user, token string) string {
	w.Helper()
	v := w.must("InitiateAuth", `{"ClientId":"{{client}}","AuthFlow":"USER_PASSWORD_AUTH","AuthParameters":{"USERNAME":"{{`+user+`}}","PASSWORD":"Passw0rd!"}}`)
	w.values(place)["device of "+place] = w.text(v, "AuthenticationResult", "NewDeviceMetadata", "DeviceKey")
	return w.text(v, "AuthenticationResult", token)
}

// boundTo gives the key of the device that the sign-in of a place was made on.
func (w *World) boundTo(place string) string {
	w.Helper()
	w.get(place)
	return w.values(place)["device of "+place]
}

func (w *World) branding(client string) string {
	w.Helper()
	v := w.must("CreateManagedLoginBranding", `{"UserPoolId":"{{brandpool}}","ClientId":"{{`+client+`}}","UseCognitoProvidedValues":true}`)
	return w.text(v, "ManagedLoginBranding", "ManagedLoginBrandingId")
}

func (w *World) terms(client string) string {
	w.Helper()
	v := w.must("CreateTerms", `{"UserPoolId":"{{brandpool}}","ClientId":"{{`+client+`}}","TermsName":"terms-of-use","TermsSource":"LINK","Enforcement":"NONE","Links":{"cognito:default":"https://example.org/terms"}}`)
	return w.text(v, "Terms", "TermsId")
}

// job makes an import job whose file is there.
func (w *World) job(pool string) string {
	w.Helper()
	v := w.must("CreateUserImportJob", `{"UserPoolId":"{{`+pool+`}}","JobName":"`+Name()+`","CloudWatchLogsRoleArn":"{{role}}"}`)
	header := w.must("GetCSVHeader", `{"UserPoolId":"{{`+pool+`}}"}`).(map[string]any)["CSVHeader"].([]any)
	var columns, row []string
	for _, column := range header {
		name := column.(string)
		columns = append(columns, name)
		row = append(row, map[string]string{"cognito:username": Name(), "email": "a@example.org", "email_verified": "true", "phone_number_verified": "false", "cognito:mfa_enabled": "false"}[name])
	}
	w.Upload(w.text(v, "UserImportJob", "PreSignedUrl"), strings.Join(columns, ",")+"\n"+strings.Join(row, ",")+"\n")
	return w.text(v, "UserImportJob", "JobId")
}

// coseKeySize is the size of a public key on P-256 (RFC 9053 §7.1.1).
const coseKeySize = 77

// credential answers the options of a passkey registration as a browser does.
func (w *World) credential(started any) string {
	w.Helper()
	options, err := json.Marshal(map[string]any{"publicKey": started.(map[string]any)["CredentialCreationOptions"]})
	if err != nil {
		w.Fatal(err)
	}
	parsed, err := virtualwebauthn.ParseAttestationOptions(string(options))
	if err != nil {
		w.Fatal(err)
	}
	w.passkey = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	for len(w.passkey.Key.AttestationData()) != coseKeySize { // the library cuts zeros in front
		w.passkey = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	}
	return virtualwebauthn.CreateAttestationResponse(relyingParty(), virtualwebauthn.NewAuthenticator(), w.passkey, *parsed)
}

// relyingParty is the site of the passkeys that are made.
func relyingParty() virtualwebauthn.RelyingParty {
	return virtualwebauthn.RelyingParty{Name: "example.org", ID: "example.org", Origin: "https://example.org"}
}

func quoted(text string) string {
	out, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(out)
}
