package cognito

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"idpond/cognito/api"
	"idpond/internal/fault"
)

// Limits of request bodies in bytes. Branding carries images in base64.
const (
	bodyLimit     = 1 << 20
	brandingLimit = 2 << 20
	trustedLength = 64 << 10 // a body said to be longer gets its room as it arrives
)

// contentType is of every answer but a preflight's.
const contentType = "application/x-amz-json-1.1"

// ServeHTTP answers one request of the API, whatever its path is: the endpoint
// URL that a client is given may have a prefix.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date")
	if r.Method == http.MethodOptions {
		preflight(w, r)
		return
	}
	req := s.newRequest(r)
	h.Set("X-Amzn-RequestId", req.ID)
	answer := s.answer(w, r, req)
	answer.write(w)
	if s.Observe != nil {
		s.Observe(req.Operation, answer.exception, time.Since(start))
	}
}

// preflight answers a browser that asks whether it may call (reference: §1.2).
func preflight(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "POST")
	if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
		h.Set("Access-Control-Allow-Headers", headerText(asked))
	}
	h.Set("Access-Control-Max-Age", "172800")
	h.Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
}

// An answer is a whole response, ready to be written.
type answer struct {
	status    int
	exception string // "" for success
	message   string // for the header
	body      []byte
}

// write sends the answer in one piece.
func (a *answer) write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	if a.exception != "" {
		h.Set("X-Amzn-ErrorType", a.exception+":")
		if a.message != "" {
			h.Set("X-Amzn-ErrorMessage", headerText(a.message))
		}
	}
	w.WriteHeader(a.status)
	if len(a.body) > 0 {
		w.Write(a.body) // a client that is gone needs no answer
	}
}

// answer carries out a request.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, req *request) *answer {
	name, ours := strings.CutPrefix(r.Header.Get("X-Amz-Target"), api.Target+".")
	op, known := s.operations[name]
	if r.Method != http.MethodPost || !ours || !known {
		return s.failure(r.Context(), req, nil, fault.New(fault.UnknownOperation, ""))
	}
	req.Operation = name
	ctx := context.WithValue(r.Context(), requestKey{}, req)
	out, err := s.run(ctx, op, w, r)
	if err != nil {
		return s.failure(ctx, req, op.model, err)
	}
	s.logDone(ctx, req)
	return &answer{status: http.StatusOK, body: out}
}

// run reads, authorizes and calls, and gives the body of the answer. A panic
// ends only the request that caused it.
func (s *Server) run(ctx context.Context, op operation, w http.ResponseWriter, r *http.Request) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = nil, fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	body, err := readBody(w, r, limitOf(op.model.Name))
	if err != nil {
		return nil, err
	}
	if op.model.Class == api.Signed {
		signer, err := s.Signatures.Verify(r, body)
		if err != nil {
			return nil, err
		}
		req := requestFrom(ctx)
		req.Region, req.AccessKey = signer.Region, signer.AccessKey
	}
	result, err := op.call(ctx, s, body)
	if err != nil || op.model.Out == nil {
		return nil, err
	}
	return api.Encode(result)
}

// limitOf gives how long a request's body may be.
func limitOf(operation string) int64 {
	switch operation {
	case "CreateManagedLoginBranding", "UpdateManagedLoginBranding", "SetUICustomization":
		return brandingLimit
	}
	return bodyLimit
}

func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	src := http.MaxBytesReader(w, r.Body, limit)
	if n := r.ContentLength; 0 <= n && n <= trustedLength {
		body := make([]byte, n) // in one piece: io.ReadAll grows and copies
		_, err := io.ReadFull(src, body)
		return body, unreadable(err)
	}
	body, err := io.ReadAll(src)
	return body, unreadable(err)
}

// unreadable turns a failure to read the body into the caller's error.
func unreadable(err error) error {
	if err == nil {
		return nil
	}
	if tooLong, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.Newf(entityTooLarge, "Request body is longer than %d bytes.", tooLong.Limit).Because(err)
	}
	return fault.New(fault.Serialization, "").Because(err)
}

// maxHeaderText keeps the message header below what clients accept of all
// headers together; the body has the whole message.
const maxHeaderText = 1024

// headerText makes s fit for a header value: printable ASCII, not too long.
func headerText(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r < ' ' || r == 0x7f:
			return ' '
		case r > 0x7f:
			return '?'
		}
		return r
	}, s)
	if len(s) > maxHeaderText {
		s = s[:maxHeaderText]
	}
	return strings.TrimSpace(s)
}
