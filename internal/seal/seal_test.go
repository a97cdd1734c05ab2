package seal

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// ring gives a keyring with the numbered keys; key n is 32 bytes of n.
func ring(t testing.TB, ids ...byte) *Keyring {
	t.Helper()
	r := new(Keyring)
	for _, id := range ids {
		r.add(uint16(id), bytes.Repeat([]byte{id}, KeySize))
	}
	return r
}

// TestCipher checks the cipher with the vectors of C2SP's XAES-256-GCM.
func TestCipher(t *testing.T) {
	for _, c := range []struct {
		key        byte
		associated string
		want       string
	}{
		{0x01, "", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"},
		{0x03, "c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"},
	} {
		nonce := []byte("ABCDEFGHIJKLMNOPQRSTUVWX")
		s := newSealer(bytes.Repeat([]byte{c.key}, KeySize))
		got := s.message(nonce).Seal(nil, nonce[12:], []byte("XAES-256-GCM"), []byte(c.associated))
		if hex.EncodeToString(got) != c.want {
			t.Errorf("key %d: got %x, want %s", c.key, got, c.want)
		}
	}
}

func TestSealOpen(t *testing.T) {
	r := ring(t, 1)
	for _, plain := range []string{"", "x", strings.Repeat("secret", 1000)} {
		sealed, err := r.Seal([]byte(plain), []byte("row 1"))
		if err != nil {
			t.Fatal(err)
		}
		if len(sealed) != len(plain)+Overhead {
			t.Errorf("sealed is %d bytes longer than the plaintext, want %d", len(sealed)-len(plain), Overhead)
		}
		got, err := r.Open(sealed, []byte("row 1"))
		if err != nil || string(got) != plain {
			t.Errorf("opened %q, %v; want %q", got, err, plain)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	r := ring(t, 1, 2)
	sealed, err := r.Seal([]byte("secret"), []byte("row 1"))
	if err != nil {
		t.Fatal(err)
	}
	flip := func(i int) []byte {
		b := slices.Clone(sealed)
		b[i] ^= 1
		return b
	}
	for _, c := range []struct {
		name       string
		ring       *Keyring
		sealed     []byte
		associated string
	}{
		{"other associated data", r, sealed, "row 2"},
		{"no associated data", r, sealed, ""},
		{"empty", r, nil, "row 1"},
		{"truncated by one", r, sealed[:len(sealed)-1], "row 1"},
		{"truncated to the header", r, sealed[:headerSize], "row 1"},
		{"other version", r, flip(0), "row 1"},
		{"other key id, unknown", r, flip(1), "row 1"},
		{"other key id, known", r, append([]byte{version1, 0, 1}, sealed[headerSize:]...), "row 1"},
		{"nonce changed", r, flip(headerSize), "row 1"},
		{"nonce's second half changed", r, flip(headerSize + 12), "row 1"},
		{"ciphertext changed", r, flip(headerSize + nonceSize), "row 1"},
		{"tag changed", r, flip(len(sealed) - 1), "row 1"},
		{"ring without the key", ring(t, 1), sealed, "row 1"},
	} {
		if got, err := c.ring.Open(c.sealed, []byte(c.associated)); !errors.Is(err, ErrOpen) {
			t.Errorf("%s: got %q, %v; want ErrOpen", c.name, got, err)
		}
	}
	same, wrong := ring(t, 1), ring(t, 1)
	wrong.keys[0].sealer = newSealer(bytes.Repeat([]byte{9}, KeySize))
	sealed, _ = same.Seal([]byte("secret"), nil)
	if _, err := wrong.Open(sealed, nil); !errors.Is(err, ErrOpen) {
		t.Errorf("another key of the same number: %v, want ErrOpen", err)
	}
	sealed, _ = ring(t, 7).Seal([]byte("secret"), nil)
	if _, err := same.Open(sealed, nil); err == nil || !strings.Contains(err.Error(), "key 7") {
		t.Errorf("missing key: got %v, want its number in the text", err)
	}
}

func TestRotation(t *testing.T) {
	before, during, after := ring(t, 1), ring(t, 1, 2), ring(t, 2)
	old, _ := before.Seal([]byte("old"), nil)
	if got, err := during.Open(old, nil); err != nil || string(got) != "old" {
		t.Errorf("after adding a key the old one opened %q, %v", got, err)
	}
	fresh, _ := during.Seal([]byte("new"), nil)
	if got, err := after.Open(fresh, nil); err != nil || string(got) != "new" {
		t.Errorf("the newest key did not seal: opened %q, %v", got, err)
	}
	if !bytes.Equal(before.Derive("x"), during.Derive("x")) {
		t.Error("a derived key changed when a key was added")
	}
	if bytes.Equal(before.Derive("x"), after.Derive("x")) {
		t.Error("a derived key outlived the key it came from")
	}
}

func TestDerive(t *testing.T) {
	r := ring(t, 1)
	a, b := r.Derive("codes"), r.Derive("sessions")
	if len(a) != 32 || bytes.Equal(a, b) || !bytes.Equal(a, r.Derive("codes")) {
		t.Errorf("derived %x and %x: want 32 bytes, one value for each label", a, b)
	}
	if was := "658d9f2985fe7aa4"; hex.EncodeToString(a[:8]) != was {
		t.Errorf("the derivation changed: %x…, was %s…; what was derived before is lost", a[:8], was)
	}
}

func TestKeyringText(t *testing.T) {
	text := "# comment\n\n 2:" + strings.Repeat("A", 43) + "=\r\n1:" + strings.Repeat("B", 42) + "A=\n"
	r, err := ParseKeyring(text)
	if err != nil {
		t.Fatal(err)
	}
	want := "1:" + strings.Repeat("B", 42) + "A=\n2:" + strings.Repeat("A", 43) + "=\n"
	if got := r.Text(); got != want {
		t.Errorf("got text\n%swant\n%s", got, want)
	}
	if got := fmt.Sprintf("%v %+v %#v %s", r, r, r, r); strings.Contains(got, "AAAA") {
		t.Errorf("a ring prints its keys: %s", got)
	}
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "no key"},
		{"only comments", "# 1:AAAA", "no key"},
		{"no colon", "\n" + strings.Repeat("A", 43) + "=", "line 2 of the key file: want id:base64"},
		{"id 0", "0:" + strings.Repeat("A", 43) + "=", "number from 1 to 65535"},
		{"id too large", "65536:" + strings.Repeat("A", 43) + "=", "number from 1 to 65535"},
		{"short key", "1:AAAA", "key 1 must be 32 bytes"},
		{"loose bits", "1:" + strings.Repeat("A", 42) + "B=", "key 1 must be 32 bytes"},
		{"twice", want + want, "line 3 of the key file: there is a key 1 already"},
	} {
		if _, err := ParseKeyring(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", c.name, err, c.want)
		}
	}
}

func TestText(t *testing.T) {
	type session struct{ User string }
	r := ring(t, 1)
	url, err := r.SealText("session", session{"alice"})
	if err != nil {
		t.Fatal(err)
	}
	block, err := r.SealBlock("session", session{"alice"})
	if err != nil {
		t.Fatal(err)
	}
	var got session
	if err := r.OpenText("session", url, &got); err != nil || got.User != "alice" {
		t.Errorf("opened %+v, %v", got, err)
	}
	got = session{}
	if err := r.OpenBlock("session", block, &got); err != nil || got.User != "alice" {
		t.Errorf("opened block %+v, %v", got, err)
	}
	for name, text := range map[string]string{
		"line end inside": url[:10] + "\n" + url[10:], "line end behind": url + "\n", "padded": url + "=",
		"empty": "", "not base64": "%%%", "truncated": url[:len(url)-4],
	} {
		if err := r.OpenText("session", text, &got); !errors.Is(err, ErrOpen) {
			t.Errorf("%s: %v, want ErrOpen", name, err)
		}
	}
	if err := r.OpenText("page", url, &got); !errors.Is(err, ErrOpen) {
		t.Errorf("other label: %v, want ErrOpen", err)
	}
	if err := r.OpenText("session", url, new(int)); !errors.Is(err, ErrOpen) {
		t.Errorf("other type: %v, want ErrOpen", err)
	}
}

func FuzzOpen(f *testing.F) {
	r := ring(f, 1, 2)
	// Written out, because the fuzzer's processes have to agree on it.
	sealed, err := hex.DecodeString("010002081f0ef80760bc46bf234fde49c163d95ac0c940becbb8141b70366c834313c8f8cbd62571f61ac5aa86807c609c")
	if err != nil {
		f.Fatal(err)
	}
	if _, err := r.Open(sealed, []byte("row")); err != nil {
		f.Fatal(err)
	}
	f.Add(sealed)
	f.Add(sealed[:Overhead])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		plain, err := r.Open(b, []byte("row"))
		if err == nil && !bytes.Equal(b, sealed) {
			t.Errorf("forged: %x opened as %q", b, plain)
		}
		if err != nil && !errors.Is(err, ErrOpen) {
			t.Errorf("%x: %v, want ErrOpen", b, err)
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	r := ring(b, 1)
	plain := make([]byte, 512)
	for b.Loop() {
		if _, err := r.Seal(plain, nil); err != nil {
			b.Fatal(err)
		}
	}
}
