package bank

import (
	"cmp"
	"strings"
	"time"

	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/internal/paris"
)

// Order is what a merchant asks to be paid. Merchant and ID together name the transaction for ever, or Merchant and Reference
// where there is no ID.
type Order struct {
	// ID names the transaction where a reference may come twice, as at Direct and PayFiP: Status, Cancel, Refund and Decide then
	// take it in place of the reference. It looks like no reference. Zero: the reference is the name, and comes once.
	ID string `json:",omitempty"`

	Merchant, Reference, OrderID string
	Cents                        int64  // above zero, at most 12 digits
	Currency                     string // three capital letters
	ReturnURL, NotifyURL         string
	Language                     string

	// Lifetime is how long the session lives, with or without activity. Zero: the constants Idle and Lifetime.
	Lifetime time.Duration `json:",omitempty"`

	// Attempts is how many cards the payer may try; the last refusal keeps its own code. Zero: one, or the constant Attempts where
	// the shop allows several.
	Attempts int `json:",omitempty"`

	// Capture is when an accepted payment is remitted. Zero: CaptureByDay.
	Capture Capture `json:",omitempty"`

	// CaptureDay is after how many days the payment is remitted, or has expired if Capture needs a validation that has not come. Zero:
	// at the end of its own day.
	CaptureDay int `json:",omitempty"`

	// Brands are the card brands that the payment page takes; see [ReadCardOf]. The bank itself takes any. Zero: every one.
	Brands []string `json:",omitempty"`

	Fields map[string]string // kept for the front; the bank does not read them
}

// wrongField returns the first field that the bank does not take, empty if there is none.
func (o Order) wrongField() string {
	switch {
	case o.Reference == "" || len(o.Reference) > 35 || strings.Trim(o.Reference, alphanumeric) != "":
		return "reference"
	case o.Cents <= 0 || o.Cents > euro.Max:
		return "amount"
	case len(o.Currency) != 3 || strings.Trim(o.Currency, capitals) != "":
		return "currency"
	case o.Lifetime < 0:
		return "lifetime"
	case o.CaptureDay < 0 || o.CaptureDay > 99:
		return "capture day"
	}
	return ""
}

const (
	capitals     = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	alphanumeric = "0123456789" + capitals + "abcdefghijklmnopqrstuvwxyz"
)

// Capture is when an accepted payment is remitted. The strings are frozen.
type Capture string

const (
	CaptureByDay    Capture = ""          // at the end of its day, or CaptureDay days later
	CaptureOnDemand Capture = "on_demand" // at the end of the day on which it is validated; without a validation in time it expires
	CaptureAtOnce   Capture = "at_once"   // as soon as it is accepted
)

func (o Order) lifetimeOrDefault() time.Duration { return cmp.Or(o.Lifetime, Lifetime) }

// Attempts is how many cards a payer may try where the shop allows several; the last refusal has the code 75.
const Attempts = 3

// MostAttempts is how many cards a payer of the order may try where it is more than one.
func MostAttempts(o Order) int { return cmp.Or(o.Attempts, Attempts) }

// CaptureLimit is the day by whose end a payment of an instant is remitted, in Paris: the day itself, or the order's CaptureDay days later.
func CaptureLimit(o Order, at time.Time) paris.Day {
	day := paris.Of(at)
	for range o.CaptureDay {
		day = day.Next()
	}
	return day
}

// name is what a transaction is found by: the merchant, and the order's ID or else its reference.
type name struct{ merchant, key string }

func (o Order) nameOf() name { return name{o.Merchant, cmp.Or(o.ID, o.Reference)} }
