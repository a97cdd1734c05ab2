package userpool

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestIDs(t *testing.T) {
	// Bytes past the last whole multiple of an alphabet's length are thrown away:
	// 248…255 of base62, 252…255 of base36.
	random := func() io.Reader {
		return strings.NewReader("\xff\xf8\x00\x01\x09\x0a\x23\x24\x3d\x3e\xf7" + strings.Repeat("\xfb\xfc", 200))
	}
	pool, err := NewPoolID("eu-west-1", random())
	if want := "eu-west-1_019AZaz0z"; pool != want || err != nil {
		t.Errorf("pool id %q, %v, want %q", pool, err, want)
	}
	client, err := NewClientID(random())
	if want := "w019az0pqv" + strings.Repeat("z", 16); client != want || err != nil {
		t.Errorf("client id %q, %v, want %q", client, err, want)
	}
	secret, err := NewClientSecret(random())
	if !regexp.MustCompile(`^[0-9a-z]{51}$`).MatchString(secret) || err != nil {
		t.Errorf("client secret %q, %v", secret, err)
	}
	if _, err := NewClientID(bytes.NewReader(nil)); err == nil {
		t.Error("an id without randomness")
	}
	if got := ClientSecretID("abc", time.Unix(1_700_000_000, 5)); got != "abc--1700000000" {
		t.Errorf("secret id %q", got)
	}
	if got := (&Pool{ID: "eu-west-1_a", Region: "eu-west-1"}).ARN("111122223333"); got != "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_a" {
		t.Errorf("ARN %q", got)
	}
}
