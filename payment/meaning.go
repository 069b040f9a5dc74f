package payment

import (
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/internal/euro"
)

// isAbout reports whether the result is about this payment. A reference alone does not tell: after a restore from a backup
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

// otherEnds gives the event of each outcome that is not an acceptance; all others are pending.
var otherEnds = map[acquirer.Outcome]EventKind{
	acquirer.Refused: OnRefused, acquirer.Cancelled: OnCancelled, acquirer.Expired: OnExpired, acquirer.Failed: OnFailed,
}

// nothingTried reports whether the result says how the payment's own session ended without anybody having tried to pay: the
// acquirer knows no amount of it then (Direct). The session's id binds it to the order.
func nothingTried(p Payment, r acquirer.Result) bool {
	_, ended := otherEnds[r.Outcome]
	return ended && r.Merchant == p.Merchant && r.Amount.IsZero() && r.Currency == "" &&
		r.Handle.Session != "" && r.Handle.Session == p.Handle.Session
}

// meaning is what a verified result is to a payment.
//
//  1. Nothing counts that is not equal to the order, but for the end of a session in which nothing was tried: that has no amount.
//  2. Money of another authorisation is not the money that is known, also when it is back. Where either has no
//     authorisation, it may be the same.
//  3. Of money that is known, what has gone back since is news, and so is the authorisation if it was missing.
//  4. That less is back than was believed counts only if knowsReturns: in the answer to a question, by an acquirer that can
//     give money back. A message may be old, and an acquirer that gives nothing back says nothing of it.
func meaning(p Payment, r acquirer.Result, knowsReturns bool) EventKind {
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
		switch {
		case back > before:
			return OnReturnedPart
		case back < before && knowsReturns:
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

// eventOf is the event of a verified result. What is not as it was ordered is said in words: nothing else keeps it.
func (s *Service) eventOf(p Payment, r acquirer.Result, ch acquirer.Channel, knowsReturns bool) Event {
	e := Event{Kind: meaning(p, r, knowsReturns), At: s.now(), Channel: ch, Result: &r}
	switch e.Kind {
	case OnMismatched, OnUnfit:
		e.Err = short(fmt.Sprintf("%s %s %s to merchant %s, authorisation %q", r.Outcome, euro.Describe(r.Amount), r.Currency, r.Merchant, r.AuthorisationID))
	case OnReturnedPart, OnNotReturned:
		e.Err = fmt.Sprintf("%s of %s are back", euro.Describe(r.Returned), euro.Describe(p.Amount))
	}
	return e
}
