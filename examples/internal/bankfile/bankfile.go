// Package bankfile reads what gateways, acquirers and banks send about card payments: the journals of Worldline Sips and of the
// Lyra platforms, PayFiP's report, and account statements as CFONB 120, camt.053, camt.054, MT940 and as the CSV files that
// French banks let people download. [Read] finds the format by the file's content; nobody has to describe a file, unless it is a
// CSV of another form ([Layout]).
//
// A file proves one of two things, and [File.Level] says which:
//
//	Transaction   a line names the transaction by our own reference
//	Remittance    a line is a sum on an account; only sums can be compared
//
// A file that is cut off or edited is refused wherever the format has something to check it by: the balances of CFONB 120, camt.053
// and MT940, the last line of the journals of operations, reconciliation and chargebacks. A camt.054, a journal of transactions
// and a bank's CSV have no such thing.
//
// Read is a stream: its memory does not grow with the file, but with its longest line or camt entry. Amounts are whole cents, and
// nothing is rounded. Days are civil days as the file writes them, "2026-03-02".
//
// Read in this order: bankfile.go, the model; read.go, the table of formats; then a file for each format: journal.go (with
// journalcolumns.go and journallines.go), payfip.go, cfonb.go, camt.go (with camtentry.go), mt940.go, banks.go and layout.go, which
// share table.go. text.go, records.go, amount.go, day.go and label.go are what the formats share.
package bankfile

import (
	"errors"
	"fmt"
	"strconv"
)

// Level is what the lines of a file can prove.
type Level string

// The levels.
const (
	Transaction Level = "transaction" // a line names a transaction
	Remittance  Level = "remittance"  // a line is a sum; no transaction is named
)

// Kind is what a line is about. It is read from codes where the format has them and from the label where it has not.
type Kind string

// The kinds. The first three are single transactions, the others movements on an account.
const (
	Payment          Kind = "payment"
	Refund           Kind = "refund" // given back to the payer: a refund or a cancellation, of all or a part
	Chargeback       Kind = "chargeback"
	Remitted         Kind = "remittance"        // payments that came in together
	RefundRemittance Kind = "refund-remittance" // refunds that went out together
	Commission       Kind = "commission"
	Fee              Kind = "fee"
	Other            Kind = "other" // nothing to do with cards, as far as the line says
)

// Optional is a number of cents that a line may lack.
type Optional struct {
	Cents int64
	Known bool
}

// Some is a number of cents that is there.
func Some(cents int64) Optional { return Optional{cents, true} }

// IsZero reports whether there is none; encoding/json then leaves it out.
func (o Optional) IsZero() bool { return !o.Known }

// MarshalJSON writes the number.
func (o Optional) MarshalJSON() ([]byte, error) { return strconv.AppendInt(nil, o.Cents, 10), nil }

// Line is money that moved, as the file has it. What the format does not say is empty.
//
// Cents are signed on an account: what came in is positive. In a journal of single transactions they are not negative, and the kind
// says the direction.
type Line struct {
	At    int   `json:"line"` // line, record or entry in the file, from 1
	Kind  Kind  `json:"kind"`
	Cents int64 `json:"cents"`

	Gross      Optional `json:"gross_cents,omitzero"` // before the commission; unknown is not zero
	Net        Optional `json:"net_cents,omitzero"`
	Commission Optional `json:"commission_cents,omitzero"` // kept back from this line
	Currency   string   `json:"currency,omitempty"`        // ISO 4217 letters; empty: the account's, or euros

	Day           string `json:"day,omitempty"` // of booking
	ValueDay      string `json:"value_day,omitempty"`
	OperationDay  string `json:"operation_day,omitempty"`
	PaymentDay    string `json:"payment_day,omitempty"`
	RemittanceDay string `json:"remittance_day,omitempty"`
	ChargebackDay string `json:"chargeback_day,omitempty"`

	Reference     string `json:"reference,omitempty"` // of the transaction; on an account the bank's own reference of the line
	Order         string `json:"order,omitempty"`     // the gateway's order number, where it is not the reference
	Authorisation string `json:"authorisation,omitempty"`
	Contract      string `json:"contract,omitempty"`
	Remittance    string `json:"remittance,omitempty"` // its number
	Operation     string `json:"operation,omitempty"`  // the journal's word
	Reason        string `json:"reason,omitempty"`     // of a chargeback or a rejection
	Partial       bool   `json:"partial,omitempty"`
	Reversal      bool   `json:"reversal,omitempty"` // it undoes an earlier line; Cents already has the right sign

	Account           string              `json:"account,omitempty"`
	Code              string              `json:"code,omitempty"`  // CFONB's interbank code
	Entry             string              `json:"entry,omitempty"` // CFONB's entry number
	Label             string              `json:"label,omitempty"`
	Interbank         string              `json:"interbank,omitempty"` // the interbank label of a CSV
	Text              string              `json:"text,omitempty"`
	Details           map[string][]string `json:"details,omitempty"` // of CFONB, by qualifier
	Proprietary       string              `json:"proprietary,omitempty"`
	Domain            string              `json:"domain,omitempty"`
	CustomerReference string              `json:"customer_reference,omitempty"`
	BankReference     string              `json:"bank_reference,omitempty"`
	EntryReference    string              `json:"entry_reference,omitempty"` // of a camt entry
	FundsCode         string              `json:"funds_code,omitempty"`
	Mark              string              `json:"mark,omitempty"`  // of MT940: RC or RD
	Count             int                 `json:"count,omitempty"` // of transactions
	Transactions      []Detail            `json:"transactions,omitempty"`
}

