package auth_test

import (
	"testing"

	"idpond/internal/auth"
	"idpond/internal/store"
	"idpond/internal/userpool"
)

// TestPagesKnowNoDevices: a device spares nothing on the pages, not even one whose key
// is in an answer; the same answer on the API is asked for the device.
func TestPagesKnowNoDevices(t *testing.T) {
	const key = "eu-west-1_11111111-2222-3333-4444-555555555555"
	b := newBench(t)
	b.pool.Settings.MfaConfiguration = userpool.MFAOptional
	b.pool.Settings.DeviceConfiguration = &userpool.DeviceConfiguration{ChallengeRequiredOnNewDevice: true}
	for _, name := range []string{"ada", "bob"} {
		u := b.add(name, func(u *userpool.User) {
			u.Status = userpool.StatusForceChangePassword
			u.AddSoftwareToken([]byte("0123456789abcdef0123456789abcdef"), 0, "")
		})
		d := &store.Device{
			PoolID: b.pool.ID, UserID: u.ID, Key: key + name, Salt: []byte{1}, Verifier: []byte{2}, Remembered: true,
			CreatedAt: b.clock(), UpdatedAt: b.clock(), AuthenticatedAt: b.clock(),
		}
		if err := b.store.Write(t.Context(), func(tx store.Tx) error { return tx.CreateDevice(t.Context(), d) }); err != nil {
			t.Fatal(err)
		}
	}
	answer := map[string]string{"USERNAME": "ada", "NEW_PASSWORD": "long enough", "DEVICE_KEY": key + "ada"}
	page, err := b.auth.PageSignIn(t.Context(), auth.PageRequest{Pool: b.pool, Client: b.client, Username: "ada"}, password)
	if err != nil {
		t.Fatal(err)
	}
	page, err = b.auth.PageRespond(t.Context(), b.pool, b.client, page.Session, page.Challenge, answer)
	if err != nil || page.Challenge != auth.ChallengeSoftwareToken {
		t.Errorf("the page is asked for %q, want %q; %v", page.Challenge, auth.ChallengeSoftwareToken, err)
	}

	answer["USERNAME"], answer["DEVICE_KEY"] = "bob", key+"bob"
	out, err := b.signIn("bob", password)
	if err != nil {
		t.Fatal(err)
	}
	out, err = b.auth.Respond(t.Context(), auth.RespondRequest{
		Pool: b.pool, Client: b.client, Side: auth.Public, Challenge: out.Challenge, Session: out.Session, Answers: answer,
	})
	if err != nil || out.Challenge != auth.ChallengeDeviceSRP {
		t.Errorf("the API is asked for %q, want %q; %v", out.Challenge, auth.ChallengeDeviceSRP, err)
	}
}
