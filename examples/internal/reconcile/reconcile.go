// Package reconcile compares the accounting officer's exports with what the gateway, the acquirer and the bank say. It reads
// nothing itself: [dayexport.Read] and [ReadList] bring both sides, [Compare] compares them, and a [Report] can be written as
// text, JSON or a page.
//
// What can honestly be said depends on the lists. There are three levels:
//
//	Transactions   the list names our references: each payment and each refund is found, or named as missing
//	Remittances    the list has sums of our contract: only totals can agree, since two errors can cancel each other out
//	Days           the list does not even name the contract: totals of all card lines
//
// Journals of a gateway (transactions and operations), of the acquirer (reconciliation) and an account are different witnesses: the
// exports are compared with each of them. A journal and an account are also compared with each other, by the number of the
// remittance.
//
// Read in this order: reconcile.go, both sides and the report; transactions.go; contract.go, which lines of an account are ours;
// ledger.go and cut.go, the comparison of sums; remittances.go, journal against account; then text.go and page.go.
package reconcile

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/quittance/quittance/examples/internal/bankfile"
	"github.com/quittance/quittance/examples/internal/dayexport"
)

// Movement is money that moved, as one side has it.
type Movement struct {
	Reference     string `json:"reference"`
	Refund        bool   `json:"refund"` // it went back to the payer; otherwise it came in
	Cents         int64  `json:"cents"`
	Currency      string `json:"currency"`
	Authorisation string `json:"authorisation,omitempty"`
	Day           string `json:"day,omitempty"` // as the side dates it
	File          string `json:"file"`
	Line          int    `json:"line"`
	Near          bool   `json:"-"` // of a neighbouring day: it may be the other one of a pair, and is not missed

	at    int64  // when our side learned it, in microseconds
	other string // another name of the transaction: our payment's ID, the gateway's order
}

// List is a file of the other side.
type List struct {
	File bankfile.File
	Near bool // of a neighbouring day

	movements   []Movement // lines that name a transaction
	chargebacks []chargeback
	remittances map[string]*journalRemittance
	account     []bankfile.Line // lines about cards, or of the contract
	contracts   map[string]int
	first, last string // the days that an account's file covers
}

// chargeback is one that a journal names.
type chargeback struct {
	Movement
	reason   string
	reversal bool
}

// Options say how to compare.
type Options struct {
	Contract string // a text that tells which lines of an account are ours, as 0535875; empty: a journal may say it
	Remitted bool   // lists with a layout have only what was remitted
}

// ErrContract is a contract that is missing, or that no line of an account names.
var ErrContract = errors.New("reconcile: which lines of the account are ours")

// contractError says in French which of the two it is.
type contractError string

func (e contractError) Error() string      { return string(e) }
func (contractError) Is(target error) bool { return target == ErrContract }

// ReadList reads a list. layout may be nil. Of an account's lines only those are kept that are about cards or name the contract,
// so that a year of a whole account takes no memory.
func ReadList(name string, r io.Reader, layout *bankfile.Layout, o Options, near bool) (*List, error) {
	l := &List{Near: near, remittances: map[string]*journalRemittance{}, contracts: map[string]int{}}
	l.File.Name = name
	var err error
	l.File, err = bankfile.Read(name, r, layout, func(line bankfile.Line) error {
		l.add(line, o)
		return nil
	})
	for _, st := range l.File.Statements {
		l.cover(st.OpeningDay)
		l.cover(st.ClosingDay)
	}
	return l, err
}

// cover extends the days that the file covers.
func (l *List) cover(day string) {
	if day != "" && (l.first == "" || day < l.first) {
		l.first = day
	}
	l.last = max(l.last, day)
}

