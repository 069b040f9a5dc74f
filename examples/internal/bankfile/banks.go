package bankfile

import (
	"strings"
)

// preset is the CSV that a bank lets people download. Names are as key writes them.
type preset struct {
	format string
	// columns are the names that make up the header: name, role, and whether the header must have it. Names in one string are
	// alternatives.
	columns []presetColumn
	// continued: a row without a first cell goes on with the label of the row above.
	continued bool
}

type presetColumn struct {
	names    string
	role     role
	required bool
}

// presets are the banks', those with more telling names first. The label is what the bank calls so; details are only read for
// gross and commission. LCL, which names no columns, follows below.
var presets = []preset{
	{
		format: "csv-bnp",
		columns: []presetColumn{
			{"dateoperation", roleDay, true},
			{"libelleoperation", roleLabel, true},
			{"montantoperationeneuro montantoperationeneuros", roleAmount, true},
			{"libellecourt", roleWords, false},
			{"typeoperation", roleWords, false},
		},
	},
	{
		format: "csv-societe-generale",
		columns: []presetColumn{
			{"datecomptabilisation", roleDay, true},
			{"libellecompletoperation", roleLabel, true},
			{"montantoperation", roleAmount, true},
			{"devise", roleCurrency, false},
		},
	},
	{
		format: "csv-societe-generale",
		columns: []presetColumn{
			{"datedeloperation", roleDay, true},
			{"detaildelecriture", roleLabel, true},
			{"libelle", roleWords, false},
			{"montantdeloperation", roleAmount, true},
			{"devise", roleCurrency, false},
		},
	},
	{
		format:    "csv-societe-generale-pro",
		continued: true,
		columns: []presetColumn{
			{"date", roleDay, true},
			{"naturedeloperation", roleLabel, true},
			{"debit", roleDebit, true},
			{"credit", roleCredit, true},
			{"devise", roleCurrency, false},
			{"datedevaleur", roleValueDay, false},
			{"libelleinterbancaire", roleInterbank, false},
		},
	},
	{
		format: "csv-bpce",
		columns: []presetColumn{
			{"datedecomptabilisation", roleDay, true},
			{"libelleoperation", roleLabel, true},
			{"debit", roleDebit, true},
			{"credit", roleCredit, true},
			{"libellesimplifie", roleWords, false},
			{"typeoperation", roleWords, false},
			{"reference", roleReference, false},
			{"informationscomplementaires", roleDetail, false},
			{"dateoperation", roleOperationDay, false},
			{"datedevaleur", roleValueDay, false},
		},
	},
	{
		format: "csv-credit-mutuel",
		columns: []presetColumn{
			{"date", roleDay, true},
			{"datedevaleur", roleValueDay, true},
			{"debit", roleDebit, true},
			{"credit", roleCredit, true},
			{"libelle", roleLabel, true},
			{"solde", roleNone, true},
		},
	},
	{
		format: "csv-credit-mutuel",
		columns: []presetColumn{
			{"date", roleDay, true},
			{"datedevaleur", roleValueDay, true},
			{"montant", roleAmount, true},
			{"libelle", roleLabel, true},
			{"solde", roleNone, true},
		},
	},
	{
		format: "csv-banque-postale",
		columns: []presetColumn{
			{"date", roleDay, true},
			{"libelle", roleLabel, true},
			{"montanteuros montanteuro montanteur", roleAmount, true},
		},
	},
	{
		format: "csv-credit-agricole",
		columns: []presetColumn{
			{"date dateoperation", roleDay, true},
			{"datedevaleur datevaleur", roleValueDay, false},
			{"libelle", roleLabel, true},
			{"debiteuros debiteuro debit", roleDebit, true},
			{"crediteuros crediteuro credit", roleCredit, true},
		},
	},
}

// separators that banks use.
var separators = []string{";", "\t", ",", "|"}

// mostAbove is how many lines may stand above the header.
const mostAbove = 60

