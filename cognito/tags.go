package cognito

import (
	"context"

	"idpond/cognito/api"
)

func (s *Server) tagOperations() []operation {
	return []operation{
		signed("TagResource", s.tagResource),
		signed("UntagResource", s.untagResource),
		signed("ListTagsForResource", s.listTagsForResource),
	}
}

func (s *Server) tagResource(ctx context.Context, in *api.TagResourceRequest) (*api.TagResourceResponse, error) {
	region := requestFrom(ctx).Region
	p, err := s.Directory.PoolByARN(ctx, in.ResourceArn, region)
	if err != nil {
		return nil, err
	}
	return &api.TagResourceResponse{}, s.Directory.Tag(ctx, p, region, in.Tags)
}

func (s *Server) untagResource(ctx context.Context, in *api.UntagResourceRequest) (*api.UntagResourceResponse, error) {
	region := requestFrom(ctx).Region
	p, err := s.Directory.PoolByARN(ctx, in.ResourceArn, region)
	if err != nil {
		return nil, err
	}
	return &api.UntagResourceResponse{}, s.Directory.Untag(ctx, p, region, in.TagKeys)
}

func (s *Server) listTagsForResource(ctx context.Context, in *api.ListTagsForResourceRequest) (*api.ListTagsForResourceResponse, error) {
	region := requestFrom(ctx).Region
	p, err := s.Directory.PoolByARN(ctx, in.ResourceArn, region)
	if err != nil {
		return nil, err
	}
	tags, err := s.Directory.Tags(ctx, p, region)
	return &api.ListTagsForResourceResponse{Tags: tags}, err
}
