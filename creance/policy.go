package creance

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/internal/paris"
	"github.com/shopspring/decimal"
)

// Policy is the rule that holds from a day on: between which amounts a balance may be paid online, and whatever else
// must be true. Both limits are included: the source excludes what is « inférieur à 50€ » and « supérieur à 150€ »
// (S9, S13, S14). A zero Max lets nothing through.
type Policy struct {
	Name     string
	Since    time.Time       // its first day, in Paris
	Min, Max decimal.Decimal // euros, compared with the balance
	Rules    []Rule          // checked after everything else

	// Kinds are the kinds of items that it takes: a canteen's bill is no co-payment. They enter the
	// fingerprint, in whatever order. Nil: Participation and Franchise (S16).
	Kinds []Kind
}

// coPayments are the kinds that a policy without Kinds takes.
var coPayments = []Kind{Participation, Franchise}

func (p Policy) takes(k Kind) bool {
	if p.Kinds == nil {
		return slices.Contains(coPayments, k)
	}
	return slices.Contains(p.Kinds, k)
}

// Rule is an integrator's own condition. ID is frozen: it enters the policy's
// fingerprint, so change it when the rule changes.
//
// Check returns the reasons against a payment, none if there are none. It must be pure and safe for concurrent use. A
// Check that is nil or panics counts as the reason OnHold: what could not be checked is not let through.
type Rule struct {
	ID    string
	Check func(Debt, time.Time) []Reason
}

// Decide is total: it never panics and never fails, and gives every reason.
//
// The balance is compared with the limits; what is to be paid is what the notice claims, never more than the balance.
// Both channels of the notice count. on is the instant of the decision.
func (p Policy) Decide(d Debt, on time.Time) Decision {
	dec := Decision{Policy: p.fingerprintedName()}
	refuse := func(r Reason) { dec.Reasons = append(dec.Reasons, r) }

	if d.Status != Open {
		code, ok := statuses[d.Status]
		if !ok {
			code = OnHold
		}
		refuse(Reason{Code: code})
	}

	balance, sound := int64(0), true
	for _, it := range d.Items {
		if !p.takes(it.Kind) {
			refuse(Reason{Code: WrongKind, Kind: it.Kind})
		}
		c, err := euro.Cents(it.Amount)
		if err != nil || balance+c > euro.Max {
			refuse(Reason{Code: InvalidAmount, Kind: it.Kind})
			sound = false
			continue
		}
		balance += c
	}

	if sound {
		low, lerr := euro.Cents(p.Min)
		high, herr := euro.Cents(p.Max)
		switch {
		case balance == 0:
			refuse(Reason{Code: NothingDue})
		case lerr != nil || herr != nil:
			refuse(Reason{Code: InvalidAmount})
		case balance < low:
			refuse(Reason{Code: BelowMinimum, Actual: euro.Of(balance), Limit: p.Min})
		case balance > high:
			refuse(Reason{Code: AboveMaximum, Actual: euro.Of(balance), Limit: p.Max})
		}
	}

	due := balance
	if !noticeReceived(d.Notice, on) {
		refuse(Reason{Code: NoNotice})
	} else if c, err := euro.Cents(d.Notice.Amount); err != nil {
		refuse(Reason{Code: InvalidAmount})
	} else if c > 0 {
		due = min(due, c)
	}

	for _, r := range p.Rules {
		dec.Reasons = append(dec.Reasons, r.check(d, on)...)
	}
	if len(dec.Reasons) == 0 {
		dec.Amount = euro.Of(due)
	}
	return dec
}

// noticeReceived reports whether there is a notice that claims something by number, sent by a known channel and not dated
// after the day of the decision.
func noticeReceived(n *Notice, on time.Time) bool {
	return n != nil && n.Number != "" && (n.Channel == Electronic || n.Channel == Paper) &&
		(n.IssuedOn.IsZero() || paris.Of(n.IssuedOn).Number() <= paris.Of(on).Number())
}

func (r Rule) check(d Debt, on time.Time) (reasons []Reason) {
	defer func() {
		if recover() != nil {
			reasons = []Reason{{Code: OnHold}}
		}
	}()
	return r.Check(d, on)
}

// Fingerprint is 16 hexadecimal digits over the policy's name, first day, limits, kinds and the IDs of its rules: two
// policies with the same fingerprint decide alike. What a rule does is not seen; that is why its ID changes with it.
func (p Policy) Fingerprint() string { return p.fingerprintedName()[len(p.Name)+1:] }

