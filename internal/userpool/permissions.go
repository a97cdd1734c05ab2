package userpool

import "slices"

// CanRead reports whether the client's tokens and GetUser show an attribute.
// ReadAttributes, when set, says it all, but for sub, which is in every token.
// Unset it means every attribute that is not for administrators alone: the
// reference's documented default names the standard ones only, while custom ones
// are reported to be readable too (reference: api-behaviour §5).
func (c *AppClient) CanRead(name string) bool {
	if c.Settings.ReadAttributes == nil {
		return !DeveloperOnly(name)
	}
	return name == sub || slices.Contains(c.Settings.ReadAttributes, name)
}

// CanWrite reports whether users may set an attribute through the client.
// WriteAttributes, when set, says it all; unset it means every attribute but those
// that only an administrator or the service itself writes: sub, identities,
// email_verified, phone_number_verified and developer-only ones. Those no list can
// open either (reference: api-behaviour §5, §6.3).
func (c *AppClient) CanWrite(name string) bool {
	if keptFromUsers(name) {
		return false
	}
	return c.Settings.WriteAttributes == nil || slices.Contains(c.Settings.WriteAttributes, name)
}

// keptFromUsers reports whether no client can write an attribute.
func keptFromUsers(name string) bool {
	switch name {
	case sub, identities, VerifiedName("email"), VerifiedName(phoneNumber):
		return true
	}
	return DeveloperOnly(name)
}
