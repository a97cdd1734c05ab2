package cognito_test

import (
	"testing"
	"time"
)

const certificate = `{"CertificateArn":"arn:aws:acm:us-east-1:111122223333:certificate/c"}`

func TestDomains(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	b.run(
		trial{"CreateUserPoolDomain", `{"Domain":"shop"}`, `{"ManagedLoginVersion":1}`},
		trial{"DescribeUserPoolDomain", `{"Domain":"shop"}`, `{"DomainDescription":{"UserPoolId":"POOL","AWSAccountId":"111122223333","Domain":"shop",
			"Version":"20231114221320","Status":"ACTIVE","ManagedLoginVersion":1}}`},
		trial{"CreateUserPoolDomain", `{"Domain":"login.example.org","ManagedLoginVersion":2,"CustomDomainConfig":` + certificate + `}`,
			`{"ManagedLoginVersion":2,"CloudFrontDomain":"id.example.org"}`},
		trial{"DescribeUserPool", `{}`, `~{"UserPool":{"Domain":"shop","CustomDomain":"login.example.org"}}`},
		trial{"CreateUserPoolDomain", `{"Domain":"second"}`, `InvalidParameterException: User pool already has a domain configured.`},
		trial{"CreateUserPoolDomain", `{"Domain":"second.example.org","CustomDomainConfig":` + certificate + `}`,
			`InvalidParameterException: User pool already has a domain configured.`},
	)
	b.advance(time.Second)
	b.run(
		trial{"UpdateUserPoolDomain", `{"Domain":"shop","ManagedLoginVersion":2}`, `{"ManagedLoginVersion":2}`},
		trial{"UpdateUserPoolDomain", `{"Domain":"login.example.org","CustomDomainConfig":{"CertificateArn":"arn:aws:acm:us-east-1:111122223333:certificate/d","SecurityPolicy":"TLS_V1_2_2021"},
			"Routing":{"Failover":{"SecondaryRegion":"eu-west-2","PrimaryRoute53HealthCheckId":"h"}}}`,
			`{"ManagedLoginVersion":2,"CloudFrontDomain":"id.example.org","Routing":{"Failover":{"SecondaryRegion":"eu-west-2","PrimaryRoute53HealthCheckId":"h"}}}`},
		trial{"DescribeUserPoolDomain", `{"Domain":"login.example.org"}`, `{"DomainDescription":{"UserPoolId":"POOL","AWSAccountId":"111122223333",
			"Domain":"login.example.org","Version":"20231114221321","Status":"ACTIVE","ManagedLoginVersion":2,"CloudFrontDistribution":"id.example.org",
			"CustomDomainConfig":{"CertificateArn":"arn:aws:acm:us-east-1:111122223333:certificate/d","SecurityPolicy":"TLS_V1_2_2021"},
			"Routing":{"Failover":{"SecondaryRegion":"eu-west-2","PrimaryRoute53HealthCheckId":"h"}}}}`},
		trial{"DescribeUserPoolDomain", `{"Domain":"nobody"}`, `{"DomainDescription":{}}`},
	)
	b.region = "us-east-1"
	b.run(trial{"DescribeUserPoolDomain", `{"Domain":"shop"}`, `{"DomainDescription":{}}`})
	b.ok("CreateUserPool", `{"PoolName":"other"}`)
	const unknown = `InvalidParameterException: No such domain or user pool exists.`
	b.run(
		trial{"CreateUserPoolDomain", `{"Domain":"shop"}`, `InvalidParameterException: Domain already exists.`},
		trial{"UpdateUserPoolDomain", `{"Domain":"shop"}`, unknown},
		trial{"UpdateUserPoolDomain", `{"Domain":"nobody"}`, unknown},
		trial{"DeleteUserPoolDomain", `{"Domain":"shop"}`, unknown},
		trial{"DeleteUserPoolDomain", `{"Domain":"nobody"}`, unknown},
		trial{"CreateUserPoolDomain", `{"Domain":"free"}`, `{"ManagedLoginVersion":1}`},
		trial{"DeleteUserPoolDomain", `{"Domain":"free"}`, `{}`},
		trial{"DescribeUserPoolDomain", `{"Domain":"free"}`, `{"DomainDescription":{}}`},
		trial{"CreateUserPoolDomain", `{"Domain":"free"}`, `{"ManagedLoginVersion":1}`},
	)
}

func TestWrongDomains(t *testing.T) {
	const (
		characters = `InvalidParameterException: The domain name contains an invalid character. Domain names can only contain lower-case letters, numbers, and hyphens.`
		noCert     = `InvalidParameterException: The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid certificate chain.`
		noHost     = `InvalidParameterException: Custom domain is not a valid subdomain`
	)
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop","UserPoolTier":"LITE"}`)
	for _, tt := range []struct{ name, body, want string }{
		{"capitals", `{"Domain":"Shop"}`, characters},
		{"underscore", `{"Domain":"my_shop"}`, characters},
		{"dot", `{"Domain":"my.shop"}`, characters},
		{"hyphen at the end", `{"Domain":"shop-"}`, characters},
		{"reserved word", `{"Domain":"my-cognito-shop"}`, `InvalidParameterException: Domain cannot contain reserved word: cognito`},
		{"another reserved word", `{"Domain":"aws"}`, `InvalidParameterException: Domain cannot contain reserved word: aws`},
		{"reserved word inside of another", `{"Domain":"awsome-amazonas"}`, `{"ManagedLoginVersion":1}`},
		{"bare custom domain", `{"Domain":"localhost","CustomDomainConfig":` + certificate + `}`, noHost},
		{"empty label", `{"Domain":"a..example.org","CustomDomainConfig":` + certificate + `}`, noHost},
		{"certificate of another region", `{"Domain":"a.example.org","CustomDomainConfig":{"CertificateArn":"arn:aws:acm:eu-west-1:111122223333:certificate/c"}}`, noCert},
		{"no certificate", `{"Domain":"a.example.org","CustomDomainConfig":{"CertificateArn":"arn:aws:iam::111122223333:role/c"}}`, noCert},
		{"managed login on LITE", `{"Domain":"a","ManagedLoginVersion":2}`,
			`FeatureUnavailableInTierException: The following feature is not available for the LITE pricing tier configured: Managed Login Version 2`},
		{"third version", `{"Domain":"a","ManagedLoginVersion":3}`, `InvalidParameterException: ManagedLoginVersion must be 1 or 2.`},
		{"nobody's pool", `{"UserPoolId":"eu-west-1_nobody","Domain":"a"}`, `ResourceNotFoundException: User pool eu-west-1_nobody does not exist.`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b.TB = t
			b.run(trial{"CreateUserPoolDomain", tt.body, tt.want})
		})
	}
	b.TB = t
	b.run(
		trial{"UpdateUserPoolDomain", `{"Domain":"awsome-amazonas","ManagedLoginVersion":2}`,
			`FeatureUnavailableInTierException: The following feature is not available for the LITE pricing tier configured: Managed Login Version 2`},
		trial{"UpdateUserPoolDomain", `{"Domain":"awsome-amazonas","CustomDomainConfig":` + certificate + `}`,
			`InvalidParameterException: A prefix domain cannot have a certificate.`},
	)
}
