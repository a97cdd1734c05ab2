package trigger

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/fault"
	"idpond/internal/userpool"
)

var update = flag.Bool("update", false, "write the golden files anew")

// scripted answers with a text and keeps what it was called with.
type scripted struct {
	answer string
	err    error

	arn   string
	event string
}

func (s *scripted) Invoke(_ context.Context, arn string, event []byte) ([]byte, error) {
	s.arn, s.event = arn, string(event)
	return []byte(s.answer), s.err
}

func pool() *userpool.Pool {
	p := &userpool.Pool{ID: "eu-west-1_AbCdEfGhI", Region: "eu-west-1"}
	p.Settings.LambdaConfig = userpool.LambdaConfig{
		DefineAuthChallenge:         "arn:aws:lambda:eu-west-1:000000000000:function:define",
		CreateAuthChallenge:         "arn:aws:lambda:eu-west-1:000000000000:function:create",
		VerifyAuthChallengeResponse: "arn:aws:lambda:eu-west-1:000000000000:function:verify",
	}
	return p
}

func jane() *userpool.User {
	return &userpool.User{
		ID: "5f0b8a0e-6b1c-4d53-9f0e-0c7d2f1a9b11", Username: "jane", Status: userpool.StatusConfirmed, Enabled: true,
		Attributes: map[string]string{"email": "Jane@example.com", "email_verified": "true", "custom:note": "a <b> & \"c\""},
	}
}

func occasion() Occasion {
	return Occasion{Pool: pool(), ClientID: "4k2m0example0client0id0000", UserName: "jane"}
}

// golden compares an event with a file of testdata, byte by byte: functions in the
// field are written against what is in these files.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(file, []byte(got+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got+"\n"); diff != "" {
		t.Errorf("event %s (-want +got):\n%s", name, diff)
	}
}

func TestEvents(t *testing.T) {
	aliases := pool()
	aliases.Settings.AliasAttributes = []string{"email", "phone_number"}
	both := jane()
	both.Attributes["phone_number"] = "+4915112345678"
	both.Attributes["phone_number_verified"] = "true"
	both.Names = aliases.SignInNames(both)
	linked := jane()
	linked.Identities = []userpool.Identity{{UserID: "7", ProviderName: "Google", ProviderType: "Google", DateCreated: 1700000000123}}
	steps := []ChallengeResult{
		{ChallengeName: "SRP_A", ChallengeResult: true},
		{ChallengeName: "CUSTOM_CHALLENGE", ChallengeMetadata: new("captcha")},
	}
	metadata := map[string]string{"b": "2", "a": "1"}

	for _, c := range []struct {
		name string
		arn  string
		call func(s *Service, o Occasion) error
	}{
		{"define-first", "define", func(s *Service, o Occasion) error {
			_, err := s.Define(t.Context(), o, DefineAuthChallengeRequest{UserAttributes: UserAttributes(o.Pool, jane())})
			return err
		}},
		{"define-later", "define", func(s *Service, o Occasion) error {
			_, err := s.Define(t.Context(), o, DefineAuthChallengeRequest{
				UserAttributes: UserAttributes(aliases, both), Session: steps, ClientMetadata: metadata})
			return err
		}},
		{"define-unknown", "define", func(s *Service, o Occasion) error {
			o.UserName = "nobody"
			_, err := s.Define(t.Context(), o, DefineAuthChallengeRequest{UserAttributes: UserAttributes(o.Pool, nil), UserNotFound: true})
			return err
		}},
		{"create", "create", func(s *Service, o Occasion) error {
			_, err := s.Create(t.Context(), o, CreateAuthChallengeRequest{
				UserAttributes: UserAttributes(o.Pool, linked), ChallengeName: "CUSTOM_CHALLENGE", Session: steps, ClientMetadata: metadata})
			return err
		}},
		{"verify", "verify", func(s *Service, o Occasion) error {
			o.ClientID = ""
			_, err := s.Verify(t.Context(), o, VerifyAuthChallengeRequest{
				UserAttributes: UserAttributes(o.Pool, jane()), PrivateChallengeParameters: map[string]string{"answer": "5"},
				ChallengeAnswer: "</script> ünïcode"})
			return err
		}},
		{"verify-bare", "verify", func(s *Service, o Occasion) error {
			_, err := s.Verify(t.Context(), o, VerifyAuthChallengeRequest{UserAttributes: UserAttributes(o.Pool, nil)})
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &scripted{answer: `{"response":{}}`}
			if err := c.call(&Service{Invoker: f}, occasion()); err != nil {
				t.Fatal(err)
			}
			if want := "arn:aws:lambda:eu-west-1:000000000000:function:" + c.arn; f.arn != want {
				t.Errorf("called %s, want %s", f.arn, want)
			}
			golden(t, c.name, f.event)
		})
	}
}

// asked calls all three triggers with one answer and gives what each made of it.
type asked struct {
	Define DefineAuthChallengeResponse
	Create CreateAuthChallengeResponse
	Verify bool
}

func ask(t *testing.T, back string) (got asked, errs [3]error) {
	t.Helper()
	s := &Service{Invoker: &scripted{answer: back}}
	got.Define, errs[0] = s.Define(t.Context(), occasion(), DefineAuthChallengeRequest{})
	got.Create, errs[1] = s.Create(t.Context(), occasion(), CreateAuthChallengeRequest{})
	got.Verify, errs[2] = s.Verify(t.Context(), occasion(), VerifyAuthChallengeRequest{})
	return got, errs
}

