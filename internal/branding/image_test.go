package branding_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"idpond/internal/branding"
)

func picture(width, height int) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		m.Set(x, x%height, color.NRGBA{R: uint8(x), G: 200, B: 40, A: 128})
	}
	return m
}

func pngFile(t testing.TB, width, height int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, picture(width, height)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func jpegFile(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture(8, 8), nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// chunk writes a chunk of a PNG file.
func chunk(kind, data string) string {
	text := kind + data
	head, sum := binary.BigEndian.AppendUint32(nil, uint32(len(data))), binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(text)))
	return string(head) + text + string(sum)
}

// withComment puts a text into a PNG file, behind its first chunk.
func withComment(file []byte, comment string) []byte {
	const behindHeader = 8 + 25
	return slice(file[:behindHeader], []byte(chunk("tEXt", comment)), file[behindHeader:])
}

func slice(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// icon writes an ICO file with one picture.
func icon(picture []byte) []byte {
	entry := slice([]byte{16, 16, 0, 0, 1, 0, 32, 0},
		binary.LittleEndian.AppendUint32(nil, uint32(len(picture))), binary.LittleEndian.AppendUint32(nil, 22))
	return slice([]byte{0, 0, 1, 0, 1, 0}, entry, picture)
}

// webpFile is one pixel, lossless.
func webpFile() []byte {
	data := []byte("VP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")
	return slice([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(len(data)+4)), []byte("WEBP"), data)
}

func TestInspect(t *testing.T) {
	marked := withComment(pngFile(t, 3, 2), "x\x00<script>")
	for _, tt := range []struct {
		name   string
		data   []byte
		format branding.Format
		same   bool // the bytes are served as they are
	}{
		{"PNG", marked, branding.PNG, false},
		{"JPEG", slice(jpegFile(t), []byte("<script>")), branding.JPEG, false},
		{"SVG", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>x</script></svg>`), branding.SVG, false},
		{"ICO of PNG", icon(pngFile(t, 1, 1)), branding.ICO, true},
		{"ICO of a bitmap", icon(slice([]byte{40, 0, 0, 0}, make([]byte, 40))), branding.ICO, true},
		{"WEBP", webpFile(), branding.WEBP, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			img, problem := new(branding.Inspector).Inspect(tt.data, tt.format)
			if problem != "" {
				t.Fatal(problem)
			}
			if !bytes.Equal(img.Original, tt.data) || bytes.Equal(img.Safe, tt.data) != tt.same || bytes.Contains(img.Safe, []byte("<script>")) {
				t.Errorf("%q became %q", tt.data, img.Safe)
			}
			again, problem := new(branding.Inspector).Inspect(img.Safe, tt.format)
			if problem != "" || tt.format != branding.JPEG && !bytes.Equal(again.Safe, img.Safe) {
				t.Errorf("the safe form: %s", problem)
			}
		})
	}
}

func TestRefusedImages(t *testing.T) {
	// 100,000 by 100,000 pixels in a few bytes.
	bomb := []byte("\x89PNG\r\n\x1a\n" + chunk("IHDR", "\x00\x01\x86\xa0\x00\x01\x86\xa0\x08\x06\x00\x00\x00") + chunk("IDAT", "") + chunk("IEND", ""))
	whole := pngFile(t, 4, 4)
	farEntry := icon(pngFile(t, 1, 1))
	farEntry[18] = 0xff // the offset of the picture
	for _, tt := range []struct {
		name   string
		data   []byte
		format branding.Format
		want   string
	}{
		{"nothing", nil, branding.PNG, "The image is not a valid PNG file."},
		{"another format", jpegFile(t), branding.PNG, "The image is not a valid PNG file."},
		{"cut off", whole[:len(whole)-20], branding.PNG, "The image is not a valid PNG file."},
		{"a bomb", bomb, branding.PNG, "The image has more than 10000000 pixels."},
		{"PNG for JPEG", whole, branding.JPEG, "The image is not a valid JPEG file."},
		{"HTML for SVG", []byte("<html></html>"), branding.SVG, "The image is not a valid SVG file."},
		{"PNG for ICO", whole, branding.ICO, "The image is not a valid ICO file."},
		{"an entry behind the end", farEntry, branding.ICO, "The image is not a valid ICO file."},
		{"an icon of something else", icon([]byte("<script>alert(1)</script>")), branding.ICO, "The image is not a valid ICO file."},
		{"an icon of nothing", []byte{0, 0, 1, 0, 0, 0}, branding.ICO, "The image is not a valid ICO file."},
		{"PNG for WEBP", whole, branding.WEBP, "The image is not a valid WEBP file."},
		{"WEBP and more", append(webpFile(), "<script>"...), branding.WEBP, "The image is not a valid WEBP file."},
		{"no format", whole, "GIF", "The image is not a valid GIF file."},
	} {
		if _, problem := new(branding.Inspector).Inspect(tt.data, tt.format); problem != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, problem, tt.want)
		}
	}
}

// TestPixelsInAll: many images that are each small enough are still too much.
func TestPixelsInAll(t *testing.T) {
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewPaletted(image.Rect(0, 0, 2500, 3600), color.Palette{color.Black})); err != nil {
		t.Fatal(err)
	}
	var n branding.Inspector
	for i := range 5 {
		_, problem := n.Inspect(out.Bytes(), branding.PNG)
		want := ""
		if i == 4 {
			want = "The images have more than 40000000 pixels in all."
		}
		if problem != want {
			t.Errorf("image %d: %q, want %q", i+1, problem, want)
		}
	}
}

func TestLogo(t *testing.T) {
	for _, tt := range []struct {
		name   string
		data   []byte
		format branding.Format
		want   string
	}{
		{"PNG", pngFile(t, 3, 3), branding.PNG, ""},
		{"JPEG", jpegFile(t), branding.JPEG, ""},
		{"SVG", []byte("<svg/>"), "", "The image file must be a PNG or JPEG file."},
		{"too large", make([]byte, 100<<10+1), "", "The image file must not be larger than 100 KB."},
	} {
		img, problem := branding.Logo(tt.data)
		if problem != tt.want || problem == "" && img.Format != tt.format {
			t.Errorf("%s: %+v, %q", tt.name, img, problem)
		}
	}
	if problem := branding.ClassicProblem(strings.Repeat(" ", 1704), make([]byte, 100<<10)); problem != "" {
		t.Error(problem)
	}
	if problem := branding.ClassicProblem(strings.Repeat(" ", 1705), make([]byte, 100<<10)); problem != "request parameters too large" {
		t.Errorf("one more: %q", problem)
	}
}

func TestFormats(t *testing.T) {
	for _, tt := range []struct {
		category string
		format   branding.Format
		want     string
	}{
		{"FAVICON_ICO", branding.ICO, ""},
		{"FAVICON_ICO", branding.SVG, "Assets of the category FAVICON_ICO cannot have the extension SVG."},
		{"FAVICON_SVG", branding.SVG, ""},
		{"FAVICON_SVG", branding.PNG, "Assets of the category FAVICON_SVG cannot have the extension PNG."},
		{"IDP_BUTTON_ICON", branding.ICO, ""},
		{"IDP_BUTTON_ICON", branding.JPEG, "Assets of the category IDP_BUTTON_ICON cannot have the extension JPEG."},
		{"FORM_LOGO", branding.WEBP, ""},
		{"FORM_LOGO", branding.ICO, "Assets of the category FORM_LOGO cannot have the extension ICO."},
	} {
		if got := (branding.AssetKey{Category: tt.category}).FormatProblem(tt.format); got != tt.want {
			t.Errorf("%s in %s: %q, want %q", tt.format, tt.category, got, tt.want)
		}
	}
}
