package userpool

import "testing"

func TestAttributePermissions(t *testing.T) {
	unset := &AppClient{}
	listed := &AppClient{Settings: ClientSettings{
		ReadAttributes:  []string{"email", "custom:tier", "dev:custom:note"},
		WriteAttributes: []string{"name", "custom:tier", "email_verified", "sub", "dev:custom:note"},
	}}
	for _, c := range []struct {
		client      *AppClient
		name        string
		read, write bool
	}{
		{unset, "email", true, true},
		{unset, "email_verified", true, false},
		{unset, "phone_number_verified", true, false},
		{unset, "sub", true, false},
		{unset, "identities", true, false},
		{unset, "custom:tier", true, true},
		{unset, "dev:custom:note", false, false},
		{listed, "email", true, false},
		{listed, "name", false, true},
		{listed, "custom:tier", true, true},
		{listed, "sub", true, false},
		{listed, "email_verified", false, false},
		{listed, "dev:custom:note", true, false},
		{listed, "custom:other", false, false},
	} {
		if got := c.client.CanRead(c.name); got != c.read {
			t.Errorf("CanRead(%q) with ReadAttributes %q = %v", c.name, c.client.Settings.ReadAttributes, got)
		}
		if got := c.client.CanWrite(c.name); got != c.write {
			t.Errorf("CanWrite(%q) with WriteAttributes %q = %v", c.name, c.client.Settings.WriteAttributes, got)
		}
	}
}
