package cognito_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idpond/cognito/apitest"
	"idpond/internal/store"
)

// brokenDisk makes the k-th row that is written to a bench's database fail, by triggers
// inside of the database: what is inserted, updated and deleted counts, whatever
// statement does it. A transaction that is undone takes its count back.
type brokenDisk struct {
	testing.TB
	db     *sql.DB
	tables []string
}

// breakDisk opens the file of the only bench that t has made.
func breakDisk(t testing.TB) *brokenDisk {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(filepath.Dir(t.TempDir()), "*", "idpond.db"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%d databases, %v", len(files), err)
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: files[0], RawQuery: "_pragma=busy_timeout(10000)&_pragma=synchronous(0)"}).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	d := &brokenDisk{TB: t, db: db}
	d.tables = strings.Fields(d.text(`SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema
		WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'goose%' ORDER BY name)`))
	d.exec(`CREATE TABLE broken (k INTEGER NOT NULL, n INTEGER NOT NULL)`)
	d.exec(`INSERT INTO broken VALUES (0, 0)`)
	for _, table := range d.tables {
		for _, change := range []string{"INSERT", "UPDATE", "DELETE"} {
			d.exec(fmt.Sprintf(`CREATE TRIGGER broken_%s_%s BEFORE %s ON %s BEGIN
				UPDATE broken SET n = n + 1;
				SELECT RAISE(ABORT, 'the disk is broken') FROM broken WHERE n = k;
			END`, change, table, change, table))
		}
	}
	return d
}

func (d *brokenDisk) exec(text string) {
	d.Helper()
	if _, err := d.db.Exec(text); err != nil {
		d.Fatalf("%s: %v", text, err)
	}
}

func (d *brokenDisk) text(query string) (text string) {
	d.Helper()
	if err := d.db.QueryRow(query).Scan(&text); err != nil {
		d.Fatalf("%s: %v", query, err)
	}
	return text
}

// failAt makes the k-th row from now on fail; 0 none.
func (d *brokenDisk) failAt(k int) { d.exec(fmt.Sprintf(`UPDATE broken SET k = %d, n = 0`, k)) }

// rows is every row of the database, a line each.
func (d *brokenDisk) rows() string {
	d.Helper()
	var all strings.Builder
	for _, table := range d.tables {
		rows, err := d.db.Query(`SELECT * FROM ` + table)
		if err != nil {
			d.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			d.Fatal(err)
		}
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		for rows.Next() {
			if err := rows.Scan(values...); err != nil {
				d.Fatal(err)
			}
			fmt.Fprint(&all, table)
			for _, v := range values {
				fmt.Fprintf(&all, "|%s", fmt.Sprint(*v.(*any)))
			}
			fmt.Fprintln(&all)
		}
		if err := rows.Close(); err != nil {
			d.Fatal(err)
		}
	}
	return all.String()
}

// readable is what the API tells of the pool of a request.
func (b *whole) readable(t testing.TB, body string) string {
	var in struct{ UserPoolId string }
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	if in.UserPoolId == "" {
		return ""
	}
	var all strings.Builder
	for op, more := range map[string]string{
		"DescribeUserPool": "", "ListUsers": "", "ListUserPoolClients": `,"MaxResults":60`, "ListGroups": "", "ListIdentityProviders": "",
		"ListUserPoolReplicas": "", "GetUserPoolMfaConfig": "",
	} {
		fmt.Fprintln(&all, op, b.ask(t.Context(), op, fmt.Sprintf(`{"UserPoolId":%q%s}`, in.UserPoolId, more)))
	}
	return strings.Join(sortedLines(all.String()), "\n")
}

// failEverywhere sends a request again and again, as each of the rows that it writes
// fails in turn, and then once more. It gives how many rows there were.
func (b *whole) failEverywhere(t *testing.T, d *brokenDisk, op, body string) int {
	t.Helper()
	before, told, sent := d.rows(), b.readable(t, body), len(b.inbox.List("", 0))
	for k := 1; ; k++ {
		d.failAt(k)
		got := b.ask(t.Context(), op, body)
		d.failAt(0)
		if got.exception == "" {
			return k - 1
		}
		if got.status != 500 || got.message != "Internal server error." {
			t.Fatalf("with row %d broken: %s", k, got)
		}
		if diff := cmp.Diff(before, d.rows()); diff != "" {
			t.Fatalf("with row %d broken the database changed:\n%s", k, diff)
		}
		if diff := cmp.Diff(told, b.readable(t, body)); diff != "" {
			t.Fatalf("with row %d broken the API tells something else:\n%s", k, diff)
		}
		if more := len(b.inbox.List("", 0)) - sent; more > 0 {
			t.Fatalf("with row %d broken %d messages were sent", k, more)
		}
		if k == 200 {
			t.Fatal("it never succeeds")
		}
	}
}

