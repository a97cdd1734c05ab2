package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
)

// challengeEvent is what functions of custom sign-ins are told, as far as these read it.
type challengeEvent struct {
	TriggerSource string
	Request       struct {
		Session []struct {
			ChallengeName   string
			ChallengeResult bool
		}
		PrivateChallengeParameters map[string]string
		ChallengeAnswer            string
	}
}

// functions serves a pool's functions, and gives the arguments that tell the server where
// define, create and verify are. They ask for a sum and give three tries; a sign-in that
// began with SRP has to prove the password before.
func functions(t *testing.T) []string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var raw json.RawMessage
		var e challengeEvent
		var whole map[string]any
		if json.NewDecoder(r.Body).Decode(&raw) != nil || json.Unmarshal(raw, &e) != nil || json.Unmarshal(raw, &whole) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		whole["response"] = e.answer()
		_ = json.NewEncoder(w).Encode(whole)
	}))
	t.Cleanup(s.Close)
	return []string{"--trigger=define=" + s.URL, "--trigger=create=" + s.URL, "--trigger=verify=" + s.URL}
}

func (e challengeEvent) answer() map[string]any {
	switch e.TriggerSource {
	case "CreateAuthChallenge_Authentication":
		return map[string]any{
			"publicChallengeParameters":  map[string]string{"sum": "20 + 22"},
			"privateChallengeParameters": map[string]string{"sum": "42"},
		}
	case "VerifyAuthChallengeResponse_Authentication":
		return map[string]any{"answerCorrect": e.Request.ChallengeAnswer == e.Request.PrivateChallengeParameters["sum"]}
	}
	wrong, last := 0, ""
	for _, step := range e.Request.Session {
		last = step.ChallengeName
		if !step.ChallengeResult {
			wrong, last = wrong+1, ""
		}
	}
	switch {
	case wrong == 3:
		return map[string]any{"failAuthentication": true}
	case last == "SRP_A":
		return map[string]any{"challengeName": "PASSWORD_VERIFIER"}
	case last == "CUSTOM_CHALLENGE":
		return map[string]any{"issueTokens": true}
	}
	return map[string]any{"challengeName": "CUSTOM_CHALLENGE"}
}
