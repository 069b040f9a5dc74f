package payment

import (
	"errors"
	"fmt"
)

// ErrAltered says that a payment does not match its journal, a journal was changed, or the store does not match a day seal.
var ErrAltered = errors.New("payment: the record was altered")

// VerifyJournal checks one payment against its journal: that it has no gap, that each entry commits to the one before, that the
// table leads from each to the next, and that the payment is what the last one says. The error is [ErrAltered], and names what does
// not fit. Package audit checks a whole store, and the day seals.
func VerifyJournal(p Payment, entries []Entry) error {
	altered := func(format string, a ...any) error {
		return fmt.Errorf("%w: payment %s: "+format, append([]any{ErrAltered, p.Reference}, a...)...)
	}
	var head [32]byte
	var state State
	var opened string // fingerprint of the handle
	for i, e := range entries {
		want := Entry{Payment: p.ID, Version: i + 1, From: state}
		switch {
		case e.Payment != want.Payment || e.Version != want.Version || e.From != want.From:
			return altered("entry %d is missing, doubled or out of place", i+1)
		case e.Previous != head:
			return altered("entry %d does not follow the one before", i+1)
		case e.Hash != e.chainHash():
			return altered("entry %d was changed", i+1)
		case e.Salt == [16]byte{} && (e.By+e.Why != "" || !p.IsErased()),
			e.Salt != [16]byte{} && e.Personal != e.personalHash(p):
			return altered("the personal fields of entry %d, or of the payment, were changed", i+1)
		}
		if e.Event == OnOpened && e.Effect == EffectChanged {
			opened = e.Fingerprint
		}
		if i == 0 {
			if e.Event != OnCreated || e.To != Created {
				return altered("the first entry is not its creation")
			}
		} else if to, effect := Next(e.From, e.Event); to != e.To || effect != e.Effect {
			return altered("entry %d is not in the table: %s on %s leads to %s, not to %s", i+1, e.From, e.Event, to, e.To)
		}
		head, state = e.Hash, e.To
	}
	switch {
	case len(entries) == 0:
		return altered("it has no journal")
	case p.Head != head || p.State != state || p.Version != len(entries):
		return altered("it is not where its journal ends")
	case entries[len(entries)-1].Row != p.rowHash():
		return altered("its row was changed")
	case entries[0].Salt == [16]byte{} && !p.Handle.IsZero():
		return altered("it was erased, and has a handle")
	case entries[0].Salt != [16]byte{} && opened != handleFingerprint(p.Handle):
		return altered("its handle is not that of the session that was opened")
	}
	return nil
}
