package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

const lockedOut = "NotAuthorizedException: Password attempts exceeded"

// nodes are two servers on one database.
func nodes(t *testing.T, test func(t *testing.T, first, second *server)) {
	pair := func(t *testing.T, args ...string) {
		dir := t.TempDir()
		args = append(args, "--empty")
		test(t, start(t, dir, args...), start(t, dir, args...))
	}
	t.Run("sqlite", func(t *testing.T) { pair(t) })
	t.Run("postgres", func(t *testing.T) { pair(t, "--database="+postgres(t)) })
}

// crowd sends the pending challenge's answers, one of each body, to both servers at
// once, and counts what they get: "" for success, else "Exception: sentence".
func (f *flow) crowd(second *server, bodies []map[string]string) map[string]int {
	f.Helper()
	const clients = 64
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	defer client.CloseIdleConnections()
	ask := func(url string, answers map[string]string) (string, error) {
		body, err := json.Marshal(map[string]any{
			"ClientId": f.client.ClientId, "ChallengeName": f.challenge, "Session": f.session, "ChallengeResponses": answers})
		if err != nil {
			return "", err
		}
		r, err := http.NewRequestWithContext(f.Context(), "POST", url, bytes.NewReader(body))
		if err != nil {
			return "", err
		}
		r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService.RespondToAuthChallenge")
		w, err := client.Do(r)
		if err != nil {
			return "", err
		}
		defer w.Body.Close()
		var answer struct {
			Type    string `json:"__type"`
			Message string `json:"message"`
		}
		if err := json.NewDecoder(w.Body).Decode(&answer); err != nil || w.StatusCode == http.StatusOK {
			return "", err
		}
		return answer.Type + ": " + answer.Message, nil
	}
	var (
		mu     sync.Mutex
		counts = map[string]int{}
		wg     sync.WaitGroup
		work   = make(chan int)
		urls   = []string{f.server.URL, second.URL}
	)
	for range clients {
		wg.Go(func() {
			for i := range work {
				got, err := ask(urls[i%2], bodies[i])
				if err != nil {
					got = err.Error()
				}
				mu.Lock()
				counts[got]++
				mu.Unlock()
			}
		})
	}
	for i := range bodies {
		work <- i
	}
	close(work)
	wg.Wait()
	return counts
}

// TestGuessRace: of ten thousand guesses at a code of six digits, on two servers, only
// as many are judged as came before the lock or after locks that have run out.
func TestGuessRace(t *testing.T) {
	nodes(t, func(t *testing.T, first, second *server) {
		const guesses = 10_000
		f := newFlow(t, first, sides[0], flowSettings{mfa: types.UserPoolMfaTypeOn, factors: []types.ChallengeNameType{sms},
			client: func(in *cip.CreateUserPoolClientInput) { in.AuthSessionValidity = new(int32(15)) }}) // minutes for all guesses
		f.addUser(true, "phone_number", adaPhone)
		f.must(f.beginWithPassword(flowPassword))
		f.expect(sms)
		code := first.codeTo(t, adaPhone)
		var bodies []map[string]string
		for i := range guesses + 1 {
			if guess := fmt.Sprintf("%06d", i); guess != code && len(bodies) < guesses {
				bodies = append(bodies, map[string]string{"USERNAME": "ada", "SMS_MFA_CODE": guess})
			}
		}
		begun := time.Now()
		counts := f.crowd(second, bodies)
		took := time.Since(begun)
		// Locks of 1 s, 2 s, 4 s …, each of which gives way to one guess.
		most := 5 + int(math.Log2(took.Seconds()+1))
		judged, refused := counts[wrongMFA], counts[lockedOut]
		if judged < 5 || judged > most || judged+refused != guesses {
			t.Errorf("%d guesses judged in %s, want 5 to %d, and the others refused: %v", judged, took, most, counts)
		}
		t.Logf("%d guesses in %s: %v", guesses, took.Round(time.Millisecond), counts)
	})
}

// TestSessionRace: of 64 right answers to one challenge, on two servers, one is taken.
func TestSessionRace(t *testing.T) {
	nodes(t, func(t *testing.T, first, second *server) {
		t.Run("SMS_MFA", func(t *testing.T) {
			f := newFlow(t, first, sides[0], flowSettings{mfa: types.UserPoolMfaTypeOn, factors: []types.ChallengeNameType{sms}})
			f.addUser(true, "phone_number", adaPhone)
			f.must(f.beginWithPassword(flowPassword))
			f.expect(sms)
			f.takenOnce(second, map[string]string{"SMS_MFA_CODE": first.codeTo(t, adaPhone)}, usedTwice)
		})
		t.Run("SOFTWARE_TOKEN_MFA", func(t *testing.T) {
			f := newFlow(t, first, sides[0], flowSettings{mfa: types.UserPoolMfaTypeOptional, factors: []types.ChallengeNameType{token}})
			f.addUser(true)
			f.must(f.beginWithPassword(flowPassword))
			g, _ := f.addToken()
			f.must(f.beginWithPassword(flowPassword))
			f.expect(token)
			// A code that is offered again counts as a wrong one.
			f.takenOnce(second, map[string]string{"SOFTWARE_TOKEN_MFA_CODE": g.code(t, 1)}, usedTwice, tokenUsed, lockedOut)
		})
		t.Run("NEW_PASSWORD_REQUIRED", func(t *testing.T) {
			f := newFlow(t, first, sides[0], flowSettings{})
			f.addUser(false)
			f.must(f.beginWithPassword(flowPassword))
			f.expect(types.ChallengeNameTypeNewPasswordRequired)
			f.takenOnce(second, map[string]string{"NEW_PASSWORD": newPassword}, usedTwice)
			user, err := f.api.AdminGetUser(t.Context(), &cip.AdminGetUserInput{UserPoolId: &f.pool, Username: &f.user})
			f.must(err)
			if user.UserStatus != types.UserStatusTypeConfirmed {
				t.Errorf("the user is %s", user.UserStatus)
			}
		})
	})
}

// takenOnce sends 64 equal answers at once; all but one get one of the refusals.
func (f *flow) takenOnce(second *server, answers map[string]string, refusals ...string) {
	f.Helper()
	const spends = 64
	answers["USERNAME"] = f.user
	counts := f.crowd(second, slices.Repeat([]map[string]string{answers}, spends))
	if counts[""] != 1 {
		f.Errorf("%d answers were taken: %v", counts[""], counts)
	}
	for got := range counts {
		if got != "" && !slices.Contains(refusals, got) {
			f.Errorf("refused with %s", got)
		}
	}
	f.Logf("%d answers: %v", spends, counts)
}
