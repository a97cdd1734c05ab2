package userpool

import (
	"net/netip"
	"slices"
	"time"
)

// RiskForAll is the id of the risk configuration of a whole pool; others are
// those of app clients, by client id.
const RiskForAll = "ALL"

// RiskConfiguration is what threat protection does in a pool, or for one client
// of it, and the stored document of it (reference: api-behaviour §20.8).
type RiskConfiguration struct {
	CompromisedCredentials *CompromisedCredentialsRisk `json:"CompromisedCredentialsRiskConfiguration,omitempty"`
	AccountTakeover        *AccountTakeoverRisk        `json:"AccountTakeoverRiskConfiguration,omitempty"`
	Exceptions             *RiskExceptions             `json:"RiskExceptionConfiguration,omitempty"`
	UpdatedAt              time.Time                   `json:"UpdatedAt,omitzero"`
}

// CompromisedCredentialsRisk says what happens to passwords that are known to have leaked.
type CompromisedCredentialsRisk struct {
	EventFilter []string                  `json:"EventFilter,omitempty"` // SIGN_IN, PASSWORD_CHANGE, SIGN_UP
	Actions     CompromisedCredentialsAct `json:"Actions"`
}

// CompromisedCredentialsAct is BLOCK or NO_ACTION.
type CompromisedCredentialsAct struct {
	EventAction string `json:"EventAction"`
}

// AccountTakeoverRisk says what happens to sign-ins that look like a stranger's.
type AccountTakeoverRisk struct {
	NotifyConfiguration *NotifyConfiguration   `json:"NotifyConfiguration,omitempty"`
	Actions             AccountTakeoverActions `json:"Actions"`
}

// AccountTakeoverActions has an action for each level of risk.
type AccountTakeoverActions struct {
	LowAction    *AccountTakeoverAction `json:"LowAction,omitempty"`
	MediumAction *AccountTakeoverAction `json:"MediumAction,omitempty"`
	HighAction   *AccountTakeoverAction `json:"HighAction,omitempty"`
}

// AccountTakeoverAction is what is done at one level.
type AccountTakeoverAction struct {
	Notify      bool   `json:"Notify"`
	EventAction string `json:"EventAction"` // BLOCK, MFA_IF_CONFIGURED, MFA_REQUIRED or NO_ACTION
}

// NotifyConfiguration is the sender and the texts of mails about suspicious sign-ins.
type NotifyConfiguration struct {
	From          string       `json:"From,omitempty"`
	ReplyTo       string       `json:"ReplyTo,omitempty"`
	SourceArn     string       `json:"SourceArn"`
	BlockEmail    *NotifyEmail `json:"BlockEmail,omitempty"`
	NoActionEmail *NotifyEmail `json:"NoActionEmail,omitempty"`
	MfaEmail      *NotifyEmail `json:"MfaEmail,omitempty"`
}

// NotifyEmail is the text of one of them.
type NotifyEmail struct {
	Subject  string `json:"Subject"`
	HTMLBody string `json:"HtmlBody,omitempty"`
	TextBody string `json:"TextBody,omitempty"`
}

// RiskExceptions are networks that are always refused, or never judged, as CIDR.
type RiskExceptions struct {
	BlockedIPRangeList []string `json:"BlockedIPRangeList,omitempty"`
	SkippedIPRangeList []string `json:"SkippedIPRangeList,omitempty"`
}

// Empty reports whether no section is set: such a configuration is none.
func (r *RiskConfiguration) Empty() bool {
	return r.CompromisedCredentials == nil && r.AccountTakeover == nil && r.Exceptions == nil
}

// Complete fills in what the service does: compromised credentials are looked for
// at every event unless some are chosen.
func (r *RiskConfiguration) Complete() {
	if c := r.CompromisedCredentials; c != nil && len(c.EventFilter) == 0 {
		c.EventFilter = []string{"SIGN_IN", "PASSWORD_CHANGE", "SIGN_UP"}
	}
}

// Problem gives the sentence of the first rule that the configuration breaks, ""
// if none.
func (r *RiskConfiguration) Problem(at Place) string {
	if e := r.Exceptions; e != nil {
		isNoCIDR := func(text string) bool {
			_, err := netip.ParsePrefix(text)
			return err != nil
		}
		if slices.ContainsFunc(e.BlockedIPRangeList, isNoCIDR) || slices.ContainsFunc(e.SkippedIPRangeList, isNoCIDR) {
			return "Incorrect CIDR format"
		}
	}
	if r.AccountTakeover == nil || r.AccountTakeover.NotifyConfiguration == nil {
		return ""
	}
	n := r.AccountTakeover.NotifyConfiguration
	if n.From != "" && !isFrom(n.From) {
		return "Provided From email address is invalid"
	}
	return sesRegionProblem(n.SourceArn, at)
}

// ThreatProtection reports whether a pool watches its sign-ins: without it there
// is no risk configuration and no history (reference: api-behaviour §20.8).
func (p *Pool) ThreatProtection() bool {
	a := p.Settings.UserPoolAddOns
	return a != nil && (a.AdvancedSecurityMode == "AUDIT" || a.AdvancedSecurityMode == "ENFORCED")
}
