package account

import (
	"context"
	"errors"

	"idpond/internal/activity"
	"idpond/internal/userpool"
)

// Risk is threat protection, as accounts meet it; package auth/risk has it.
type Risk interface {
	// Admit refuses requests from blocked networks. Fault: NotAuthorized.
	Admit(ctx context.Context, p *userpool.Pool, c *userpool.AppClient) error
	// NewPassword looks whether somebody may take a password at an event: what the
	// history says of it, and the fault InvalidPassword if not.
	NewPassword(ctx context.Context, p *userpool.Pool, c *userpool.AppClient, event, password string) (risk *userpool.EventRisk, refused, err error)
}

// admit is Risk.Admit, for who has one.
func (s *Service) admit(ctx context.Context, p *userpool.Pool, c *userpool.AppClient) error {
	if s.Risk == nil {
		return nil
	}
	return s.Risk.Admit(ctx, p, c)
}

// leaked looks whether a new password is known to have leaked, and makes e say so.
// refused is InvalidPassword where that forbids it.
func (s *Service) leaked(ctx context.Context, p *userpool.Pool, c *userpool.AppClient, event, password string, e *activity.Event) (refused, err error) {
	if s.Risk == nil {
		return nil, nil
	}
	risk, refused, err := s.Risk.NewPassword(ctx, p, c, event, password)
	e.Judged(risk)
	return refused, err
}

// signUpPassword gives what to keep of the password of somebody who signs up; "" is
// no password, for pools in which none is needed. Faults: InvalidParameter,
// InvalidPassword.
func (s *Service) signUpPassword(ctx context.Context, p *userpool.Pool, c *userpool.AppClient, u *userpool.User, password string, e *activity.Event) (userpool.Credential, error) {
	switch reason := p.Settings.Policies.PasswordPolicy.Problem(password); {
	case password == "" && !p.AllowsPasswordless():
		return userpool.Credential{}, errNoPassword()
	case password == "":
		return userpool.Credential{}, nil
	case reason != "":
		return userpool.Credential{}, againstPolicy("Password did not conform with policy: ", reason)
	}
	if refused, err := s.leaked(ctx, p, c, userpool.RiskAtSignUp, password, e); errors.Join(refused, err) != nil {
		return userpool.Credential{}, errors.Join(refused, err)
	}
	return s.Passwords.Make(ctx, p, u, password)
}
