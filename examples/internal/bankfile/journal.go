package bankfile

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// The journals of a gateway: Worldline Sips (Mercanet, Sherlock's, Sogenactif) and the Lyra platforms. A file has a title, a line
// with the names of its columns, lines and an end:
//
//	TITRE;FONDS DEMO;26/03/06_11:02:10;TABLE_V1;      TITLE;REPORT_TRANSACTIONS;2026-03-03T01:58:00+01:00;TAB20_V4;
//	ENTETE;MERCHANT_COUNTRY;MERCHANT_ID;…             HEADER;merchantId;transactionReference;…
//	MATCHING;FR;002001000000001;…                     TRANSACTION;002001000000001;…
//	FIN;                                              END;
//
// Columns are found by name, since merchants choose them; case and underscores do not count. Lines may end with a separator or not.

var (
	titleWords  = wordSet("TITRE TITLE")
	headerWords = wordSet("ENTETE HEADER")
	endWords    = wordSet("FIN END")
)

// journal is one that is being read.
type journal struct {
	*source
	rows  *records
	kind  *kindOfJournal
	index [columnCount]int // -1: there is no such column
	names []string
	word  string   // the first one of the data
	ahead *records // what follows the names, to see how amounts are written
	form  writtenIn
	cells []string
	days  fewDays
	line  Line // the one that is being read
}

// isJournal: the first word is TITRE or TITLE, and a separator follows.
func isJournal(s *source) bool { return titleSeparator(s.head) != "" }

// titleSeparator returns what follows the first word, if that is a title's.
func titleSeparator(head string) string {
	head = strings.TrimLeft(head, " \r\n\t")
	rest := strings.TrimPrefix(head, `"`)
	for word := range titleWords {
		if len(rest) > len(word) && strings.EqualFold(rest[:len(word)], word) {
			rest = strings.TrimLeft(rest[len(word):], `"`)
			if rest == "" {
				return ""
			}
			separator, _ := firstRune(rest)
			if strings.ContainsAny(separator, " \r\n_-") || columnKey(separator) != "" {
				return ""
			}
			return separator
		}
	}
	return ""
}

// readJournal reads a journal, or several that were put into one file.
func readJournal(s *source) error {
	j := &journal{source: s, rows: &records{in: s.text, separator: titleSeparator(s.head)}, days: fewDays{parse: parseJournalDay}}
	s.file.Level = Transaction
	ended := true
	for {
		cells, at, err := j.rows.nextRecord()
		if err != nil {
			if err == io.EOF {
				break
			}
			return s.recordMistake(at, err)
		}
		first := ""
		if len(cells) > 0 {
			if first = cells[0]; first != j.word {
				first = foldWords(first)
			}
		}
		switch {
		case first != "" && first == j.word && !ended: // as most lines are
			if err := j.readRow(cells, at); err != nil {
				return err
			}
		case isEmpty(cells):
		case titleWords[first]:
			if !ended && j.kind != nil && j.kind.needsEnd {
				return s.cutMistake(at)
			}
			j.readTitle(cells)
			ended = false
		case endWords[first]:
			ended = true
		case ended:
			return s.mistakeIn(at, "", "il y a des lignes après la fin du journal\u00a0: redemandez le fichier à votre prestataire.")
		default:
			if err := j.readRow(cells, at); err != nil {
				return err
			}
		}
	}
	if j.kind == nil {
		return s.mistakeIn(0, "", "le journal n’a pas de ligne ENTETE avec les noms des colonnes\u00a0: le fichier est coupé. "+
			"Redemandez-le.")
	}
	cutShort := j.rows.open && (j.word == "" || len(j.rows.cells) < len(trimEmptyCells(j.names)))
	if !ended && (j.kind.needsEnd || cutShort) {
		return s.cutMistake(0)
	}
	s.file.Whole = ended
	return nil
}

// trimEmptyCells drops the empty cells at the end of a line that ends with a separator.
func trimEmptyCells(cells []string) []string {
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}

func (s *source) cutMistake(line int) error {
	return s.mistakeIn(line, "", "la ligne FIN manque\u00a0: le fichier est coupé. Redemandez-le à votre prestataire.")
}

