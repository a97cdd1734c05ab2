package cognito

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"

	"idpond/cognito/api"
	"idpond/internal/fault"
	"idpond/internal/sigv4"
)

// entityTooLarge is a code that only this door makes.
const entityTooLarge fault.Code = "RequestEntityTooLargeException"

// protocolCodes may be answered by every operation, listed or not (reference:
// api-behaviour §1.1).
var protocolCodes = []fault.Code{
	fault.UnknownOperation, fault.Serialization, entityTooLarge,
	fault.MissingAuthenticationToken, fault.IncompleteSignature, fault.InvalidSignature,
	fault.UnrecognizedClient, fault.ExpiredToken, fault.AccessDenied,
	fault.TooManyRequests,
}

// errorBody is what a client sees of a failure.
type errorBody struct {
	Type    string `json:"__type"`
	Message string `json:"message,omitempty"`
	Capital string `json:"Message,omitempty"` // of SerializationException
}

// failure is the one mapping from errors to the API's protocol. model is nil
// when the operation is not known.
func (s *Server) failure(ctx context.Context, req *request, model *api.Operation, err error) *answer {
	fe := s.faultOf(ctx, req, model, err)
	a := &answer{status: http.StatusBadRequest, exception: string(fe.Code), message: fe.Message}
	body := errorBody{Type: string(fe.Code), Message: fe.Message}
	switch fe.Code {
	case fault.Internal, fault.InternalServer:
		a.status = http.StatusInternalServerError
	case entityTooLarge:
		a.status = http.StatusRequestEntityTooLarge
	case fault.Serialization:
		body.Message, body.Capital = "", fe.Message
	}
	s.logFailure(ctx, req, fe, err)
	a.body, err = api.Encode(body)
	if err != nil {
		panic(err) // three strings
	}
	return a
}

// faultOf gives what the caller is told of err.
func (s *Server) faultOf(ctx context.Context, req *request, model *api.Operation, err error) *fault.Error {
	if e, ok := errors.AsType[*api.SerializationError](err); ok {
		return fault.New(fault.Serialization, e.Message)
	}
	if e, ok := errors.AsType[*api.ValidationError](err); ok {
		return fault.New(fault.InvalidParameter, e.Error())
	}
	if e, ok := errors.AsType[*sigv4.Error](err); ok {
		return fault.New(fault.Code(e.Code), e.Message)
	}
	fe := fault.Of(err)
	if model == nil || slices.Contains(protocolCodes, fe.Code) || model.Declares(string(fe.Code)) {
		return fe
	}
	return s.conform(ctx, req, model, fe)
}

// conform replaces an exception that the model doesn't list for the operation by
// one that it does: SDKs know only the listed ones. That a handler made it is a
// mistake, which is logged, and fails tests by Undeclared.
func (s *Server) conform(ctx context.Context, req *request, model *api.Operation, fe *fault.Error) *fault.Error {
	if isInternal(fe.Code) {
		return fault.New(internalOf(model), fe.Message).Because(fe)
	}
	if s.Undeclared != nil {
		s.Undeclared(model.Name, fe)
	}
	s.Log.LogAttrs(ctx, slog.LevelError, "undeclared exception", req.attrs(slog.String("code", string(fe.Code)))...)
	for _, code := range standIns(fe.Code) {
		if model.Declares(string(code)) {
			return fault.New(code, fe.Message).Because(fe)
		}
	}
	return fault.New(internalOf(model), "Internal server error.").Because(fe)
}

// standIns lists what may be said instead of code, best first.
func standIns(code fault.Code) []fault.Code {
	switch code {
	case fault.UserNotFound, fault.UserNotConfirmed, fault.PasswordResetRequired, fault.CodeMismatch, fault.ExpiredCode:
		return []fault.Code{fault.NotAuthorized, fault.ResourceNotFound, fault.InvalidParameter}
	case fault.LimitExceeded:
		return []fault.Code{fault.TooManyRequests, fault.NotAuthorized}
	case fault.NotAuthorized:
		return []fault.Code{fault.Unauthorized, fault.InvalidParameter}
	}
	return []fault.Code{fault.InvalidParameter}
}

func isInternal(code fault.Code) bool {
	return code == fault.Internal || code == fault.InternalServer
}

// internalOf gives the name that the operation has for a failure of the server.
func internalOf(model *api.Operation) fault.Code {
	if model.Declares(string(fault.InternalServer)) && !model.Declares(string(fault.Internal)) {
		return fault.InternalServer
	}
	return fault.Internal
}

// logFailure notes a failure: one of the server in full, one of the caller by its
// name and hidden cause alone, because messages can repeat what was sent.
func (s *Server) logFailure(ctx context.Context, req *request, fe *fault.Error, err error) {
	level, cause := slog.LevelInfo, fe.Unwrap()
	if isInternal(fe.Code) {
		level, cause = fault.Severity(ctx, err), err
	}
	if !s.Log.Enabled(ctx, level) {
		return
	}
	attrs := req.attrs(slog.String("code", string(fe.Code)))
	if cause != nil {
		attrs = append(attrs, slog.String("cause", describe(cause)))
	}
	s.Log.LogAttrs(ctx, level, "operation failed", attrs...)
}

// logDone notes who has had a signed operation carried out.
func (s *Server) logDone(ctx context.Context, req *request) {
	if req.AccessKey != "" && s.Log.Enabled(ctx, slog.LevelInfo) {
		s.Log.LogAttrs(ctx, slog.LevelInfo, "operation done", req.attrs()...)
	}
}

// describe writes an error with the causes that faults hide.
func describe(err error) string {
	text := err.Error()
	if fe, ok := errors.AsType[*fault.Error](err); ok && fe.Unwrap() != nil {
		text += ": " + describe(fe.Unwrap())
	}
	return text
}
