package importer

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplit(t *testing.T) {
	for _, tt := range []struct {
		line string
		want []string
	}{
		{"", []string{""}},
		{"a", []string{"a"}},
		{"a,b", []string{"a", "b"}},
		{",,", []string{"", "", ""}},
		{`a\,b,c`, []string{"a,b", "c"}},
		{`\,,\,`, []string{",", ","}},
		{`a\,\,b`, []string{"a,,b"}},
		{`a\\,b`, []string{`a\,b`}}, // only a comma can be escaped
		{`a\b,c\`, []string{`a\b`, `c\`}},
		{`"a,b",'c'`, []string{`"a`, `b"`, `'c'`}}, // no quoting
		{" a , b c\t", []string{"a", "b c"}},
		{`1 Main St\, Springfield , x`, []string{"1 Main St, Springfield", "x"}},
	} {
		if diff := cmp.Diff(tt.want, split(tt.line)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.line, diff)
		}
	}
}

// FuzzSplit: every list of values that a line can hold comes back from the line.
func FuzzSplit(f *testing.F) {
	f.Add("a", "b,c", "")
	f.Add(`\`, ",", `"`)
	f.Fuzz(func(t *testing.T, a, b, c string) {
		want := []string{a, b, c}
		var escaped []string
		for i, v := range want {
			v = strings.TrimSpace(strings.ReplaceAll(v, "\n", ""))
			if strings.HasSuffix(v, `\`) || strings.Contains(v, `\,`) {
				return // no line can hold these
			}
			want[i] = v
			escaped = append(escaped, strings.ReplaceAll(v, ",", `\,`))
		}
		if diff := cmp.Diff(want, split(strings.Join(escaped, " ,\t"))); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

func readerOf(file string) *lineReader {
	return &lineReader{size: int64(len(file)), chunk: func(n int) ([]byte, error) {
		if n*chunkSize >= len(file) {
			return nil, errors.New("no such piece")
		}
		return []byte(file[n*chunkSize : min((n+1)*chunkSize, len(file))]), nil
	}}
}

func allLines(t *testing.T, r *lineReader) []line {
	t.Helper()
	var lines []line
	for {
		l, err := r.next()
		if errors.Is(err, io.EOF) {
			return lines
		}
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
}

func TestLines(t *testing.T) {
	for _, tt := range []struct {
		file string
		want []line
	}{
		{"", nil},
		{"a", []line{{1, 1, "a", false}}},
		{"a\n", []line{{1, 2, "a", false}}},
		{"a\r\nb", []line{{1, 3, "a", false}, {2, 4, "b", false}}},
		{"\n\nb\n", []line{{1, 1, "", false}, {2, 2, "", false}, {3, 4, "b", false}}},
		{strings.Repeat("é", 16000) + "\r\n", []line{{1, 32002, strings.Repeat("é", 16000), false}}},
		{strings.Repeat("é", 16001) + "\nb", []line{{1, 32003, "", true}, {2, 32004, "b", false}}},
		{strings.Repeat("x", 3*chunkSize) + "\nb", []line{{1, 3*chunkSize + 1, "", true}, {2, 3*chunkSize + 2, "b", false}}},
	} {
		got := allLines(t, readerOf(tt.file))
		if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(line{})); diff != "" {
			t.Errorf("%.20q (-want +got):\n%s", tt.file, diff)
		}
	}
}

// FuzzLines: wherever the border of two pieces falls, and wherever reading goes on,
// the lines are those of the whole text; and they are as many as are counted.
func FuzzLines(f *testing.F) {
	f.Add("a,b\nc\r\n\nd", 3)
	f.Add("\n\n\n", 1)
	f.Fuzz(func(t *testing.T, text string, border int) {
		if len(text) > 1000 || border < 0 || border > 1000 {
			return
		}
		first := strings.Repeat("x", chunkSize-border-1) + "\n" // too long to be kept
		lines := allLines(t, readerOf(first+text))
		if lines[0].end != int64(len(first)) || !lines[0].cut {
			t.Fatalf("first line %+v", lines[0])
		}
		var got []string
		holding := int64(1)
		for _, l := range lines[1:] {
			got = append(got, l.text)
			if strings.Trim(l.text, " \t\r") != "" {
				holding++
			}
		}
		var want []string
		for l := range strings.Lines(text) {
			want = append(want, strings.TrimSuffix(strings.TrimSuffix(l, "\n"), "\r"))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		var counter lineCounter
		for _, piece := range []string{first, text[:len(text)/2], text[len(text)/2:]} {
			counter.count([]byte(piece))
		}
		if counter.lines() != holding {
			t.Errorf("counted %d lines that hold something, there are %d", counter.lines(), holding)
		}
		for i, l := range lines {
			rest := readerOf(first + text)
			rest.seek(l.number, l.end)
			if diff := cmp.Diff(lines[i+1:], append([]line{}, allLines(t, rest)...), cmp.AllowUnexported(line{})); diff != "" {
				t.Errorf("from line %d (-want +got):\n%s", l.number, diff)
			}
		}
	})
}
