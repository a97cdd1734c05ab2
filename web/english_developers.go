package web

import "fmt"

// englishForDevelopers are the English texts of the demo client, the inbox and
// the index.
type englishForDevelopers struct{}

func (englishForDevelopers) Demo() string   { return "Demo" }
func (englishForDevelopers) Inbox() string  { return "Inbox" }
func (englishForDevelopers) Copy() string   { return "Copy" }
func (englishForDevelopers) Copied() string { return "Copied" }

func (englishForDevelopers) IndexLead() string {
	return "A user-pool server: the cognito-idp API, the sign-in pages and the OAuth 2.0 endpoints, on your own machine."
}
func (englishForDevelopers) IndexDemo() string {
	return "A small app that signs in through this server and shows the tokens it gets."
}
func (englishForDevelopers) IndexInbox() string {
	return "Every mail and SMS that this server has sent, newest first, with its code."
}
func (englishForDevelopers) PointSDK() string              { return "Point an AWS SDK here" }
func (englishForDevelopers) PointCLI() string              { return "Or the AWS CLI" }
func (englishForDevelopers) DemoIssuer() string            { return "Issuer of the demo pool" }
func (englishForDevelopers) Version(version string) string { return "Version " + version }

func (englishForDevelopers) InboxLead() string {
	return "Every mail and SMS that this server has sent, newest first."
}
func (englishForDevelopers) InboxEmpty() string {
	return "Nothing has been sent yet. Sign up in the demo, and the code arrives here."
}
func (englishForDevelopers) InboxEmptyFor(address string) string {
	return "Nothing has been sent to " + address + "."
}
func (englishForDevelopers) InboxCount(messages int) string {
	if messages == 1 {
		return "1 message"
	}
	return fmt.Sprintf("%d messages", messages)
}
func (englishForDevelopers) InboxFilter() string  { return "Only messages to" }
func (englishForDevelopers) InboxShow() string    { return "Show" }
func (englishForDevelopers) InboxShowAll() string { return "Show all" }
func (englishForDevelopers) Email() string        { return "Email" }
func (englishForDevelopers) SMS() string          { return "SMS" }
func (englishForDevelopers) SentTo() string       { return "Sent to" }
func (englishForDevelopers) Pool() string         { return "Pool" }
func (englishForDevelopers) User() string         { return "User" }
func (englishForDevelopers) OpenLink() string     { return "Open the link" }

func (englishForDevelopers) DemoHeading() string { return "Demo client" }
func (englishForDevelopers) DemoLead() string {
	return "This is a small OAuth client. It sends the browser to the sign-in page, gets a code back, and trades it for tokens (authorization code with PKCE)."
}
func (englishForDevelopers) DemoStart(client string) string {
	return "Sign in with the app client " + client
}
func (englishForDevelopers) DemoAccount() string               { return "Demo account" }
func (englishForDevelopers) DemoSignedOut() string             { return "You are signed out." }
func (englishForDevelopers) DemoProblem() string               { return "The server answered with an error" }
func (englishForDevelopers) DemoSignedInAs(user string) string { return "Signed in as " + user }
func (englishForDevelopers) DemoTokensLead() string {
	return "These are the tokens that the client was given, and what stands in them."
}
func (englishForDevelopers) CallUserInfo() string { return "Call userInfo" }
func (englishForDevelopers) Refresh() string      { return "Refresh tokens" }
func (englishForDevelopers) SignOut() string      { return "Sign out" }
func (englishForDevelopers) UserInfo() string     { return "userInfo" }
func (englishForDevelopers) UserInfoLead() string {
	return "The answer to GET /oauth2/userInfo with the access token."
}
func (englishForDevelopers) Header() string      { return "Header" }
func (englishForDevelopers) Claims() string      { return "Claims" }
func (englishForDevelopers) RawToken() string    { return "Raw token" }
func (englishForDevelopers) OpaqueToken() string { return "Only the server can read this token." }
