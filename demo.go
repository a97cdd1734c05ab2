package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"idpond/handlers"
	"idpond/internal/account"
	"idpond/internal/directory"
	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// The demo pool's fixed ids. The pool's is {region}_DemoPool1.
const (
	demoPoolName      = "DemoPool1"
	demoDomain        = "demo"
	demoPublicClient  = "demopublicclient0000000001"
	demoPrivateClient = "demosecretclient0000000002"
	demoUsername      = "demo@example.com"
)

// welcome makes the demo pool in an empty database and gives what a person who
// starts the server wants to read, at most 15 lines.
func (a *app) welcome(ctx context.Context, c *serveCmd) (string, error) {
	version, err := a.store.ConfigVersion(ctx)
	if err != nil {
		return "", err
	}
	var password string
	empty := version <= store.NothingConfigured
	if empty && a.local && !c.Empty {
		if password, err = a.makeDemo(ctx, c.Region); err != nil {
			return "", fmt.Errorf("the demo pool could not be made: %w", err)
		}
	}
	pool, err := a.findDemo(ctx)
	if err != nil {
		return "", err
	}
	if pool != "" {
		a.pages.Demo = &handlers.Demo{ClientID: demoPublicClient, Username: demoUsername}
	}
	a.Handler = a.pages.Handler()
	data := "found the database " + c.where()
	if empty {
		data = "began with an empty database, " + c.where()
	}
	return a.banner(pool, password, data), nil
}

// banner is what a start prints; demo is the demo pool's id, "" without one.
func (a *app) banner(demo, password, data string) string {
	var b strings.Builder
	line := func(name, text string) { fmt.Fprintf(&b, "  %-11s %s\n", name, text) }
	fmt.Fprintf(&b, "idpond is serving user pools.\n\n")
	line("API", a.public)
	line("", "export AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER="+a.public)
	if a.address != "" {
		line("Listening", "on "+a.address)
	}
	if demo != "" {
		line("Demo pool", demo+", app client "+demoPublicClient)
		line("Demo app", a.public+handlers.DemoPath+"  (signs in and shows its tokens)")
		line("Sign in", a.public+"/login?client_id="+demoPublicClient)
	}
	if password != "" {
		line("", "as "+demoUsername+" with the password "+password)
	}
	if a.pages.Inbox != nil {
		line("Inbox", a.public+"/_idpond/inbox  (every mail and SMS, with its code)")
	}
	line("Data", data)
	fmt.Fprintf(&b, "\nCtrl-C ends it.\n")
	return b.String()
}

// where says where the data is, without a password that may be in the URL.
func (s storage) where() string {
	dsn, err := s.dsn()
	if err != nil || strings.HasPrefix(dsn, "postgres") {
		return "on PostgreSQL"
	}
	return dsn
}

