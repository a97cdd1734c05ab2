package cognito

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"

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
	AccountID string
	Region    string // of the signature; "" in operations without one
	AccessKey string // likewise
}

type requestKey struct{}

// requestFrom gives the request that ctx belongs to.
func requestFrom(ctx context.Context) *request {
	return ctx.Value(requestKey{}).(*request)
}

// newRequest collects what is known before the signature is checked.
func (s *Server) newRequest(r *http.Request) *request {
	return &request{ID: newUUID(), SourceIP: s.sourceIP(r), UserAgent: r.UserAgent(), AccountID: s.AccountID}
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

// newUUID gives a random UUID (RFC 9562 §5.4).
func newUUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