// Detail is a transaction inside a line of an account. Cents are signed as the line's.
type Detail struct {
	Reference     string `json:"reference,omitempty"`
	Cents         int64  `json:"cents"`
	Authorisation string `json:"authorisation,omitempty"`
	Text          string `json:"text,omitempty"`
}

// File is what is known about a file as a whole once it has been read.
type File struct {
	Name       string      `json:"file"`
	Format     string      `json:"format"`
	Version    string      `json:"version,omitempty"`
	Journal    string      `json:"journal,omitempty"` // transactions, operations, rapprochement or impayes
	Level      Level       `json:"level"`
	Encoding   string      `json:"encoding"`
	Whole      bool        `json:"whole"`      // balances or an end line prove that nothing is missing
	Lines      int         `json:"line_count"` // how many lines were money
	Statements []Statement `json:"statements"`
	Balance    *Balance    `json:"balance,omitempty"` // of a CSV that states one
	Ignored    []Ignored   `json:"ignored"`           // the first of what was passed over
	Passed     int         `json:"ignored_count"`     // how much was passed over in all
	Notes      []string    `json:"notes,omitempty"`   // for a person, in French
}

// Statement is an account's period, with the balances that prove it.
type Statement struct {
	ID         string `json:"id,omitempty"`
	Bank       string `json:"bank,omitempty"`
	Branch     string `json:"branch,omitempty"`
	Account    string `json:"account,omitempty"`
	IBAN       string `json:"iban,omitempty"`
	Currency   string `json:"currency,omitempty"`
	Opening    int64  `json:"opening_cents"`
	OpeningDay string `json:"opening_day,omitempty"`
	Closing    int64  `json:"closing_cents"`
	ClosingDay string `json:"closing_day,omitempty"`
	Moved      int64  `json:"moved_cents"` // the sum of its lines
	// Balanced reports that opening and lines make the closing balance. It is false only for a page of a camt.053 whose other
	// pages stand in another file; [Join] puts them together.
	Balanced bool `json:"balanced"`

	hasOpening, hasClosing bool
}

// Balance is one that a file states without proving it.
type Balance struct {
	Day     string `json:"day,omitempty"`
	Cents   int64  `json:"cents"`
	Account string `json:"account,omitempty"`
}

// Ignored is something that the file has and that is no money.
type Ignored struct {
	At        int    `json:"line"`
	Reference string `json:"reference,omitempty"`
	Cents     int64  `json:"cents,omitempty"`
	Why       string `json:"why"` // in French
}

// mostIgnored is how many of them a File lists; all are counted.
const mostIgnored = 100

func (f *File) addIgnored(i Ignored) {
	if f.Passed++; len(f.Ignored) < mostIgnored {
		f.Ignored = append(f.Ignored, i)
	}
}

// addNote adds a note once.
func (f *File) addNote(format string, a ...any) {
	text := fmt.Sprintf(format, a...)
	for _, n := range f.Notes {
		if n == text {
			return
		}
	}
	f.Notes = append(f.Notes, text)
}

// Mistake is what is wrong in a file, where, and what to do about it. Its text is French: an accounting officer reads it.
type Mistake struct {
	File   string
	Line   int    // 0: the file as a whole
	Column string // empty: the whole line
	What   string
	Err    error // for errors.Is; nil: a mistake that has no name
}

// ErrFormat is a file of no format that is known. A program that takes layouts can offer one.
var ErrFormat = errors.New("bankfile: unknown format")

// Unwrap returns the name of the mistake.
func (m *Mistake) Unwrap() error { return m.Err }

func (m *Mistake) Error() string {
	where := m.File
	if m.Line > 0 {
		where += fmt.Sprintf(", ligne %d", m.Line)
	}
	if m.Column != "" {
		where += fmt.Sprintf(", colonne «\u00a0%s\u00a0»", Plain(m.Column))
	}
	return where + "\u00a0: " + m.What
}

// Plain quotes what comes from a file where it would do something to a terminal, and cuts what is long.
func Plain(s string) string {
	if quoted := strconv.Quote(s); quoted != `"`+s+`"` || len(s) > 64 {
		return fmt.Sprintf("%.64q", s)
	}
	return s
}
