package web

// feedbackMessages are for the page that a mail about a suspicious sign-in leads to.
type feedbackMessages interface {
	WasItYouHeading() string
	WasItYouLead() string
	ItWasMe() string
	ItWasNotMe() string
	FeedbackThanks() string
	// The two below answer what was said.
	WasYours() string
	WasNotYours() string
}

// WasItYouHeading is the heading of the page.
func (English) WasItYouHeading() string { return "Was it you?" }

// WasItYouLead says what is asked.
func (English) WasItYouLead() string {
	return "We wrote to you about a sign-in to your account. Tell us whether it was you who signed in."
}

// ItWasMe submits Valid.
func (English) ItWasMe() string { return "Yes, it was me" }

// ItWasNotMe submits Invalid.
func (English) ItWasNotMe() string { return "No, it was not me" }

// FeedbackThanks is the heading of the answer.
func (English) FeedbackThanks() string { return "Thank you" }

// WasYours answers Valid.
func (English) WasYours() string {
	return "From now on we know this device and this place as yours."
}

// WasNotYours answers Invalid.
func (English) WasNotYours() string {
	return "Whoever signed in knows your password. Change it now, and wherever else you use the same one."
}
