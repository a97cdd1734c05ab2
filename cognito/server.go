// Package cognito serves the cognito-idp JSON API. It holds no rules of its own:
// it finds out what is asked and by whom, calls the domain and writes the answer.
//
//	ServeHTTP ─▶ X-Amz-Target names the operation      else UnknownOperationException
//	          ─▶ body read, at most 1 MiB (2 MiB)      else RequestEntityTooLargeException
//	          ─▶ signed operations: SigV4 checked      else one of the signature's errors
//	          ─▶ body decoded against the model        else SerializationException, or all
//	                                                   violations in InvalidParameterException
//	          ─▶ pool, client or caller loaded         else ResourceNotFound, NotAuthorized
//	          ─▶ handler ─▶ domain
//	          ─▶ answer, or the one mapping of faults (errors.go)
//
// operation.go has the constructors of operations, errors.go and protocol.go the
// edge of the protocol (reference: api-behaviour §1). Each other file holds the
// operations of one resource, registered by a method that Init lists.
package cognito

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"idpond/internal/account"
	"idpond/internal/auth"
	"idpond/internal/directory"
	"idpond/internal/fault"
	"idpond/internal/importer"
	"idpond/internal/seal"
	"idpond/internal/sigv4"
	"idpond/internal/throttle"
)

// Signatures checks the signature of a request with that body; sigv4.Verifier
// does. Failures are *sigv4.Error.
type Signatures interface {
	Verify(r *http.Request, body []byte) (Signer, error)
}

// Signer is who signed a request, and for which region.
type Signer = sigv4.Identity

// Server answers the JSON API. Set the fields, call Init once, then serve.
type Server struct {
	Signatures Signatures
	Directory  *directory.Service
	Accounts   *account.Service
	Auth       *auth.Service
	Imports    *importer.Service
	Keys       *seal.Keyring // seals pagination tokens
	AccountID  string        // 12 digits, for ARNs
	Log        *slog.Logger
	// Limiter holds requests to the service's rates; nil lets all through.
	Limiter *throttle.Limiter
	// PagesHost is the host name that custom domains have to point to; "" leaves
	// it out of answers.
	PagesHost string
	// PublicURL begins the addresses of images: scheme and host, without a final slash.
	PublicURL string

	// RequestID gives the id that a request has already, for its x-amzn-RequestId;
	// nil makes one.
	RequestID func(context.Context) string
	// ClientIP gives the address that a request came from; nil takes the
	// connection's. Set it where a proxy stands in front.
	ClientIP func(*http.Request) string
	// Observe, if set, is told of every finished request: the operation ("" when
	// unknown), the exception ("" for success) and the time it took.
	Observe func(operation, exception string, took time.Duration)
	// Undeclared, if set, is told when an operation failed with an exception that
	// the model doesn't list for it. Tests fail there; see conform.
	Undeclared func(operation string, err *fault.Error)

	operations map[string]operation
}

// Init registers every operation.
func (s *Server) Init() *Server {
	return s.register(
		s.poolOperations(),
		s.clientOperations(),
		s.domainOperations(),
		s.resourceServerOperations(),
		s.groupOperations(),
		s.identityProviderOperations(),
		s.identityLinkOperations(),
		s.signUpOperations(),
		s.accountOperations(),
		s.adminUserOperations(),
		s.listUsersOperations(),
		s.signInOperations(),
		s.tokenOperations(),
		s.factorOperations(),
		s.deviceOperations(),
		s.passkeyOperations(),
		s.importOperations(),
		s.tagOperations(),
		s.riskOperations(),
		s.logDeliveryOperations(),
		s.limitOperations(),
		s.replicaOperations(),
		s.eventOperations(),
		s.brandingOperations(),
		s.termsOperations(),
	)
}

// register makes s answer the operations of the groups.
func (s *Server) register(groups ...[]operation) *Server {
	s.operations = map[string]operation{}
	for _, group := range groups {
		for _, op := range group {
			if _, twice := s.operations[op.model.Name]; twice {
				panic("cognito: " + op.model.Name + " is registered twice")
			}
			s.operations[op.model.Name] = op
		}
	}
	return s
}
