package cognito_test

import (
	"fmt"
	"strings"
	"testing"
)

// in runs f with signatures for another region.
func (b *bench) in(region string, f func()) {
	before := b.region
	b.region = region
	defer func() { b.region = before }()
	f()
}

func TestTags(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop","UserPoolTags":{"team":"a"}}`)
	arn := `"ResourceArn":"arn:aws:cognito-idp:eu-west-1:111122223333:userpool/` + b.pool + `"`
	unknown := func(id string) string { return `ResourceNotFoundException: User pool ` + id + ` does not exist.` }
	b.run(
		trial{"ListTagsForResource", `{` + arn + `}`, `{"Tags":{"team":"a"}}`},
		trial{"TagResource", `{` + arn + `,"Tags":{"stage":"test","empty":""}}`, `{}`},
		trial{"TagResource", `{` + arn + `,"Tags":{"stage":"live"}}`, `{}`},
		trial{"ListTagsForResource", `{` + arn + `}`, `{"Tags":{"team":"a","stage":"live","empty":""}}`},
		trial{"DescribeUserPool", `{}`, `~{"UserPool":{"UserPoolTags":{"team":"a","stage":"live","empty":""}}}`},
		trial{"UntagResource", `{` + arn + `,"TagKeys":["team","stage","nobody"]}`, `{}`},
		trial{"ListTagsForResource", `{` + arn + `}`, `{"Tags":{"empty":""}}`},
		trial{"TagResource", `{` + arn + `,"Tags":{"AWS:x":"a","ok":"b"}}`, `InvalidParameterException: aws: prefixed tag key names are not allowed for external use.`},
		trial{"TagResource", `{` + arn + `,"Tags":{` + manyTags(50) + `}}`, `InvalidParameterException: A user pool cannot have more than 50 tags.`},
		trial{"ListTagsForResource", `{` + arn + `}`, `{"Tags":{"empty":""}}`},
		trial{"TagResource", `{` + arn + `,"Tags":{` + manyTags(49) + `}}`, `{}`},
		trial{"TagResource", `{"ResourceArn":"arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_none","Tags":{}}`, unknown("eu-west-1_none")},
		trial{"ListTagsForResource", `{"ResourceArn":"arn:aws:cognito-idp:eu-west-1:999999999999:userpool/` + b.pool + `"}`, unknown("POOL")},
		trial{"ListTagsForResource", `{"ResourceArn":"arn:aws:cognito-idp:us-east-1:111122223333:userpool/` + b.pool + `"}`, unknown("POOL")},
		trial{"UntagResource", `{"ResourceArn":"arn:aws:cognito-identity:eu-west-1:111122223333:identitypool/x","TagKeys":[]}`,
			`InvalidParameterException: The resource ARN is not the ARN of a user pool.`},
	)
	b.in("us-east-1", func() { b.run(trial{"ListTagsForResource", `{` + arn + `}`, unknown("POOL")}) })
}

func manyTags(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`"t%d":"x"`, i))
	}
	return strings.Join(list, ",")
}

// withThreatProtection makes a pool that watches its sign-ins, and a client.
func withThreatProtection(b *bench) {
	b.Helper()
	b.ok("CreateUserPool", `{"PoolName":"shop","UserPoolTier":"PLUS","UserPoolAddOns":{"AdvancedSecurityMode":"AUDIT"}}`)
	b.ok("CreateUserPoolClient", `{"ClientName":"app","ExplicitAuthFlows":["ALLOW_USER_PASSWORD_AUTH","ALLOW_ADMIN_USER_PASSWORD_AUTH","ALLOW_REFRESH_TOKEN_AUTH"]}`)
}

