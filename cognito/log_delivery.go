package cognito

import (
	"context"

	"idpond/cognito/api"
	"idpond/internal/userpool"
)

func (s *Server) logDeliveryOperations() []operation {
	return []operation{
		inPool("SetLogDeliveryConfiguration", s.setLogDeliveryConfiguration),
		inPool("GetLogDeliveryConfiguration", s.getLogDeliveryConfiguration),
	}
}

func (s *Server) setLogDeliveryConfiguration(ctx context.Context, p *userpool.Pool, in *api.SetLogDeliveryConfigurationRequest) (*api.SetLogDeliveryConfigurationResponse, error) {
	var d userpool.LogDelivery
	recode(in, &d)
	if err := s.Directory.SetLogDelivery(ctx, p, d); err != nil {
		return nil, err
	}
	return &api.SetLogDeliveryConfigurationResponse{LogDeliveryConfiguration: logDeliveryType(p, &d)}, nil
}

func (s *Server) getLogDeliveryConfiguration(ctx context.Context, p *userpool.Pool, _ *api.GetLogDeliveryConfigurationRequest) (*api.GetLogDeliveryConfigurationResponse, error) {
	d, err := s.Directory.LogDelivery(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	return &api.GetLogDeliveryConfigurationResponse{LogDeliveryConfiguration: logDeliveryType(p, d)}, nil
}

func logDeliveryType(p *userpool.Pool, d *userpool.LogDelivery) *api.LogDeliveryConfigurationType {
	out := &api.LogDeliveryConfigurationType{LogConfigurations: []api.LogConfigurationType{}}
	if len(d.LogConfigurations) > 0 {
		recode(d, out)
	}
	out.UserPoolID = p.ID
	return out
}
