package main

import (
	"fmt"
	"testing"
)

// BenchmarkWatchedSignIn is BenchmarkPasswordSignIn in a pool with threat
// protection, where each sign-in leaves a row in the user's history.
func BenchmarkWatchedSignIn(b *testing.B) {
	t := newBench(b)
	t.call("UpdateUserPool", fmt.Sprintf(`{"UserPoolId":%q,"UserPoolTier":"PLUS","UserPoolAddOns":{"AdvancedSecurityMode":"AUDIT"}}`, t.pool))
	sign := rs256(b)
	t.beside(both(sign, sign, bareReply(b)), func() { t.signIn() })
}
