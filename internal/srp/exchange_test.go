package srp_test

import (
	"crypto/rand"
	"math/big"
	"testing"

	"idpond/internal/srp"
	"idpond/internal/srp/srptest"
)

// TestSignIn runs whole sign-ins of a client that shares no code with the server.
func TestSignIn(t *testing.T) {
	for _, c := range []struct {
		name, user, kept, typed string
		want                    bool
	}{
		{"right", "alice", "Passw0rd!", "Passw0rd!", true},
		{"wrong", "alice", "Passw0rd!", "passw0rd!", false},
		{"other letters", "Zoë", "pässwörd ✓", "pässwörd ✓", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			for range 5 {
				salt, err := srp.NewSalt()
				if err != nil {
					t.Fatal(err)
				}
				server, err := srp.Begin(srp.NewVerifier("AbC", c.user, c.kept, salt))
				if err != nil {
					t.Fatal(err)
				}
				client := srptest.NewClient()
				clientKey, err := client.Key("AbC", c.user, c.typed, srp.SaltHex(salt), server.PublicHex())
				if err != nil {
					t.Fatal(err)
				}
				public, err := srp.ParsePublic(client.PublicHex())
				if err != nil {
					t.Fatal(err)
				}
				claim := srp.Claim{PoolName: "AbC", UserID: c.user, SecretBlock: []byte{1, 2}, Timestamp: "now"}
				if got := claim.Proven(server.Key(public), claim.Signature(clientKey)); got != c.want {
					t.Errorf("proven %v, want %v", got, c.want)
				}
			}
		})
	}
}

func FuzzParsePublic(f *testing.F) {
	for _, s := range []string{"", "0", "ff", "-1", "0x1", "1_0"} {
		f.Add(s)
	}
	server, err := srp.Begin(srp.NewVerifier("p", "u", "w", []byte{1}))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if public, err := srp.ParsePublic(text); err == nil && len(server.Key(public)) != srp.KeySize {
			t.Errorf("%q: no key", text)
		}
	})
}

// BenchmarkLimit is the bound that the others stand beside: one plain 3072-bit
// exponentiation with a 256-bit exponent.
func BenchmarkLimit(b *testing.B) {
	n, _ := new(big.Int).SetString("f"+srptest.NewClient().PublicHex()[1:], 16)
	n.SetBit(n, 0, 1)
	base, _ := rand.Int(rand.Reader, n)
	exponent, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 256))
	exponent.SetBit(exponent, 255, 1)
	result := new(big.Int)
	for b.Loop() {
		result.Exp(base, exponent, n)
	}
}

func BenchmarkVerifier(b *testing.B) {
	salt, _ := srp.NewSalt()
	srp.NewVerifier("p", "u", "w", salt) // makes the table
	for b.Loop() {
		srp.NewVerifier("p", "u", "Passw0rd!", salt)
	}
}

// BenchmarkSignIn is the server's whole part: B, then the key and the comparison.
func BenchmarkSignIn(b *testing.B) {
	salt, _ := srp.NewSalt()
	v := srp.NewVerifier("p", "u", "Passw0rd!", salt)
	a := srptest.NewClient().PublicHex()
	claim := srp.Claim{PoolName: "p", UserID: "u", SecretBlock: make([]byte, 500), Timestamp: "now"}
	for b.Loop() {
		public, err := srp.ParsePublic(a)
		if err != nil {
			b.Fatal(err)
		}
		e, err := srp.Begin(v)
		if err != nil {
			b.Fatal(err)
		}
		claim.Proven(e.Key(public), "AAAA")
	}
}
