package userpool

import (
	"strings"
	"testing"
)

func TestAllowsFlow(t *testing.T) {
	all := []string{FlowUserSRP, FlowUserPassword, FlowAdminUserPassword, FlowCustom, FlowUser, FlowRefreshToken}
	rotating := &RefreshTokenRotation{Feature: "ENABLED"}
	for _, tt := range []struct {
		explicit string
		rotation *RefreshTokenRotation
		want     string
	}{
		{explicit: "", want: "USER_SRP_AUTH CUSTOM_AUTH REFRESH_TOKEN_AUTH"},
		{explicit: "", rotation: rotating, want: "USER_SRP_AUTH CUSTOM_AUTH"},
		{explicit: "ALLOW_USER_PASSWORD_AUTH", want: "USER_PASSWORD_AUTH"},
		{explicit: "ALLOW_USER_AUTH ALLOW_REFRESH_TOKEN_AUTH", want: "USER_AUTH REFRESH_TOKEN_AUTH"},
		{explicit: "ALLOW_USER_SRP_AUTH ALLOW_REFRESH_TOKEN_AUTH", rotation: rotating, want: "USER_SRP_AUTH"},
		{explicit: "ALLOW_ADMIN_USER_PASSWORD_AUTH", want: "ADMIN_USER_PASSWORD_AUTH"},
		{explicit: "ADMIN_NO_SRP_AUTH", want: "USER_SRP_AUTH ADMIN_USER_PASSWORD_AUTH CUSTOM_AUTH REFRESH_TOKEN_AUTH"},
		{explicit: "USER_PASSWORD_AUTH", want: "USER_SRP_AUTH USER_PASSWORD_AUTH CUSTOM_AUTH REFRESH_TOKEN_AUTH"},
		{explicit: "CUSTOM_AUTH_FLOW_ONLY", want: "CUSTOM_AUTH REFRESH_TOKEN_AUTH"},
		{explicit: "ALLOW_CLIENT_TOKEN_AUTH", want: ""},
	} {
		c := &AppClient{Settings: ClientSettings{ExplicitAuthFlows: strings.Fields(tt.explicit), RefreshTokenRotation: tt.rotation}}
		var got []string
		for _, f := range all {
			if c.AllowsFlow(f) {
				got = append(got, f)
			}
		}
		if g := strings.Join(got, " "); g != tt.want {
			t.Errorf("ExplicitAuthFlows %q allow %q, want %q", tt.explicit, g, tt.want)
		}
	}
}
