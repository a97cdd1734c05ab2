package cognito_test

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"idpond/internal/importer"
	"idpond/internal/userpool"
)

// job fills in what an answer tells of a job of the bench: JOB is its id, URL its
// address.
func importJob(rest string) string {
	return `{"UserImportJob":{"JobName":"first","JobId":"JOB","UserPoolId":"POOL","PreSignedUrl":"URL","CloudWatchLogsRoleArn":"arn:aws:iam::111122223333:role/logs",` + rest + `}}`
}

// importBench is a bench with one import job.
type importBench struct {
	*bench
	job     string
	address importer.Address
}

func newImportBench(t *testing.T, pool, job string) *importBench {
	b := &importBench{bench: newBench(t)}
	b.ok("CreateUserPool", pool)
	answer := b.ok("CreateUserImportJob", job)
	b.job = b.member(answer, "UserImportJob", "JobId")
	u, err := url.Parse(b.member(answer, "UserImportJob", "PreSignedUrl"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "http://localhost:9229/_idpond/import/" + b.pool + "/" + b.job + "?"; !strings.HasPrefix(u.String(), want) {
		t.Errorf("PreSignedUrl is %s, want %s…", u, want)
	}
	b.address = importer.Address{PoolID: b.pool, JobID: b.job, Expires: u.Query().Get("Expires"), Signature: u.Query().Get("Signature")}
	return b
}

// run is bench.run with JOB and URL filled in.
func (b *importBench) run(list ...trial) {
	b.Helper()
	for _, e := range list {
		e.body = strings.ReplaceAll(e.body, "JOB", b.job)
		got := b.call(e.op, e.body)
		if start := strings.Index(got, "http://localhost:9229/_idpond/import/"); start >= 0 {
			end := start + strings.IndexByte(got[start:], '"')
			got = got[:start] + "URL" + got[end:]
		}
		if diff := b.compare(e.want, strings.ReplaceAll(got, b.job, "JOB")); diff != "" {
			b.Errorf("%s %s (-want +got):\n%s", e.op, e.body, diff)
		}
	}
}

// importFile writes a file for the bench's pool, of rows "name,email,verified" and more
// columns.
func (b *importBench) file(more string, rows ...string) *strings.Reader {
	first := []string{"cognito:username", "email", "email_verified"}
	for name := range strings.SplitSeq(more, ",") {
		if name != "" {
			first = append(first, name)
		}
	}
	given := len(first)
	p, err := b.store.Pool(b.Context(), b.pool)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range p.CSVHeader() {
		if !strings.Contains(","+strings.Join(first, ",")+",", ","+c+",") {
			first = append(first, c)
		}
	}
	text := strings.Join(first, ",")
	for _, row := range rows {
		text += "\n" + row + strings.Repeat(",", len(first)-given)
	}
	return strings.NewReader(text)
}

func (b *importBench) upload(file *strings.Reader) {
	b.Helper()
	if err := b.srv.Imports.Upload(b.Context(), b.address, file); err != nil {
		b.Fatal(err)
	}
}

func (b *importBench) work() {
	b.Helper()
	if worked, err := b.srv.Imports.Step(b.Context()); !worked || err != nil {
		b.Fatalf("the worker: %t, %v", worked, err)
	}
}

const (
	autoVerified = `{"PoolName":"shop","AutoVerifiedAttributes":["email"],"Schema":[{"Name":"level","AttributeDataType":"Number"}]}`
	newImportJob = `{"JobName":"first","CloudWatchLogsRoleArn":"arn:aws:iam::111122223333:role/logs"}`
)

func TestImportJobs(t *testing.T) {
	b := newImportBench(t, autoVerified, newImportJob)
	created := importJob(`"CreationDate":1700000000,"Status":"Created","ImportedUsers":0,"SkippedUsers":0,"FailedUsers":0`)
	b.run(
		trial{"GetCSVHeader", `{}`, `{"UserPoolId":"POOL","CSVHeader":["name","given_name","family_name","middle_name","nickname","preferred_username","profile",
			"picture","website","email","email_verified","gender","birthdate","zoneinfo","locale","phone_number","phone_number_verified","address","updated_at",
			"custom:level","cognito:mfa_enabled","cognito:username"]}`},
		trial{"DescribeUserImportJob", `{"JobId":"JOB"}`, created},
		trial{"ListUserImportJobs", `{"MaxResults":1}`, strings.Replace(strings.TrimSuffix(created, "}"), `{"UserImportJob":`, `{"UserImportJobs":[`, 1) + `]}`},
		trial{"StartUserImportJob", `{"JobId":"JOB"}`, `PreconditionNotMetException: The file of the user import job JOB has not been uploaded.`},
		trial{"StopUserImportJob", `{"JobId":"JOB"}`, `PreconditionNotMetException: The user import job JOB cannot be stopped. Its status is Created.`},
		trial{"DescribeUserImportJob", `{"JobId":"import-none"}`, `ResourceNotFoundException: User import job import-none does not exist.`},
		trial{"StartUserImportJob", `{"JobId":"import-none"}`, `ResourceNotFoundException: User import job import-none does not exist.`},
		trial{"StopUserImportJob", `{"JobId":"import-none"}`, `ResourceNotFoundException: User import job import-none does not exist.`},
		trial{"CreateUserImportJob", `{"JobName":"x","CloudWatchLogsRoleArn":"arn:aws:iam::999999999999:role/logs"}`, `InvalidParameterException: Cross-account pass role is not allowed.`},
		trial{"CreateUserImportJob", `{"JobName":"x","CloudWatchLogsRoleArn":"arn:aws:iam::111122223333:role/logs","PasswordHashingAlgorithm":"MD5"}`,
			`InvalidParameterException: 1 validation error detected: Value 'MD5' at 'passwordHashingAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: [BCRYPT, SCRYPT, ARGON2ID, PBKDF2_SHA256]`},
		trial{"CreateUserImportJob", `{"UserPoolId":"eu-west-1_nobody","JobName":"x","CloudWatchLogsRoleArn":"arn:aws:iam::111122223333:role/logs"}`, `ResourceNotFoundException: User pool eu-west-1_nobody does not exist.`},
		trial{"GetCSVHeader", `{"UserPoolId":"eu-west-1_nobody"}`, `ResourceNotFoundException: User pool eu-west-1_nobody does not exist.`},
	)
	b.upload(b.file("birthdate,custom:level", "ada,ada@example.org,TRUE,12/10/1815,3", "ada,ada@example.org,TRUE,,", "bob,bob@example.org,,,"))
	b.advance(time.Minute)
	b.run(
		trial{"StartUserImportJob", `{"JobId":"JOB"}`, importJob(`"CreationDate":1700000000,"StartDate":1700000060,"Status":"Pending","ImportedUsers":0,"SkippedUsers":0,"FailedUsers":0`)},
		trial{"StartUserImportJob", `{"JobId":"JOB"}`, `PreconditionNotMetException: The user import job JOB cannot be started. Its status is Pending.`},
		trial{"AddCustomAttributes", `{"CustomAttributes":[{"Name":"x","AttributeDataType":"String"}]}`, `UserImportInProgressException: The schema cannot be changed while a user import job is under way.`},
	)
	b.advance(time.Minute)
	b.work()
	b.run(
		trial{"DescribeUserImportJob", `{"JobId":"JOB"}`, importJob(`"CreationDate":1700000000,"StartDate":1700000060,"CompletionDate":1700000120,"Status":"Succeeded",
			"ImportedUsers":1,"SkippedUsers":1,"FailedUsers":1,"CompletionMessage":"Import Job Completed Successfully."`)},
		trial{"AdminGetUser", `{"Username":"ada"}`, `~{"UserStatus":"RESET_REQUIRED","Enabled":true}`},
		trial{"AddCustomAttributes", `{"CustomAttributes":[{"Name":"x","AttributeDataType":"String"}]}`, `{}`},
	)
	if user := b.ok("AdminGetUser", `{"Username":"ada"}`); !strings.Contains(user, `{"Name":"birthdate","Value":"1815-12-10"}`) || !strings.Contains(user, `{"Name":"custom:level","Value":"3"}`) {
		t.Errorf("imported as %s", user)
	}
	var log bytes.Buffer
	if err := b.srv.Imports.WriteLog(t.Context(), b.address, &log); err != nil {
		t.Fatal(err)
	}
	if want := "[SUCCEEDED] Line Number 2 - The import succeeded.\n[SKIPPED] Line Number 3 - The user already exists.\n" +
		"[FAILED] Line Number 4 - The User Record does not set any of the auto verified attributes to true. (Example: email_verified to true).\n"; log.String() != want {
		t.Errorf("log:\n%s", &log)
	}
}

func TestStopUserImportJob(t *testing.T) {
	b := newImportBench(t, autoVerified, newImportJob)
	b.upload(b.file("", "ada,ada@example.org,TRUE"))
	b.ok("StartUserImportJob", `{"JobId":"`+b.job+`"}`)
	stopped := importJob(`"CreationDate":1700000000,"StartDate":1700000000,"CompletionDate":1700000000,"Status":"Stopped","ImportedUsers":0,"SkippedUsers":0,"FailedUsers":0,
		"CompletionMessage":"The Import Job was stopped by the developer."`)
	b.run(
		trial{"StopUserImportJob", `{"JobId":"JOB"}`, stopped},
		trial{"DescribeUserImportJob", `{"JobId":"JOB"}`, stopped},
		trial{"StartUserImportJob", `{"JobId":"JOB"}`, `PreconditionNotMetException: The user import job JOB cannot be started. Its status is Stopped.`},
	)
}

func TestImportWithoutAutoVerifiedAttributes(t *testing.T) {
	b := newImportBench(t, `{"PoolName":"shop"}`, newImportJob)
	b.upload(b.file("", "ada,ada@example.org,TRUE"))
	b.run(trial{"StartUserImportJob", `{"JobId":"JOB"}`, `PreconditionNotMetException: The user pool must have auto verified attributes to import users.`})
}

// TestImportAliases: a verified address that somebody has is no user's twice.
func TestImportAliases(t *testing.T) {
	b := newImportBench(t, `{"PoolName":"shop","AutoVerifiedAttributes":["email"],"AliasAttributes":["email"]}`, newImportJob)
	b.upload(b.file("", "ada,ada@example.org,TRUE", "eve,ada@example.org,TRUE"))
	b.ok("StartUserImportJob", `{"JobId":"`+b.job+`"}`)
	b.work()
	b.run(
		trial{"DescribeUserImportJob", `{"JobId":"JOB"}`, `~{"UserImportJob":{"ImportedUsers":1,"SkippedUsers":0,"FailedUsers":1}}`},
		trial{"AdminGetUser", `{"Username":"ada@example.org"}`, `~{"Username":"ada"}`},
		trial{"AdminGetUser", `{"Username":"eve"}`, `UserNotFoundException: User does not exist.`},
	)
	var log bytes.Buffer
	if err := b.srv.Imports.WriteLog(t.Context(), b.address, &log); err != nil || !strings.HasSuffix(log.String(), "[FAILED] Line Number 3 - An account with the given email already exists.\n") {
		t.Errorf("%v, log:\n%s", err, &log)
	}
	b = newImportBench(t, `{"PoolName":"shop","AutoVerifiedAttributes":["email"],"UsernameAttributes":["email"]}`, newImportJob)
	b.upload(b.file("", "ada@example.org,,TRUE", "ada@example.org,ada@example.org,TRUE", "eve@example.org,eve@example.org,TRUE"))
	b.ok("StartUserImportJob", `{"JobId":"`+b.job+`"}`)
	b.work()
	b.run( // a username that is an address needs no column of its own
		trial{"DescribeUserImportJob", `{"JobId":"JOB"}`, `~{"UserImportJob":{"ImportedUsers":2,"SkippedUsers":1,"FailedUsers":0}}`},
		trial{"AdminGetUser", `{"Username":"eve@example.org"}`, `~{"UserStatus":"RESET_REQUIRED"}`},
	)
}

// TestImportPages: newest first, 50 at most, tokens that fit nothing else.
func TestImportPages(t *testing.T) {
	b := newImportBench(t, autoVerified, newImportJob)
	for i := range 52 {
		b.advance(time.Second)
		b.ok("CreateUserImportJob", fmt.Sprintf(`{"JobName":"j%02d","CloudWatchLogsRoleArn":"arn:aws:iam::111122223333:role/logs"}`, i))
	}
	first := b.ok("ListUserImportJobs", `{"MaxResults":60}`)
	if n := strings.Count(first, `"JobName"`); n != 50 {
		t.Errorf("%d jobs on a page", n)
	}
	token := b.member(first, "PaginationToken")
	b.run(
		trial{"ListUserImportJobs", `{"MaxResults":60,"PaginationToken":"x` + token + `"}`, `InvalidParameterException: Invalid pagination token.`},
		trial{"ListUserImportJobs", `{"MaxResults":0}`, `InvalidParameterException: 1 validation error detected: Value '0' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 1`},
	)
	second := b.ok("ListUserImportJobs", `{"MaxResults":60,"PaginationToken":"`+token+`"}`)
	last := 99
	for _, page := range []string{first, second} {
		for _, part := range strings.Split(page, `"JobName":"`)[1:] {
			var i int
			if _, err := fmt.Sscanf(part, "j%02d", &i); err != nil {
				i = -1 // the job of the bench
			}
			if i >= last {
				t.Errorf("j%02d stands behind j%02d", i, last)
			}
			last = i
		}
	}
	if n := strings.Count(first+second, `"JobName"`); n != 53 || strings.Contains(second, "PaginationToken") {
		t.Errorf("%d jobs on two pages", n)
	}
}

// TestForeignHashSignIn: the password of an imported hash signs in, and is kept in
// the server's own way from then on.
func TestForeignHashSignIn(t *testing.T) {
	b := newSignInBench(t)
	b.addUser("ada", func(u *userpool.User) {
		u.Credential = userpool.Credential{Foreign: "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", SetAt: b.clock()}
	})
	kept := func() userpool.Credential {
		u, err := b.store.User(t.Context(), b.pool.ID, newSub("ada"))
		if err != nil {
			t.Fatal(err)
		}
		return u.Credential
	}
	if _, got := b.send("InitiateAuth", signIn(benchClient, "ada", "U*V")); got != incorrect {
		t.Errorf("wrong: %s", got)
	}
	if c := kept(); c.Foreign == "" || len(c.Verifier) > 0 {
		t.Errorf("a wrong password made it %+v", c)
	}
	for range 2 {
		if answer, failure := b.send("InitiateAuth", signIn(benchClient, "ada", "U*U")); answer["AuthenticationResult"] == nil {
			t.Errorf("right: %s", failure)
		}
		if c := kept(); c.Foreign != "" || len(c.Verifier) == 0 || !c.SetAt.Equal(b.clock()) {
			t.Errorf("the right password left %+v", c)
		}
	}
}
