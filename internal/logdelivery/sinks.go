package logdelivery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"
	"time"
)

// Files appends to files below a directory.
type Files struct{ root *os.Root }

// OpenFiles makes the directory, if it isn't there, readable by its owner alone.
func OpenFiles(dir string) (*Files, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Files{root: root}, nil
}

// Write appends to a file in one write, so that lines of several servers don't mix.
func (f *Files) Write(_ context.Context, name string, lines []byte) error {
	if err := f.root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return err
	}
	file, err := f.root.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(lines)
	return errors.Join(err, file.Close())
}

// Close lets the directory go.
func (f *Files) Close() error { return f.root.Close() }

// How often a POST is tried, and how long one may take.
const (
	postTries   = 3
	postTimeout = 10 * time.Second
	postPause   = 200 * time.Millisecond // before the second try; twice that before the third
)

// HTTP posts lines to a URL, to which the path is added, as application/x-ndjson.
// Any answer of 2xx is good.
type HTTP struct {
	base   string
	client *http.Client
}

// NewHTTP posts below an http or https URL.
func NewHTTP(base *url.URL) *HTTP {
	return &HTTP{base: strings.TrimSuffix(base.String(), "/"), client: &http.Client{
		Timeout:       postTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Write posts, again if it has to.
func (h *HTTP) Write(ctx context.Context, name string, lines []byte) error {
	for try := 1; ; try++ {
		err := h.post(ctx, name, lines)
		if err == nil || try == postTries {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(postPause << (try - 1)):
		}
	}
}

func (h *HTTP) post(ctx context.Context, name string, lines []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.base+"/"+name, bytes.NewReader(lines))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-ndjson")
	resp, err := h.client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection is used again
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("the log sink answered %s", resp.Status)
	}
	return nil
}
