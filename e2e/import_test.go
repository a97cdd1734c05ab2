package e2e

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	_ "modernc.org/sqlite"
)

// importOf makes an import job with a file of n rows, puts the file, and starts it.
// row gives the value of row i in a column: those that GetCSVHeader gives.
func importOf(t *testing.T, c *cip.Client, poolID string, n int, row func(i int, column string) string) string {
	t.Helper()
	created, err := c.CreateUserImportJob(t.Context(), &cip.CreateUserImportJobInput{
		UserPoolId: &poolID, JobName: new("e2e"), CloudWatchLogsRoleArn: new("arn:aws:iam::000000000000:role/logs"),
	})
	if err != nil {
		t.Fatal(err)
	}
	putAndStart(t, c, created.UserImportJob, n, nil, row)
	return *created.UserImportJob.JobId
}

// putAndStart puts the file of a job, whose columns are those that GetCSVHeader gives
// and extra, and starts the job.
func putAndStart(t *testing.T, c *cip.Client, job *types.UserImportJobType, n int, extra []string, row func(i int, column string) string) {
	t.Helper()
	poolID := *job.UserPoolId
	header, err := c.GetCSVHeader(t.Context(), &cip.GetCSVHeaderInput{UserPoolId: &poolID})
	if err != nil {
		t.Fatal(err)
	}
	columns := append(header.CSVHeader, extra...)
	path := filepath.Join(t.TempDir(), "users.csv")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(file)
	fmt.Fprintln(w, strings.Join(columns, ","))
	for i := range n {
		for j, column := range columns {
			if j > 0 {
				w.WriteByte(',')
			}
			w.WriteString(strings.ReplaceAll(row(i, column), ",", `\,`))
		}
		w.WriteByte('\n')
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if got := ask(t, "PUT", *job.PreSignedUrl, file); got != "" {
		t.Fatalf("the file was answered %s", got)
	}
	if _, err := c.StartUserImportJob(t.Context(), &cip.StartUserImportJobInput{UserPoolId: &poolID, JobId: job.JobId}); err != nil {
		t.Fatal(err)
	}
}

// ask sends a request to the address of an import job, which must be answered 200.
func ask(t *testing.T, method, address string, body io.Reader) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("x-amz-server-side-encryption", "aws:kms")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s %s %v", method, address, answer.Status, text, err)
	}
	return string(text)
}

func describeImport(t *testing.T, c *cip.Client, poolID, job string) *types.UserImportJobType {
	t.Helper()
	got, err := c.DescribeUserImportJob(t.Context(), &cip.DescribeUserImportJobInput{UserPoolId: &poolID, JobId: &job})
	if err != nil {
		t.Fatal(err)
	}
	return got.UserImportJob
}

// importUntil waits for something to come of a job. It asks no more often than the
// service allows.
func importUntil(t *testing.T, c *cip.Client, poolID, job string, f func(*types.UserImportJobType) bool) *types.UserImportJobType {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(60 * time.Millisecond) {
		got := describeImport(t, c, poolID, job)
		if f(got) {
			return got
		}
		if time.Now().After(deadline) {
			t.Fatalf("it does not come: %s, %d imported", got.Status, got.ImportedUsers)
		}
	}
}

