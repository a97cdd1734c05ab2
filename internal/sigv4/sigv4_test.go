package sigv4

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

const (
	accessKey = "AKIDEXAMPLE"
	secret    = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
)

var signedAt = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

func verifier(now time.Time) *Verifier {
	return &Verifier{
		Secret:  func(key string) (string, bool) { return secret, key == accessKey },
		Service: "cognito-idp",
		Now:     func() time.Time { return now },
	}
}

// signing says how a request is signed; the zero value is how an SDK does it.
type signing struct {
	method, url, body, payload, accessKey, secret, service, region string
	header                                                         http.Header
}

func (s *signing) defaults() {
	for _, d := range []struct {
		field *string
		value string
	}{
		{&s.method, "POST"}, {&s.url, "http://localhost:9229/"}, {&s.body, `{"UserPoolId":"x"}`},
		{&s.accessKey, accessKey}, {&s.secret, secret}, {&s.service, "cognito-idp"}, {&s.region, "eu-west-1"},
	} {
		if *d.field == "" {
			*d.field = d.value
		}
	}
	if s.payload == "" {
		sum := sha256.Sum256([]byte(s.body))
		s.payload = hex.EncodeToString(sum[:])
	}
}

func (s *signing) request(t testing.TB) *http.Request {
	t.Helper()
	s.defaults()
	r, err := http.NewRequest(s.method, s.url, strings.NewReader(s.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService.DescribeUserPool")
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	for name, values := range s.header {
		r.Header[name] = values
	}
	return r
}

func (s *signing) credentials() aws.Credentials {
	return aws.Credentials{AccessKeyID: s.accessKey, SecretAccessKey: s.secret}
}

// signed gives a request that the SDK's signer has signed in the header.
func signed(t testing.TB, s signing) *http.Request {
	t.Helper()
	r := s.request(t)
	if err := v4.NewSigner().SignHTTP(context.Background(), s.credentials(), r, s.payload, s.service, s.region, signedAt); err != nil {
		t.Fatal(err)
	}
	return r
}

// presigned gives a request that the SDK's signer has signed in the query.
func presigned(t testing.TB, s signing, expires string) *http.Request {
	t.Helper()
	r := s.request(t)
	q := r.URL.Query()
	q.Set("X-Amz-Expires", expires)
	r.URL.RawQuery = q.Encode()
	signedURL, header, err := v4.NewSigner().PresignHTTP(context.Background(), s.credentials(), r, s.payload, s.service, s.region, signedAt)
	if err != nil {
		t.Fatal(err)
	}
	out, err := http.NewRequest(s.method, signedURL, strings.NewReader(s.body))
	if err != nil {
		t.Fatal(err)
	}
	out.Header = header
	out.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService.DescribeUserPool")
	return out
}

// received sends r through a server and gives what a handler sees of it.
func received(t testing.TB, r *http.Request) (*http.Request, []byte) {
	t.Helper()
	var got *http.Request
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
	}))
	defer server.Close()
	target, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = r.URL.Host
	r.URL.Host = target.Host
	answer, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return got, body
}

func TestVerify(t *testing.T) {
	for _, c := range []struct {
		name    string
		request *http.Request
	}{
		{"as an SDK does it", signed(t, signing{})},
		{"empty body", signed(t, signing{body: "{}"})},
		{"path prefix", signed(t, signing{url: "http://localhost:9229/some/prefix/"})},
		{"escaped path", signed(t, signing{url: "http://localhost:9229/a%20b/ü/c%2Fd+e"})},
		{"query", signed(t, signing{url: "http://localhost:9229/?b=2&a=x%20y&a=%2B&empty"})},
		{"blanks in a header", signed(t, signing{header: http.Header{"X-Amz-Note": {"  a   b  "}}})},
		{"header twice", signed(t, signing{header: http.Header{"X-Amz-Note": {"b", "a"}}})},
		{"other port and host", signed(t, signing{url: "http://id.example.org/"})},
		{"presigned", presigned(t, signing{}, "60")},
		{"presigned with a query", presigned(t, signing{url: "http://localhost:9229/p?x=1&x=0"}, "604800")},
	} {
		r, body := received(t, c.request)
		got, err := verifier(signedAt.Add(30*time.Second)).Verify(r, body)
		if err != nil || got != (Identity{accessKey, "eu-west-1"}) {
			t.Errorf("%s: got %+v, %v", c.name, got, err)
		}
	}
}

