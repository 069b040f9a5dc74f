package bankfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Layout describes a CSV that is none of the known forms. In a file it is JSON; what is left out is as in [Standard]. With a
// reference its lines are transactions; without one they are sums on an account, and need a label.
//
// Not described, since they are read anyway: the encoding, the lines above the header, columns that are not named here, lines
// that are empty or begin with Total, Solde or Fin, a separator at the end of a line, and the forms of an amount: +75,00 · 75,00
// € · 75,00- · (75,00) · −75,00 · 1 137,00 with any blank.
type Layout struct {
	Separator string `json:"separator"` // one character
	Encoding  string `json:"encoding"`  // is found by itself; still allowed for layouts that name it
	Skip      int    `json:"skip"`      // lines that are passed over before the header is looked for

	// The names of the columns. One that the list does not have is empty; it must have a reference or a label, and an amount or
	// both a debit and a credit.
	Reference     string `json:"reference"`
	Label         string `json:"label"`
	Amount        string `json:"amount"`
	Debit         string `json:"debit"`    // what went out, whatever its sign
	Credit        string `json:"credit"`   // what came in
	Type          string `json:"type"`     // payment or refund; without it a refund has a negative amount
	Currency      string `json:"currency"` // letters or a number; without it everything is in EUR
	Authorisation string `json:"authorisation"`
	Date          string `json:"date"`

	Unit       string `json:"unit"`        // of the amount: "euros" or "cents"
	Decimal    string `json:"decimal"`     // before the cents of an amount in euros: "," or "."
	DateFormat string `json:"date_format"` // of %Y %y %m %d %H %M %S
	Continued  bool   `json:"continued"`   // a line without a first cell goes on with the label of the line above

	// What stands in the type column.
	Payments []string `json:"payments"`
	Refunds  []string `json:"refunds"`
	Ignored  []string `json:"ignored"` // lines that are no money: totals, refusals
	// What lines begin with that are no money, beside Total, Solde and Fin: one word each.
	PassOver []string `json:"pass_over"`
}

// Standard is the layout of the list that the demonstration of examples/reconcile writes.
func Standard() Layout {
	return Layout{
		Separator: ";", Encoding: "utf-8", Reference: "Référence", Amount: "Montant", Type: "Opération", Currency: "Devise",
		Authorisation: "Autorisation", Date: "Date", Unit: "euros", Decimal: ",", DateFormat: "%d/%m/%Y",
		Payments: []string{"PAIEMENT"}, Refunds: []string{"REMBOURSEMENT"}, Ignored: []string{"TOTAL"}, PassOver: []string{},
	}
}

// ParseLayout reads a layout's file, and says all that is wrong with it.
func ParseLayout(file string, content []byte) (Layout, error) {
	l := Standard()
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		at := d.InputOffset()
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			at = syntax.Offset
		}
		line := 1 + bytes.Count(content[:min(int(at), len(content))], []byte("\n"))
		return l, &Mistake{File: file, Line: line, What: fmt.Sprintf("%v\u00a0: comparez avec le layout.json que -demo écrit.", err)}
	}
	var errs []error
	bad := func(field, format string, a ...any) {
		errs = append(errs, &Mistake{File: file, What: fmt.Sprintf("«\u00a0%s\u00a0»\u00a0: "+format, append([]any{field}, a...)...)})
	}
	if r, n := utf8.DecodeRuneInString(l.Separator); n != len(l.Separator) || n == 0 || strings.ContainsRune("\"\r\n\uFFFD", r) {
		bad("separator", "%.10q n’est pas un caractère qui sépare des cellules\u202f; donnez \";\", \",\" ou \"\\t\".", l.Separator)
	}
	if !slices.Contains([]string{"", "utf-8", "windows-1252", "utf-16"}, l.Encoding) {
		bad("encoding", "%.20q n’est ni utf-8, ni windows-1252, ni utf-16.", l.Encoding)
	}
	if l.Skip < 0 {
		bad("skip", "%d est négatif.", l.Skip)
	}
	if l.Reference == "" && l.Label == "" {
		bad("reference", "la liste doit avoir une colonne de référence (reference) ou de libellé (label).")
	}
	if l.Amount == "" && (l.Debit == "" || l.Credit == "") {
		bad("amount", "la liste doit avoir une colonne de montant (amount), ou deux\u00a0: débit (debit) et crédit (credit).")
	}
	if l.Amount != "" && l.Debit+l.Credit != "" {
		bad("amount", "donnez soit amount, soit debit et credit\u202f; mettez \"\" pour l’autre.")
	}
	if l.Unit != "euros" && l.Unit != "cents" {
		bad("unit", "%.20q n’est ni euros ni cents.", l.Unit)
	}
	if l.Decimal != "," && l.Decimal != "." {
		bad("decimal", "%.10q n’est ni une virgule ni un point.", l.Decimal)
	}
	if l.Type != "" && len(l.Payments) == 0 {
		bad("payments", "la liste est vide\u00a0: dites ce que la colonne %q contient pour un paiement.", l.Type)
	}
	return l, errors.Join(errs...)
}

