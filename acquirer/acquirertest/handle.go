package acquirertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/shopspring/decimal"
)

// longestID is how long each id of a handle may be, in bytes.
const longestID = 200

func distinctHandles(t *trial) error {
	sessions, proofs := make(map[string]bool), make(map[string]bool)
	first, err := t.beginTrip(t.newOrder())
	if err != nil {
		return err
	}
	trips := []*trip{first}
	for range 8 {
		o := t.newOrder()
		if t.traits.ReferencesRepeat {
			o.Reference = first.order.Reference
		}
		p, err := t.beginTrip(o)
		if err != nil {
			return err
		}
		trips = append(trips, p)
	}
	for _, p := range trips {
		h := p.session.Handle
		if err := wellFormedHandle(h); err != nil {
			return err
		}
		switch {
		case !t.traits.AskedByHandle:
			continue
		case sessions[h.Session]:
			return errors.New("two trips have the same session in their handles")
		case h.ExpiresAt.IsZero() || !h.ExpiresAt.Equal(p.session.ExpiresAt):
			return fmt.Errorf("the handle ends at %v, the session at %v: it must outlive the session with the same end", h.ExpiresAt, p.session.ExpiresAt)
		case t.traits.Proof && h.Proof == "":
			return errors.New("the handle has no proof: every browser that returns could be anybody's")
		case t.traits.Proof && proofs[h.Proof]:
			return errors.New("two trips have the same proof")
		case t.traits.Proof && h.Proof == h.Session:
			return errors.New("the proof is the session's id: whoever knows one has the other")
		}
		sessions[h.Session], proofs[h.Proof] = true, true
	}
	if !t.traits.AskedByHandle {
		return nil
	}
	paid, err := t.beginAndEnd(acquirer.Accepted)
	if err != nil {
		return err
	}
	r, err := t.askAbout(paid)
	if err != nil {
		return err
	}
	return wellFormedHandle(r.Handle)
}

// wellFormedHandle checks that each id can be kept and sent as it is.
func wellFormedHandle(h acquirer.Handle) error {
	for field, id := range map[string]string{"Session": h.Session, "Proof": h.Proof, "Payment": h.Payment} {
		if len(id) > longestID {
			return fmt.Errorf("the handle's %s has %d bytes, at most %d are kept", field, len(id), longestID)
		}
		if i := strings.IndexFunc(id, func(c rune) bool { return c <= ' ' || c > '~' }); i >= 0 {
			return fmt.Errorf("the handle's %s has something else than printable ASCII at byte %d", field, i)
		}
	}
	return nil
}

// unknownHandle is shaped as h is, and nobody's.
func unknownHandle(h acquirer.Handle) acquirer.Handle {
	other := func(c rune) rune {
		switch {
		case c >= '0' && c <= '9':
			return '0' + (c-'0'+5)%10
		case c >= 'a' && c <= 'f': // stays hexadecimal
			return 'a' + (c-'a'+3)%6
		case c >= 'A' && c <= 'F':
			return 'A' + (c-'A'+3)%6
		}
		return c
	}
	h.Session, h.Payment = strings.Map(other, h.Session), ""
	return h
}

func handleHidden(t *trial) error {
	p, err := t.beginAndEnd(acquirer.Accepted)
	if err != nil {
		return err
	}
	q := t.questionAbout(p)
	stranger := q
	stranger.Handle = unknownHandle(q.Handle)
	elsewhere := q
	elsewhere.Merchant = "0" + q.Merchant
	r, err := t.askAbout(p)
	if err != nil {
		return err
	}
	printed := map[string]string{
		"the handle":   everyForm(p.session.Handle),
		"the session":  everyForm(p.session),
		"the question": fmt.Sprintf("%v %+v", q, q),
		"the answer":   everyForm(r),
	}
	for _, cb := range t.w.Callbacks() {
		printed["a callback by "+string(cb.Channel)] = fmt.Sprintf("%v %+v %#v", cb, cb, cb) + slog.AnyValue(cb).Resolve().String()
		if r, err := t.client.Parse(cb); err == nil {
			printed["what a callback by "+string(cb.Channel)+" says"] = everyForm(r)
		}
	}
	keepError := func(what string, err error) {
		if err != nil {
			printed[what] = errorText(err)
		}
	}
	_, err = t.client.Status(t.ctx, stranger)
	keepError("the error of a question about an unknown handle", err)
	_, err = t.client.Status(t.ctx, elsewhere)
	keepError("the error of a question for another merchant", err)
	for _, f := range []Fault{ServerError, Truncated, Unreachable} { // the error of an HTTP client has the address in it
		if t.w.Fault(f) == nil {
			_, err = t.client.Status(t.ctx, q)
			keepError("the error of a question with the fault "+string(f), err)
		}
	}
	for _, y := range giveBackWays {
		if method := y.method(t.client); method != nil {
			m := t.modificationOf(p, decimal.New(1, -2))
			m.Handle = stranger.Handle
			_, err = method(t.ctx, m)
			keepError("the error of "+y.op, err)
		}
	}
	if w, ok := t.w.(Logging); ok {
		printed["the log"] = w.Logged()
	}
	hidden := []string{q.Handle.Session, q.Handle.Proof, stranger.Handle.Session}
	return forEach(printed, func(text string) error { return checkHidden(text, hidden) })
}

// everyForm is how a value is printed: by verbs, in a log and as JSON.
func everyForm(v any) string {
	text := fmt.Sprintf("%v %+v %#v %s %q %x", v, v, v, v, v, v) + slog.AnyValue(v).Resolve().String()
	if b, err := json.Marshal(v); err == nil {
		text += string(b)
	}
	return text
}

// checkHidden checks that a text has none of the secrets, not in hexadecimal either.
func checkHidden(text string, secrets []string) error {
	for _, s := range secrets {
		if s != "" && (strings.Contains(text, s) || strings.Contains(text, fmt.Sprintf("%x", s))) {
			return fmt.Errorf("a secret of %d characters is printed", len(s))
		}
	}
	return nil
}
