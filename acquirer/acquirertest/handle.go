package acquirertest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/quittance/quittance/acquirer"
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
