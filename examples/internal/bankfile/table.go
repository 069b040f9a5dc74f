package bankfile

import (
	"cmp"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// role is what a column of a CSV is for.
type role int

const (
	roleDay role = iota
	roleValueDay
	roleOperationDay
	roleLabel  // several columns may make the label
	roleDetail // free text that may say gross and commission
	roleWords  // words that help to tell what the line is
	roleInterbank
	roleAmount
	roleDebit
	roleCredit
	roleCurrency
	roleReference
	roleAuthorisation
	roleType
	roleNone // it only helps to know the bank
	roleCount
)

// table is a CSV whose columns have roles: a bank's, or one that a layout describes. Its rows are read in one way.
type table struct {
	*source
	rows   *records
	names  []string
	index  [roleCount][]int
	day    func(string) (string, bool)
	amount func(string) (cents int64, signed, ok bool)
	// header reports that a row names the columns: a file may hold several accounts, each with lines above and a header of its own.
	header    func([]string) bool
	continued bool            // a row without a first cell goes on with the label of the row above
	passOver  map[string]bool // what lines that are no money begin with, folded
	ignored   []string        // types that are no money
	finish    func(*Line) (ignored string, err error)
	account   string
	announced int   // how many movements a line above says there are
	line      *Line // the row that may go on; it points to buffer
	buffer    Line
	cells     []string
}

// noMoney are the words with which lines begin that are no movement.
var noMoney = wordSet("TOTAL TOTAUX SOLDE SOLDES FIN")

// cellOf joins the cells of a role.
func (t *table) cellOf(r role) string {
	text := ""
	for _, i := range t.index[r] {
		if i < len(t.cells) && t.cells[i] != "" {
			if text != "" {
				text += " "
			}
			text += t.cells[i]
		}
	}
	return text
}

// columnName is the name of a role's column, for a message.
func (t *table) columnName(r role) string {
	if len(t.index[r]) > 0 && t.index[r][0] < len(t.names) {
		return t.names[t.index[r][0]]
	}
	return ""
}

// readRows reads all rows. Those before the header are kept for account and balance only.
func (t *table) readRows() error {
	started := t.names != nil
	for {
		cells, at, err := t.rows.nextRecord()
		if err == io.EOF {
			break
		} else if err != nil {
			return t.recordMistake(at, err)
		}
		t.cells = cells
		switch {
		case isEmpty(cells):
		case t.header(cells):
			if err := t.handOver(); err != nil {
				return err
			}
			started = true
		case !started:
			t.readAboveHeader(cells)
		default:
			if err := t.readRow(at); err != nil {
				return err
			}
		}
	}
	return t.handOver()
}

var accountNumber = regexp.MustCompile(`FR\d{2}[0-9A-Z]{23}|[0-9]{7,}[0-9A-Z]*`)

// readAboveHeader takes account and balance from a line above the header.
func (t *table) readAboveHeader(cells []string) {
	for i, c := range cells {
		if strings.HasPrefix(foldWords(c), "SOLDE") {
			for _, text := range append([]string{c}, cells[i+1:]...) {
				if n, ok := trailingAmount(text); ok {
					t.file.Balance = &Balance{Cents: n, Account: t.account}
					return
				}
			}
		}
	}
	if _, isDay := parseDay(strings.Join(cells[min(1, len(cells)):min(2, len(cells))], "")); isDay && len(cells) > 3 {
		t.announced = max(t.announced, parseDigits(cells[3])) // account;from;to;count
	}
	if found := accountNumber.FindString(strings.ReplaceAll(strings.Join(cells, ";"), " ", "")); found != "" {
		t.account = found
	}
}

// trailingAmount reads the amount at the end of « Solde au 06/03/2026 10 504,74 € ».
func trailingAmount(s string) (int64, bool) {
	fields := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' })
	for from := range fields {
		text := strings.Join(fields[from:], " ")
		if n, _, ok := parseEuros(text); ok && strings.ContainsAny(text, ",") {
			return n, true
		}
	}
	return 0, false
}

// readRow reads a row below the header: a movement, the rest of the one above, or no money.
func (t *table) readRow(at int) error {
	for i := len(t.names); i < len(t.cells); i++ {
		if t.cells[i] != "" && t.names != nil {
			return t.mistakeIn(at, "", fmt.Sprintf("elle a %d cellules et l’en-tête %d\u00a0: un séparateur se trouve dans une "+
				"cellule.", len(t.cells), len(t.names)))
		}
	}
	on, isDay := t.day(t.cellOf(roleDay))
	hasDay := len(t.index[roleDay]) > 0
	amount := t.cellOf(roleAmount) + t.cellOf(roleDebit) + t.cellOf(roleCredit)
	switch {
	case t.continued && t.line != nil && t.cells[0] == "" && amount == "":
		t.line.extendLabel(joinWords(t.cellOf(roleLabel)))
		return nil
	case t.isNoMoney():
		t.file.addIgnored(Ignored{At: at, Why: "ligne de total, de solde ou de fin"})
		return nil
	case hasDay && !isDay && amount != "":
		return t.mistakeIn(at, t.columnName(roleDay), fmt.Sprintf("«\u00a0%s\u00a0» n’est pas une date.", Plain(t.cellOf(roleDay))))
	case hasDay && !isDay:
		t.readAboveHeader(t.cells)
		t.file.addIgnored(Ignored{At: at, Why: "ligne sans date ni montant"})
		return nil
	case amount == "" && t.cellOf(roleLabel)+t.cellOf(roleReference) == "":
		t.file.addIgnored(Ignored{At: at, Why: "ligne sans montant"})
		return nil
	}
	if err := t.handOver(); err != nil {
		return err
	}
	t.buffer = Line{At: at, Day: on, Account: t.account, Currency: currencyLetters(t.cellOf(roleCurrency)),
		Authorisation: t.cellOf(roleAuthorisation),
		Label:         joinWords(t.cellOf(roleLabel)), Interbank: t.cellOf(roleInterbank), Reference: t.cellOf(roleReference)}
	line := &t.buffer
	line.ValueDay, _ = t.day(t.cellOf(roleValueDay))
	line.OperationDay, _ = t.day(t.cellOf(roleOperationDay))
	var err error
	if line.Cents, err = t.readCents(at); err != nil {
		return err
	}
	ignored, err := t.finish(line)
	if err != nil {
		return err
	}
	if ignored != "" {
		t.file.addIgnored(Ignored{At: at, Reference: line.Reference, Cents: line.Cents, Why: ignored})
		return nil
	}
	t.line = line
	return nil
}

// isNoMoney reports that a row is of a type that is no money, or that what stands first in it says so: its first cell, or the
// label or reference of a row without a first cell. (TOTAL ENERGIES in the label of a movement is a company.)
func (t *table) isNoMoney() bool {
	if len(t.ignored) > 0 && slices.Contains(t.ignored, t.cellOf(roleType)) {
		return true
	}
	text := t.cells[0]
	if text != "" && text[0] >= '0' && text[0] <= '9' {
		return false
	}
	if text == "" {
		text = cmp.Or(t.cellOf(roleReference), t.cellOf(roleLabel))
	}
	first, _, _ := strings.Cut(text, " ")
	first = strings.Trim(foldWords(first), ":.")
	return noMoney[first] || t.passOver[first]
}

// readCents reads the amount, from one column or from two.
func (t *table) readCents(at int) (int64, error) {
	if len(t.index[roleAmount]) > 0 {
		n, _, ok := t.amount(t.cellOf(roleAmount))
		if !ok {
			return 0, t.noAmount(at, roleAmount)
		}
		return n, nil
	}
	var out int64
	found := 0
	for _, side := range []struct {
		role role
		sign int64
	}{{roleDebit, -1}, {roleCredit, 1}} {
		cell := t.cellOf(side.role)
		if cell == "" {
			continue
		}
		n, signed, ok := t.amount(cell)
		if !ok {
			return 0, t.noAmount(at, side.role)
		}
		if signed && n*side.sign < 0 {
			return 0, t.mistakeIn(at, t.columnName(side.role), fmt.Sprintf("le signe de «\u00a0%s\u00a0» contredit la colonne.",
				Plain(cell)))
		}
		if n != 0 {
			found++
		}
		out += side.sign * max(n, -n)
	}
	if found > 1 {
		return 0, t.mistakeIn(at, "", "il y a un montant au débit et un au crédit.")
	}
	if t.cellOf(roleDebit)+t.cellOf(roleCredit) == "" {
		return 0, t.noAmount(at, roleCredit)
	}
	return out, nil
}

func (t *table) noAmount(at int, r role) error {
	cell := t.cellOf(r)
	if cell == "" {
		return t.mistakeIn(at, t.columnName(r), "la ligne n’a pas de montant\u00a0: le fichier est coupé ou modifié. "+
			"Téléchargez-le de nouveau.")
	}
	return t.mistakeIn(at, t.columnName(r), fmt.Sprintf("«\u00a0%s\u00a0» n’est pas un montant en euros et centimes.", Plain(cell)))
}

// handOver gives the movement, now complete, to the caller.
func (t *table) handOver() error {
	line := t.line
	if line == nil {
		return nil
	}
	t.line = nil
	if line.Kind == "" {
		line.Kind = labelOf(line.Label, line.Interbank, line.Text).kindOf(line.Cents)
		line.Text = ""
	}
	return t.each(*line)
}
