package trigger

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"idpond/internal/fault"
	"idpond/internal/outbound"
)

const defineARN = "arn:aws:lambda:eu-west-1:000000000000:function:define"

// function serves a handler as the function "define" and gives what calls it.
func function(t *testing.T, h http.HandlerFunc) *HTTP {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return calling(t, server.URL+"/fn?code=hush", &outbound.Guard{Loopback: true})
}

func calling(t *testing.T, address string, guard *outbound.Guard) *HTTP {
	t.Helper()
	functions, err := ParseFunctions([]string{"define=" + address})
	if err != nil {
		t.Fatal(err)
	}
	h := NewHTTP(functions, guard, "", time.Now)
	h.Pause = time.Millisecond
	t.Cleanup(func() { h.Close() })
	return h
}

func answers(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// define asks DefineAuthChallenge through h, with an answer of the user in the event
// that no error may repeat.
func define(ctx context.Context, h *HTTP) (DefineAuthChallengeResponse, error) {
	return (&Service{Invoker: h}).Define(ctx, occasion(), DefineAuthChallengeRequest{
		UserAttributes: UserAttributes(pool(), jane()), ClientMetadata: map[string]string{"pin": "hush-1234"}})
}

func TestRequest(t *testing.T) {
	var method, path, kind, signed string
	var body []byte
	h := function(t, func(w http.ResponseWriter, r *http.Request) {
		method, path, kind, signed = r.Method, r.URL.RequestURI(), r.Header.Get("Content-Type"), r.Header.Get(SignatureHeader)
		body, _ = io.ReadAll(r.Body)
		w.Write(bytes.Replace(body, []byte(`"issueTokens":null`), []byte(`"issueTokens":true`), 1))
	})
	h.secret, h.now = []byte("a secret of the two"), func() time.Time { return time.Unix(1700000000, 5e8) }
	got, err := define(t.Context(), h)
	if err != nil || !got.IssueTokens {
		t.Fatalf("got %+v, %v", got, err)
	}
	if method != "POST" || path != "/fn?code=hush" || kind != "application/json" {
		t.Errorf("got %s %s as %s", method, path, kind)
	}
	mac := hmac.New(sha256.New, []byte("a secret of the two"))
	fmt.Fprintf(mac, "1700000000.%s", body)
	if want := "t=1700000000,v1=" + hex.EncodeToString(mac.Sum(nil)); signed != want {
		t.Errorf("signature %q, want %q", signed, want)
	}
	h.secret = nil
	if _, err := define(t.Context(), h); err != nil || signed != "" {
		t.Errorf("without a secret: %v, signature %q", err, signed)
	}
}

// TestFailures: each way to fail has its sentence and its number of tries, and
// nothing of it that is logged holds what was sent or the URL's key.
func TestFailures(t *testing.T) {
	const (
		failed  = "UserLambdaValidationException: DefineAuthChallenge failed with error "
		invoked = "UnexpectedLambdaException: DefineAuthChallenge invocation failed due to "
	)
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		want    string
		calls   int32
	}{
		{"errorMessage", answers(200, `{"errorMessage":"Captcha wrong 100%","errorType":"Error"}`), failed + "Captcha wrong 100%.", 1},
		{"errorMessage of a failed request", answers(500, `{"errorMessage":"no"}`), failed + "no.", 1},
		{"empty errorMessage", answers(200, `{"errorMessage":""}`), failed + ".", 1},
		{"long errorMessage", answers(200, `{"errorMessage":"`+strings.Repeat("ü", 2000)+`"}`), failed + strings.Repeat("ü", 1024) + ".", 1},
		{"marked", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
			io.WriteString(w, `{"response":{"issueTokens":true}}`)
		}, failed + "Unhandled.", 1},
		{"server error", answers(503, "upstream"), failed + "503 Service Unavailable.", 1},
		{"not found", answers(404, `{"response":{"issueTokens":true}}`), failed + "404 Not Found.", 1},
		{"redirect", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/fn", http.StatusTemporaryRedirect) }, invoked + "configuration.", 1},
		{"too long", answers(200, `{"response":{"issueTokens":true}}`+strings.Repeat(" ", maxAnswer)),
			failed + "Response payload size exceeded maximum allowed payload size (6291556 bytes)..", 1},
		{"connection lost", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, invoked + "error ServiceException.", 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			var calls atomic.Int32
			h := function(t, func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				c.handler(w, r)
			})
			_, err := define(t.Context(), h)
			refused(t, err, c.want)
			if calls.Load() != c.calls {
				t.Errorf("%d calls, want %d", calls.Load(), c.calls)
			}
		})
	}
}

