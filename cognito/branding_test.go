package cognito_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/document"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/google/go-cmp/cmp"

	"idpond/internal/branding"
	"idpond/internal/fault"
)

const (
	noDomainYet = `InvalidParameterException: There has to be an existing domain associated with this user pool`
	noStyle     = `ResourceNotFoundException: Managed login branding does not exist.`
	xor         = `InvalidParameterException: useCognitoProvidedValues or settings should be specified (but not both)`
	svg         = `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><g/></svg>`
)

func encode64(data []byte) string { return base64.StdEncoding.EncodeToString(data) }

// pngOf is a PNG file of one colour.
func pngOf(t testing.TB, side int, c color.Color) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{c})); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// masked writes generated ids as trials do.
func masked(answer string) string {
	for name, pattern := range generated {
		answer = pattern.ReplaceAllString(answer, name)
	}
	return answer
}

func TestUICustomization(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	b.ok("CreateUserPoolClient", `{"ClientName":"app"}`)
	b.run(
		trial{"GetUICustomization", `{}`, noDomainYet},
		trial{"SetUICustomization", `{"CSS":""}`, noDomainYet},
	)
	b.ok("CreateUserPoolDomain", `{"Domain":"shop"}`)
	logo := encode64(pngOf(t, 3, color.Black))
	b.run(
		trial{"GetUICustomization", `{}`, `{"UICustomization":{}}`},
		trial{"GetUICustomization", `{"ClientId":"CLIENT"}`, `{"UICustomization":{}}`},
		trial{"SetUICustomization", `{"CSS":" .label-customizable { color : #fff } "}`, `{"UICustomization":{"UserPoolId":"POOL","ClientId":"ALL",
			"CSS":" .label-customizable { color : #fff } ","CSSVersion":"20231114221320","CreationDate":1700000000,"LastModifiedDate":1700000000}}`},
		trial{"GetUICustomization", `{"ClientId":"CLIENT"}`, `~{"UICustomization":{"ClientId":"ALL","CSS":" .label-customizable { color : #fff } ","ImageUrl":null}}`},
	)
	b.advance(time.Second)
	own := b.ok("SetUICustomization", `{"ClientId":"CLIENT","ImageFile":"`+logo+`"}`)
	address := b.member(own, "UICustomization", "ImageUrl")
	if !regexp.MustCompile(`^https://id\.example\.org/_idpond/branding/` + b.pool + `/` + b.client + `/[0-9a-f]{32}\.png$`).MatchString(address) {
		t.Errorf("the image is at %s", address)
	}
	b.run(
		trial{"GetUICustomization", `{"ClientId":"CLIENT"}`, masked(own)},
		trial{"GetUICustomization", `{"ClientId":"CLIENT"}`, `~{"UICustomization":{"CSS":null,"CSSVersion":"20231114221321","CreationDate":1700000001}}`},
		trial{"GetUICustomization", `{"ClientId":"ALL"}`, `~{"UICustomization":{"CSSVersion":"20231114221320","LastModifiedDate":1700000000}}`},
	)
	b.advance(time.Second)
	b.run(
		trial{"SetUICustomization", `{"ClientId":"CLIENT","CSS":".redirect-customizable{}"}`,
			`~{"UICustomization":{"CSS":".redirect-customizable{}","ImageUrl":null,"CreationDate":1700000001,"LastModifiedDate":1700000002}}`},
		trial{"SetUICustomization", `{"ClientId":"CLIENT"}`, `{"UICustomization":{"UserPoolId":"POOL","ClientId":"CLIENT","CSSVersion":"20231114221322"}}`},
		trial{"GetUICustomization", `{"ClientId":"CLIENT"}`, `~{"UICustomization":{"ClientId":"ALL","LastModifiedDate":1700000000}}`},
		trial{"SetUICustomization", `{"CSS":"","ImageFile":""}`, `{"UICustomization":{"UserPoolId":"POOL","ClientId":"ALL","CSSVersion":"20231114221322"}}`},
		trial{"GetUICustomization", `{}`, `{"UICustomization":{}}`},
	)
}