// fingerprintedName is the name and the fingerprint in one string.
func (p Policy) fingerprintedName() string {
	var stack [256]byte
	b := append(stack[:0], "policy/1"...)
	text := func(s string) {
		b = append(strconv.AppendInt(append(b, ' '), int64(len(s)), 10), ':')
		b = append(b, s...)
	}
	amount := func(d decimal.Decimal) {
		if c, err := euro.Cents(d); err == nil {
			b = strconv.AppendInt(append(b, ' '), c, 10)
		} else {
			b = append(b, " invalid"...)
		}
	}
	text(p.Name)
	b = strconv.AppendInt(append(b, ' '), int64(paris.Of(p.Since).Number()), 10)
	amount(p.Min)
	amount(p.Max)
	for _, r := range p.Rules {
		text(r.ID)
	}
	if p.Kinds != nil { // a policy without is written as it was before there were any: stored fingerprints stand
		b = append(b, " kinds"...)
		for _, k := range slices.Sorted(slices.Values(p.Kinds)) {
			text(string(k))
		}
	}
	sum := sha256.Sum256(b)

	out := append(stack[:0], p.Name...)
	out = append(out, '@')
	out = hex.AppendEncode(out, sum[:8])
	return string(out)
}

// Policies are the rules over time. Each holds from its Since, inclusive, until the next one begins.
type Policies []Policy

// Ameli returns the policies of the teleservice « Paiement d'une créance » of the compte ameli: from 50 € to 150 €,
// both included (S9, S13, S14). The first day, 1 January 2016, is inferred from the year of the first pilot; the deck
// of October 2023 has no date for the limits.
//
// A person owes at most 50 € of participations and 50 € of franchises for a calendar year (CSS D160-6, D160-10). So whoever owes more
// than 100 € is asked for several years at once, which the Défenseur des droits told a fund to stop (décision 2020-034); a host that
// follows him adds [OneYearRule]. What cannot be right about a debt at all [Plausible] finds, and [ImpossibleRule] refuses.
func Ameli() Policies {
	return Policies{{
		Name:  "ameli",
		Since: paris.Day{Year: 2016, Month: time.January, Day: 1}.Start(),
		Min:   euro.Of(50_00),
		Max:   euro.Of(150_00),
	}}
}

// ErrNoPolicy is in the error of [Policies.On] on a day before the first policy.
var ErrNoPolicy = errors.New("creance: no policy is in force")

// On returns the policy in force on the Paris day of the given instant. Before the first one the error is [ErrNoPolicy]. Of
// two that begin on one day the later in the list holds; [Policies.Validate] refuses such a list.
func (ps Policies) On(day time.Time) (Policy, error) {
	best, on := -1, paris.Of(day).Number()
	for i, p := range ps {
		since := paris.Of(p.Since).Number()
		if since <= on && (best < 0 || since >= paris.Of(ps[best].Since).Number()) {
			best = i
		}
	}
	if best < 0 {
		return Policy{}, fmt.Errorf("%w on %s", ErrNoPolicy, paris.Of(day))
	}
	return ps[best], nil
}

// Validate returns every mistake in the list at once: no policy, a missing or repeated name, two policies that begin
// on one day, a limit that is not an amount, a minimum above the maximum, a rule without an ID or a Check, an ID used
// twice in one policy, kinds that are none at all, empty or named twice.
func (ps Policies) Validate() error {
	var errs []error
	if len(ps) == 0 {
		errs = append(errs, errors.New("creance: no policy"))
	}
	names, days := map[string]bool{}, map[int]bool{}
	for i, p := range ps {
		bad := func(format string, a ...any) {
			errs = append(errs, fmt.Errorf("creance: policy %d (%.40q): "+format, append([]any{i + 1, p.Name}, a...)...))
		}
		if p.Name == "" {
			bad("Name is empty")
		} else if names[p.Name] {
			bad("Name is used twice")
		}
		names[p.Name] = true
		day := paris.Of(p.Since)
		if days[day.Number()] {
			bad("another policy begins on %s too", day)
		}
		days[day.Number()] = true
		low, lerr := euro.Cents(p.Min)
		high, herr := euro.Cents(p.Max)
		if lerr != nil {
			bad("Min: %w", lerr)
		}
		if herr != nil {
			bad("Max: %w", herr)
		}
		if lerr == nil && herr == nil && low > high {
			bad("Min %s is above Max %s", euro.Format(low), euro.Format(high))
		}
		if p.Kinds != nil && len(p.Kinds) == 0 {
			bad("Kinds has none: nothing could be paid; nil is Participation and Franchise")
		}
		for j, k := range p.Kinds {
			if k == "" {
				bad("Kinds: kind %d is empty", j+1)
			} else if slices.Contains(p.Kinds[:j], k) {
				bad("Kinds: %.40q is named twice", k)
			}
		}
		ids := map[string]bool{}
		for j, r := range p.Rules {
			switch {
			case r.ID == "":
				bad("rule %d: ID is empty", j+1)
			case ids[r.ID]:
				bad("rule %d: ID %.40q is used twice", j+1, r.ID)
			}
			if r.Check == nil {
				bad("rule %d (%.40q): Check is nil", j+1, r.ID)
			}
			ids[r.ID] = true
		}
	}
	return errors.Join(errs...)
}
