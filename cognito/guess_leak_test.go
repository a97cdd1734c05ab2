package cognito_test

import (
	"context"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/account"
	"idpond/internal/auth"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// watchedStore notes what answers make a database do, which is what their time tells.
type watchedStore struct {
	auth.Store
	reads, writes, spends int
	onWrite               func()
}

func (w *watchedStore) User(ctx context.Context, poolID, id string) (*userpool.User, error) {
	w.reads++
	return w.Store.User(ctx, poolID, id)
}

type watchedTx struct {
	store.Tx
	store *watchedStore
}

func (t watchedTx) Spend(ctx context.Context, poolID string, hash store.Hash, expires time.Time) error {
	t.store.spends++
	return t.Tx.Spend(ctx, poolID, hash, expires)
}

func (w *watchedStore) Write(ctx context.Context, f func(store.Tx) error) error {
	w.writes++
	if w.onWrite != nil {
		w.onWrite()
	}
	return w.Store.Write(ctx, func(tx store.Tx) error { return f(watchedTx{tx, w}) })
}

func (b *signInBench) watch() *watchedStore {
	w := &watchedStore{Store: b.srv.Auth.Store}
	b.srv.Auth.Store = w
	return w
}

// TestUsedUpIsNotJudged: an answer to what is used up, which nothing counts, is refused
// before it is judged, so that not even its time tells whether it is right. Everybody can
// use the session of a choice up without proving anything.
func TestUsedUpIsNotJudged(t *testing.T) {
	b := newSignInBench(t, choosing("EMAIL_OTP"))
	b.addUser("ada", withEmail)
	b.play([]turn{chosen(benchClient, "ada", "*"), answered("SELECT_CHALLENGE", "ada", "*", "ANSWER", "EMAIL_OTP")})
	block, failure := b.srpBegin(srpTrial{client: benchClient, username: "ada", password: rightPassword})
	if failure != "" {
		t.Fatal(failure)
	}
	b.play([]turn{{op: "RespondToAuthChallenge", body: block, want: gotTokens}})
	w := b.watch()
	wrongBlock := regexp.MustCompile(`"PASSWORD_CLAIM_SIGNATURE":"[^"]+"`).ReplaceAllString(block, `"PASSWORD_CLAIM_SIGNATURE":"AAAA"`)
	b.play([]turn{
		answered("SELECT_CHALLENGE", "ada", usedTwice, "ANSWER", "PASSWORD", "PASSWORD", rightPassword),
		answered("SELECT_CHALLENGE", "ada", usedTwice, "ANSWER", "PASSWORD", "PASSWORD", "wrong"),
		{op: "RespondToAuthChallenge", body: block, want: usedTwice},
		{op: "RespondToAuthChallenge", body: wrongBlock, want: usedTwice},
	})
	if w.writes != 0 {
		t.Errorf("%d transactions", w.writes)
	}
}

// TestLockedCodesAreNotJudged: while a lock runs, nothing counts, and a right code goes the
// way of a wrong one.
func TestLockedCodesAreNotJudged(t *testing.T) {
	for _, tt := range []struct {
		challenge, member, code, asked string
		user                           func(*userpool.User)
	}{
		{"SOFTWARE_TOKEN_MFA", "SOFTWARE_TOKEN_MFA_CODE", "{{totp ada}}", tokenAsked, withToken},
		{"EMAIL_OTP", "EMAIL_OTP_CODE", "{{code}}", mailAsked, withEmail},
	} {
		t.Run(tt.challenge, func(t *testing.T) {
			b := newSignInBench(t, mfaPool("ON", tt.challenge))
			b.addUser("ada", tt.user)
			answer := func(code, want string) turn { return answered(tt.challenge, "ada", want, tt.member, code) }
			b.play(slices.Concat([]turn{begun(tt.asked)}, slices.Repeat([]turn{answer("wrong", wrongMFA)}, 5)))
			for _, code := range []string{tt.code, "wrong"} {
				w := b.watch()
				b.play([]turn{answer(code, locked)})
				if w.writes != 1 || w.spends != 0 {
					t.Errorf("%s: %d transactions, %d uses of the session", code, w.writes, w.spends)
				}
			}
		})
	}
}

// TestLocksOfStrangersCostTheSame: where existence is hidden, the lock of a user asks no
// less of the database than that of a name that nobody has.
func TestLocksOfStrangersCostTheSame(t *testing.T) {
	b := newSignInBench(t, choosing())
	b.addUser("ada")
	did := map[string][2]int{}
	for _, name := range []string{"ada", "nobody"} {
		wrong := func(want string) turn {
			return turn{op: "InitiateAuth", body: signIn("hiding", name, "wrong"), want: want}
		}
		proof, failure := b.srpBegin(srpTrial{client: "hiding", username: name, password: "wrong"})
		if failure != "" {
			t.Fatal(failure)
		}
		choice := answered("SELECT_CHALLENGE", "ada", locked, "ANSWER", "PASSWORD", "PASSWORD", "wrong")
		choice.body = strings.Replace(strings.Replace(choice.body, `"USERNAME":"ada"`, `"USERNAME":"`+name+`"`, 1), "{", `{"ClientId":"hiding",`, 1)
		b.play(slices.Concat([]turn{chosen("hiding", name, "*")}, slices.Repeat([]turn{wrong(incorrect)}, 5)))
		w := b.watch()
		b.play([]turn{wrong(locked), {op: "RespondToAuthChallenge", body: proof, want: locked}, choice})
		did[name] = [2]int{w.reads, w.writes}
	}
	if did["ada"] != did["nobody"] || did["ada"] != [2]int{2, 3} {
		t.Errorf("reads of users and transactions: %v", did)
	}
}

// lockedMeanwhile are users who get locked as soon as a sign-in has found them.
type lockedMeanwhile struct {
	store.Users
	b *signInBench
}

func (l lockedMeanwhile) FindUser(ctx context.Context, poolID string, names []userpool.SignInName) (*userpool.User, error) {
	u, err := l.Users.FindUser(ctx, poolID, names)
	if err != nil {
		return nil, err
	}
	return u, l.b.store.Write(ctx, func(tx store.Tx) error {
		for range 5 {
			if _, err := tx.PasswordWrong(ctx, poolID, u.ID, l.b.clock()); err != nil {
				return err
			}
		}
		return nil
	})
}

// TestOvertakenPasswordIsNotKeptAnew: of many guesses at once a right one that comes behind
// the lock isn't hashed again, which would take long and so tell it.
func TestOvertakenPasswordIsNotKeptAnew(t *testing.T) {
	b := newSignInBench(t)
	b.addUser("ada")
	b.srv.Accounts.Passwords = account.Argon2Hashes(b.clock, account.Argon2Params{MemoryKiB: 64, Iterations: 1, Parallelism: 1})
	before := b.user("ada").Credential
	users := b.srv.Accounts.Users
	b.srv.Accounts.Users = lockedMeanwhile{users, b}
	b.play([]turn{begun(locked)})
	b.srv.Accounts.Users = users
	if diff := cmp.Diff(before, b.user("ada").Credential); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
	b.advance(time.Minute)
	b.play([]turn{begun(gotTokens)})
	if b.user("ada").Credential.Hash == "" {
		t.Error("the password was not kept anew")
	}
}

// TestHangingUpIsCounted: who hangs up when an answer has been judged doesn't take the
// guess back.
func TestHangingUpIsCounted(t *testing.T) {
	for _, tt := range []struct {
		name  string
		setup setup
		user  func(*userpool.User)
		first []turn
		op    string
		body  func(b *signInBench) string
		then  turn
	}{
		{"a password", mfaPool("OFF"), withEmail, nil, "InitiateAuth", func(*signInBench) string {
			return signIn(benchClient, "ada", "wrong")
		}, begun(locked)},
		{"a proof", mfaPool("OFF"), withEmail, nil, "RespondToAuthChallenge", func(b *signInBench) string {
			body, _ := b.srpBegin(srpTrial{client: benchClient, username: "ada", password: "wrong"})
			return body
		}, begun(locked)},
		{"a code", mfaPool("ON", "SOFTWARE_TOKEN_MFA"), withToken, []turn{begun(tokenAsked)}, "RespondToAuthChallenge", func(b *signInBench) string {
			return strings.ReplaceAll(answered("SOFTWARE_TOKEN_MFA", "ada", "", "SOFTWARE_TOKEN_MFA_CODE", "wrong").body,
				"{{ada.Session}}", b.kept["ada.Session"])
		}, answered("SOFTWARE_TOKEN_MFA", "ada", locked, "SOFTWARE_TOKEN_MFA_CODE", "{{totp ada}}")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newSignInBench(t, tt.setup)
			b.addUser("ada", tt.user)
			b.play(tt.first)
			w := b.watch()
			for range 5 {
				ctx, hangUp := context.WithCancel(t.Context())
				body := b.withClient(tt.op, tt.body(b))
				w.onWrite = hangUp
				r := httptest.NewRequestWithContext(ctx, "POST", "/", strings.NewReader(body))
				r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService."+tt.op)
				b.srv.ServeHTTP(httptest.NewRecorder(), r)
				w.onWrite = nil
			}
			b.play([]turn{tt.then})
		})
	}
}
