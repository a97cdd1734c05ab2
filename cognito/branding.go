package cognito

import (
	"context"

	"idpond/cognito/api"
	"idpond/internal/branding"
	"idpond/internal/directory"
	"idpond/internal/userpool"
)

func (s *Server) brandingOperations() []operation {
	return []operation{
		inPool("SetUICustomization", s.setUICustomization),
		inPool("GetUICustomization", s.getUICustomization),
		inPool("CreateManagedLoginBranding", s.createManagedLoginBranding),
		inPool("DescribeManagedLoginBranding", s.describeManagedLoginBranding),
		inPool("DescribeManagedLoginBrandingByClient", s.describeManagedLoginBrandingByClient),
		inPool("UpdateManagedLoginBranding", s.updateManagedLoginBranding),
		inPool("DeleteManagedLoginBranding", s.deleteManagedLoginBranding),
	}
}

// setUICustomization replaces a look. Of one that was taken away only the version
// is told, as by the service.
func (s *Server) setUICustomization(ctx context.Context, p *userpool.Pool, in *api.SetUICustomizationRequest) (*api.SetUICustomizationResponse, error) {
	u, err := s.Directory.SetUICustomization(ctx, p, customizedClient(in.ClientID), api.Str(in.CSS), in.ImageFile)
	if err != nil {
		return nil, err
	}
	out := s.uiCustomizationType(p, u)
	if out.CSS == nil && out.ImageUrl == nil {
		out.CreationDate, out.LastModifiedDate = api.Time{}, api.Time{}
	}
	return &api.SetUICustomizationResponse{UICustomization: out}, nil
}

func (s *Server) getUICustomization(ctx context.Context, p *userpool.Pool, in *api.GetUICustomizationRequest) (*api.GetUICustomizationResponse, error) {
	u, err := s.Directory.UICustomization(ctx, p, customizedClient(in.ClientID))
	if err != nil {
		return nil, err
	}
	out := new(api.UICustomizationType)
	if u != nil {
		out = s.uiCustomizationType(p, u)
	}
	return &api.GetUICustomizationResponse{UICustomization: out}, nil
}

// customizedClient is whose look a request is about.
func customizedClient(id *string) string {
	if id == nil {
		return userpool.CustomizationForAll
	}
	return *id
}

func (s *Server) uiCustomizationType(p *userpool.Pool, u *userpool.UICustomization) *api.UICustomizationType {
	out := &api.UICustomizationType{
		UserPoolID: &p.ID, ClientID: &u.ClientID, CSS: optional(u.CSS), CSSVersion: &u.Version,
		CreationDate: api.Time(u.CreatedAt), LastModifiedDate: api.Time(u.UpdatedAt),
	}
	if u.Logo != "" {
		out.ImageUrl = new(s.PublicURL + branding.Path(p.ID, u.ClientID, u.Logo))
	}
	return out
}

func (s *Server) createManagedLoginBranding(ctx context.Context, p *userpool.Pool, in *api.CreateManagedLoginBrandingRequest) (*api.CreateManagedLoginBrandingResponse, error) {
	st, err := s.Directory.CreateLoginStyle(ctx, p, in.ClientID, directory.StyleChange{
		UseProvided: in.UseCognitoProvidedValues, Settings: in.Settings, Assets: assetChanges(in.Assets),
	})
	if err != nil {
		return nil, err
	}
	out, err := s.managedLoginBranding(ctx, p, st.ID, nil)
	return &api.CreateManagedLoginBrandingResponse{ManagedLoginBranding: out}, err
}

func (s *Server) describeManagedLoginBranding(ctx context.Context, p *userpool.Pool, in *api.DescribeManagedLoginBrandingRequest) (*api.DescribeManagedLoginBrandingResponse, error) {
	out, err := s.managedLoginBranding(ctx, p, in.ManagedLoginBrandingID, in.ReturnMergedResources)
	return &api.DescribeManagedLoginBrandingResponse{ManagedLoginBranding: out}, err
}

func (s *Server) describeManagedLoginBrandingByClient(ctx context.Context, p *userpool.Pool, in *api.DescribeManagedLoginBrandingByClientRequest) (*api.DescribeManagedLoginBrandingByClientResponse, error) {
	st, err := s.Directory.LoginStyleOf(ctx, p, in.ClientID)
	if err != nil {
		return nil, err
	}
	out, err := s.managedLoginBranding(ctx, p, st.ID, in.ReturnMergedResources)
	return &api.DescribeManagedLoginBrandingByClientResponse{ManagedLoginBranding: out}, err
}

func (s *Server) updateManagedLoginBranding(ctx context.Context, p *userpool.Pool, in *api.UpdateManagedLoginBrandingRequest) (*api.UpdateManagedLoginBrandingResponse, error) {
	st, err := s.Directory.UpdateLoginStyle(ctx, p, api.Str(in.ManagedLoginBrandingID), directory.StyleChange{
		UseProvided: in.UseCognitoProvidedValues, Settings: in.Settings, Assets: assetChanges(in.Assets),
	})
	if err != nil {
		return nil, err
	}
	out, err := s.managedLoginBranding(ctx, p, st.ID, nil)
	return &api.UpdateManagedLoginBrandingResponse{ManagedLoginBranding: out}, err
}

func (s *Server) deleteManagedLoginBranding(ctx context.Context, p *userpool.Pool, in *api.DeleteManagedLoginBrandingRequest) (*api.None, error) {
	return nil, s.Directory.DeleteLoginStyle(ctx, p, in.ManagedLoginBrandingID)
}

// assetChanges keeps apart a list that is absent and one that is empty.
func assetChanges(list []api.AssetType) []directory.AssetChange {
	if list == nil {
		return nil
	}
	out := make([]directory.AssetChange, len(list))
	for i, a := range list {
		out[i] = directory.AssetChange{
			AssetKey: branding.AssetKey{Category: a.Category, ColorMode: a.ColorMode}, Extension: a.Extension,
			ResourceID: api.Str(a.ResourceID), Bytes: a.Bytes,
		}
	}
	return out
}

// managedLoginBranding writes a style with its images; merged lays its settings
// over the service's own.
func (s *Server) managedLoginBranding(ctx context.Context, p *userpool.Pool, id string, merged *bool) (*api.ManagedLoginBrandingType, error) {
	st, images, err := s.Directory.LoginStyle(ctx, p, id)
	if err != nil {
		return nil, err
	}
	out := &api.ManagedLoginBrandingType{
		ManagedLoginBrandingID: &st.ID, UserPoolID: &p.ID, UseCognitoProvidedValues: new(st.Settings == nil), Settings: st.Settings,
		CreationDate: api.Time(st.CreatedAt), LastModifiedDate: api.Time(st.UpdatedAt),
	}
	if isTrue(merged) {
		out.Settings = branding.MergeSettings(st.Settings)
	}
	for _, a := range st.Assets {
		out.Assets = append(out.Assets, api.AssetType{
			Category: a.Category, ColorMode: a.ColorMode, Extension: a.Extension, ResourceID: optional(a.ResourceID), Bytes: images[a.File],
		})
	}
	return out, nil
}
