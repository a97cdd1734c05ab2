// Package branding reads what an administrator gives for the look of the sign-in
// pages, and says whether it may be kept and what of it may be served:
//
//	classic CSS ──Stylesheet──▶ a sheet of allowed selectors and properties, or what is wrong
//	an image    ──Inspect────▶ its format and the bytes to serve, or what is wrong
//	                             PNG, JPEG   decoded and encoded anew
//	                             SVG         rebuilt from an allow-list
//	                             ICO, WEBP   structure checked, bytes kept
//	Settings    ──CheckSettings, MergeSettings──▶ the style of managed login
//
// What was given is what Describe gives back, byte for byte, so that whoever wrote
// it finds no difference; only the safe form reaches a browser. The package does
// no I/O and knows no pool (reference: hosted-ui-and-oauth §11, §12).
package branding

// Prefix begins the path of every image that is served.
const Prefix = "/_idpond/branding/"

// Path is where an image is served: owner is the client id or ALL of a classic
// look, or the id of a style.
func Path(poolID, owner, file string) string { return Prefix + poolID + "/" + owner + "/" + file }
