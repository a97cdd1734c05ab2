package userpool

import (
	"slices"
	"strings"
)

// The sign-in flows that ExplicitAuthFlows can allow, by their current names.
const (
	FlowUserSRP           = "USER_SRP_AUTH"
	FlowUserPassword      = "USER_PASSWORD_AUTH"
	FlowAdminUserPassword = "ADMIN_USER_PASSWORD_AUTH"
	FlowCustom            = "CUSTOM_AUTH"
	FlowUser              = "USER_AUTH"
	FlowRefreshToken      = "REFRESH_TOKEN_AUTH"
)

// AllowsFlow reports whether the client may sign users in by a flow (reference:
// api-behaviour §5, §10). A list of legacy names only adds to what every client
// of that time could do; CUSTOM_AUTH_FLOW_ONLY alone takes something away.
// Refresh tokens that rotate are not for REFRESH_TOKEN_AUTH.
func (c *AppClient) AllowsFlow(flow string) bool {
	flows := c.Settings.ExplicitAuthFlows
	legacy := !slices.ContainsFunc(flows, func(f string) bool { return strings.HasPrefix(f, "ALLOW_") })
	switch {
	case flow == FlowRefreshToken && c.Rotates():
		return false
	case !legacy:
		return slices.Contains(flows, "ALLOW_"+flow)
	}
	switch flow {
	case FlowUserSRP:
		return !slices.Contains(flows, "CUSTOM_AUTH_FLOW_ONLY")
	case FlowCustom, FlowRefreshToken:
		return true
	case FlowUserPassword:
		return slices.Contains(flows, "USER_PASSWORD_AUTH")
	case FlowAdminUserPassword:
		return slices.Contains(flows, "ADMIN_NO_SRP_AUTH")
	}
	return false
}