// holdImports lets no import past the last of n rows until release is called, however
// slow the test is to end the server: driver and dsn are of the server's database.
func holdImports(t *testing.T, driver, dsn string, n int) (release func()) {
	t.Helper()
	do := func(text string) {
		t.Helper()
		db, err := sql.Open(driver, dsn)
		if err == nil {
			_, err = db.ExecContext(t.Context(), text)
			err = errors.Join(err, db.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	last := plainRow(n-1, "cognito:username")
	if driver == "sqlite" {
		do(`PRAGMA busy_timeout = 60000; CREATE TRIGGER held BEFORE INSERT ON users WHEN NEW.username = '` + last + `' BEGIN SELECT RAISE(ABORT, 'held'); END`)
		return func() { do(`PRAGMA busy_timeout = 60000; DROP TRIGGER held`) }
	}
	do(`CREATE FUNCTION held() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''held''; END';
		CREATE TRIGGER held BEFORE INSERT ON users FOR EACH ROW WHEN (NEW.username = '` + last + `') EXECUTE FUNCTION held()`)
	return func() { do(`DROP TRIGGER held ON users`) }
}

func importEnded(j *types.UserImportJobType) bool { return j.CompletionDate != nil }

func plainRow(i int, column string) string {
	switch column {
	case "cognito:username":
		return fmt.Sprintf("user-%06d", i)
	case "email":
		return fmt.Sprintf("user-%06d@example.org", i)
	case "email_verified":
		return "TRUE"
	case "address":
		return "1 Main St, Springfield"
	}
	return ""
}

// TestKillDuringImport ends the server with SIGKILL in the middle of an import, twice:
// in the end each row is a user, once, and the job's sums and log say so.
func TestKillDuringImport(t *testing.T) {
	const rows = 4000
	dir := t.TempDir()
	s := start(t, dir, "--empty")
	c := sdk(s)
	poolID, _ := newPool(t, c)
	release := holdImports(t, "sqlite", filepath.Join(dir, "idpond.db"), rows)
	job := importOf(t, c, poolID, rows, plainRow)
	for i := range int64(2) {
		importUntil(t, c, poolID, job, func(j *types.UserImportJobType) bool { return j.ImportedUsers >= 500+i*1500 })
		s.kill()
		if i == 1 {
			release()
		}
		s = start(t, dir)
		c = sdk(s)
	}
	got := importUntil(t, c, poolID, job, importEnded)
	if got.Status != types.UserImportJobStatusTypeSucceeded || got.ImportedUsers != rows || got.SkippedUsers != 0 || got.FailedUsers != 0 {
		t.Errorf("%s: %d imported, %d skipped, %d failed", got.Status, got.ImportedUsers, got.SkippedUsers, got.FailedUsers)
	}
	var log bytes.Buffer
	for i := range rows {
		fmt.Fprintf(&log, "[SUCCEEDED] Line Number %d - The import succeeded.\n", i+2)
	}
	if ask(t, "GET", *got.PreSignedUrl, nil) != log.String() {
		t.Error("the log does not have each line once")
	}
	pool, err := c.DescribeUserPool(t.Context(), &cip.DescribeUserPoolInput{UserPoolId: &poolID})
	if err != nil || pool.UserPool.EstimatedNumberOfUsers != rows {
		t.Errorf("%d users, %v", pool.UserPool.EstimatedNumberOfUsers, err)
	}
}

// TestImportOnTwoNodes kills one node of two, then the other, while they import: who is
// left goes on, and each row is imported once.
func TestImportOnTwoNodes(t *testing.T) {
	const rows = 4000
	dir, dsn := t.TempDir(), postgres(t)
	database := "--database=" + dsn
	nodes := []*server{start(t, dir, "--empty", database), start(t, dir, "--empty", database)}
	poolID, _ := newPool(t, sdk(nodes[0]))
	release := holdImports(t, "pgx", dsn, rows)
	job := importOf(t, sdk(nodes[1]), poolID, rows, plainRow)
	importUntil(t, sdk(nodes[1]), poolID, job, func(j *types.UserImportJobType) bool { return j.ImportedUsers >= 500 })
	nodes[0].kill()
	importUntil(t, sdk(nodes[1]), poolID, job, func(j *types.UserImportJobType) bool { return j.ImportedUsers >= 2000 })
	nodes[1].kill()
	release()
	last := start(t, dir, database)
	got := importUntil(t, sdk(last), poolID, job, importEnded)
	if got.Status != types.UserImportJobStatusTypeSucceeded || got.ImportedUsers != rows || got.SkippedUsers != 0 || got.FailedUsers != 0 {
		t.Errorf("%s: %d imported, %d skipped, %d failed", got.Status, got.ImportedUsers, got.SkippedUsers, got.FailedUsers)
	}
	if n := strings.Count(ask(t, "GET", *got.PreSignedUrl, nil), "\n"); n != rows {
		t.Errorf("%d lines of the log", n)
	}
}

// TestStopImport stops an import: the batch that was being written is the last.
func TestStopImport(t *testing.T) {
	const batch = 100 // rows that are written at once
	const rows = 4000
	dir := t.TempDir()
	c := sdk(start(t, dir, "--empty"))
	poolID, _ := newPool(t, c)
	holdImports(t, "sqlite", filepath.Join(dir, "idpond.db"), rows)
	job := importOf(t, c, poolID, rows, plainRow)
	importUntil(t, c, poolID, job, func(j *types.UserImportJobType) bool { return j.ImportedUsers > 0 })
	asked := time.Now()
	stop, err := c.StopUserImportJob(t.Context(), &cip.StopUserImportJobInput{UserPoolId: &poolID, JobId: &job})
	if err != nil {
		t.Fatal(err)
	}
	got := importUntil(t, c, poolID, job, importEnded)
	t.Logf("stopped after %v", time.Since(asked))
	if got.Status != types.UserImportJobStatusTypeStopped || *got.CompletionMessage != "The Import Job was stopped by the developer." {
		t.Errorf("%s: %s", got.Status, *got.CompletionMessage)
	}
	if more := got.ImportedUsers - stop.UserImportJob.ImportedUsers; more > batch {
		t.Errorf("%d rows were imported after the stop", more)
	}
}

// createWithHashes makes a job whose file has hashes of bcrypt. The SDK has no such
// member yet.
func createWithHashes(t *testing.T, s *server, poolID string) *types.UserImportJobType {
	t.Helper()
	body := fmt.Sprintf(`{"UserPoolId":%q,"JobName":"e2e","CloudWatchLogsRoleArn":"arn:aws:iam::000000000000:role/logs","PasswordHashingAlgorithm":"BCRYPT"}`, poolID)
	r, err := http.NewRequestWithContext(t.Context(), "POST", s.URL, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService.CreateUserImportJob")
	key := aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "a-secret-that-nobody-checks"}
	if err := v4.NewSigner().SignHTTP(t.Context(), key, r, fmt.Sprintf("%x", sha256.Sum256([]byte(body))), "cognito-idp", "eu-west-1", time.Now()); err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var made struct {
		UserImportJob struct{ JobId, PreSignedUrl, UserPoolId, PasswordHashingAlgorithm string }
	}
	if err := json.NewDecoder(answer.Body).Decode(&made); err != nil || made.UserImportJob.PasswordHashingAlgorithm != "BCRYPT" {
		t.Fatalf("%s: %+v, %v", answer.Status, made, err)
	}
	j := made.UserImportJob
	return &types.UserImportJobType{JobId: &j.JobId, PreSignedUrl: &j.PreSignedUrl, UserPoolId: &j.UserPoolId}
}

// TestImportWithHashes: who had a password elsewhere signs in with it; who had none
// has to set one.
func TestImportWithHashes(t *testing.T) {
	s := start(t, t.TempDir(), "--empty")
	c := sdk(s)
	poolID, clientID := newPool(t, c)
	hashes := []string{
		"$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "", "not a hash", // of U*U
	}
	created := createWithHashes(t, s, poolID)
	putAndStart(t, c, created, len(hashes), []string{"cognito:password_hash"},
		func(i int, column string) string {
			if column == "cognito:password_hash" {
				return hashes[i]
			}
			return plainRow(i, column)
		})
	got := importUntil(t, c, poolID, *created.JobId, importEnded)
	if got.ImportedUsers != 2 || got.FailedUsers != 1 {
		t.Errorf("%d imported, %d failed", got.ImportedUsers, got.FailedUsers)
	}
	signIn := func(user, password string) error {
		_, err := c.InitiateAuth(t.Context(), &cip.InitiateAuthInput{ClientId: &clientID, AuthFlow: types.AuthFlowTypeUserPasswordAuth,
			AuthParameters: map[string]string{"USERNAME": user, "PASSWORD": password}})
		return err
	}
	for _, tt := range []struct{ user, password, want string }{
		{"user-000000", "wrong", "NotAuthorizedException: Incorrect username or password."},
		{"user-000000", "U*U", ""},
		{"user-000000", "U*U", ""},
		{"user-000001", "anything", "PasswordResetRequiredException: Password reset required for the user"},
		{"user-000002", "U*U", "UserNotFoundException: User does not exist."},
	} {
		err := signIn(tt.user, tt.password)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s with %s: %v", tt.user, tt.password, err)
		}
	}
	u, err := c.AdminGetUser(t.Context(), &cip.AdminGetUserInput{UserPoolId: &poolID, Username: aws.String("user-000000")})
	if err != nil || u.UserStatus != types.UserStatusTypeConfirmed {
		t.Errorf("%+v, %v", u, err)
	}
}
