package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"idpond/handlers"
	"idpond/internal/activity"
	"idpond/internal/auth/risk"
	"idpond/internal/directory"
	"idpond/internal/logdelivery"
	"idpond/internal/message"
	"idpond/internal/throttle"
	"idpond/internal/userpool"
)

// operating is what an operator sets beside pools: quotas, rates, exported logs,
// leaked passwords.
type operating struct {
	Quota      []string `name:"quota" sep:"," placeholder:"NAME=N" help:"Change a quota of the service, such as groups-per-pool=20000, or the greatest rate that UpdateProvisionedLimit allows, such as UserAuthentication=5000. May be given more than once."`
	RateLimits string   `name:"rate-limits" default:"off" enum:"on,off" placeholder:"on|off" help:"Hold requests to the service's rates per second, which are low for a test suite: ${enum} (${default})."`
	LogSink    string   `name:"log-sink" placeholder:"DIR|URL" help:"Where logs go that pools export (SetLogDeliveryConfiguration): a directory for files, or an http or https URL to post to, with the name of the log group, stream or bucket behind it (default: nowhere)."`

	LeakedPasswords string `name:"leaked-passwords" placeholder:"FILE" help:"Passwords that have leaked, for pools with threat protection: the SHA-1 of one in each line, in ascending order, possibly with : and a number behind it (default: only the commonest ones are known)."`
}

func (o operating) validate() error {
	if _, err := userpool.ParseQuotas(o.Quota); err != nil {
		return fmt.Errorf("--quota: %w", err)
	}
	if o.sinkIsURL() {
		if u, err := url.Parse(o.LogSink); err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
			return errors.New("--log-sink must be a directory, or an http or https URL with a host and neither query nor fragment")
		}
	}
	return nil
}

// quotas are the quotas of a server whose settings are valid.
func (o operating) quotas() userpool.Quotas {
	q, err := userpool.ParseQuotas(o.Quota)
	if err != nil {
		panic(err) // validate has let it through
	}
	return q
}

// limiter is nil when rates aren't limited.
func (o operating) limiter(rates *directory.Service) *throttle.Limiter {
	if o.RateLimits != "on" {
		return nil
	}
	return throttle.New(rates, time.Now)
}

func (o operating) sinkIsURL() bool {
	return strings.HasPrefix(o.LogSink, "http://") || strings.HasPrefix(o.LogSink, "https://")
}

// sink is where exported logs go, nil for nowhere. The function lets it go.
func (o operating) sink() (logdelivery.Sink, func() error, error) {
	none := func() error { return nil }
	switch {
	case o.LogSink == "":
		return nil, none, nil
	case o.sinkIsURL():
		u, err := url.Parse(o.LogSink)
		if err != nil {
			return nil, nil, err
		}
		return logdelivery.NewHTTP(u), none, nil
	}
	files, err := logdelivery.OpenFiles(o.LogSink)
	if err != nil {
		return nil, nil, fmt.Errorf("the directory of exported logs cannot be opened: %w (choose another with --log-sink)", err)
	}
	return files, files.Close, nil
}

// leaked knows the passwords that have leaked.
func (o operating) leaked() (*risk.Leaked, error) {
	if o.LeakedPasswords == "" {
		return risk.CommonPasswords(), nil
	}
	l, err := risk.OpenLeaked(o.LeakedPasswords)
	if err != nil {
		return nil, fmt.Errorf("the file of --leaked-passwords cannot be used: %w", err)
	}
	return l, nil
}

// threatProtection makes the service that judges sign-ins. It takes the tokens of
// its mails from the accounts, which ask it.
func (a *app) threatProtection(log *slog.Logger) *risk.Service {
	judge := &risk.Service{
		Config: a.directory, History: a.store, Leaked: a.leaked, Messages: a.accounts.Messages, FeedbackToken: a.accounts.FeedbackToken,
		FeedbackPage: a.public + handlers.FeedbackPath, Now: time.Now, Log: log,
	}
	a.accounts.Risk = judge
	return judge
}

// export makes the app deliver the logs of pools to its sink, if it has one: messages that couldn't be
// sent, and what users did. It gives the recorder of the latter.
func (a *app) export(log *slog.Logger, sender *message.Sender) *activity.Recorder {
	history := &activity.Recorder{Now: time.Now, NewID: uuid.NewString}
	if a.sink == nil {
		return history
	}
	a.exporter = logdelivery.New(a.directory, a.sink, log)
	history.Export = func(poolID string, at time.Time, m activity.Message) {
		a.exporter.Send(logdelivery.Record{PoolID: poolID, Source: userpool.LogUserAuthEvents, Time: at, Message: m})
	}
	sender.Failed = func(_ context.Context, p *userpool.Pool, f message.Failure) {
		a.exporter.Send(logdelivery.Record{PoolID: p.ID, Source: userpool.LogUserNotification, Time: time.Now(), Message: f})
	}
	return history
}
