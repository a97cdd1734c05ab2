# The walk itself; walk.py says what good, bad and both do.
NOWHERE = {"UserPoolId": "us-east-1_nowhere00"}
ROLE = "arn:aws:iam::000000000000:role/a-role"
PASSWORD = "Walking-1"

# Pools, clients, domains.
bad("CreateUserPool", PoolName="walk", AliasAttributes=["email"], UsernameAttributes=["email"])
pool = good("CreateUserPool", PoolName="walk", UserPoolTier="PLUS", AutoVerifiedAttributes=["email"], UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"},
            IssuerConfiguration={"Type": "UPDATED"}, DeviceConfiguration={"DeviceOnlyRememberedOnUserPrompt": True},
            Policies={"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}})["UserPool"]
p = {"UserPoolId": pool["Id"]}
both("DescribeUserPool", NOWHERE, **p)
both("ListUserPools", {"MaxResults": 61}, MaxResults=60)
both("UpdateUserPool", {"MfaConfiguration": "ON"}, **p, UserPoolTier="PLUS", AutoVerifiedAttributes=["email"], UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"},
     IssuerConfiguration={"Type": "UPDATED"}, DeviceConfiguration={"DeviceOnlyRememberedOnUserPrompt": True},
     Policies={"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}})
both("AddCustomAttributes", {"CustomAttributes": [{"Name": "a", "AttributeDataType": "String", "Required": True}]}, **p,
     CustomAttributes=[{"Name": "a", "AttributeDataType": "String"}])
both("SetUserPoolMfaConfig", {"MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": {"Enabled": False}}, **p, MfaConfiguration="OPTIONAL",
     SoftwareTokenMfaConfiguration={"Enabled": True}, WebAuthnConfiguration={"RelyingPartyId": "localhost", "UserVerification": "preferred"})
both("GetUserPoolMfaConfig", NOWHERE, **p)
both("TagResource", {"Tags": {"aws:a": "b"}}, ResourceArn=pool["Arn"], Tags={"a": "b"})
both("ListTagsForResource", {"ResourceArn": "no arn at all of anything"}, ResourceArn=pool["Arn"])
both("UntagResource", {"TagKeys": [""]}, ResourceArn=pool["Arn"], TagKeys=["a"])
both("CreateResourceServer", {"Scopes": [{"ScopeName": "a/b", "ScopeDescription": "d"}]}, **p, Identifier="api", Name="API",
     Scopes=[{"ScopeName": "read", "ScopeDescription": "Read"}])
both("DescribeResourceServer", {"Identifier": "no"}, **p, Identifier="api")
both("UpdateResourceServer", {"Identifier": "no"}, **p, Identifier="api", Name="API 2", Scopes=[{"ScopeName": "read", "ScopeDescription": "Read"}])
both("ListResourceServers", {"MaxResults": 51}, **p, MaxResults=50)
client = both("CreateUserPoolClient", {"CallbackURLs": ["http://example.com"]}, **p, ClientName="walk",
              ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])["UserPoolClient"]["ClientId"]
c = {"ClientId": client}
both("DescribeUserPoolClient", {"ClientId": "no"}, **p, **c)
both("UpdateUserPoolClient", {"AccessTokenValidity": 25}, **p, **c,
     ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
both("ListUserPoolClients", {"NextToken": "no"}, **p)
machine = good("CreateUserPoolClient", **p, ClientName="machine", GenerateSecret=True, ExplicitAuthFlows=["ALLOW_CLIENT_TOKEN_AUTH"],
               AllowedOAuthFlowsUserPoolClient=True, AllowedOAuthFlows=["client_credentials"], AllowedOAuthScopes=["api/read"])["UserPoolClient"]
both("GetClientToken", {"Secret": "wrong" * 6}, ClientId=machine["ClientId"], Secret=machine["ClientSecret"])
added = both("AddUserPoolClientSecret", {"ClientId": "no"}, **p, ClientId=machine["ClientId"])["ClientSecretDescriptor"]
both("ListUserPoolClientSecrets", {"ClientId": "no"}, **p, ClientId=machine["ClientId"])
both("DeleteUserPoolClientSecret", {"ClientSecretId": "no"}, **p, ClientId=machine["ClientId"], ClientSecretId=added["ClientSecretId"])
domain = {"Domain": "walk-of-all"}
both("CreateUserPoolDomain", {"Domain": "my-cognito-walk"}, **p, **domain)
both("DescribeUserPoolDomain", {"Domain": "x" * 64}, **domain)
both("UpdateUserPoolDomain", {"Domain": "nobodys"}, **p, **domain, ManagedLoginVersion=2)

# Looks and terms.
both("SetUICustomization", {"CSS": ".no-customizable{color:red}"}, **p, CSS=".label-customizable{color:red}")
both("GetUICustomization", {"ClientId": "no"}, **p)
style = both("CreateManagedLoginBranding", {"Settings": {}}, **p, **c, UseCognitoProvidedValues=True)["ManagedLoginBranding"]["ManagedLoginBrandingId"]
gone = {"ManagedLoginBrandingId": "00000000-0000-4000-8000-000000000000"}
both("DescribeManagedLoginBranding", gone, **p, ManagedLoginBrandingId=style)
both("DescribeManagedLoginBrandingByClient", {"ClientId": "no"}, **p, **c)
both("UpdateManagedLoginBranding", {"Settings": {"no": 1}}, **p, ManagedLoginBrandingId=style,
     Settings={"components": {"primaryButton": {"lightMode": {"defaults": {"backgroundColor": "ff0000ff"}}}}})
both("DeleteManagedLoginBranding", gone, **p, ManagedLoginBrandingId=style)
terms = both("CreateTerms", {"TermsName": "small-print"}, **p, **c, TermsName="terms-of-use", TermsSource="LINK", Enforcement="NONE",
             Links={"cognito:default": "https://example.com/terms"})["Terms"]["TermsId"]
gone = {"TermsId": "00000000-0000-4000-8000-000000000000"}
both("DescribeTerms", gone, **p, TermsId=terms)
both("DescribeTermsByClient", {"TermsName": "privacy-policy"}, **p, **c, TermsName="terms-of-use")
both("ListTerms", {"MaxResults": 61}, **p)
both("UpdateTerms", gone, **p, TermsId=terms, Links={"cognito:default": "https://example.com/new"})
both("DeleteTerms", gone, **p, TermsId=terms)

# Groups and users.
both("CreateGroup", {"Precedence": -1}, **p, GroupName="walkers")
both("GetGroup", {"GroupName": "no"}, **p, GroupName="walkers")
both("UpdateGroup", {"GroupName": "no"}, **p, GroupName="walkers", Precedence=1)
both("ListGroups", {"Limit": 61}, **p)
u = {**p, "Username": "ada"}
nobody = {"Username": "nobody"}
both("AdminCreateUser", {"UserAttributes": [{"Name": "email", "Value": "no address"}]}, **u, TemporaryPassword=PASSWORD, MessageAction="SUPPRESS",
     UserAttributes=[{"Name": "email", "Value": "ada@example.com"}, {"Name": "email_verified", "Value": "true"}])
both("AdminSetUserPassword", {"Password": "short"}, **u, Password=PASSWORD, Permanent=True)
both("AdminGetUser", nobody, **u)
both("ListUsers", {"Filter": "no filter"}, **p, Filter='username = "ada"')
both("AdminAddUserToGroup", {"GroupName": "no"}, **u, GroupName="walkers")
both("AdminListGroupsForUser", nobody, **u)
both("ListUsersInGroup", {"GroupName": "no"}, **p, GroupName="walkers")
both("AdminRemoveUserFromGroup", nobody, **u, GroupName="walkers")
both("DeleteGroup", {"GroupName": "no"}, **p, GroupName="walkers")
both("AdminUpdateUserAttributes", {"UserAttributes": [{"Name": "sub", "Value": "x"}]}, **u, UserAttributes=[{"Name": "custom:a", "Value": "b"}])
both("AdminDeleteUserAttributes", {"UserAttributeNames": ["custom:no"]}, **u, UserAttributeNames=["custom:a"])
both("AdminDisableUser", nobody, **u)
both("AdminEnableUser", nobody, **u)
both("AdminSetUserSettings", nobody, **u, MFAOptions=[])
both("AdminSetUserMFAPreference", nobody, **u)
both("AdminGetUserAuthFactors", nobody, **u)

# Sign-up and sign-in.
both("SignUp", {"Password": "short"}, **c, Username="bob", Password=PASSWORD, UserAttributes=[{"Name": "email", "Value": "bob@example.com"}])
both("ResendConfirmationCode", {"ClientId": "no"}, **c, Username="bob")
both("ConfirmSignUp", {"ConfirmationCode": "nonsense"}, **c, Username="bob", ConfirmationCode=code_to("bob@example.com"))
good("SignUp", **c, Username="eve", Password=PASSWORD)
both("AdminConfirmSignUp", nobody, **p, Username="eve")
login = {"USERNAME": "bob", "PASSWORD": PASSWORD}
both("AdminInitiateAuth", {"AuthParameters": {"USERNAME": "bob", "PASSWORD": "wrong"}}, **p, **c, AuthFlow="ADMIN_USER_PASSWORD_AUTH", AuthParameters=login)
signed = both("InitiateAuth", {"AuthFlow": "USER_SRP_AUTH"}, **c, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=login)["AuthenticationResult"]
a = {"AccessToken": signed["AccessToken"]}
forged = {"AccessToken": "not.a.token"}
for name in ("cy", "dot"):
    good("AdminCreateUser", **p, Username=name, TemporaryPassword=PASSWORD, MessageAction="SUPPRESS")
start = good("InitiateAuth", **c, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": "cy", "PASSWORD": PASSWORD})
both("RespondToAuthChallenge", {"Session": "x" * 20}, **c, ChallengeName=start["ChallengeName"], Session=start["Session"],
     ChallengeResponses={"USERNAME": "cy", "NEW_PASSWORD": "Walking-2"})
start = good("AdminInitiateAuth", **p, **c, AuthFlow="ADMIN_USER_PASSWORD_AUTH", AuthParameters={"USERNAME": "dot", "PASSWORD": PASSWORD})
both("AdminRespondToAuthChallenge", {"Session": "x" * 20}, **p, **c, ChallengeName=start["ChallengeName"], Session=start["Session"],
     ChallengeResponses={"USERNAME": "dot", "NEW_PASSWORD": "Walking-2"})

# A user's own account.
both("GetUser", forged, **a)
both("UpdateUserAttributes", {"UserAttributes": [{"Name": "custom:no", "Value": "x"}]}, **a, UserAttributes=[{"Name": "name", "Value": "Bob"}])
both("DeleteUserAttributes", {"UserAttributeNames": ["custom:no"]}, **a, UserAttributeNames=["name"])
both("GetUserAttributeVerificationCode", {"AttributeName": "name"}, **a, AttributeName="email")
both("VerifyUserAttribute", {"Code": "nonsense"}, **a, AttributeName="email", Code=code_to("bob@example.com"))
both("ChangePassword", {"PreviousPassword": "wrong"}, **a, PreviousPassword=PASSWORD, ProposedPassword="Walking-3")
both("SetUserSettings", forged, **a, MFAOptions=[])
both("GetUserAuthFactors", forged, **a)
secret = both("AssociateSoftwareToken", forged, **a)["SecretCode"]
both("VerifySoftwareToken", {"UserCode": wrong_totp(secret)}, **a, UserCode=totp(secret))
both("SetUserMFAPreference", {"SMSMfaSettings": {"Enabled": True}}, **a, SoftwareTokenMfaSettings={"Enabled": False})
both("AdminDeleteSoftwareToken", nobody, **p, Username="bob")
options = both("StartWebAuthnRegistration", forged, **a)["CredentialCreationOptions"]
both("CompleteWebAuthnRegistration", {"Credential": {"id": "no"}}, **a, Credential=passkey(options, URL))
held = both("ListWebAuthnCredentials", {"MaxResults": 21}, **a)["Credentials"][0]["CredentialId"]
both("DeleteWebAuthnCredential", {"CredentialId": "no"}, **a, CredentialId=held)
device = {"DeviceKey": signed["NewDeviceMetadata"]["DeviceKey"]}
unknown = {"DeviceKey": "us-east-1_00000000-0000-4000-8000-000000000000"}
verifier = {"PasswordVerifier": base64.b64encode(b"\1" * 384).decode(), "Salt": base64.b64encode(b"\1" * 16).decode()}
both("ConfirmDevice", {"DeviceKey": "no"}, **a, **device, DeviceSecretVerifierConfig=verifier)
both("UpdateDeviceStatus", unknown, **a, **device, DeviceRememberedStatus="remembered")
both("GetDevice", unknown, **a, **device)
both("GetTokensFromRefreshToken", {"RefreshToken": "no"}, **c, **device, RefreshToken=signed["RefreshToken"])
both("ListDevices", {"Limit": 61}, **a)
b = {**p, "Username": "bob"}
both("AdminGetDevice", unknown, **b, **device)
both("AdminListDevices", nobody, **b)
both("AdminUpdateDeviceStatus", unknown, **b, **device, DeviceRememberedStatus="not_remembered")
both("AdminForgetDevice", unknown, **b, **device)
other = good("InitiateAuth", **c, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": "bob", "PASSWORD": "Walking-3"})["AuthenticationResult"]
device = {"AccessToken": other["AccessToken"], "DeviceKey": other["NewDeviceMetadata"]["DeviceKey"]}
good("ConfirmDevice", **device, DeviceSecretVerifierConfig=verifier)
good("UpdateDeviceStatus", **device, DeviceRememberedStatus="remembered")
both("ForgetDevice", unknown, **device)
both("RevokeToken", {"Token": "no", "ClientId": "no"}, **c, Token=other["RefreshToken"])
both("ForgotPassword", {"ClientId": "no"}, **c, Username="bob")
both("ConfirmForgotPassword", {"ConfirmationCode": "nonsense"}, **c, Username="bob", ConfirmationCode=code_to("bob@example.com"), Password="Walking-4")
both("AdminResetUserPassword", nobody, **u)

# Threat protection, logs, limits, replicas.
tell = {"Notify": True, "EventAction": "NO_ACTION"}
mail = {"Subject": "Was it you?", "TextBody": "{event-id} {feedback-token}"}
both("SetRiskConfiguration", {"RiskExceptionConfiguration": {"BlockedIPRangeList": ["no"]}}, **p,
     RiskExceptionConfiguration={"BlockedIPRangeList": ["192.0.2.0/24"]}, AccountTakeoverRiskConfiguration={
         "Actions": {"LowAction": tell, "MediumAction": tell, "HighAction": tell},
         "NotifyConfiguration": {"SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@example.com", "NoActionEmail": mail}})
both("DescribeRiskConfiguration", {"ClientId": "no"}, **p)
event = both("AdminListUserAuthEvents", nobody, **b)["AuthEvents"][0]["EventId"]
both("AdminUpdateAuthEventFeedback", {"EventId": "no"}, **b, EventId=event, FeedbackValue="Valid")
good("AdminInitiateAuth", **p, **c, AuthFlow="ADMIN_USER_PASSWORD_AUTH", AuthParameters={"USERNAME": "bob", "PASSWORD": "Walking-4"},
     ContextData={"IpAddress": "198.51.100.7", "ServerName": "walk", "ServerPath": "/", "HttpHeaders": []})
event, token = mail_to("bob@example.com")["body"].split()
both("UpdateAuthEventFeedback", {"FeedbackToken": "no"}, **b, EventId=event, FeedbackToken=token, FeedbackValue="Invalid")
both("SetLogDeliveryConfiguration", {"LogConfigurations": [{"LogLevel": "INFO", "EventSource": "userNotification"}]}, **p, LogConfigurations=[
    {"LogLevel": "ERROR", "EventSource": "userNotification",
     "CloudWatchLogsConfiguration": {"LogGroupArn": "arn:aws:logs:us-east-1:000000000000:log-group:walk"}}])
both("GetLogDeliveryConfiguration", NOWHERE, **p)
limit = {"LimitClass": "API_CATEGORY", "Attributes": {"Category": "UserRead"}}
no = {"LimitDefinition": {"LimitClass": "API_CATEGORY", "Attributes": {"Category": "No"}}}
both("GetProvisionedLimit", no, LimitDefinition=limit)
both("UpdateProvisionedLimit", {"RequestedLimitValue": 1}, LimitDefinition=limit, RequestedLimitValue=200)
both("CreateUserPoolReplica", {"RegionName": "us-east-1"}, **p, RegionName="eu-west-1")
both("ListUserPoolReplicas", NOWHERE, **p)
both("UpdateUserPoolReplica", {"RegionName": "eu-west-2"}, **p, RegionName="eu-west-1", Status="INACTIVE")
both("DeleteUserPoolReplica", {"RegionName": "eu-west-2"}, **p, RegionName="eu-west-1")

# Import.
header = both("GetCSVHeader", NOWHERE, **p)["CSVHeader"]
job = both("CreateUserImportJob", {"JobName": ""}, **p, JobName="walk", CloudWatchLogsRoleArn=ROLE)["UserImportJob"]
j = {**p, "JobId": job["JobId"]}
gone = {"JobId": "import-0000000000"}
both("DescribeUserImportJob", gone, **j)
both("ListUserImportJobs", {"MaxResults": 61}, **p, MaxResults=10)
bad("StartUserImportJob", **j)
upload(job["PreSignedUrl"], ",".join(header) + "\n" + "".join(
    ",".join({"cognito:username": "u%d" % i, "email": "u%d@example.com" % i, "email_verified": "true"}.get(h, "") for h in header) + "\n" for i in range(20000)))
good("StartUserImportJob", **j)
while good("DescribeUserImportJob", **j)["UserImportJob"]["Status"] == "Pending":  # a job that no worker has would be Stopped at once
    time.sleep(0.05)
both("StopUserImportJob", gone, **j)

# Identity providers.
provider = {**p, "ProviderName": "Google"}
both("CreateIdentityProvider", {"ProviderDetails": {"client_id": "a"}}, **provider, ProviderType="Google", IdpIdentifiers=["google.example"],
     ProviderDetails={"client_id": "a", "client_secret": "b", "authorize_scopes": "email profile openid"})
both("DescribeIdentityProvider", {"ProviderName": "Facebook"}, **provider)
both("UpdateIdentityProvider", {"AttributeMapping": {"custom:no": "x"}}, **provider, AttributeMapping={"email": "email"})
both("GetIdentityProviderByIdentifier", {"IdpIdentifier": "no"}, **p, IdpIdentifier="google.example")
both("ListIdentityProviders", {"MaxResults": 61}, **p)
source = {"ProviderName": "Google", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "1"}
both("AdminLinkProviderForUser", {"SourceUser": {**source, "ProviderName": "Facebook"}}, **p, SourceUser=source,
     DestinationUser={"ProviderName": "Cognito", "ProviderAttributeValue": "bob"})
both("AdminDisableProviderForUser", {"User": {**source, "ProviderAttributeValue": "2"}}, **p, User=source)
both("GetSigningCertificate", NOWHERE, **p)
both("DeleteIdentityProvider", {"ProviderName": "Facebook"}, **provider)

# The end.
signed = good("InitiateAuth", **c, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": "bob", "PASSWORD": "Walking-4"})["AuthenticationResult"]
both("GlobalSignOut", forged, AccessToken=signed["AccessToken"])
both("AdminUserGlobalSignOut", nobody, **b)
signed = good("InitiateAuth", **c, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": "bob", "PASSWORD": "Walking-4"})["AuthenticationResult"]
both("DeleteUser", forged, AccessToken=signed["AccessToken"])
both("AdminDeleteUser", nobody, **u)
both("DeleteResourceServer", {"Identifier": "no"}, **p, Identifier="api")
both("DeleteUserPoolClient", {"ClientId": "no"}, **p, ClientId=machine["ClientId"])
bad("DeleteUserPool", **p)
both("DeleteUserPoolDomain", {"Domain": "nobodys"}, **p, **domain)
good("DeleteUserPool", **p)
