package directory_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"idpond/internal/branding"
	"idpond/internal/directory"
	"idpond/internal/fault"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

func dot(t testing.TB, c color.Color) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewPaletted(image.Rect(0, 0, 1, 1), color.Palette{c})); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func logoOf(data []byte) directory.StyleChange {
	return directory.StyleChange{Settings: json.RawMessage(`{}`), Assets: []directory.AssetChange{
		{AssetKey: branding.AssetKey{Category: "FORM_LOGO", ColorMode: "LIGHT"}, Extension: "PNG", Bytes: data},
	}}
}

// breaking fails the change of a document that comes after so many others.
type breaking struct {
	directory.Store
	after int
}

func (b *breaking) Write(ctx context.Context, f func(store.Tx) error) error {
	return b.Store.Write(ctx, func(tx store.Tx) error { return f(&breakingTx{tx, b.after}) })
}

type breakingTx struct {
	store.Tx
	left int
}

func (tx *breakingTx) change(f func() error) error {
	if tx.left--; tx.left < 0 {
		return errBroken
	}
	return f()
}

func (tx *breakingTx) PutDocument(ctx context.Context, d *store.Document) error {
	return tx.change(func() error { return tx.Tx.PutDocument(ctx, d) })
}

func (tx *breakingTx) CreateDocument(ctx context.Context, d *store.Document) error {
	return tx.change(func() error { return tx.Tx.CreateDocument(ctx, d) })
}

func (tx *breakingTx) UpdateDocument(ctx context.Context, d *store.Document) error {
	return tx.change(func() error { return tx.Tx.UpdateDocument(ctx, d) })
}

func (tx *breakingTx) DeleteDocument(ctx context.Context, poolID string, kind store.DocumentKind, id string) error {
	return tx.change(func() error { return tx.Tx.DeleteDocument(ctx, poolID, kind, id) })
}

// TestBrandingAllOrNothing breaks each change after each of its steps.
func TestBrandingAllOrNothing(t *testing.T) {
	ctx := t.Context()
	st := newStore(t)
	s := node(st)
	p := newPool(t, s)
	c, err := s.CreateClient(ctx, p, directory.NewClient{Name: "a", Settings: userpool.DefaultClientSettings()})
	errs := []error{err}
	_, err = s.CreateDomain(ctx, p, userpool.Domain{Name: "shop", ManagedLoginVersion: 1})
	errs = append(errs, err)
	_, err = s.SetUICustomization(ctx, p, c.ID, ".label-customizable{color:red}", dot(t, color.Black))
	errs = append(errs, err)
	style, err := s.CreateLoginStyle(ctx, p, c.ID, logoOf(dot(t, color.Black)))
	errs = append(errs, err)
	_, err = s.CreateTerms(ctx, p, userpool.Terms{ClientID: c.ID, Name: "terms-of-use", Links: map[string]string{"cognito:default": "https://example.org"}})
	if err := errors.Join(append(errs, err)...); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		steps int
		do    func(*directory.Service) error
	}{
		{"replace a look", 3, func(s *directory.Service) error {
			_, err := s.SetUICustomization(ctx, p, c.ID, "", dot(t, color.White))
			return err
		}},
		{"take a look away", 2, func(s *directory.Service) error {
			_, err := s.SetUICustomization(ctx, p, c.ID, "", nil)
			return err
		}},
		{"change a style", 3, func(s *directory.Service) error {
			_, err := s.UpdateLoginStyle(ctx, p, style.ID, logoOf(dot(t, color.White)))
			return err
		}},
		{"delete a style", 2, func(s *directory.Service) error { return s.DeleteLoginStyle(ctx, p, style.ID) }},
		{"delete a client", 6, func(s *directory.Service) error { return s.DeleteClient(ctx, p, c.ID) }},
	} {
		before := documents(t, st, p.ID)
		for step := range tt.steps {
			if err := tt.do(node(&breaking{st, step})); !errors.Is(err, errBroken) {
				t.Errorf("%s, broken at step %d: %v", tt.name, step, err)
			}
			if diff := cmp.Diff(before, documents(t, st, p.ID)); diff != "" {
				t.Errorf("%s, broken at step %d:\n%s", tt.name, step, diff)
			}
		}
	}
	if err := s.DeleteClient(ctx, p, c.ID); err != nil {
		t.Fatal(err)
	}
	if left := documents(t, st, p.ID); len(left) != 0 {
		t.Errorf("left of a client: %v", left)
	}
}

