package cognito

import (
	"context"

	"idpond/cognito/api"
	"idpond/internal/account"
	"idpond/internal/userpool"
)

// accountOperations are those of a signed-in user on the own account.
func (s *Server) accountOperations() []operation {
	return []operation{
		asUser("GetUser", s.getUser),
		asUser("ChangePassword", s.changePassword),
		asUser("UpdateUserAttributes", s.updateUserAttributes),
		asUser("DeleteUserAttributes", s.deleteUserAttributes),
		asUser("GetUserAttributeVerificationCode", s.getUserAttributeVerificationCode),
		asUser("VerifyUserAttribute", s.verifyUserAttribute),
		asUser("DeleteUser", s.deleteUser),
	}
}

func (s *Server) getUser(_ context.Context, c *Caller, _ *api.GetUserRequest) (*api.GetUserResponse, error) {
	shown := func(name string) bool { return name == userpool.AttributeIdentities || c.Client.CanRead(name) }
	return &api.GetUserResponse{
		Username: c.User.Username, UserAttributes: attributeList(c.User, shown), MFAOptions: mfaOptionTypes(c.User),
		PreferredMfaSetting: optional(c.User.MFA.Preferred), UserMFASettingList: c.User.MFA.Enabled,
	}, nil
}

func (s *Server) changePassword(ctx context.Context, c *Caller, in *api.ChangePasswordRequest) (*api.ChangePasswordResponse, error) {
	err := s.Accounts.ChangePassword(s.withOrigin(ctx, c.Pool, c.Client, nil), c.Pool, c.Client, c.User, api.Str(in.PreviousPassword), in.ProposedPassword)
	return &api.ChangePasswordResponse{}, err
}

func (s *Server) updateUserAttributes(ctx context.Context, c *Caller, in *api.UpdateUserAttributesRequest) (*api.UpdateUserAttributesResponse, error) {
	sent, err := s.Accounts.UpdateAttributes(ctx, c.Pool, c.Client, c.User, account.Changes{
		Attributes: attributeMap(in.UserAttributes), Metadata: in.ClientMetadata,
	})
	if err != nil {
		return nil, err
	}
	out := &api.UpdateUserAttributesResponse{}
	for _, d := range sent {
		out.CodeDeliveryDetailsList = append(out.CodeDeliveryDetailsList, *deliveryDetails(&d))
	}
	return out, nil
}

func (s *Server) deleteUserAttributes(ctx context.Context, c *Caller, in *api.DeleteUserAttributesRequest) (*api.DeleteUserAttributesResponse, error) {
	err := s.Accounts.DeleteAttributes(ctx, c.Pool, c.Client, c.User, in.UserAttributeNames)
	return &api.DeleteUserAttributesResponse{}, err
}

func (s *Server) getUserAttributeVerificationCode(ctx context.Context, c *Caller, in *api.GetUserAttributeVerificationCodeRequest) (*api.GetUserAttributeVerificationCodeResponse, error) {
	sent, err := s.Accounts.AttributeCode(ctx, c.Pool, c.Client, c.User, in.AttributeName, in.ClientMetadata)
	return &api.GetUserAttributeVerificationCodeResponse{CodeDeliveryDetails: deliveryDetails(sent)}, err
}

func (s *Server) verifyUserAttribute(ctx context.Context, c *Caller, in *api.VerifyUserAttributeRequest) (*api.VerifyUserAttributeResponse, error) {
	err := s.Accounts.VerifyAttribute(ctx, c.Pool, c.Client, c.User, in.AttributeName, in.Code)
	return &api.VerifyUserAttributeResponse{}, err
}

func (s *Server) deleteUser(ctx context.Context, c *Caller, _ *api.DeleteUserRequest) (*api.None, error) {
	return &api.None{}, s.Accounts.Delete(ctx, c.Pool, c.User)
}