// TestVerifyAfterPrefixWasCut: a router may take a prefix off the path before.
func TestVerifyAfterPrefixWasCut(t *testing.T) {
	r, body := received(t, signed(t, signing{url: "http://localhost:9229/some/prefix/"}))
	http.StripPrefix("/some/prefix", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if _, err := verifier(signedAt).Verify(r, body); err != nil {
			t.Error(err)
		}
	})).ServeHTTP(nil, r)
}

func TestVerifyRefuses(t *testing.T) {
	const wrong = "InvalidSignatureException: The request signature we calculated does not match the signature you provided."
	edit := func(f func(r *http.Request)) *http.Request {
		r := signed(t, signing{})
		f(r)
		return r
	}
	replace := func(old, new string) *http.Request {
		return edit(func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), old, new, 1))
		})
	}
	for _, c := range []struct {
		name    string
		request *http.Request
		now     time.Duration // after signing
		want    string
	}{
		{"at the last second", signed(t, signing{}), 5 * time.Minute, "no error"},
		{"too old", signed(t, signing{}), 5*time.Minute + time.Second,
			"InvalidSignatureException: Signature expired: 20260304T050607Z is now earlier than 20260304T050608Z (20260304T051108Z - 5 min.)"},
		{"a little early", signed(t, signing{}), -5 * time.Minute, "no error"},
		{"from the future", signed(t, signing{}), -5*time.Minute - time.Second,
			"InvalidSignatureException: Signature not yet current: 20260304T050607Z is still later than 20260304T050606Z (20260304T050106Z + 5 min.)"},
		{"presigned, at its end", presigned(t, signing{}, "60"), time.Minute, "no error"},
		{"presigned, too old", presigned(t, signing{}, "60"), time.Minute + time.Second, "InvalidSignatureException: Signature expired"},
		{"unknown key", signed(t, signing{accessKey: "AKIDOTHER"}), 0,
			"UnrecognizedClientException: The security token included in the request is invalid."},
		{"other secret", signed(t, signing{secret: "x"}), 0, wrong},
		{"other service", signed(t, signing{service: "s3"}), 0, "InvalidSignatureException: Credential should be scoped to correct service: 'cognito-idp'."},
		{"region that is none", signed(t, signing{region: "EU_west"}), 0, "InvalidSignatureException: Credential should be scoped to a valid region."},
		{"unsigned payload", signed(t, signing{payload: "UNSIGNED-PAYLOAD"}), 0, wrong},
		{"other body", signed(t, signing{payload: strings.Repeat("0", 64)}), 0, wrong},
		{"other operation", edit(func(r *http.Request) { r.Header.Set("X-Amz-Target", "X.DeleteUserPool") }), 0, wrong},
		{"second operation", edit(func(r *http.Request) { r.Header.Add("X-Amz-Target", "X.DeleteUserPool") }), 0, wrong},
		{"operation not signed", unsignedTarget(t), 0, wrong},
		{"presigned, other operation", func() *http.Request {
			r := presigned(t, signing{}, "60")
			r.Header.Set("X-Amz-Target", "X.DeleteUserPool")
			return r
		}(), 0, wrong},
		{"other method", edit(func(r *http.Request) { r.Method = "PUT" }), 0, wrong},
		{"other host", edit(func(r *http.Request) { r.URL.Host = "evil.example" }), 0, wrong},
		{"query added", edit(func(r *http.Request) { r.URL.RawQuery = "a=b" }), 0, wrong},
		{"other region in the scope", replace("eu-west-1", "eu-west-2"), 0, wrong},
		{"other day in the scope", replace("20260304", "20260303"), 0, "InvalidSignatureException: Date in Credential scope does not match"},
		{"other terminator", replace("aws4_request", "aws5"), 0, "InvalidSignatureException: Credential should be scoped with a valid terminator"},
		{"host not signed", replace("host;", ""), 0, wrong},
		{"signed header is missing", replace("host;", "host;x-amz-absent;"), 0, wrong},
		{"signature cut", replace("Signature=", "Signature=00"), 0, wrong},
		{"signature not hex", replace("Signature=", "Signature=zz"), 0, wrong},
	} {
		r, body := received(t, c.request)
		_, err := verifier(signedAt.Add(c.now)).Verify(r, body)
		got := "no error"
		if err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: got %s; want %s", c.name, got, c.want)
		}
	}
}