// documents lists what is stored of looks, styles, their images and terms.
func documents(t testing.TB, st store.Documents, poolID string) []*store.Document {
	t.Helper()
	var all []*store.Document
	for _, kind := range []store.DocumentKind{store.KindUICustomization, store.KindBranding, store.KindImage, store.KindTerms} {
		list, err := st.ListDocuments(t.Context(), poolID, kind, "", 100)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, list...)
	}
	return all
}

// TestOneOfEach: of many requests at once that give a client a style, or terms of
// one name, one wins.
func TestOneOfEach(t *testing.T) {
	ctx := t.Context()
	s := node(newStore(t))
	p := newPool(t, s)
	c, err := s.CreateClient(ctx, p, directory.NewClient{Name: "a", Settings: userpool.DefaultClientSettings()})
	if err != nil {
		t.Fatal(err)
	}
	for code, create := range map[fault.Code]func() error{
		fault.ManagedLoginBrandingExists: func() error {
			_, err := s.CreateLoginStyle(ctx, p, c.ID, directory.StyleChange{UseProvided: new(true)})
			return err
		},
		fault.TermsExists: func() error {
			_, err := s.CreateTerms(ctx, p, userpool.Terms{ClientID: c.ID, Name: "terms-of-use", Links: map[string]string{"cognito:default": "https://example.org"}})
			return err
		},
	} {
		var won, lost atomic.Int32
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				switch err := create(); {
				case err == nil:
					won.Add(1)
				case fault.Is(err, code):
					lost.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 || lost.Load() != 15 {
			t.Errorf("%s: %d won, %d lost", code, won.Load(), lost.Load())
		}
	}
}

// reading counts reads of documents.
type reading struct {
	directory.Store
	documents int
}

func (r *reading) Document(ctx context.Context, poolID string, kind store.DocumentKind, id string) (*store.Document, error) {
	r.documents++
	return r.Store.Document(ctx, poolID, kind, id)
}

// TestLooksOfPages: what pages read comes from the snapshot, which follows changes.
func TestLooksOfPages(t *testing.T) {
	ctx := t.Context()
	st := &reading{Store: newStore(t)}
	s := node(st)
	p := newPool(t, s)
	c, errClient := s.CreateClient(ctx, p, directory.NewClient{Name: "a", Settings: userpool.DefaultClientSettings()})
	_, errDomain := s.CreateDomain(ctx, p, userpool.Domain{Name: "shop", ManagedLoginVersion: 1})
	if err := errors.Join(errClient, errDomain); err != nil {
		t.Fatal(err)
	}
	look := func() string {
		u, err := s.UICustomizationFor(ctx, p.ID, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		if u == nil {
			return "none"
		}
		return fmt.Sprint(u.SafeCSS, u.Logo != "")
	}
	set := func(client, css string, logo []byte) {
		if _, err := s.SetUICustomization(ctx, p, client, css, logo); err != nil {
			t.Fatal(err)
		}
	}
	check := func(want string) {
		t.Helper()
		if got := look(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if before := st.documents; look() != want || st.documents != before {
			t.Error("the second look was read from the store")
		}
	}
	check("none")
	set(userpool.CustomizationForAll, ".label-customizable { color : red }", dot(t, color.Black))
	check(".label-customizable{color:red}\ntrue")
	set(c.ID, "", dot(t, color.White)) // its own as a whole: no CSS of all clients
	check("true")
	set(c.ID, "", nil)
	check(".label-customizable{color:red}\ntrue")
}

// TestImagesWaitForTheirTurn: while another request decodes images, none is looked at;
// who doesn't wait any longer is told so, and not that the image is wrong.
func TestImagesWaitForTheirTurn(t *testing.T) {
	s := node(newStore(t))
	p := newPool(t, s)
	if _, err := s.CreateDomain(t.Context(), p, userpool.Domain{Name: "shop", ManagedLoginVersion: 1}); err != nil {
		t.Fatal(err)
	}
	c, err := s.CreateClient(t.Context(), p, directory.NewClient{Name: "app", Settings: userpool.DefaultClientSettings()})
	if err != nil {
		t.Fatal(err)
	}
	try := func(ctx context.Context, want func(error) bool) {
		t.Helper()
		_, look := s.SetUICustomization(ctx, p, c.ID, "", []byte("no image"))
		_, style := s.CreateLoginStyle(ctx, p, c.ID, logoOf([]byte("no image")))
		if !want(look) || !want(style) {
			t.Errorf("look: %v, style: %v", look, style)
		}
	}
	refused := func(err error) bool { return fault.Is(err, fault.InvalidParameter) }
	try(t.Context(), refused)

	leave, err := s.HoldImages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	try(gone, func(err error) bool { return errors.Is(err, context.Canceled) })
	leave()
	try(t.Context(), refused)
}
