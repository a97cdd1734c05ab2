package logdelivery

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/userpool"
)

// pools are the log deliveries of pools by id.
type pools map[string]*userpool.LogDelivery

func (p pools) LogDelivery(_ context.Context, id string) (*userpool.LogDelivery, error) {
	if p[id] == nil {
		return nil, errors.New("no such pool")
	}
	return p[id], nil
}

func delivery(group, bucket string) *userpool.LogDelivery {
	return &userpool.LogDelivery{LogConfigurations: []userpool.LogConfiguration{
		{LogLevel: "ERROR", EventSource: userpool.LogUserNotification,
			CloudWatchLogsConfiguration: &userpool.CloudWatchLogsTarget{LogGroupArn: "arn:aws:logs:eu-west-1:111122223333:log-group:" + group}},
		{LogLevel: "INFO", EventSource: userpool.LogUserAuthEvents, S3Configuration: &userpool.S3Target{BucketArn: "arn:aws:s3:::" + bucket}},
	}}
}

func sample() pools {
	return pools{
		"eu-west-1_a": delivery("/aws/cognito/shop", "audit.example"),
		"eu-west-1_b": delivery("../../../etc/cron.d/x", ".."),
		"eu-west-1_c": {},
	}
}

func records() []Record {
	at := time.Date(2026, 3, 4, 23, 59, 59, 5e6, time.UTC)
	type m map[string]string
	return []Record{
		{"eu-west-1_a", userpool.LogUserNotification, at, m{"details": "one <mail>"}},
		{"eu-west-1_a", userpool.LogUserAuthEvents, at, m{"eventId": "1"}},
		{"eu-west-1_a", userpool.LogUserNotification, at, m{"details": "two"}},
		{"eu-west-1_b", userpool.LogUserNotification, at, m{"details": "out"}},
		{"eu-west-1_b", userpool.LogUserAuthEvents, at.Add(time.Second), m{"eventId": "2"}},
		{"eu-west-1_c", userpool.LogUserAuthEvents, at, m{"eventId": "nowhere"}},
		{"eu-west-1_d", userpool.LogUserAuthEvents, at, m{"eventId": "no pool"}},
	}
}

func wanted() map[string]string {
	return map[string]string{
		"cloudwatch/aws/cognito/shop/eu-west-1_a/2026-03-04.jsonl": `{"eventTimestamp":"1772668799005","eventSource":"USER_NOTIFICATION","logLevel":"ERROR","message":{"details":"one \u003cmail\u003e"},"logSourceId":{"userPoolId":"eu-west-1_a"}}
{"eventTimestamp":"1772668799005","eventSource":"USER_NOTIFICATION","logLevel":"ERROR","message":{"details":"two"},"logSourceId":{"userPoolId":"eu-west-1_a"}}
`,
		"s3/audit.example/eu-west-1_a/2026-03-04.jsonl": `{"eventTimestamp":"1772668799005","eventSource":"USER_ACTIVITY","logLevel":"INFO","message":{"eventId":"1"},"logSourceId":{"userPoolId":"eu-west-1_a"}}
`,
		"cloudwatch/__/__/__/etc/cron.d/x/eu-west-1_b/2026-03-04.jsonl": `{"eventTimestamp":"1772668799005","eventSource":"USER_NOTIFICATION","logLevel":"ERROR","message":{"details":"out"},"logSourceId":{"userPoolId":"eu-west-1_b"}}
`,
		"s3/__/eu-west-1_b/2026-03-05.jsonl": `{"eventTimestamp":"1772668800005","eventSource":"USER_ACTIVITY","logLevel":"INFO","message":{"eventId":"2"},"logSourceId":{"userPoolId":"eu-west-1_b"}}
`,
	}
}

// deliverAll sends the records and ends the exporter, which delivers what is left.
func deliverAll(t *testing.T, sink Sink, list []Record) {
	e := New(sample(), sink, slog.New(slog.DiscardHandler))
	for _, r := range list {
		e.Send(r)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	e.Run(ctx)
}

func TestFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "outer", "logs")
	files, err := OpenFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	deliverAll(t, files, records()[:1])
	deliverAll(t, files, records()[1:]) // appends
	if err := files.Close(); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	outer := filepath.Dir(dir)
	err = filepath.WalkDir(outer, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if info, err := d.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", name, info.Mode(), err)
		}
		text, err := os.ReadFile(name)
		relative, err2 := filepath.Rel(dir, name)
		got[filepath.ToSlash(relative)] = string(text)
		return errors.Join(err, err2)
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wanted(), got); diff != "" {
		t.Error(diff)
	}
}

func TestHTTP(t *testing.T) {
	var mu sync.Mutex
	got, tries := map[string]string{}, 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if tries++; tries == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		body, _ := io.ReadAll(r.Body)
		name, _ := strings.CutPrefix(r.URL.Path, "/in/")
		got[name] += string(body)
		if r.Method != "POST" || r.Header.Get("Content-Type") != "application/x-ndjson" {
			t.Errorf("%s with %s", r.Method, r.Header.Get("Content-Type"))
		}
	}))
	defer srv.Close()
	base, err := url.Parse(srv.URL + "/in/")
	if err != nil {
		t.Fatal(err)
	}
	deliverAll(t, NewHTTP(base), records())
	if diff := cmp.Diff(wanted(), got); diff != "" {
		t.Error(diff)
	}
}

// stuck is a sink that takes nothing until it is let go.
type stuck struct {
	release chan struct{}
	lines   int
}

func (s *stuck) Write(_ context.Context, _ string, lines []byte) error {
	<-s.release
	s.lines += strings.Count(string(lines), "\n")
	return nil
}

// TestFullQueue: a sink that hangs holds nobody up; what doesn't fit is dropped and
// told.
func TestFullQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		sink := &stuck{release: make(chan struct{})}
		e := New(sample(), sink, slog.New(slog.NewTextHandler(&log, nil)))
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { e.Run(ctx) })
		r := records()[0]
		e.Send(r)
		synctest.Wait() // it hangs in the sink now
		for range queueLength + 100 {
			e.Send(r)
		}
		close(sink.release)
		stop()
		running.Wait()
		if sink.lines != queueLength+1 || !strings.Contains(log.String(), "dropped=100") {
			t.Errorf("%d lines, log %q", sink.lines, log.String())
		}
	})
}

// broken is a sink that fails for one path.
type broken struct{ got map[string]int }

func (b broken) Write(_ context.Context, to string, lines []byte) error {
	if strings.HasPrefix(to, "s3/") {
		return errors.New("no space left")
	}
	b.got[to] += strings.Count(string(lines), "\n")
	return nil
}

// TestBrokenSink: what one destination refuses is no harm to the others.
func TestBrokenSink(t *testing.T) {
	sink := broken{map[string]int{}}
	deliverAll(t, sink, records())
	want := map[string]int{"cloudwatch/aws/cognito/shop/eu-west-1_a/2026-03-04.jsonl": 2, "cloudwatch/__/__/__/etc/cron.d/x/eu-west-1_b/2026-03-04.jsonl": 1}
	if !maps.Equal(sink.got, want) {
		t.Errorf("got %v, want %v", sink.got, want)
	}
	var none *Exporter
	none.Send(records()[0])
}
