package sigv4

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	algorithm = "AWS4-HMAC-SHA256"
	isoForm   = "20060102T150405Z"
	maxLife   = 7 * 24 * time.Hour // of a presigned URL
)

// credential is what a request says about its signature.
type credential struct {
	accessKey                        string
	day, region, service, terminator string // the scope
	date                             time.Time
	signedHeaders                    []string // lower case, as sent
	signature                        string
	presigned                        bool
	expires                          time.Duration // of a presigned URL
}

func (c *credential) scope() string {
	return strings.Join([]string{c.day, c.region, c.service, c.terminator}, "/")
}

// parse reads the Authorization header or, without one, the query.
func parse(r *http.Request) (*credential, *Error) {
	if header := r.Header.Get("Authorization"); header != "" {
		return parseHeader(header, r.Header)
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err == nil && query.Has("X-Amz-Algorithm") {
		return parseQuery(query)
	}
	return nil, refuse(MissingAuthenticationToken, "Missing Authentication Token")
}

// parseHeader reads "AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…";
// the blank behind a comma is optional.
func parseHeader(authorization string, header http.Header) (*credential, *Error) {
	name, rest, _ := strings.Cut(strings.TrimSpace(authorization), " ")
	if name != algorithm {
		return nil, refuse(IncompleteSignature, "Unsupported AWS 'algorithm': '%s'.", name)
	}
	values := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		key, value, ok := strings.Cut(part, "=")
		if _, twice := values[key]; !ok || twice {
			return nil, refuse(IncompleteSignature, "'%s' not a valid key=value pair (missing equal-sign, or given twice) in Authorization header.", part)
		}
		values[key] = value
	}
	var missing []string
	for _, key := range []string{"Credential", "Signature", "SignedHeaders"} {
		if values[key] == "" {
			missing = append(missing, "Authorization header requires '"+key+"' parameter.")
		}
	}
	date, found, ok := headerDate(header)
	if !found {
		missing = append(missing, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
	}
	if len(missing) > 0 {
		return nil, refuse(IncompleteSignature, "%s", strings.Join(missing, " "))
	}
	if !ok {
		return nil, refuse(IncompleteSignature, "Date must be in ISO-8601 'basic format', such as '%s'.", isoForm)
	}
	c := &credential{date: date, signature: values["Signature"]}
	return c.complete(values["Credential"], values["SignedHeaders"])
}

// headerDate is X-Amz-Date or, without it, Date.
func headerDate(h http.Header) (date time.Time, found, ok bool) {
	if text := h.Get("X-Amz-Date"); text != "" {
		date, err := time.Parse(isoForm, text)
		return date, true, err == nil
	}
	if text := h.Get("Date"); text != "" {
		date, err := http.ParseTime(text)
		return date.UTC(), true, err == nil
	}
	return time.Time{}, false, false
}

// parseQuery reads the parameters of a presigned URL.
func parseQuery(q url.Values) (*credential, *Error) {
	if name := q.Get("X-Amz-Algorithm"); name != algorithm {
		return nil, refuse(IncompleteSignature, "Unsupported AWS 'algorithm': '%s'.", name)
	}
	var missing []string
	for _, key := range []string{"X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date", "X-Amz-Expires"} {
		switch len(q[key]) {
		case 0:
			missing = append(missing, "AWS query-string parameters must include '"+key+"'.")
		case 1:
		default:
			return nil, refuse(IncompleteSignature, "AWS query-string parameter '%s' is given twice.", key)
		}
	}
	if len(missing) > 0 {
		return nil, refuse(IncompleteSignature, "%s", strings.Join(missing, " "))
	}
	date, err := time.Parse(isoForm, q.Get("X-Amz-Date"))
	if err != nil {
		return nil, refuse(IncompleteSignature, "Date must be in ISO-8601 'basic format', such as '%s'.", isoForm)
	}
	seconds, err := strconv.ParseUint(q.Get("X-Amz-Expires"), 10, 32)
	expires := time.Duration(seconds) * time.Second
	if err != nil || expires > maxLife {
		return nil, refuse(IncompleteSignature, "X-Amz-Expires must be a number of seconds, at most %d.", maxLife/time.Second)
	}
	c := &credential{date: date, signature: q.Get("X-Amz-Signature"), presigned: true, expires: expires}
	return c.complete(q.Get("X-Amz-Credential"), q.Get("X-Amz-SignedHeaders"))
}

// complete takes Credential and SignedHeaders apart. An access key may contain
// slashes; what stands behind it may not.
func (c *credential) complete(text, signedHeaders string) (*credential, *Error) {
	parts := strings.Split(text, "/")
	n := len(parts) - 4
	if n < 1 || strings.Join(parts[:n], "/") == "" {
		return nil, refuse(IncompleteSignature, "Credential must have exactly 5 slash-delimited elements, "+
			"e.g. keyid/date/region/service/term, got '%s'.", text)
	}
	c.accessKey = strings.Join(parts[:n], "/")
	c.day, c.region, c.service, c.terminator = parts[n], parts[n+1], parts[n+2], parts[n+3]
	c.signedHeaders = strings.Split(signedHeaders, ";")
	return c, nil
}
