package risk

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// Leaked knows passwords that have leaked: the commonest ones, and those of a file
// in the form in which collections of them are published, a line for each with its
// SHA-1 in hexadecimal, in ascending order, and possibly ":" and how often it was
// seen. SHA-1 is the name of a password in such files and protects nothing here.
//
// A look-up reads a few blocks of the file; nothing of it stays in memory. The nil
// *Leaked knows none.
type Leaked struct {
	common *common
	file   io.ReaderAt // nil: none
	size   int64
	close  func() error
}

// CommonPasswords knows only the commonest passwords.
func CommonPasswords() *Leaked {
	return &Leaked{common: newCommon(), close: func() error { return nil }}
}

// OpenLeaked knows the passwords of a file, too. It looks at some of the lines, so
// that a file of another form is refused.
func OpenLeaked(path string) (*Leaked, error) {
	l := CommonPasswords()
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil {
		l.file, l.size, l.close = file, info.Size(), file.Close
		err = l.looksRight()
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return l, nil
}

// Close closes the file.
func (l *Leaked) Close() error { return l.close() }

// Has reports whether a password is known to have leaked. The error is that of
// reading the file; a common password is found nevertheless.
func (l *Leaked) Has(password string) (bool, error) {
	switch {
	case l == nil:
		return false, nil
	case l.common.has(password):
		return true, nil
	case l.file == nil:
		return false, nil
	}
	sum := sha1.Sum([]byte(password))
	return l.inFile(bytes.ToUpper(hex.AppendEncode(nil, sum[:])))
}

// Sizes of lines and reads, in bytes.
const (
	hashDigits = 2 * sha1.Size
	maxLine    = 128  // with count and line end; what is longer is no such file
	leakBlock  = 1024 // read at last, when so much is left
)

var errLeakedForm = errors.New("each line must be the SHA-1 of a password in 40 hexadecimal digits, in ascending order, and may go on with : and a number")

// inFile searches for a line that begins with hash, which is in capitals. Its
// bisection keeps from and to at beginnings of lines: the line, if it is there, is
// between them.
func (l *Leaked) inFile(hash []byte) (bool, error) {
	from, to := int64(0), l.size
	for to-from > leakBlock {
		line, at, end, err := l.lineBehind(from + (to-from)/2)
		if err != nil {
			return false, err
		}
		if at >= to { // the middle is in the last line
			break
		}
		switch c := bytes.Compare(line, hash); {
		case c == 0:
			return true, nil
		case c < 0:
			from = end
		default:
			to = at
		}
	}
	rest := make([]byte, to-from)
	if _, err := io.ReadFull(io.NewSectionReader(l.file, from, to-from), rest); err != nil {
		return false, err
	}
	for line := range bytes.Lines(rest) {
		if digits, err := digitsOf(line); err != nil || bytes.Equal(digits, hash) {
			return err == nil, err
		}
	}
	return false, nil
}

// lineBehind gives the digits of the first line that begins behind an offset,
// where it begins and where the next one does. At the end of the file there is no
// line: it begins at the size.
func (l *Leaked) lineBehind(offset int64) (digits []byte, at, end int64, err error) {
	var b [2 * maxLine]byte
	n, err := l.file.ReadAt(b[:], offset)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, 0, 0, err
	}
	text := b[:n]
	first := bytes.IndexByte(text, '\n') + 1
	if first == 0 && offset+int64(n) < l.size {
		return nil, 0, 0, errLeakedForm
	}
	if first == 0 || offset+int64(first) >= l.size {
		return nil, l.size, l.size, nil
	}
	at = offset + int64(first)
	line := text[first:]
	if stop := bytes.IndexByte(line, '\n'); stop >= 0 {
		line = line[:stop+1]
	} else if at+int64(len(line)) < l.size {
		return nil, 0, 0, errLeakedForm
	}
	digits, err = digitsOf(line)
	return digits, at, at + int64(len(line)), err
}

// digitsOf gives the digits of a line, which it turns into capitals where they stand.
func digitsOf(line []byte) ([]byte, error) {
	line = bytes.TrimRight(line, "\r\n")
	if len(line) < hashDigits || len(line) > hashDigits && line[hashDigits] != ':' {
		return nil, errLeakedForm
	}
	digits := line[:hashDigits]
	for i, c := range digits {
		if c >= 'a' && c <= 'f' {
			c -= 'a' - 'A'
			digits[i] = c
		}
		if (c < '0' || c > '9') && (c < 'A' || c > 'F') {
			return nil, errLeakedForm
		}
	}
	return digits, nil
}

// looksRight checks the form and the order of the first line and of some others
// across the file.
func (l *Leaked) looksRight() error {
	const samples = 1000
	if l.size == 0 {
		return errLeakedForm
	}
	var b [maxLine]byte
	n, err := l.file.ReadAt(b[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	first, _, _ := bytes.Cut(b[:n], []byte("\n"))
	before, err := digitsOf(first)
	if err != nil {
		return fmt.Errorf("line 1: %w", err)
	}
	seen := int64(0) // where the line before begins
	for i := range int64(samples) {
		offset := l.size * i / samples
		digits, at, _, err := l.lineBehind(offset)
		switch {
		case err != nil:
			return fmt.Errorf("behind byte %d: %w", offset, err)
		case digits == nil || at == seen:
			continue
		case bytes.Compare(before, digits) >= 0:
			return fmt.Errorf("at byte %d: %w", at, errLeakedForm)
		}
		before, seen = slices.Clone(digits), at
	}
	return nil
}
