package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"

	"idpond/internal/foreignhash"
	"idpond/internal/srp"
	"idpond/internal/userpool"
)

// Passwords makes and checks what is kept of passwords: an SRP verifier, which
// allows SRP sign-in, or an Argon2id hash, which is far dearer to guess (design:
// security by construction). A server keeps one kind; what it finds of the other,
// of weaker parameters, or of another system, it still checks, and Outdated says so.
type Passwords struct {
	now    func() time.Time
	params *Argon2Params // nil: SRP verifiers
	cores  chan struct{} // one place for each hash at work

	// Locks, if set, is asked for a user again when a check had to wait for its turn:
	// of many guesses at once those that a lock has overtaken are not made.
	Locks interface {
		User(ctx context.Context, poolID, id string) (*userpool.User, error)
	}
}

// Argon2Params is the cost of an Argon2id hash.
type Argon2Params struct {
	MemoryKiB   uint32
	Iterations  uint32
	Parallelism uint8
}

// SRPVerifiers keeps SRP verifiers.
func SRPVerifiers(now func() time.Time) *Passwords { return newPasswords(now, nil) }

// Argon2Hashes keeps Argon2id hashes; SRP sign-in is then impossible.
func Argon2Hashes(now func() time.Time, params Argon2Params) *Passwords {
	return newPasswords(now, &params)
}

func newPasswords(now func() time.Time, params *Argon2Params) *Passwords {
	return &Passwords{now: now, params: params, cores: make(chan struct{}, runtime.GOMAXPROCS(0))}
}

// SRP reports whether users can sign in by SRP.
func (w *Passwords) SRP() bool { return w.params == nil }

// Make gives what to keep of a password that u gets now.
func (w *Passwords) Make(ctx context.Context, p *userpool.Pool, u *userpool.User, password string) (userpool.Credential, error) {
	if w.params == nil {
		salt, err := srp.NewSalt()
		if err != nil {
			return userpool.Credential{}, err
		}
		verifier := srp.NewVerifier(srp.PoolName(p.ID), u.Username, password, salt)
		return userpool.Credential{Salt: salt, Verifier: verifier, SetAt: w.now()}, nil
	}
	h := phc{Argon2Params: *w.params, salt: make([]byte, argon2SaltSize)}
	if _, err := rand.Read(h.salt); err != nil {
		return userpool.Credential{}, err
	}
	key, err := w.argon2(ctx, h, argon2KeySize, password)
	if err != nil {
		return userpool.Credential{}, err
	}
	h.key = key
	return userpool.Credential{Hash: h.String(), SetAt: w.now()}, nil
}

// Check reports whether password is u's, at a sign-in. A user who is nil, or has no
// password, costs what others do and is never right. It is false, too, when ctx ends
// while it waits for a free core, and when u was locked during the wait: who then
// counts a wrong password learns of the lock.
func (w *Passwords) Check(ctx context.Context, p *userpool.Pool, u *userpool.User, password string) bool {
	return w.compare(ctx, p, u, password, func() bool {
		if w.Locks == nil {
			return false
		}
		present, err := w.Locks.User(ctx, p.ID, u.ID)
		return err == nil && present.LockedUntil.After(w.now())
	})
}

// Matches is Check where locks don't matter: for who is signed in.
func (w *Passwords) Matches(ctx context.Context, p *userpool.Pool, u *userpool.User, password string) bool {
	return w.compare(ctx, p, u, password, func() bool { return false })
}

// compare is Check; a comparison that had to wait is not made if overtaken then says so.
func (w *Passwords) compare(ctx context.Context, p *userpool.Pool, u *userpool.User, password string, overtaken func() bool) bool {
	if u == nil || u.Credential.Empty() {
		w.pretend(ctx, p, password)
		return false
	}
	c := u.Credential
	if c.Foreign == "" && c.Hash == "" {
		return srp.Check(srp.PoolName(p.ID), u.Username, password, c.Salt, c.Verifier)
	}
	matches, err := matcher(c)
	if err != nil {
		return false
	}
	waited, err := w.takeCore(ctx)
	if err != nil {
		return false
	}
	defer w.freeCore()
	return !(waited && overtaken()) && matches(password)
}

