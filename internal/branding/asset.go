package branding

import (
	"fmt"
	"slices"
)

// MaxAssetBytes is the greatest length of an image of managed login.
const MaxAssetBytes = 1_000_000

// formats lists the formats that images of a category may have (reference:
// hosted-ui-and-oauth §12; the table leaves out WEBP, which the API has as an
// extension: it may stand wherever PNG may).
func formats(category string) []Format {
	switch category {
	case "FAVICON_ICO":
		return []Format{ICO}
	case "FAVICON_SVG":
		return []Format{SVG}
	case "IDP_BUTTON_ICON":
		return []Format{ICO, SVG}
	}
	return []Format{PNG, SVG, JPEG, WEBP}
}

// AssetKey says which image of a style an asset is: there is one of each category
// and colour mode.
type AssetKey struct{ Category, ColorMode string }

// FormatProblem refuses a format that the category can't have.
func (k AssetKey) FormatProblem(f Format) string {
	if !slices.Contains(formats(k.Category), f) {
		return fmt.Sprintf("Assets of the category %s cannot have the extension %s.", k.Category, f)
	}
	return ""
}
