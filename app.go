package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"idpond/assets"
	"idpond/cognito"
	"idpond/handlers"
	"idpond/internal/account"
	"idpond/internal/auth"
	"idpond/internal/auth/risk"
	"idpond/internal/directory"
	"idpond/internal/fault"
	"idpond/internal/importer"
	"idpond/internal/logdelivery"
	"idpond/internal/message"
	"idpond/internal/seal"
	"idpond/internal/sigv4"
	"idpond/internal/store"
	"idpond/internal/store/sqlstore"
	"idpond/internal/tokens"
	"idpond/internal/trigger"
	"idpond/internal/userpool"
	"idpond/oauth"
)

// app is the wired server.
type app struct {
	Handler   http.Handler
	directory *directory.Service
	accounts  *account.Service
	imports   *importer.Service
	pages     *handlers.Server
	metrics   *handlers.Metrics
	store     *sqlstore.Store
	keys      *seal.Keyring
	signing   *tokens.Keys
	stock     *tokens.Stock
	functions *trigger.HTTP
	leaked    *risk.Leaked
	sink      logdelivery.Sink      // of exported logs; nil for none
	exporter  *logdelivery.Exporter // likewise
	public    string
	address   string // listened on, if the public URL doesn't say it
	local     bool   // see serveCmd.local

	stop context.CancelFunc // ends the background work
	work sync.WaitGroup
	once sync.Once
	err  error

	closers []func() error // of what is open, see letGo
}

// newApp opens the database and puts the packages together.
func newApp(ctx context.Context, c *serveCmd, log *slog.Logger, public string) (*app, error) {
	publicURL, err := url.Parse(public)
	if err != nil {
		return nil, err
	}
	verifier, err := c.signatures(publicURL)
	if err != nil {
		return nil, err
	}
	a := &app{public: public, local: c.local()}
	if err := a.open(ctx, c); err != nil {
		return nil, errors.Join(err, a.letGo())
	}
	a.wire(c, log, publicURL, verifier)

	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	a.stop = stop
	a.work.Go(func() { a.directory.Watch(background) })
	go a.stock.Run(background) // not waited for: a key in the making is no loss
	a.work.Go(func() { a.purge(background, log) })
	a.work.Go(func() { a.imports.Run(background) })
	if a.exporter != nil {
		a.work.Go(func() { a.exporter.Run(background) })
	}
	return a, nil
}

// open gets what letGo has to close.
func (a *app) open(ctx context.Context, c *serveCmd) (err error) {
	if a.functions, err = c.invoker(c.outbound()); err != nil {
		return err
	}
	a.closers = append(a.closers, a.functions.Close)
	var closeSink func() error
	if a.sink, closeSink, err = c.sink(); err != nil {
		return err
	}
	a.closers = append(a.closers, closeSink)
	if a.leaked, err = c.leaked(); err != nil {
		return err
	}
	a.closers = append(a.closers, a.leaked.Close)
	if a.store, a.keys, err = c.open(ctx); err != nil {
		return err
	}
	a.closers = append(a.closers, a.store.Close)
	return nil
}

// letGo closes what open has opened, the last first.
func (a *app) letGo() (err error) {
	for _, closer := range slices.Backward(a.closers) {
		err = errors.Join(err, closer())
	}
	return err
}

