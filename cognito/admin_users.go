package cognito

import (
	"context"

	"idpond/cognito/api"
	"idpond/internal/account"
	"idpond/internal/userpool"
)

// adminUserOperations are those of an administrator on one user.
func (s *Server) adminUserOperations() []operation {
	return []operation{
		inPool("AdminCreateUser", s.adminCreateUser),
		inPool("AdminGetUser", s.adminGetUser),
		inPool("AdminDeleteUser", s.adminDeleteUser),
		inPool("AdminSetUserPassword", s.adminSetUserPassword),
		inPool("AdminResetUserPassword", s.adminResetUserPassword),
		inPool("AdminConfirmSignUp", s.adminConfirmSignUp),
		inPool("AdminUpdateUserAttributes", s.adminUpdateUserAttributes),
		inPool("AdminDeleteUserAttributes", s.adminDeleteUserAttributes),
		inPool("AdminEnableUser", s.adminEnableUser),
		inPool("AdminDisableUser", s.adminDisableUser),
	}
}

func (s *Server) adminCreateUser(ctx context.Context, p *userpool.Pool, in *api.AdminCreateUserRequest) (*api.AdminCreateUserResponse, error) {
	action := api.Str(in.MessageAction)
	u, err := s.Accounts.AdminCreate(ctx, p, account.Invitation{
		NewUser: account.NewUser{
			Username:       in.Username,
			Password:       api.Str(in.TemporaryPassword),
			Attributes:     attributeMap(in.UserAttributes),
			ValidationData: attributeMap(in.ValidationData),
			Metadata:       in.ClientMetadata,
		},
		ForceAlias: isTrue(in.ForceAliasCreation),
		Resend:     action == "RESEND",
		Suppress:   action == "SUPPRESS",
		Mediums:    in.DesiredDeliveryMediums,
	})
	if err != nil {
		return nil, err
	}
	return &api.AdminCreateUserResponse{User: new(userType(u, every))}, nil
}

func (s *Server) adminGetUser(ctx context.Context, p *userpool.Pool, in *api.AdminGetUserRequest) (*api.AdminGetUserResponse, error) {
	u, err := s.Accounts.AdminGet(ctx, p, in.Username)
	if err != nil {
		return nil, err
	}
	return &api.AdminGetUserResponse{
		Username: u.Username, UserAttributes: attributeList(u, every),
		UserCreateDate: api.Time(u.CreatedAt), UserLastModifiedDate: api.Time(u.UpdatedAt),
		Enabled: new(u.Enabled), UserStatus: new(string(u.Status)), MFAOptions: mfaOptionTypes(u),
		PreferredMfaSetting: optional(u.MFA.Preferred), UserMFASettingList: u.MFA.Enabled,
	}, nil
}

func (s *Server) adminDeleteUser(ctx context.Context, p *userpool.Pool, in *api.AdminDeleteUserRequest) (*api.None, error) {
	return &api.None{}, s.Accounts.AdminDelete(ctx, p, in.Username)
}

func (s *Server) adminSetUserPassword(ctx context.Context, p *userpool.Pool, in *api.AdminSetUserPasswordRequest) (*api.AdminSetUserPasswordResponse, error) {
	return &api.AdminSetUserPasswordResponse{}, s.Accounts.AdminSetPassword(ctx, p, in.Username, in.Password, isTrue(in.Permanent))
}

func (s *Server) adminResetUserPassword(ctx context.Context, p *userpool.Pool, in *api.AdminResetUserPasswordRequest) (*api.AdminResetUserPasswordResponse, error) {
	return &api.AdminResetUserPasswordResponse{}, s.Accounts.AdminResetPassword(ctx, p, in.Username, in.ClientMetadata)
}

func (s *Server) adminConfirmSignUp(ctx context.Context, p *userpool.Pool, in *api.AdminConfirmSignUpRequest) (*api.AdminConfirmSignUpResponse, error) {
	return &api.AdminConfirmSignUpResponse{}, s.Accounts.AdminConfirm(ctx, p, in.Username, in.ClientMetadata)
}

func (s *Server) adminUpdateUserAttributes(ctx context.Context, p *userpool.Pool, in *api.AdminUpdateUserAttributesRequest) (*api.AdminUpdateUserAttributesResponse, error) {
	err := s.Accounts.AdminUpdateAttributes(ctx, p, in.Username, account.Changes{
		Attributes: attributeMap(in.UserAttributes), Metadata: in.ClientMetadata,
	})
	return &api.AdminUpdateUserAttributesResponse{}, err
}

func (s *Server) adminDeleteUserAttributes(ctx context.Context, p *userpool.Pool, in *api.AdminDeleteUserAttributesRequest) (*api.AdminDeleteUserAttributesResponse, error) {
	return &api.AdminDeleteUserAttributesResponse{}, s.Accounts.AdminDeleteAttributes(ctx, p, in.Username, in.UserAttributeNames)
}

func (s *Server) adminEnableUser(ctx context.Context, p *userpool.Pool, in *api.AdminEnableUserRequest) (*api.AdminEnableUserResponse, error) {
	return &api.AdminEnableUserResponse{}, s.Accounts.AdminSetEnabled(ctx, p, in.Username, true)
}

func (s *Server) adminDisableUser(ctx context.Context, p *userpool.Pool, in *api.AdminDisableUserRequest) (*api.AdminDisableUserResponse, error) {
	return &api.AdminDisableUserResponse{}, s.Accounts.AdminSetEnabled(ctx, p, in.Username, false)
}
