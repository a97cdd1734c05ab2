package cognito

import (
	"context"

	"idpond/cognito/api"
	"idpond/internal/userpool"
)

func (s *Server) addCustomAttributes(ctx context.Context, p *userpool.Pool, in *api.AddCustomAttributesRequest) (*api.AddCustomAttributesResponse, error) {
	return &api.AddCustomAttributesResponse{}, s.Directory.AddCustomAttributes(ctx, p.ID, newAttributes(in.CustomAttributes))
}