// TestBrokenDisk has each row fail that an operation writes. The operation says so, has
// changed nothing of what can be read, sent nothing, and works afterwards.
func TestBrokenDisk(t *testing.T) {
	b := newWhole(t)
	d := breakDisk(t)
	built, _ := b.registered()
	rows := map[string]int{}
	for _, op := range built {
		t.Run(op.Name, func(t *testing.T) {
			w := b.world(t)
			w.Expand("{{token}}") // the first one of a pool makes its signing keys
			rows[op.Name] = b.failEverywhere(t, d, op.Name, w.Request(op.Name))
			for _, text := range apitest.Challenges(op.Name) {
				if strings.Contains(text, `"ChallengeName":"CUSTOM_CHALLENGE"`) {
					continue // over before the function sees the answer, whatever comes of it
				}
				b.ask(t.Context(), op.Name, w.Expand(text)) // makes the signing keys of its pool
				if n := b.failEverywhere(t, d, op.Name, w.Expand(text)); n == 0 {
					t.Errorf("%s writes nothing", text)
				}
			}
			b.dropPools(t) // else every comparison takes longer than the one before
		})
	}
	for op, least := range map[string]int{
		"AdminLinkProviderForUser": 2, "AdminDisableProviderForUser": 2, "DeleteUserPoolClient": 2, "CreateUserPoolReplica": 2,
		"UpdateUserPoolReplica": 2, "DeleteUserPoolReplica": 2, "StartUserImportJob": 1, "SignUp": 4, "AdminCreateUser": 4,
	} {
		if rows[op] < least {
			t.Errorf("%s writes %d rows, at least %d were expected", op, rows[op], least)
		}
	}
}

// dropPools deletes what there is.
func (b *whole) dropPools(t testing.TB) {
	t.Helper()
	pools, err := b.store.ListPools(t.Context(), b.region, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pools {
		if err := b.store.Write(t.Context(), func(tx store.Tx) error { return tx.DeletePool(t.Context(), p.ID) }); err != nil {
			t.Fatal(err)
		}
	}
}

// TestBrokenDiskWhileAliasesMove has each row fail that is written when a new user takes
// an alias from its owner.
func TestBrokenDiskWhileAliasesMove(t *testing.T) {
	const mail = `"UserAttributes":[{"Name":"email","Value":"ada@example.org"}`
	b := newWhole(t)
	d := breakDisk(t)
	b.ok("CreateUserPool", `{"PoolName":"shop","AliasAttributes":["email"],"AutoVerifiedAttributes":["email"]}`)
	b.ok("CreateUserPoolClient", `{"ClientName":"app"}`)
	body := func(text string) string {
		code := ""
		for _, m := range b.inbox.List("", 1) {
			code = m.Code
		}
		return strings.NewReplacer("POOL", b.pool, "CLIENT", b.client, "CODE", code).Replace(text)
	}
	owner := func() string {
		return b.member(b.ok("AdminGetUser", `{"Username":"ada@example.org"}`), "Username")
	}
	b.ok("AdminCreateUser", `{"Username":"ada","MessageAction":"SUPPRESS","TemporaryPassword":"Passw0rd!",`+mail+`,{"Name":"email_verified","Value":"true"}]}`)
	b.ok("SignUp", body(`{"ClientId":"CLIENT","Username":"bob","Password":"Passw0rd!",`+mail+`]}`))
	for _, taker := range []struct{ name, op, body string }{
		{"bob", "ConfirmSignUp", `{"ClientId":"CLIENT","Username":"bob","ConfirmationCode":"CODE","ForceAliasCreation":true}`},
		{"eve", "AdminCreateUser", `{"UserPoolId":"POOL","Username":"eve","MessageAction":"SUPPRESS","TemporaryPassword":"Passw0rd!","ForceAliasCreation":true,` +
			mail + `,{"Name":"email_verified","Value":"true"}]}`},
	} {
		if n := b.failEverywhere(t, d, taker.op, body(taker.body)); n < 6 { // two users, a name that goes and one that comes, what is searched
			t.Errorf("%s writes %d rows only", taker.op, n)
		}
		if got := owner(); got != taker.name {
			t.Errorf("after %s the alias is %s's, want %s", taker.op, got, taker.name)
		}
	}
}

func sortedLines(text string) []string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	slices.Sort(lines)
	return lines
}
