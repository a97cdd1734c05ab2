package cognito

import (
	"context"

	"idpond/cognito/api"
	"idpond/internal/auth"
	"idpond/internal/userpool"
)

// admit holds a request to the rates of its category and, where there is one, of
// its pool; the fault is TooManyRequests. Which challenge is answered decides the
// category of an answer.
func (s *Server) admit(ctx context.Context, model *api.Operation, in any) error {
	if s.Limiter == nil {
		return nil
	}
	switch in := in.(type) {
	case *api.RespondToAuthChallengeRequest:
		return s.admitAnswer(ctx, in.ChallengeName)
	case *api.AdminRespondToAuthChallengeRequest:
		return s.admitAnswer(ctx, in.ChallengeName)
	}
	category := rateCategory(model.Name)
	if pooled, ok := in.(interface{ PoolID() string }); ok {
		if err := s.Limiter.AdmitInPool(category, model.Name, pooled.PoolID()); err != nil {
			return err
		}
	}
	return s.Limiter.Admit(ctx, category)
}

func (s *Server) admitAnswer(ctx context.Context, challenge string) error {
	if challenge == auth.ChallengeNewPasswordRequired {
		return s.Limiter.Admit(ctx, userpool.RateUserAccountRecovery)
	}
	return s.Limiter.AdmitAnswer(ctx)
}

// rateCategory gives the category that an operation's requests count in, "" if
// there is none (reference: api-behaviour §22.3). An answer to a challenge is
// looked at more closely by admit.
func rateCategory(operation string) string {
	switch operation {
	case "InitiateAuth", "AdminInitiateAuth", "RespondToAuthChallenge", "AdminRespondToAuthChallenge", "GetTokensFromRefreshToken":
		return userpool.RateUserAuthentication
	case "SignUp", "ConfirmSignUp", "AdminCreateUser", "AdminConfirmSignUp":
		return userpool.RateUserCreation
	case "ForgotPassword", "ConfirmForgotPassword", "ChangePassword", "AdminResetUserPassword", "AdminSetUserPassword":
		return userpool.RateUserAccountRecovery
	case "GetUser", "AdminGetUser", "AdminGetUserAuthFactors", "GetUserAuthFactors":
		return userpool.RateUserRead
	case "UpdateUserAttributes", "DeleteUserAttributes", "AdminUpdateUserAttributes", "AdminDeleteUserAttributes", "VerifyUserAttribute",
		"DeleteUser", "AdminDeleteUser", "AdminEnableUser", "AdminDisableUser", "GlobalSignOut", "AdminUserGlobalSignOut",
		"AdminLinkProviderForUser", "AdminDisableProviderForUser", "AdminAddUserToGroup", "AdminRemoveUserFromGroup":
		return userpool.RateUserUpdate
	case "RevokeToken":
		return userpool.RateUserToken
	case "GetDevice", "ListDevices", "AdminGetDevice", "AdminListDevices", "AdminListGroupsForUser", "GetUserAttributeVerificationCode",
		"ResendConfirmationCode", "AdminListUserAuthEvents", "ListWebAuthnCredentials":
		return userpool.RateUserResourceRead
	case "ConfirmDevice", "ForgetDevice", "UpdateDeviceStatus", "AdminForgetDevice", "AdminUpdateDeviceStatus",
		"SetUserMFAPreference", "AdminSetUserMFAPreference", "SetUserSettings", "AdminSetUserSettings",
		"AssociateSoftwareToken", "VerifySoftwareToken", "AdminDeleteSoftwareToken",
		"StartWebAuthnRegistration", "CompleteWebAuthnRegistration", "DeleteWebAuthnCredential",
		"UpdateAuthEventFeedback", "AdminUpdateAuthEventFeedback":
		return userpool.RateUserResourceUpdate
	case "ListUsers", "ListUsersInGroup":
		return userpool.RateUserList
	case "GetClientToken":
		return userpool.RateClientAuthentication
	case "GetProvisionedLimit", "UpdateProvisionedLimit":
		return userpool.RateLimitManagement
	}
	return poolRateCategory(operation)
}

// poolRateCategory is rateCategory for what administrators configure.
func poolRateCategory(operation string) string {
	switch operation {
	case "DescribeUserPool", "ListUserPools", "ListUserPoolReplicas":
		return userpool.RateUserPoolRead
	case "CreateUserPool", "UpdateUserPool", "DeleteUserPool", "AddCustomAttributes",
		"CreateUserPoolReplica", "UpdateUserPoolReplica", "DeleteUserPoolReplica":
		return userpool.RateUserPoolUpdate
	case "DescribeUserPoolClient", "ListUserPoolClients", "ListUserPoolClientSecrets":
		return userpool.RateUserPoolClientRead
	case "CreateUserPoolClient", "UpdateUserPoolClient", "DeleteUserPoolClient", "AddUserPoolClientSecret", "DeleteUserPoolClientSecret":
		return userpool.RateUserPoolClientUpdate
	case "GetGroup", "ListGroups", "DescribeIdentityProvider", "GetIdentityProviderByIdentifier", "ListIdentityProviders",
		"DescribeResourceServer", "ListResourceServers", "DescribeUserPoolDomain", "GetCSVHeader", "DescribeUserImportJob", "ListUserImportJobs",
		"DescribeRiskConfiguration", "GetLogDeliveryConfiguration", "GetUserPoolMfaConfig", "ListTagsForResource", "GetSigningCertificate",
		"GetUICustomization", "DescribeManagedLoginBranding", "DescribeManagedLoginBrandingByClient",
		"DescribeTerms", "DescribeTermsByClient", "ListTerms":
		return userpool.RateUserPoolResourceRead
	case "CreateGroup", "UpdateGroup", "DeleteGroup", "CreateIdentityProvider", "UpdateIdentityProvider", "DeleteIdentityProvider",
		"CreateResourceServer", "UpdateResourceServer", "DeleteResourceServer", "CreateUserPoolDomain", "UpdateUserPoolDomain", "DeleteUserPoolDomain",
		"CreateUserImportJob", "StartUserImportJob", "StopUserImportJob",
		"SetRiskConfiguration", "SetLogDeliveryConfiguration", "SetUserPoolMfaConfig", "TagResource", "UntagResource",
		"SetUICustomization", "CreateManagedLoginBranding", "UpdateManagedLoginBranding", "DeleteManagedLoginBranding",
		"CreateTerms", "UpdateTerms", "DeleteTerms":
		return userpool.RateUserPoolResourceUpdate
	}
	return ""
}
