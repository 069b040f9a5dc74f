package payment

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/internal/euro"
)

// What each entry is to the accounting officer, in the light of those before it.
func TestMovements(t *testing.T) {
	p := Payment{Amount: euro.Of(75_00), Currency: "EUR", Merchant: "M"}
	said := func(cents, back int64, authorisation string) Money {
		return Money{euro.Of(cents), euro.Of(back), "EUR", "M", authorisation}
	}
	entry := func(on EventKind, effect Effect, to State, m Money) Entry {
		return Entry{Event: on, Effect: effect, To: to, Money: m}
	}
	paid := entry(OnAccepted, EffectChanged, Paid, said(7500, 0, "A"))
	none := Money{}
	for name, c := range map[string]struct {
		entries []Entry
		want    string // one word for each movement, a comma between entries
	}{
		"paid": {[]Entry{paid}, "accepted:7500:A"},
		"told again in review": {[]Entry{entry(OnMismatched, EffectChanged, Review, said(7600, 0, "A")), entry(OnMismatched, EffectNoted, Review, said(7600, 0, "A"))},
			"accepted:7600:A review:7600:A,"},
		"told again without its authorisation": {
			[]Entry{
				paid,
				entry(OnAccepted, EffectNoted, Review, said(7500, 0, "")),
			},
			"accepted:7500:A,",
		},
		"its authorisation is learned later": {
			[]Entry{
				entry(OnAccepted, EffectChanged, Paid, said(7500, 0, "")),
				entry(OnAccepted, EffectNoted, Review, said(7500, 0, "A")),
				entry(OnAccepted, EffectNoted, Review, said(7500, 0, "B")),
			},
			"accepted:7500:,,accepted:7500:B",
		},
		"a second authorisation": {
			[]Entry{
				paid,
				entry(OnMismatched, EffectContradiction, Paid, said(7500, 0, "B")),
			},
			"accepted:7500:A,accepted:7500:B",
		},
		"another amount under the same one": {
			[]Entry{
				paid,
				entry(OnMismatched, EffectContradiction, Paid, said(7600, 0, "A")),
			},
			"accepted:7500:A,accepted:7600:A",
		},
		"another currency under the same one": {
			[]Entry{paid, entry(OnMismatched, EffectContradiction, Paid, Money{euro.Of(7500), euro.Of(0), "USD", "M", "A"})}, "accepted:7500:A,accepted:7500:A",
		},
		"another merchant under the same one": {
			[]Entry{paid, entry(OnMismatched, EffectContradiction, Paid, Money{euro.Of(7500), euro.Of(0), "EUR", "N", "A"})}, "accepted:7500:A,accepted:7500:A",
		},
		"back": {
			[]Entry{
				paid,
				entry(OnReturned, EffectChanged, Refunded, said(7500, 7500, "A")),
			},
			"accepted:7500:A,returned:7500:A",
		},
		"back in parts": {
			[]Entry{
				paid,
				entry(OnQuestioned, EffectChanged, Review, none),
				entry(OnAccepted, EffectNoted, Review, said(7500, 2500, "A")),
				entry(OnReturned, EffectNoted, Review, said(7500, 7500, "A")),
				entry(OnReturned, EffectNoted, Review, said(7500, 2500, "A")),
			},
			"accepted:7500:A,review:7500:A,returned:2500:A,returned:5000:A,",
		},
		"taken and back before it was heard": {
			[]Entry{
				entry(OnReturned, EffectChanged, Review, said(7500, 7500, "A")),
			},
			"accepted:7500:A returned:7500:A review:7500:A",
		},
		"again after it went back": {
			[]Entry{
				paid,
				entry(OnReturned, EffectChanged, Refunded, said(7500, 7500, "A")),
				entry(OnMismatched, EffectChanged, Review, said(7500, 0, "B")),
			},
			"accepted:7500:A,returned:7500:A,accepted:7500:B review:7500:B",
		},
		"a person says that it went back": {
			[]Entry{
				paid,
				entry(OnMismatched, EffectContradiction, Paid, said(7500, 0, "B")),
				entry(OnQuestioned, EffectChanged, Review, none),
				entry(OnWasReturned, EffectChanged, Refunded, none),
			},
			"accepted:7500:A,accepted:7500:B,review:7500:B,returned:7500:A returned:7500:B",
		},
		"a person says so, and nobody else": {
			[]Entry{
				entry(OnOverdue, EffectChanged, Review, none),
				entry(OnWasReturned, EffectChanged, Refunded, none),
			},
			"review:7500:,accepted:7500: returned:7500:",
		},
		"kept": {
			[]Entry{
				entry(OnAbsent, EffectChanged, Review, none),
				entry(OnKept, EffectChanged, Paid, none),
			},
			"review:7500:,accepted:7500:",
		},
		"kept, as accepted": {
			[]Entry{
				entry(OnMismatched, EffectChanged, Review, said(7600, 0, "A")),
				entry(OnKept, EffectChanged, Paid, none),
			},
			"accepted:7600:A review:7600:A,",
		},
		"kept after it went back": {
			[]Entry{
				paid,
				entry(OnReturned, EffectChanged, Review, said(7500, 7500, "A")),
				entry(OnKept, EffectChanged, Paid, none),
			},
			"accepted:7500:A,returned:7500:A review:7500:A,accepted:7500:",
		},
		"kept after it went back, and the acquirer says again that it did": {
			[]Entry{
				paid,
				entry(OnReturned, EffectChanged, Review, said(7500, 7500, "A")),
				entry(OnKept, EffectChanged, Paid, none),
				entry(OnRefundAsked, EffectChanged, Refunding, none),
				entry(OnAccepted, EffectNoted, Refunding, said(7500, 7500, "A")),
				entry(OnReturned, EffectChanged, Refunded, said(7500, 7500, "A")),
			},
			"accepted:7500:A,returned:7500:A review:7500:A,accepted:7500:,,,returned:7500:",
		},
		"kept after it went back, then taken again": {
			[]Entry{
				paid,
				entry(OnReturned, EffectChanged, Review, said(7500, 7500, "A")),
				entry(OnKept, EffectChanged, Paid, none),
				entry(OnMismatched, EffectContradiction, Paid, said(7500, 0, "B")),
				entry(OnRefundAsked, EffectChanged, Refunding, none),
				entry(OnReturned, EffectChanged, Refunded, said(7500, 7500, "A")),
			},
			"accepted:7500:A,returned:7500:A review:7500:A,accepted:7500:,,,",
		},
		"kept on a person's word, then told and back": {
			[]Entry{
				entry(OnOverdue, EffectChanged, Review, none),
				entry(OnKept, EffectChanged, Paid, none),
				entry(OnReturned, EffectChanged, Review, said(7500, 7500, "A")),
			},
			"review:7500:,accepted:7500:,returned:7500:A review:7500:A",
		},
		"no money, a person says": {
			[]Entry{
				entry(OnMismatched, EffectChanged, Review, said(7600, 0, "A")),
				entry(OnNoMoney, EffectChanged, Failed, none),
			},
			"accepted:7600:A review:7600:A,",
		},
		"not about money": {
			[]Entry{
				entry(OnRefused, EffectChanged, Refused, none),
				entry(OnUnfit, EffectContradiction, Refused, none),
				entry(OnPending, EffectNoted, Refused, none),
			},
			",,",
		},
		// Entries from before messages' money was kept: as ordered.
		"of the first form": {
			[]Entry{
				entry(OnAccepted, EffectChanged, Paid, none),
				entry(OnMismatched, EffectContradiction, Paid, none),
				entry(OnReturned, EffectChanged, Refunded, none),
			},
			"accepted:7500:,,returned:7500:",
		},
		"of the first form, one too many": {[]Entry{entry(OnAcceptedToo, EffectChanged, Review, none)}, "accepted:7500: review:7500:"},
		"of the first form, a mismatch":   {[]Entry{entry(OnMismatched, EffectChanged, Review, none)}, "accepted:7500: review:7500:"},
		"of the first form, noted": {
			[]Entry{
				entry(OnOverdue, EffectChanged, Review, none),
				entry(OnAccepted, EffectNoted, Review, none),
			},
			"review:7500:,accepted:7500:",
		},
		"of the first form, overtaken": {[]Entry{entry(OnAccepted, EffectStale, Refunding, none)}, ""},
		"of the first form, back at once": {
			[]Entry{
				entry(OnReturned, EffectChanged, Review, none),
			},
			"accepted:7500: returned:7500: review:7500:",
		},
		"of the first form, then of second": {
			[]Entry{
				entry(OnAccepted, EffectChanged, Paid, none),
				entry(OnReturned, EffectChanged, Refunded, said(7500, 7500, "A")),
			},
			"accepted:7500:,returned:7500:A",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			var takings ledger
			for _, e := range c.entries {
				var words []string
				for _, m := range takings.movementsOf(p, e) {
					words = append(words, fmt.Sprintf("%s:%d:%s", m.Kind, m.Money.Amount.Shift(2).IntPart(), m.Money.Authorisation))
				}
				got = append(got, strings.Join(words, " "))
			}
			if d := cmp.Diff(c.want, strings.Join(got, ",")); d != "" {
				t.Error(d)
			}
		})
	}
}

