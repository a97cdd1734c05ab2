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
		c.EventFilter = []string{RiskAtSignIn, RiskAtPasswordChange, RiskAtSignUp}
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

// Modes of threat protection: AUDIT records what ENFORCED would do.
const (
	ThreatAudit    = "AUDIT"
	ThreatEnforced = "ENFORCED"
)

// What an entry's risk says: decisions and levels.
const (
	RiskNone            = "NoRisk"
	RiskAccountTakeover = "AccountTakeover"
	RiskBlock           = "Block"

	RiskLow    = "Low"
	RiskMedium = "Medium"
	RiskHigh   = "High"
)

// Actions of a risk configuration.
const (
	RiskActionNone            = "NO_ACTION"
	RiskActionBlock           = "BLOCK"
	RiskActionMFAIfConfigured = "MFA_IF_CONFIGURED"
	RiskActionMFARequired     = "MFA_REQUIRED"
)

// What a password that may have leaked is given at: the EventFilter.
const (
	RiskAtSignIn         = "SIGN_IN"
	RiskAtSignUp         = "SIGN_UP"
	RiskAtPasswordChange = "PASSWORD_CHANGE"
)

// Blocks reports whether an address is always refused.
func (r *RiskConfiguration) Blocks(ip netip.Addr) bool {
	return r.Exceptions != nil && contains(r.Exceptions.BlockedIPRangeList, ip)
}

// Skips reports whether sign-ins from an address are never judged. Blocks goes before.
func (r *RiskConfiguration) Skips(ip netip.Addr) bool {
	return r.Exceptions != nil && contains(r.Exceptions.SkippedIPRangeList, ip)
}

// contains reports whether ip is in one of the networks, which are CIDR. An IPv4
// address is the same in the form ::ffff:192.0.2.1.
func contains(networks []string, ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	return slices.ContainsFunc(networks, func(text string) bool {
		network, err := netip.ParsePrefix(text)
		if err != nil { // Problem has let none through
			return false
		}
		if at := network.Addr(); at.Is4In6() && network.Bits() >= 96 {
			network = netip.PrefixFrom(at.Unmap(), network.Bits()-96)
		}
		return network.Contains(ip)
	})
}

// ActionAt gives what a level of risk causes; nothing set is RiskActionNone without
// a mail.
func (r *RiskConfiguration) ActionAt(level string) AccountTakeoverAction {
	var action *AccountTakeoverAction
	if t := r.AccountTakeover; t != nil {
		switch level {
		case RiskLow:
			action = t.Actions.LowAction
		case RiskMedium:
			action = t.Actions.MediumAction
		case RiskHigh:
			action = t.Actions.HighAction
		}
	}
	if action == nil {
		return AccountTakeoverAction{EventAction: RiskActionNone}
	}
	return *action
}

// LooksFor reports whether passwords given at an event are looked up among those
// that leaked.
func (r *RiskConfiguration) LooksFor(event string) bool {
	return r.CompromisedCredentials != nil && slices.Contains(r.CompromisedCredentials.EventFilter, event)
}

// ThreatMode is how the pool is protected: ThreatAudit, ThreatEnforced, or "" for not
// at all. Sign-ins by custom challenges have a mode of their own, which the pool's
// must precede (reference: api-behaviour §20.8).
func (p *Pool) ThreatMode(custom bool) string {
	if !p.ThreatProtection() {
		return ""
	}
	a := p.Settings.UserPoolAddOns
	switch {
	case !custom:
		return a.AdvancedSecurityMode
	case a.AdvancedSecurityAdditionalFlows == nil:
		return ""
	}
	return a.AdvancedSecurityAdditionalFlows.CustomAuthMode
}

// ThreatProtection reports whether a pool watches its sign-ins: without it there
// is no risk configuration and no history (reference: api-behaviour §20.8).
func (p *Pool) ThreatProtection() bool {
	a := p.Settings.UserPoolAddOns
	return a != nil && (a.AdvancedSecurityMode == ThreatAudit || a.AdvancedSecurityMode == ThreatEnforced)
}
