package foreignhash

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// numbers reads "a=1,b=2" with exactly the given names in that order.
func numbers(text string, names ...string) ([]int, bool) {
	fields := strings.Split(text, ",")
	if len(fields) != len(names) {
		return nil, false
	}
	values := make([]int, len(names))
	for i, name := range names {
		digits, found := strings.CutPrefix(fields[i], name+"=")
		n, ok := number(digits)
		if !found || !ok {
			return nil, false
		}
		values[i] = n
	}
	return values, true
}

// number reads a decimal number of at most nine digits.
func number(text string) (int, bool) {
	if len(text) == 0 || len(text) > 9 || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

func saltAndKey(salt64, key64 string) (salt, key []byte, err error) {
	if salt, err = decode(salt64); err != nil {
		return nil, nil, err
	}
	if key, err = decode(key64); err != nil {
		return nil, nil, err
	}
	if len(salt) == 0 || !sound(len(key)) {
		return nil, nil, ErrForm
	}
	return salt, key, nil
}

// sound reports whether a hash has a size that nobody finds a password for by
// chance, and that costs no more than others.
func sound(size int) bool { return size >= 16 && size <= 64 }

// decode reads base64 with or without padding; passlib writes "." for "+".
func decode(text string) ([]byte, error) {
	text = strings.ReplaceAll(strings.TrimRight(text, "="), ".", "+")
	return base64.RawStdEncoding.DecodeString(text)
}
