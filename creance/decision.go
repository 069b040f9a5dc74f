package creance

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/quittance/quittance/internal/euro"
	"github.com/shopspring/decimal"
)

// ErrIneligible is what [errors.Is] finds in the error of a refused decision.
var ErrIneligible = errors.New("creance: not payable online")

// Decision is the answer to « may this debt be paid here? ». It is eligible when it has no reason against.
type Decision struct {
	Amount  decimal.Decimal // euros to pay: what the notice claims, never more than the balance; zero on a refusal
	Reasons []Reason        // every reason, not the first
	Policy  string          // the policy's name and fingerprint, "name@0123456789abcdef"
}

// Eligible reports whether the debt may be paid online. The zero Decision is not eligible: it names no policy.
func (d Decision) Eligible() bool { return len(d.Reasons) == 0 && d.Policy != "" }

// NothingToPay reports whether one of the reasons leaves nothing to pay: good news, and not an obstacle.
func (d Decision) NothingToPay() bool {
	return slices.ContainsFunc(d.Reasons, func(r Reason) bool { return r.Code.Settles() })
}

// Err is nil for an eligible decision and an [*IneligibleError] otherwise.
func (d Decision) Err() error {
	if d.Eligible() {
		return nil
	}
	return &IneligibleError{d}
}

// IneligibleError carries the decision that refused, so that a host can tell the payer every reason.
type IneligibleError struct{ Decision Decision }

// payableAmounts says in the error of an [InvalidAmount] which amounts are valid.
const payableAmounts = "whole cents from 0.00 to 9999999999.99 are needed"

// Error lists the reasons by code, and what an invalid amount must be; of a kind at most the first 40 characters.
func (e *IneligibleError) Error() string {
	var b strings.Builder
	b.WriteString(ErrIneligible.Error())
	sep := ": "
	for _, r := range e.Decision.Reasons {
		b.WriteString(sep)
		b.WriteString(string(r.Code))
		switch {
		case r.Code == InvalidAmount && r.Kind != "":
			fmt.Fprintf(&b, " (%.40s: %s)", r.Kind, payableAmounts)
		case r.Code == InvalidAmount:
			fmt.Fprintf(&b, " (of the notice or of a limit: %s)", payableAmounts)
		case r.Kind != "":
			fmt.Fprintf(&b, " (%.40s)", r.Kind)
		}
		if r.Code == BelowMinimum || r.Code == AboveMaximum {
			b.WriteString(" (" + euro.Describe(r.Actual) + ", the limit is " + euro.Describe(r.Limit) + ")")
		}
		sep = ", "
	}
	return b.String()
}

// Is reports that target is [ErrIneligible].
func (e *IneligibleError) Is(target error) bool { return target == ErrIneligible }
