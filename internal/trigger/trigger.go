// Package trigger calls the functions that a user pool names in its LambdaConfig.
//
//	step of a sign-in, sign-up, … ─▶ Service.{Trigger} ─▶ event (JSON) ─▶ Invoker ─▶ function
//	                                       │                                          │
//	    typed response ◀── answer is read ─┴──────────── the whole event back ◀───────┘
//	             or a fault with the trigger's own sentence
//
// An event is a common part, a request and an empty response; the function fills
// in the response and returns everything. event.go has the common part, one file
// for each family of triggers its requests and responses (challenge.go: the
// three of custom sign-ins), and testdata the events as they are sent. answer.go
// reads what comes back: members of the response that nobody knows are ignored,
// null is absent, and a wrong type is an error, so that a function's mistake
// can't pass for a decision.
//
// An Invoker knows how functions are called; HTTP posts events to URLs that the
// operator gave functions (http.go, functions.go; docs/triggers.md).
//
// Functions are called outside of transactions: they take their time, and they
// can't be taken back.
package trigger

import (
	"context"
	"errors"

	"idpond/internal/fault"
	"idpond/internal/outbound"
	"idpond/internal/userpool"
)

// Name is a trigger as LambdaConfig and the sentences about it call it.
type Name string

// The triggers that are called.
const (
	DefineAuthChallenge         Name = "DefineAuthChallenge"
	CreateAuthChallenge         Name = "CreateAuthChallenge"
	VerifyAuthChallengeResponse Name = "VerifyAuthChallengeResponse"
)

// Invoker calls functions.
type Invoker interface {
	// Invoke calls the function that an ARN names with an event and gives its answer.
	// Errors are a *FunctionError, or have ErrConfiguration, ErrTimeout or
	// outbound.ErrRefused in their chain, or say how the connection failed. They hold
	// nothing of the event, of the answer, or of a URL's query, so they may be logged.
	Invoke(ctx context.Context, functionARN string, event []byte) ([]byte, error)
}

// FunctionError is a failure that the function itself reports.
type FunctionError struct{ Message string }

// Error tells that the function failed. The function's message is for who signs
// in and not for the log: it may repeat what the event held.
func (e *FunctionError) Error() string { return "trigger: the function failed" }

var (
	// ErrConfiguration is in the chain of the error of a call that can't be made as
	// things are configured: the function has no URL, or its URL leads elsewhere.
	ErrConfiguration = errors.New("trigger: configuration")
	// ErrTimeout is in the chain of the error of a function that didn't answer in time.
	ErrTimeout = errors.New("trigger: the function didn't answer in time")
)

// Service calls the triggers of pools.
type Service struct{ Invoker Invoker }

// Occasion is what an event says of the call that it comes from.
type Occasion struct {
	Pool     *userpool.Pool
	ClientID string // "" where no client is part of the call
	UserName string // cognito:username; a name as it was typed if nobody has it
}

// call is one call of a trigger.
type call struct {
	trigger  Name
	function string // ARN
	source   string // triggerSource
	request  any
	response string // as the event shows it to the function: JSON, every member null
}

// call runs a trigger: it sends the event and gives the response that came back.
func (s *Service) call(ctx context.Context, o Occasion, c call) (*answer, error) {
	event, err := encode(o, c)
	if err != nil {
		return nil, err
	}
	back, err := s.Invoker.Invoke(ctx, c.function, event)
	if err != nil {
		return nil, c.trigger.failure(err)
	}
	return readAnswer(back)
}

// failure is the service's sentence for a call that failed (reference:
// api-behaviour §19.1). A call that the caller gave up isn't a fault.
func (n Name) failure(err error) error {
	if fe, ok := errors.AsType[*FunctionError](err); ok {
		return fault.Newf(fault.UserLambdaValidation, "%s failed with error %s.", n, fe.Message).Because(err)
	}
	reason := "error ServiceException"
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, ErrConfiguration):
		reason = "configuration"
	case errors.Is(err, ErrTimeout):
		reason = "error Socket timeout while invoking Lambda function"
	case errors.Is(err, outbound.ErrRefused):
		reason = "error AccessDeniedException"
	}
	return fault.Newf(fault.UnexpectedLambda, "%s invocation failed due to %s.", n, reason).Because(err)
}
