package cognito

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/cognito/api"
	"idpond/internal/auth"
	"idpond/internal/directory"
	"idpond/internal/fault"
	"idpond/internal/sigv4"
	"idpond/internal/store"
	"idpond/internal/store/sqlstore/sqlstoretest"
	"idpond/internal/tokens"
	"idpond/internal/tokens/tokenstest"
	"idpond/internal/userpool"
)

// anyone is a Signatures that believes whatever the header says of the region.
type anyone struct{}

func (anyone) Verify(r *http.Request, body []byte) (Signer, error) {
	region, ok := strings.CutPrefix(r.Header.Get("Authorization"), "region ")
	if !ok {
		return Signer{}, &sigv4.Error{Code: sigv4.MissingAuthenticationToken, Message: "Missing Authentication Token"}
	}
	return Signer{Region: region, AccessKey: "AKID"}, nil
}

var (
	thePool   = userpool.Pool{ID: "eu-west-1_a", Region: "eu-west-1"}
	theClient = userpool.AppClient{ID: "app", PoolID: "eu-west-1_a"}
)

// newPipeline is a server with one pool and client, and a few operations that show
// what reached them. AdminEnableUser and AddUserPoolClientSecret fail in the ways that
// a test names.
func newPipeline(t *testing.T, fail error) (*Server, *bytes.Buffer) {
	st, _ := sqlstoretest.Open(t)
	err := st.Write(t.Context(), func(tx store.Tx) error {
		return errors.Join(tx.CreatePool(t.Context(), new(thePool)), tx.CreateClient(t.Context(), new(theClient)))
	})
	if err != nil {
		t.Fatal(err)
	}
	dir, log := &directory.Service{Store: st}, new(bytes.Buffer)
	s := &Server{
		Directory: dir, Signatures: anyone{}, AccountID: "000000000000", Log: slog.New(slog.NewTextHandler(log, nil)),
		Auth: &auth.Service{Config: dir, Tokens: &tokens.Service{
			Config: dir, Store: st, Now: time.Now, Rand: rand.Reader, Keys: &tokens.Keys{Store: st, Source: new(tokenstest.Source), Now: time.Now},
		}},
		Undeclared: func(op string, err *fault.Error) {
			t.Errorf("%s answered %s, which the model does not list for it", op, err.Code)
		}}
	return s.register([]operation{
		open("UpdateAuthEventFeedback", func(context.Context, *api.UpdateAuthEventFeedbackRequest) (*api.UpdateAuthEventFeedbackResponse, error) {
			return &api.UpdateAuthEventFeedbackResponse{}, nil
		}),
		forClient("ForgotPassword", func(_ context.Context, c *Client, in *api.ForgotPasswordRequest) (*api.ForgotPasswordResponse, error) {
			return &api.ForgotPasswordResponse{CodeDeliveryDetails: &api.CodeDeliveryDetailsType{
				Destination: new(c.ID + "@" + c.Pool.ID + "/" + in.Username), AttributeName: new("<email>")}}, nil
		}),
		forClient("RevokeToken", func(context.Context, *Client, *api.RevokeTokenRequest) (*api.RevokeTokenResponse, error) {
			return &api.RevokeTokenResponse{}, nil
		}),
		asUser("GetUser", func(_ context.Context, c *Caller, _ *api.GetUserRequest) (*api.GetUserResponse, error) {
			return &api.GetUserResponse{Username: c.User.Username, UserAttributes: []api.AttributeType{}}, nil
		}),
		asUser("DeleteUser", func(context.Context, *Caller, *api.DeleteUserRequest) (*api.None, error) { return nil, nil }),
		asUser("ListWebAuthnCredentials", func(context.Context, *Caller, *api.ListWebAuthnCredentialsRequest) (*api.ListWebAuthnCredentialsResponse, error) {
			return nil, nil
		}),
		asUserOrSession("AssociateSoftwareToken", func(_ context.Context, c *Caller, in *api.AssociateSoftwareTokenRequest) (*api.AssociateSoftwareTokenResponse, error) {
			return &api.AssociateSoftwareTokenResponse{Session: in.Session, SecretCode: new(fmt.Sprint("caller: ", c != nil))}, nil
		}),
		signed("DescribeUserPoolDomain", func(ctx context.Context, in *api.DescribeUserPoolDomainRequest) (*api.DescribeUserPoolDomainResponse, error) {
			r := requestFrom(ctx)
			return &api.DescribeUserPoolDomainResponse{DomainDescription: &api.DomainDescriptionType{
				Domain: new(r.Operation + " " + r.Region + " " + r.AccessKey + " " + r.SourceIP)}}, nil
		}),
		inPool("AdminGetUser", func(_ context.Context, p *userpool.Pool, in *api.AdminGetUserRequest) (*api.AdminGetUserResponse, error) {
			return &api.AdminGetUserResponse{Username: in.Username + "@" + p.ID}, nil
		}),
		inPool("AdminEnableUser", func(context.Context, *userpool.Pool, *api.AdminEnableUserRequest) (*api.AdminEnableUserResponse, error) {
			if fail == nil {
				panic("a mistake")
			}
			return nil, fail
		}),
		inPool("AddUserPoolClientSecret", func(context.Context, *userpool.Pool, *api.AddUserPoolClientSecretRequest) (*api.AddUserPoolClientSecretResponse, error) {
			return nil, errors.New("the disk is on fire")
		}),
		inPool("SetUICustomization", func(_ context.Context, _ *userpool.Pool, in *api.SetUICustomizationRequest) (*api.SetUICustomizationResponse, error) {
			return &api.SetUICustomizationResponse{UICustomization: &api.UICustomizationType{CSS: new(fmt.Sprint(len(api.Str(in.CSS))))}}, nil
		}),
	}), log
}