// TestTimeouts: a function has five seconds for its whole answer, three times. The
// time is that of a bubble, in which it passes when everybody waits.
func TestTimeouts(t *testing.T) {
	for _, begun := range []string{"", `{"response":`} {
		synctest.Test(t, func(t *testing.T) {
			var calls atomic.Int32
			h := calling(t, "http://localhost/fn?code=hush", &outbound.Guard{Loopback: true})
			h.client = &http.Client{Transport: inMemory(t, func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				io.Copy(io.Discard, r.Body) // so that the server sees the client leave
				io.WriteString(w, begun)
				if begun != "" {
					w.(http.Flusher).Flush()
				}
				<-r.Context().Done()
			})}
			asked := time.Now()
			_, err := define(t.Context(), h)
			refused(t, err, "UnexpectedLambdaException: DefineAuthChallenge invocation failed due to error Socket timeout while invoking Lambda function.")
			if took := time.Since(asked); calls.Load() != 3 || took != 15*time.Second {
				t.Errorf("begun with %q: %d calls in %v", begun, calls.Load(), took)
			}
		})
	}
}

// inMemory gives a transport to a server that it reaches without a network, which a
// bubble does not know.
func inMemory(t *testing.T, handler http.HandlerFunc) http.RoundTripper {
	dialled := make(pipes)
	server := &http.Server{Handler: handler}
	go server.Serve(dialled)
	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		dialled <- there
		return here, nil
	}}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
	})
	return transport
}

// pipes is a listener for connections of memory.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	conn, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return conn, nil
}

func (p pipes) Close() error   { close(p); return nil }
func (p pipes) Addr() net.Addr { return new(net.TCPAddr) }

// TestSlowDial: a connection that is not made in time is a time-out too, whoever notices.
func TestSlowDial(t *testing.T) {
	h := calling(t, "http://localhost/fn?code=hush", &outbound.Guard{Loopback: true})
	h.client = &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.ErrDeadlineExceeded}
	}}}
	_, err := define(t.Context(), h)
	refused(t, err, "UnexpectedLambdaException: DefineAuthChallenge invocation failed due to error Socket timeout while invoking Lambda function.")
}

// refused checks a fault and that its cause can be logged.
func refused(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || err.Error() != want {
		t.Fatalf("got %v, want %s", err, want)
	}
	cause := fault.Of(err).Unwrap()
	if cause == nil || strings.Contains(cause.Error(), "hush") || strings.Contains(cause.Error(), "Captcha") {
		t.Errorf("the cause for the log is %v", cause)
	}
}

// A function that fails to connect at first is called again, with the same event.
func TestAnotherTry(t *testing.T) {
	var calls atomic.Int32
	var events []string
	h := function(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		events = append(events, string(body))
		if calls.Add(1) < 3 {
			panic(http.ErrAbortHandler)
		}
		io.WriteString(w, `{"response":{"failAuthentication":true}}`)
	})
	got, err := define(t.Context(), h)
	if err != nil || !got.FailAuthentication {
		t.Fatalf("got %+v, %v", got, err)
	}
	if len(events) != 3 || events[0] != events[2] || events[0] == "" {
		t.Errorf("events %q", events)
	}
}

