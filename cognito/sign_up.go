package cognito

import (
	"context"

	"idpond/cognito/api"
	"idpond/internal/account"
)

func (s *Server) signUpOperations() []operation {
	return []operation{
		forClient("SignUp", s.signUp),
		forClient("ConfirmSignUp", s.confirmSignUp),
		forClient("ResendConfirmationCode", s.resendConfirmationCode),
		forClient("ForgotPassword", s.forgotPassword),
		forClient("ConfirmForgotPassword", s.confirmForgotPassword),
	}
}

func (s *Server) signUp(ctx context.Context, c *Client, in *api.SignUpRequest) (*api.SignUpResponse, error) {
	ctx = s.withOrigin(ctx, c.Pool, c.AppClient, in.UserContextData)
	if err := account.CheckSecretHash(c.AppClient, in.Username, api.Str(in.SecretHash)); err != nil {
		return nil, err
	}
	done, err := s.Accounts.SignUp(ctx, c.Pool, c.AppClient, account.NewUser{
		Username:       in.Username,
		Password:       api.Str(in.Password),
		Attributes:     attributeMap(in.UserAttributes),
		ValidationData: attributeMap(in.ValidationData),
		Metadata:       in.ClientMetadata,
	})
	if err != nil {
		return nil, err
	}
	session, err := s.Auth.SignedUp(c.Pool, c.AppClient, done.User)
	return &api.SignUpResponse{
		UserSub: done.User.ID, CodeDeliveryDetails: deliveryDetails(done.Delivery), Session: optional(session),
	}, err
}

func (s *Server) confirmSignUp(ctx context.Context, c *Client, in *api.ConfirmSignUpRequest) (*api.ConfirmSignUpResponse, error) {
	ctx = s.withOrigin(ctx, c.Pool, c.AppClient, in.UserContextData)
	if err := account.CheckSecretHash(c.AppClient, in.Username, api.Str(in.SecretHash)); err != nil {
		return nil, err
	}
	if in.Session != nil {
		if err := s.Auth.OpenSignUp(ctx, c.Pool, c.AppClient, in.Username, *in.Session); err != nil {
			return nil, err
		}
	}
	confirmed, err := s.Accounts.ConfirmSignUp(ctx, c.Pool, c.AppClient, account.Confirmation{
		Username: in.Username, Code: in.ConfirmationCode, Metadata: in.ClientMetadata,
		ForceAlias: isTrue(in.ForceAliasCreation),
	})
	if err != nil {
		return nil, err
	}
	session, err := s.Auth.Confirmed(c.Pool, c.AppClient, confirmed, api.Str(in.Session))
	return &api.ConfirmSignUpResponse{Session: optional(session)}, err
}

func (s *Server) resendConfirmationCode(ctx context.Context, c *Client, in *api.ResendConfirmationCodeRequest) (*api.ResendConfirmationCodeResponse, error) {
	ctx = s.withOrigin(ctx, c.Pool, c.AppClient, in.UserContextData)
	if err := account.CheckSecretHash(c.AppClient, in.Username, api.Str(in.SecretHash)); err != nil {
		return nil, err
	}
	sent, err := s.Accounts.ResendConfirmationCode(ctx, c.Pool, c.AppClient, in.Username, in.ClientMetadata)
	return &api.ResendConfirmationCodeResponse{CodeDeliveryDetails: deliveryDetails(sent)}, err
}

func (s *Server) forgotPassword(ctx context.Context, c *Client, in *api.ForgotPasswordRequest) (*api.ForgotPasswordResponse, error) {
	ctx = s.withOrigin(ctx, c.Pool, c.AppClient, in.UserContextData)
	if err := account.CheckSecretHash(c.AppClient, in.Username, api.Str(in.SecretHash)); err != nil {
		return nil, err
	}
	sent, err := s.Accounts.ForgotPassword(ctx, c.Pool, c.AppClient, in.Username, in.ClientMetadata)
	return &api.ForgotPasswordResponse{CodeDeliveryDetails: deliveryDetails(sent)}, err
}

func (s *Server) confirmForgotPassword(ctx context.Context, c *Client, in *api.ConfirmForgotPasswordRequest) (*api.ConfirmForgotPasswordResponse, error) {
	ctx = s.withOrigin(ctx, c.Pool, c.AppClient, in.UserContextData)
	if err := account.CheckSecretHash(c.AppClient, in.Username, api.Str(in.SecretHash)); err != nil {
		return nil, err
	}
	err := s.Accounts.ConfirmForgotPassword(ctx, c.Pool, c.AppClient, account.NewPassword{
		Username: in.Username, Code: in.ConfirmationCode, Password: in.Password, Metadata: in.ClientMetadata,
	})
	return &api.ConfirmForgotPasswordResponse{}, err
}

// deliveryDetails says where a code went; nil when none was sent.
func deliveryDetails(d *account.Delivery) *api.CodeDeliveryDetailsType {
	if d == nil {
		return nil
	}
	return &api.CodeDeliveryDetailsType{
		AttributeName: new(d.Attribute), DeliveryMedium: new(d.Medium), Destination: new(d.Destination),
	}
}
