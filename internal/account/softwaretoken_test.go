package account_test

import (
	"testing"
	"time"

	"idpond/internal/account"
)

// TestTokenStep holds the codes against those of RFC 6238, appendix B, of which six
// digits are the last of eight.
func TestTokenStep(t *testing.T) {
	secret := []byte("12345678901234567890")
	for _, tt := range []struct {
		at   int64 // seconds since 1970
		code string
		step int64
		ok   bool
	}{
		{59, "287082", 1, true},
		{1111111109, "081804", 37037036, true},
		{1111111111, "050471", 37037037, true},
		{1234567890, "005924", 41152263, true},
		{2000000000, "279037", 66666666, true},
		{20000000000, "353130", 666666666, true},
		{1234567890 + 30, "005924", 41152263, true}, // a step late
		{1234567890 - 30, "005924", 41152263, true}, // a step early
		{1234567890 + 60, "005924", 0, false},
		{1234567890 - 60, "005924", 0, false},
		{59, "287083", 0, false},
		{59, "94287082", 0, false},
		{59, "", 0, false},
	} {
		step, ok := account.TokenStep(secret, tt.code, time.Unix(tt.at, 0))
		if step != tt.step || ok != tt.ok {
			t.Errorf("%s at %d: step %d, %t; want %d, %t", tt.code, tt.at, step, ok, tt.step, tt.ok)
		}
	}
}