func TestNotReachable(t *testing.T) {
	const gone = "http://127.0.0.1:1?code=hush" // a port that no test is given
	t.Run("nobody listens", func(t *testing.T) {
		_, err := define(t.Context(), calling(t, gone, &outbound.Guard{Loopback: true}))
		refused(t, err, "UnexpectedLambdaException: DefineAuthChallenge invocation failed due to error ServiceException.")
	})
	t.Run("the guard refuses", func(t *testing.T) {
		var calls atomic.Int32
		server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
		defer server.Close()
		for _, address := range []string{gone, server.URL + "?code=hush"} {
			_, err := define(t.Context(), calling(t, address, new(outbound.Guard)))
			refused(t, err, "UnexpectedLambdaException: DefineAuthChallenge invocation failed due to error AccessDeniedException.")
		}
		if calls.Load() != 0 {
			t.Error("it was called all the same")
		}
	})
	t.Run("no URL", func(t *testing.T) {
		h := NewHTTP(nil, new(outbound.Guard), "", time.Now)
		_, err := define(t.Context(), h)
		refused(t, err, "UnexpectedLambdaException: DefineAuthChallenge invocation failed due to configuration.")
	})
	t.Run("the caller gives up", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var calls atomic.Int32
		h := function(t, func(_ http.ResponseWriter, r *http.Request) {
			calls.Add(1)
			io.Copy(io.Discard, r.Body)
			cancel()
			<-r.Context().Done()
		})
		if _, err := define(ctx, h); err != context.Canceled || calls.Load() != 1 {
			t.Errorf("got %v after %d calls", err, calls.Load())
		}
	})
}

func TestFind(t *testing.T) {
	functions, err := ParseFunctions([]string{
		"define=http://localhost/name", "define:live=http://localhost/alias", " other-1=https://fn.example.com/x?code=a=b ",
		"arn:aws:lambda:eu-west-1:000000000000:function:define=https://fn.example.com/arn",
		"arn:aws:lambda:eu-west-1:000000000000:function:define:7=https://fn.example.com/version",
	})
	if err != nil {
		t.Fatal(err)
	}
	for arn, want := range map[string]string{
		defineARN:          "https://fn.example.com/arn",
		defineARN + ":7":   "https://fn.example.com/version",
		defineARN + ":dev": "https://fn.example.com/arn",
		"arn:aws:lambda:us-east-1:000000000000:function:define":      "http://localhost/name",
		"arn:aws:lambda:us-east-1:000000000000:function:define:live": "http://localhost/alias",
		"arn:aws:lambda:us-east-1:000000000000:function:define:dev":  "http://localhost/name",
		"arn:aws:lambda:us-east-1:111122223333:function:other-1":     "https://fn.example.com/x?code=a=b",
		"arn:aws:lambda:us-east-1:111122223333:function:Define":      "",
		"define": "", "": "",
	} {
		got := ""
		if u := functions.find(arn); u != nil {
			got = u.String()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", arn, got, want)
		}
	}
}

func TestWrongFunctions(t *testing.T) {
	for item, want := range map[string]string{
		"define":                          "a function must be NAME=URL",
		"=http://localhost":               "a function must be NAME=URL",
		"a b=http://localhost":            "a function must be NAME=URL",
		"arn:aws:s3:::b=http://localhost": "a function must be NAME=URL",
		"define=ftp://fn.example.com":     "the URL of define must be",
		"define=/path":                    "the URL of define must be",
		"define=https://":                 "the URL of define must be",
		"define=https://u:hush@fn.test/":  "the URL of define must be",
		"define=https://fn.test/#hush":    "the URL of define must be",
		"define=https://fn.test/%zzhush":  "the URL of define must be",
	} {
		_, err := ParseFunctions([]string{item})
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: got %v, want %s…", item, err, want)
		}
	}
	if _, err := ParseFunctions([]string{"f=http://localhost", "f=http://localhost"}); err == nil || err.Error() != "the function f has two URLs" {
		t.Errorf("got %v", err)
	}
}