// matcher gives what compares a password with a hash.
func matcher(c userpool.Credential) (func(password string) bool, error) {
	if c.Foreign != "" {
		h, err := foreignhash.Parse(c.Foreign)
		return h.Matches, err
	}
	h, err := parsePHC(c.Hash)
	return func(password string) bool {
		return subtle.ConstantTimeCompare(h.hash(password, uint32(len(h.key))), h.key) == 1
	}, err
}

// pretend does the work of a check.
func (w *Passwords) pretend(ctx context.Context, p *userpool.Pool, password string) {
	if w.params == nil {
		srp.Check(srp.PoolName(p.ID), "", password, make([]byte, srp.SaltSize), nil)
		return
	}
	h := phc{Argon2Params: *w.params, salt: make([]byte, argon2SaltSize)}
	_, _ = w.argon2(ctx, h, argon2KeySize, password)
}

// Outdated reports whether a password that is kept as c should be kept anew at
// the next chance: in this server's kind, or with its present parameters.
func (w *Passwords) Outdated(c userpool.Credential) bool {
	switch {
	case c.Empty():
		return false
	case c.Foreign != "":
		return true
	case w.params == nil:
		return c.Hash != ""
	}
	h, err := parsePHC(c.Hash)
	return err != nil || h.MemoryKiB < w.params.MemoryKiB || h.Iterations < w.params.Iterations || h.Parallelism < w.params.Parallelism
}

// argon2 hashes when a core is free: more at once would only fill the memory.
func (w *Passwords) argon2(ctx context.Context, h phc, size uint32, password string) ([]byte, error) {
	if _, err := w.takeCore(ctx); err != nil {
		return nil, err
	}
	defer w.freeCore()
	return h.hash(password, size), nil
}

// takeCore takes a core, and reports whether it had to wait for one.
func (w *Passwords) takeCore(ctx context.Context) (waited bool, err error) {
	select {
	case w.cores <- struct{}{}:
		return false, nil
	default:
	}
	select {
	case w.cores <- struct{}{}:
		return true, nil
	case <-ctx.Done():
		return true, ctx.Err()
	}
}

func (w *Passwords) freeCore() { <-w.cores }

const (
	argon2SaltSize = 16
	argon2KeySize  = 32
)

// phc is an Argon2id hash in the PHC string format:
// $argon2id$v=19$m=19456,t=2,p=1$salt$key, both parts in base64 without padding.
type phc struct {
	Argon2Params
	salt, key []byte
}

func (h phc) String() string {
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		h.MemoryKiB, h.Iterations, h.Parallelism, enc.EncodeToString(h.salt), enc.EncodeToString(h.key))
}

func (h phc) hash(password string, size uint32) []byte {
	return argon2.IDKey([]byte(password), h.salt, h.Iterations, h.MemoryKiB, h.Parallelism, size)
}

var errPHC = errors.New("account: not an Argon2id hash in PHC form")

func parsePHC(text string) (phc, error) {
	fields := strings.Split(text, "$")
	if len(fields) != 6 || fields[0] != "" || fields[1] != "argon2id" || fields[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return phc{}, errPHC
	}
	var h phc
	if _, err := fmt.Sscanf(fields[3], "m=%d,t=%d,p=%d", &h.MemoryKiB, &h.Iterations, &h.Parallelism); err != nil {
		return phc{}, fmt.Errorf("%w: %w", errPHC, err)
	}
	var err, err2 error
	h.salt, err = base64.RawStdEncoding.Strict().DecodeString(fields[4])
	h.key, err2 = base64.RawStdEncoding.Strict().DecodeString(fields[5])
	if err := errors.Join(err, err2); err != nil {
		return phc{}, fmt.Errorf("%w: %w", errPHC, err)
	}
	if h.Iterations == 0 || h.Parallelism == 0 || len(h.key) == 0 {
		return phc{}, errPHC
	}
	return h, nil
}