const fullRisk = `"CompromisedCredentialsRiskConfiguration":{"EventFilter":["SIGN_UP"],"Actions":{"EventAction":"BLOCK"}},
	"AccountTakeoverRiskConfiguration":{
		"NotifyConfiguration":{"From":"Shop <shop@example.org>","ReplyTo":"help@example.org","SourceArn":"arn:aws:ses:us-east-1:111122223333:identity/example.org",
			"BlockEmail":{"Subject":"Blocked","HtmlBody":"<p>Blocked</p>","TextBody":"Blocked"},
			"NoActionEmail":{"Subject":"Seen","HtmlBody":"<p>Seen</p>","TextBody":"Seen it"},
			"MfaEmail":{"Subject":"Asked","HtmlBody":"<p>Asked</p>","TextBody":"Asked it"}},
		"Actions":{"LowAction":{"Notify":false,"EventAction":"NO_ACTION"},"MediumAction":{"Notify":true,"EventAction":"MFA_IF_CONFIGURED"},
			"HighAction":{"Notify":true,"EventAction":"BLOCK"}}},
	"RiskExceptionConfiguration":{"BlockedIPRangeList":["192.0.2.0/24","2001:db8::/32"],"SkippedIPRangeList":["10.0.0.1/32"]}`

func TestRiskConfiguration(t *testing.T) {
	b := newBench(t)
	withThreatProtection(b)
	const at = `"LastModifiedDate":1700000000.000`
	b.run(
		trial{"DescribeRiskConfiguration", `{}`, `{"RiskConfiguration":{"UserPoolId":"POOL"}}`},
		trial{"SetRiskConfiguration", `{` + fullRisk + `}`, `{"RiskConfiguration":{"UserPoolId":"POOL",` + fullRisk + `,` + at + `}}`},
		trial{"DescribeRiskConfiguration", `{}`, `{"RiskConfiguration":{"UserPoolId":"POOL",` + fullRisk + `,` + at + `}}`},
		// A client's is its own: it doesn't show the pool's, and setting it leaves the pool's alone.
		trial{"DescribeRiskConfiguration", `{"ClientId":"CLIENT"}`, `{"RiskConfiguration":{"UserPoolId":"POOL","ClientId":"CLIENT"}}`},
		trial{"SetRiskConfiguration", `{"ClientId":"CLIENT","CompromisedCredentialsRiskConfiguration":{"Actions":{"EventAction":"NO_ACTION"}}}`,
			`{"RiskConfiguration":{"UserPoolId":"POOL","ClientId":"CLIENT",` + at + `,
				"CompromisedCredentialsRiskConfiguration":{"EventFilter":["SIGN_IN","PASSWORD_CHANGE","SIGN_UP"],"Actions":{"EventAction":"NO_ACTION"}}}}`},
		trial{"DescribeRiskConfiguration", `{}`, `~{"RiskConfiguration":{` + fullRisk + `}}`},
		// What is left out is deleted.
		trial{"SetRiskConfiguration", `{"RiskExceptionConfiguration":{"SkippedIPRangeList":["10.0.0.0/8"]}}`,
			`{"RiskConfiguration":{"UserPoolId":"POOL",` + at + `,"RiskExceptionConfiguration":{"SkippedIPRangeList":["10.0.0.0/8"]}}}`},
		trial{"SetRiskConfiguration", `{}`, `{"RiskConfiguration":{"UserPoolId":"POOL",` + at + `}}`},
		trial{"DescribeRiskConfiguration", `{}`, `{"RiskConfiguration":{"UserPoolId":"POOL"}}`},
		trial{"DescribeRiskConfiguration", `{"ClientId":"CLIENT"}`, `~{"RiskConfiguration":{"ClientId":"CLIENT","CompromisedCredentialsRiskConfiguration":{"Actions":{"EventAction":"NO_ACTION"}}}}`},
	)
}

