//go:build !race

package cognito_test

// everyNth case of the contract test is tried.
const everyNth = 1
