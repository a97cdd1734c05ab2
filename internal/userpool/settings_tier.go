package userpool

import "strings"

// tierRank orders the plans; a pool that was never given one has Essentials.
func tierRank(tier string) int {
	switch tier {
	case TierLite:
		return 0
	case TierPlus:
		return 2
	}
	return 1
}

// HasTier reports whether the pool's plan is at least tier.
func (p *Pool) HasTier(tier string) bool {
	return tierRank(p.Settings.UserPoolTier) >= tierRank(tier)
}

// feature is something that only some plans have (reference: api-behaviour §22.4).
type feature struct {
	name string
	tier string // the least plan that has it
	used bool
}

// features lists the gated members of a pool's own settings.
func (s *PoolSettings) features() []feature {
	list := []feature{
		{"Passwordless Sign-In", TierEssentials, s.passwordless()},
		{"Password History", TierEssentials, s.Policies.PasswordPolicy.PasswordHistorySize != nil && *s.Policies.PasswordPolicy.PasswordHistorySize > 0},
		{"Threat Protection", TierPlus, s.UserPoolAddOns != nil && s.UserPoolAddOns.AdvancedSecurityMode != "OFF"},
	}
	if c := s.LambdaConfig.PreTokenGenerationConfig; c != nil {
		list = append(list, feature{"Token Customization with Pre-Token Generation Lambda " + c.LambdaVersion, TierEssentials, c.LambdaVersion != "V1_0"})
	}
	return list
}

// TierProblem says which features the settings use that their plan lacks, "" if
// none: what a FeatureUnavailableInTierException says.
func (s *PoolSettings) TierProblem() string { return needDisabled(s.UserPoolTier, s.features()) }

// InUse is what a pool has beside its own settings that needs a plan.
type InUse struct{ EmailMFA, ManagedLogin, RefreshTokenRotation, ChoiceBasedSignIn, Replica, LogStreaming bool }

// DowngradeProblem says what keeps a pool from going down to tier, "" if nothing:
// what a TierChangeNotAllowedException says.
func DowngradeProblem(tier string, use InUse) string {
	return needDisabled(tier, []feature{
		{"Email MFA", TierEssentials, use.EmailMFA},
		{"Managed Login Version 2", TierEssentials, use.ManagedLogin},
		{"Refresh Token Rotation", TierEssentials, use.RefreshTokenRotation},
		{"Choice-Based Sign-In", TierEssentials, use.ChoiceBasedSignIn},
		{"Multi-Region Replication", TierEssentials, use.Replica},
		{"Log Streaming", TierPlus, use.LogStreaming},
	})
}

func needDisabled(tier string, features []feature) string {
	var names []string
	for _, f := range features {
		if f.used && tierRank(tier) < tierRank(f.tier) {
			names = append(names, f.name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "The following features need to be disabled for the " + tierName(tier) + " pricing tier configured: " + strings.Join(names, ", ")
}

// NotInTier is the sentence about one feature that is asked for in a pool whose
// plan lacks it.
func (p *Pool) NotInTier(feature string) string {
	return "The following feature is not available for the " + tierName(p.Settings.UserPoolTier) + " pricing tier configured: " + feature
}

func tierName(tier string) string {
	orElse(&tier, TierEssentials)
	return tier
}