// makeDemo makes a pool that signs in with e-mail addresses, a domain, a public and
// a confidential client, and a user. It gives the user's password.
func (a *app) makeDemo(ctx context.Context, region string) (password string, err error) {
	settings := userpool.DefaultPoolSettings()
	settings.UsernameAttributes = []string{"email"}
	settings.AutoVerifiedAttributes = []string{"email"}
	settings.UsernameConfiguration = &userpool.UsernameConfiguration{CaseSensitive: false}
	p, err := a.directory.CreatePool(ctx, directory.NewPool{ID: region + "_" + demoPoolName, Region: region, Name: "demo", Settings: settings})
	if err != nil {
		return "", err
	}
	if _, err := a.directory.CreateDomain(ctx, p, userpool.Domain{Name: demoDomain, ManagedLoginVersion: 1}); err != nil {
		return "", err
	}
	client := userpool.DefaultClientSettings()
	client.ExplicitAuthFlows = []string{"ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
	client.PreventUserExistenceErrors = "ENABLED"
	client.SupportedIdentityProviders = []string{"COGNITO"}
	client.AllowedOAuthFlowsUserPoolClient = true
	client.AllowedOAuthFlows = []string{"code", "implicit"}
	client.AllowedOAuthScopes = []string{"openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"}
	client.CallbackURLs = []string{a.public + handlers.DemoCallbackPath, "http://localhost:3000/"}
	client.LogoutURLs = []string{a.public + handlers.DemoPath, "http://localhost:3000/"}
	client.DefaultRedirectURI = a.public + handlers.DemoCallbackPath
	if _, err := a.directory.CreateClient(ctx, p, directory.NewClient{ID: demoPublicClient, Name: "Demo app", Settings: client}); err != nil {
		return "", err
	}
	if _, err := a.directory.CreateClient(ctx, p, directory.NewClient{ID: demoPrivateClient, Name: "Demo server", GenerateSecret: true, Settings: client}); err != nil {
		return "", err
	}
	return a.makeDemoUser(ctx, p)
}

func (a *app) makeDemoUser(ctx context.Context, p *userpool.Pool) (password string, err error) {
	if password, err = readablePassword(); err != nil {
		return "", err
	}
	_, err = a.accounts.AdminCreate(ctx, p, account.Invitation{
		NewUser: account.NewUser{
			Username:   demoUsername,
			Password:   password,
			Attributes: map[string]string{"email": demoUsername, "email_verified": "true", "name": "Demo User"},
		},
		Suppress: true,
	})
	if err != nil {
		return "", err
	}
	return password, a.accounts.AdminSetPassword(ctx, p, demoUsername, password, true)
}

// readablePassword is easy to type and has 40 bits of chance, which the lock-out
// makes plenty for a demo on loopback.
func readablePassword() (string, error) {
	words := []string{"Heron", "Otter", "Reed", "Willow", "Minnow", "Lily", "Newt", "Swift", "Alder", "Marsh", "Ripple", "Pebble", "Teal", "Carp", "Moss", "Brook"}
	var parts []string
	for range 3 {
		i, err := rand.Int(rand.Reader, big.NewInt(int64(len(words))))
		if err != nil {
			return "", err
		}
		n, err := rand.Int(rand.Reader, big.NewInt(1000))
		if err != nil {
			return "", err
		}
		parts = append(parts, fmt.Sprintf("%s%03d", words[i.Int64()], n))
	}
	return strings.Join(parts, "-"), nil
}

// findDemo gives the demo pool's id, or "" if it is not there, and lets the demo
// client call back to the address that the server has today.
func (a *app) findDemo(ctx context.Context) (string, error) {
	p, c, err := a.directory.Client(ctx, demoPublicClient)
	if fault.Is(err, fault.ResourceNotFound) || err == nil && (!a.local || !strings.HasSuffix(p.ID, "_"+demoPoolName)) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	settings := c.Settings
	callback, home := a.public+handlers.DemoCallbackPath, a.public+handlers.DemoPath
	if settings.DefaultRedirectURI == callback && slices.Contains(settings.CallbackURLs, callback) && slices.Contains(settings.LogoutURLs, home) {
		return p.ID, nil
	}
	settings.CallbackURLs = moved(settings.CallbackURLs, handlers.DemoCallbackPath, callback)
	settings.LogoutURLs = moved(settings.LogoutURLs, handlers.DemoPath, home)
	settings.DefaultRedirectURI = callback
	_, err = a.directory.UpdateClient(ctx, p, c.ID, "", settings)
	if _, refused := errors.AsType[*fault.Error](err); refused {
		return "", nil // somebody made another client of it; it is theirs
	} else if err != nil {
		return "", err
	}
	return p.ID, nil
}

// moved replaces the addresses of a page of the demo, which were those of earlier
// starts on other ports, by the one that it has today.
func moved(urls []string, path, today string) []string {
	kept := slices.DeleteFunc(slices.Clone(urls), func(u string) bool { return strings.HasSuffix(u, path) })
	return append([]string{today}, kept...)
}
