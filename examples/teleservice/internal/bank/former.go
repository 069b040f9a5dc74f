package bank

import (
	"errors"
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
)

// OpenFormer opens the acquirer that a fund has moved away from: it begins no payment any more, and is asked about, and gives
// back, what was begun there. Kind is sips: a shop of one's own where QUITTANCE_SIPS_MERCHANT is set, and else a simulated
// platform.
func OpenFormer(c Config) (*Bank, error) {
	if c.Kind != "sips" {
		return nil, fmt.Errorf("bank: -former %.20q is not sips", c.Kind)
	}
	if env("MERCHANT") == "" {
		c.Kind = "simulator"
	}
	return Open(c)
}

// Beside returns b with the desk of the former bank beside its own: one book, and each act where the reference is.
func (b *Bank) Beside(former *Bank) {
	switch {
	case b.Desk != nil && former.Desk != nil:
		b.Desk = desks{b.Desk, former.Desk}
	case former.Desk != nil:
		b.Desk = former.Desk
	}
}

// desks are two simulations. What comes next goes wrong at the first, where payments begin.
type desks struct{ now, former Desk }

func (d desks) Inject(op string, faults ...mock.Fault) error { return d.now.Inject(op, faults...) }
func (d desks) Pay(s acquirer.Session) error                 { return d.now.Pay(s) }
func (d desks) Release() int                                 { return d.now.Release() + d.former.Release() }
func (d desks) Remit() int                                   { return d.now.Remit() + d.former.Remit() }
func (d desks) Tick() int                                    { return d.now.Tick() + d.former.Tick() }
func (d desks) Book() []mock.Transaction                     { return append(d.former.Book(), d.now.Book()...) }

func (d desks) Resend(reference string, faults ...mock.Fault) error {
	return d.onEitherDesk(func(desk Desk) error { return desk.Resend(reference, faults...) })
}

func (d desks) Decide(reference string, accepted bool) error {
	return d.onEitherDesk(func(desk Desk) error { return desk.Decide(reference, accepted) })
}

// onEitherDesk does something at the desk where it can be done.
func (d desks) onEitherDesk(do func(Desk) error) error {
	err := do(d.now)
	if err == nil {
		return nil
	}
	if other := do(d.former); other != nil {
		return errors.Join(err, other)
	}
	return nil
}
