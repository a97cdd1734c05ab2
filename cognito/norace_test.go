//go:build !race

package cognito_test

// everyNth case of the contract test and of the table of sign-ins is tried.
const everyNth = 1
