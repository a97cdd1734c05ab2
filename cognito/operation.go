package cognito

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"idpond/cognito/api"
	"idpond/internal/fault"
	"idpond/internal/tokens"
	"idpond/internal/userpool"
)

// An operation is one action of the API with everything that is known of it
// before a request arrives.
type operation struct {
	model *api.Operation
	// call decodes body and runs the handler. The signature, where the class asks
	// for one, is checked by then. The result is a pointer to model.Out or None.
	call func(ctx context.Context, s *Server, body []byte) (any, error)
}

// The constructors below are the only way to make an operation. Each one gives
// its handler a value that only an authorized request has, so a handler that
// needs a pool, client or caller cannot be registered without the check. They
// panic when name and types are not those of the model: Server.Init is called at
// every start and in every test, so that a wrong registration never runs.

// open makes a public operation that names no app client.
func open[In, Out any](name string, f func(context.Context, *In) (*Out, error)) operation {
	return define(name, func(ctx context.Context, _ *Server, in *In) (*Out, error) {
		return f(ctx, in)
	}, api.Public)
}

// forClient makes a public operation for an app client, which the handler gets
// with its pool. The client's secret is the handler's to check: what proves it
// differs (reference: api-behaviour §10).
func forClient[In interface{ AppClientID() string }, Out any](name string, f func(context.Context, *Client, *In) (*Out, error)) operation {
	model := api.Lookup(name)
	return define(name, func(ctx context.Context, s *Server, in *In) (*Out, error) {
		pool, client, err := s.Directory.Client(ctx, (*in).AppClientID())
		if fault.Is(err, fault.ResourceNotFound) && !model.Declares(string(fault.ResourceNotFound)) {
			return nil, fault.New(fault.Unauthorized, fault.Of(err).Message) // RevokeToken (reference: §15)
		}
		if err != nil {
			return nil, err
		}
		return f(ctx, &Client{AppClient: client, Pool: pool}, in)
	}, api.Public)
}

// asUser makes an operation of the user whose access token is in the body.
func asUser[In interface{ Token() string }, Out any](name string, f func(context.Context, *Caller, *In) (*Out, error)) operation {
	model := api.Lookup(name)
	return define(name, func(ctx context.Context, s *Server, in *In) (*Out, error) {
		caller, err := s.caller(ctx, model, (*in).Token())
		if err != nil {
			return nil, err
		}
		return f(ctx, caller, in)
	}, api.AccessToken, api.AccessTokenOrSession)
}

// asUserOrSession makes an operation of a user who is signed in or in the middle
// of it. The handler gets the caller, or nil when the request has a session
// instead, which it must check.
func asUserOrSession[In interface {
	Token() string
	AuthSession() string
}, Out any](name string, f func(context.Context, *Caller, *In) (*Out, error)) operation {
	model := api.Lookup(name)
	return define(name, func(ctx context.Context, s *Server, in *In) (*Out, error) {
		switch token, session := (*in).Token(), (*in).AuthSession(); {
		case token == "" && session == "":
			return nil, fault.ErrMissing("Session")
		case token != "" && session != "":
			return nil, fault.New(fault.InvalidParameter, "Only one of AccessToken and Session can be given.")
		case token == "":
			return f(ctx, nil, in)
		default:
			caller, err := s.caller(ctx, model, token)
			if err != nil {
				return nil, err
			}
			return f(ctx, caller, in)
		}
	}, api.AccessTokenOrSession)
}

// signed makes an operation that a signature allows and that is on no pool, or
// on one that the handler finds itself.
func signed[In, Out any](name string, f func(context.Context, *In) (*Out, error)) operation {
	return define(name, func(ctx context.Context, _ *Server, in *In) (*Out, error) {
		return f(ctx, in)
	}, api.Signed)
}

// inPool makes a signed operation on one user pool, which the signature's region
// must serve; see poolHere.
func inPool[In interface{ PoolID() string }, Out any](name string, f func(context.Context, *userpool.Pool, *In) (*Out, error)) operation {
	model := api.Lookup(name)
	return define(name, func(ctx context.Context, s *Server, in *In) (*Out, error) {
		pool, err := s.poolHere(ctx, model, (*in).PoolID())
		if err != nil {
			return nil, err
		}
		return f(ctx, pool, in)
	}, api.Signed)
}

// define holds a registration against the model and puts decoding before it.
func define[In, Out any](name string, f func(context.Context, *Server, *In) (*Out, error), classes ...api.Class) operation {
	model := api.Lookup(name)
	if model == nil {
		panic(fmt.Sprintf("cognito: the API has no operation %q", name))
	}
	if !slices.Contains(classes, model.Class) {
		panic(fmt.Sprintf("cognito: %s is of class %q, registered as %q", name, model.Class, classes))
	}
	out := model.Out
	if out == nil {
		out = reflect.TypeFor[api.None]()
	}
	if got := reflect.TypeFor[func(In) Out](); got != reflect.FuncOf([]reflect.Type{model.In}, []reflect.Type{out}, false) {
		panic(fmt.Sprintf("cognito: %s is %s to %s, its handler is %s", name, model.In, out, got))
	}
	return operation{model, func(ctx context.Context, s *Server, body []byte) (any, error) {
		in := new(In)
		if err := model.Decode(body, in); err != nil {
			return nil, err
		}
		if err := s.admit(ctx, model, in); err != nil {
			return nil, err
		}
		result, err := f(ctx, s, in)
		if err != nil {
			return nil, err // not result: a nil *Out in an any is not nil
		}
		return result, nil
	}}
}

// caller checks an access token, which needs the scope of the API's own operations
// (reference: api-behaviour §2). A user who is gone is told by the exception
// that the operation declares for it.
func (s *Server) caller(ctx context.Context, model *api.Operation, token string) (*Caller, error) {
	caller, err := s.Auth.CheckAccessToken(ctx, token, tokens.ScopeAdmin)
	if fault.Is(err, fault.UserNotFound) && !model.Declares(string(fault.UserNotFound)) {
		return nil, fault.ErrTokenRevoked()
	}
	return caller, err
}
