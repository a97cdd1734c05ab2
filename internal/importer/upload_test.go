package importer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"idpond/internal/fault"
	"idpond/internal/importer"
	"idpond/internal/store"
)

func TestAddress(t *testing.T) {
	h := newHouse(t)
	j, other := h.created(""), h.created("")
	good := h.address(j)
	for _, tt := range []struct {
		name    string
		address func() importer.Address
		want    fault.Code
	}{
		{"as given", func() importer.Address { return good }, ""},
		{"of another job", func() importer.Address { a := good; a.JobID = other.ID; return a }, fault.InvalidSignature},
		{"of another pool", func() importer.Address { a := good; a.PoolID = "eu-west-1_else"; return a }, fault.InvalidSignature},
		{"for longer", func() importer.Address { a := good; a.Expires = "1" + a.Expires; return a }, fault.InvalidSignature},
		{"without a signature", func() importer.Address { a := good; a.Signature = ""; return a }, fault.InvalidSignature},
		{"another signature", func() importer.Address { a := good; a.Signature = strings.Repeat("A", 43); return a }, fault.InvalidSignature},
		{"no base64", func() importer.Address { a := good; a.Signature = "%"; return a }, fault.InvalidSignature},
		{"at its end", func() importer.Address { h.advance(15*time.Minute - time.Second); return good }, ""},
		{"too late", func() importer.Address { h.advance(time.Second); return good }, fault.ExpiredToken},
		{"given anew", func() importer.Address { return h.address(h.job(j.ID)) }, ""},
	} {
		a := tt.address()
		for what, err := range map[string]error{
			"Upload": h.Upload(t.Context(), a, strings.NewReader("x")), "WriteLog": h.WriteLog(t.Context(), a, io.Discard),
		} {
			if tt.want == "" && err != nil || tt.want != "" && !fault.Is(err, tt.want) {
				t.Errorf("%s, %s: %v", what, tt.name, err)
			}
		}
	}
	h.write(func(tx store.Tx) error { return tx.DeletePool(t.Context(), h.pool.ID) })
	a := h.address(&importer.Job{URL: j.URL})
	h.advance(-time.Minute)
	for what, err := range map[string]error{
		"Upload": h.Upload(t.Context(), a, strings.NewReader("x")), "WriteLog": h.WriteLog(t.Context(), a, io.Discard),
	} {
		if !fault.Is(err, fault.ResourceNotFound) {
			t.Errorf("%s for a job that is gone: %v", what, err)
		}
	}
}

// zeros is a file of n bytes that nobody holds in memory.
func zeros(n int64) io.Reader { return io.LimitReader(nothing{}, n) }

type nothing struct{}

func (nothing) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func (h *house) stored(j *importer.Job) (size int64, pieces int) {
	h.Helper()
	kept, err := h.store.ImportJob(h.Context(), j.PoolID, j.ID)
	if err != nil {
		h.Fatal(err)
	}
	for {
		_, err := h.store.ImportChunk(h.Context(), j.PoolID, j.ID, pieces)
		if errors.Is(err, store.ErrNotFound) {
			return kept.Size, pieces
		}
		if err != nil {
			h.Fatal(err)
		}
		pieces++
	}
}

// TestUploads: a file counts when all of it is there; nothing is left of one that
// is refused or breaks off, and an earlier one is gone as well.
func TestUploads(t *testing.T) {
	h := newHouse(t)
	j := h.created("")
	const piece = 256 << 10
	for _, tt := range []struct {
		name   string
		file   io.Reader
		want   string // of the error
		size   int64
		pieces int
	}{
		{"small", strings.NewReader("abc"), "", 3, 1},
		{"whole pieces", zeros(2 * piece), "", 2 * piece, 2},
		{"a little more", zeros(2*piece + 1), "", 2*piece + 1, 3},
		{"slowly", slowly{zeros(piece + 2)}, "", piece + 2, 2},
		{"broken off", io.MultiReader(zeros(piece+5), broken{io.ErrUnexpectedEOF}), "did not arrive", 0, 0},
		{"again", strings.NewReader("abc"), "", 3, 1},
		{"nothing at all", strings.NewReader(""), "The file is empty.", 0, 0},
		{"too large", zeros(importer.MaxFile + 1), "exceeds the maximum allowed size", 0, 0},
	} {
		err := h.Upload(t.Context(), h.address(j), tt.file)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v", tt.name, err)
		}
		if size, pieces := h.stored(j); size != tt.size || pieces != tt.pieces {
			t.Errorf("%s: %d bytes in %d pieces", tt.name, size, pieces)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := h.Upload(ctx, h.address(j), io.MultiReader(zeros(2*piece), readerFunc(func([]byte) (int, error) {
		cancel() // the client hangs up
		return 0, ctx.Err()
	})))
	if size, pieces := h.stored(j); !errors.Is(err, context.Canceled) || size != 0 || pieces != 0 {
		t.Errorf("hung up: %v, %d bytes in %d pieces", err, size, pieces)
	}
}

type slowly struct{ io.Reader }

func (s slowly) Read(b []byte) (int, error) { return s.Reader.Read(b[:min(len(b), 1000)]) }

type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

// TestTwoUploadsAtOnce: the pieces of two files are never mixed, the later one is
// whole, and the earlier one is told.
func TestTwoUploadsAtOnce(t *testing.T) {
	h := newHouse(t)
	j := h.created("")
	later := []byte(fileOf(20))
	first := io.MultiReader(zeros(300<<10), readerFunc(func([]byte) (int, error) {
		if err := h.Upload(t.Context(), h.address(j), bytes.NewReader(later)); err != nil {
			t.Errorf("the later one: %v", err)
		}
		return 0, io.EOF
	}))
	err := h.Upload(t.Context(), h.address(j), first)
	if !fault.Is(err, fault.PreconditionNotMet) || fault.Of(err).Message != "Another upload of the file has begun." {
		t.Errorf("the earlier one: %v", err)
	}
	if size, pieces := h.stored(j); size != int64(len(later)) || pieces != 1 {
		t.Errorf("%d bytes in %d pieces", size, pieces)
	}
	if _, err := h.Start(t.Context(), h.pool, j.ID); err != nil {
		t.Fatal(err)
	}
	h.done(j.ID)
	h.wantAll(j.ID, 20)
}