// add keeps a line.
func (l *List) add(line bankfile.Line, o Options) {
	m := Movement{
		Reference: line.Reference, Cents: line.Cents, Currency: cmp.Or(line.Currency, "EUR"), Authorisation: line.Authorisation,
		Day: cmp.Or(line.OperationDay, line.PaymentDay, line.Day), File: l.File.Name, Line: line.At, Near: l.Near, other: line.Order,
	}
	switch line.Kind {
	case bankfile.Payment, bankfile.Refund:
		if line.Day != "" { // an account's entry with its transactions
			break
		}
		m.Refund = line.Kind == bankfile.Refund
		l.movements = append(l.movements, m)
		l.addRemittance(line)
		return
	case bankfile.Chargeback:
		if line.Day != "" {
			break
		}
		m.Day = cmp.Or(line.ChargebackDay, m.Day)
		l.chargebacks = append(l.chargebacks, chargeback{m, line.Reason, line.Reversal})
		return
	}
	l.cover(line.Day)
	if line.Kind != bankfile.Other || mentions(line, o.Contract) {
		l.account = append(l.account, line)
	}
}

// Report is the result of a comparison.
type Report struct {
	Agrees  bool          `json:"agrees"`
	Exports []ExportTotal `json:"exports"`
	Files   []FileReport  `json:"lists"`
	// Witnesses are those that name transactions.
	Witnesses   []Witness         `json:"witnesses,omitempty"`
	Ledger      *Ledger           `json:"ledger,omitempty"`
	Remittances []RemittanceCheck `json:"remittances,omitempty"`
	Notes       []string          `json:"notes,omitempty"` // in French
}

// ExportTotal is a day of our side.
type ExportTotal struct {
	File     string `json:"file"`
	Day      string `json:"day"`
	Accepted Sum    `json:"accepted"` // with orphans
	Returned Sum    `json:"returned"`
	Near     bool   `json:"near,omitempty"`
}

// Sum is a number of movements and what they make.
type Sum struct {
	Count int   `json:"count"`
	Cents int64 `json:"cents"`
}

func (s *Sum) add(cents int64) { s.Count++; s.Cents += cents }

// FileReport is a list as it was read.
type FileReport struct {
	bankfile.File
	Near bool `json:"near,omitempty"`
}

// Differences is how many there are in all.
func (r *Report) Differences() int {
	n := 0
	for _, w := range r.Witnesses {
		n += len(w.Differences)
	}
	for _, c := range r.Remittances {
		if c.Verdict.isDifference() {
			n++
		}
	}
	if r.Ledger != nil && !r.Ledger.Verdict.agrees() {
		n++
	}
	return n
}

// exportedMovements returns the movements of the exports. A review is no money.
func exportedMovements(exports []dayexport.Export, near bool) []Movement {
	n := 0
	for _, e := range exports {
		n += len(e.Movements)
	}
	out := make([]Movement, 0, n)
	for _, e := range exports {
		for _, m := range e.Movements {
			if m.Kind == dayexport.Review {
				continue
			}
			out = append(out, Movement{
				Reference: m.Reference, Refund: m.Kind == dayexport.Returned, Cents: m.Cents, Currency: m.Currency, Authorisation: m.Authorisation,
				Day: m.Day, File: e.Name, Line: m.Line, Near: near, at: m.Instant.UnixMicro(), other: m.Payment,
			})
		}
	}
	slices.SortStableFunc(out, earlier)
	return out
}

// earlier orders movements of our side by time.
func earlier(a, b Movement) int { return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.at, b.at)) }

