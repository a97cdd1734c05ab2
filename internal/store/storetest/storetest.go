// Package storetest is the contract that every backend of package store keeps, as
// a test suite: what goes in comes out, which errors there are, how lists are
// ordered and paged, and who wins when many want the same.
package storetest

import (
	"testing"

	"idpond/internal/store"
)

// Run runs the contract. open gives a fresh, empty store and closes it when the
// test is over.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	for _, c := range []struct {
		name string
		test func(*testing.T, store.Store)
	}{
		{"Config/Pools", pools},
		{"Config/Clients", clients},
		{"Config/Domains", domains},
		{"Config/ResourceServers", resourceServers},
		{"Config/Groups", groups},
		{"Config/SigningKeys", signingKeys},
		{"Config/Version", configVersion},
		{"Config/Paging", configPaging},
		{"Config/Documents", documents},
		{"Config/DocumentChanges", documentChanges},
		{"Config/DocumentPages", documentPages},
		{"Config/ProvisionedLimits", provisionedLimits},
		{"Users/RoundTrip", userRoundTrip},
		{"Users/Names", userNames},
		{"Users/Update", userUpdate},
		{"Users/Stale", userStale},
		{"Users/Delete", userDelete},
		{"Users/Groups", userGroups},
		{"Users/List", listUsers},
		{"Users/ListPages", listUsersPages},
		{"Users/Listed", listedUser},
		{"Users/LongValues", longValues},
		{"Users/StrangeText", strangeText},
		{"Users/Count", countUsers},
		{"Users/Codes", codes},
		{"Users/Counters", counters},
		{"Users/Strangers", strangers},
		{"Users/Passwords", passwords},
		{"Users/PasswordEdges", passwordEdges},
		{"Users/CodeTries", codeTries},
		{"Users/PasswordHistory", passwordHistory},
		{"Users/Factors", userFactors},
		{"Users/Devices", devices},
		{"Users/ListDevices", listDevices},
		{"Users/Passkeys", passkeys},
		{"Users/PasskeyUsed", passkeyUsed},
		{"Users/Identities", userIdentities},
		{"Users/Links", links},
		{"Users/AuthEvents", authEvents},
		{"Grants/RoundTrip", grantRoundTrip},
		{"Grants/Rotation", rotation},
		{"Grants/Revocation", revocation},
		{"Grants/AuthCodes", authCodes},
		{"Grants/Spend", spend},
		{"Grants/BrowserSessions", browserSessions},
		{"Grants/EndSignIns", endSignIns},
		{"Grants/ChallengeStates", challengeStates},
		{"Imports/Jobs", importJobs},
		{"Imports/Pages", importPages},
		{"Imports/Files", importFiles},
		{"Imports/Log", importLog},
		{"Imports/Claims", importClaims},
		{"Write/Undone", writeUndone},
		{"Write/GoesOn", writeGoesOn},
		{"Write/Context", writeContext},
		{"Write/Panic", writePanic},
		{"Write/StaleRetry", staleRetry},
		{"Pools/Delete", poolDelete},
		{"Purge", purge},
		{"Purge/AuthEvents", purgeAuthEvents},
		{"Race/Names", raceNames},
		{"Race/Rotation", raceRotation},
		{"Race/SingleUse", raceSingleUse},
		{"Race/Count", raceCount},
		{"Race/Passwords", racePasswords},
		{"Race/CodeTries", raceCodeTries},
		{"Race/PasswordHistory", racePasswordHistory},
		{"Race/SignIn", raceSignIn},
		{"Race/Updates", raceUpdates},
		{"Race/PoolUpdates", racePoolUpdates},
		{"Race/Isolation", raceIsolation},
		{"Race/Factors", raceFactors},
		{"Race/Documents", raceDocuments},
		{"Race/DocumentUpdates", raceDocumentUpdates},
		{"Race/Links", raceLinks},
		{"Race/Claims", raceClaims},
		{"Race/ImportUpdates", raceImportUpdates},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, open(t))
		})
	}
}