func TestWrongRiskConfiguration(t *testing.T) {
	b := newBench(t)
	withThreatProtection(b)
	const taken = `"AccountTakeoverRiskConfiguration":{"Actions":{},"NotifyConfiguration":{"SourceArn":`
	b.run(
		trial{"SetRiskConfiguration", `{"RiskExceptionConfiguration":{"BlockedIPRangeList":["10.0.0.1"]}}`, `InvalidParameterException: Incorrect CIDR format`},
		trial{"SetRiskConfiguration", `{"RiskExceptionConfiguration":{"SkippedIPRangeList":["10.0.0.0/8","10.0.0.0/33"]}}`, `InvalidParameterException: Incorrect CIDR format`},
		trial{"SetRiskConfiguration", `{` + taken + `"arn:aws:ses:ap-south-1:111122223333:identity/example.org"}}}`,
			`InvalidParameterException: Provided SourceArn must be in one of the following SES regions: eu-west-1, us-east-1, us-west-2.`},
		trial{"SetRiskConfiguration", `{` + taken + `"arn:aws:ses:us-east-1:111122223333:identity/example.org","From":"nobody"}}}`,
			`InvalidParameterException: Provided From email address is invalid`},
		trial{"SetRiskConfiguration", `{"ClientId":"nobody"}`, `ResourceNotFoundException: User pool client nobody does not exist.`},
		trial{"DescribeRiskConfiguration", `{"ClientId":"nobody"}`, `ResourceNotFoundException: User pool client nobody does not exist.`},
		trial{"SetRiskConfiguration", `{"CompromisedCredentialsRiskConfiguration":{"EventFilter":["NOW"],"Actions":{"EventAction":"BLOCK"}}}`,
			`InvalidParameterException: 1 validation error detected: Value '[NOW]' at 'compromisedCredentialsRiskConfiguration.eventFilter' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [SIGN_IN, PASSWORD_CHANGE, SIGN_UP]]`},
		trial{"DescribeRiskConfiguration", `{}`, `{"RiskConfiguration":{"UserPoolId":"POOL"}}`},
		trial{"CreateUserPool", `{"PoolName":"plain"}`, `~{}`},
		trial{"SetRiskConfiguration", `{}`, `UserPoolAddOnNotEnabledException: Threat protection is not enabled for the user pool.`},
		trial{"DescribeRiskConfiguration", `{}`, `UserPoolAddOnNotEnabledException: Threat protection is not enabled for the user pool.`},
	)
}