// wire makes the services and the doors to them.
func (a *app) wire(c *serveCmd, log *slog.Logger, public *url.URL, verifier *sigv4.Verifier) {
	sender := &message.Sender{
		Renderer: message.Renderer{PagesBase: func(*userpool.Pool) string { return a.public }},
		Now:      time.Now, Rand: rand.Reader, Log: log,
	}
	var inbox *message.Inbox // nil: nobody may look into one
	if a.local || c.Inbox {
		inbox = new(message.Inbox)
		sender.Email, sender.SMS = inbox, inbox
	}
	a.stock = tokens.NewStock(4)
	a.directory = &directory.Service{
		Store: a.store, Now: time.Now, Rand: rand.Reader, AccountID: c.AccountID, Outbound: c.outbound(), NewKey: a.stock.Take,
		Quotas: c.quotas(),
	}
	history, limiter := a.export(log, sender), c.limiter(a.directory)
	a.accounts = &account.Service{
		Users: a.store, Writer: a.store, Passwords: c.passwords(a.store), Messages: sender,
		Keys: a.keys, Quotas: a.directory.Quotas, Now: time.Now, Rand: rand.Reader, Log: log, Activity: history,
		Domains: a.directory, PagesHost: public.Hostname(),
	}
	a.imports = &importer.Service{
		Store: a.store, Accounts: a.accounts, Keys: a.keys, PublicURL: a.public, AccountID: c.AccountID,
		Quotas: a.directory.Quotas, Now: time.Now, Rand: rand.Reader, Log: log,
	}
	a.signing = &tokens.Keys{Store: a.store, Source: a.stock, Now: time.Now}
	a.directory.Deleted = a.signing.Forget
	issued := &tokens.Service{
		Config: a.directory, Store: a.store, Now: time.Now, Rand: rand.Reader,
		Keys:   a.signing,
		Issuer: tokens.Issuer{Form: tokens.Form(c.Issuer), PublicURL: a.public},
	}
	signIns := &auth.Service{
		Config: a.directory, Store: a.store, Accounts: a.accounts, Tokens: issued, Keys: a.keys, Now: time.Now, Rand: rand.Reader,
		Activity: history, Risk: a.threatProtection(log), Triggers: &trigger.Service{Invoker: a.functions},
	}
	a.metrics = handlers.NewMetrics()
	api := (&cognito.Server{
		Signatures: verifier, Directory: a.directory, Accounts: a.accounts, Auth: signIns, Imports: a.imports, Keys: a.keys,
		PagesHost: public.Hostname(), PublicURL: a.public, AccountID: c.AccountID, Log: log,
		RequestID: handlers.RequestID, ClientIP: handlers.ClientIP, Limiter: limiter,
		Observe: func(operation, exception string, took time.Duration) {
			a.metrics.Observe(cmp.Or(operation, "unknown"), cmp.Or(exception, "OK"), took)
		},
	}).Init()
	a.pages = &handlers.Server{
		OAuth: &oauth.Server{
			Directory: a.directory, Tokens: issued, Store: a.store, PublicURL: public,
			Limiter: limiter, Now: time.Now, Rand: rand.Reader, Log: log,
		},
		Auth: signIns, Accounts: a.accounts, API: api, Imports: a.imports, Assets: assets.Load(), Images: a.directory,
		PublicURL: public, TrustedProxies: c.TrustedProxies, Version: version(), Index: a.local, Limiter: limiter,
		Ready: func(ctx context.Context) error {
			_, err := a.store.ConfigVersion(ctx)
			return err
		},
		Inbox: inbox, Metrics: a.metrics, Now: time.Now, Rand: rand.Reader, Log: log,
	}
}

// How what has expired is deleted: every so often, so many rows of a kind in one
// transaction, and with a short pause for others while there are more. Strangers
// cause rows (a counter for each name that they try), so it has to keep up.
const (
	purgeEvery  = time.Minute
	purgePause  = 20 * time.Millisecond
	purgeAtOnce = 1000
)

// purge deletes what has expired, a little at a time, and forgets keys of pools
// that are gone, until ctx ends.
func (a *app) purge(ctx context.Context, log *slog.Logger) {
	for pause := purgeEvery; ; {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		more, err := a.store.Purge(ctx, time.Now(), purgeAtOnce)
		if err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, store.ErrNotFound) {
			log.Warn("expired rows were not deleted", "err", err)
		}
		if pause = purgeEvery; more {
			pause = purgePause
			continue
		}
		a.signing.Sweep(func(poolID string) bool { // other nodes delete pools too
			_, err := a.directory.Pool(ctx, poolID)
			return !fault.Is(err, fault.ResourceNotFound)
		})
	}
}

// Limits of a connection: a client that stalls does not hold one for ever.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 60 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 64 << 10
)

// serve answers on the first listener until ctx ends, then waits for requests in
// flight. The second, if there is one, is that of the metrics.
func (a *app) serve(ctx context.Context, listeners []net.Listener, c *serveCmd) error {
	servers := []*http.Server{
		{
			Handler: a.Handler, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout,
			WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		},
		{Handler: a.metrics.Handler(), ReadHeaderTimeout: readHeaderTimeout, IdleTimeout: idleTimeout},
	}[:len(listeners)]
	failed := make(chan error, len(servers))
	for i, s := range servers {
		go func() { failed <- s.Serve(listeners[i]) }()
	}
	select {
	case err := <-failed:
		return fmt.Errorf("serving ended: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Duration(c.ShutdownSeconds)*time.Second)
	defer cancel()
	var errs []error
	for _, s := range servers {
		if err := s.Shutdown(grace); err != nil {
			errs = append(errs, fmt.Errorf("requests were still in flight after %d s: %w", c.ShutdownSeconds, err))
		}
	}
	return errors.Join(errs...)
}

// Close ends the background work and closes the database. It may be called twice.
func (a *app) Close() error {
	a.once.Do(func() {
		a.stop()
		a.work.Wait()
		a.err = a.letGo()
	})
	return a.err
}