// unsignedTarget adds the operation after signing.
func unsignedTarget(t *testing.T) *http.Request {
	s := signing{}
	r := s.request(t)
	r.Header.Del("X-Amz-Target")
	if err := v4.NewSigner().SignHTTP(context.Background(), s.credentials(), r, s.payload, s.service, s.region, signedAt); err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Target", "X.DeleteUserPool")
	return r
}

func TestParseRefuses(t *testing.T) {
	const good = "AWS4-HMAC-SHA256 Credential=a/20260304/eu-west-1/cognito-idp/aws4_request, SignedHeaders=host, Signature=00"
	for _, c := range []struct {
		name, authorization, query, date, want string
	}{
		{"nothing", "", "", "", "MissingAuthenticationTokenException: Missing Authentication Token"},
		{"other query", "", "a=b", "", "MissingAuthenticationTokenException: Missing Authentication Token"},
		{"complete", good, "", "20260304T050607Z", "no error"},
		{"without blanks", strings.ReplaceAll(good, ", ", ","), "", "20260304T050607Z", "no error"},
		{"slash in the key", strings.Replace(good, "=a/", "=a/b/", 1), "", "20260304T050607Z", "no error"},
		{"bearer", "Bearer x", "", "20260304T050607Z", "IncompleteSignatureException: Unsupported AWS 'algorithm': 'Bearer'."},
		{"only the algorithm", "AWS4-HMAC-SHA256", "", "", "IncompleteSignatureException: Authorization header requires 'Credential' parameter. " +
			"Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. " +
			"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."},
		{"no date", good, "", "", "IncompleteSignatureException: Authorization header requires existence of"},
		{"bad date", good, "", "yesterday", "IncompleteSignatureException: Date must be in ISO-8601"},
		{"no equal sign", good + ", x", "", "20260304T050607Z", "IncompleteSignatureException: 'x' not a valid key=value pair"},
		{"twice", good + ", Signature=11", "", "20260304T050607Z", "IncompleteSignatureException: 'Signature=11' not a valid key=value pair"},
		{"short scope", strings.Replace(good, "/aws4_request", "", 1), "", "20260304T050607Z", "IncompleteSignatureException: Credential must have exactly 5"},
		{"no access key", strings.Replace(good, "=a/", "=/", 1), "", "20260304T050607Z", "IncompleteSignatureException: Credential must have exactly 5"},
		{"presigned, parts missing", "", "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=x", "",
			"IncompleteSignatureException: AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. " +
				"AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Expires'."},
		{"presigned, other algorithm", "", "X-Amz-Algorithm=x", "", "IncompleteSignatureException: Unsupported AWS 'algorithm': 'x'."},
		{"presigned for too long", "", "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a/b/c/d/e&X-Amz-Signature=1&X-Amz-SignedHeaders=host&" +
			"X-Amz-Date=20260304T050607Z&X-Amz-Expires=604801", "", "IncompleteSignatureException: X-Amz-Expires must be a number of seconds, at most 604800."},
	} {
		r := httptest.NewRequest("POST", "/?"+c.query, nil)
		if c.authorization != "" {
			r.Header.Set("Authorization", c.authorization)
		}
		if c.date != "" {
			r.Header.Set("X-Amz-Date", c.date)
		}
		// A server that takes any key still wants to see a signature.
		_, err := (&Verifier{AnyKey: admit}).Verify(r, nil)
		got := "no error"
		if err != nil {
			got = err.Error()
			if refusal, ok := errors.AsType[*Error](err); !ok || refusal.Code == "" {
				t.Errorf("%s: %v is no *Error", c.name, err)
			}
		}
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: got %s; want %s", c.name, got, c.want)
		}
	}
}

