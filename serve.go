package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"idpond/handlers"
	"idpond/internal/account"
	"idpond/internal/outbound"
	"idpond/internal/seal"
	"idpond/internal/sigv4"
	"idpond/internal/store"
	"idpond/internal/store/sqlstore"
)

// Run serves until ctx ends, then lets requests in flight finish.
func (c *serveCmd) Run(ctx context.Context, io streams) error {
	log := c.logger(io)
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w (choose another address with --listen; port 0 picks a free one)", c.Listen, err)
	}
	defer listener.Close()
	listeners := []net.Listener{listener}
	if c.MetricsListen != "" {
		metrics, err := net.Listen("tcp", c.MetricsListen)
		if err != nil {
			return fmt.Errorf("cannot listen on %s: %w (choose another address with --metrics-listen)", c.MetricsListen, err)
		}
		defer metrics.Close()
		listeners = append(listeners, metrics)
	}
	public := c.publicURL(listener.Addr().(*net.TCPAddr))
	a, err := newApp(ctx, c, log, public)
	if err != nil {
		return err
	}
	defer a.Close()
	if c.PublicURL != "" {
		a.address = listener.Addr().String()
	}
	hello, err := a.welcome(ctx, c)
	if err != nil {
		return err
	}
	if c.AllowUnsigned && !a.local {
		log.Error("ANYBODY WHO REACHES THIS SERVER CAN ADMINISTER IT: it accepts any signature, and not only this machine reaches it", "listen", c.Listen, "public", public)
	}
	for _, file := range c.exposed() {
		log.Error("OTHERS THAN ITS OWNER MAY READ OR WRITE A FILE WITH SECRETS: run chmod 600, and if others had access to it, replace them", "file", file)
	}
	fmt.Fprint(io.Out, hello)
	if err := a.serve(ctx, listeners, c); err != nil {
		return err
	}
	return a.Close()
}

func (c *serveCmd) logger(io streams) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		panic(err) // the flag's enum has let it through
	}
	options := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(io.Err, options))
	}
	return slog.New(slog.NewTextHandler(io.Err, options))
}

// publicURL is the configured one, or the plain one of the listener. A browser
// treats localhost better than 127.0.0.1, so that is what loopback is called.
func (c *serveCmd) publicURL(addr *net.TCPAddr) string {
	if c.PublicURL != "" {
		return strings.TrimSuffix(c.PublicURL, "/")
	}
	host := addr.IP.String()
	if addr.IP.IsLoopback() || addr.IP.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, fmt.Sprint(addr.Port))
}

// open opens the data directory: the sealing key, then the database.
func (s storage) open(ctx context.Context) (*sqlstore.Store, *seal.Keyring, error) {
	if err := s.prepare(); err != nil {
		return nil, nil, err
	}
	dsn, err := s.dsn()
	if err != nil {
		return nil, nil, err
	}
	file := s.sealKeyFile()
	_, missing := os.Stat(file)
	keys, err := seal.LoadOrCreateFile(file)
	if err != nil {
		return nil, nil, err
	}
	st, err := sqlstore.Open(ctx, sqlstore.Config{DSN: dsn, Seal: keys})
	switch {
	case errors.Is(err, sqlstore.ErrWrongKey) && missing != nil:
		// The key that was just made has sealed nothing, and would be in the way of
		// the right one.
		err = fmt.Errorf("there is no key file %s, and the database was sealed with a key; bring the file back from where its copy is kept, or start with an empty database", file)
		return nil, nil, errors.Join(err, os.Remove(file))
	case err != nil:
		return nil, nil, fmt.Errorf("the database %s cannot be opened: %w", s.where(), err)
	}
	return st, keys, nil
}

// signatures is how requests are authenticated: by the configured keys, or, where
// only this machine asks and without any, by whatever they are signed with.
func (c *serveCmd) signatures(public *url.URL) (*sigv4.Verifier, error) {
	keys, err := c.accessKeys()
	if err != nil {
		return nil, err
	}
	v := &sigv4.Verifier{
		Service: "cognito-idp",
		Now:     time.Now,
		Secret: func(id string) (string, bool) {
			secret, ok := keys[id]
			return secret, ok
		},
	}
	if len(keys) == 0 && (c.local() || c.AllowUnsigned) {
		v.AnyKey = handlers.Nearby{PublicURL: public}.Admits
	}
	return v, nil
}

// passwords is what is kept of passwords; locks knows who is locked.
func (p passwordHashing) passwords(locks store.Users) *account.Passwords {
	w := account.SRPVerifiers(time.Now)
	if p.NoSRP {
		w = account.Argon2Hashes(time.Now, account.Argon2Params{MemoryKiB: p.Argon2Memory, Iterations: p.Argon2Time, Parallelism: p.Argon2Threads})
	}
	w.Locks = locks
	return w
}

// outbound is what may be called of what administrators configure.
func (c *serveCmd) outbound() *outbound.Guard {
	g := &outbound.Guard{Loopback: c.local()}
	if err := g.Open(c.AllowOutbound); err != nil {
		panic(err) // Validate has seen it
	}
	return g
}

// migrateCmd brings the schema up to date.
type migrateCmd struct {
	storage `embed:""`
}

// Run migrates and says what the schema's version is then.
func (c *migrateCmd) Run(ctx context.Context, io streams) error {
	st, keys, err := c.open(ctx)
	if err != nil {
		return err
	}
	dsn, err := c.dsn()
	if err := errors.Join(err, st.Close()); err != nil {
		return err
	}
	have, _, err := sqlstore.SchemaVersion(ctx, sqlstore.Config{DSN: dsn, Seal: keys})
	if err != nil {
		return err
	}
	fmt.Fprintf(io.Out, "The schema of the database is at version %d, the newest.\n", have)
	return nil
}
