package mock

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/internal/euro"
	"github.com/shopspring/decimal"
)

const (
	digits  = "0123456789"
	capital = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	small   = "abcdefghijklmnopqrstuvwxyz"
)

// checkText checks the length of s in bytes and its alphabet.
func checkText(s string, shortest, longest int, alphabet string) error {
	switch {
	case len(s) < shortest:
		return fmt.Errorf("%d characters, at least %d are needed", len(s), shortest)
	case len(s) > longest:
		return fmt.Errorf("%d characters, at most %d are allowed", len(s), longest)
	case strings.Trim(s, alphabet) != "":
		return errors.New("a character that is not allowed")
	}
	return nil
}

// checkAddress checks that s is an absolute http or https address of at most 512 bytes.
func checkAddress(s string) error {
	u, err := url.Parse(s)
	if err != nil || len(s) > 512 || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("not an absolute http or https address")
	}
	return nil
}

var errNothing = errors.New("the amount is zero")

func positiveCents(d decimal.Decimal) (int64, error) {
	cents, err := euro.Cents(d)
	if err == nil && cents == 0 {
		err = errNothing
	}
	return cents, err
}

// checkLimits checks an amount against what the acquirer takes.
func checkLimits(amount decimal.Decimal, k acquirer.Traits) error {
	switch {
	case amount.LessThan(k.Smallest):
		return fmt.Errorf("it is below %s", k.Smallest)
	case !k.Largest.IsZero() && amount.GreaterThan(k.Largest):
		return fmt.Errorf("it is above %s", k.Largest)
	}
	return nil
}

// checkOrder returns the first field of an order that no acquirer of the kind would take, and what is wrong with it; never its
// value.
func checkOrder(o acquirer.Order, k acquirer.Traits) (field string, err error) {
	for _, c := range []struct {
		field string
		check func() error
	}{
		{"ID", func() error { return checkText(o.ID, 1, 32, digits+capital+small) }},
		{"Reference", func() error { return checkText(o.Reference, 1, 35, digits+capital+small) }},
		{"Amount", func() error {
			if _, err := positiveCents(o.Amount); err != nil {
				return err
			}
			return checkLimits(o.Amount, k)
		}},
		{"Currency", func() error { return checkText(o.Currency, 3, 3, capital) }},
		{"ReturnURL", func() error { return checkAddress(o.ReturnURL) }},
		{"NotifyURL", func() error {
			if o.NotifyURL == "" {
				return nil // allowed: there is no notification, and the host asks Status
			}
			return checkAddress(o.NotifyURL)
		}},
		{"Language", func() error { return checkText(o.Language, 0, 35, digits+capital+small+"-") }},
	} {
		if err := c.check(); err != nil {
			return c.field, err
		}
	}
	return "", nil
}

// safeReference returns the reference for an error, or nothing if it has not the form of one: it could then be a person's data.
func safeReference(reference string) string {
	if checkText(reference, 1, 35, digits+capital+small) != nil {
		return ""
	}
	return reference
}

// invalidField is the error of a call that is refused before anything is sent.
func invalidField(op, reference, field string, cause error) error {
	return &acquirer.Error{Op: op, Reference: safeReference(reference), Code: "12", Field: field, Kind: acquirer.ErrInvalid, Err: cause}
}