func admit(*http.Request) bool { return true }

func TestAnyKey(t *testing.T) {
	v := &Verifier{AnyKey: admit}
	r := signed(t, signing{accessKey: "anything", secret: "x", region: "ap-south-1"})
	if got, err := v.Verify(r, []byte("other body")); err != nil || got != (Identity{"anything", "ap-south-1"}) {
		t.Errorf("got %+v, %v", got, err)
	}
	v.AllowRegion = func(region string) bool { return region == "us-east-1" }
	if _, err := v.Verify(r, nil); err == nil {
		t.Error("a region that is not allowed was accepted")
	}
	if _, err := v.Verify(signed(t, signing{region: "a/b"}), nil); err == nil {
		t.Error("a region with a slash was accepted")
	}
	v = &Verifier{AnyKey: func(r *http.Request) bool { return r.Host == "other" }}
	if _, err := v.Verify(signed(t, signing{}), nil); err == nil || !strings.HasPrefix(err.Error(), AccessDenied) {
		t.Errorf("a request that is not admitted: %v", err)
	}
}

// TestDateHeader: a client without X-Amz-Date signs Date.
func TestDateHeader(t *testing.T) {
	if _, err := verifier(signedAt).Verify(signedByHand(t, "date", "host"), nil); err != nil {
		t.Error(err)
	}
}

// TestHostMustBeSigned: a good signature that could be replayed to another server.
func TestHostMustBeSigned(t *testing.T) {
	if _, err := verifier(signedAt).Verify(signedByHand(t, "date"), nil); err == nil {
		t.Error("accepted")
	}
}

// signedByHand signs what no SDK would.
func signedByHand(t *testing.T, headers ...string) *http.Request {
	t.Helper()
	r := httptest.NewRequest("POST", "http://localhost/", nil)
	r.Header.Set("Date", signedAt.Format(http.TimeFormat))
	c := &credential{accessKey: accessKey, day: "20260304", region: "eu-west-1", service: "cognito-idp",
		terminator: "aws4_request", date: signedAt}
	lines := "POST\n/\n\n"
	for _, name := range headers {
		lines += name + ":" + map[string]string{"date": r.Header.Get("Date"), "host": "localhost"}[name] + "\n"
	}
	list := strings.Join(headers, ";")
	empty := sha256.Sum256(nil)
	lines += "\n" + list + "\n" + hex.EncodeToString(empty[:])
	r.Header.Set("Authorization", algorithm+" Credential="+accessKey+"/"+c.scope()+", SignedHeaders="+list+", Signature="+
		hex.EncodeToString(mac(signingKey(secret, c), stringToSign(c, lines))))
	return r
}

func FuzzParseHeader(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential=a/20260304/eu-west-1/cognito-idp/aws4_request, SignedHeaders=host;x-amz-date, Signature=00", "20260304T050607Z", "")
	f.Add("", "", "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a/b/c/d/e&X-Amz-Signature=1&X-Amz-SignedHeaders=host&X-Amz-Date=20260304T050607Z&X-Amz-Expires=1")
	f.Add("AWS4-HMAC-SHA256 =,=,", "", "%zz")
	strict, lax := verifier(signedAt), &Verifier{AnyKey: admit}
	f.Fuzz(func(t *testing.T, authorization, date, query string) {
		r := &http.Request{Method: "POST", URL: &url.URL{Path: "/", RawQuery: query}, Host: "h", Header: http.Header{}}
		r.Header.Set("Authorization", authorization)
		r.Header.Set("X-Amz-Date", date)
		if id, err := strict.Verify(r, nil); err == nil {
			t.Errorf("forged as %+v", id)
		}
		id, err := lax.Verify(r, nil)
		if err == nil && (id.AccessKey == "" || !regionForm.MatchString(id.Region)) {
			t.Errorf("accepted %+v", id)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	v := verifier(signedAt)
	r := signed(b, signing{})
	body := bytes.Clone([]byte(`{"UserPoolId":"x"}`))
	for b.Loop() {
		if _, err := v.Verify(r, body); err != nil {
			b.Fatal(err)
		}
	}
}
