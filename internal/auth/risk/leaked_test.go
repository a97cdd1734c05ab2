package risk

import (
	"bytes"
	"crypto/sha1"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// hashes are the SHA-1 sums of secret-0, secret-1, …, in the order of such files.
func hashes(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("%X", sha1.Sum(fmt.Appendf(nil, "secret-%d", i)))
	}
	slices.Sort(list)
	return list
}

// fileOf writes lines to a file.
func fileOf(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "leaked.txt")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLeakedFile(t *testing.T) {
	const n = 3000
	counted := hashes(n)
	for i := range counted {
		counted[i] += fmt.Sprintf(":%d", 1<<(i%40)) // lines of many lengths
	}
	for _, tt := range []struct{ name, text string }{
		{"plain", strings.Join(hashes(n), "\n") + "\n"},
		{"without a last line end", strings.Join(hashes(n), "\n")},
		{"with counts", strings.Join(counted, "\n") + "\n"},
		{"from Windows", strings.Join(counted, "\r\n") + "\r\n"},
		{"in small letters", strings.ToLower(strings.Join(hashes(n), "\n"))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, err := OpenLeaked(fileOf(t, tt.text))
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			for i := range n + 500 {
				found, err := l.Has(fmt.Sprint("secret-", i))
				if err != nil || found != (i < n) {
					t.Fatalf("secret-%d: %v, %v", i, found, err)
				}
			}
		})
	}
	for n := range 200 { // files that end in every place of a block
		l, err := OpenLeaked(fileOf(t, strings.Join(hashes(n+1), "\n")))
		if err != nil {
			t.Fatal(n, err)
		}
		for i := range n + 1 {
			if found, err := l.Has(fmt.Sprint("secret-", i)); !found || err != nil {
				t.Errorf("secret-%d of %d: %v, %v", i, n+1, found, err)
			}
		}
		l.Close()
	}
}

func TestNoLeakedFile(t *testing.T) {
	sorted := hashes(300)
	swapped := slices.Clone(sorted)
	swapped[100], swapped[200] = swapped[200], swapped[100]
	short := slices.Clone(sorted)
	short[150] = short[150][:32]
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", errLeakedForm.Error()},
		{"passwords", "letmein\nsecret\n", "line 1: " + errLeakedForm.Error()},
		{"MD5", "5F4DCC3B5AA765D61D8327DEB882CF99\n", "line 1: " + errLeakedForm.Error()},
		{"one line of another length", strings.Join(short, "\n"), errLeakedForm.Error()},
		{"not in order", strings.Join(swapped, "\n"), errLeakedForm.Error()},
		{"one endless line", sorted[0] + "\n" + strings.Repeat("A", 1000), errLeakedForm.Error()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if l, err := OpenLeaked(fileOf(t, tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, %v", l, err)
			}
		})
	}
	if _, err := OpenLeaked(filepath.Join(t.TempDir(), "none")); !os.IsNotExist(err) {
		t.Error(err)
	}
}

func TestCommonPasswords(t *testing.T) {
	l := CommonPasswords()
	for password, want := range map[string]bool{
		"Passw0rd!": true, "P@$$w0rd123!": true, "P@ssw0rd1!": true, "Welcome2024!": true, "Qwerty123!": true, "1qaz@WSX": true, "LETMEIN1!": true, "ch4ng3M3": true, "Abcd1234!": true, "1Q2w3e4r!": true,
		"letmein": true, "": false, "123!": false, "Passw0rdless": false, "correct horse battery staple": false, "Wq7-kelp-harbour": false,
	} {
		if got, err := l.Has(password); got != want || err != nil {
			t.Errorf("%q: %v, %v", password, got, err)
		}
	}
	if found, err := (*Leaked)(nil).Has("Passw0rd!"); found || err != nil {
		t.Error(found, err)
	}
}

// FuzzLeaked: whatever a file holds, a look-up ends, and finds only what is there.
func FuzzLeaked(f *testing.F) {
	f.Add([]byte(strings.Join(hashes(300), "\n")), "secret-7")
	f.Add([]byte("\n\n:\r\n"), "x")
	f.Fuzz(func(t *testing.T, text []byte, password string) {
		l := &Leaked{common: newCommon(), file: bytes.NewReader(text), size: int64(len(text))}
		_ = l.looksRight()
		if found, _ := l.Has(password); found && !l.common.has(password) && !bytes.Contains(bytes.ToUpper(text), fmt.Appendf(nil, "%X", sha1.Sum([]byte(password)))) {
			t.Error("found what isn't there")
		}
	})
}

func BenchmarkLeaked(b *testing.B) {
	l, err := OpenLeaked(fileOf(b, strings.Join(hashes(1_000_000), "\n")))
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	for i := 0; b.Loop(); i++ {
		if _, err := l.Has(fmt.Sprint("another-", i)); err != nil {
			b.Fatal(err)
		}
	}
}
