package acquirer_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
)

func handle() acquirer.Handle {
	return acquirer.Handle{
		Session: "canary-session", Proof: "canary-proof", Payment: "4250001",
		ExpiresAt: time.Date(2026, 11, 28, 10, 15, 0, 0, time.UTC),
	}
}

// An idOp opens the payer's data at PayFiP, and who has the proof acts as the payer's browser.
func TestHandlePrintsNoSecret(t *testing.T) {
	session := formSession()
	session.Handle = handle()
	var out bytes.Buffer
	for name, v := range map[string]any{
		"a handle": handle(), "a session": session, "a question": acquirer.Question{Reference: "R", Handle: handle()},
		"a modification": acquirer.Modification{Reference: "R", Handle: handle()}, "a result": acquirer.Result{Handle: handle(), Hint: true},
	} {
		out.Reset()
		slog.New(slog.NewJSONHandler(&out, nil)).Info("asked", "v", v)
		slog.New(slog.NewTextHandler(&out, nil)).Info("asked", "v", v)
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		b, err := json.Marshal(v)
		if err != nil {
			t.Errorf("%s has no JSON: %v", name, err)
		}
		out.Write(b)
		for _, secret := range []string{"canary", fmt.Sprintf("%x", "canary"), "s3cr3t"} {
			if strings.Contains(out.String(), secret) {
				t.Errorf("%s is printed with %s:\n%s", name, secret, &out)
			}
		}
	}
}

func TestHandleWith(t *testing.T) {
	known := handle()
	if got := known.With(acquirer.Handle{Session: "x", Proof: "y", Payment: "z"}); got != known {
		t.Error("what was known is overwritten")
	}
	known.Payment = ""
	if diff := cmp.Diff(handle(), known.With(acquirer.Handle{Payment: "4250001"})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !(acquirer.Handle{}).IsZero() || handle().IsZero() {
		t.Error("IsZero is wrong")
	}
}
