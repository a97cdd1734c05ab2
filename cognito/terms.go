package cognito

import (
	"context"

	"idpond/cognito/api"
	"idpond/internal/directory"
	"idpond/internal/userpool"
)

func (s *Server) termsOperations() []operation {
	return []operation{
		inPool("CreateTerms", s.createTerms),
		inPool("DescribeTerms", s.describeTerms),
		inPool("DescribeTermsByClient", s.describeTermsByClient),
		inPool("UpdateTerms", s.updateTerms),
		inPool("DeleteTerms", s.deleteTerms),
		inPool("ListTerms", s.listTerms),
	}
}

func (s *Server) createTerms(ctx context.Context, p *userpool.Pool, in *api.CreateTermsRequest) (*api.CreateTermsResponse, error) {
	t, err := s.Directory.CreateTerms(ctx, p, userpool.Terms{
		ClientID: in.ClientID, Name: in.TermsName, Source: in.TermsSource, Enforcement: in.Enforcement, Links: in.Links,
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateTermsResponse{Terms: termsType(p, t)}, nil
}

func (s *Server) describeTerms(ctx context.Context, p *userpool.Pool, in *api.DescribeTermsRequest) (*api.DescribeTermsResponse, error) {
	t, err := s.Directory.Terms(ctx, p, in.TermsID)
	if err != nil {
		return nil, err
	}
	return &api.DescribeTermsResponse{Terms: termsType(p, t)}, nil
}

func (s *Server) describeTermsByClient(ctx context.Context, p *userpool.Pool, in *api.DescribeTermsByClientRequest) (*api.DescribeTermsByClientResponse, error) {
	t, err := s.Directory.ClientTerms(ctx, p, in.ClientID, in.TermsName)
	if err != nil {
		return nil, err
	}
	return &api.DescribeTermsByClientResponse{Terms: termsType(p, t)}, nil
}

// updateTerms changes what the request names; the rest of the terms stays.
func (s *Server) updateTerms(ctx context.Context, p *userpool.Pool, in *api.UpdateTermsRequest) (*api.UpdateTermsResponse, error) {
	t, err := s.Directory.UpdateTerms(ctx, p, in.TermsID, directory.TermsChange{
		Name: api.Str(in.TermsName), Source: api.Str(in.TermsSource), Enforcement: api.Str(in.Enforcement), Links: in.Links,
	})
	if err != nil {
		return nil, err
	}
	return &api.UpdateTermsResponse{Terms: termsType(p, t)}, nil
}

func (s *Server) deleteTerms(ctx context.Context, p *userpool.Pool, in *api.DeleteTermsRequest) (*api.None, error) {
	return nil, s.Directory.DeleteTerms(ctx, p, in.TermsID)
}

func (s *Server) listTerms(ctx context.Context, p *userpool.Pool, in *api.ListTermsRequest) (*api.ListTermsResponse, error) {
	terms, next, err := page(s,
		listing{operation: "ListTerms", parameters: []string{p.ID}, limit: in.MaxResults, most: 60, token: in.NextToken},
		func(after string, limit int) ([]*userpool.Terms, error) {
			return s.Directory.ListTerms(ctx, p, after, limit)
		},
		func(t *userpool.Terms) string { return t.ID })
	if err != nil {
		return nil, err
	}
	out := &api.ListTermsResponse{Terms: make([]api.TermsDescriptionType, len(terms)), NextToken: next}
	for i, t := range terms {
		out.Terms[i] = api.TermsDescriptionType{
			TermsID: t.ID, TermsName: t.Name, Enforcement: t.Enforcement,
			CreationDate: api.Time(t.CreatedAt), LastModifiedDate: api.Time(t.UpdatedAt),
		}
	}
	return out, nil
}

func termsType(p *userpool.Pool, t *userpool.Terms) *api.TermsType {
	return &api.TermsType{
		TermsID: t.ID, UserPoolID: p.ID, ClientID: t.ClientID, TermsName: t.Name, TermsSource: t.Source,
		Enforcement: t.Enforcement, Links: t.Links, CreationDate: api.Time(t.CreatedAt), LastModifiedDate: api.Time(t.UpdatedAt),
	}
}
