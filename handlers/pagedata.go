package handlers

import (
	"encoding/base64"
	"encoding/json"
	"net/http"

	"idpond/internal/account"
	"idpond/web"
)

// pageDataCookie carries what one page tells the next (the service's name).
const pageDataCookie = "page-data"

// pageData is that cookie: what the user has just typed or been told. It is not
// secret from the user and nothing trusts it, so it is neither sealed nor signed;
// what matters is posted back and checked.
type pageData struct {
	Username    string `json:"u"`
	Sub         string `json:"s,omitempty"`
	Medium      string `json:"m,omitempty"` // EMAIL or SMS
	Destination string `json:"d,omitempty"` // masked
	Resent      bool   `json:"r,omitempty"` // a code was sent again
	Undelivered bool   `json:"x,omitempty"` // the code could not be sent
}

func (d pageData) delivery() web.Delivery {
	return web.Delivery{Medium: d.Medium, Destination: d.Destination}
}

// deliveredTo adds where a code went; nil is nowhere.
func (d pageData) deliveredTo(to *account.Delivery) pageData {
	if to != nil {
		d.Medium, d.Destination = to.Medium, to.Destination
	}
	return d
}

func (v *visit) setPageData(d pageData) {
	text, err := json.Marshal(d)
	if err != nil { // strings and booleans always marshal
		return
	}
	http.SetCookie(v.w, &http.Cookie{
		Name: pageDataCookie, Value: base64.RawURLEncoding.EncodeToString(text), Path: "/", MaxAge: 3600,
		HttpOnly: true, Secure: v.browsers.secure, SameSite: http.SameSiteLaxMode,
	})
}

// pageData reads the cookie; ok is false when the page was opened out of turn.
func (v *visit) pageData() (d pageData, ok bool) {
	cookie, err := v.r.Cookie(pageDataCookie)
	if err != nil {
		return d, false
	}
	text, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil || json.Unmarshal(text, &d) != nil || d.Username == "" {
		return pageData{}, false
	}
	return d, true
}

// postedPageData is the same from the hidden inputs of a form.
func (v *visit) postedPageData() pageData {
	f := v.r.PostForm
	return pageData{
		Username: f.Get("username"), Sub: f.Get("sub"), Medium: f.Get("deliveryMedium"), Destination: f.Get("destination"),
	}
}
