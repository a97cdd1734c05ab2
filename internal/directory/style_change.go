package directory

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"idpond/internal/branding"
	"idpond/internal/userpool"
)

// StyleChange is what a request says of a style of managed login; what is nil it
// leaves out.
type StyleChange struct {
	UseProvided *bool           // the service's own values
	Settings    json.RawMessage // the whole Settings document
	Assets      []AssetChange
}

// AssetChange is an image of a request. Without Bytes it is the image that the
// style already has under ResourceID.
type AssetChange struct {
	branding.AssetKey
	Extension, ResourceID string
	Bytes                 []byte
}

const neitherOrBoth = "useCognitoProvidedValues or settings should be specified (but not both)"

const maxAssets = 40

// problem refuses what can be told from the change alone.
func (c *StyleChange) problem() string {
	if c.Settings != nil {
		if c.UseProvided != nil && *c.UseProvided {
			return neitherOrBoth
		}
		if problem := branding.CheckSettings(c.Settings); problem != "" {
			return problem
		}
	}
	seen := map[branding.AssetKey]bool{}
	for _, a := range c.Assets {
		switch {
		case seen[a.AssetKey]:
			return "Only one asset can be given of the category " + a.Category + " and the color mode " + a.ColorMode + "."
		case a.Bytes == nil && a.ResourceID == "":
			return "Assets must have bytes or a resource ID."
		}
		seen[a.AssetKey] = true
		if problem := a.FormatProblem(branding.Format(a.Extension)); problem != "" {
			return problem
		}
	}
	return ""
}

// readAssets checks the images of a change and makes them ready to be stored, by
// the change's order; one without bytes is nil.
func (c *StyleChange) readAssets() ([]*newImage, error) {
	var inspector branding.Inspector
	images := make([]*newImage, len(c.Assets))
	for i, a := range c.Assets {
		if a.Bytes == nil {
			continue
		}
		img, problem := inspector.Inspect(a.Bytes, branding.Format(a.Extension))
		if problem != "" {
			return nil, invalid(problem)
		}
		var err error
		if images[i], err = prepareImage(img); err != nil {
			return nil, err
		}
	}
	return images, nil
}

// apply makes the change to a style. The service's own values end settings and
// images that were; otherwise what the change leaves out stays.
func (c *StyleChange) apply(st *userpool.LoginStyle, images []*newImage) error {
	before := st.Assets
	switch {
	case c.UseProvided != nil && *c.UseProvided:
		st.Settings, st.Assets = nil, nil
	case c.Settings != nil:
		st.Settings = branding.Compact(c.Settings)
	case st.Settings == nil && (c.UseProvided != nil || st.CreatedAt.IsZero()):
		return invalid(neitherOrBoth)
	}
	if c.Assets == nil {
		return nil
	}
	if len(c.Assets) == 0 {
		st.Assets = nil
		return nil
	}
	assets := slices.Clone(st.Assets) // the store may run this again
	for i, a := range c.Assets {
		file, err := a.file(images[i], before)
		if err != nil {
			return err
		}
		assets = slices.DeleteFunc(assets, a.replaces)
		assets = append(assets, userpool.StyleAsset{
			Category: a.Category, ColorMode: a.ColorMode, Extension: a.Extension, ResourceID: a.ResourceID, File: file,
		})
	}
	if len(assets) > maxAssets {
		return invalid(fmt.Sprintf("A style cannot have more than %d assets.", maxAssets))
	}
	st.Assets = assets
	return nil
}

// replaces reports whether an image has the place of a: there is one of each
// category and colour mode.
func (a *AssetChange) replaces(have userpool.StyleAsset) bool {
	return have.Category == a.Category && have.ColorMode == a.ColorMode
}

// file names the image: the one that was given, or the one that the style had
// under the same resource id.
func (a *AssetChange) file(given *newImage, had []userpool.StyleAsset) (string, error) {
	if given != nil {
		return given.file, nil
	}
	for _, have := range had {
		if have.ResourceID == a.ResourceID && have.Extension == a.Extension {
			return have.File, nil
		}
	}
	return "", invalid("The resource ID " + a.ResourceID + " is not that of an asset of this style.")
}

// prepare checks a change and its images.
func (s *Service) prepare(ctx context.Context, c *StyleChange) ([]*newImage, error) {
	if err := invalid(c.problem()); err != nil {
		return nil, err
	}
	leave, err := s.decoding.take(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	return c.readAssets()
}