// wantedColumn is one that the layout names.
type wantedColumn struct {
	role role
	name string
}

// wantedColumns are the columns that the layout names, the most telling first.
func (l *Layout) wantedColumns() []wantedColumn {
	all := []wantedColumn{
		{roleReference, l.Reference}, {roleLabel, l.Label}, {roleAmount, l.Amount}, {roleDebit, l.Debit}, {roleCredit, l.Credit},
		{roleType, l.Type}, {roleCurrency, l.Currency}, {roleAuthorisation, l.Authorisation}, {roleDay, l.Date},
	}
	return slices.DeleteFunc(all, func(c wantedColumn) bool { return c.name == "" })
}

// bindColumns finds the columns in a row. missing is the first wanted name that is not there.
func (l *Layout) bindColumns(cells []string) (index [roleCount][]int, missing string, twice string) {
	for _, c := range l.wantedColumns() {
		found := 0
		for i, cell := range cells {
			if cell == c.name {
				index[c.role] = []int{i}
				found++
			}
		}
		if found == 0 && missing == "" {
			missing = c.name
		}
		if found > 1 && twice == "" {
			twice = c.name
		}
	}
	return index, missing, twice
}

// hasHeader reports whether one of the first lines names the columns that the layout wants.
func (l *Layout) hasHeader(head string) bool {
	rows := &records{in: linesOf(head), separator: l.Separator}
	for range mostAbove + l.Skip {
		cells, _, err := rows.nextRecord()
		if err != nil {
			return false
		}
		if _, missing, _ := l.bindColumns(cells); missing == "" {
			return true
		}
	}
	return false
}

func hasOwnLayout(s *source) bool { return s.layout != nil && s.layout.hasHeader(s.head) }

// hasStandardLayout: the last chance. With a layout of its own the file is tried, so that the message says what its header lacks.
func hasStandardLayout(s *source) bool {
	standard := Standard()
	return s.layout != nil || standard.hasHeader(s.head)
}

func readLayout(s *source) error {
	l := s.layout
	if l == nil {
		standard := Standard()
		l = &standard
	}
	s.file.Format, s.file.Level = "layout", Transaction
	if l.Reference == "" {
		s.file.Level = Remittance
	}
	t := &table{source: s, rows: &records{in: s.text, separator: l.Separator}, continued: l.Continued, amount: l.parseCents,
		passOver: map[string]bool{}}
	format := dateFormat.Replace(l.DateFormat)
	t.day = func(cell string) (string, bool) {
		at, err := time.Parse(format, cell)
		if err != nil {
			return "", false
		}
		return writeDay(at.Year(), int(at.Month()), at.Day()) // there is no year 0
	}
	if l.Type != "" {
		t.ignored = l.Ignored
	}
	for _, w := range l.PassOver {
		t.passOver[foldWords(w)] = true
	}
	for range l.Skip {
		if _, _, err := readLine(t.rows.in); err != nil {
			return s.mistakeIn(0, "", fmt.Sprintf("il n’y a pas de ligne après les %d qui sont sautées\u00a0: voyez "+
				"«\u00a0skip\u00a0» dans le layout.", l.Skip))
		}
		t.rows.line++
	}
	if err := l.findHeader(t); err != nil {
		return err
	}
	t.header = func([]string) bool { return false }
	t.finish = func(line *Line) (string, error) { return l.finishLine(t, line) }
	return t.readRows()
}

