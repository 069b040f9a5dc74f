package payment

import (
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/internal/euro"
)

// isAbout reports whether the result is about this payment. A reference alone does not prove it: after a restore from a backup
// references repeat, order ids and handles do not.
func isAbout(p Payment, r acquirer.Result) bool {
	switch {
	case r.Reference != p.Reference && (r.Reference != "" || r.Handle.Session == ""):
		return false
	case r.Handle.Session != "" && p.Handle.Session != "" && r.Handle.Session != p.Handle.Session:
		return false
	}
	return r.OrderID == string(p.ID) || r.OrderID == "" && !p.foreignReference()
}

// asOrdered reports whether merchant, amount and currency are those that were ordered.
func asOrdered(p Payment, r acquirer.Result) bool {
	ordered, err := euro.Cents(p.Amount)
	said, rerr := euro.Cents(r.Amount)
	return err == nil && rerr == nil && ordered == said && r.Merchant == p.Merchant && r.Currency == p.Currency
}

// otherEnds maps each final outcome without money to its event; outcomes that are not in it, Accepted apart, are OnPending.
var otherEnds = map[acquirer.Outcome]EventKind{
	acquirer.Refused: OnRefused, acquirer.Cancelled: OnCancelled, acquirer.Expired: OnExpired, acquirer.Failed: OnFailed,
}

// nothingTried reports whether the result is the end of the payment's own session in which nobody tried to pay. Such a result has no
// amount (Direct); the session's id binds it to the order.
func nothingTried(p Payment, r acquirer.Result) bool {
	_, ended := otherEnds[r.Outcome]
	return ended && r.Merchant == p.Merchant && r.Amount.IsZero() && r.Currency == "" &&
		r.Handle.Session != "" && r.Handle.Session == p.Handle.Session
}

// meaningOf returns the event that a verified result is to a payment. Four rules:
//
//  1. A result that is not equal to the order is OnMismatched or OnUnfit. The end of a session in which nothing was tried is excepted: it
//     has no amount.
//  2. Money of another authorisation is other money, also when it has gone back. Where either has no authorisation, it may be the same.
//  3. Of money that is known, a larger part that has gone back is news, and so is an authorisation that was missing.
//  4. A smaller part that has gone back is news only if knowsReturns: in the answer to Status, by an acquirer that can give money back. A
//     message may be old, and an acquirer that gives nothing back does not know. What is on its way back is not here again.
func meaningOf(p Payment, r acquirer.Result, knowsReturns bool) EventKind {
	ordered, _ := euro.Cents(p.Amount)
	back, err := euro.Cents(r.Returned)
	accepted := r.Outcome == acquirer.Accepted
	switch {
	case accepted && (!asOrdered(p, r) || err != nil || back > ordered):
		return OnMismatched
	case !asOrdered(p, r) && !nothingTried(p, r):
		return OnUnfit
	case accepted && p.Authorisation != "" && r.AuthorisationID != "" && p.Authorisation != r.AuthorisationID:
		return OnMismatched
	case accepted && back == ordered && p.State == Refunded && p.Authorisation == "" && r.AuthorisationID != "":
		return OnConfirmed // it was refunded on a person's word, and this is the first that is heard of the money
	case accepted && back == ordered:
		return OnReturned
	case accepted && p.knowsMoney():
		before, _ := euro.Cents(p.Returned)
		leaving, _ := euro.Cents(r.Returning)
		switch {
		case back > before:
			return OnReturnedPart
		case back+leaving < before && knowsReturns:
			return OnNotReturned
		case p.Authorisation == "" && r.AuthorisationID != "":
			return OnConfirmed
		}
		return OnAccepted
	case accepted:
		return OnAccepted
	}
	if k, ok := otherEnds[r.Outcome]; ok {
		return k
	}
	return OnPending
}

// isReturning reports whether the answer says that money of the payment is on its way back: whether it arrives is still to be heard.
func isReturning(p Payment, r acquirer.Result) bool {
	return (p.State.Money() || p.State == Refunded) && r.Outcome == acquirer.Accepted && r.Returning.Sign() > 0
}

// isOldNews reports whether a message tells of money of which the acquirer has said since that more of it went back, for a payment that a
// person then ended without money: as an acceptance that comes late. Were it believed, the payment would be paid, and in the accounts the money
// would have come in again.
func isOldNews(p Payment, r acquirer.Result) bool {
	return p.State.isOneOf(noMoneyStates) && r.Outcome == acquirer.Accepted && asOrdered(p, r) &&
		p.Authorisation != "" && p.Authorisation == r.AuthorisationID && wholeCents(r.Returned).LessThan(p.Returned)
}

// eventOf returns the event of a verified result. Err says in words what differs from the order, since no field keeps it.
func (s *Service) eventOf(p Payment, r acquirer.Result, ch acquirer.Channel, knowsReturns bool) Event {
	e := Event{Kind: meaningOf(p, r, knowsReturns), At: s.now(), Channel: ch, Result: &r}
	switch e.Kind {
	case OnMismatched, OnUnfit:
		e.Err = shortCause(fmt.Sprintf("%s %s %s to merchant %s, authorisation %q", r.Outcome, euro.Describe(r.Amount), r.Currency, r.Merchant, r.AuthorisationID))
	case OnReturnedPart, OnNotReturned:
		e.Err = fmt.Sprintf("%s of %s are back", euro.Describe(r.Returned), euro.Describe(p.Amount))
	}
	return e
}
