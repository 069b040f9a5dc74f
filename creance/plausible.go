package creance

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/internal/paris"
	"github.com/shopspring/decimal"
)

// DoubtCode says what is odd about a debt. The strings are frozen.
type DoubtCode string

const (
	DoubtOverCap     DoubtCode = "over_cap"     // more of one kind in a year than the law lets a person owe (CSS D160-6, D160-10)
	DoubtOverYear    DoubtCode = "over_year"    // more than both caps together in a year: 100 €
	DoubtBeforeLaw   DoubtCode = "before_law"   // a year in which the kind did not exist: before 2005 and 2008
	DoubtYearToCome  DoubtCode = "year_to_come" // a year after that of the decision
	DoubtNoYear      DoubtCode = "no_year"      // an item without a year
	DoubtCents       DoubtCode = "cents"        // participations are whole euros; a deduction of a part can leave cents
	DoubtOld         DoubtCode = "old"          // open, and all of its year is more than five years ago (code civil 2224)
	DoubtSmallNotice DoubtCode = "small_notice" // the notice claims less than 1 €, which no acquirer of the State takes (PayFiP)
)

var doubtCodes = []DoubtCode{
	DoubtOverCap, DoubtOverYear, DoubtBeforeLaw, DoubtYearToCome, DoubtNoYear, DoubtCents, DoubtOld, DoubtSmallNotice,
}

// DoubtCodes yields every code, in a fixed order.
func DoubtCodes() iter.Seq[DoubtCode] { return slices.Values(doubtCodes) }

// Doubt is one thing that cannot be right about a debt, or that somebody has to look at before it is claimed. It names no person.
type Doubt struct {
	Code          DoubtCode
	Kind          Kind            // of the items; empty: of all kinds, or of the notice
	Year          int             // zero: of the notice
	Actual, Limit decimal.Decimal // euros, for the codes that compare amounts
}

// String words a doubt for a log or a list.
func (d Doubt) String() string {
	s := string(d.Code)
	if d.Kind != "" {
		s += fmt.Sprintf(", %.40s", string(d.Kind))
	}
	if d.Year != 0 {
		s += fmt.Sprintf(" %d", d.Year)
	}
	if !d.Limit.IsZero() {
		s += ": " + euro.Describe(d.Actual) + ", the limit is " + euro.Describe(d.Limit)
	}
	return s
}

// barredAfter is after how many years a co-payment can no longer be claimed (code civil 2224; the ministry's answer QE 52700). A
// registered letter begins them anew (CSS L133-4-6), which a [Debt] does not say.
const barredAfter = 5

// smallestNotice is the least that PayFiP takes, in cents.
const smallestNotice = 1_00

// Plausible looks for what cannot be right about co-payments: nothing of it keeps a debt from being paid unless the host says so, with
// [PlausibleRule]. on is the instant of the decision. The doubts are in the order of [DoubtCodes], then by year and kind. Items of another
// kind, and those whose amount is not one, are left to [Policy.Decide].
//
// A year is that of the reimbursement ([Item].Year), as the caps are counted. DoubtCents and DoubtOld are worth a look and no proof: a
// deduction of a part leaves cents, and a registered letter begins the five years anew.
func Plausible(d Debt, on time.Time) (doubts []Doubt) {
	type part struct {
		kind Kind
		year int
	}
	sums, years := map[part]int64{}, map[int]int64{}
	for _, it := range d.Items {
		cents, err := euro.Cents(it.Amount)
		if _, _, ok := yearlyCap(it.Kind, it.Year); ok && err == nil && cents > 0 {
			sums[part{it.Kind, it.Year}] += cents
			years[it.Year] += cents
		}
	}
	doubt := func(code DoubtCode, of part, actual, limit int64) {
		doubts = append(doubts, Doubt{code, of.kind, of.year, euro.Of(actual), euro.Of(limit)})
	}
	thisYear := paris.Of(on).Year
	for of, sum := range sums {
		most, first, _ := yearlyCap(of.kind, of.year)
		switch {
		case of.year == 0:
			doubt(DoubtNoYear, of, 0, 0)
			continue
		case of.year < first:
			doubt(DoubtBeforeLaw, of, 0, 0)
		case of.year > thisYear:
			doubt(DoubtYearToCome, of, 0, 0)
		case sum > most:
			doubt(DoubtOverCap, of, sum, most)
		}
		if of.kind == Participation && sum%100 != 0 {
			doubt(DoubtCents, of, 0, 0)
		}
		if d.Status == Open && thisYear-of.year > barredAfter {
			doubt(DoubtOld, of, 0, 0)
		}
	}
	for year, sum := range years {
		participations, _, _ := yearlyCap(Participation, year)
		franchises, _, _ := yearlyCap(Franchise, year)
		if most := participations + franchises; most > 0 && sum > most {
			doubt(DoubtOverYear, part{year: year}, sum, most)
		}
	}
	if n := d.Notice; n != nil {
		if cents, err := euro.Cents(n.Amount); err == nil && cents > 0 && cents < smallestNotice {
			doubt(DoubtSmallNotice, part{}, cents, smallestNotice)
		}
	}
	slices.SortFunc(doubts, func(a, b Doubt) int {
		return cmp.Or(
			cmp.Compare(slices.Index(doubtCodes, a.Code), slices.Index(doubtCodes, b.Code)),
			cmp.Compare(a.Year, b.Year),
			cmp.Compare(slices.Index(coPayments, a.Kind), slices.Index(coPayments, b.Kind)),
		)
	})
	return doubts
}

// PlausibleRule refuses a debt with one of these doubts, for the reason [Doubtful]; without any code, with every doubt. Its ID names the
// codes, so that a policy's fingerprint changes with them.
func PlausibleRule(codes ...DoubtCode) Rule {
	if len(codes) == 0 {
		codes = doubtCodes
	}
	codes = slices.Clone(codes)
	slices.Sort(codes)
	codes = slices.Compact(codes)
	id := "plausible/1"
	for _, c := range codes {
		id += " " + string(c)
	}
	return Rule{ID: id, Check: func(d Debt, on time.Time) []Reason {
		for _, doubt := range Plausible(d, on) {
			if slices.Contains(codes, doubt.Code) {
				return []Reason{{Code: Doubtful, Kind: doubt.Kind}}
			}
		}
		return nil
	}}
}

// ImpossibleRule is [PlausibleRule] for what no host can mean: a year's cap that is exceeded, a year before the law or to come, no year.
func ImpossibleRule() Rule {
	return PlausibleRule(DoubtOverCap, DoubtOverYear, DoubtBeforeLaw, DoubtYearToCome, DoubtNoYear)
}

// OneYearRule refuses, for the reason [Doubtful], a debt whose items are of several years. The Défenseur des droits told a fund to stop
// such claims, even within the five years (décision 2020-034 of 19 November 2020). It leaves at most 100 € to be paid: see [Ameli].
func OneYearRule() Rule {
	return Rule{ID: "one_year/2", Check: func(d Debt, _ time.Time) []Reason {
		owed := slices.DeleteFunc(slices.Clone(d.Items), func(it Item) bool { return it.Amount.IsZero() })
		if slices.ContainsFunc(owed, func(it Item) bool { return it.Year != owed[0].Year }) {
			return []Reason{{Code: Doubtful}}
		}
		return nil
	}}
}