func TestLogDelivery(t *testing.T) {
	b := newBench(t)
	withThreatProtection(b)
	const (
		group  = `"CloudWatchLogsConfiguration":{"LogGroupArn":"arn:aws:logs:eu-west-1:111122223333:log-group:/aws/shop"}`
		bucket = `"S3Configuration":{"BucketArn":"arn:aws:s3:::shop-audit"}`
		stream = `"FirehoseConfiguration":{"StreamArn":"arn:aws:firehose:eu-west-1:111122223333:deliverystream/shop"}`
		errs   = `"LogLevel":"ERROR","EventSource":"userNotification"`
		events = `"LogLevel":"INFO","EventSource":"userAuthEvents"`
		none   = `{"LogDeliveryConfiguration":{"UserPoolId":"POOL","LogConfigurations":[]}}`
		set    = "SetLogDeliveryConfiguration"
	)
	list := func(entries ...string) string { return `"LogConfigurations":[{` + strings.Join(entries, "},{") + `}]` }
	good := func(entries ...string) trial {
		return trial{set, `{` + list(entries...) + `}`, `{"LogDeliveryConfiguration":{"UserPoolId":"POOL",` + list(entries...) + `}}`}
	}
	both := good(errs+","+group, events+","+bucket)
	b.run(
		trial{"GetLogDeliveryConfiguration", `{}`, none},
		good(events+","+group), good(events+","+stream), both,
		trial{"GetLogDeliveryConfiguration", `{}`, both.want},
		trial{set, `{` + list(errs+","+group, errs+","+group) + `}`, `InvalidParameterException: Following event sources appear more then once in a request`},
		trial{set, `{` + list(errs+","+bucket) + `}`, `InvalidParameterException: Logs of the event source userNotification can only be delivered to CloudWatch Logs.`},
		trial{set, `{` + list(errs) + `}`, `InvalidParameterException: Exactly one destination must be given for the event source userNotification.`},
		trial{set, `{` + list(events+","+bucket+","+stream) + `}`, `InvalidParameterException: Exactly one destination must be given for the event source userAuthEvents.`},
		trial{set, `{` + list(`"LogLevel":"ERROR","EventSource":"userAuthEvents",`+group) + `}`, `InvalidParameterException: The log level of the event source userAuthEvents must be INFO.`},
		trial{set, `{` + list(`"LogLevel":"INFO","EventSource":"userNotification",`+group) + `}`, `InvalidParameterException: The log level of the event source userNotification must be ERROR.`},
		trial{set, `{` + list(errs+`,"CloudWatchLogsConfiguration":{}`) + `}`, `InvalidParameterException: LogGroupArn must be the ARN of a log group.`},
		trial{set, `{` + list(events+`,"S3Configuration":{"BucketArn":"arn:aws:sqs:::queue"}`) + `}`, `InvalidParameterException: BucketArn must be the ARN of a bucket.`},
		trial{set, `{` + list(events+`,"FirehoseConfiguration":{"StreamArn":"arn:aws:kinesis:eu-west-1:111122223333:stream/x"}`) + `}`,
			`InvalidParameterException: StreamArn must be the ARN of a delivery stream.`},
		trial{"GetLogDeliveryConfiguration", `{}`, both.want},
		trial{"UpdateUserPool", `{"UserPoolTier":"ESSENTIALS"}`,
			`TierChangeNotAllowedException: The following features need to be disabled for the ESSENTIALS pricing tier configured: Log Streaming`},
		trial{set, `{"LogConfigurations":[]}`, none},
		trial{"GetLogDeliveryConfiguration", `{}`, none},
		trial{"CreateUserPool", `{"PoolName":"plain","UserPoolTier":"LITE"}`, `~{}`},
		trial{set, `{` + list(events+","+group) + `}`,
			`FeatureUnavailableInTierException: The following feature is not available for the LITE pricing tier configured: Log Streaming`},
		good(errs+","+group),
	)
}

func TestProvisionedLimits(t *testing.T) {
	b := newBench(t)
	category := func(name string) string {
		return `"LimitDefinition":{"LimitClass":"API_CATEGORY","Attributes":{"Category":"` + name + `"}}`
	}
	limit := func(name string, now, free int) string {
		return fmt.Sprintf(`{"Limit":{%s,"ProvisionedLimitValue":%d,"FreeLimitValue":%d}}`, category(name), now, free)
	}
	b.run(
		trial{"GetProvisionedLimit", `{` + category("UserAuthentication") + `}`, limit("UserAuthentication", 120, 120)},
		trial{"GetProvisionedLimit", `{` + category("LimitManagement") + `}`, limit("LimitManagement", 1, 1)},
		trial{"UpdateProvisionedLimit", `{` + category("UserAuthentication") + `,"RequestedLimitValue":500}`, limit("UserAuthentication", 500, 120)},
		trial{"GetProvisionedLimit", `{` + category("UserAuthentication") + `}`, limit("UserAuthentication", 500, 120)},
		trial{"UpdateProvisionedLimit", `{` + category("UserAuthentication") + `,"RequestedLimitValue":119}`,
			`InvalidParameterException: The limit of the category UserAuthentication cannot be less than 120.`},
		trial{"UpdateProvisionedLimit", `{` + category("UserAuthentication") + `,"RequestedLimitValue":1201}`,
			`ServiceQuotaExceededException: The limit of the category UserAuthentication cannot be more than 1200.`},
		trial{"UpdateProvisionedLimit", `{` + category("UserList") + `,"RequestedLimitValue":40}`,
			`InvalidParameterException: The limit of the category UserList cannot be changed.`},
		trial{"GetProvisionedLimit", `{` + category("Nothing") + `}`, `InvalidParameterException: There is no category Nothing.`},
		trial{"GetProvisionedLimit", `{"LimitDefinition":{"LimitClass":"API_CATEGORY","Attributes":{}}}`,
			`InvalidParameterException: A limit of the class API_CATEGORY has the attribute Category, and no other.`},
		trial{"GetProvisionedLimit", `{` + category("UserAuthentication") + `}`, limit("UserAuthentication", 500, 120)},
		trial{"UpdateProvisionedLimit", `{` + category("UserAuthentication") + `,"RequestedLimitValue":120}`, limit("UserAuthentication", 120, 120)},
	)
}

