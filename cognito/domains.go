package cognito

import (
	"context"
	"errors"

	"idpond/cognito/api"
	"idpond/internal/directory"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

func (s *Server) domainOperations() []operation {
	return []operation{
		inPool("CreateUserPoolDomain", s.createUserPoolDomain),
		signed("DescribeUserPoolDomain", s.describeUserPoolDomain),
		inPool("UpdateUserPoolDomain", s.updateUserPoolDomain),
		inPool("DeleteUserPoolDomain", s.deleteUserPoolDomain),
	}
}

func (s *Server) createUserPoolDomain(ctx context.Context, p *userpool.Pool, in *api.CreateUserPoolDomainRequest) (*api.CreateUserPoolDomainResponse, error) {
	n := userpool.Domain{Name: in.Domain, ManagedLoginVersion: 1, Routing: routing(in.Routing)}
	if in.ManagedLoginVersion != nil {
		n.ManagedLoginVersion = *in.ManagedLoginVersion
	}
	if in.CustomDomainConfig != nil {
		n.CertificateArn, n.SecurityPolicy = in.CustomDomainConfig.CertificateArn, api.Str(in.CustomDomainConfig.SecurityPolicy)
	}
	d, err := s.Directory.CreateDomain(ctx, p, n)
	if err != nil {
		return nil, err
	}
	return &api.CreateUserPoolDomainResponse{
		ManagedLoginVersion: &d.ManagedLoginVersion, CloudFrontDomain: s.pagesHost(d), Routing: routingType(d.Routing),
	}, nil
}

// updateUserPoolDomain changes what the request names; the rest of a domain stays.
func (s *Server) updateUserPoolDomain(ctx context.Context, p *userpool.Pool, in *api.UpdateUserPoolDomainRequest) (*api.UpdateUserPoolDomainResponse, error) {
	change := directory.DomainChange{Routing: routing(in.Routing)}
	if in.ManagedLoginVersion != nil {
		change.ManagedLoginVersion = *in.ManagedLoginVersion
	}
	if in.CustomDomainConfig != nil {
		change.CertificateArn, change.SecurityPolicy = in.CustomDomainConfig.CertificateArn, api.Str(in.CustomDomainConfig.SecurityPolicy)
	}
	d, err := s.Directory.UpdateDomain(ctx, p, in.Domain, change)
	if err != nil {
		return nil, err
	}
	return &api.UpdateUserPoolDomainResponse{
		ManagedLoginVersion: &d.ManagedLoginVersion, CloudFrontDomain: s.pagesHost(d), Routing: routingType(d.Routing),
	}, nil
}

// describeUserPoolDomain answers an empty description for a domain that nobody in
// this region has.
func (s *Server) describeUserPoolDomain(ctx context.Context, in *api.DescribeUserPoolDomainRequest) (*api.DescribeUserPoolDomainResponse, error) {
	unknown := &api.DescribeUserPoolDomainResponse{DomainDescription: &api.DomainDescriptionType{}}
	d, err := s.Directory.Domain(ctx, in.Domain)
	if errors.Is(err, store.ErrNotFound) {
		return unknown, nil
	} else if err != nil {
		return nil, err
	}
	p, err := s.Directory.Pool(ctx, d.PoolID)
	if err != nil {
		return nil, err
	}
	if p.Region != requestFrom(ctx).Region {
		return unknown, nil
	}
	return &api.DescribeUserPoolDomainResponse{DomainDescription: s.domainDescription(d)}, nil
}

func (s *Server) deleteUserPoolDomain(ctx context.Context, p *userpool.Pool, in *api.DeleteUserPoolDomainRequest) (*api.DeleteUserPoolDomainResponse, error) {
	return &api.DeleteUserPoolDomainResponse{}, s.Directory.DeleteDomain(ctx, p, in.Domain)
}

func (s *Server) domainDescription(d *userpool.Domain) *api.DomainDescriptionType {
	out := &api.DomainDescriptionType{
		UserPoolID: &d.PoolID, AWSAccountID: &s.AccountID, Domain: &d.Name, Version: &d.Version, Status: new("ACTIVE"),
		CloudFrontDistribution: s.pagesHost(d), ManagedLoginVersion: &d.ManagedLoginVersion, Routing: routingType(d.Routing),
	}
	if d.Custom() {
		out.CustomDomainConfig = &api.CustomDomainConfigType{CertificateArn: d.CertificateArn, SecurityPolicy: optional(d.SecurityPolicy)}
	}
	return out
}

// pagesHost is the host that a custom domain must point to.
func (s *Server) pagesHost(d *userpool.Domain) *string {
	if !d.Custom() {
		return nil
	}
	return optional(s.PagesHost)
}

// routing reads a failover setting, routingType writes one.
func routing(in *api.RoutingType) *userpool.Routing {
	if in == nil {
		return nil
	}
	out := new(userpool.Routing)
	recode(in, out)
	return out
}

func routingType(r *userpool.Routing) *api.RoutingType {
	if r == nil {
		return nil
	}
	out := new(api.RoutingType)
	recode(r, out)
	return out
}