func TestResponses(t *testing.T) {
	for _, c := range []struct {
		name, back string
		want       asked
	}{
		{"nothing decided", `{"response":{}}`, asked{}},
		{"null is absent", `{"response":{"challengeName":null,"issueTokens":null,"failAuthentication":null,"publicChallengeParameters":null,
			"privateChallengeParameters":null,"challengeMetadata":null,"answerCorrect":null}}`, asked{}},
		{"everything", `{"version":"1","request":{"session":[]},"response":{"challengeName":"CUSTOM_CHALLENGE","issueTokens":true,"failAuthentication":true,
			"publicChallengeParameters":{"q":"2+3","gone":null},"privateChallengeParameters":{"a":"5"},"challengeMetadata":"M","answerCorrect":true}}`,
			asked{
				Define: DefineAuthChallengeResponse{ChallengeName: "CUSTOM_CHALLENGE", IssueTokens: true, FailAuthentication: true},
				Create: CreateAuthChallengeResponse{
					PublicChallengeParameters:  map[string]string{"q": "2+3"},
					PrivateChallengeParameters: map[string]string{"a": "5"}, ChallengeMetadata: "M"},
				Verify: true,
			}},
		{"unknown members, and names in another case", `{"Response":7,"response":{"IssueTokens":true,"ISSUETOKENS":"x","answercorrect":true,"more":[1,{}]}}`, asked{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, errs := ask(t, c.back)
			if diff := cmp.Diff(c.want, got); diff != "" || errs != [3]error{} {
				t.Errorf("errors %v, (-want +got):\n%s", errs, diff)
			}
		})
	}
}

func TestBadAnswers(t *testing.T) {
	const (
		invalid      = "InvalidLambdaResponseException: Invalid lambda function output : Invalid JSON"
		unrecognized = "InvalidLambdaResponseException: Unrecognizable lambda output"
	)
	for _, c := range []struct {
		back string
		want [3]string // of Define, Create, Verify; "" is no error
	}{
		{"", [3]string{invalid, invalid, invalid}},
		{"<html>", [3]string{invalid, invalid, invalid}},
		{`{"response":{}`, [3]string{invalid, invalid, invalid}},
		{`{"response":{}} {}`, [3]string{invalid, invalid, invalid}},
		{"null", [3]string{unrecognized, unrecognized, unrecognized}},
		{`"ok"`, [3]string{unrecognized, unrecognized, unrecognized}},
		{"[]", [3]string{unrecognized, unrecognized, unrecognized}},
		{`{"statusCode":200}`, [3]string{unrecognized, unrecognized, unrecognized}},
		{`{"response":null}`, [3]string{unrecognized, unrecognized, unrecognized}},
		{`{"response":true}`, [3]string{unrecognized, unrecognized, unrecognized}},
		{`{"response":{"issueTokens":"true"}}`, [3]string{unrecognized}},
		{`{"response":{"issueTokens":true,"failAuthentication":0}}`, [3]string{unrecognized}},
		{`{"response":{"challengeName":7}}`, [3]string{unrecognized}},
		{`{"response":{"publicChallengeParameters":{"n":7}}}`, [3]string{1: unrecognized}},
		{`{"response":{"privateChallengeParameters":["a"]}}`, [3]string{1: unrecognized}},
		{`{"response":{"challengeMetadata":{}}}`, [3]string{1: unrecognized}},
		{`{"response":{"answerCorrect":"yes"}}`, [3]string{2: unrecognized}},
		{`{"response":{"answerCorrect":1}}`, [3]string{2: unrecognized}},
	} {
		t.Run(c.back, func(t *testing.T) {
			_, errs := ask(t, c.back)
			for i, err := range errs {
				got := ""
				if err != nil {
					got = err.Error()
				}
				if got != c.want[i] {
					t.Errorf("trigger %d: got %q, want %q", i, got, c.want[i])
				}
			}
		})
	}
}

// A failure that the caller caused is told as it is, not as the function's.
func TestGivenUp(t *testing.T) {
	s := &Service{Invoker: &scripted{err: context.Canceled}}
	_, err := s.Define(t.Context(), occasion(), DefineAuthChallengeRequest{})
	if !errors.Is(err, context.Canceled) || fault.Of(err).Code != fault.Internal {
		t.Errorf("got %v", err)
	}
}

// FuzzAnswer: whatever a function sends back is a decision in the right types or
// one of the two faults, and no decision is made that the text doesn't hold.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		"", "null", `{"response":{}}`, `{"response":{"issueTokens":true,"failAuthentication":null,"challengeName":"X"}}`,
		`{"response":{"publicChallengeParameters":{"a":"b","c":null},"answerCorrect":true}}`, `{"response":{"challengeMetadata":3}}`, `{"response":[]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, back string) {
		got, errs := ask(t, back)
		for _, err := range errs {
			if fe, ok := errors.AsType[*fault.Error](err); err != nil && (!ok || fe.Code != fault.InvalidLambdaResponse) {
				t.Errorf("%q: %v", back, err)
			}
		}
		decided := got.Define.IssueTokens && errs[0] == nil || got.Verify && errs[2] == nil
		if decided && !strings.Contains(back, "true") {
			t.Errorf("%q: decided without a word", back)
		}
	})
}
