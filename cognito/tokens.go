package cognito

import (
	"context"

	"idpond/cognito/api"
	"idpond/internal/auth"
	"idpond/internal/tokens"
	"idpond/internal/userpool"
)

func (s *Server) tokenOperations() []operation {
	return []operation{
		forClient("GetTokensFromRefreshToken", s.getTokensFromRefreshToken),
		forClient("RevokeToken", s.revokeToken),
		forClient("GetClientToken", s.getClientToken),
		asUser("GlobalSignOut", s.globalSignOut),
		inPool("AdminUserGlobalSignOut", s.adminUserGlobalSignOut),
	}
}

func (s *Server) getTokensFromRefreshToken(ctx context.Context, c *Client, in *api.GetTokensFromRefreshTokenRequest) (*api.GetTokensFromRefreshTokenResponse, error) {
	set, err := s.Auth.GetTokens(ctx, api.Str(in.ClientSecret), tokens.RefreshRequest{
		Pool: c.Pool, Client: c.AppClient, RefreshToken: in.RefreshToken, DeviceKey: api.Str(in.DeviceKey),
	})
	if err != nil {
		return nil, err
	}
	return &api.GetTokensFromRefreshTokenResponse{AuthenticationResult: authenticationResult(set)}, nil
}

func (s *Server) revokeToken(ctx context.Context, c *Client, in *api.RevokeTokenRequest) (*api.RevokeTokenResponse, error) {
	err := s.Auth.RevokeToken(ctx, c.Pool, c.AppClient, api.Str(in.ClientSecret), in.Token)
	if err != nil {
		return nil, err
	}
	return &api.RevokeTokenResponse{}, nil
}

func (s *Server) getClientToken(ctx context.Context, c *Client, in *api.GetClientTokenRequest) (*api.GetClientTokenResponse, error) {
	servers, err := s.Directory.ResourceServers(ctx, c.Pool.ID)
	if err != nil {
		return nil, err
	}
	set, err := s.Auth.ClientToken(ctx, auth.ClientTokenRequest{
		Pool: c.Pool, Client: c.AppClient, Secret: in.Secret, Scopes: in.Scopes, Servers: servers,
	})
	if err != nil {
		return nil, err
	}
	return &api.GetClientTokenResponse{ClientAuthenticationResult: &api.ClientAuthenticationResultType{
		AccessToken: &set.AccessToken, ExpiresIn: &set.ExpiresIn, TokenType: new("Bearer"),
	}}, nil
}

func (s *Server) globalSignOut(ctx context.Context, c *Caller, _ *api.GlobalSignOutRequest) (*api.GlobalSignOutResponse, error) {
	if err := s.Auth.SignOutEverywhere(ctx, c.User); err != nil {
		return nil, err
	}
	return &api.GlobalSignOutResponse{}, nil
}

func (s *Server) adminUserGlobalSignOut(ctx context.Context, p *userpool.Pool, in *api.AdminUserGlobalSignOutRequest) (*api.AdminUserGlobalSignOutResponse, error) {
	if err := s.Auth.AdminSignOutEverywhere(ctx, p, in.Username); err != nil {
		return nil, err
	}
	return &api.AdminUserGlobalSignOutResponse{}, nil
}
