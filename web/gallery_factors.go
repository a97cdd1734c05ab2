package web

func galleryStep(f Frame, path string) Step {
	return Step{Frame: f, Action: path + galleryQuery, Session: "s3ss10n", Username: "ada@example.org", SignInURL: "/login" + galleryQuery}
}

func galleryFactors(f Frame) []GalleryItem {
	t := f.text()
	mail, phone := Delivery{"EMAIL", "a***@e***"}, Delivery{"SMS", "+*******5123"}
	code := OneTimeCode{Step: galleryStep(f, "/mfa"), Factor: FactorSMS, Delivery: phone, ResendAction: "/mfa" + galleryQuery}
	wrong := code
	wrong.Factor, wrong.Delivery, wrong.Code = FactorEmail, mail, Field{"482134", t.WrongCode()}
	resent := code
	resent.Resent = true
	locked := code
	locked.Problem = t.TooManyAttempts()
	app := OneTimeCode{Step: code.Step, Factor: FactorApp}
	named := app
	named.Device, named.Code = "Ada’s phone", Field{"067512", t.CodeUsed()}
	first := OneTimeCode{Step: galleryStep(f, "/verifyCode"), Factor: FactorEmail, First: true, Delivery: mail, ResendAction: "/verifyCode" + galleryQuery}
	choice := Choice{Step: galleryStep(f, "/mfaOption"), Options: []Factor{FactorSMS, FactorEmail, FactorApp}}
	choice.Addresses = map[Factor]string{FactorSMS: phone.Destination, FactorEmail: mail.Destination}
	toSetUp := Choice{Step: galleryStep(f, "/mfaRegister"), Of: FactorToSetUp, Options: choice.Options}
	ways := Choice{Step: galleryStep(f, "/selectChallenge"), Of: FirstFactor, Options: []Factor{FactorPassword, FactorEmail, FactorSMSOTP, FactorPasskey}}
	password := PasswordStep{Step: galleryStep(f, "/verifyPassword"), ForgotPasswordURL: "/forgotPassword" + galleryQuery}
	refused := password
	refused.Problem = t.IncorrectUsernameOrPassword()
	return append([]GalleryItem{
		{"mfa-sms", OneTimeCodePage(code)},
		{"mfa-email-wrong", OneTimeCodePage(wrong)},
		{"mfa-resent", OneTimeCodePage(resent)},
		{"mfa-locked", OneTimeCodePage(locked)},
		{"mfa-app", OneTimeCodePage(app)},
		{"mfa-app-used", OneTimeCodePage(named)},
		{"mfa-option", ChoicePage(choice)},
		{"mfa-register", ChoicePage(toSetUp)},
		{"select-challenge", ChoicePage(ways)},
		{"verify-code", OneTimeCodePage(first)},
		{"verify-password", PasswordStepPage(password)},
		{"verify-password-refused", PasswordStepPage(refused)},
	}, galleryFactorSetup(f)...)
}

func galleryFactorSetup(f Frame) []GalleryItem {
	t := f.text()
	app := AppSetup{Step: galleryStep(f, "/mfaRegister"), Secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSW", QR: galleryQR()}
	wrong := app
	wrong.Code, wrong.Device.Value = Field{"482134", t.WrongCode()}, "Ada’s phone"
	bare := app
	bare.QR = nil
	phone := AddressSetup{Step: galleryStep(f, "/mfaRegister"), Factor: FactorSMS}
	refused := phone
	refused.Address = Field{"0171", "Invalid phone number format."}
	email := phone
	email.Factor = FactorEmail
	return []GalleryItem{
		{"mfa-register-app", AppSetupPage(app)},
		{"mfa-register-app-wrong", AppSetupPage(wrong)},
		{"mfa-register-app-bare", AppSetupPage(bare)},
		{"mfa-register-phone", AddressSetupPage(phone)},
		{"mfa-register-phone-refused", AddressSetupPage(refused)},
		{"mfa-register-email", AddressSetupPage(email)},
	}
}

// galleryQR has the finder patterns of a QR code of version 10 and noise between
// them: the eye sees one, a camera reads nothing.
func galleryQR() QRCode {
	const size = 57
	q := make(QRCode, size)
	for y := range q {
		q[y] = make([]bool, size)
		for x := range q[y] {
			q[y][x] = (x*x*7+y*y*11+x*y*3)%5 < 2
		}
	}
	for _, corner := range [][2]int{{0, 0}, {size - 7, 0}, {0, size - 7}} {
		for y := -1; y <= 7; y++ {
			for x := -1; x <= 7; x++ {
				ring := max(max(3-x, x-3), max(3-y, y-3))
				if cx, cy := corner[0]+x, corner[1]+y; cx >= 0 && cx < size && cy >= 0 && cy < size {
					q[cy][cx] = ring != 2 && ring < 4
				}
			}
		}
	}
	return q
}

func galleryPasskeys(f Frame) []GalleryItem {
	t := f.text()
	use := PasskeySignIn{Step: galleryStep(f, "/login/passkey"), Options: `{"challenge":"YQ","rpId":"localhost","allowCredentials":[]}`}
	refused := use
	refused.Problem = t.PasskeyRefused()
	add := AddPasskey{Frame: f, Action: "/passkeys/add" + galleryQuery, Username: "ada@example.org", Options: `{"challenge":"YQ","user":{"id":"YQ"}}`}
	failed := add
	failed.Problem = t.PasskeyNotAdded()
	full := add
	full.Options, full.Problem = "", t.TooManyPasskeys()
	items := []GalleryItem{
		{"login-passkey", PasskeySignInPage(use)},
		{"login-passkey-refused", PasskeySignInPage(refused)},
		{"passkeys-add", AddPasskeyPage(add)},
		{"passkeys-add-refused", AddPasskeyPage(failed)},
		{"passkeys-add-full", AddPasskeyPage(full)},
	}
	for _, said := range []passkeyProblem{passkeyStopped, passkeyUnsupported, passkeyExists} {
		use.said, add.said = said, said
		if said == passkeyUnsupported { // whose script doesn't show the button
			use.PasskeyScript, add.PasskeyScript = "", ""
		} else {
			use.PasskeyScript, add.PasskeyScript = f.PasskeyScript, f.PasskeyScript
		}
		if said != passkeyExists { // which only who makes one is told
			items = append(items, GalleryItem{"login-passkey-" + string(said), PasskeySignInPage(use)})
		}
		items = append(items, GalleryItem{"passkeys-add-" + string(said), AddPasskeyPage(add)})
	}
	return items
}
