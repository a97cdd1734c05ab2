package trigger

import "context"

// The triggers of custom sign-ins: one decides what comes next, one makes a
// challenge, one judges the answer (reference: api-behaviour §10.3, §19.2).

// ChallengeResult is one step of a sign-in that is over, as DefineAuthChallenge
// and CreateAuthChallenge see it.
type ChallengeResult struct {
	ChallengeName     string  `json:"challengeName"`
	ChallengeResult   bool    `json:"challengeResult"`
	ChallengeMetadata *string `json:"challengeMetadata"` // of CreateAuthChallenge; null without
}

// DefineAuthChallengeRequest is what DefineAuthChallenge decides by.
type DefineAuthChallengeRequest struct {
	UserAttributes map[string]string `json:"userAttributes"`
	Session        []ChallengeResult `json:"session"` // the steps so far
	ClientMetadata map[string]string `json:"clientMetadata,omitempty"`
	UserNotFound   bool              `json:"userNotFound"` // nobody has the name, and the client hides it
}

// DefineAuthChallengeResponse is what comes next.
type DefineAuthChallengeResponse struct {
	ChallengeName      string
	IssueTokens        bool
	FailAuthentication bool
}

// Define asks DefineAuthChallenge.
func (s *Service) Define(ctx context.Context, o Occasion, r DefineAuthChallengeRequest) (DefineAuthChallengeResponse, error) {
	r.Session = append([]ChallengeResult{}, r.Session...) // never null
	a, err := s.call(ctx, o, call{
		trigger: DefineAuthChallenge, function: o.Pool.Settings.LambdaConfig.DefineAuthChallenge, source: "DefineAuthChallenge_Authentication",
		request: r, response: `{"challengeName":null,"issueTokens":null,"failAuthentication":null}`,
	})
	if err != nil {
		return DefineAuthChallengeResponse{}, err
	}
	return DefineAuthChallengeResponse{
		ChallengeName: a.text("challengeName"), IssueTokens: a.flag("issueTokens"), FailAuthentication: a.flag("failAuthentication"),
	}, a.err()
}

// CreateAuthChallengeRequest is what CreateAuthChallenge makes a challenge of.
type CreateAuthChallengeRequest struct {
	UserAttributes map[string]string `json:"userAttributes"`
	ChallengeName  string            `json:"challengeName"` // CUSTOM_CHALLENGE
	Session        []ChallengeResult `json:"session"`
	ClientMetadata map[string]string `json:"clientMetadata,omitempty"`
	UserNotFound   bool              `json:"userNotFound"`
}

// CreateAuthChallengeResponse is a challenge.
type CreateAuthChallengeResponse struct {
	PublicChallengeParameters  map[string]string // for the client
	PrivateChallengeParameters map[string]string // for VerifyAuthChallengeResponse alone
	ChallengeMetadata          string
}

// Create asks CreateAuthChallenge.
func (s *Service) Create(ctx context.Context, o Occasion, r CreateAuthChallengeRequest) (CreateAuthChallengeResponse, error) {
	r.Session = append([]ChallengeResult{}, r.Session...)
	a, err := s.call(ctx, o, call{
		trigger: CreateAuthChallenge, function: o.Pool.Settings.LambdaConfig.CreateAuthChallenge, source: "CreateAuthChallenge_Authentication",
		request: r, response: `{"publicChallengeParameters":null,"privateChallengeParameters":null,"challengeMetadata":null}`,
	})
	if err != nil {
		return CreateAuthChallengeResponse{}, err
	}
	return CreateAuthChallengeResponse{
		PublicChallengeParameters:  a.texts("publicChallengeParameters"),
		PrivateChallengeParameters: a.texts("privateChallengeParameters"),
		ChallengeMetadata:          a.text("challengeMetadata"),
	}, a.err()
}

// VerifyAuthChallengeRequest is what VerifyAuthChallengeResponse judges.
type VerifyAuthChallengeRequest struct {
	UserAttributes             map[string]string `json:"userAttributes"`
	PrivateChallengeParameters map[string]string `json:"privateChallengeParameters"` // of CreateAuthChallenge
	ChallengeAnswer            string            `json:"challengeAnswer"`
	ClientMetadata             map[string]string `json:"clientMetadata,omitempty"`
	UserNotFound               bool              `json:"userNotFound"`
}

// Verify asks VerifyAuthChallengeResponse whether an answer is right.
func (s *Service) Verify(ctx context.Context, o Occasion, r VerifyAuthChallengeRequest) (bool, error) {
	if r.PrivateChallengeParameters == nil {
		r.PrivateChallengeParameters = map[string]string{}
	}
	a, err := s.call(ctx, o, call{
		trigger: VerifyAuthChallengeResponse, function: o.Pool.Settings.LambdaConfig.VerifyAuthChallengeResponse,
		source: "VerifyAuthChallengeResponse_Authentication", request: r, response: `{"answerCorrect":null}`,
	})
	if err != nil {
		return false, err
	}
	right := a.flag("answerCorrect")
	return right, a.err()
}
