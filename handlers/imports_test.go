package handlers_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/xml"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"idpond/internal/importer"
	"idpond/internal/store"
	"idpond/internal/userpool"
	. "idpond/oauth/oauthtest"
)

// importSite is a site with an import job.
func importSite(t *testing.T) (*site, *importer.Service, *importer.Job) {
	t.Helper()
	s := serve(t)
	s.Imports = &importer.Service{
		Store: s.Store, Accounts: s.House.Accounts, Keys: s.House.Accounts.Keys, PublicURL: s.url, AccountID: "000000000000",
		Now: s.House.Now, Rand: rand.Reader, Log: s.House.Log,
	}
	s.handler = s.Handler()
	s.House.Write(t, func(ctx context.Context, tx store.Tx) error {
		p, err := tx.Pool(ctx, PoolID)
		if err != nil {
			return err
		}
		p.Settings.AutoVerifiedAttributes = []string{"email"}
		return tx.UpdatePool(ctx, p)
	})
	job, err := s.Imports.Create(t.Context(), &userpool.Pool{ID: PoolID, Region: "eu-west-1"}, importer.NewJob{Name: "first", RoleARN: "arn:aws:iam::000000000000:role/logs"})
	if err != nil {
		t.Fatal(err)
	}
	return s, s.Imports, job
}

// put sends a file as curl -T does, and gives the status with the code of the error.
func put(t *testing.T, address, encryption string, file io.Reader) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "PUT", address, file)
	if err != nil {
		t.Fatal(err)
	}
	if encryption != "" {
		r.Header.Set("x-amz-server-side-encryption", encryption)
	}
	r.Header.Set("Origin", "https://elsewhere.example") // no cookie counts, so other sites need not be kept away
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	return answerOf(t, r)
}

func answerOf(t *testing.T, r *http.Request) string {
	t.Helper()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode == http.StatusOK {
		return answer.Status + " " + string(body)
	}
	var e struct {
		XMLName                  xml.Name `xml:"Error"`
		Code, Message, RequestId string
	}
	if err := xml.Unmarshal(body, &e); err != nil {
		t.Fatalf("%s %q: %v", answer.Status, body, err)
	}
	if e.RequestId == "" || answer.Header.Get("Content-Type") != "application/xml" {
		t.Errorf("error %+v as %s", e, answer.Header.Get("Content-Type"))
	}
	return answer.Status + " " + e.Code + ": " + e.Message
}

func TestImportAddresses(t *testing.T) {
	s, imports, job := importSite(t)
	changed := func(name, value string) string {
		u, err := url.Parse(job.URL)
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		q.Set(name, value)
		u.RawQuery = q.Encode()
		return u.String()
	}
	const file = "cognito:username\nada\n"
	for _, tt := range []struct {
		name, address, encryption string
		file                      io.Reader
		want                      string
	}{
		{"good", job.URL, "aws:kms", strings.NewReader(file), "200 OK "},
		{"without a length", job.URL, "aws:kms", io.MultiReader(strings.NewReader(file)), "200 OK "},
		{"without the header", job.URL, "", strings.NewReader(file), "403 Forbidden AccessDenied: The header x-amz-server-side-encryption must be aws:kms."},
		{"with another", job.URL, "AES256", strings.NewReader(file), "403 Forbidden AccessDenied: The header x-amz-server-side-encryption must be aws:kms."},
		{"bad signature", changed("Signature", "AAAA"), "aws:kms", strings.NewReader(file), "403 Forbidden SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided."},
		{"another time", changed("Expires", "9999999999"), "aws:kms", strings.NewReader(file), "403 Forbidden SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided."},
		{"empty", job.URL, "aws:kms", strings.NewReader(""), "400 Bad Request EntityTooSmall: The file is empty."},
		{"too large, it says", job.URL, "aws:kms", bytes.NewReader(make([]byte, importer.MaxFile+1)), "400 Bad Request EntityTooLarge: Your proposed upload exceeds the maximum allowed size"},
		{"too large", job.URL, "aws:kms", io.MultiReader(bytes.NewReader(make([]byte, importer.MaxFile+1))), "400 Bad Request EntityTooLarge: Your proposed upload exceeds the maximum allowed size"},
		{"once more", job.URL, "aws:kms", strings.NewReader(file), "200 OK "},
	} {
		if got := put(t, tt.address, tt.encryption, tt.file); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
	if _, err := imports.Start(t.Context(), &userpool.Pool{ID: PoolID}, job.ID); err != nil {
		t.Fatal(err)
	}
	if got, want := put(t, job.URL, "aws:kms", strings.NewReader(file)), "409 Conflict OperationAborted: The user import job takes no file. Its status is Pending."; got != want {
		t.Errorf("after the start: got %s, want %s", got, want)
	}
	s.Wait(15 * time.Minute)
	if got, want := put(t, job.URL, "aws:kms", strings.NewReader(file)), "403 Forbidden AccessDenied: Request has expired"; got != want {
		t.Errorf("later: got %s, want %s", got, want)
	}
	if signature := changed("Signature", ""); strings.Contains(s.log.String(), "Signature=") || signature == job.URL {
		t.Error("an address is in the log")
	}
}

func TestImportLog(t *testing.T) {
	s, imports, job := importSite(t)
	p, err := s.Store.Pool(t.Context(), PoolID)
	if err != nil {
		t.Fatal(err)
	}
	columns := p.CSVHeader()
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = map[string]string{"cognito:username": "new", "email": "new@example.org", "email_verified": "TRUE"}[c]
	}
	file := strings.Join(columns, ",") + strings.Repeat("\n"+strings.Join(row, ","), 2500)
	if got := put(t, job.URL, "aws:kms", strings.NewReader(file)); got != "200 OK " {
		t.Fatal(got)
	}
	if _, err := imports.Start(t.Context(), p, job.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := imports.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), "GET", job.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	log := answerOf(t, r)
	if !strings.HasPrefix(log, "200 OK [SUCCEEDED] Line Number 2 - The import succeeded.\n[SKIPPED] Line Number 3 - The user already exists.\n") ||
		!strings.HasSuffix(log, "[SKIPPED] Line Number 2501 - The user already exists.\n") || strings.Count(log, "\n") != 2500 {
		t.Errorf("log of %d lines:\n%.200s", strings.Count(log, "\n"), log)
	}
	r.URL.RawQuery = "Expires=1&Signature=x"
	if got := answerOf(t, r); !strings.HasPrefix(got, "403 Forbidden SignatureDoesNotMatch") {
		t.Error(got)
	}
}

// TestBrokenUpload: of a file that breaks off, nothing counts.
func TestBrokenUpload(t *testing.T) {
	s, _, job := importSite(t)
	u, err := url.Parse(job.URL)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(conn, "PUT "+u.RequestURI()+" HTTP/1.1\r\nHost: "+u.Host+"\r\nx-amz-server-side-encryption: aws:kms\r\nContent-Length: 1000\r\n\r\nhalf of it")
	if err != nil {
		t.Fatal(err)
	}
	waitFor(func() bool { return s.upload(t, job) == "under way" })
	conn.Close()
	waitFor(func() bool { return s.upload(t, job) == "none" })
}

// upload says what is kept of a job's upload.
func (s *site) upload(t *testing.T, job *importer.Job) string {
	t.Helper()
	kept, err := s.Store.ImportJob(t.Context(), job.PoolID, job.ID)
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case kept.Size > 0:
		return "done"
	case strings.Contains(string(kept.Data), `"upload":`):
		return "under way"
	}
	return "none"
}

func waitFor(f func() bool) {
	for !f() {
		time.Sleep(time.Millisecond)
	}
}