func TestReplicas(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop","IssuerConfiguration":{"Type":"UPDATED"}}`)
	entry := func(region, status, role string) string {
		return `{"RegionName":"` + region + `","Status":"` + status + `","Role":"` + role + `","UserPoolArn":"arn:aws:cognito-idp:` + region + `:111122223333:userpool/POOL"}`
	}
	list := func(status string) string {
		return `{"UserPoolReplicas":[` + entry("eu-west-1", "ACTIVE", "PRIMARY") + `,` + entry("us-east-1", status, "SECONDARY") + `]}`
	}
	one := func(status string) string {
		return `{"UserPoolReplica":` + entry("us-east-1", status, "SECONDARY") + `}`
	}
	const (
		unknown = `ResourceNotFoundException: User pool POOL does not exist.`
		refused = `OperationNotEnabledException: This operation is not enabled in a secondary region of the user pool.`
	)
	there := func(list ...trial) { b.in("us-east-1", func() { b.run(list...) }) }

	b.run(
		trial{"ListUserPoolReplicas", `{}`, `{"UserPoolReplicas":[` + entry("eu-west-1", "ACTIVE", "PRIMARY") + `]}`},
		trial{"CreateUserPoolReplica", `{"RegionName":"eu-west-1"}`, `InvalidParameterException: The region of a replica must differ from the region of the primary user pool.`},
		trial{"CreateUserPoolReplica", `{"RegionName":"elsewhere"}`, `InvalidParameterException: Invalid region: elsewhere`},
		trial{"CreateUserPoolReplica", `{"RegionName":"us-east-1","UserPoolTags":{"aws:a":"b"}}`, `UserPoolTaggingException: aws: prefixed tag key names are not allowed for external use.`},
		trial{"UpdateUserPoolReplica", `{"RegionName":"us-east-1","Status":"ACTIVE"}`, `ResourceNotFoundException: User pool POOL has no replica in us-east-1.`},
		trial{"DeleteUserPoolReplica", `{"RegionName":"us-east-1"}`, `ResourceNotFoundException: User pool POOL has no replica in us-east-1.`},
		trial{"DeleteUserPoolReplica", `{"RegionName":"eu-west-1"}`, `InvalidParameterException: The primary user pool cannot be deleted as a replica.`},
		trial{"CreateUserPoolReplica", `{"RegionName":"us-east-1","UserPoolTags":{"where":"there"}}`, one("CREATING")},
		trial{"ListUserPoolReplicas", `{}`, list("INACTIVE")},
		trial{"CreateUserPoolReplica", `{"RegionName":"us-east-1"}`, `InvalidParameterException: User pool POOL already has a replica in us-east-1.`},
		trial{"CreateUserPoolReplica", `{"RegionName":"us-west-2"}`, `LimitExceededException: Exceeded the limit of 1 replicas per user pool.`},
	)
	there(trial{"DescribeUserPool", `{}`, unknown})
	b.run(trial{"UpdateUserPoolReplica", `{"RegionName":"us-east-1","Status":"ACTIVE"}`, one("ACTIVE")},
		trial{"ListUserPoolReplicas", `{}`, list("ACTIVE")},
		trial{"DeleteUserPoolReplica", `{"RegionName":"us-east-1"}`, `InvalidParameterException: Only a replica that is INACTIVE can be deleted.`},
		trial{"AdminCreateUser", `{"Username":"ada","TemporaryPassword":"Passw0rd!","MessageAction":"SUPPRESS"}`, `~{"User":{"Username":"ada"}}`})

	arn := `"ResourceArn":"arn:aws:cognito-idp:us-east-1:111122223333:userpool/` + b.pool + `"`
	there(
		trial{"DescribeUserPool", `{}`, `~{"UserPool":{"Id":"POOL","Arn":"arn:aws:cognito-idp:us-east-1:111122223333:userpool/POOL","Name":"shop"}}`},
		trial{"AdminGetUser", `{"Username":"ada"}`, `~{"Username":"ada"}`},
		trial{"AdminDisableUser", `{"Username":"ada"}`, `{}`},
		trial{"ListUserPoolReplicas", `{}`, list("ACTIVE")},
		trial{"AdminCreateUser", `{"Username":"bob"}`, refused},
		trial{"UpdateUserPool", `{}`, refused},
		trial{"DeleteUserPool", `{}`, refused},
		trial{"CreateGroup", `{"GroupName":"a"}`, refused},
		trial{"CreateUserPoolClient", `{"ClientName":"a"}`, refused},
		trial{"CreateUserPoolReplica", `{"RegionName":"us-west-2"}`, refused},
		trial{"DeleteUserPoolReplica", `{"RegionName":"us-east-1"}`, refused},
		trial{"ListTagsForResource", `{` + arn + `}`, `{"Tags":{"where":"there"}}`},
		trial{"TagResource", `{` + arn + `,"Tags":{"more":"x"}}`, `{}`},
		trial{"ListTagsForResource", `{` + arn + `}`, `{"Tags":{"where":"there","more":"x"}}`},
	)
	b.run(trial{"DescribeUserPool", `{}`, `~{"UserPool":{"UserPoolTags":{}}}`},
		trial{"AdminGetUser", `{"Username":"ada"}`, `~{"Enabled":false}`},
		trial{"UpdateUserPool", `{"UserPoolTier":"LITE"}`,
			`TierChangeNotAllowedException: The following features need to be disabled for the LITE pricing tier configured: Multi-Region Replication`},
		trial{"UpdateUserPool", `{}`, `InvalidParameterException: A user pool with a replica must have the issuer type UPDATED.`},
		trial{"DescribeUserPool", `{}`, `~{"UserPool":{"IssuerConfiguration":{"Type":"UPDATED"}}}`},
		trial{"UpdateUserPoolReplica", `{"RegionName":"us-east-1","Status":"INACTIVE"}`, one("INACTIVE")})
	there(trial{"AdminGetUser", `{"Username":"ada"}`, unknown}, trial{"ListTagsForResource", `{` + arn + `}`, unknown})
	b.run(trial{"DeleteUserPoolReplica", `{"RegionName":"us-east-1"}`, one("DELETING")},
		trial{"ListUserPoolReplicas", `{}`, `{"UserPoolReplicas":[` + entry("eu-west-1", "ACTIVE", "PRIMARY") + `]}`},
		trial{"UpdateUserPool", `{}`, `{}`})
}

func TestReplicaNeeds(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	b.run(
		trial{"CreateUserPoolReplica", `{"RegionName":"us-east-1"}`, `InvalidParameterException: A user pool with a replica must have the issuer type UPDATED.`},
		trial{"CreateUserPool", `{"PoolName":"lite","UserPoolTier":"LITE","IssuerConfiguration":{"Type":"UPDATED"}}`, `~{}`},
		trial{"CreateUserPoolReplica", `{"RegionName":"us-east-1"}`,
			`FeatureUnavailableInTierException: The following feature is not available for the LITE pricing tier configured: Multi-Region Replication`},
	)
}
