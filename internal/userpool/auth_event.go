package userpool

import "time"

// The kinds of entries in a user's history.
const (
	EventSignIn         = "SignIn"
	EventSignUp         = "SignUp"
	EventForgotPassword = "ForgotPassword"
	EventPasswordChange = "PasswordChange"
	EventResendCode     = "ResendCode"
)

// How what an entry tells of came out.
const (
	EventPass       = "Pass"
	EventFail       = "Fail"
	EventInProgress = "InProgress" // more has to come: a challenge's answer, a code
)

// The challenges that entries tell of, and how they were answered.
const (
	EventPassword = "Password"
	EventMFA      = "Mfa"
	EventSuccess  = "Success"
	EventFailure  = "Failure"
)

// What feedback says of an entry.
const (
	FeedbackValid   = "Valid"   // it was the user
	FeedbackInvalid = "Invalid" // it was somebody else
)

// AuthEvent is one entry of a user's history, and the stored document of it
// (reference: api-behaviour §20.8). What is not known is "".
type AuthEvent struct {
	ID        string    `json:"-"` // UUID
	CreatedAt time.Time `json:"-"`

	Type       string              `json:"EventType"`
	Response   string              `json:"EventResponse"`
	Risk       *EventRisk          `json:"EventRisk,omitempty"` // nil when it wasn't judged
	Challenges []ChallengeResponse `json:"ChallengeResponses,omitempty"`
	Context    EventContext        `json:"EventContextData"`
	Feedback   *EventFeedback      `json:"EventFeedback,omitempty"`
}

// EventRisk is what threat protection thought of it.
type EventRisk struct {
	RiskDecision                   string `json:"RiskDecision,omitempty"` // NoRisk, AccountTakeover or Block
	RiskLevel                      string `json:"RiskLevel,omitempty"`    // Low, Medium or High
	CompromisedCredentialsDetected bool   `json:"CompromisedCredentialsDetected"`
}

// ChallengeResponse is one answered challenge.
type ChallengeResponse struct {
	Name     string `json:"ChallengeName"`     // EventPassword or EventMFA
	Response string `json:"ChallengeResponse"` // EventSuccess or EventFailure
}

// EventContext is where the user was.
type EventContext struct {
	IPAddress  string `json:"IpAddress,omitempty"`
	DeviceName string `json:"DeviceName,omitempty"` // browser and system
	Timezone   string `json:"Timezone,omitempty"`
}

// EventFeedback says whether it was the user.
type EventFeedback struct {
	Value    string    `json:"FeedbackValue"` // FeedbackValid or FeedbackInvalid
	Provider string    `json:"Provider"`      // who said so: Admin or User
	Date     time.Time `json:"Date"`
}
