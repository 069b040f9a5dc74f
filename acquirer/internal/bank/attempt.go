package bank

import (
	"fmt"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/sipscode"
)

// Pay ends an attempt as the card says: paid, refused, given up (code 17), or expired at once (97). The caller notifies the
// merchant of the transaction that is returned, and sends the browser back with it unless the code is 97. The refusals are
// those of Enter, and 12 for a card whose fields are not valid.
func (b *Bank) Pay(token string, c Card) (Transaction, error) {
	return b.payIf(token, c, func(*account) bool { return true })
}

func (b *Bank) payIf(token string, c Card, expected func(*account) bool) (Transaction, error) {
	c, ok := c.withDefaults()
	if !ok {
		return Transaction{}, &Refusal{Code: "12", Field: "card"}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.Clock()
	a, err := b.liveSession(token, now)
	if err != nil {
		return Transaction{}, err
	}
	if !expected(a) {
		return Transaction{}, &Refusal{Code: "24", Status: a.Status}
	}
	b.endAttempt(a, c, now)
	return a.copyOf(), nil
}

// PayOnce is Pay, refused with 24 unless the account has had exactly so many attempts: a form that is sent twice is one attempt.
func (b *Bank) PayOnce(token string, attempts int, c Card) (Transaction, error) {
	return b.payIf(token, c, func(a *account) bool { return a.Attempt == attempts })
}

// endAttempt records the outcome of an attempt, and closes the session unless the payer may try another card.
func (b *Bank) endAttempt(a *account, c Card, now time.Time) {
	meaning := sipscode.Meaning(c.Code)
	a.Authentication = c.Authentication
	switch meaning.Outcome {
	case acquirer.Expired:
		a.closeExpired(now)
		return
	case acquirer.Cancelled:
		a.Authorisation, a.Brand, a.MaskedPAN = "", "", ""
	default:
		a.Attempt++
		a.Brand, a.MaskedPAN = c.Brand, c.Masked()
	}
	a.Retry = a.several && meaning.Outcome == acquirer.Refused && c.Code != "34" && c.Code != "75"
	if a.Retry && a.Attempt >= MostAttempts(a.Order) {
		if a.Retry = false; a.Attempts == 0 {
			meaning = sipscode.Meaning("75")
		}
	}
	a.closed = !a.Retry
	a.Code, a.AcquirerCode, a.At = meaning.Code, meaning.Acquirer, now
	if c.Authentication == NotAuthenticated {
		a.AcquirerCode = "" // nobody has asked the acquirer (sips.md §7.5)
	}
	a.Status = usual[meaning.Outcome].status
	if meaning.Outcome == acquirer.Accepted {
		b.authorise(a, now)
	}
}

func (b *Bank) authorise(a *account, now time.Time) {
	// The first is that of S47; the step has no divisor in common with a million, so that no number comes twice before that.
	a.Authorisation = fmt.Sprintf("%06d", (761208+b.accepted*104729)%1_000_000)
	b.accepted++
	a.remaining = a.Cents
	a.RemitAt = storedTime(CaptureLimit(a.Order, now).Next().Start())
	a.Moves = append(a.Moves, Move{Authorised, a.Cents, now})
	switch a.Capture {
	case CaptureOnDemand:
		a.Status = StatusToValidate
	case CaptureAtOnce:
		a.RemitAt = now
		a.remitAt(now)
	}
}
