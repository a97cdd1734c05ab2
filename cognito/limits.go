package cognito

import (
	"context"

	"idpond/cognito/api"
	"idpond/internal/fault"
	"idpond/internal/userpool"
)

func (s *Server) limitOperations() []operation {
	return []operation{
		signed("GetProvisionedLimit", s.getProvisionedLimit),
		signed("UpdateProvisionedLimit", s.updateProvisionedLimit),
	}
}

func (s *Server) getProvisionedLimit(ctx context.Context, in *api.GetProvisionedLimitRequest) (*api.GetProvisionedLimitResponse, error) {
	c, err := limitedCategory(in.LimitDefinition)
	if err != nil {
		return nil, err
	}
	limit, err := s.limitType(ctx, c)
	return &api.GetProvisionedLimitResponse{Limit: limit}, err
}

func (s *Server) updateProvisionedLimit(ctx context.Context, in *api.UpdateProvisionedLimitRequest) (*api.UpdateProvisionedLimitResponse, error) {
	c, err := limitedCategory(in.LimitDefinition)
	if err != nil {
		return nil, err
	}
	if err := s.Directory.SetRate(ctx, c, in.RequestedLimitValue); err != nil {
		return nil, err
	}
	limit, err := s.limitType(ctx, c)
	return &api.UpdateProvisionedLimitResponse{Limit: limit}, err
}

// categoryAttribute names the category in a limit's definition.
const categoryAttribute = "Category"

func limitedCategory(d *api.LimitDefinitionType) (userpool.RateCategory, error) {
	name, ok := d.Attributes[categoryAttribute]
	if !ok || len(d.Attributes) > 1 {
		return userpool.RateCategory{}, fault.New(fault.InvalidParameter, "A limit of the class API_CATEGORY has the attribute Category, and no other.")
	}
	c, ok := userpool.RateCategoryNamed(name)
	if !ok {
		return c, fault.Newf(fault.InvalidParameter, "There is no category %s.", name)
	}
	return c, nil
}

func (s *Server) limitType(ctx context.Context, c userpool.RateCategory) (*api.LimitType, error) {
	rate, err := s.Directory.Rate(ctx, c)
	return &api.LimitType{
		LimitDefinition:       &api.LimitDefinitionType{LimitClass: "API_CATEGORY", Attributes: map[string]string{categoryAttribute: c.Name}},
		ProvisionedLimitValue: rate, FreeLimitValue: c.Rate,
	}, err
}
