package cognito

import (
	"context"

	"idpond/cognito/api"
	"idpond/internal/userpool"
)

func (s *Server) eventOperations() []operation {
	return []operation{
		inPool("AdminListUserAuthEvents", s.adminListUserAuthEvents),
		inPool("AdminUpdateAuthEventFeedback", s.adminUpdateAuthEventFeedback),
		open("UpdateAuthEventFeedback", s.updateAuthEventFeedback),
	}
}

func (s *Server) adminListUserAuthEvents(ctx context.Context, p *userpool.Pool, in *api.AdminListUserAuthEventsRequest) (*api.AdminListUserAuthEventsResponse, error) {
	events, next, err := page(s,
		listing{operation: "AdminListUserAuthEvents", parameters: []string{p.ID, in.Username}, limit: in.MaxResults, most: 60, token: in.NextToken},
		func(after string, limit int) ([]*userpool.AuthEvent, error) {
			before, id, err := parseTimeKey(after)
			if err != nil {
				return nil, err
			}
			return s.Accounts.AuthEvents(ctx, p, in.Username, before, id, limit)
		},
		func(e *userpool.AuthEvent) string { return timeKey(e.CreatedAt, e.ID) })
	if err != nil {
		return nil, err
	}
	out := &api.AdminListUserAuthEventsResponse{AuthEvents: make([]api.AuthEventType, len(events)), NextToken: next}
	for i, e := range events {
		out.AuthEvents[i] = authEventType(e)
	}
	return out, nil
}

func authEventType(e *userpool.AuthEvent) api.AuthEventType {
	out := api.AuthEventType{
		EventID: &e.ID, EventType: &e.Type, EventResponse: &e.Response, CreationDate: api.Time(e.CreatedAt),
		EventContextData: &api.EventContextDataType{
			IpAddress: optional(e.Context.IPAddress), DeviceName: optional(e.Context.DeviceName), Timezone: optional(e.Context.Timezone),
		},
		ChallengeResponses: []api.ChallengeResponseType{},
	}
	for _, c := range e.Challenges {
		out.ChallengeResponses = append(out.ChallengeResponses, api.ChallengeResponseType{ChallengeName: new(c.Name), ChallengeResponse: new(c.Response)})
	}
	if r := e.Risk; r != nil {
		out.EventRisk = &api.EventRiskType{
			RiskDecision: optional(r.RiskDecision), RiskLevel: optional(r.RiskLevel), CompromisedCredentialsDetected: &r.CompromisedCredentialsDetected,
		}
	}
	if f := e.Feedback; f != nil {
		out.EventFeedback = &api.EventFeedbackType{FeedbackValue: f.Value, Provider: f.Provider, FeedbackDate: api.Time(f.Date)}
	}
	return out
}

func (s *Server) adminUpdateAuthEventFeedback(ctx context.Context, p *userpool.Pool, in *api.AdminUpdateAuthEventFeedbackRequest) (*api.AdminUpdateAuthEventFeedbackResponse, error) {
	return &api.AdminUpdateAuthEventFeedbackResponse{}, s.Accounts.AdminFeedback(ctx, p, in.Username, in.EventID, in.FeedbackValue)
}

// updateAuthEventFeedback names a pool without a signature: its token authorizes.
func (s *Server) updateAuthEventFeedback(ctx context.Context, in *api.UpdateAuthEventFeedbackRequest) (*api.UpdateAuthEventFeedbackResponse, error) {
	p, err := s.Directory.Pool(ctx, in.UserPoolID)
	if err != nil {
		return nil, err
	}
	return &api.UpdateAuthEventFeedbackResponse{}, s.Accounts.Feedback(ctx, p, in.Username, in.EventID, in.FeedbackToken, in.FeedbackValue)
}
