package reconcile

import (
	"cmp"
	"slices"

	"github.com/quittance/quittance/examples/internal/bankfile"
	"github.com/quittance/quittance/examples/internal/dayexport"
)

// LedgerVerdict is what sums can say.
type LedgerVerdict string

// The verdicts of a ledger. They are stored in people's files: never change one.
const (
	AgreesInTotal  LedgerVerdict = "agrees in total"     // the running difference ends at zero
	AgreesUnderWay LedgerVerdict = "agrees, under way"   // it ends at exactly what was not due yet
	OverdueThere   LedgerVerdict = "overdue at the bank" // it ends at exactly what came last here, and that should be there by now
	ToLookAt       LedgerVerdict = "chargebacks"         // it agrees, but the bank took back what counts as accepted here
	MoreAtTheBank  LedgerVerdict = "more at the bank"    // more than here
	LessAtTheBank  LedgerVerdict = "less at the bank"    // less than here
	OtherDirection LedgerVerdict = "in and out disagree" // the sums differ in both directions
)

func (v LedgerVerdict) agrees() bool { return v == AgreesInTotal || v == AgreesUnderWay }

// Ledger compares sums by day. All sums are cents of euros and not negative, but RunningEnd and what says so.
type Ledger struct {
	Level    string        `json:"level"` // R: by remittance; D: by day, since the contract is named nowhere
	Contract string        `json:"contract"`
	Files    []string      `json:"files"`
	Verdict  LedgerVerdict `json:"verdict"`

	Accepted   int64 `json:"accepted"` // our side
	Returned   int64 `json:"returned"`
	BankIn     int64 `json:"bank_in"` // gross where the bank says it, otherwise as booked
	BankInNet  int64 `json:"bank_in_net"`
	BankOut    int64 `json:"bank_out"`
	Commission int64 `json:"commission"`
	Chargeback int64 `json:"chargeback"`
	Fee        int64 `json:"fee"`
	RunningEnd int64 `json:"running_end"` // (accepted − returned) − (bank_in − bank_out)

	Days        []LedgerDay      `json:"days"`
	Lines       []RemittanceLine `json:"remittance_lines"`
	UnderWay    []UnderWay       `json:"under_way,omitempty"`
	Border      []Border         `json:"border,omitempty"`
	Chargebacks []BankedBack     `json:"chargebacks,omitempty"`
	Hint        *Hint            `json:"hint,omitempty"`
	NetUnknown  bool             `json:"net_unknown,omitempty"` // lines seem to be net, and do not say the gross amount
	From        string           `json:"from"`                  // days that both sides cover
	Until       string           `json:"until"`
}

// LedgerDay is what moved on a day.
type LedgerDay struct {
	Day        string `json:"day"`
	Accepted   int64  `json:"accepted"`
	Returned   int64  `json:"returned"`
	BankIn     int64  `json:"bank_in"`
	BankOut    int64  `json:"bank_out"`
	Commission int64  `json:"commission"`
	Running    int64  `json:"running"` // what is here and not yet there, at the end of the day
}

// RemittanceLine is a sum on the account, with the payments that make it up as a candidate: sums that are equal prove nothing.
type RemittanceLine struct {
	Day        string   `json:"day"`
	Cents      int64    `json:"cents"` // gross where known; what went out is negative
	Booked     int64    `json:"booked"`
	Gross      bool     `json:"gross_known"`
	Label      string   `json:"label"`
	File       string   `json:"file"`
	Line       int      `json:"line"`
	Candidates []string `json:"candidates,omitempty"`
	From       string   `json:"from,omitempty"` // days of the candidates
	Until      string   `json:"until,omitempty"`
}

// UnderWay is what our side has and the account not yet. It is not missed, unless it is overdue.
type UnderWay struct {
	Refunds    bool     `json:"refunds"`
	Sum        Sum      `json:"sum"`
	References []string `json:"references"`        // the first of them
	Due        string   `json:"due"`               // normally by then
	Overdue    bool     `json:"overdue,omitempty"` // the account goes on after that, and the first remittances behind have no room for it
}

