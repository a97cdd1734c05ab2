package apitest

import (
	"bytes"
	"io"
	"net/http"
)

// SDK carries the requests of an AWS SDK, as the HTTPClient of its options, with the
// body whole in memory. The SDK closes a body as soon as the answer's head is there.
// Where net/http still holds that body to see that it ends, which a server as near
// as a test's is quick enough to meet, it breaks the connection in the middle of the
// answer (aws-sdk-go-v2 issue 2737). The SDK's own way out is to ask again, and a
// test counts its requests.
type SDK struct{ http.Client }

// Do is the SDK's HTTPClient.
func (c *SDK) Do(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		return c.Client.Do(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	whole := r.Clone(r.Context())
	whole.Body = io.NopCloser(bytes.NewReader(body))
	return c.Client.Do(whole)
}
