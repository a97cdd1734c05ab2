package trigger

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"idpond/internal/outbound"
)

// How functions are called (reference: api-behaviour §19.1).
const (
	tries      = 3
	tryTimeout = 5 * time.Second
	pause      = 100 * time.Millisecond // before the second try after a failed connection; twice that before the third
	maxAnswer  = 6291556                // bytes, as of a function's answer in the service
	maxMessage = 2048                   // bytes of a function's message that are passed on
)

// SignatureHeader is the header by which a function can tell that it is called by
// who knows the secret: t={seconds since 1970},v1={hex HMAC-SHA256 of "{t}.{body}"}.
const SignatureHeader = "Idpond-Signature"

// HTTP is an Invoker that posts events to URLs. An answer of 2xx is the function's;
// any other, and a JSON object with an errorMessage and no response, is its failure. So
// is what an emulator of the service's function API marks with X-Amz-Function-Error.
//
//	POST ─▶ 2xx ─▶ answer or errorMessage
//	     ─▶ 3xx ─▶ ErrConfiguration: redirects aren't followed, an event is for one place
//	     ─▶ 4xx, 5xx ─▶ *FunctionError
//	     ─▶ no answer in time, or no connection ─▶ again, three tries in all
type HTTP struct {
	// Timeout is for one try, with the reading of its answer. Pause is before another
	// try after a failed connection, doubled each time. NewHTTP sets both.
	Timeout, Pause time.Duration

	functions Functions
	client    *http.Client
	secret    []byte
	now       func() time.Time
}

// NewHTTP calls functions as far as the guard admits. Requests are signed if there
// is a secret.
func NewHTTP(functions Functions, guard *outbound.Guard, secret string, now func() time.Time) *HTTP {
	client := guard.Client()
	client.Timeout = 0 // each try has its own
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &HTTP{Timeout: tryTimeout, Pause: pause, functions: functions, client: client, secret: []byte(secret), now: now}
}

// Close lets connections go.
func (h *HTTP) Close() error {
	h.client.CloseIdleConnections()
	return nil
}

// Invoke is Invoker.
func (h *HTTP) Invoke(ctx context.Context, arn string, event []byte) ([]byte, error) {
	to := h.functions.find(arn)
	if to == nil {
		return nil, fmt.Errorf("%w: no URL is given for %s", ErrConfiguration, arn)
	}
	for try := 1; ; try++ {
		body, err := h.try(ctx, to, event)
		if err == nil || ctx.Err() != nil {
			return body, ctx.Err()
		}
		if try == tries || !worthAnother(err) {
			return nil, err
		}
		if errors.Is(err, ErrTimeout) {
			continue
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(h.Pause << (try - 1)):
		}
	}
}

// worthAnother reports whether a call may go better when it is made again: not one
// that the function has decided, nor one that was not allowed.
func worthAnother(err error) bool {
	_, decided := errors.AsType[*FunctionError](err)
	return !decided && !errors.Is(err, ErrConfiguration) && !errors.Is(err, outbound.ErrRefused)
}

// try makes one call.
func (h *HTTP) try(ctx context.Context, to *url.URL, event []byte) ([]byte, error) {
	within, cancel := context.WithTimeout(ctx, h.Timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(within, http.MethodPost, to.String(), bytes.NewReader(event))
	if err != nil {
		return nil, fmt.Errorf("%w: %s", ErrConfiguration, to.Hostname())
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "idpond")
	if len(h.secret) > 0 {
		r.Header.Set(SignatureHeader, h.sign(event))
	}
	resp, err := h.client.Do(r)
	if err != nil {
		return nil, connectionError(within, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, connectionError(within, err)
	}
	return judge(resp, body)
}

// sign gives the value of SignatureHeader for a body sent now.
func (h *HTTP) sign(body []byte) string {
	t := h.now().Unix()
	mac := hmac.New(sha256.New, h.secret)
	fmt.Fprintf(mac, "%d.%s", t, body)
	return fmt.Sprintf("t=%d,v1=%s", t, hex.EncodeToString(mac.Sum(nil)))
}

// connectionError is the error of a call that got no answer, without the URL that
// the client puts around it, which may hold a key.
func connectionError(within context.Context, err error) error {
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err
	}
	// A dialler and the context have the same deadline; either may be the first to say so.
	if late, ok := errors.AsType[net.Error](err); ok && late.Timeout() || errors.Is(within.Err(), context.DeadlineExceeded) {
		return ErrTimeout
	}
	return fmt.Errorf("trigger: the function can't be reached: %w", err)
}

// judge tells a function's answer from its failure.
func judge(resp *http.Response, body []byte) ([]byte, error) {
	status := fmt.Sprintf("%d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	message, failed := errorMessage(body)
	switch mark := resp.Header.Get("X-Amz-Function-Error"); {
	case resp.StatusCode/100 == 3:
		return nil, fmt.Errorf("%w: the function's URL answers %s", ErrConfiguration, status)
	case len(body) > maxAnswer:
		return nil, functionError(fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", maxAnswer))
	case failed:
		return nil, functionError(message)
	case mark != "":
		return nil, functionError(mark)
	case resp.StatusCode/100 != 2:
		return nil, functionError(strings.TrimSpace(status))
	}
	return body, nil
}

// errorMessage gives what a failed function says.
func errorMessage(body []byte) (string, bool) {
	var whole map[string]json.RawMessage
	var message *string
	if json.Unmarshal(body, &whole) != nil || whole["response"] != nil || whole["errorMessage"] == nil ||
		json.Unmarshal(whole["errorMessage"], &message) != nil || message == nil {
		return "", false
	}
	return *message, true
}

func functionError(message string) error {
	return &FunctionError{strings.ToValidUTF8(message[:min(len(message), maxMessage)], "")}
}