// Border is what only one side can have, since the other does not cover the day. It is not compared.
type Border struct {
	Bank  bool   `json:"bank"`  // on the account; otherwise on our side
	After bool   `json:"after"` // after the days that both cover; otherwise before
	Out   bool   `json:"out"`   // refunds
	Sum   Sum    `json:"sum"`
	Sure  bool   `json:"sure"` // the days alone say it; otherwise sums do
	From  string `json:"from"`
	Until string `json:"until"`
}

// BankedBack is a chargeback on the account.
type BankedBack struct {
	Day   string `json:"day"`
	Cents int64  `json:"cents"`
	Label string `json:"label"`
	// Hint is the only payment of this amount, if there is exactly one. It is no verdict.
	Hint    string `json:"hint,omitempty"`
	Settled bool   `json:"settled"` // our side has as much given back
}

// Hint is the only payment whose amount is the difference. It is no verdict.
type Hint struct {
	Cents     int64  `json:"cents"`
	Reference string `json:"reference"`
	Missing   bool   `json:"missing"` // at the bank; otherwise the bank may have it twice
}

// amountOf is what a line of the account brings to the comparison.
func amountOf(l bankfile.Line) int64 {
	if l.Gross.Known {
		return l.Gross.Cents
	}
	return l.Cents
}

// newLedger compares our side with what is ours on the accounts.
func newLedger(here []Movement, exports []dayexport.Export, a accountSide, o Options) *Ledger {
	l := &Ledger{Level: "R", Contract: o.Contract, Files: a.files, Days: []LedgerDay{}, Lines: []RemittanceLine{}}
	if !a.named && len(a.lines) > 0 {
		l.Level = "D"
	}
	var first, last string
	for _, e := range exports {
		if first == "" || e.Day < first {
			first = e.Day
		}
		last = max(last, e.Day)
	}
	for _, m := range here { // neighbouring days count as days of ours here
		if m.Near {
			first, last = min(first, m.Day), max(last, m.Day)
		}
	}
	l.From, l.Until = max(first, a.first), min(last, a.last)
	b := borders{firstOurs: first, lastOurs: last, firstBank: a.first, lastBank: a.last, dues: map[string]string{}}

	in, out := side{name: "in"}, side{name: "out", refunds: true}
	for _, m := range here {
		if m.Currency != "EUR" {
			continue
		}
		if m.Refund {
			out.ours = append(out.ours, m)
		} else {
			in.ours = append(in.ours, m)
		}
	}
	for _, s := range []*side{&in, &out} { // a neighbouring day may lie before or after
		slices.SortStableFunc(s.ours, earlier)
	}
	var backs []accountLine
	for _, line := range a.lines {
		switch kind := effectiveKind(line.Line); kind {
		case bankfile.Remitted:
			in.bank = append(in.bank, line)
		case bankfile.RefundRemittance, bankfile.Refund:
			out.bank = append(out.bank, line)
		case bankfile.Chargeback:
			backs = append(backs, line)
		case bankfile.Fee:
			l.Fee -= line.Cents
		case bankfile.Commission:
			if b.compares(line.Day) {
				l.Commission -= line.Cents
				l.dayOf(line.Day).Commission -= line.Cents
			}
		}
	}
	for _, s := range []*side{&in, &out} {
		l.Border = append(l.Border, s.dropSure(b)...)
		l.enter(s)
	}
	l.RunningEnd = l.Accepted - l.Returned - (l.BankIn - l.BankOut)
	l.run()
	l.chargebacks(backs, here)
	l.judge(in, out, b)
	l.candidates(in)
	l.candidates(out)
	slices.SortStableFunc(l.Lines, func(x, y RemittanceLine) int { return cmp.Compare(x.Day, y.Day) })
	l.NetUnknown = !l.Verdict.agrees() && l.looksNet(a)
	return l
}

