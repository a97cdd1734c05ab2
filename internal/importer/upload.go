package importer

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// chunkSize is the size of the pieces of a file, of all but the last. Places in a
// file are found by it, so it must stay what it is while there are files.
const chunkSize = 256 << 10

// Upload takes the file of a job, in place of one that was uploaded before. It holds
// one piece of it in memory at a time. Faults: InvalidSignature, ExpiredToken,
// ResourceNotFound, PreconditionNotMet (the job was started, or another upload has
// begun), LimitExceeded (too large), InvalidParameter (empty).
func (s *Service) Upload(ctx context.Context, a Address, file io.Reader) error {
	if err := s.admit(a); err != nil {
		return err
	}
	u, err := s.beginUpload(ctx, a)
	if err != nil {
		return noJob(err, a.JobID)
	}
	if err = u.receive(ctx, file); err == nil {
		err = u.finish(ctx)
	}
	if err == nil {
		return nil
	}
	return errors.Join(noJob(err, a.JobID), u.abandon(ctx))
}

// upload is a file on its way. Its name keeps the pieces of two uploads apart: the
// one that began later is the one that counts.
type upload struct {
	s             *Service
	poolID, jobID string
	name          string
	size          int64
	lines         lineCounter
}

func (s *Service) beginUpload(ctx context.Context, a Address) (*upload, error) {
	var name [16]byte
	if _, err := io.ReadFull(s.Rand, name[:]); err != nil {
		return nil, fmt.Errorf("importer: no randomness: %w", err)
	}
	u := &upload{s: s, poolID: a.PoolID, jobID: a.JobID, name: hex.EncodeToString(name[:])}
	return u, s.Store.Write(ctx, func(tx store.Tx) error {
		r, err := read(tx.ImportJob(ctx, a.PoolID, a.JobID))
		if err != nil {
			return err
		}
		if status := r.status(s.Now()); status != userpool.ImportCreated {
			return notNow("The user import job takes no file. Its status is %s.", status)
		}
		r.Upload, r.Size, r.Rows = u.name, 0, 0
		if err := tx.DeleteImportChunks(ctx, a.PoolID, a.JobID); err != nil {
			return err
		}
		return r.write(ctx, tx)
	})
}

// receive keeps the file, piece by piece.
func (u *upload) receive(ctx context.Context, file io.Reader) error {
	piece := make([]byte, chunkSize)
	for n := 0; ; n++ {
		size, err := fill(piece, file)
		last := errors.Is(err, io.EOF)
		if err != nil && !last {
			return fmt.Errorf("importer: the file did not arrive: %w", err)
		}
		if size > 0 {
			if err := u.keep(ctx, n, piece[:size]); err != nil {
				return err
			}
		}
		if last {
			return nil
		}
	}
}

// fill reads until piece is full. Other than io.ReadFull it tells the end of the
// file (io.EOF) from a connection that broke (io.ErrUnexpectedEOF).
func fill(piece []byte, file io.Reader) (n int, err error) {
	for n < len(piece) && err == nil {
		var more int
		more, err = file.Read(piece[n:])
		n += more
	}
	return n, err
}

func (u *upload) keep(ctx context.Context, n int, piece []byte) error {
	if u.size += int64(len(piece)); u.size > MaxFile {
		return fault.New(fault.LimitExceeded, "Your proposed upload exceeds the maximum allowed size")
	}
	u.lines.count(piece)
	sealed, err := u.s.Keys.Seal(piece, chunkIdentity(u.poolID, u.jobID, n))
	if err != nil {
		return err
	}
	return u.write(ctx, func(tx store.Tx, _ *record) error {
		return tx.PutImportChunk(ctx, u.poolID, u.jobID, n, sealed)
	})
}

// finish makes the file the job's.
func (u *upload) finish(ctx context.Context) error {
	if u.size == 0 {
		return fault.New(fault.InvalidParameter, "The file is empty.")
	}
	return u.write(ctx, func(tx store.Tx, r *record) error {
		r.Upload, r.Size, r.Rows = "", u.size, max(u.lines.lines()-1, 0)
		return r.write(ctx, tx)
	})
}

// abandon removes what has arrived of a file, unless another upload has begun.
func (u *upload) abandon(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err := u.write(ctx, func(tx store.Tx, r *record) error {
		r.Upload = ""
		if err := tx.DeleteImportChunks(ctx, u.poolID, u.jobID); err != nil {
			return err
		}
		return r.write(ctx, tx)
	})
	if fault.Is(err, fault.PreconditionNotMet) || errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// write runs f in a transaction while u is the upload of the job.
func (u *upload) write(ctx context.Context, f func(store.Tx, *record) error) error {
	return u.s.Store.Write(ctx, func(tx store.Tx) error {
		r, err := read(tx.ImportJob(ctx, u.poolID, u.jobID))
		if err != nil {
			return err
		}
		if r.Upload != u.name || r.Status != userpool.ImportCreated {
			return notNow("Another upload of the file has begun.")
		}
		return f(tx, r)
	})
}

// chunkIdentity binds a sealed piece to its place.
func chunkIdentity(poolID, jobID string, n int) []byte {
	return fmt.Appendf(nil, "import_chunks\x00%s\x00%s\x00%d", poolID, jobID, n)
}

// lineCounter counts the lines that hold something.
type lineCounter struct {
	ended int64
	holds bool // the line that has not ended yet
}

func (c *lineCounter) count(piece []byte) {
	for _, b := range piece {
		switch {
		case b == '\n':
			c.ended, c.holds = c.lines(), false
		case b != ' ' && b != '\t' && b != '\r':
			c.holds = true
		}
	}
}

func (c *lineCounter) lines() int64 {
	if c.holds {
		return c.ended + 1
	}
	return c.ended
}