func TestRefusedUICustomizations(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"other"}`)
	b.ok("CreateUserPoolClient", `{"ClientName":"other"}`)
	other := b.client
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	b.ok("CreateUserPoolDomain", `{"Domain":"shop"}`)
	set := masked(b.ok("SetUICustomization", `{"CSS":".label-customizable{color:red}","ImageFile":"`+encode64(pngOf(t, 3, color.Black))+`"}`))
	const invalid = "InvalidParameterException: "
	for _, tt := range []struct{ name, body, want string }{
		{"unknown class", `{"CSS":".form{color:red}"}`, invalid + "The CSS class form is not in the list of allowed classes."},
		{"at-rule", `{"CSS":"@import 'x';"}`, invalid + "The CSS rule @import is not allowed."},
		{"several selectors", `{"CSS":".label-customizable,.logo-customizable{color:red}"}`, invalid + "A CSS rule can have only one selector: .label-customizable,.logo-customizable"},
		{"property", `{"CSS":".label-customizable{position:fixed}"}`, invalid + "The CSS property position is not allowed in the class label-customizable."},
		{"url", `{"CSS":".label-customizable{background:url(//x)}"}`, invalid + "The value of the CSS property background in the class label-customizable is not allowed."},
		{"not CSS", `{"CSS":"hello"}`, invalid + "The CSS is not valid."},
		{"not an image", `{"ImageFile":"aGVsbG8="}`, invalid + "The image file must be a PNG or JPEG file."},
		{"SVG", `{"ImageFile":"` + encode64([]byte(svg)) + `"}`, invalid + "The image file must be a PNG or JPEG file."},
		{"large image", `{"ImageFile":"` + encode64(make([]byte, 100<<10+2)) + `"}`, invalid + "The image file must not be larger than 100 KB."},
		{"large together", `{"CSS":"` + strings.Repeat(" ", 1705) + `","ImageFile":"` + encode64(make([]byte, 100<<10)) + `"}`, invalid + "request parameters too large"},
		{"larger than the model's image", `{"ImageFile":"` + encode64(make([]byte, 131073)) + `"}`,
			invalid + "1 validation error detected: Value at 'imageFile' failed to satisfy constraint: Member must have length less than or equal to 131072"},
		{"nobody's client", `{"ClientId":"nobody","CSS":""}`, "ResourceNotFoundException: User pool client nobody does not exist."},
		{"another pool's client", `{"ClientId":"` + other + `","CSS":""}`, "ResourceNotFoundException: User pool client CLIENT does not exist."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b.TB = t
			b.run(trial{"SetUICustomization", tt.body, tt.want}, trial{"GetUICustomization", `{}`, set})
		})
	}
	b.TB = t
	b.run(trial{"GetUICustomization", `{"ClientId":"nobody"}`, "ResourceNotFoundException: User pool client nobody does not exist."})
}

// TestImagesOfLooks: what is served is the safe form, at an address that names its
// bytes; what was replaced, and what a client that is gone had, is gone too.
func TestImagesOfLooks(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	b.ok("CreateUserPoolClient", `{"ClientName":"app"}`)
	b.ok("CreateUserPoolDomain", `{"Domain":"shop"}`)
	black, white := pngOf(t, 3, color.Black), pngOf(t, 3, color.White)
	marked := append(bytes.Clone(black), "<script>"...)
	set := func(body string) string {
		return b.member(b.ok("SetUICustomization", `{"ClientId":"CLIENT",`+body+`}`), "UICustomization", "ImageUrl")
	}
	first := set(`"ImageFile":"` + encode64(marked) + `"`)
	if again := set(`"ImageFile":"` + encode64(marked) + `"`); again != first {
		t.Errorf("the same image is at %s and %s", first, again)
	}
	if img := b.image(first); img == nil || !bytes.Equal(img.Safe, black) || !bytes.Equal(img.Original, marked) {
		t.Errorf("at %s is %+v", first, img)
	}
	second := set(`"ImageFile":"` + encode64(white) + `"`)
	if b.image(first) != nil || b.image(second) == nil {
		t.Error("the first image stayed, or the second did not come")
	}
	style := b.ok("CreateManagedLoginBranding", `{"ClientId":"CLIENT","UseCognitoProvidedValues":true,"Assets":[
		{"Category":"FORM_LOGO","ColorMode":"DARK","Extension":"SVG","Bytes":"`+encode64([]byte(svg))+`"}]}`)
	id := b.member(style, "ManagedLoginBranding", "ManagedLoginBrandingId")
	b.ok("CreateTerms", termsBody("terms-of-use"))
	b.ok("DeleteUserPoolClient", `{"ClientId":"CLIENT"}`)
	if b.image(second) != nil {
		t.Error("the image of a client that is gone stayed")
	}
	b.run(
		trial{"DescribeManagedLoginBranding", `{"ManagedLoginBrandingId":"` + id + `"}`, noStyle},
		trial{"ListTerms", `{}`, `{"Terms":[]}`},
	)
}

// image gives what is stored for an address; nil is nothing.
func (b *bench) image(address string) *branding.Image {
	b.Helper()
	parts := strings.Split(strings.TrimPrefix(address, "https://id.example.org"+branding.Prefix), "/")
	img, err := b.srv.Directory.Image(b.Context(), parts[0], parts[1], parts[2])
	if err != nil {
		return nil
	}
	return img
}

// asset writes an image of a style.
func asset(category, mode, extension string, data []byte) string {
	return fmt.Sprintf(`{"Category":%q,"ColorMode":%q,"Extension":%q,"Bytes":%q}`, category, mode, extension, encode64(data))
}

func TestManagedLoginBranding(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	b.ok("CreateUserPoolClient", `{"ClientName":"app"}`)
	b.run(
		trial{"DescribeManagedLoginBrandingByClient", `{"ClientId":"CLIENT"}`, noStyle},
		trial{"CreateManagedLoginBranding", `{"ClientId":"CLIENT"}`, xor},
		trial{"CreateManagedLoginBranding", `{"ClientId":"CLIENT","UseCognitoProvidedValues":false}`, xor},
		trial{"CreateManagedLoginBranding", `{"ClientId":"CLIENT","UseCognitoProvidedValues":true,"Settings":{}}`, xor},
		trial{"CreateManagedLoginBranding", `{"ClientId":"nobody","Settings":{}}`, `ResourceNotFoundException: User pool client nobody does not exist.`},
	)
	const settings = `{"components":{"form":{"borderRadius":4.50}}}`
	logo, icon := asset("FORM_LOGO", "LIGHT", "SVG", []byte(svg)), asset("PAGE_BACKGROUND", "DARK", "PNG", pngOf(t, 2, color.White))
	made := b.ok("CreateManagedLoginBranding", `{"ClientId":"CLIENT","Settings":`+settings+`,"Assets":[`+logo+`,`+icon+`]}`)
	id := b.member(made, "ManagedLoginBranding", "ManagedLoginBrandingId")
	style := func(values string) string {
		return `{"ManagedLoginBranding":{"ManagedLoginBrandingId":"` + id + `","UserPoolId":"POOL","CreationDate":1700000000,` + values + `}}`
	}
	this := func(more string) string { return `{"ManagedLoginBrandingId":"` + id + `"` + more + `}` }
	first := style(`"LastModifiedDate":1700000000,"UseCognitoProvidedValues":false,"Settings":` + settings + `,"Assets":[` + logo + `,` + icon + `]`)
	if diff := b.compare(first, made); diff != "" || !strings.Contains(made, "4.50") {
		t.Error(diff)
	}
	b.run(
		trial{"DescribeManagedLoginBranding", this(""), first},
		trial{"DescribeManagedLoginBranding", `{"ManagedLoginBrandingId":"` + strings.ToUpper(id) + `"}`, first},
		trial{"DescribeManagedLoginBrandingByClient", `{"ClientId":"CLIENT"}`, first},
		trial{"DescribeManagedLoginBranding", this(`,"ReturnMergedResources":true`), style(`"LastModifiedDate":1700000000,"UseCognitoProvidedValues":false,
			"Settings":` + string(branding.MergeSettings(json.RawMessage(settings))) + `,"Assets":[` + logo + `,` + icon + `]`)},
		trial{"CreateManagedLoginBranding", `{"ClientId":"CLIENT","Settings":{}}`,
			`ManagedLoginBrandingExistsException: Managed login branding already exists for this app client.`},
	)
	b.advance(time.Second)
	dark := asset("FORM_LOGO", "DARK", "PNG", pngOf(t, 2, color.Black))
	b.run(
		// What is left out stays; an image takes the place of its category and colour mode.
		trial{"UpdateManagedLoginBranding", this(`,"Assets":[` + dark + `]`), style(`"LastModifiedDate":1700000001,"UseCognitoProvidedValues":false,"Settings":` + settings +
			`,"Assets":[` + logo + `,` + icon + `,` + dark + `]`)},
		trial{"UpdateManagedLoginBranding", this(`,"UseCognitoProvidedValues":false`), `~{"ManagedLoginBranding":{"UseCognitoProvidedValues":false}}`},
		trial{"UpdateManagedLoginBranding", this(`,"Settings":{"categories":{}}`), `~{"ManagedLoginBranding":{"Settings":{"categories":{}},"Assets":[` + logo + `,` + icon + `,` + dark + `]}}`},
		trial{"UpdateManagedLoginBranding", this(`,"UseCognitoProvidedValues":true,"Settings":{}`), xor},
		trial{"UpdateManagedLoginBranding", this(`,"Assets":[]`), `~{"ManagedLoginBranding":{"Settings":{"categories":{}},"Assets":null}}`},
		// The service's own values end everything that was.
		trial{"UpdateManagedLoginBranding", this(`,"UseCognitoProvidedValues":true,"Assets":[` + dark + `]`),
			style(`"LastModifiedDate":1700000001,"UseCognitoProvidedValues":true,"Assets":[` + dark + `]`)},
		trial{"UpdateManagedLoginBranding", this(`,"UseCognitoProvidedValues":false`), xor},
		trial{"UpdateManagedLoginBranding", this(`,"UseCognitoProvidedValues":true`), style(`"LastModifiedDate":1700000001,"UseCognitoProvidedValues":true`)},
		trial{"DescribeManagedLoginBranding", this(`,"ReturnMergedResources":true`), style(`"LastModifiedDate":1700000001,"UseCognitoProvidedValues":true,"Settings":` +
			string(branding.MergeSettings(nil)))},
		trial{"DeleteManagedLoginBranding", this(""), ``},
		trial{"DeleteManagedLoginBranding", this(""), noStyle},
		trial{"DescribeManagedLoginBranding", this(""), noStyle},
		trial{"DescribeManagedLoginBrandingByClient", `{"ClientId":"CLIENT"}`, noStyle},
		trial{"UpdateManagedLoginBranding", this(`,"Settings":{}`), noStyle},
		trial{"CreateManagedLoginBranding", `{"ClientId":"CLIENT","UseCognitoProvidedValues":true}`, `~{"ManagedLoginBranding":{"UseCognitoProvidedValues":true,"Settings":null,"Assets":null}}`},
	)
}

func TestRefusedStyles(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	b.ok("CreateUserPoolClient", `{"ClientName":"app"}`)
	made := b.ok("CreateManagedLoginBranding", `{"ClientId":"CLIENT","Settings":{},"Assets":[`+asset("FORM_LOGO", "LIGHT", "SVG", []byte(svg))+`]}`)
	id := b.member(made, "ManagedLoginBranding", "ManagedLoginBrandingId")
	picture := pngOf(t, 2, color.White)
	const invalid = "InvalidParameterException: "
	for _, tt := range []struct{ name, member, want string }{
		{"unknown setting", `"Settings":{"components":{"logo":{}}}`, invalid + "Settings are not valid: components.logo is not known."},
		{"no document", `"Settings":"x"`, invalid + "Settings must be an object."},
		{"colour", `"Settings":{"components":{"form":{"darkMode":{"borderColor":"#fff"}}}}`,
			invalid + "Settings are not valid: components.form.darkMode.borderColor must be a color of 8 hexadecimal digits."},
		{"the same image twice", `"Assets":[` + asset("FORM_LOGO", "DARK", "PNG", picture) + `,` + asset("FORM_LOGO", "DARK", "PNG", picture) + `]`,
			invalid + "Only one asset can be given of the category FORM_LOGO and the color mode DARK."},
		{"type of another category", `"Assets":[` + asset("FAVICON_ICO", "DARK", "PNG", picture) + `]`,
			invalid + "Assets of the category FAVICON_ICO cannot have the extension PNG."},
		{"other bytes than said", `"Assets":[` + asset("FORM_LOGO", "DARK", "JPEG", picture) + `]`, invalid + "The image is not a valid JPEG file."},
		{"no bytes", `"Assets":[{"Category":"FORM_LOGO","ColorMode":"DARK","Extension":"PNG"}]`, invalid + "Assets must have bytes or a resource ID."},
		{"empty bytes", `"Assets":[{"Category":"FORM_LOGO","ColorMode":"DARK","Extension":"PNG","Bytes":""}]`, invalid + "The image is not a valid PNG file."},
		{"unknown resource", `"Assets":[{"Category":"FORM_LOGO","ColorMode":"DARK","Extension":"PNG","ResourceId":"mine"}]`,
			invalid + "The resource ID mine is not that of an asset of this style."},
		{"too large an image", `"Assets":[` + asset("FORM_LOGO", "DARK", "PNG", make([]byte, 1_000_001)) + `]`, invalid +
			"1 validation error detected: Value at 'assets.1.member.bytes' failed to satisfy constraint: Member must have length less than or equal to 1000000"},
		{"no category", `"Assets":[{"ColorMode":"DARK","Extension":"PNG"}]`, invalid +
			"1 validation error detected: Value null at 'assets.1.member.category' failed to satisfy constraint: Member must not be null"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b.TB = t
			b.run(
				trial{"UpdateManagedLoginBranding", `{"ManagedLoginBrandingId":"` + id + `",` + tt.member + `}`, tt.want},
				trial{"DescribeManagedLoginBranding", `{"ManagedLoginBrandingId":"` + id + `"}`, masked(made)},
			)
			if strings.HasPrefix(tt.member, `"Assets"`) {
				b.run(trial{"CreateManagedLoginBranding", `{"ClientId":"CLIENT","UseCognitoProvidedValues":true,` + tt.member + `}`, tt.want})
			}
		})
	}
	b.TB = t
	answer := b.call("CreateManagedLoginBranding", `{"ClientId":"CLIENT","Settings":{"x":"`+strings.Repeat("y", 2<<20)+`"}}`)
	if !strings.HasPrefix(answer, "RequestEntityTooLargeException") {
		t.Errorf("a request of more than 2 MiB: %.100s", answer)
	}
}

// TestResourceIDs: an image that the style has can be named instead of sent again.
func TestResourceIDs(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	b.ok("CreateUserPoolClient", `{"ClientName":"app"}`)
	const named = `{"Category":"FORM_LOGO","ColorMode":"LIGHT","Extension":"PNG","ResourceId":"our logo"`
	bytes := `,"Bytes":"` + encode64(pngOf(t, 2, color.White)) + `"}`
	made := b.ok("CreateManagedLoginBranding", `{"ClientId":"CLIENT","Settings":{},"Assets":[`+named+bytes+`]}`)
	id := b.member(made, "ManagedLoginBranding", "ManagedLoginBrandingId")
	dark := strings.Replace(named, "LIGHT", "DARK", 1)
	b.run(
		trial{"UpdateManagedLoginBranding", `{"ManagedLoginBrandingId":"` + id + `","Assets":[` + dark + `}]}`,
			`~{"ManagedLoginBranding":{"Assets":[` + named + bytes + `,` + dark + bytes + `]}}`},
		trial{"UpdateManagedLoginBranding", `{"ManagedLoginBrandingId":"` + id + `","UseCognitoProvidedValues":true,"Assets":[` + dark + `}]}`,
			`~{"ManagedLoginBranding":{"Assets":[` + dark + bytes + `]}}`},
	)
}

// TestStyleQuota: api-behaviour §22.1.
func TestStyleQuota(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	for i := range 21 {
		b.ok("CreateUserPoolClient", fmt.Sprintf(`{"ClientName":"app %d"}`, i))
		want := `~{"ManagedLoginBranding":{"UserPoolId":"POOL"}}`
		if i == 20 {
			want = string(fault.LimitExceeded) + ": Exceeded the limit of 20 branding styles per user pool."
		}
		b.run(trial{"CreateManagedLoginBranding", `{"ClientId":"CLIENT","UseCognitoProvidedValues":true}`, want})
	}
	b.run(trial{"DescribeManagedLoginBrandingByClient", `{"ClientId":"CLIENT"}`, noStyle})
}

// TestSDKBrandingRoundTrip: what the SDK writes it reads back equal.
func TestSDKBrandingRoundTrip(t *testing.T) {
	ctx, b := t.Context(), newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	b.ok("CreateUserPoolClient", `{"ClientName":"app"}`)
	c := newSDK(b)
	var settings any
	if err := json.Unmarshal(branding.MergeSettings(nil), &settings); err != nil {
		t.Fatal(err)
	}
	assets := []types.AssetType{
		{Category: "FORM_LOGO", ColorMode: "LIGHT", Extension: "SVG", Bytes: []byte(svg), ResourceId: aws.String("logo-1")},
		{Category: "PAGE_BACKGROUND", ColorMode: "DYNAMIC", Extension: "PNG", Bytes: pngOf(t, 4, color.White)},
	}
	created, err := c.CreateManagedLoginBranding(ctx, &cip.CreateManagedLoginBrandingInput{
		UserPoolId: &b.pool, ClientId: &b.client, Settings: document.NewLazyDocument(settings), Assets: assets,
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.DescribeManagedLoginBrandingByClient(ctx, &cip.DescribeManagedLoginBrandingByClientInput{UserPoolId: &b.pool, ClientId: &b.client})
	if err != nil {
		t.Fatal(err)
	}
	got := out.ManagedLoginBranding
	if diff := cmp.Diff(assets, got.Assets, unseen); diff != "" || *got.ManagedLoginBrandingId != *created.ManagedLoginBranding.ManagedLoginBrandingId {
		t.Error(diff)
	}
	text, err := got.Settings.MarshalSmithyDocument()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(settings, decoded(t, string(text))); diff != "" {
		t.Error(diff)
	}
}
