package handlers

import (
	"net/http"
	"net/url"
	"regexp"

	"github.com/boombuler/barcode/qr"

	"idpond/internal/auth"
	"idpond/web"
)

// The set-up of a second factor in the middle of a sign-in, all at /mfaRegister:
//
//	MFA_SETUP ─▶ choice, if there is one
//	  app:            secret and first code ─▶ done
//	  SMS, e-mail:    address ─▶ its code, at /mfa ─▶ done

const setupPath = "/mfaRegister"

// renderSetup shows the page of MFA_SETUP, or that of the only factor there is.
func (v *visit) renderSetup(out *auth.PageOutcome, username string) error {
	view := web.Choice{Step: v.step(setupPath, username, out.Session), Of: web.FactorToSetUp}
	var err error
	if view.Options, err = optionsIn(out.Parameters["MFAS_CAN_SETUP"]); err != nil {
		return err
	}
	if len(view.Options) == 1 {
		return v.beginSetup(view.Step, view.Options[0])
	}
	return v.render(http.StatusOK, web.ChoicePage(view))
}

// mfaRegister is POST /mfaRegister; what was posted says where the set-up stands.
func (v *visit) mfaRegister() error {
	form, step := v.r.PostForm, v.postedStep(setupPath)
	switch {
	case form.Has("answer"):
		return v.beginSetup(step, web.Factor(form.Get("answer")))
	case form.Has("phone_number"):
		return v.setUpAddress(web.AddressSetup{Step: step, Factor: web.FactorSMS, Address: web.Field{Value: form.Get("phone_number")}})
	case form.Has("email"):
		return v.setUpAddress(web.AddressSetup{Step: step, Factor: web.FactorEmail, Address: web.Field{Value: form.Get("email")}})
	}
	return v.setUpApp(v.appView(step, form.Get("secret")))
}

// beginSetup shows the page on which a factor is set up.
func (v *visit) beginSetup(step web.Step, factor web.Factor) error {
	switch factor {
	case web.FactorApp:
	case web.FactorSMS, web.FactorEmail:
		return v.render(http.StatusOK, web.AddressSetupPage(web.AddressSetup{Step: step, Factor: factor}))
	default:
		return v.signInAgain(step.Username, v.text().SessionEnded())
	}
	secret, session, err := v.Auth.AssociateToken(v.r.Context(), step.Session)
	if err != nil {
		return v.refused(err, step.Username, func(p problem) error { return v.signInAgain(step.Username, p.text) })
	}
	step.Session = session
	return v.render(http.StatusOK, web.AppSetupPage(v.appView(step, secret)))
}

// setUpAddress sends a code to the address that somebody wants codes at.
func (v *visit) setUpAddress(view web.AddressSetup) error {
	if view.Address.Value == "" {
		view.Address.Problem = v.text().FillIn()
		return v.render(http.StatusBadRequest, web.AddressSetupPage(view))
	}
	key := "EMAIL"
	if view.Factor == web.FactorSMS {
		key = "PHONE_NUMBER"
	}
	out, err := v.respond(view.Step, auth.ChallengeMFASetup, map[string]string{key: view.Address.Value})
	if err != nil {
		return v.refused(err, view.Username, func(p problem) error {
			if p.where == "email" || p.where == "phone_number" {
				view.Address.Problem = p.text
			} else {
				view.Problem = p.text
			}
			return v.render(http.StatusBadRequest, web.AddressSetupPage(view))
		})
	}
	return v.proceed(out, view.Username)
}

// setUpApp takes the first code of an authenticator app.
func (v *visit) setUpApp(view web.AppSetup) error {
	view.Code.Value, view.Device.Value = v.r.PostForm.Get("authentication_code"), v.r.PostForm.Get("friendly_device_name")
	if view.Code.Value == "" {
		view.Code.Problem = v.text().FillIn()
		return v.render(http.StatusBadRequest, web.AppSetupPage(view))
	}
	session, err := v.Auth.VerifyToken(v.r.Context(), view.Session, view.Code.Value, view.Device.Value)
	if err != nil {
		return v.refused(err, view.Username, func(p problem) error {
			p.besideCode(&view.Code, &view.Problem)
			return v.render(http.StatusBadRequest, web.AppSetupPage(view))
		})
	}
	view.Session = session
	out, err := v.respond(view.Step, auth.ChallengeMFASetup, nil)
	if err != nil {
		return v.refused(err, view.Username, func(p problem) error { return v.signInAgain(view.Username, p.text) })
	}
	return v.proceed(out, view.Username)
}

// appView is the page of a secret. After a wrong code the secret is what the page
// posted back: it is shown again and used for nothing, since the session has it too.
func (v *visit) appView(step web.Step, secret string) web.AppSetup {
	view := web.AppSetup{Step: step, Secret: secret}
	if base32Text.MatchString(secret) {
		view.QR = qrCode(appAddress(v.q.Client.Name, step.Username, secret))
	}
	return view
}

// base32Text is what a secret can look like.
var base32Text = regexp.MustCompile(`^[A-Z2-7]{16,128}$`)

// appAddress is what authenticator apps read: otpauth, as all of them know it. The
// digits, period and hash are what they take for granted.
func appAddress(app, username, secret string) string {
	return "otpauth://totp/" + url.PathEscape(app) + ":" + url.PathEscape(username) +
		"?secret=" + secret + "&issuer=" + url.PathEscape(app)
}

// qrCode draws a text; nil for one that is too long, which a user name can make it.
func qrCode(text string) web.QRCode {
	drawn, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return nil
	}
	area := drawn.Bounds()
	code := make(web.QRCode, area.Dy())
	for y := range code {
		code[y] = make([]bool, area.Dx())
		for x := range code[y] {
			r, _, _, _ := drawn.At(area.Min.X+x, area.Min.Y+y).RGBA()
			code[y][x] = r == 0
		}
	}
	return code
}