// effectiveKind is a line's kind; a line that is ours by its text alone, as a transfer of the acquirer, is one by its sign.
func effectiveKind(line bankfile.Line) bankfile.Kind {
	switch {
	case line.Kind != bankfile.Other:
		return line.Kind
	case line.Cents >= 0:
		return bankfile.Remitted
	}
	return bankfile.RefundRemittance
}

// dayOf is the ledger's line of a day.
func (l *Ledger) dayOf(day string) *LedgerDay {
	i, found := slices.BinarySearchFunc(l.Days, day, func(d LedgerDay, day string) int { return cmp.Compare(d.Day, day) })
	if !found {
		l.Days = slices.Insert(l.Days, i, LedgerDay{Day: day})
	}
	return &l.Days[i]
}

// enter writes what is compared into the ledger.
func (l *Ledger) enter(s *side) {
	for _, m := range s.ours {
		if s.refunds {
			l.Returned += m.Cents
			l.dayOf(m.Day).Returned += m.Cents
		} else {
			l.Accepted += m.Cents
			l.dayOf(m.Day).Accepted += m.Cents
		}
	}
	for _, line := range s.bank {
		gross := amountOf(line.Line)
		if s.refunds {
			l.BankOut -= gross
			l.dayOf(line.Day).BankOut -= gross
		} else {
			l.BankIn += gross
			l.BankInNet += line.Cents
			l.dayOf(line.Day).BankIn += gross
		}
		l.Commission += line.Commission.Cents
		l.dayOf(line.Day).Commission += line.Commission.Cents
		l.Lines = append(l.Lines, RemittanceLine{Day: line.Day, Cents: gross, Booked: line.Cents, Gross: line.Gross.Known,
			Label: cmp.Or(line.Text, line.Label, line.Reference), File: line.file, Line: line.At})
	}
}

// run fills in the running difference.
func (l *Ledger) run() {
	var running int64
	for i := range l.Days {
		d := &l.Days[i]
		running += d.Accepted - d.Returned - d.BankIn + d.BankOut
		d.Running = running
	}
}

// chargebacks lists them, each with the payment that it may be of.
func (l *Ledger) chargebacks(lines []accountLine, here []Movement) {
	for _, line := range lines {
		back := BankedBack{Day: line.Day, Cents: -line.Cents, Label: cmp.Or(line.Text, line.Label)}
		l.Chargeback += back.Cents
		for _, m := range here {
			if !m.Refund && m.Cents == back.Cents && m.Day <= line.Day {
				if back.Hint != "" {
					back.Hint = ""
					break
				}
				back.Hint = m.Reference
			}
		}
		l.Chargebacks = append(l.Chargebacks, back)
	}
}

// judge says what the sums prove. In and out are compared apart, since they are remitted apart; together only where that does not
// agree, as for what was cancelled before it was captured and is on no account.
func (l *Ledger) judge(in, out side, b borders) {
	settle := func() {
		for i := range l.Chargebacks {
			l.Chargebacks[i].Settled = true
		}
	}
	cutIn, inAgrees := in.cut(b, 0)
	switch {
	case l.RunningEnd == 0:
		l.Verdict = AgreesInTotal
	case inAgrees && l.Chargeback != 0 && l.try(in, out, cutIn, b, l.Chargeback):
		settle()
		l.Verdict = AgreesUnderWay
	case inAgrees && l.try(in, out, cutIn, b, 0):
		l.Verdict = AgreesUnderWay
	default:
		if in, out, dropped := withoutCancelled(in, out); dropped {
			if cutIn, ok := in.cut(b, 0); ok && l.try(in, out, cutIn, b, 0) {
				l.Verdict = AgreesUnderWay
			}
		}
	}
	if l.Verdict != "" {
		if len(l.UnderWay) == 0 && l.noBorder() {
			l.Verdict = AgreesInTotal
		}
		if slices.ContainsFunc(l.UnderWay, func(u UnderWay) bool { return u.Overdue }) {
			l.Verdict = OverdueThere
		}
		for _, c := range l.Chargebacks {
			if !c.Settled && c.Cents > 0 {
				l.Verdict = ToLookAt
			}
		}
		return
	}
	l.Verdict = MoreAtTheBank
	if l.RunningEnd > 0 {
		l.Verdict = LessAtTheBank
	}
	if _, outAgrees := out.cut(b, 0); !inAgrees && !outAgrees {
		l.Verdict = OtherDirection
	}
	l.hint(in)
}

