package cognito

import (
	"context"
	"net/netip"
	"strings"

	"idpond/cognito/api"
	"idpond/internal/activity"
	"idpond/internal/userpool"
)

// withOrigin makes ctx carry where a user's request came from, where the pool
// keeps a history. What the request says of the device is believed as a hint; the
// address that it names only from a client with a secret that is allowed to name
// one (EnablePropagateAdditionalUserContextData).
func (s *Server) withOrigin(ctx context.Context, p *userpool.Pool, c *userpool.AppClient, told *api.UserContextDataType) context.Context {
	if !p.ThreatProtection() {
		return ctx
	}
	o := requestFrom(ctx).origin()
	if told != nil {
		o.Told = true
		o.Read(api.Str(told.EncodedData))
		if ip := address(api.Str(told.IpAddress)); ip != "" && c.Confidential() && c.Settings.EnablePropagateAdditionalUserContextData {
			o.IP = ip
		}
	}
	return activity.WithOrigin(ctx, o)
}

// withAdminOrigin is withOrigin for an application's server, which is believed.
func (s *Server) withAdminOrigin(ctx context.Context, p *userpool.Pool, told *api.ContextDataType) context.Context {
	if !p.ThreatProtection() {
		return ctx
	}
	o := requestFrom(ctx).origin()
	if told != nil {
		o.Told, o.UserAgent = true, ""
		for _, h := range told.HttpHeaders {
			if strings.EqualFold(api.Str(h.HeaderName), "User-Agent") {
				o.UserAgent = api.Str(h.HeaderValue)
			}
		}
		o.Read(api.Str(told.EncodedData))
		if ip := address(told.IpAddress); ip != "" {
			o.IP = ip
		}
	}
	return activity.WithOrigin(ctx, o)
}

func (r *request) origin() activity.Origin {
	return activity.Origin{IP: r.SourceIP, UserAgent: r.UserAgent, RequestID: r.ID}
}

// address gives an IP address in its usual form, "" for what is none.
func address(text string) string {
	ip, err := netip.ParseAddr(text)
	if err != nil {
		return ""
	}
	return ip.WithZone("").String()
}
