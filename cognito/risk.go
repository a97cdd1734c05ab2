package cognito

import (
	"context"

	"idpond/cognito/api"
	"idpond/internal/userpool"
)

func (s *Server) riskOperations() []operation {
	return []operation{
		inPool("SetRiskConfiguration", s.setRiskConfiguration),
		inPool("DescribeRiskConfiguration", s.describeRiskConfiguration),
	}
}

// setRiskConfiguration replaces the configuration of the pool or of one client:
// sections that are left out are deleted.
func (s *Server) setRiskConfiguration(ctx context.Context, p *userpool.Pool, in *api.SetRiskConfigurationRequest) (*api.SetRiskConfigurationResponse, error) {
	var wanted userpool.RiskConfiguration
	recode(in, &wanted)
	r, err := s.Directory.SetRisk(ctx, p, api.Str(in.ClientID), wanted)
	if err != nil {
		return nil, err
	}
	return &api.SetRiskConfigurationResponse{RiskConfiguration: riskConfigurationType(p, in.ClientID, r)}, nil
}

func (s *Server) describeRiskConfiguration(ctx context.Context, p *userpool.Pool, in *api.DescribeRiskConfigurationRequest) (*api.DescribeRiskConfigurationResponse, error) {
	r, err := s.Directory.Risk(ctx, p, api.Str(in.ClientID))
	if err != nil {
		return nil, err
	}
	return &api.DescribeRiskConfigurationResponse{RiskConfiguration: riskConfigurationType(p, in.ClientID, r)}, nil
}

func riskConfigurationType(p *userpool.Pool, clientID *string, r *userpool.RiskConfiguration) *api.RiskConfigurationType {
	out := new(api.RiskConfigurationType)
	recode(r, out)
	out.UserPoolID, out.ClientID, out.LastModifiedDate = &p.ID, clientID, api.Time(r.UpdatedAt)
	return out
}