func (l *Ledger) noBorder() bool {
	return !slices.ContainsFunc(l.Border, func(b Border) bool { return !b.Sure })
}

// try takes both cuts if the second agrees, too.
func (l *Ledger) try(in, out side, cutIn cut, b borders, chargebacks int64) bool {
	cutOut, ok := out.cut(b, chargebacks)
	if !ok {
		return false
	}
	for _, c := range []struct {
		side side
		cut  cut
	}{{in, cutIn}, {out, cutOut}} {
		underWay, border := c.side.explain(c.cut, b)
		l.UnderWay = append(l.UnderWay, underWay...)
		l.Border = append(l.Border, border...)
	}
	return true
}

// hint names the only payment whose amount is the difference.
func (l *Ledger) hint(in side) {
	difference := l.RunningEnd
	amount := max(difference, -difference)
	var only *Movement
	for i, m := range in.ours {
		if m.Cents == amount {
			if only != nil {
				return
			}
			only = &in.ours[i]
		}
	}
	if only != nil {
		l.Hint = &Hint{amount, only.Reference, difference > 0}
	}
}

// looksNet reports that less came than was accepted, as after a commission, and that no line says what it was before.
func (l *Ledger) looksNet(a accountSide) bool {
	const most = 20 // a commission is below a twentieth
	missing := l.Accepted - l.BankIn
	if a.gross || missing <= 0 || missing*most > l.BankIn {
		return false
	}
	return slices.ContainsFunc(l.Lines, func(r RemittanceLine) bool { return r.Cents > 0 && !r.Gross })
}

// mostReferences is how many references are listed beside a sum.
const mostReferences = 20

// candidates looks for the payments that make up each line: those that follow the ones before, or else any that stand together.
func (l *Ledger) candidates(s side) {
	next := 0
	for i := range l.Lines {
		line := &l.Lines[i]
		amount := line.Cents
		if s.refunds {
			amount = -amount
		}
		if amount <= 0 {
			continue
		}
		from, until, ok := following(s.ours, next, amount, line.Day)
		if !ok {
			from, until, ok = together(s.ours, amount, line.Day)
		}
		if !ok {
			continue
		}
		next = until
		line.From, line.Until = s.ours[from].Day, s.ours[until-1].Day
		for _, m := range s.ours[from:min(until, from+mostReferences)] {
			line.Candidates = append(line.Candidates, m.Reference)
		}
		if until-from > mostReferences {
			line.Candidates = nil // too many to be of use
		}
	}
}

// following finds the end of movements from a start on that make up an amount, none of them later than a day.
func following(ours []Movement, start int, amount int64, day string) (from, until int, ok bool) {
	for until = start; until < len(ours) && amount > 0 && ours[until].Day <= day; until++ {
		amount -= ours[until].Cents
	}
	return start, until, amount == 0 && until > start
}

// together finds movements that follow each other and make up an amount, in the week before a day.
func together(ours []Movement, amount int64, day string) (from, until int, ok bool) {
	const week = 7
	first := day
	for range week {
		first = dayBefore(first)
	}
	from, _ = slices.BinarySearchFunc(ours, first, func(m Movement, day string) int { return cmp.Compare(m.Day, day) })
	var sum int64
	for until = from; until < len(ours) && ours[until].Day <= day; {
		sum += ours[until].Cents
		until++
		for sum > amount && from < until {
			sum -= ours[from].Cents
			from++
		}
		if sum == amount && until > from {
			return from, until, true
		}
	}
	return 0, 0, false
}
