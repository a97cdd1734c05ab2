// Package logdelivery exports the logs that pools are configured to export
// (reference: api-behaviour §20.8): messages that couldn't be sent, and the
// sign-in history.
//
//	request ─▶ Send ─▶ queue, bounded; a full one drops ─▶ Run ─▶ where does the pool want it?
//	           (never waits)                                        │ nowhere: dropped
//	                                                                ▼
//	                  Sink: {kind}/{name}/{pool}/{day}.jsonl ◀─ lines, many in one write
//	                        a file below a directory, or a POST to a URL with this path
//
// The kind is cloudwatch, firehose or s3, and the name that of the log group, stream
// or bucket whose ARN the pool names. Delivery is best effort, as the service's is:
// what the sink doesn't take after a few tries is dropped, and the server's log says
// how much. A line is what the service would have written; no password, code, token
// or message body is ever in one.
package logdelivery

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"path"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"idpond/internal/userpool"
)

// Config says where pools' logs go; directory.Service does.
type Config interface {
	LogDelivery(ctx context.Context, poolID string) (*userpool.LogDelivery, error)
}

// Sink takes lines of JSON, each with its line end. The path has only letters,
// digits and harmless signs in its parts, none of which is empty or made of dots.
type Sink interface {
	Write(ctx context.Context, path string, lines []byte) error
}

// Record is one entry of a pool's logs.
type Record struct {
	PoolID  string
	Source  string // userpool.LogUserNotification or LogUserAuthEvents
	Time    time.Time
	Message any // its JSON is the line's message
}

// How much waits, how much is written at once, and how long the rest may take when
// the server ends.
const (
	queueLength = 4096
	batchLength = 512
	endAfter    = 5 * time.Second
)

// Exporter delivers records. Make one with New and call Run once.
type Exporter struct {
	config  Config
	sink    Sink
	log     *slog.Logger
	queue   chan Record
	dropped atomic.Int64 // since the log last told
}

// New makes an exporter to a sink.
func New(config Config, sink Sink, log *slog.Logger) *Exporter {
	return &Exporter{config: config, sink: sink, log: log, queue: make(chan Record, queueLength)}
}

// Send queues a record and never waits. A nil *Exporter drops it.
func (e *Exporter) Send(r Record) {
	if e == nil {
		return
	}
	select {
	case e.queue <- r:
	default:
		e.dropped.Add(1)
	}
}

// Run delivers until ctx ends, and then what is still queued; what is under way
// when ctx ends is not cut off but has a while to finish.
func (e *Exporter) Run(ctx context.Context) {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	context.AfterFunc(ctx, func() { time.AfterFunc(endAfter, cancel) })
	for {
		select {
		case <-ctx.Done():
			for batch := e.more(nil); len(batch) > 0; batch = e.more(nil) {
				e.deliver(work, batch)
			}
			return
		case r := <-e.queue:
			e.deliver(work, e.more([]Record{r}))
		}
	}
}

// more adds what waits in the queue to a batch, without waiting for it.
func (e *Exporter) more(batch []Record) []Record {
	for len(batch) < batchLength {
		select {
		case r := <-e.queue:
			batch = append(batch, r)
		default:
			return batch
		}
	}
	return batch
}

// deliver writes a batch, the lines for one path together and in their order.
func (e *Exporter) deliver(ctx context.Context, batch []Record) {
	lines, paths := map[string]*bytes.Buffer{}, []string{}
	for _, r := range batch {
		to, level, err := e.destination(ctx, r)
		if err != nil {
			e.lost(ctx, 1, err)
			continue
		}
		if to == "" {
			continue
		}
		if lines[to] == nil {
			lines[to], paths = new(bytes.Buffer), append(paths, to)
		}
		if err := writeLine(lines[to], r, level); err != nil {
			e.lost(ctx, 1, err)
		}
	}
	for _, to := range paths {
		text := lines[to].Bytes()
		if err := e.sink.Write(ctx, to, text); err != nil {
			e.lost(ctx, bytes.Count(text, []byte("\n")), err)
		}
	}
	if n := e.dropped.Swap(0); n > 0 {
		e.log.WarnContext(ctx, "logs of user pools came faster than they could be delivered", "dropped", n)
	}
}

func (e *Exporter) lost(ctx context.Context, n int, err error) {
	e.log.WarnContext(ctx, "logs of a user pool were not delivered", "lines", n, "err", err)
}

// destination gives the path that a record goes to, "" for nowhere.
func (e *Exporter) destination(ctx context.Context, r Record) (to, level string, err error) {
	d, err := e.config.LogDelivery(ctx, r.PoolID)
	if err != nil {
		return "", "", err
	}
	c := d.For(r.Source)
	if c == nil {
		return "", "", nil
	}
	kind, name := c.Target()
	return path.Join(kind, safePath(name), safePath(r.PoolID), r.Time.UTC().Format("2006-01-02")+".jsonl"), c.LogLevel, nil
}

// safePath makes the name of a destination a path that leads nowhere else: the
// characters that names can have and file systems mind become "_".
func safePath(name string) string {
	var parts []string
	for part := range strings.SplitSeq(name, "/") {
		part = strings.Map(func(r rune) rune {
			if r == '.' || r == '-' || r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
				return r
			}
			return '_'
		}, part)
		if strings.Trim(part, ".") == "" {
			part = strings.Repeat("_", len(part))
		}
		if part != "" {
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		return "_"
	}
	return strings.Join(parts, "/")
}

// line is one entry as the service writes it.
type line struct {
	EventTimestamp string `json:"eventTimestamp"` // milliseconds since 1970
	EventSource    string `json:"eventSource"`
	LogLevel       string `json:"logLevel"`
	Message        any    `json:"message"`
	LogSourceID    struct {
		UserPoolID string `json:"userPoolId"`
	} `json:"logSourceId"`
}

func writeLine(to *bytes.Buffer, r Record, level string) error {
	l := line{
		EventTimestamp: strconv.FormatInt(r.Time.UnixMilli(), 10), LogLevel: level, Message: r.Message,
		EventSource: map[string]string{userpool.LogUserNotification: "USER_NOTIFICATION", userpool.LogUserAuthEvents: "USER_ACTIVITY"}[r.Source],
	}
	l.LogSourceID.UserPoolID = r.PoolID
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	to.Write(text)
	return to.WriteByte('\n')
}
