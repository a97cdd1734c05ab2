package cognito_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const noTerms = `ResourceNotFoundException: Terms do not exist.`

func termsBody(name string) string {
	return `{"ClientId":"CLIENT","TermsName":"` + name + `","TermsSource":"LINK","Enforcement":"NONE","Links":{"cognito:default":"https://example.org/` + name + `"}}`
}

func TestTerms(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	b.ok("CreateUserPoolClient", `{"ClientName":"app"}`)
	b.run(
		trial{"ListTerms", `{}`, `{"Terms":[]}`},
		trial{"DescribeTermsByClient", `{"ClientId":"CLIENT","TermsName":"terms-of-use"}`, noTerms},
		trial{"DescribeTermsByClient", `{"ClientId":"nobody","TermsName":"terms-of-use"}`, `ResourceNotFoundException: User pool client nobody does not exist.`},
	)
	made := b.ok("CreateTerms", termsBody("terms-of-use"))
	id := b.member(made, "Terms", "TermsId")
	terms := func(name, links string, modified int) string {
		return fmt.Sprintf(`{"Terms":{"TermsId":"%s","UserPoolId":"POOL","ClientId":"CLIENT","TermsName":"%s","TermsSource":"LINK","Enforcement":"NONE",
			"Links":%s,"CreationDate":1700000000,"LastModifiedDate":%d}}`, id, name, links, 1_700_000_000+modified)
	}
	this := `{"TermsId":"` + id + `"`
	const link = `{"cognito:default":"https://example.org/terms-of-use"}`
	first := terms("terms-of-use", link, 0)
	if diff := b.compare(first, made); diff != "" {
		t.Error(diff)
	}
	b.run(
		trial{"DescribeTerms", this + `}`, first},
		trial{"DescribeTerms", `{"TermsId":"` + strings.ToUpper(id) + `"}`, first},
		trial{"DescribeTermsByClient", `{"ClientId":"CLIENT","TermsName":"terms-of-use"}`, first},
		trial{"DescribeTermsByClient", `{"ClientId":"CLIENT","TermsName":"privacy-policy"}`, noTerms},
		trial{"CreateTerms", termsBody("terms-of-use"), `TermsExistsException: Terms with the name terms-of-use already exist for this app client.`},
		trial{"ListTerms", `{}`, `{"Terms":[{"TermsId":"` + id + `","TermsName":"terms-of-use","Enforcement":"NONE","CreationDate":1700000000,"LastModifiedDate":1700000000}]}`},
	)
	b.advance(time.Second)
	const links = `{"cognito:default":"http://example.org/a","cognito:chinese-traditional":"https://example.org/b?c=d#e"}`
	b.run(
		trial{"UpdateTerms", this + `}`, terms("terms-of-use", link, 1)},
		trial{"UpdateTerms", this + `,"Links":` + links + `}`, terms("terms-of-use", links, 1)},
		trial{"UpdateTerms", this + `,"TermsName":"privacy-policy","TermsSource":"LINK","Enforcement":"NONE"}`, terms("privacy-policy", links, 1)},
		trial{"CreateTerms", termsBody("terms-of-use"), `~{"Terms":{"TermsName":"terms-of-use"}}`},
		trial{"UpdateTerms", this + `,"TermsName":"terms-of-use"}`, `TermsExistsException: Terms with the name terms-of-use already exist for this app client.`},
		trial{"UpdateTerms", this + `,"Links":{"cognito:default":"javascript:alert(1)"}}`, `InvalidParameterException: javascript:alert(1) is not a valid URL.`},
		trial{"DescribeTerms", this + `}`, terms("privacy-policy", links, 1)},
		trial{"DeleteTerms", this + `}`, ``},
		trial{"DeleteTerms", this + `}`, noTerms},
		trial{"DescribeTerms", this + `}`, noTerms},
		trial{"UpdateTerms", this + `}`, noTerms},
		trial{"DescribeTermsByClient", `{"ClientId":"CLIENT","TermsName":"privacy-policy"}`, noTerms},
	)
}

func TestRefusedTerms(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	b.ok("CreateUserPoolClient", `{"ClientName":"app"}`)
	const invalid, one = "InvalidParameterException: ", "InvalidParameterException: 1 validation error detected: Value "
	for _, tt := range []struct{ name, from, to, want string }{
		{"another pool's client", `CLIENT`, `nobody`, `ResourceNotFoundException: User pool client nobody does not exist.`},
		{"name", `terms-of-use"`, `cookies"`, one + "'cookies' at 'termsName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(terms-of-use|privacy-policy)$"},
		{"source", `LINK`, `TEXT`, one + "'TEXT' at 'termsSource' failed to satisfy constraint: Member must satisfy enum value set: [LINK]"},
		{"enforcement", `NONE`, `ALL`, one + "'ALL' at 'enforcement' failed to satisfy constraint: Member must satisfy enum value set: [NONE]"},
		{"no links", `,"Links":{"cognito:default":"https://example.org/terms-of-use"}`, ``, invalid + "Links are required when the terms source is LINK."},
		{"empty links", `{"cognito:default":"https://example.org/terms-of-use"}`, `{}`,
			one + "'{}' at 'links' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"no web page", `https://example.org/`, `ftp://example.org/`, invalid + "ftp://example.org/terms-of-use is not a valid URL."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b.TB = t
			b.run(trial{"CreateTerms", strings.Replace(termsBody("terms-of-use"), tt.from, tt.to, 1), tt.want}, trial{"ListTerms", `{}`, `{"Terms":[]}`})
		})
	}
}

// TestListTerms: pages, and the quota of api-behaviour §22.1.
func TestListTerms(t *testing.T) {
	b := newBench(t)
	b.ok("CreateUserPool", `{"PoolName":"shop"}`)
	for i := range 20 {
		b.ok("CreateUserPoolClient", fmt.Sprintf(`{"ClientName":"app %d"}`, i))
		b.ok("CreateTerms", termsBody("terms-of-use"))
		b.ok("CreateTerms", termsBody("privacy-policy"))
	}
	b.ok("CreateUserPoolClient", `{"ClientName":"one more"}`)
	b.run(trial{"CreateTerms", termsBody("terms-of-use"), `LimitExceededException: Exceeded the limit of 40 terms documents per user pool.`})
	seen := map[string]bool{}
	for token, pages := "", 0; ; pages++ {
		answer := b.ok("ListTerms", `{"MaxResults":17`+token+`}`)
		list := decoded(t, answer).(map[string]any)["Terms"].([]any)
		for _, item := range list {
			seen[item.(map[string]any)["TermsId"].(string)] = true
		}
		next := b.member(answer, "NextToken")
		if next == "" {
			if len(list) != 6 || pages != 2 {
				t.Errorf("page %d has %d", pages, len(list))
			}
			break
		}
		token = `,"NextToken":"` + next + `"`
	}
	if len(seen) != 40 {
		t.Errorf("%d of 40 were listed", len(seen))
	}
	b.run(
		trial{"ListTerms", `{"NextToken":"x"}`, `InvalidParameterException: Invalid pagination token.`},
		trial{"ListTerms", `{"MaxResults":61}`, `InvalidParameterException: 1 validation error detected: Value '61' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 60`},
	)
}