// recordMistake is an error of the records.
func (s *source) recordMistake(line int, err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return s.mistakeIn(line, "", "un guillemet ouvert ici n’est jamais refermé\u00a0: le fichier est coupé. Téléchargez-le "+
			"de nouveau.")
	case errors.Is(err, errLongLine):
		return s.mistakeIn(line, "", errLongLine.Error()+"\u00a0: ce n’est pas un fichier de ce format.")
	}
	return fmt.Errorf("%s\u00a0: %w", s.file.Name, err)
}

// readTitle reads the first line: the version is its last cell but those that are empty or words.
func (j *journal) readTitle(cells []string) {
	j.names, j.kind, j.word = nil, nil, ""
	j.file.Format = "sips-table"
	if foldWords(cells[0]) == "TITLE" {
		j.file.Format = "sips-tab20"
	}
	for _, c := range cells[1:] {
		c = foldWords(c)
		number, ok := strings.CutPrefix(c, "V")
		if strings.HasPrefix(c, "TAB") || ok && number != "" && strings.Trim(number, "0123456789") == "" {
			j.file.Version = c
			if strings.HasPrefix(c, "TAB20") {
				j.file.Format = "sips-tab20"
			}
		}
	}
}

// readHeader reads the names of the columns, and says which journal it is.
func (j *journal) readHeader(cells []string, at int, word string) error {
	j.names = append([]string(nil), cells...)
	found := map[string]int{}
	for i, name := range cells {
		if name = columnKey(name); name != "" && i > 0 {
			if _, twice := found[name]; !twice {
				found[name] = i
			}
		}
	}
	j.kind = j.kindFrom(found, word)
	for c := range columnCount {
		names := columnNames[c]
		if c == colAmount {
			names = j.kind.amount
		}
		j.index[c] = -1
		for _, name := range names {
			if i, ok := found[name]; ok {
				j.index[c] = i
				break
			}
		}
	}
	j.file.Journal = j.kind.name
	lacks := ""
	switch {
	case j.index[colReference] < 0 && j.index[colOrder] < 0 && j.index[colTransactionID] < 0:
		lacks = "ORDER_ID ou transactionReference"
	case j.index[colAmount] < 0:
		lacks = j.kind.amountName
	}
	if lacks != "" {
		var there []string
		for _, name := range j.names[1:] {
			there = append(there, Plain(name))
		}
		return j.mistakeIn(at, "", fmt.Sprintf("la colonne %s manque. Il y a\u00a0: %s. Demandez à votre prestataire un "+
			"journal qui l’a.", lacks, strings.Join(there, ", ")))
	}
	if j.index[colReference] < 0 && j.index[colOrder] < 0 {
		j.file.addNote("Ce journal n’a ni ORDER_ID ni transactionReference\u00a0: ses numéros à six chiffres ne peuvent pas " +
			"être rapprochés des références de l’export. Demandez-le avec ORDER_ID.")
	}
	return nil
}

// kindFrom says which journal it is. In the TABLE family the first word of the data says it; what it is in TAB20 files is not
// documented, so there the columns count more.
func (j *journal) kindFrom(found map[string]int, word string) *kindOfJournal {
	byWord, bySign := journalOf(word), (*kindOfJournal)(nil)
	for _, k := range journals {
		for _, sign := range k.signs {
			if _, ok := found[sign]; ok && bySign == nil {
				bySign = k
			}
		}
	}
	first, second := byWord, bySign
	if j.file.Format == "sips-tab20" {
		first, second = bySign, byWord
	}
	switch {
	case first != nil:
		return first
	case second != nil:
		return second
	}
	return journals[len(journals)-1]
}

// amountOf is the amount in a line of the journal, and false from its end on: the next journal in the file may write its own otherwise.
func (j *journal) amountOf(cells []string) (amount string, belongs bool) {
	first := foldWords(cells[0])
	return cellAt(cells, j.index[colAmount]), !titleWords[first] && !endWords[first]
}

// cellOf is a cell by its column; empty where there is none.
func (j *journal) cellOf(c column) string {
	return cellAt(j.cells, j.index[c])
}

