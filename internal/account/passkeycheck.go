package account

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"
	"github.com/google/uuid"

	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// PasskeyUserHandle is the user.id of a user's passkeys: the sub in base64url.
func PasskeyUserHandle(u *userpool.User) string {
	return base64.RawURLEncoding.EncodeToString([]byte(u.ID))
}

// newPasskey is a registration as it came from a browser.
type newPasskey struct {
	parsed *protocol.ParsedCredentialCreationData
}

func parsePasskey(credential []byte) (*newPasskey, error) {
	parsed, err := protocol.ParseCredentialCreationResponseBytes(credential)
	if err != nil {
		return nil, fault.New(fault.InvalidParameter, "Credential is not a valid registration response.").Because(err)
	}
	if parsed.Response.CollectedClientData.Type != protocol.CreateCeremony {
		return nil, invalid("Credential is not a valid registration response.")
	}
	return &newPasskey{parsed}, nil
}

func (n *newPasskey) challenge() string { return n.parsed.Response.CollectedClientData.Challenge }

// verify checks a registration as WebAuthn §7.1 says and gives its passkey. What the
// service has an exception for is looked at first. The challenge is known to be ours.
func (n *newPasskey) verify(r PasskeyRequest) (*store.Passkey, error) {
	response := &n.parsed.Response
	data := &response.AttestationObject.AuthData
	expected := sha256.Sum256([]byte(r.RelyingPartyID))
	origin := response.CollectedClientData.Origin
	switch {
	case r.RelyingPartyID == "" || subtle.ConstantTimeCompare(data.RPIDHash, expected[:]) != 1:
		return nil, fault.New(fault.WebAuthnRelyingParty, "The passkey is of another relying party than the user pool's.")
	case !originAllowed(origin, r.RelyingPartyID):
		return nil, fault.New(fault.WebAuthnOriginNotAllowed, "The origin of the registration does not belong to the relying party of the user pool.")
	}
	var parameters []protocol.CredentialParameter
	for _, algorithm := range passkeyAlgorithms() {
		parameters = append(parameters, protocol.CredentialParameter{
			Type: protocol.PublicKeyCredentialType, Algorithm: webauthncose.COSEAlgorithmIdentifier(algorithm),
		})
	}
	_, err := n.parsed.Verify(n.challenge(), r.RelyingPartyID, []string{origin}, []string{origin}, nil,
		protocol.TopOriginExplicitVerificationMode, false, mustVerify(r.Pool), true, nil, parameters,
		protocol.AttestationPolicy{}, protocol.SignaturePolicy{})
	if err != nil || data.Flags.HasBackupState() && !data.Flags.HasBackupEligible() {
		return nil, fault.New(fault.WebAuthnNotSupported, "The passkey is not supported.").Because(err)
	}
	attachment := string(n.parsed.AuthenticatorAttachment)
	return &store.Passkey{
		ID: base64.RawURLEncoding.EncodeToString(n.parsed.RawID), PublicKey: data.AttData.CredentialPublicKey,
		RelyingPartyID: r.RelyingPartyID, Name: passkeyName(data.AttData.AAGUID, attachment),
		Attachment: attachment, Transports: knownTransports(response.Transports), AAGUID: data.AttData.AAGUID,
		SignCount: data.Counter, UserVerified: data.Flags.HasUserVerified(),
		BackupEligible: data.Flags.HasBackupEligible(), BackedUp: data.Flags.HasBackupState(),
	}, nil
}

// assertion is an answer to a sign-in as it came from a browser.
type assertion struct {
	parsed *protocol.ParsedCredentialAssertionData
}

func parseAssertion(credential []byte) (*assertion, error) {
	parsed, err := protocol.ParseCredentialRequestResponseBytes(credential)
	switch {
	case err != nil:
		return nil, err
	case parsed.Response.CollectedClientData.Type != protocol.AssertCeremony:
		return nil, errors.New("account: client data of another ceremony")
	}
	return &assertion{parsed}, nil
}

// verify checks an assertion as WebAuthn §7.2 says, but for the counter, which the
// database decides.
func (n *assertion) verify(in *PasskeySignIn, k *store.Passkey, u *userpool.User, challenge string) error {
	response := &n.parsed.Response
	flags, origin := response.AuthenticatorData.Flags, response.CollectedClientData.Origin
	switch {
	case len(response.UserHandle) > 0 && string(response.UserHandle) != u.ID:
		return errors.New("account: the user handle is another user's")
	case !originAllowed(origin, in.RelyingPartyID):
		return errors.New("account: the origin is not the relying party's")
	case flags.HasBackupState() && !flags.HasBackupEligible():
		return errors.New("account: backed up without being eligible for it")
	case flags.HasBackupEligible() != k.BackupEligible:
		return errors.New("account: the eligibility for backups changed")
	}
	return n.parsed.Verify(challenge, in.RelyingPartyID, "", []string{origin}, []string{origin}, nil,
		protocol.TopOriginExplicitVerificationMode, false, in.MustVerify, true, k.PublicKey, protocol.SignaturePolicy{})
}

// originAllowed reports whether a page of an origin may use the passkeys of a relying
// party: over TLS, or on the user's own machine. Applications of Android have no
// page; there the system holds the application against the relying party's own list.
func originAllowed(origin, relyingParty string) bool {
	if strings.HasPrefix(origin, "android:apk-key-hash:") || strings.HasPrefix(origin, "android:apk-key-hash-sha256:") {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil || u.User != nil || strings.Trim(u.Path, "/") != "" || !userpool.WithinRelyingParty(u.Hostname(), relyingParty) {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && userpool.WithinRelyingParty(u.Hostname(), "localhost")
}

// knownTransports keeps the transports of WebAuthn §5.8.4, which a browser gives back.
func knownTransports(list []protocol.AuthenticatorTransport) []string {
	out := []string{}
	for _, t := range list {
		switch t {
		case protocol.USB, protocol.NFC, protocol.BLE, protocol.SmartCard, protocol.Hybrid, protocol.Internal:
			if !slices.Contains(out, string(t)) {
				out = append(out, string(t))
			}
		}
	}
	return out
}

// passkeyName is a name by which people know where they keep a passkey: that of a
// widespread keeper of passkeys, which the AAGUID tells, else of its kind.
func passkeyName(aaguid []byte, attachment string) string {
	id, err := uuid.FromBytes(aaguid)
	switch {
	case err != nil:
	case id.String() == "fbfc3007-154e-4ecc-8c0b-6e020557d7bd":
		return "iCloud Keychain"
	case id.String() == "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4":
		return "Google Password Manager"
	case id.String() == "08987058-cadc-4b81-b6e1-30de50dcbe96":
		return "Windows Hello"
	case id.String() == "bada5566-a7aa-401f-bd96-45619a55120d":
		return "1Password"
	case id.String() == "d548826e-79b4-db40-a3d8-11116f7e8349":
		return "Bitwarden"
	}
	switch attachment {
	case string(protocol.Platform):
		return "Platform passkey"
	case string(protocol.CrossPlatform):
		return "Roaming passkey"
	}
	return "Passkey"
}