// Compare compares exports with lists. near are exports of neighbouring days: their movements serve as partners and are not missed.
// The error says what was given twice, or what is missing for a comparison: then nothing was compared. It is in French.
func Compare(exports, near []dayexport.Export, lists []*List, o Options) (*Report, error) {
	r := &Report{}
	if err := onceEach(exports, near, lists); err != nil {
		return nil, err
	}
	for i, side := range [][]dayexport.Export{exports, near} {
		for _, e := range side {
			r.Exports = append(r.Exports, exportTotal(e, i == 1))
		}
	}
	var statements []bankfile.Statement
	for _, l := range lists {
		r.Files = append(r.Files, FileReport{l.File, l.Near})
		statements = append(statements, l.File.Statements...)
	}
	for _, st := range bankfile.Join(statements) {
		if !st.Balanced {
			return nil, fmt.Errorf("relevé %s du compte %s\u00a0: une page manque, ou le fichier est modifié. Donnez "+
				"toutes ses pages",
				bankfile.Plain(st.ID), bankfile.Plain(cmp.Or(st.IBAN, st.Account)))
		}
	}
	r.continuity(bankfile.Join(statements))
	here := append(exportedMovements(exports, false), exportedMovements(near, true)...)
	if o.Contract == "" {
		o.Contract = contractOf(lists)
	}
	account, err := r.accountLines(lists, o)
	if err != nil {
		return nil, err
	}
	if account.files != nil && account.last == "" && len(here) > 0 { // nothing would be missed on it
		return nil, &bankfile.Mistake{File: strings.Join(account.files, ", "), What: "il n’y a aucun mouvement daté, et rien d’autre ne " +
			"dit quels jours sont couverts\u00a0: rien ne peut être comparé. Donnez le relevé de la période des exports."}
	}
	r.Witnesses = witnesses(here, lists, account, o)
	for _, w := range r.Witnesses {
		r.Notes = append(r.Notes, w.suspicions()...)
	}
	if account.sums() {
		r.Ledger = newLedger(here, exports, account, o)
		r.Remittances = joinRemittances(lists, account)
	}
	r.Agrees = r.Differences() == 0
	return r, nil
}

func exportTotal(e dayexport.Export, near bool) ExportTotal {
	t := ExportTotal{File: e.Name, Day: e.Day, Near: near}
	for _, m := range e.Movements {
		if m.Currency != "EUR" {
			continue
		}
		switch m.Kind {
		case dayexport.Accepted, dayexport.Orphan:
			t.Accepted.add(m.Cents)
		case dayexport.Returned:
			t.Returned.add(m.Cents)
		}
	}
	return t
}

// onceEach refuses a day or a statement that was given twice.
func onceEach(exports, near []dayexport.Export, lists []*List) error {
	var errs []error
	days := map[string]string{}
	for _, e := range slices.Concat(exports, near) {
		if other, twice := days[e.Day]; twice {
			errs = append(errs, &bankfile.Mistake{File: e.Name, What: fmt.Sprintf(
				"cet export est du %s, comme %s\u00a0: donnez l’export d’un jour une seule fois.", French(e.Day), other)})
		}
		days[e.Day] = e.Name
	}
	statements := map[bankfile.Statement]string{}
	for _, l := range lists {
		for _, st := range l.File.Statements {
			if other, twice := statements[st]; twice && st.Balanced {
				errs = append(errs, &bankfile.Mistake{File: l.File.Name, What: fmt.Sprintf(
					"le relevé du compte %s qui finit le %s se trouve aussi dans %s\u00a0: donnez-le une seule fois.",
					bankfile.Plain(cmp.Or(st.IBAN, st.Account)), French(st.ClosingDay), other)})
			}
			statements[st] = l.File.Name
		}
	}
	return errors.Join(errs...)
}

// continuity notes where an account's statements do not follow each other.
func (r *Report) continuity(statements []bankfile.Statement) {
	by := map[string][]bankfile.Statement{}
	for _, st := range statements {
		name := cmp.Or(st.IBAN, st.Account)
		by[name] = append(by[name], st)
	}
	for name, all := range by {
		slices.SortStableFunc(all, func(a, b bankfile.Statement) int {
			return cmp.Or(cmp.Compare(a.ClosingDay, b.ClosingDay), cmp.Compare(a.OpeningDay, b.OpeningDay))
		})
		for i := 1; i < len(all); i++ {
			if all[i].Opening != all[i-1].Closing {
				r.Notes = append(r.Notes, fmt.Sprintf("Compte %s\u00a0: un relevé manque entre celui qui finit le %s et "+
					"celui qui finit le %s.",
					bankfile.Plain(name), French(all[i-1].ClosingDay), French(all[i].ClosingDay)))
			}
		}
	}
	slices.Sort(r.Notes)
}
