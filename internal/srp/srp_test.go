package srp

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"
)

func sha(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestVector goes through the reference's test vector value by value.
func TestVector(t *testing.T) {
	gr := theGroup()
	salt := unhex(t, "8f1e2d3c4b5a69788796a5b4c3d2e1f0")
	check := func(name, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", name, got, want)
		}
	}
	check("PAD(N)", sha(pad(gr.n)), "b28bc90ba9cb908924dc77c554a5fe9225ce147d98fd5d10a40b6d568a1425b2")
	check("k", gr.k.Text(16), "538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6")
	check("x", hex.EncodeToString(privateKey("AbCdEfGhI", "alice", "Passw0rd!", salt)),
		"d129b600d1712f47a875c80b204cf9ff9a04957147fa15824cbc1a83f270ae73")

	a := gr.pow(bytes.Repeat([]byte{0x11}, 32))
	check("A", a.Text(16)[:16], "f2c4e7407ccfac45")
	check("A whole", sha(a.Bytes()), "1009bb2b4e6bced1f46c7e20ca8ce583666a207f730888d5021930b52e848681")

	verifier := NewVerifier("AbCdEfGhI", "alice", "Passw0rd!", salt)
	e, err := begin(verifier, bytes.NewReader(bytes.Repeat([]byte{0x22}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	check("B", e.PublicHex()[:16], "139a2d47baad04c4")
	check("B whole", sha(e.public.Bytes()), "6dc1d30711a0789be64b80708b9e86bf2cca2111aa04af46d30490751b2789ba")

	u := hashInt(pad(a), pad(e.public))
	check("u", u.Text(16), "bd541473aee9a2d02e65125284ca599b8d2cc94255bc1b301d738c4c7e7ab6b0")
	s := new(big.Int).Exp(e.verifier, u, gr.n)
	s.Mul(s, a).Exp(s, e.secret, gr.n)
	check("S", sha(s.Bytes()), "7e41e4d5774b15581a9ccf35701d6f56c72a6f3bff9f8aaa850f134933cdbe9b")

	client, err := ParsePublic(a.Text(16))
	if err != nil {
		t.Fatal(err)
	}
	key := e.Key(client)
	check("key", hex.EncodeToString(key), "fb07a7531e283c16cea60390a4d7e88a")
	block, err := base64.StdEncoding.DecodeString(base64.StdEncoding.EncodeToString([]byte("opaque-secret-block")))
	if err != nil {
		t.Fatal(err)
	}
	claim := Claim{"AbCdEfGhI", "alice", block, "Tue Sep 5 09:08:07 UTC 2023"}
	check("signature", claim.Signature(key), "3DQGAh17/w5YT8vl5vtZkt2AWUqtNFw+vv5hGoibdD4=")
	if !claim.Proven(key, claim.Signature(key)) || claim.Proven(key, "") || claim.Proven(key, claim.Signature(key[1:])) {
		t.Error("Proven does not tell the right signature from others")
	}
}

// TestPow compares the table with plain exponentiation.
func TestPow(t *testing.T) {
	gr := theGroup()
	for _, e := range [][]byte{
		{}, {0}, {1}, {255}, {1, 0}, bytes.Repeat([]byte{0xff}, 32), bytes.Repeat([]byte{0x01}, 32),
		append([]byte{0x80}, make([]byte, 31)...), privateKey("p", "u", "w", []byte{1}),
	} {
		want := new(big.Int).Exp(big.NewInt(generator), new(big.Int).SetBytes(e), gr.n)
		if got := gr.pow(e); got.Cmp(want) != 0 {
			t.Errorf("g^%x is wrong", e)
		}
	}
}

func TestPad(t *testing.T) {
	for _, c := range []struct {
		x    int64
		want string
	}{{0, "00"}, {1, "01"}, {0x7f, "7f"}, {0x80, "0080"}, {0xff, "00ff"}, {0x100, "0100"}, {0x8000, "008000"}} {
		if got := hex.EncodeToString(pad(big.NewInt(c.x))); got != c.want {
			t.Errorf("PAD(%#x) = %s, want %s", c.x, got, c.want)
		}
	}
}

func TestCheck(t *testing.T) {
	salt, err := NewSalt()
	if err != nil {
		t.Fatal(err)
	}
	v := NewVerifier("pool", "alice", "right", salt)
	if len(v) != groupBytes {
		t.Errorf("verifier of %d bytes, want %d", len(v), groupBytes)
	}
	other := bytes.Clone(salt)
	other[5] ^= 1
	for _, c := range []struct {
		name, pool, user, password string
		salt, verifier             []byte
		want                       bool
	}{
		{"right", "pool", "alice", "right", salt, v, true},
		{"other password", "pool", "alice", "Right", salt, v, false},
		{"empty password", "pool", "alice", "", salt, v, false},
		{"other pool", "Pool", "alice", "right", salt, v, false},
		{"other user", "pool", "bob", "right", salt, v, false},
		{"other salt", "pool", "alice", "right", other, v, false},
		{"no verifier", "pool", "alice", "right", salt, nil, false},
		{"cut verifier", "pool", "alice", "right", salt, v[1:], false},
	} {
		if got := Check(c.pool, c.user, c.password, c.salt, c.verifier); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestParsePublic(t *testing.T) {
	n := theGroup().n
	plusOne := new(big.Int).Add(n, big.NewInt(1)).Text(16)
	for _, c := range []struct {
		name, text string
		ok         bool
	}{
		{"one", "1", true},
		{"upper case", "ABCDEF", true},
		{"leading zeros", "000a", true},
		{"N+1", plusOne, true},
		{"768 digits", strings.Repeat("f", 768), true},
		{"empty", "", false},
		{"zero", "0", false},
		{"many zeros", strings.Repeat("0", 768), false},
		{"N", primeHex, false},
		{"769 digits", strings.Repeat("1", 769), false},
		{"sign", "-1", false},
		{"plus", "+1", false},
		{"underscore", "1_0", false},
		{"prefix", "0x10", false},
		{"blank", " 1", false},
		{"control characters that look like digits without a bit", "\x10\x11", false},
		{"not hex", "g", false},
	} {
		if _, err := ParsePublic(c.text); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestBeginRefusesVerifier(t *testing.T) {
	for name, v := range map[string][]byte{"none": nil, "zero": make([]byte, 384), "N": theGroup().n.Bytes()} {
		if _, err := Begin(v); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	v := NewVerifier("p", "u", "w", []byte{1})
	if _, err := begin(v, bytes.NewReader(nil)); err == nil {
		t.Error("no randomness: accepted")
	}
	one, _ := Begin(v)
	two, _ := Begin(v)
	if one.PublicHex() == two.PublicHex() {
		t.Error("two exchanges have the same B")
	}
}

func TestTimestamp(t *testing.T) {
	at := time.Date(2023, 9, 5, 9, 8, 7, 0, time.UTC)
	if got := Timestamp(at.In(time.FixedZone("x", 3600))); got != "Tue Sep 5 09:08:07 UTC 2023" {
		t.Errorf("wrote %q", got)
	}
	if got, err := ParseTimestamp("Tue Sep 5 09:08:07 UTC 2023"); err != nil || !got.Equal(at) {
		t.Errorf("read %v, %v", got, err)
	}
	for _, text := range []string{"", "2023-09-05T09:08:07Z", "Tue Sep 5 09:08:07 CET 2023", "Di Sep 5 09:08:07 UTC 2023", "Tue Sep 31 09:08:07 UTC 2023"} {
		if got, err := ParseTimestamp(text); err == nil {
			t.Errorf("%q read as %v", text, got)
		}
	}
}

func TestSimulate(t *testing.T) {
	key := bytes.Repeat([]byte{1}, 32)
	a, again := Simulate(key, "eu_1", "bob"), Simulate(key, "eu_1", "bob")
	if !bytes.Equal(a.Salt, again.Salt) || a.UserID != again.UserID || !bytes.Equal(a.Verifier, again.Verifier) {
		t.Error("not stable")
	}
	if len(a.Salt) != SaltSize || len(a.UserID) != 36 || len(a.Verifier) != groupBytes || len(SaltHex(a.Salt)) != 32 {
		t.Errorf("forms: %d bytes of salt, id %q, %d bytes of verifier", len(a.Salt), a.UserID, len(a.Verifier))
	}
	for name, b := range map[string]Simulated{
		"other user": Simulate(key, "eu_1", "bod"), "other pool": Simulate(key, "eu_2", "bob"),
		"other key": Simulate(make([]byte, 32), "eu_1", "bob"), "moved boundary": Simulate(key, "eu_", "1bob"),
	} {
		if bytes.Equal(a.Salt, b.Salt) || a.UserID == b.UserID || bytes.Equal(a.Verifier, b.Verifier) {
			t.Errorf("%s: the same", name)
		}
	}
}

func TestSalt(t *testing.T) {
	for range 100 {
		salt, err := NewSalt()
		if err != nil || len(salt) != SaltSize || len(SaltHex(salt)) != 2*SaltSize {
			t.Fatalf("salt %x, %v: want 32 hex digits as a number too", salt, err)
		}
	}
	for id, want := range map[string]string{"us-east-1_AbC": "AbC", "a_b_c": "b_c", "x": "x"} {
		if got := PoolName(id); got != want {
			t.Errorf("PoolName(%q) = %q, want %q", id, got, want)
		}
	}
}

// TestGroupAtOnce is for the race detector: everybody may be the first.
func TestGroupAtOnce(t *testing.T) {
	once := sync.OnceValue(newGroup)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if once().pow([]byte{3}).Int64() != 8 {
				t.Error("g^3 is not 8")
			}
		})
	}
	wg.Wait()
}
