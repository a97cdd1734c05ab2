package handlers

import (
	"net/http"

	"idpond/internal/fault"
	"idpond/internal/userpool"
	"idpond/web"
)

// FeedbackPath is where the one-click links of mails about sign-ins lead.
const FeedbackPath = "/_idpond/feedback"

// askFeedback is GET /_idpond/feedback: it asks again, because programs that look
// for harm in mails follow the links. The token is looked at with the answer.
func (s *Server) askFeedback(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	w.Header().Set("Cache-Control", "no-store")
	render(w, r, http.StatusOK, web.FeedbackPage(web.Feedback{
		Frame: s.frame(""), Action: FeedbackPath, Pool: q.Get("pool"), User: q.Get("user"), Event: q.Get("event"), Token: q.Get("token"),
		Invalid: q.Get("value") == userpool.FeedbackInvalid,
	}))
}

// takeFeedback is POST /_idpond/feedback: whether a sign-in was the user's.
func (s *Server) takeFeedback(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		s.renderError(w, r, http.StatusBadRequest, web.Error{})
		return
	}
	form, value := r.PostForm, r.PostForm.Get("value")
	pool, err := s.OAuth.Directory.Pool(r.Context(), form.Get("pool"))
	switch {
	case err != nil:
	case value != userpool.FeedbackValid && value != userpool.FeedbackInvalid:
		err = fault.New(fault.InvalidParameter, "invalid_request")
	default:
		err = s.Accounts.Feedback(r.Context(), pool, form.Get("user"), form.Get("event"), form.Get("token"), value)
	}
	switch {
	case isInternal(err):
		s.failed(w, r, err)
		return
	case pool == nil:
		s.renderError(w, r, http.StatusBadRequest, web.Error{Detail: "invalid_request"})
		return
	case err != nil:
		s.renderError(w, r, http.StatusBadRequest, web.Error{Detail: s.problem(pool, err).text})
		return
	}
	view := web.Notice{Frame: s.frame(""), Heading: s.text().FeedbackThanks(), Sentence: s.text().WasYours()}
	if value == userpool.FeedbackInvalid {
		view.Sentence = s.text().WasNotYours()
	}
	w.Header().Set("Cache-Control", "no-store")
	render(w, r, http.StatusOK, web.NoticePage(view))
}