// findHeader reads up to the line that names the columns.
func (l *Layout) findHeader(t *table) error {
	var first []string
	firstLine, missing := t.rows.line+1, l.Reference
	for range mostAbove {
		cells, at, err := t.rows.nextRecord()
		if err != nil {
			break
		}
		index, absent, twice := l.bindColumns(cells)
		if twice != "" {
			return t.mistakeIn(at, twice, "deux colonnes portent ce nom\u00a0: renommez-en une.")
		}
		if absent == "" {
			t.index, t.names = index, append([]string(nil), cells...)
			return nil
		}
		if first == nil && !isEmpty(cells) {
			first, firstLine, missing = append([]string(nil), cells...), at, absent
		}
	}
	if first == nil {
		return t.mistakeIn(firstLine, "", "il n’y a pas de ligne avec les noms des colonnes.")
	}
	for i := range first {
		first[i] = Plain(first[i])
	}
	return t.mistakeIn(firstLine, missing, fmt.Sprintf("elle n’y est pas. Il y a\u00a0: %s. Voyez le séparateur %q et les noms "+
		"dans le layout.",
		strings.Join(first, ", "), l.Separator))
}

// finishLine says what a line is.
func (l *Layout) finishLine(t *table, line *Line) (ignored string, err error) {
	kind := t.cellOf(roleType)
	if l.Reference == "" {
		line.takeGross(labelOf(line.Label))
		return "", nil
	}
	if line.Reference == "" {
		return "", t.mistakeIn(line.At, l.Reference, "elle est vide\u00a0: si de telles lignes ne sont pas de l’argent, nommez "+
			"leur type dans «\u00a0ignored\u00a0».")
	}
	switch line.Kind = Payment; {
	case l.Type == "":
		if line.Cents < 0 {
			line.Kind = Refund
		}
	case slices.Contains(l.Refunds, kind): // some lists give it a minus, some do not
		line.Kind = Refund
	case !slices.Contains(l.Payments, kind):
		return "", t.mistakeIn(line.At, l.Type, fmt.Sprintf("«\u00a0%s\u00a0» n’est ni un paiement ni un remboursement\u00a0: "+
			"nommez-le dans «\u00a0payments\u00a0», «\u00a0refunds\u00a0» ou «\u00a0ignored\u00a0» du layout.", Plain(kind)))
	case line.Cents < 0:
		return "", t.mistakeIn(line.At, t.columnName(roleAmount), fmt.Sprintf("le montant est négatif et «\u00a0%s\u00a0» est un "+
			"paiement\u00a0: voyez «\u00a0payments\u00a0» et «\u00a0refunds\u00a0» dans le layout.", Plain(kind)))
	}
	line.Cents = max(line.Cents, -line.Cents)
	line.PaymentDay, line.Day = line.Day, ""
	if line.Currency == "" {
		line.Currency = "EUR"
	}
	return "", nil
}

var dateFormat = strings.NewReplacer("%Y", "2006", "%y", "06", "%m", "01", "%d", "02", "%H", "15", "%M", "04", "%S", "05")

// parseCents reads an amount in the layout's unit. In euros the other sign may only stand between thousands.
func (l *Layout) parseCents(s string) (cents int64, signed, ok bool) {
	other := map[string]string{",": ".", ".": ","}[l.Decimal]
	if l.Unit == "cents" {
		if strings.ContainsAny(s, ",.") {
			return 0, false, false
		}
		n, signed, ok := parseEuros(s)
		return n / 100, signed, ok
	}
	whole, _, _ := strings.Cut(s, l.Decimal)
	groups := strings.Split(whole, other)
	for _, g := range groups[1:] {
		if len(strings.TrimRight(g, " )€EUR\u00a0\u202f-+")) != 3 {
			return 0, false, false
		}
	}
	if strings.Contains(s, l.Decimal) {
		return parseEuros(s)
	}
	return parseEuros(strings.Join(groups, ""))
}
