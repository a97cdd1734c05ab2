package userpool

import (
	"slices"
	"testing"
)

// TestProviderKeys: every key that is required or added is a known one.
func TestProviderKeys(t *testing.T) {
	for _, kind := range []ProviderType{ProviderSAML, ProviderOIDC, ProviderGoogle, ProviderFacebook, ProviderAmazon, ProviderApple} {
		known := kind.knownDetails()
		required, _ := kind.requiredDetails()
		for _, key := range required {
			if !slices.Contains(known, key) {
				t.Errorf("%s requires %s, which it doesn't know", kind, key)
			}
		}
		p := &Provider{Type: kind}
		for key, value := range p.addedDetails() {
			if !slices.Contains(known, key) || value == "" {
				t.Errorf("%s adds %s=%q", kind, key, value)
			}
		}
		slices.Sort(known)
		if len(slices.Compact(known)) != len(kind.knownDetails()) {
			t.Errorf("%s knows a key twice", kind)
		}
	}
}

// TestCompleteKeepsItsInput: a request's maps are never written to, because the
// snapshot shares its own.
func TestCompleteKeepsItsInput(t *testing.T) {
	details, mapping := map[string]string{"client_id": "c"}, map[string]string{"email": "email"}
	p := &Provider{Type: ProviderGoogle, Details: details, Mapping: mapping}
	p.Complete()
	if len(details) != 1 || len(mapping) != 1 || p.Mapping["username"] != "sub" || p.Details[DetailTokenMethod] != "POST" {
		t.Errorf("in: %v %v, out: %v %v", details, mapping, p.Details, p.Mapping)
	}
	if p.Complete(); p.Details[DetailClientID] != "c" || p.Mapping["email"] != "email" {
		t.Errorf("completing twice gave %v %v", p.Details, p.Mapping)
	}
}

func TestFixedAttribute(t *testing.T) {
	p := &Pool{}
	p.Settings.SchemaAttributes = []SchemaAttribute{{Name: "sub"}, {Name: "email", Mutable: true}, {Name: "custom:badge"}}
	for _, tt := range []struct {
		attributes map[string]string
		want       string
	}{
		{nil, ""},
		{map[string]string{"email": "a@b"}, ""},
		{map[string]string{"email": "a@b", "custom:badge": "7"}, "custom:badge"},
	} {
		if got := (&User{ID: "s", Attributes: tt.attributes}).FixedAttribute(p); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.attributes, got, tt.want)
		}
	}
}
