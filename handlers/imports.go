package handlers

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"idpond/internal/fault"
	"idpond/internal/importer"
)

// mountImports mounts the addresses of import jobs: the file is put there, and the
// log is read there. The signature in the query is all that admits to them; no
// cookie counts, so other sites' pages can do nothing with them.
func (s *Server) mountImports(r chi.Router) {
	if s.Imports == nil {
		return
	}
	const job = importer.Path + "{pool}/{job}"
	r.Put(job, s.putImport)
	r.Get(job, s.importLog)
}

func importAddress(r *http.Request) importer.Address {
	q := r.URL.Query()
	return importer.Address{
		PoolID: chi.URLParam(r, "pool"), JobID: chi.URLParam(r, "job"), Expires: q.Get("Expires"), Signature: q.Get("Signature"),
	}
}

// encryptionHeader has to come with a file, as in the service, where it is part of
// what is signed (reference: api-behaviour §20.7).
const encryptionHeader, encryption = "X-Amz-Server-Side-Encryption", "aws:kms"

func (s *Server) putImport(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Header.Get(encryptionHeader) != encryption:
		writeS3Error(w, http.StatusForbidden, "AccessDenied", "The header x-amz-server-side-encryption must be aws:kms.")
		return
	case r.ContentLength > importer.MaxFile:
		w.Header().Set("Connection", "close")
		writeS3Error(w, http.StatusBadRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
		return
	}
	if err := s.Imports.Upload(r.Context(), importAddress(r), patient(w, r)); err != nil {
		w.Header().Set("Connection", "close") // the rest of the file is not read
		s.failImport(w, r, err)
		return
	}
	w.Header().Set(encryptionHeader, encryption)
	w.WriteHeader(http.StatusOK)
}

// importLog writes what became of each row so far.
func (s *Server) importLog(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if err := s.Imports.WriteLog(r.Context(), importAddress(r), patientWriter{w, http.NewResponseController(w)}); err != nil {
		s.failImport(w, r, err)
	}
}

// uploadPause is how long a client may be silent in the middle of a file.
const uploadPause = 30 * time.Second

// patient reads the body of r for as long as something comes: a large file takes
// longer than other requests may.
func patient(w http.ResponseWriter, r *http.Request) io.Reader {
	return patientReader{r.Body, http.NewResponseController(w)}
}

type patientReader struct {
	io.Reader
	connection *http.ResponseController
}

func (p patientReader) Read(b []byte) (int, error) {
	if err := extend(p.connection); err != nil {
		return 0, err
	}
	return p.Reader.Read(b)
}

type patientWriter struct {
	io.Writer
	connection *http.ResponseController
}

func (p patientWriter) Write(b []byte) (int, error) {
	if err := extend(p.connection); err != nil {
		return 0, err
	}
	return p.Writer.Write(b)
}

// extend gives a connection another while for what comes next, the answer included.
func extend(c *http.ResponseController) error {
	now := time.Now()
	err := errors.Join(c.SetReadDeadline(now.Add(uploadPause)), c.SetWriteDeadline(now.Add(2*uploadPause)))
	if errors.Is(err, http.ErrNotSupported) { // a recorder in a test
		return nil
	}
	return err
}

// failImport is the mapping of faults to the errors of S3, which clients of such
// addresses know.
func (s *Server) failImport(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil || errors.Is(err, io.ErrUnexpectedEOF) {
		return // the client has left
	}
	f := fault.Of(err)
	switch f.Code {
	case fault.InvalidSignature:
		writeS3Error(w, http.StatusForbidden, "SignatureDoesNotMatch", f.Message)
	case fault.ExpiredToken:
		writeS3Error(w, http.StatusForbidden, "AccessDenied", f.Message)
	case fault.LimitExceeded:
		writeS3Error(w, http.StatusBadRequest, "EntityTooLarge", f.Message)
	case fault.InvalidParameter:
		writeS3Error(w, http.StatusBadRequest, "EntityTooSmall", f.Message)
	case fault.ResourceNotFound:
		writeS3Error(w, http.StatusNotFound, "NoSuchKey", f.Message)
	case fault.PreconditionNotMet:
		writeS3Error(w, http.StatusConflict, "OperationAborted", f.Message)
	default:
		s.Log.Log(r.Context(), fault.Severity(r.Context(), err), "import address failed", "request", RequestID(r.Context()), "err", err)
		writeS3Error(w, http.StatusInternalServerError, "InternalError", "We encountered an internal error. Please try again.")
	}
}

// s3Error is the body of an error of S3.
type s3Error struct {
	XMLName   xml.Name `xml:"Error"`
	Code      string
	Message   string
	RequestID string `xml:"RequestId"`
}

func writeS3Error(w http.ResponseWriter, status int, code, message string) {
	text, err := xml.Marshal(s3Error{Code: code, Message: message, RequestID: w.Header().Get("X-Amz-Cognito-Request-Id")})
	if err != nil {
		panic(err) // three strings
	}
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append([]byte(xml.Header), text...)) // the client is gone: nobody to tell
}
