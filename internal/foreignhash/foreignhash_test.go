package foreignhash

import (
	"errors"
	"strings"
	"testing"
)

// known are published hashes: of OpenBSD's bcrypt tests, RFC 7914 §12, the
// reference implementation of Argon2, passlib's manual, and Python's hashlib.
var known = []struct {
	name, text, password string
	algorithm            Algorithm
}{
	{"bcrypt", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U", BCRYPT},
	{"bcrypt of PHP", "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U", BCRYPT},
	{"scrypt", "$scrypt$ln=10,r=8,p=16$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG/xCSedmDDaxyevuUqD7m2DYMvfoswGQA", "password", SCRYPT},
	{"argon2id", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "password", ARGON2ID},
	{"pbkdf2 of passlib", "$pbkdf2-sha256$6400$.6UI/S.nXIk8jcbdHx3Fhg$98jZicV16ODfEsEZeYPGHU3kbrUrvUEXOPimVSQDD44", "password", PBKDF2SHA256},
	{"pbkdf2 of Django", "pbkdf2_sha256$1000$seasalt2$uVEb+sgBbQ+os/7/NKCwt12lTi30NXcIL1uign1R2Qc=", "password", PBKDF2SHA256},
	{"pbkdf2 in PHC form", "$pbkdf2-sha256$i=1000,l=32$c2Vhc2FsdDI$uVEb+sgBbQ+os/7/NKCwt12lTi30NXcIL1uign1R2Qc", "password", PBKDF2SHA256},
}

func TestMatches(t *testing.T) {
	for _, tt := range known {
		t.Run(tt.name, func(t *testing.T) {
			h, err := Parse(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if h.Algorithm() != tt.algorithm {
				t.Errorf("algorithm %s, want %s", h.Algorithm(), tt.algorithm)
			}
			if !h.Matches(tt.password) {
				t.Errorf("%q does not match", tt.password)
			}
			for _, wrong := range []string{"", tt.password + "x", strings.ToUpper(tt.password) + "!"} {
				if h.Matches(wrong) {
					t.Errorf("%q matches", wrong)
				}
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	const salt, key = "c29tZXNhbHQ", "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	for _, tt := range []struct {
		text string
		want error
	}{
		{"", ErrForm},
		{"password", ErrForm},
		{"5f4dcc3b5aa765d61d8327deb882cf99", ErrForm},
		{"$1$salt$hash", ErrForm},
		{"$2b$10$short", ErrForm},
		{"$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", ErrForm},
		{"$2a$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", ErrCost},
		{"$2a$15$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", ErrCost},
		{"$2a$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", ErrCost},
		{"$scrypt$ln=18,r=8,p=1$" + salt + "$" + key, ErrCost},
		{"$scrypt$ln=15,r=8,p=16$" + salt + "$" + key, ErrCost},
		{"$scrypt$ln=0,r=8,p=1$" + salt + "$" + key, ErrCost},
		{"$scrypt$ln=63,r=8,p=1$" + salt + "$" + key, ErrCost},
		{"$scrypt$r=8,ln=15,p=1$" + salt + "$" + key, ErrForm},
		{"$scrypt$ln=15,r=8$" + salt + "$" + key, ErrForm},
		{"$scrypt$ln=15,r=8,p=-1$" + salt + "$" + key, ErrForm},
		{"$scrypt$ln=15,r=8,p=1$" + salt + "$dG9vc2hvcnQ", ErrForm},
		{"$argon2i$v=19$m=64,t=1,p=1$" + salt + "$" + key, ErrForm},
		{"$argon2id$v=16$m=64,t=1,p=1$" + salt + "$" + key, ErrForm},
		{"$argon2id$v=19$m=2097152,t=1,p=1$" + salt + "$" + key, ErrCost},
		{"$argon2id$v=19$m=131072,t=9,p=1$" + salt + "$" + key, ErrCost},
		{"$argon2id$v=19$m=64,t=999999999,p=1$" + salt + "$" + key, ErrCost},
		{"$argon2id$v=19$m=7,t=1,p=1$" + salt + "$" + key, ErrCost},
		{"$argon2id$v=19$m=64,t=0,p=1$" + salt + "$" + key, ErrCost},
		{"$argon2id$v=19$m=65536,t=1,p=255$" + salt + "$" + key, ErrCost},
		{"$argon2id$v=19$m=64,t=1,p=1$$" + key, ErrForm},
		{"$argon2id$v=19$m=64,t=1,p=1$" + salt + "$!!" + key, ErrForm},
		{"$pbkdf2-sha256$2000001$" + salt + "$" + key, ErrCost},
		{"$pbkdf2-sha256$0$" + salt + "$" + key, ErrCost},
		{"$pbkdf2-sha256$4294967296$" + salt + "$" + key, ErrForm},
		{"$pbkdf2-sha256$i=1000,l=31$" + salt + "$" + key, ErrForm},
		{"$pbkdf2-sha512$1000$" + salt + "$" + key, ErrForm},
		{"pbkdf2_sha256$1000$$" + key + "=", ErrForm},
		{"pbkdf2_sha1$1000$salt$" + key, ErrForm},
		{"$pbkdf2-sha256$1000$" + salt + "$" + strings.Repeat("A", 600), ErrForm},
	} {
		if _, err := Parse(tt.text); !errors.Is(err, tt.want) {
			t.Errorf("%s: error %v, want %v", tt.text, err, tt.want)
		}
	}
}

// FuzzParse: no text makes Parse fail, and none that it takes costs more than the
// bounds allow, which the fuzzer would notice as a hang.
func FuzzParse(f *testing.F) {
	for _, k := range known {
		f.Add(k.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		h, err := Parse(text)
		if (err == nil) == (h.Algorithm() == "") {
			t.Errorf("%q: %v, %q", text, err, h.Algorithm())
		}
	})
}

// BenchmarkDearest is what a sign-in can cost at most.
func BenchmarkDearest(b *testing.B) {
	const salt, key = "c29tZXNhbHQ", "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	for _, text := range []string{
		"$2a$14$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
		"$scrypt$ln=17,r=8,p=2$" + salt + "$" + key,
		"$argon2id$v=19$m=131072,t=8,p=1$" + salt + "$" + key,
		"$pbkdf2-sha256$2000000$" + salt + "$" + key,
	} {
		h, err := Parse(text)
		if err != nil {
			b.Fatal(text, err)
		}
		b.Run(string(h.Algorithm()), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				h.Matches("password")
			}
		})
	}
}
