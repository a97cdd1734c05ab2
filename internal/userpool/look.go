package userpool

import (
	"encoding/json"
	"time"
)

// CustomizationForAll is the client id of the look that is every client's who has
// none of its own (reference: hosted-ui-and-oauth §11).
const CustomizationForAll = "ALL"

// UICustomization is the look of a client's classic pages, or of all clients'.
type UICustomization struct {
	ClientID  string    `json:"ClientId"` // or CustomizationForAll
	CSS       string    `json:"CSS,omitempty"`
	SafeCSS   string    `json:"SafeCSS,omitempty"` // what is served of it
	Version   string    `json:"Version"`           // VersionAt the last change
	Logo      string    `json:"Logo,omitempty"`    // the image's file name
	CreatedAt time.Time `json:"CreatedAt"`
	UpdatedAt time.Time `json:"UpdatedAt"`
}

// LoginStyle is the style of a client's managed login pages (reference:
// hosted-ui-and-oauth §12).
type LoginStyle struct {
	ID        string          `json:"Id"` // UUID
	ClientID  string          `json:"ClientId"`
	Settings  json.RawMessage `json:"Settings,omitempty"` // nil for the service's own
	Assets    []StyleAsset    `json:"Assets,omitempty"`
	CreatedAt time.Time       `json:"CreatedAt"`
	UpdatedAt time.Time       `json:"UpdatedAt"`
}

// StyleAsset is an image of a style; there is one of each category and colour mode.
type StyleAsset struct {
	Category   string `json:"Category"`
	ColorMode  string `json:"ColorMode"` // LIGHT, DARK or DYNAMIC
	Extension  string `json:"Extension"` // ICO, JPEG, PNG, SVG or WEBP
	ResourceID string `json:"ResourceId,omitempty"`
	File       string `json:"File"` // the image's file name
}