// signedIn makes a user and gives an access token of theirs.
func signedIn(t *testing.T, s *Server, name string) string {
	t.Helper()
	u := &userpool.User{PoolID: thePool.ID, ID: name, Username: name, Enabled: true}
	err := s.Auth.Tokens.Store.Write(t.Context(), func(tx store.Tx) error { return tx.CreateUser(t.Context(), u) })
	if err != nil {
		t.Fatal(err)
	}
	set, err := s.Auth.Tokens.Grant(t.Context(), tokens.GrantRequest{Pool: &thePool, Client: &theClient, User: u})
	if err != nil {
		t.Fatal(err)
	}
	return set.AccessToken
}

// send makes one request of the API, signed for eu-west-1.
func send(t *testing.T, s *Server, op, body string, change ...func(*http.Request)) *http.Response {
	t.Helper()
	srv := httptest.NewServer(s)
	defer srv.Close()
	r, err := http.NewRequest("POST", srv.URL+"/some/prefix/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService."+op)
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("Authorization", "region eu-west-1")
	for _, f := range change {
		f(r)
	}
	resp, err := srv.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

func read(t *testing.T, resp *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestAnswers(t *testing.T) {
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	s, _ := newPipeline(t, nil)
	ada, gone := signedIn(t, s, "ada"), signedIn(t, s, "gone")
	err := s.Auth.Tokens.Store.Write(t.Context(), func(tx store.Tx) error { return tx.DeleteUser(t.Context(), thePool.ID, "gone") })
	if err != nil {
		t.Fatal(err)
	}
	hers := `{"AccessToken":"` + ada + `"}`
	for _, tt := range []struct {
		name, op, body string
		change         func(*http.Request)
		want           string // status and body
	}{
		{"with a client", "ForgotPassword", `{"ClientId":"app","Username":"ada"}`, nil,
			`200 {"CodeDeliveryDetails":{"Destination":"app@eu-west-1_a/ada","AttributeName":"<email>"}}`},
		{"the signature of a public operation is ignored", "ForgotPassword", `{"ClientId":"app","Username":"ada"}`, header("Authorization", "x"),
			`200 {"CodeDeliveryDetails":{"Destination":"app@eu-west-1_a/ada","AttributeName":"<email>"}}`},
		{"unknown client", "ForgotPassword", `{"ClientId":"xyz","Username":"ada"}`, nil,
			`400 {"__type":"ResourceNotFoundException","message":"User pool client xyz does not exist."}`},
		{"unknown client, not in the model", "RevokeToken", `{"ClientId":"xyz","Token":"t"}`, nil,
			`400 {"__type":"UnauthorizedException","message":"User pool client xyz does not exist."}`},
		{"empty structure", "RevokeToken", `{"ClientId":"app","Token":"t"}`, nil, `200 {}`},
		{"no structure", "DeleteUser", hers, nil, `200 `},
		{"no client, no signature", "UpdateAuthEventFeedback", `{"UserPoolId":"eu-west-1_a","Username":"ada","EventId":"e","FeedbackToken":"t","FeedbackValue":"Valid"}`, header("Authorization", ""), `200 {}`},
		{"access token", "GetUser", hers, nil, `200 {"Username":"ada","UserAttributes":[]}`},
		{"bad access token", "GetUser", `{"AccessToken":"eve"}`, nil, `400 {"__type":"NotAuthorizedException","message":"Invalid Access Token"}`},
		{"access token of nobody", "GetUser", `{"AccessToken":"` + gone + `"}`, nil, `400 {"__type":"UserNotFoundException","message":"User does not exist."}`},
		{"access token of nobody, not in the model", "ListWebAuthnCredentials", `{"AccessToken":"` + gone + `"}`, nil,
			`400 {"__type":"NotAuthorizedException","message":"Access Token has been revoked"}`},
		{"access token or session: token", "AssociateSoftwareToken", hers, nil, `200 {"SecretCode":"caller: true"}`},
		{"access token or session: session", "AssociateSoftwareToken", `{"Session":"a-session-of-20-chars"}`, nil, `200 {"SecretCode":"caller: false","Session":"a-session-of-20-chars"}`},
		{"access token or session: bad token", "AssociateSoftwareToken", `{"AccessToken":"eve"}`, nil, `400 {"__type":"NotAuthorizedException","message":"Invalid Access Token"}`},
		{"access token or session: neither", "AssociateSoftwareToken", `{}`, nil, `400 {"__type":"InvalidParameterException","message":"Missing required parameter Session"}`},
		{"access token or session: both", "AssociateSoftwareToken", `{"AccessToken":"` + ada + `","Session":"a-session-of-20-chars"}`, nil,
			`400 {"__type":"InvalidParameterException","message":"Only one of AccessToken and Session can be given."}`},
		{"signed", "DescribeUserPoolDomain", `{"Domain":"a"}`, nil,
			`200 {"DomainDescription":{"Domain":"DescribeUserPoolDomain eu-west-1 AKID 127.0.0.1"}}`},
		{"not signed", "DescribeUserPoolDomain", `{"Domain":"a"}`, header("Authorization", ""),
			`400 {"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}`},
		{"not signed and not valid", "DescribeUserPoolDomain", `{`, header("Authorization", ""),
			`400 {"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}`},
		{"in a pool", "AdminGetUser", `{"UserPoolId":"eu-west-1_a","Username":"ada"}`, nil, `200 {"Username":"ada@eu-west-1_a"}`},
		{"unknown pool", "AdminGetUser", `{"UserPoolId":"eu-west-1_b","Username":"ada"}`, nil,
			`400 {"__type":"ResourceNotFoundException","message":"User pool eu-west-1_b does not exist."}`},
		{"pool of another region", "AdminGetUser", `{"UserPoolId":"eu-west-1_a","Username":"ada"}`, header("Authorization", "region us-east-1"),
			`400 {"__type":"ResourceNotFoundException","message":"User pool eu-west-1_a does not exist."}`},
		{"against the model", "AdminGetUser", `{"UserPoolId":"eu-west-1_b"}`, nil,
			`400 {"__type":"InvalidParameterException","message":"1 validation error detected: Value at 'username' failed to satisfy constraint: Member must not be null"}`},
		{"wrong type", "AdminGetUser", `[]`, nil, `400 {"__type":"SerializationException","Message":"Expected map or null"}`},
		{"broken", "AdminGetUser", `{"UserPoolId":`, nil, `400 {"__type":"SerializationException"}`},
		{"empty body", "AdminGetUser", ``, nil, `400 {"__type":"SerializationException"}`},
		{"not built", "AdminForgetDevice", `{}`, nil, `400 {"__type":"UnknownOperationException"}`},
		{"no such operation", "Nonsense", `{}`, nil, `400 {"__type":"UnknownOperationException"}`},
		{"name without service", "", `{}`, header("X-Amz-Target", "Other.GetUser"), `400 {"__type":"UnknownOperationException"}`},
		{"name alone", "", hers, header("X-Amz-Target", "GetUser"), `400 {"__type":"UnknownOperationException"}`},
		{"no target", "", `{}`, header("X-Amz-Target", ""), `400 {"__type":"UnknownOperationException"}`},
		{"another method", "GetUser", hers, func(r *http.Request) { r.Method = "PUT" }, `400 {"__type":"UnknownOperationException"}`},
		{"too long", "GetUser", strings.Repeat(" ", 1<<20) + hers, nil,
			`413 {"__type":"RequestEntityTooLargeException","message":"Request body is longer than 1048576 bytes."}`},
		{"as long as can be", "GetUser", strings.Repeat(" ", 1<<20-len(hers)) + hers, nil, `200 {"Username":"ada","UserAttributes":[]}`},
		{"too long, in chunks", "GetUser", strings.Repeat(" ", 1<<20) + hers, func(r *http.Request) { r.ContentLength = -1 },
			`413 {"__type":"RequestEntityTooLargeException","message":"Request body is longer than 1048576 bytes."}`},
		{"branding may be longer", "SetUICustomization", strings.Repeat(" ", 1<<20) + `{"UserPoolId":"eu-west-1_a","CSS":"abc"}`, nil,
			`200 {"UICustomization":{"CSS":"3"}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.change == nil {
				tt.change = func(*http.Request) {}
			}
			resp := send(t, s, tt.op, tt.body, tt.change)
			if got := fmt.Sprint(resp.StatusCode, " ", read(t, resp)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// answerHeaders are the headers of an answer, without those that vary.
func answerHeaders(t *testing.T, resp *http.Response) string {
	t.Helper()
	h := resp.Header.Clone()
	if _, err := http.ParseTime(h.Get("Date")); err != nil {
		t.Error(err)
	}
	h.Del("Date")
	if id := h.Get("X-Amzn-RequestId"); id != "" {
		if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(id) {
			t.Errorf("request id %q", id)
		}
		h.Set("X-Amzn-RequestId", "UUID")
	}
	var text strings.Builder
	if err := h.Write(&text); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(text.String(), "\r\n", "\n")
}

func TestHeaders(t *testing.T) {
	const cors = "Access-Control-Allow-Origin: *\nAccess-Control-Expose-Headers: x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date\n"
	s, _ := newPipeline(t, nil)
	for _, tt := range []struct {
		name, op, body string
		change         func(*http.Request)
		want           string
	}{
		{"success", "RevokeToken", `{"ClientId":"app","Token":"t"}`, nil,
			cors + "Content-Length: 2\nContent-Type: application/x-amz-json-1.1\nX-Amzn-Requestid: UUID\n"},
		{"success without a body", "DeleteUser", `{"AccessToken":"` + signedIn(t, s, "ada") + `"}`, nil,
			cors + "Content-Length: 0\nContent-Type: application/x-amz-json-1.1\nX-Amzn-Requestid: UUID\n"},
		{"failure", "GetUser", `{"AccessToken":"eve"}`, nil,
			cors + "Content-Length: 68\nContent-Type: application/x-amz-json-1.1\nX-Amzn-Errormessage: Invalid Access Token\nX-Amzn-Errortype: NotAuthorizedException:\nX-Amzn-Requestid: UUID\n"},
		{"failure without a message", "Nonsense", `{}`, nil,
			cors + "Content-Length: 38\nContent-Type: application/x-amz-json-1.1\nX-Amzn-Errortype: UnknownOperationException:\nX-Amzn-Requestid: UUID\n"},
		{"preflight", "GetUser", ``, func(r *http.Request) {
			r.Method = "OPTIONS"
			r.Header.Set("Access-Control-Request-Headers", "content-type,x-amz-target")
		}, "Access-Control-Allow-Headers: content-type,x-amz-target\nAccess-Control-Allow-Methods: POST\n" + cors +
			"Access-Control-Max-Age: 172800\nContent-Length: 0\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.change == nil {
				tt.change = func(*http.Request) {}
			}
			if diff := cmp.Diff(tt.want, answerHeaders(t, send(t, s, tt.op, tt.body, tt.change))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestMessageHeader: what a caller sends comes back in messages, and must not
// become headers of its own.
func TestMessageHeader(t *testing.T) {
	for _, tt := range []struct{ message, want string }{
		{"User does not exist.", "User does not exist."},
		{"a\r\nSet-Cookie: b=c\x00\x7fd\n", "a  Set-Cookie: b=c  d"},
		{"Ünïcode \u2028", "?n?code ?"},
		{strings.Repeat("x", 5000), strings.Repeat("x", 1024)},
	} {
		s, _ := newPipeline(t, fault.New(fault.UserNotFound, tt.message))
		resp := send(t, s, "AdminEnableUser", `{"UserPoolId":"eu-west-1_a","Username":"ada"}`)
		if got := resp.Header.Get("x-amzn-ErrorMessage"); got != tt.want {
			t.Errorf("%q: header %q, want %q", tt.message, got, tt.want)
		}
		if resp.Header.Get("Set-Cookie") != "" {
			t.Errorf("%q: a cookie was set", tt.message)
		}
	}
}
