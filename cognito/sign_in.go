package cognito

import (
	"context"

	"idpond/cognito/api"
	"idpond/internal/auth"
	"idpond/internal/tokens"
	"idpond/internal/userpool"
)

func (s *Server) signInOperations() []operation {
	return []operation{
		forClient("InitiateAuth", s.initiateAuth),
		forClient("RespondToAuthChallenge", s.respondToAuthChallenge),
		inPool("AdminInitiateAuth", s.adminInitiateAuth),
		inPool("AdminRespondToAuthChallenge", s.adminRespondToAuthChallenge),
	}
}

func (s *Server) initiateAuth(ctx context.Context, c *Client, in *api.InitiateAuthRequest) (*api.InitiateAuthResponse, error) {
	ctx = s.withOrigin(ctx, c.Pool, c.AppClient, in.UserContextData)
	out, err := s.Auth.Initiate(ctx, auth.InitiateRequest{
		Pool: c.Pool, Client: c.AppClient, Side: auth.Public, Flow: in.AuthFlow, Session: api.Str(in.Session),
		Parameters: in.AuthParameters, Metadata: in.ClientMetadata,
	})
	if err != nil {
		return nil, err
	}
	return new(api.InitiateAuthResponse(initiateAnswer(out))), nil
}

func (s *Server) adminInitiateAuth(ctx context.Context, p *userpool.Pool, in *api.AdminInitiateAuthRequest) (*api.AdminInitiateAuthResponse, error) {
	ctx = s.withAdminOrigin(ctx, p, in.ContextData)
	client, err := s.Auth.Config.PoolClient(ctx, p, in.ClientID)
	if err != nil {
		return nil, err
	}
	out, err := s.Auth.Initiate(ctx, auth.InitiateRequest{
		Pool: p, Client: client, Side: auth.Admin, Flow: in.AuthFlow, Session: api.Str(in.Session),
		Parameters: in.AuthParameters, Metadata: in.ClientMetadata,
	})
	if err != nil {
		return nil, err
	}
	return new(initiateAnswer(out)), nil
}

func (s *Server) respondToAuthChallenge(ctx context.Context, c *Client, in *api.RespondToAuthChallengeRequest) (*api.RespondToAuthChallengeResponse, error) {
	ctx = s.withOrigin(ctx, c.Pool, c.AppClient, in.UserContextData)
	out, err := s.Auth.Respond(ctx, auth.RespondRequest{
		Pool: c.Pool, Client: c.AppClient, Side: auth.Public, Challenge: in.ChallengeName,
		Session: api.Str(in.Session), Answers: in.ChallengeResponses, Metadata: in.ClientMetadata,
	})
	if err != nil {
		return nil, err
	}
	return new(api.RespondToAuthChallengeResponse(respondAnswer(out))), nil
}

func (s *Server) adminRespondToAuthChallenge(ctx context.Context, p *userpool.Pool, in *api.AdminRespondToAuthChallengeRequest) (*api.AdminRespondToAuthChallengeResponse, error) {
	ctx = s.withAdminOrigin(ctx, p, in.ContextData)
	client, err := s.Auth.Config.PoolClient(ctx, p, in.ClientID)
	if err != nil {
		return nil, err
	}
	out, err := s.Auth.Respond(ctx, auth.RespondRequest{
		Pool: p, Client: client, Side: auth.Admin, Challenge: in.ChallengeName,
		Session: api.Str(in.Session), Answers: in.ChallengeResponses, Metadata: in.ClientMetadata,
	})
	if err != nil {
		return nil, err
	}
	return new(respondAnswer(out)), nil
}

// initiateAnswer writes where a sign-in stands; the public and the administrator's
// operations answer alike.
func initiateAnswer(out *auth.Outcome) api.AdminInitiateAuthResponse {
	return api.AdminInitiateAuthResponse{
		ChallengeName: optional(out.Challenge), ChallengeParameters: out.Parameters, Session: optional(out.Session),
		AvailableChallenges: out.AvailableChallenges, AuthenticationResult: signInResult(out),
	}
}

func respondAnswer(out *auth.Outcome) api.AdminRespondToAuthChallengeResponse {
	return api.AdminRespondToAuthChallengeResponse{
		ChallengeName: optional(out.Challenge), ChallengeParameters: out.Parameters, Session: optional(out.Session),
		AuthenticationResult: signInResult(out),
	}
}

// signInResult writes the tokens of a sign-in, nil while there are none, and the key
// of a device that may be confirmed with them.
func signInResult(out *auth.Outcome) *api.AuthenticationResultType {
	result := authenticationResult(out.Tokens)
	if result != nil && out.NewDevice != nil {
		result.NewDeviceMetadata = &api.NewDeviceMetadataType{DeviceKey: &out.NewDevice.Key, DeviceGroupKey: &out.NewDevice.GroupKey}
	}
	return result
}

func authenticationResult(set *tokens.Set) *api.AuthenticationResultType {
	if set == nil {
		return nil
	}
	return &api.AuthenticationResultType{
		AccessToken: &set.AccessToken, IDToken: optional(set.IDToken), RefreshToken: optional(set.RefreshToken),
		ExpiresIn: &set.ExpiresIn, TokenType: new("Bearer"),
	}
}
