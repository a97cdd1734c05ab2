package userpool

import "testing"

func TestHasSecret(t *testing.T) {
	c := &AppClient{Secrets: []ClientSecret{{Value: "first"}, {Value: "second"}}}
	for _, tt := range []struct {
		texts []string
		want  bool
	}{
		{[]string{"first"}, true},
		{[]string{"second"}, true},
		{[]string{"wrong", "second"}, true},
		{[]string{"firs"}, false},
		{[]string{"first "}, false},
		{[]string{""}, false},
		{nil, false},
	} {
		if got := c.HasSecret(tt.texts...); got != tt.want {
			t.Errorf("%q: %v", tt.texts, got)
		}
	}
	if new(AppClient).HasSecret("") {
		t.Error("a public client has a secret")
	}
}
