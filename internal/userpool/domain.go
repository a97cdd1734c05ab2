package userpool

import (
	"slices"
	"strings"
)

// Domain is a host name on which a pool's pages and OAuth endpoints are served.
type Domain struct {
	PoolID              string
	Name                string // a prefix, or a whole host name when CertificateArn is set
	CertificateArn      string // custom domains only
	SecurityPolicy      string
	ManagedLoginVersion int    // 1 classic, 2 managed
	Version             string // VersionAt the last change
	Routing             *Routing
}

// Custom reports whether the domain is a whole host name rather than a prefix.
func (d *Domain) Custom() bool { return d.CertificateArn != "" }

// Routing is the failover setting of a domain of a replicated pool.
type Routing struct {
	Failover *Failover `json:"Failover,omitempty"`
}

// Failover names the second region of a domain and the health check that decides.
type Failover struct {
	SecondaryRegion             string `json:"SecondaryRegion"`
	PrimaryRoute53HealthCheckId string `json:"PrimaryRoute53HealthCheckId"`
}

// NewDomainProblem gives the sentence that refuses a domain, "" if it can be made
// (reference: api-behaviour §20.5, §21.1). Whether it is free the store knows.
func (d *Domain) NewDomainProblem() string {
	if d.Custom() {
		return firstOf(customDomainProblem(d.Name), certificateProblem(d.CertificateArn))
	}
	return prefixProblem(d.Name)
}

func prefixProblem(name string) string {
	if !isLabel(name) {
		return "The domain name contains an invalid character. Domain names can only contain lower-case letters, numbers, and hyphens."
	}
	parts := strings.Split(name, "-")
	for _, word := range []string{"aws", "amazon", "cognito"} {
		if slices.Contains(parts, word) {
			return "Domain cannot contain reserved word: " + word
		}
	}
	return ""
}

func customDomainProblem(name string) string {
	labels := strings.Split(name, ".")
	if len(labels) < 2 || slices.ContainsFunc(labels, func(label string) bool { return !isLabel(label) }) {
		return "Custom domain is not a valid subdomain"
	}
	return ""
}

// isLabel reports whether s is one lower-case label of a host name (RFC 1123 §2.1).
func isLabel(s string) bool {
	return s != "" && len(s) <= 63 && s[0] != '-' && s[len(s)-1] != '-' &&
		!strings.ContainsFunc(s, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' })
}

// certificateProblem wants the ARN of a certificate in the region where the
// service keeps those of its pages; idpond does not use the certificate itself.
func certificateProblem(arn string) string {
	if arnField(arn, 2) != "acm" || arnRegion(arn) != "us-east-1" {
		return "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid certificate chain."
	}
	return ""
}

// HostDomains gives the names of the domain that a request's host may belong to,
// best first: the whole host as a custom domain, and the prefix of
// {prefix}.auth.{anything} (design §5). host comes without port.
func HostDomains(host string) []string {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	names := []string{host}
	if prefix, rest, ok := strings.Cut(host, "."); ok && strings.HasPrefix(rest, "auth.") && isLabel(prefix) {
		names = append(names, prefix)
	}
	return names
}
