package importer_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/fault"
	"idpond/internal/importer"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

func TestImport(t *testing.T) {
	h := newHouse(t)
	file := strings.Join([]string{
		header,
		user("ada", "ada@example.org", "TRUE"),
		user("bob", "bob@example.org", "FALSE"),
		"",
		user("ada", "other@example.org", "TRUE"),
		user("cy n", "cyn@example.org", "TRUE"),
		user("dan", "dan@example", "TRUE") + ",more",
		user("eve", "eve at example.org", "TRUE"),
		user(`fay\,jr`, ` fay@example.org `, " true "),
		user("guy\xff", "guy@example.org", "TRUE"),
		user("h\x00l", "hal@example.org", "TRUE"),
		user("ida", "ida@example.org", "TRUE") + strings.Repeat(" ", 16000),
		"   \r",
		strings.Replace(user("jon", "jon@example.org", "TRUE"), "TRUE,,", "TRUE,"+strings.Repeat("j", 2049)+",", 1),
		user("kim", "kim@example.org", "TRUE"), // without an end
	}, "\r\n")
	j := h.started(file, "")
	if diff := cmp.Diff("Pending 0/0/0 ", sums(j)); diff != "" {
		t.Error(diff)
	}
	j = h.done(j.ID)
	if got, want := sums(j), "Succeeded 3/1/8 Import Job Completed Successfully."; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if !j.StartedAt.Equal(h.clock()) || !j.EndedAt.Equal(h.clock()) {
		t.Errorf("started %v, ended %v", j.StartedAt, j.EndedAt)
	}
	want := []string{
		"[SUCCEEDED] Line Number 2 - The import succeeded.",
		"[FAILED] Line Number 3 - The User Record does not set any of the auto verified attributes to true. (Example: email_verified to true).",
		"[SKIPPED] Line Number 5 - The user already exists.",
		"[FAILED] Line Number 6 - Username must have 1 to 128 characters and no spaces.",
		"[FAILED] Line Number 7 - The line has 22 values, the header 21 columns.",
		"[FAILED] Line Number 8 - Invalid email address format.",
		"[SUCCEEDED] Line Number 9 - The import succeeded.",
		"[FAILED] Line Number 10 - The line is not UTF-8 text.",
		"[FAILED] Line Number 11 - The line is not UTF-8 text.",
		"[FAILED] Line Number 12 - The line is longer than 16000 characters.",
		"[FAILED] Line Number 14 - Attributes did not conform to the schema: name: String must be no longer than 2048 characters",
		"[SUCCEEDED] Line Number 15 - The import succeeded.",
	}
	if diff := cmp.Diff(want, h.log(j.ID)); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	fay, err := h.store.FindUser(t.Context(), h.pool.ID, h.pool.LookupNames("fay,jr"))
	if err != nil {
		t.Fatal(err)
	}
	if fay.Status != userpool.StatusResetRequired || !fay.Enabled || !fay.Credential.Empty() {
		t.Errorf("imported as %+v", fay)
	}
	if diff := cmp.Diff(map[string]string{"email": "fay@example.org", "email_verified": "true"}, fay.Attributes); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
	if _, err := h.store.ImportChunk(t.Context(), h.pool.ID, j.ID, 0); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the file of a job that is done is still there (%v)", err)
	}
}

// TestFilesThatFail: nothing of a file is imported that is wrong as a whole.
func TestFilesThatFail(t *testing.T) {
	rows := func(n int, name string) string { return strings.Repeat(user(name, "", ""), n) }
	for _, tt := range []struct{ name, file, want string }{
		{"byte order mark", "\uFEFF" + fileOf(1), "Failed 0/0/0 The file is not UTF-8 text without byte order mark."},
		{"UTF-16", "\xff\xfen\x00a\x00m\x00e\x00", "Failed 0/0/0 The file is not UTF-8 text without byte order mark."},
		{"a column too few", "cognito:username\nada\n", "Failed 0/0/0 The header of the file lacks the column name."},
		{"no header", user("ada", "", "") + "\n", "Failed 0/0/0 The header of the file has an unknown column: ada."},
		{"quoted header", strings.Replace(header, "email,", `"email",`, 1) + "\n", `Failed 0/0/0 The header of the file has an unknown column: "email".`},
		{"hashes that the job was not made for", header + ",cognito:password_hash\n", "Failed 0/0/0 The header of the file has an unknown column: cognito:password_hash."},
		{"one user too many", header + strings.Repeat("\nx", 500_001), "Failed 0/0/0 The file has more than 500000 users."},
		{"blank lines", strings.Repeat("\n", 3) + rows(1, "x"), "Failed 0/0/0 The header of the file has an unknown column: ."},
		{"no users", header, "Succeeded 0/0/0 Import Job Completed Successfully."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			if got := sums(h.done(h.started(tt.file, "").ID)); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if n := h.users(); n != 0 {
				t.Errorf("%d users", n)
			}
		})
	}
}

