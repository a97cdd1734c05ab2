package sqlstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"

	"idpond/internal/userpool"
)

// Every sign-in and every use of an access token decodes a user, so the two parts
// that took encoding/json longest have a way of their own.

// The formats that an encoded credential can begin with. One with a foreign hash has
// its own, so that those without one read as they always did.
const (
	credentialFormat        = 1
	foreignCredentialFormat = 2
)

var errCredential = errors.New("sqlstore: a credential is damaged")

// encodeCredential gives what is sealed of c:
//
//	format, length and bytes of salt, of verifier, of hash, (format 2) of the foreign
//	hash, microseconds of SetAt (8 bytes, big-endian)
func encodeCredential(c userpool.Credential) []byte {
	b := make([]byte, 1, 32+len(c.Salt)+len(c.Verifier)+len(c.Hash)+len(c.Foreign))
	parts := [][]byte{c.Salt, c.Verifier, []byte(c.Hash)}
	b[0] = credentialFormat
	if c.Foreign != "" {
		b[0], parts = foreignCredentialFormat, append(parts, []byte(c.Foreign))
	}
	for _, part := range parts {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	return binary.BigEndian.AppendUint64(b, uint64(micros(c.SetAt)))
}

func decodeCredential(b []byte) (c userpool.Credential, err error) {
	if len(b) == 0 || b[0] != credentialFormat && b[0] != foreignCredentialFormat {
		return c, errCredential
	}
	var parts [4][]byte
	used := len(parts)
	if b[0] == credentialFormat {
		used--
	}
	b = b[1:]
	for i := range used {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > math.MaxInt32 || len(b)-size < int(n) {
			return c, errCredential
		}
		if n > 0 {
			parts[i] = b[size : size+int(n) : size+int(n)]
		}
		b = b[size+int(n):]
	}
	if len(b) != 8 {
		return c, errCredential
	}
	return userpool.Credential{
		Salt: parts[0], Verifier: parts[1], Hash: string(parts[2]), Foreign: string(parts[3]),
		SetAt: fromMicros(int64(binary.BigEndian.Uint64(b))),
	}, nil
}

// decodeStrings decodes a JSON object of strings. It reads what toJSON writes, as
// long as nothing is escaped; the rest is left to encoding/json.
func decodeStrings(text []byte) (map[string]string, error) {
	if m, ok := plainStrings(text); ok {
		return m, nil
	}
	var m map[string]string
	return m, fromJSON(text, &m)
}

func plainStrings(text []byte) (map[string]string, bool) {
	if len(text) < 2 || text[0] != '{' || text[len(text)-1] != '}' || bytes.IndexByte(text, '\\') >= 0 {
		return nil, false
	}
	m := make(map[string]string, bytes.Count(text, []byte(`":"`)))
	for rest := text[1 : len(text)-1]; len(rest) > 0; {
		key, after, ok := quoted(rest)
		if !ok || len(after) == 0 || after[0] != ':' {
			return nil, false
		}
		value, after, ok := quoted(after[1:])
		if !ok {
			return nil, false
		}
		m[string(key)] = string(value)
		if len(after) > 0 && (after[0] != ',' || len(after) == 1) {
			return nil, false
		}
		rest = after[min(1, len(after)):]
	}
	return m, true
}

// quoted takes a string without escapes from the beginning of text.
func quoted(text []byte) (s, after []byte, ok bool) {
	if len(text) == 0 || text[0] != '"' {
		return nil, nil, false
	}
	end := bytes.IndexByte(text[1:], '"')
	if end < 0 {
		return nil, nil, false
	}
	return text[1 : 1+end], text[2+end:], true
}
