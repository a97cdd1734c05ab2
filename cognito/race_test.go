//go:build race

package cognito_test

// everyNth case of the contract test and of the table of sign-ins is tried, and so many
// fewer codes are guessed; the race detector makes them slow.
const everyNth = 10
