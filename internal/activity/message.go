package activity

import (
	"strconv"

	"idpond/internal/userpool"
)

// Message is what the log delivery userAuthEvents says of an entry, in the
// service's form. It tells neither more nor less than AdminListUserAuthEvents.
type Message struct {
	Version                       string   `json:"version"`
	EventID                       string   `json:"eventId"`
	EventType                     string   `json:"eventType"`
	UserSub                       string   `json:"userSub"`
	UserName                      string   `json:"userName"`
	UserPoolID                    string   `json:"userPoolId"`
	ClientID                      string   `json:"clientId"`
	CreationDate                  string   `json:"creationDate"`
	EventResponse                 string   `json:"eventResponse"`
	RiskLevel                     string   `json:"riskLevel"`
	RiskDecision                  string   `json:"riskDecision"`
	Challenges                    []string `json:"challenges"`
	DeviceName                    string   `json:"deviceName"`
	IPAddress                     string   `json:"ipAddress"`
	RequestID                     string   `json:"requestId"`
	IdpName                       string   `json:"idpName"`
	CompromisedCredentialDetected string   `json:"compromisedCredentialDetected"`
	City                          string   `json:"city"`
	Country                       string   `json:"country"`
	EventFeedbackValue            string   `json:"eventFeedbackValue"`
	EventFeedbackDate             string   `json:"eventFeedbackDate"`
	EventFeedbackProvider         string   `json:"eventFeedbackProvider"`
	HasContextData                string   `json:"hasContextData"`
}

// dateForm is the form of dates in messages.
const dateForm = "Mon Jan 02 15:04:05 MST 2006"

func (e *Event) message() Message {
	m := Message{
		Version: "1", EventID: e.id, EventType: e.written.Type, UserSub: e.userID, UserName: e.username,
		UserPoolID: e.poolID, ClientID: e.clientID, CreationDate: e.written.CreatedAt.UTC().Format(dateForm),
		EventResponse: e.written.Response, Challenges: []string{}, RequestID: e.origin.RequestID,
		DeviceName: e.written.Context.DeviceName, IPAddress: e.written.Context.IPAddress,
		CompromisedCredentialDetected: "false", HasContextData: strconv.FormatBool(e.origin.Told),
	}
	for _, c := range e.written.Challenges {
		m.Challenges = append(m.Challenges, c.Name+":"+c.Response)
	}
	if r := e.written.Risk; r != nil {
		m.RiskLevel, m.RiskDecision = r.RiskLevel, r.RiskDecision
		m.CompromisedCredentialDetected = strconv.FormatBool(r.CompromisedCredentialsDetected)
	}
	if f := e.written.Feedback; f != nil {
		m.EventFeedbackValue, m.EventFeedbackProvider, m.EventFeedbackDate = f.Value, f.Provider, f.Date.UTC().Format(dateForm)
	}
	return m
}

// Password is the challenge of a password, answered rightly or not.
func Password(right bool) userpool.ChallengeResponse {
	return challenge(userpool.EventPassword, right)
}

// MFA is the challenge of a second factor, answered rightly or not.
func MFA(right bool) userpool.ChallengeResponse { return challenge(userpool.EventMFA, right) }

func challenge(name string, right bool) userpool.ChallengeResponse {
	if right {
		return userpool.ChallengeResponse{Name: name, Response: userpool.EventSuccess}
	}
	return userpool.ChallengeResponse{Name: name, Response: userpool.EventFailure}
}
