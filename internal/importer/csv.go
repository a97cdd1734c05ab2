package importer

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// maxRow is the longest line in characters, without its end.
const maxRow = 16_000

// line is one line of a file, with where it stands.
type line struct {
	number int64 // from 1
	end    int64 // offset behind it
	text   string
	cut    bool // it was too long to be kept
}

// lineReader reads lines from a file in pieces, from any place in it. It holds one
// piece and one line.
type lineReader struct {
	size   int64
	chunk  func(n int) ([]byte, error)
	number int64 // lines that are read
	offset int64 // bytes that are read

	held  []byte // the piece heldN
	heldN int
}

// seek goes on behind the line that ends at offset.
func (r *lineReader) seek(number, offset int64) { r.number, r.offset = number, offset }

// next gives the next line without its end (LF or CR LF), or io.EOF.
func (r *lineReader) next() (line, error) {
	if r.offset >= r.size {
		return line{}, io.EOF
	}
	l := line{number: r.number + 1}
	var text []byte
	for ended := false; !ended && r.offset < r.size; {
		rest, err := r.rest()
		if err != nil {
			return line{}, err
		}
		i := bytes.IndexByte(rest, '\n')
		if ended = i >= 0; ended {
			rest = rest[:i+1]
		}
		r.offset += int64(len(rest))
		if len(text)+len(rest) > utf8.UTFMax*maxRow+2 {
			l.cut, text = true, nil
		}
		if !l.cut {
			text = append(text, rest...)
		}
	}
	r.number++
	l.end = r.offset
	l.text = strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	if utf8.RuneCountInString(l.text) > maxRow {
		l.cut, l.text = true, ""
	}
	return l, nil
}

var errShortChunk = errors.New("importer: a piece of the file is too short")

// rest gives what the piece at the present offset holds from there on.
func (r *lineReader) rest() ([]byte, error) {
	n := int(r.offset / chunkSize)
	if r.held == nil || r.heldN != n {
		piece, err := r.chunk(n)
		if err != nil {
			return nil, err
		}
		r.held, r.heldN = piece, n
	}
	at := int(r.offset % chunkSize)
	if at >= len(r.held) {
		return nil, errShortChunk
	}
	return r.held[at:], nil
}

// split gives the values of a line, trimmed. A comma behind a backslash belongs to
// its value; any other backslash is itself, and so is a quotation mark: there is
// no quoting (reference: api-behaviour §20.7).
func split(text string) []string {
	values := make([]string, 0, 1+strings.Count(text, ","))
	var value strings.Builder
	for {
		i := strings.IndexByte(text, ',')
		if i < 0 {
			value.WriteString(text)
			return append(values, strings.TrimSpace(value.String()))
		}
		if i > 0 && text[i-1] == '\\' {
			value.WriteString(text[:i-1])
			value.WriteByte(',')
		} else {
			value.WriteString(text[:i])
			values = append(values, strings.TrimSpace(value.String()))
			value.Reset()
		}
		text = text[i+1:]
	}
}
