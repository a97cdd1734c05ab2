package cognito

import (
	"context"
	"log/slog"
	"net"
	"net/http"

	"github.com/google/uuid"

	"idpond/internal/auth"
	"idpond/internal/userpool"
)

// Client is an app client that a public request names, with its pool.
type Client struct {
	*userpool.AppClient
	Pool *userpool.Pool
}

// Caller is the user of an access token.
type Caller = auth.Caller

// request is what is known of a request beside its body.
type request struct {
	ID        string // UUID, as in x-amzn-RequestId
	Operation string
	SourceIP  string
	UserAgent string
	Region    string // of the signature; "" in operations without one
	AccessKey string // likewise
}

// attrs says in a line of the log which request it is about, and whose.
func (r *request) attrs(more ...slog.Attr) []slog.Attr {
	attrs := append([]slog.Attr{slog.String("op", r.Operation)}, more...)
	attrs = append(attrs, slog.String("request", r.ID))
	if r.AccessKey != "" {
		attrs = append(attrs, slog.String("key", r.AccessKey))
	}
	return attrs
}

type requestKey struct{}

// requestFrom gives the request that ctx belongs to.
func requestFrom(ctx context.Context) *request {
	return ctx.Value(requestKey{}).(*request)
}

// newRequest collects what is known before the signature is checked.
func (s *Server) newRequest(r *http.Request) *request {
	return &request{ID: s.requestID(r), SourceIP: s.sourceIP(r), UserAgent: r.UserAgent()}
}

func (s *Server) requestID(r *http.Request) string {
	if s.RequestID != nil {
		return s.RequestID(r.Context())
	}
	return uuid.NewString()
}

func (s *Server) sourceIP(r *http.Request) string {
	if s.ClientIP != nil {
		return s.ClientIP(r)
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