// TestTooManyFail: a thousand failures that are most of the rows end a job, at the
// row that made it too many; skipped rows alone never do.
func TestTooManyFail(t *testing.T) {
	bad := user("x", "", "") + "\n"
	for _, tt := range []struct{ name, file, want string }{
		{"all", header + "\n" + strings.Repeat(bad, 1050), "Failed 0/0/1000 Too many users have failed or been skipped during the import."},
		{"the smaller half", fileOf(1050) + strings.Repeat(bad, 1050), "Succeeded 1050/0/1050 Import Job Completed Successfully."},
		{"the larger half", fileOf(1050) + strings.Repeat(bad, 1060), "Failed 1050/0/1051 Too many users have failed or been skipped during the import."},
		{"all but one thousandth", header + "\n" + strings.Repeat(bad, 999), "Succeeded 0/0/999 Import Job Completed Successfully."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			if got := sums(h.done(h.started(tt.file, "").ID)); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
	h := newHouse(t)
	h.done(h.started(fileOf(1500), "").ID)
	if got, want := sums(h.done(h.started(fileOf(1600), "").ID)), "Succeeded 100/1500/0 Import Job Completed Successfully."; got != want {
		t.Errorf("again: got %s, want %s", got, want)
	}
}

// TestStates are what starting and stopping say in each state.
func TestStates(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	refused := func(_ *importer.Job, err error) string {
		if !fault.Is(err, fault.PreconditionNotMet) {
			return fmt.Sprint(err)
		}
		return fault.Of(err).Message
	}
	j := h.created("")
	say := func(sentence string) string { return strings.ReplaceAll(sentence, "JOB", j.ID) }
	check := func(what, got, want string) {
		t.Helper()
		if want = say(want); got != want {
			t.Errorf("%s: got %q, want %q", what, got, want)
		}
	}
	upload := func(file string) error { return h.Upload(ctx, h.address(j), strings.NewReader(file)) }

	check("start without a file", refused(h.Start(ctx, h.pool, j.ID)), "The file of the user import job JOB has not been uploaded.")
	check("stop before start", refused(h.Stop(ctx, h.pool, j.ID)), "The user import job JOB cannot be stopped. Its status is Created.")
	check("an empty file", fmt.Sprint(upload("")), "InvalidParameterException: The file is empty.")
	check("start with an empty file", refused(h.Start(ctx, h.pool, j.ID)), "The file of the user import job JOB has not been uploaded.")
	if err := errors.Join(upload("nonsense"), upload(fileOf(3))); err != nil { // the later one counts
		t.Fatal(err)
	}
	if _, err := h.Start(ctx, h.pool, j.ID); err != nil {
		t.Fatal(err)
	}
	check("start twice", refused(h.Start(ctx, h.pool, j.ID)), "The user import job JOB cannot be started. Its status is Pending.")
	check("a file after the start", fmt.Sprint(upload(fileOf(1))), "PreconditionNotMetException: The user import job takes no file. Its status is Pending.")
	check("done", sums(h.done(j.ID)), "Succeeded 3/0/0 Import Job Completed Successfully.")
	check("start when done", refused(h.Start(ctx, h.pool, j.ID)), "The user import job JOB cannot be started. Its status is Succeeded.")
	check("stop when done", refused(h.Stop(ctx, h.pool, j.ID)), "The user import job JOB cannot be stopped. Its status is Succeeded.")

	j = h.started(fileOf(3), "")
	other := h.created("")
	if err := h.Upload(ctx, h.address(other), strings.NewReader(fileOf(1))); err != nil {
		t.Fatal(err)
	}
	check("start beside another", refused(h.Start(ctx, h.pool, other.ID)), "Another user import job of the user pool is under way.")
	stopped, err := h.Stop(ctx, h.pool, j.ID)
	if err != nil {
		t.Fatal(err)
	}
	check("stop before a worker has it", sums(stopped), "Stopped 0/0/0 The Import Job was stopped by the developer.")
	check("start when stopped", refused(h.Start(ctx, h.pool, j.ID)), "The user import job JOB cannot be started. Its status is Stopped.")

	j = other
	h.advance(24*time.Hour - time.Second)
	check("a day has not passed", sums(h.done(j.ID)), "Created 0/0/0 ")
	h.advance(time.Second)
	check("a day has passed", sums(h.job(j.ID)), "Expired 0/0/0 ")
	check("start when expired", refused(h.Start(ctx, h.pool, j.ID)), "The user import job JOB cannot be started. Its status is Expired.")
	check("noted", sums(h.done(j.ID)), "Expired 0/0/0 ")
	if _, err := h.store.ImportChunk(ctx, h.pool.ID, j.ID, 0); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the file of an expired job is still there (%v)", err)
	}
	for name, err := range map[string]error{
		"Job": second(h.Job(ctx, h.pool, "import-none")), "Start": second(h.Start(ctx, h.pool, "import-none")), "Stop": second(h.Stop(ctx, h.pool, "import-none")),
	} {
		if !fault.Is(err, fault.ResourceNotFound) || fault.Of(err).Message != "User import job import-none does not exist." {
			t.Errorf("%s of no job: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestNoAutoVerifiedAttributes(t *testing.T) {
	h := newHouse(t, func(s *userpool.PoolSettings) { s.AutoVerifiedAttributes = nil })
	j := h.created("")
	if err := h.Upload(t.Context(), h.address(j), strings.NewReader(fileOf(1))); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Start(t.Context(), h.pool, j.ID); !fault.Is(err, fault.PreconditionNotMet) ||
		fault.Of(err).Message != "The user pool must have auto verified attributes to import users." {
		t.Error(err)
	}
}

// TestList is newest first, and pages meet without a gap.
func TestList(t *testing.T) {
	h := newHouse(t)
	var want []string
	for i := range 5 {
		if i != 3 { // two of the same moment
			h.advance(time.Second)
		}
		want = append(want, h.created("").ID)
	}
	if want[2] < want[3] {
		want[2], want[3] = want[3], want[2]
	}
	var got []string
	for before, id := (time.Time{}), ""; ; {
		page, err := h.List(t.Context(), h.pool, before, id, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, j := range page {
			got = append([]string{j.ID}, got...)
		}
		before, id = page[len(page)-1].CreatedAt, page[len(page)-1].ID
	}
	if len(want) == len(got) && want[2] != got[2] {
		want[2], want[3] = want[3], want[2] // ids of the same moment: either order, but the same each time
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestJobQuota(t *testing.T) {
	h := newHouse(t)
	quotas, err := userpool.ParseQuotas([]string{"import-jobs-per-pool=2"})
	if err != nil {
		t.Fatal(err)
	}
	h.Quotas = quotas
	h.created("")
	h.created("")
	_, err = h.Create(t.Context(), h.pool, importer.NewJob{Name: "third", RoleARN: "arn:aws:iam::111122223333:role/logs"})
	if !fault.Is(err, fault.LimitExceeded) || fault.Of(err).Message != "Exceeded the limit of 2 import jobs per user pool." {
		t.Error(err)
	}
	_, err = h.Create(t.Context(), h.pool, importer.NewJob{Name: "third", RoleARN: "arn:aws:iam::999999999999:role/logs"})
	if !fault.Is(err, fault.InvalidParameter) || fault.Of(err).Message != "Cross-account pass role is not allowed." {
		t.Error(err)
	}
}
