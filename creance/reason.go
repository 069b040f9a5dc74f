package creance

import (
	"iter"
	"slices"

	"github.com/shopspring/decimal"
)

// ReasonCode says why a debt may not be paid online. The strings are frozen.
type ReasonCode string

const (
	NothingDue     ReasonCode = "nothing_due"     // the balance is zero
	BelowMinimum   ReasonCode = "below_minimum"   // S13
	AboveMaximum   ReasonCode = "above_maximum"   // S14
	NoNotice       ReasonCode = "no_notice"       // S15; also a notice without a number, of a later day, or of an unknown channel
	WrongKind      ReasonCode = "wrong_kind"      // an item of a kind that the policy does not take: no co-payment (S16)
	AlreadySettled ReasonCode = "already_settled" // status Settled
	InDispute      ReasonCode = "in_dispute"      // status Disputed
	OnHold         ReasonCode = "on_hold"         // status Suspended or unknown; a rule that could not be checked
	TimeBarred     ReasonCode = "time_barred"     // status Prescribed
	InvalidAmount  ReasonCode = "invalid_amount"  // of an item, of the notice, or a limit of the policy
	Exempt         ReasonCode = "exempt"          // status Exempted
	InInstalments  ReasonCode = "in_instalments"  // status Instalments
	Doubtful       ReasonCode = "doubtful"        // the fund has to look at the debt first: see [Plausible] and its rules
)

var reasonCodes = []ReasonCode{
	NothingDue, BelowMinimum, AboveMaximum, NoNotice, WrongKind,
	AlreadySettled, InDispute, OnHold, TimeBarred, InvalidAmount, Exempt, InInstalments, Doubtful,
}

// ReasonCodes yields every code that Quittance itself gives, in a fixed order. A [Rule] may give others.
func ReasonCodes() iter.Seq[ReasonCode] { return slices.Values(reasonCodes) }

// Settles reports whether a reason leaves nothing to pay: time-barred, exempt, settled already, nothing due.
func (c ReasonCode) Settles() bool {
	return c == TimeBarred || c == Exempt || c == AlreadySettled || c == NothingDue
}

// Reason is one thing that stands in the way of a payment.
type Reason struct {
	Code          ReasonCode
	Kind          Kind            // of the item at fault, for WrongKind and InvalidAmount
	Actual, Limit decimal.Decimal // euros, for BelowMinimum and AboveMaximum: the balance and the limit it misses
}

// statuses gives the reason that each status is; a status that is neither Open nor here is OnHold.
var statuses = map[Status]ReasonCode{
	Settled:     AlreadySettled,
	Disputed:    InDispute,
	Suspended:   OnHold,
	Prescribed:  TimeBarred,
	Exempted:    Exempt,
	Instalments: InInstalments,
}
