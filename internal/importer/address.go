package importer

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"idpond/internal/fault"
)

// Path is where addresses begin; the pool's and the job's id follow, and a query.
const Path = "/_idpond/import/"

// addressLife is how long an address works. DescribeUserImportJob gives a new one.
const addressLife = 15 * time.Minute

// Address names a job and proves that an administrator was given it: no other
// permission is asked for where the file is put and the log is read.
type Address struct {
	PoolID, JobID string
	Expires       string // seconds since 1970, of the query
	Signature     string // base64url, of the query
}

// address makes the URL of a job.
func (s *Service) address(poolID, jobID string) string {
	expires := strconv.FormatInt(s.Now().Add(addressLife).Unix(), 10)
	signature := base64.RawURLEncoding.EncodeToString(s.sign(poolID, jobID, expires))
	return s.PublicURL + Path + url.PathEscape(poolID) + "/" + url.PathEscape(jobID) +
		"?" + url.Values{"Expires": {expires}, "Signature": {signature}}.Encode()
}

func (s *Service) sign(poolID, jobID, expires string) []byte {
	mac := hmac.New(sha256.New, s.Keys.Derive("importer/address"))
	fmt.Fprintf(mac, "%s\x00%s\x00%s", poolID, jobID, expires)
	return mac.Sum(nil)
}

// admit checks an address. Faults: InvalidSignature, ExpiredToken.
func (s *Service) admit(a Address) error {
	signature, err := base64.RawURLEncoding.Strict().DecodeString(a.Signature)
	if err != nil || !hmac.Equal(signature, s.sign(a.PoolID, a.JobID, a.Expires)) {
		return fault.New(fault.InvalidSignature, "The request signature we calculated does not match the signature you provided.")
	}
	if expires, err := strconv.ParseInt(a.Expires, 10, 64); err != nil || s.Now().Unix() >= expires {
		return fault.New(fault.ExpiredToken, "Request has expired")
	}
	return nil
}
