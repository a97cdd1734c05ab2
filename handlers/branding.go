package handlers

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"idpond/internal/branding"
	"idpond/internal/fault"
	"idpond/internal/store"
)

// Images gives the images that administrators gave for the pages;
// directory.Service is one. The error is store.ErrNotFound for an unknown one.
type Images interface {
	Image(ctx context.Context, poolID, owner, file string) (*branding.Image, error)
}

// imagePolicy is for an image that is opened as a page of its own: nothing in it
// runs, loads or has this server's origin. The style is that of SVG.
const imagePolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

// mountImages mounts the images of looks and styles. Anybody may see them, as the
// pages that show them.
func (s *Server) mountImages(r chi.Router) {
	if s.Images == nil {
		return
	}
	const image = branding.Prefix + "{pool}/{owner}/{file}"
	r.Get(image, s.image)
	r.Head(image, s.image)
}

// image serves the safe form of an image. Its name changes with its bytes, so a
// browser may keep it.
func (s *Server) image(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", imagePolicy)
	img, err := s.Images.Image(r.Context(), chi.URLParam(r, "pool"), chi.URLParam(r, "owner"), chi.URLParam(r, "file"))
	switch {
	case errors.Is(err, store.ErrNotFound):
		writeText(w, http.StatusNotFound, "no such image\n")
		return
	case err != nil:
		s.Log.Log(r.Context(), fault.Severity(r.Context(), err), "an image was not served", "request", RequestID(r.Context()), "err", err)
		writeText(w, http.StatusInternalServerError, "the image could not be read\n")
		return
	}
	h.Set("Content-Type", img.Format.MediaType())
	h.Set("Content-Length", strconv.Itoa(len(img.Safe)))
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(img.Safe) // a client that is gone needs no answer
	}
}
