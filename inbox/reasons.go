package inbox

import (
	"errors"
	"fmt"
	"slices"

	"github.com/quittance/quittance/creance"
	"golang.org/x/text/language"
)

// precedence is the order of reasons by what the payer must do. Of several reasons the first one says what to do, and it alone: two
// texts would give contrary orders. Reasons of an integrator's own rules, which are not here, stand at ownReasons.
var precedence = []creance.ReasonCode{
	// Nothing is to be paid, which is good news: nothing else matters then.
	creance.TimeBarred, creance.Exempt, creance.AlreadySettled, creance.NothingDue,
	// Wait, or ask, before any payment.
	creance.InDispute, creance.InInstalments, creance.OnHold, creance.Doubtful, creance.InvalidAmount,
	// Pay in another way.
	creance.WrongKind, ownReasons, creance.BelowMinimum, creance.AboveMaximum,
	// Wait for the notice.
	creance.NoNotice,
}

// ownReasons stands in precedence for the codes of integrators.
const ownReasons creance.ReasonCode = ""

// limitReasons are about co-payments and mean nothing to a debt of another kind: what is said of a small one would be wrong for it.
var limitReasons = []creance.ReasonCode{creance.BelowMinimum, creance.AboveMaximum}

func precedenceOf(r creance.Reason) int {
	if i := slices.Index(precedence, r.Code); i >= 0 {
		return i
	}
	return slices.Index(precedence, ownReasons)
}

// reasonsToTell are the reasons that are told, in the order of precedence: a settling one alone, no limit beside a wrong kind.
func reasonsToTell(reasons []creance.Reason) []creance.Reason {
	rs := slices.Clone(reasons)
	slices.SortStableFunc(rs, func(a, b creance.Reason) int { return precedenceOf(a) - precedenceOf(b) })
	switch {
	case len(rs) == 0:
		return []creance.Reason{{Code: "other"}}
	case rs[0].Code.Settles():
		return rs[:1]
	case hasCode(rs, creance.WrongKind):
		return slices.DeleteFunc(rs, func(r creance.Reason) bool { return slices.Contains(limitReasons, r.Code) })
	}
	return rs
}

func hasCode(rs []creance.Reason, code creance.ReasonCode) bool {
	return slices.ContainsFunc(rs, func(r creance.Reason) bool { return r.Code == code })
}

// setReasons sets Reasons and Action. A text reason/ says in its first paragraph why, and in the others what to do. The first reason is
// told whole; of the others only why. A text of one paragraph, which an integrator may have, is told only where it is the first: it
// may say both.
func (t *factBuilder) setReasons(d creance.Decision) error {
	if !hasCode(d.Reasons, creance.NoNotice) {
		t.NoticeInHand = "yes"
	}
	var errs []error
	for i, r := range reasonsToTell(d.Reasons) {
		t.Balance, t.Limit = "", ""
		if slices.Contains(limitReasons, r.Code) {
			t.Balance, t.Limit = t.roundAmount(r.Actual), t.roundAmount(r.Limit)
		}
		name := "reason/" + string(r.Code)
		if _, ok := t.edition.texts[name]; !ok {
			name = "reason/other"
		}
		bs, err := t.edition.textBlocks(name, &t.Facts)
		errs = append(errs, err)
		if len(bs) == 0 || i > 0 && len(bs) == 1 {
			continue
		}
		if why := oneLine(bs[:1]); !slices.Contains(t.Reasons, why) { // two items of a wrong kind are one reason to a person
			t.Reasons = append(t.Reasons, why)
		}
		if i == 0 {
			t.Action = oneLine(bs[1:])
		}
	}
	t.Balance, t.Limit = "", ""
	return errors.Join(errs...)
}

// Reasons are the words for a decision alone, for a list of debts: why, one reason each, and last what the payer does. They are
// those of [NotEligible], in the language that [Catalog.Render] would choose. An eligible decision is an error.
func (c *Catalog) Reasons(tag language.Tag, n NotEligible) ([]string, error) {
	e, err := c.editionFor(tag)
	if err != nil {
		return nil, fmt.Errorf("inbox: Reasons: %w", err)
	}
	t := factBuilder{edition: e}
	if err := n.setFacts(&t); err != nil {
		return nil, fmt.Errorf("inbox: Reasons: %w", err)
	}
	if t.Action == "" {
		return t.Facts.Reasons, nil
	}
	return append(t.Facts.Reasons, t.Action), nil
}