// dayIn is the day in a cell; empty where there is none.
func (j *journal) dayIn(c column) string {
	on, _ := j.days.dayOf(j.cellOf(c))
	return on
}

// readRow reads a line between title and end.
func (j *journal) readRow(cells []string, at int) error {
	first := cells[0]
	if first != j.word {
		first = foldWords(first)
	}
	if j.names == nil {
		word := ""
		if !headerWords[first] {
			if columnKey(cells[0]) == "" || len(cells) < 3 {
				return j.mistakeIn(at, "", "cette ligne devrait commencer par ENTETE ou HEADER et nommer les colonnes.")
			}
			word = first
		}
		j.ahead = j.rows.lookAhead()
		return j.readHeader(cells, at, word)
	}
	if j.word == "" { // the first line of data may say more than the names
		j.word = first
		if err := j.readHeader(append([]string(nil), j.names...), at, first); err != nil {
			return err
		}
		j.form = j.ahead.amountForm(j.amountOf)
	}
	for i := len(j.names); i < len(cells); i++ {
		if cells[i] != "" {
			return j.mistakeIn(at, "", fmt.Sprintf("elle a %d cellules et l’en-tête %d\u00a0: un séparateur se trouve dans une "+
				"cellule.", len(cells), len(j.names)))
		}
	}
	if i := j.index[colAmount]; i >= len(cells) {
		return j.mistakeIn(at, j.names[i], "la ligne s’arrête avant cette colonne\u00a0: le fichier est coupé. Redemandez-le à "+
			"votre prestataire.")
	}
	j.cells = cells
	j.line = Line{At: at, Contract: j.cellOf(colContract), Currency: currencyLetters(j.cellOf(colCurrency)),
		Authorisation: j.cellOf(colAuthorisation)}
	line := &j.line
	line.Reference = j.cellOf(colReference)
	if order := j.cellOf(colOrder); line.Reference == "" {
		line.Reference = order
	} else {
		line.Order = order
	}
	if line.PaymentDay = j.dayIn(colPaymentDay); line.Reference == "" {
		if id := j.cellOf(colTransactionID); id != "" { // unique within a day only
			line.Reference = line.PaymentDay + "/" + id
		}
	}
	if code := j.cellOf(colResponse); j.index[colResponse] >= 0 && code != "00" && code != "0" {
		what := "refusée, pas d’argent"
		if j.kind.name == "operations" {
			what = "l’opération a échoué"
		}
		j.file.addIgnored(Ignored{At: at, Reference: line.Reference, Why: "RESPONSE_CODE " + Plain(code) + "\u00a0: " + what})
		return nil
	}
	if line.Reference == "" {
		return j.mistakeIn(at, "", "elle ne nomme aucune transaction\u00a0: sa référence est vide.")
	}
	amount, err := j.readAmount(colAmount, at)
	if err != nil {
		return err
	}
	line.Cents = amount
	ignored, err := j.kind.line(j, line)
	if err != nil {
		return err
	}
	if ignored != "" {
		j.file.addIgnored(Ignored{At: at, Reference: line.Reference, Cents: line.Cents, Why: ignored})
		return nil
	}
	if line.Cents < 0 {
		return j.mistakeIn(at, j.names[j.index[colAmount]], "le montant est négatif\u00a0: dans un journal le type de "+
			"l’opération donne le sens.")
	}
	return j.each(*line)
}

func journalOf(word string) *kindOfJournal {
	for _, k := range journals {
		if k.word == word {
			return k
		}
	}
	return nil
}

// readAmount reads an amount that must be there.
func (j *journal) readAmount(c column, at int) (int64, error) {
	cell := j.cellOf(c)
	n, ok := j.form.parseCents(cell)
	if ok {
		return n, nil
	}
	form := "en centimes, comme les premiers du journal"
	if j.form == euros {
		form = "en euros, comme les premiers du journal"
	}
	return 0, j.mistakeIn(at, j.names[j.index[c]], fmt.Sprintf("«\u00a0%s\u00a0» n’est pas un montant %s.", Plain(cell), form))
}
