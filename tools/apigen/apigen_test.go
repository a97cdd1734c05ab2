package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = "../.."

// TestCommitted fails when what is committed is not what the facts say.
func TestCommitted(t *testing.T) {
	files, err := generate(root)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(root, name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is out of date; run: go run ./tools/apigen (%v)", name, err)
		}
	}
	old, err := filepath.Glob(filepath.Join(root, "cognito/api/*_gen.go"))
	if err != nil || len(old) != len(files)-1 {
		t.Errorf("generated files: %v, want %d", old, len(files)-1)
	}
}

func TestTranslate(t *testing.T) {
	for _, tt := range []struct {
		java          string
		match, reject []string
	}{
		{`[\S]+`, []string{"a", "é!"}, []string{"", "a b", "\v", "a\n"}},
		{`^[a-z]+$`, []string{"abc"}, []string{"abc\n", "Abc", ""}},
		{`[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*`, []string{"", "a b\v*", "☺"}, []string{"\x00", "a\u00a0"}},
		{`.*\{####\}.*`, []string{"code {####}.", "{####}"}, []string{"code", "a\n{####}", "a\u2028{####}"}},
		{`(?s).*`, []string{"", "a\nb\u2028"}, nil},
		{`^[0-9A-Za-z\.\-_]*(?<!\.)$`, []string{"", "a", "a.b", "-"}, []string{".", "a.", "a b"}},
		{`[A-Za-z0-9-_=.]+`, []string{"a.b-c_d="}, []string{"a+b", ""}},
		{`[\w\s+=,.@-]+`, []string{"a b@c"}, []string{"é", "#"}},
		{`[^_\p{Z}][\p{L}\p{M}\p{S}\p{N}\p{P}][^_\p{Z}]+`, []string{"abc"}, []string{"_bc", "ab", "a c"}},
		{`a.c\.d[.]`, []string{"abc.d."}, []string{"a\nc.d.", "abcxd.", "abc.dx"}},
	} {
		re2, err := translate(tt.java)
		if err != nil {
			t.Errorf("%s: %v", tt.java, err)
			continue
		}
		re := regexp.MustCompile(re2)
		for _, s := range tt.match {
			if !re.MatchString(s) {
				t.Errorf("%s as %s does not match %q", tt.java, re2, s)
			}
		}
		for _, s := range tt.reject {
			if re.MatchString(s) {
				t.Errorf("%s as %s matches %q", tt.java, re2, s)
			}
		}
	}
	for _, java := range []string{`a(?=b)`, `(?<!ab)c`, `a*+`, `[a`} {
		if re2, err := translate(java); err == nil {
			t.Errorf("%s became %s, want an error", java, re2)
		}
	}
}

func TestGoName(t *testing.T) {
	for name, want := range map[string]string{
		"UserPoolId": "UserPoolID", "IdToken": "IDToken", "IdTokenValidity": "IDTokenValidity", "ClientSecretId": "ClientSecretID",
		"IdpIdentifiers": "IdpIdentifiers", "IdentityProvider": "IdentityProvider", "InEntityId": "InEntityID", "Id": "ID",
		"PrimaryRoute53HealthCheckId": "PrimaryRoute53HealthCheckID", "headerName": "HeaderName", "CallbackURLs": "CallbackURLs", "KMSKeyID": "KMSKeyID",
	} {
		if got := goName(name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func TestFactsAreChecked(t *testing.T) {
	for _, tt := range []struct{ change, to, want string }{
		{`"in": "SignUpRequest"`, `"in": "Nothing"`, "operation SignUp: no such input"},
		{`"Username! UsernameType"`, `"Username! Nothing"`, "no shape Nothing"},
		{`"Username! UsernameType"`, `"Username"`, "want"},
		{`"kind": "list"`, `"kind": "set"`, `unknown kind "set"`},
		{`"name": "AddCustomAttributes"`, `"name": "ZZZ"`, "not in order"},
		{`"secret"`, `"hidden"`, "unknown field"},
	} {
		_, err := readFacts(bytes.Replace(factsFile, []byte(tt.change), []byte(tt.to), 1))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s → %s: %v, want %q", tt.change, tt.to, err, tt.want)
		}
	}
}

func TestRegistration(t *testing.T) {
	for source, want := range map[string]string{
		`inPool("ListUsers", s.listUsers)`: "ListUsers", `open("SignUp", f)`: "SignUp",
		`os.open("SignUp", f)`: "", `inPool(name, f)`: "", `other("SignUp", f)`: "", `signed("SignUp")`: "",
	} {
		expr, err := parser.ParseExpr(source)
		if err != nil {
			t.Fatal(err)
		}
		if got := registration(ast.Node(expr)); got != want {
			t.Errorf("%s registers %q, want %q", source, got, want)
		}
	}
}