// bind finds the columns of a row, if it is the header of the preset.
func (p preset) bind(cells []string) (index [roleCount][]int, ok bool) {
	at := map[string]int{}
	for i, c := range cells {
		if c = key(c); c != "" {
			if _, twice := at[c]; !twice {
				at[c] = i
			}
		}
	}
	for _, c := range p.columns {
		found := false
		for _, name := range strings.Fields(c.names) {
			i, there := at[name]
			if there && !found {
				found = true
				index[c.role] = append(index[c.role], i)
			}
		}
		if c.required && !found {
			return index, false
		}
	}
	return index, true
}

// bankHeader finds the header of a known bank in the first lines: the separator and the preset. nil: there is none.
func bankHeader(head string) (separator string, bank *preset) {
	for _, separator := range separators {
		rows := &records{in: lines(head), separator: separator}
		for range mostAbove {
			cells, _, err := rows.next()
			if err != nil {
				break
			}
			for i := range presets {
				if _, ok := presets[i].bind(cells); ok {
					return separator, &presets[i]
				}
			}
		}
	}
	return "", nil
}

func isBankCSV(s *source) bool {
	_, bank := bankHeader(s.head)
	return bank != nil || isLCL(s.head)
}

func readBankCSV(s *source) error {
	t := &table{source: s, day: parseDay, amount: parseEuros, rows: &records{in: s.text, separator: ";"}}
	t.finish = func(line *Line) (string, error) {
		line.Text = t.cell(roleWords)
		if detail := t.cell(roleDetail); strings.Contains(detail, "BRUT") || strings.Contains(line.Label, "BRUT") {
			line.takeGross(labelOf(line.Label, detail))
		}
		return "", nil
	}
	s.file.Level = Remittance
	separator, bank := bankHeader(s.head)
	if bank == nil {
		return t.readLCL()
	}
	s.file.Format, t.rows.separator, t.continued = bank.format, separator, bank.continued
	t.header = func(cells []string) bool {
		if _, isDay := parseDay(t.cell(roleDay)); isDay && t.names != nil {
			return false
		}
		index, ok := bank.bind(cells)
		if ok {
			t.index, t.names = index, append([]string(nil), cells...)
		}
		return ok
	}
	return t.read()
}

// LCL's file names no columns: date;amount;type;cheque;label A;label B;x;category. The label stands in the fifth or the sixth
// cell. A line of four cells is a balance: date;balance;;account.

// isLCL: the first line is a movement of seven cells or more, or a balance.
func isLCL(head string) bool {
	rows := &records{in: lines(head), separator: ";"}
	cells, _, err := rows.next()
	if err != nil || len(cells) < 4 {
		return false
	}
	_, isDay := parseDay(cells[0])
	_, _, isAmount := parseEuros(cells[1])
	return isDay && isAmount && (len(cells) >= 7 || isLCLBalance(cells))
}

func isLCLBalance(cells []string) bool {
	const shortestAccount = 7
	return len(cells) >= 4 && cells[2] == "" && len(key(cells[3])) >= shortestAccount && isEmpty(cells[4:])
}

func (t *table) readLCL() error {
	t.file.Format = "csv-lcl"
	t.names = strings.Split("date;montant;type;chèque;libellé;libellé;;catégorie", ";")
	t.index[roleDay], t.index[roleAmount], t.index[roleWords], t.index[roleLabel] = []int{0}, []int{1}, []int{2}, []int{4, 5}
	t.header = func(cells []string) bool {
		if !isLCLBalance(cells) {
			return false
		}
		n, _, ok := parseEuros(cells[1])
		if on, _ := parseDay(cells[0]); ok {
			t.file.Balance = &Balance{Day: on, Cents: n, Account: cells[3]}
			t.file.ignore(Ignored{At: t.rows.line, Cents: n, Why: "ligne de solde"})
		}
		return ok
	}
	return t.read()
}
