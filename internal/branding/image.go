package branding

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/webp"
)

// Format is a kind of image file, by the service's name.
type Format string

// The formats that styles may have.
const (
	PNG  Format = "PNG"
	JPEG Format = "JPEG"
	SVG  Format = "SVG"
	ICO  Format = "ICO"
	WEBP Format = "WEBP"
)

// Limits of images.
const (
	MaxPixels     = 10_000_000 // of one image
	pixelsAtOnce  = 40_000_000 // of all images of one request
	maxLogoBytes  = 100 << 10  // of the classic logo
	maxClassic    = 135 << 10  // of the classic CSS and the logo in base64 together
	jpegQuality   = 90
	maxICOEntries = 64
)

// MediaType is the Content-Type that an image is served with.
func (f Format) MediaType() string {
	switch f {
	case PNG:
		return "image/png"
	case JPEG:
		return "image/jpeg"
	case SVG:
		return "image/svg+xml"
	case ICO:
		return "image/x-icon"
	case WEBP:
		return "image/webp"
	}
	return "application/octet-stream"
}

// Suffix is how names of such files end, with its dot.
func (f Format) Suffix() string {
	switch f {
	case PNG:
		return ".png"
	case JPEG:
		return ".jpg"
	case SVG:
		return ".svg"
	case ICO:
		return ".ico"
	case WEBP:
		return ".webp"
	}
	return ""
}

// Image is an image as it was given and as it may be served.
type Image struct {
	Format   Format
	Original []byte
	Safe     []byte
}

// Inspector reads the images of one request. Its zero value is ready; the images
// of a request together have a limit too.
type Inspector struct{ pixels int }

// Inspect reads an image that is said to be of a format, or gives the sentence
// that says why it is refused. The number of pixels is checked before they are
// decoded: a small file can unfold to gigabytes.
func (n *Inspector) Inspect(data []byte, f Format) (*Image, string) {
	img := &Image{Format: f, Original: data}
	var err error
	switch f {
	case PNG, JPEG, WEBP:
		return img, n.raster(img)
	case SVG:
		img.Safe, err = cleanSVG(data)
	case ICO:
		img.Safe, err = data, checkICO(data)
	default:
		err = fmt.Errorf("branding: unknown format %q", f)
	}
	if err != nil {
		return nil, notA(f)
	}
	return img, ""
}

func notA(f Format) string { return fmt.Sprintf("The image is not a valid %s file.", f) }

// raster fills in Safe.
func (n *Inspector) raster(img *Image) (problem string) {
	width, height := size(img.Original, img.Format)
	switch {
	case width <= 0 || height <= 0:
		return notA(img.Format)
	case width > MaxPixels || height > MaxPixels || width*height > MaxPixels:
		return fmt.Sprintf("The image has more than %d pixels.", MaxPixels)
	}
	if n.pixels += width * height; n.pixels > pixelsAtOnce {
		return fmt.Sprintf("The images have more than %d pixels in all.", pixelsAtOnce)
	}
	safe, err := encodedAnew(img.Original, img.Format)
	if err != nil {
		return notA(img.Format)
	}
	img.Safe = safe
	return ""
}

// size reads an image's header; 0 by 0 is not such an image.
func size(data []byte, f Format) (width, height int) {
	read := png.DecodeConfig
	switch f {
	case JPEG:
		read = jpeg.DecodeConfig
	case WEBP:
		read = webp.DecodeConfig
	}
	config, err := read(bytes.NewReader(data))
	if err != nil {
		return 0, 0
	}
	return config.Width, config.Height
}

// encodedAnew decodes an image and encodes it again, so that what is served holds
// pixels and nothing else. There is no encoder of WEBP: its structure is checked and
// its bytes stay.
func encodedAnew(data []byte, f Format) ([]byte, error) {
	var out bytes.Buffer
	switch f {
	case PNG:
		picture, err := png.Decode(bytes.NewReader(data))
		if err == nil {
			err = png.Encode(&out, picture)
		}
		return out.Bytes(), err
	case JPEG:
		picture, err := jpeg.Decode(bytes.NewReader(data))
		if err == nil {
			err = jpeg.Encode(&out, picture, &jpeg.Options{Quality: jpegQuality})
		}
		return out.Bytes(), err
	}
	return data, checkWEBP(data)
}

// checkWEBP wants one RIFF file and nothing behind it (RFC 9649 §2.4).
func checkWEBP(data []byte) error {
	if len(data) < 12 || !bytes.HasPrefix(data, []byte("RIFF")) || !bytes.Equal(data[8:12], []byte("WEBP")) ||
		uint64(binary.LittleEndian.Uint32(data[4:]))+8 != uint64(len(data)) {
		return fmt.Errorf("branding: not a WEBP file")
	}
	return nil
}

// checkICO wants an icon's directory whose entries lie inside of the file, each of
// them a bitmap or a PNG image.
func checkICO(data []byte) error {
	const head, entry = 6, 16
	wrong := fmt.Errorf("branding: not an ICO file")
	if len(data) < head || !bytes.HasPrefix(data, []byte{0, 0, 1, 0}) {
		return wrong
	}
	n := int(binary.LittleEndian.Uint16(data[4:]))
	if n == 0 || n > maxICOEntries || len(data) < head+n*entry {
		return wrong
	}
	for i := range n {
		e := data[head+i*entry:]
		length, offset := uint64(binary.LittleEndian.Uint32(e[8:])), uint64(binary.LittleEndian.Uint32(e[12:]))
		if length < 8 || offset < uint64(head+n*entry) || offset+length > uint64(len(data)) {
			return wrong
		}
		picture := data[offset : offset+length]
		if !bytes.HasPrefix(picture, []byte("\x89PNG\r\n\x1a\n")) && binary.LittleEndian.Uint32(picture) != 40 {
			return wrong
		}
	}
	return nil
}

// Logo reads the image of the classic pages, a PNG or JPEG file, or gives the
// sentence that says why it is refused (reference: api-behaviour §20.5).
func Logo(data []byte) (*Image, string) {
	if len(data) > maxLogoBytes {
		return nil, fmt.Sprintf("The image file must not be larger than %d KB.", maxLogoBytes>>10)
	}
	for _, f := range []Format{PNG, JPEG} {
		if width, _ := size(data, f); width > 0 {
			return new(Inspector).Inspect(data, f)
		}
	}
	return nil, "The image file must be a PNG or JPEG file."
}

// ClassicProblem refuses CSS and a logo that are too large together (reference:
// hosted-ui-and-oauth §11).
func ClassicProblem(css string, logo []byte) string {
	if len(css)+(len(logo)+2)/3*4 > maxClassic {
		return "request parameters too large"
	}
	return ""
}