// Orphans of one transaction are told apart from those of another, which may have its reference: after a restore references repeat.
func TestOrphanMovements(t *testing.T) {
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	orphan := func(reference, order string, back int64) Orphan {
		at = at.Add(time.Minute)
		return Orphan{At: at, Result: acquirer.Result{
			Reference: reference, OrderID: order, Merchant: "M", Amount: euro.Of(7500), Returned: euro.Of(back), Currency: "EUR", Outcome: acquirer.Accepted,
		}}
	}
	var got []string
	for _, m := range OrphanMovements([]Orphan{
		orphan("R1", "a", 0), orphan("R1", "b", 0), orphan("R2", "a", 0), orphan("R1", "a", 2500), orphan("R1", "a", 0), orphan("R1", "b", 7500),
	}) {
		got = append(got, fmt.Sprintf("%d %s %s %d", m.At.Minute(), m.Kind, m.Payment.Reference, m.Money.Amount.Shift(2).IntPart()))
	}
	want := []string{"1 orphan R1 7500", "2 orphan R1 7500", "3 orphan R2 7500", "4 returned R1 2500", "6 returned R1 7500"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// Whatever is told, in whatever order: what came in less what went back is what is left, and never less than nothing.
func TestMovementsBalance(t *testing.T) {
	const seed = 20170911
	r := rand.New(rand.NewPCG(seed, 1))
	p := Payment{Amount: euro.Of(75_00), Currency: "EUR", Merchant: "M"}
	for n := range 20_000 {
		var takings ledger
		balance := map[MovementKind]int64{}
		for range 1 + r.IntN(12) {
			e := Entry{Event: eventOrder[r.IntN(len(eventOrder))], Effect: []Effect{EffectChanged, EffectNoted, EffectContradiction, EffectStale}[r.IntN(4)], To: stateOrder[r.IntN(len(stateOrder))]}
			if e.Event == OnAccepted || e.Event == OnMismatched || e.Event == OnReturned {
				amount := []int64{7500, 7600}[r.IntN(2)]
				e.Money = Money{euro.Of(amount), euro.Of(r.Int64N(amount + 1)), "EUR", "M", []string{"", "A", "B"}[r.IntN(3)]}
			}
			for _, m := range takings.movementsOf(p, e) {
				if m.Money.Amount.Sign() <= 0 {
					t.Fatalf("seed %d, run %d: a movement of %s", seed, n, euro.Describe(m.Money.Amount))
				}
				balance[m.Kind] += m.Money.Amount.Shift(2).IntPart()
			}
		}
		var left int64
		for _, known := range takings {
			if known.notReturned().Sign() < 0 {
				t.Fatalf("seed %d, run %d: more went back than came in", seed, n)
			}
			left += known.notReturned().Shift(2).IntPart()
		}
		if balance[MovementAccepted]-balance[MovementReturned] != left {
			t.Fatalf("seed %d, run %d: %v, and %d is left", seed, n, balance, left)
		}
	}
}
