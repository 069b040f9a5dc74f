package payment

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/quittance/quittance/internal/paris"
)

// ErrAltered is what Verify finds: the store is not what the journal says, or not what a seal says.
var ErrAltered = errors.New("payment: the record was altered")

// journals calls do for each payment, with its entries.
func (s *Service) journals(ctx context.Context, do func(Payment, []Entry) error) error {
	for p, err := range s.c.Store.List(ctx, Filter{}) {
		if err != nil {
			return err
		}
		p, entries, err := s.history(ctx, p)
		if err != nil {
			return err
		}
		if err := do(p, entries); err != nil {
			return err
		}
	}
	return nil
}

// some calls do for some payments, with their entries.
func (s *Service) some(ctx context.Context, ids []ID, do func(Payment, []Entry) error) error {
	for _, id := range ids {
		p, err := s.c.Store.Find(ctx, Lookup{ID: id})
		if err != nil {
			return err
		}
		p, entries, err := s.history(ctx, p)
		if err != nil {
			return err
		}
		if err := do(p, entries); err != nil {
			return err
		}
	}
	return nil
}

// history reads a payment's journal, and the payment again if it moved on, or was erased, in between.
func (s *Service) history(ctx context.Context, p Payment) (Payment, []Entry, error) {
	for i := 0; ; i++ {
		var entries []Entry
		for e, err := range s.c.Store.Journal(ctx, p.ID) {
			if err != nil {
				return p, nil, err
			}
			entries = append(entries, e)
		}
		erased := len(entries) > 0 && entries[0].Salt == [16]byte{} && p.personal()
		if len(entries) <= p.Version && !erased || i == 5 {
			return p, entries, nil
		}
		q, err := s.c.Store.Find(ctx, Lookup{ID: p.ID})
		if err != nil {
			return p, nil, err
		}
		p = q
	}
}

// Verify checks every journal: that it has no gap, that each entry commits to the one before, that the table leads
// from each to the next, and that the payment is what the last one says. With the daily seals of [Service.Export],
// kept outside and given oldest first, it also finds payments that were deleted or rewritten whole, and orphans; without
// them (nil) it finds accidents only. The error is ErrAltered, and names what does not fit.
//
// It reads every journal itself, whatever the store could tell quicker, and with seals keeps 32 bytes for each payment
// and each day on which it moved.
func (s *Service) Verify(ctx context.Context, seals iter.Seq[[32]byte]) error {
	all := heads{}
	err := s.journals(ctx, func(p Payment, entries []Entry) error {
		if seals != nil {
			all.journal(entries)
		}
		return verify(p, entries)
	})
	if err != nil || seals == nil {
		return err
	}
	orphans, err := s.orphans(ctx)
	if err != nil {
		return err
	}
	all.orphans(orphans)
	is := all.chain(paris.Of(s.now()).Next()).seals
	n := 0
	for want := range seals {
		n++
		if want == ([32]byte{}) { // of a day before the first payment: it commits to nothing
			continue
		}
		i := slices.Index(is, want)
		if i < 0 {
			return fmt.Errorf("%w: seal %d (%s) is no day's seal: a payment was deleted or rewritten, or the seals are not in order",
				ErrAltered, n, hex.EncodeToString(want[:]))
		}
		is = is[i+1:]
	}
	return nil
}

// verify checks one payment against its journal.
func verify(p Payment, entries []Entry) error {
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
		case e.Hash != e.digest():
			return altered("entry %d was changed", i+1)
		case e.Salt == [16]byte{} && (e.By+e.Why != "" || p.personal()),
			e.Salt != [16]byte{} && e.Personal != e.personal(p):
			return altered("the personal fields of entry %d, or of the payment, were changed", i+1)
		}
		if e.Event == OnOpened && e.Effect == Changed {
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
	case entries[len(entries)-1].Row != p.digest():
		return altered("its row was changed")
	case entries[0].Salt != [16]byte{} && opened != handleFingerprint(p.Handle):
		return altered("its handle is not that of the session that was opened")
	}
	return nil
}
