package creance

import (
	"iter"
	"slices"
	"time"

	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/internal/paris"
	"github.com/shopspring/decimal"
)

// AmountRule is what an [Amount] is about.
type AmountRule string

const (
	RulePerAct            AmountRule = "per_act"             // of a consultation or act of a doctor, or of biology
	RulePerBox            AmountRule = "per_box"             // of a box of medicine
	RulePerParamedicalAct AmountRule = "per_paramedical_act" // of an act of a nurse, a physiotherapist …
	RulePerTrip           AmountRule = "per_trip"            // of a trip by ambulance, VSL or taxi
	RulePerDaySame        AmountRule = "per_day_same"        // most in a day with the same professional: a number of acts
	RulePerDayParamedical AmountRule = "per_day_paramedical" // most in a day for one patient
	RulePerDayTransport   AmountRule = "per_day_transport"   // most in a day for one patient
	RulePerYear           AmountRule = "per_year"            // most in a calendar year for one beneficiary, by day of reimbursement
	RulePerYearCount      AmountRule = "per_year_count"      // the same, as a number of acts
)

// Confidence says how well a line of the table is founded.
type Confidence string

const (
	ConfidenceLaw    Confidence = "law"    // the article was read in the state of 14 March 2026
	ConfidenceHigh   Confidence = "high"   // several sources agree
	ConfidenceMedium Confidence = "medium" // one source, or sources that differ
)

// Amount is one line of the dated table of co-payments: how much, or how many, from a day on. It is data for whoever explains a debt;
// of these lines [Plausible] uses the first days and the most of a year. Nothing here computes what a person owes.
type Amount struct {
	Rule        AmountRule
	Kind        Kind
	From, Until time.Time       // the first day and the last, in Paris, at their first instant; a zero Until: still so
	Euros       decimal.Decimal // zero where Count says how many
	Count       int
	Source      string
	Confidence  Confidence
}

// In reports whether a line holds on the Paris day of an instant.
func (a Amount) In(day time.Time) bool {
	on := paris.Of(day).Number()
	return paris.Of(a.From).Number() <= on && (a.Until.IsZero() || on <= paris.Of(a.Until).Number())
}

// Amounts yields the table, by kind, rule and day. State of the sources: 14 March 2026. A later change of the law is a later release; a
// host that knows of one adds its own rule to its [Policy]. The project of 2025 to double the amounts was not enacted.
func Amounts() iter.Seq[Amount] { return slices.Values(amounts) }

func firstInstant(y int, m time.Month, d int) time.Time {
	return paris.Day{Year: y, Month: m, Day: d}.Start()
}

var amounts = func() []Amount {
	pf, fr, open := Participation, Franchise, time.Time{}
	none := decimal.Decimal{}
	y2005, y2008 := firstInstant(2005, time.January, 1), firstInstant(2008, time.January, 1)
	beforePF, newPF := firstInstant(2024, time.May, 14), firstInstant(2024, time.May, 15)
	beforeFR, newFR := firstInstant(2024, time.March, 30), firstInstant(2024, time.March, 31)
	return []Amount{
		{RulePerAct, pf, y2005, beforePF, euro.Of(1_00), 0, "décret 2004-1453", ConfidenceHigh},
		{RulePerAct, pf, newPF, open, euro.Of(2_00), 0, "CSS R160-19 (2 to 3 €), UNCAM decision of 21 March 2024", ConfidenceHigh},
		{RulePerDaySame, pf, y2005, firstInstant(2007, time.August, 2), none, 1, "ASH 2519", ConfidenceMedium},
		{RulePerDaySame, pf, firstInstant(2007, time.August, 3), open, none, 4, "CSS D160-8; some funds' pages say 4 € where the law says four acts", ConfidenceMedium},
		{RulePerYear, pf, y2005, open, euro.Of(50_00), 0, "CSS D160-6; 50 acts at 1 €, 25 at 2 €, in 2024 both limits (décret 2024-432 article 2)", ConfidenceHigh},
		{RulePerYearCount, pf, y2005, firstInstant(2024, time.December, 31), none, 50, "CSS D160-6, décret 2024-432 article 2", ConfidenceHigh},
		{RulePerYearCount, pf, firstInstant(2025, time.January, 1), open, none, 25, "CSS D160-6", ConfidenceLaw},

		{RulePerBox, fr, y2008, beforeFR, euro.Of(50), 0, "décret 2007-1937", ConfidenceHigh},
		{RulePerBox, fr, newFR, open, euro.Of(1_00), 0, "CSS D160-9: never more than the tariff less the patient's share", ConfidenceLaw},
		{RulePerParamedicalAct, fr, y2008, beforeFR, euro.Of(50), 0, "décret 2007-1937", ConfidenceHigh},
		{RulePerParamedicalAct, fr, newFR, open, euro.Of(1_00), 0, "CSS D160-9", ConfidenceLaw},
		{RulePerTrip, fr, y2008, beforeFR, euro.Of(2_00), 0, "décret 2007-1937", ConfidenceHigh},
		{RulePerTrip, fr, newFR, open, euro.Of(4_00), 0, "CSS D160-9", ConfidenceLaw},
		{RulePerDayParamedical, fr, y2008, beforeFR, euro.Of(2_00), 0, "La Tribune", ConfidenceHigh},
		{RulePerDayParamedical, fr, newFR, open, euro.Of(4_00), 0, "CSS D160-11", ConfidenceLaw},
		{RulePerDayTransport, fr, y2008, beforeFR, euro.Of(4_00), 0, "La Tribune", ConfidenceHigh},
		{RulePerDayTransport, fr, newFR, open, euro.Of(8_00), 0, "CSS D160-11", ConfidenceLaw},
		{RulePerYear, fr, y2008, open, euro.Of(50_00), 0, "CSS D160-10", ConfidenceLaw},
	}
}()

// yearlyCap is the most of a kind in a year, in cents, and the year in which the kind begins; false for another kind.
func yearlyCap(k Kind, year int) (cents int64, first int, ok bool) {
	for _, a := range amounts {
		if a.Rule != RulePerYear || a.Kind != k {
			continue
		}
		from := paris.Of(a.From).Year
		if !ok || from < first {
			first = from
		}
		if year >= from && (a.Until.IsZero() || year <= paris.Of(a.Until).Year) {
			cents, _ = euro.Cents(a.Euros)
		}
		ok = true
	}
	return cents, first, ok
}
