package bankfile

import (
	"fmt"
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
	// announces: the first line says how many movements there are.
	announces bool
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
		format: "csv-societe-generale", announces: true,
		columns: []presetColumn{
			{"datecomptabilisation", roleDay, true},
			{"libellecompletoperation", roleLabel, true},
			{"montantoperation", roleAmount, true},
			{"devise", roleCurrency, false},
		},
	},
	{
		format: "csv-societe-generale", announces: true,
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

// bindColumns finds the columns of a row, if it is the header of the preset.
func (p preset) bindColumns(cells []string) (index [roleCount][]int, ok bool) {
	at := map[string]int{}
	for i, c := range cells {
		if c = columnKey(c); c != "" {
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
		rows := &records{in: linesOf(head), separator: separator}
		for range mostAbove {
			cells, _, err := rows.nextRecord()
			if err != nil {
				break
			}
			for i := range presets {
				if _, ok := presets[i].bindColumns(cells); ok {
					return separator, &presets[i]
				}
			}
		}
	}
	return "", nil
}

func isBankCSV(s *source) bool {
	_, bank := bankHeader(s.head)
	return bank != nil || positionsOf(s.head) != nil
}

func readBankCSV(s *source) error {
	days := fewDays{parse: parseDay}
	t := &table{source: s, day: days.dayOf, amount: parseEuros, rows: &records{in: s.text, separator: ";"}}
	t.finish = func(line *Line) (string, error) {
		line.Text = t.cellOf(roleWords)
		if detail := t.cellOf(roleDetail); strings.Contains(detail, "BRUT") || strings.Contains(line.Label, "BRUT") {
			line.takeGross(labelOf(line.Label, detail))
		}
		return "", nil
	}
	s.file.Level = Remittance
	separator, bank := bankHeader(s.head)
	if bank == nil {
		p := positionsOf(s.head)
		s.file.Format, t.names, t.index, t.header = p.format, strings.Split(p.names, ";"), p.index, p.balance(t)
		return t.readRows()
	}
	s.file.Format, t.rows.separator, t.continued = bank.format, separator, bank.continued
	t.header = func(cells []string) bool {
		if _, isDay := days.dayOf(t.cellOf(roleDay)); isDay && t.names != nil {
			return false
		}
		index, ok := bank.bindColumns(cells)
		if ok {
			t.index, t.names = index, append([]string(nil), cells...)
		}
		return ok
	}
	if err := t.readRows(); err != nil {
		return err
	}
	if n := t.announced; n > 0 && bank.announces && s.file.Lines+s.file.Passed < n {
		return s.mistakeIn(0, "", fmt.Sprintf("sa première ligne annonce %d opérations, il y en a %d\u00a0: le fichier est coupé. "+
			"Téléchargez-le de nouveau.", n, s.file.Lines))
	}
	return nil
}

// positions says which column has which role in a CSV without a header.
type positions struct {
	format string
	names  string // what the columns would be called, for messages
	index  [roleCount][]int
	// fits reports whether the first records, without empty ones, are of this form.
	fits    func(first, second []string) bool
	balance func(*table) func([]string) bool // tells lines that are a balance
}

// withoutHeader are the banks that name no columns: LCL, and BNP in older downloads. LCL's label stands in the fifth or the sixth cell.
var withoutHeader = []positions{
	{
		format: "csv-lcl", names: "date;montant;type;chèque;libellé;libellé;;catégorie",
		index: [roleCount][]int{roleDay: {0}, roleAmount: {1}, roleWords: {2}, roleLabel: {4, 5}},
		fits: func(first, _ []string) bool {
			const fewest = 7
			return startsWithDay(first) && isAmount(first, 1) && (len(first) >= fewest || isLCLBalance(first))
		},
		balance: (*table).lclBalance,
	},
	{
		format: "csv-bnp", names: "date;libellé court;type;libellé;montant",
		index: [roleCount][]int{roleDay: {0}, roleWords: {1, 2}, roleLabel: {3}, roleAmount: {4}},
		fits: func(first, second []string) bool {
			return strings.HasPrefix(foldWords(first[0]), "COMPTE") && len(first) >= 6 && len(second) == 5 && startsWithDay(second) && isAmount(second, 4)
		},
		balance: (*table).bnpAccount,
	},
}

func startsWithDay(cells []string) bool {
	_, ok := parseDay(cells[0])
	return ok
}

func isAmount(cells []string, at int) bool {
	if at >= len(cells) {
		return false
	}
	_, _, ok := parseEuros(cells[at])
	return ok
}

// positionsOf finds the form of a file without a header; nil: there is none.
func positionsOf(head string) *positions {
	rows := &records{in: linesOf(head), separator: ";"}
	var first, second []string
	for range mostAbove {
		cells, _, err := rows.nextRecord()
		if err != nil {
			break
		}
		if isEmpty(cells) {
			continue
		}
		if first == nil {
			first = append([]string(nil), cells...)
			continue
		}
		second = cells
		break
	}
	if len(first) < 2 {
		return nil
	}
	for i := range withoutHeader {
		if withoutHeader[i].fits(first, second) {
			return &withoutHeader[i]
		}
	}
	return nil
}

// isLCLBalance: a line of four cells is a balance: date;balance;;account.
func isLCLBalance(cells []string) bool {
	const shortestAccount = 7
	return len(cells) >= 4 && cells[2] == "" && len(columnKey(cells[3])) >= shortestAccount && isEmpty(cells[4:])
}

func (t *table) lclBalance() func([]string) bool {
	return func(cells []string) bool {
		if !isLCLBalance(cells) {
			return false
		}
		n, _, ok := parseEuros(cells[1])
		if on, _ := parseDay(cells[0]); ok {
			t.file.Balance = &Balance{Day: on, Cents: n, Account: cells[3]}
			t.file.addIgnored(Ignored{At: t.rows.line, Cents: n, Why: "ligne de solde"})
		}
		return ok
	}
}

// bnpAccount passes over the line of the account: « Compte courant;Compte de chèques;****3M026;06/03/2026;;10 504,74 ».
func (t *table) bnpAccount() func([]string) bool {
	return func(cells []string) bool {
		if !strings.HasPrefix(foldWords(cells[0]), "COMPTE") {
			return false
		}
		last := cells[len(cells)-1]
		if n, _, ok := parseEuros(last); ok {
			on := ""
			if len(cells) > 3 {
				on, _ = parseDay(cells[3])
			}
			t.file.Balance = &Balance{Day: on, Cents: n, Account: cells[min(2, len(cells)-1)]}
		}
		return true
	}
}
