package bankfile

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
)

// MT940, SWIFT's customer statement: fields such as :61: at the beginning of a line, each up to the next field. A statement begins
// with :20: and ends with its closing balance :62F: (or :62M: on a page that others follow).

var (
	mt940Field = regexp.MustCompile(`^:(\d\d[A-Z]?):(.*)$`)
	mt940Start = regexp.MustCompile(`(?m)^(\{1:.*\{4:\s*)?:20:`)
	// The mark RC or RD is tried first: CR is the mark C with the funds code R, the third letter of EUR.
	mt940Line     = regexp.MustCompile(`^(\d{6})(\d{4})?(RC|RD|C|D)([A-Z])?(\d*,\d*)([A-Z][A-Z0-9]{3})(.*)$`)
	mt940Balance  = regexp.MustCompile(`^([CD])(\d{6})([A-Z]{3})(\d*,\d*)$`)
	mt940SubField = regexp.MustCompile(`\?\d\d`)
)

func isMT940(s *source) bool {
	return mt940Start.MatchString(strings.ReplaceAll(s.head, "\r", "")) && strings.Contains(s.head, "\n:60")
}

// mt940 is a file that is being read.
type mt940 struct {
	*source
	at        int // the line of the field
	open      *Statement
	line      *Line // the :61: that a :86: may follow
	closed    bool  // the closing balance was read
	closings  map[string]Statement
	reference string
}

func readMT940(s *source) error {
	s.file.Format, s.file.Level = "mt940", Remittance
	m := &mt940{source: s, closings: map[string]Statement{}}
	var name string
	var content []string
	number := 0
	for {
		text, _, err := readLine(s.text)
		number++
		if err != nil && err != io.EOF {
			return s.recordMistake(number, err)
		}
		if i := strings.Index(text, "{4:"); i >= 0 {
			text = text[i+3:]
		}
		field := mt940Field.FindStringSubmatch(text)
		end := err == io.EOF || text == "-" || strings.HasPrefix(text, "-}")
		if field == nil && !end {
			if len(content) > 0 && len(content) < tallestCell {
				content = append(content, text)
			}
			continue
		}
		if len(content) > 0 {
			if err := m.readField(name, content); err != nil {
				return err
			}
		}
		content = nil
		if end {
			if err := m.endStatement(); err != nil {
				return err
			}
		}
		if err == io.EOF {
			break
		}
		if field != nil {
			name, content, m.at = field[1], []string{field[2]}, number
		}
	}
	s.file.Whole = true
	return nil
}

func (m *mt940) formatMistake(format string, a ...any) error {
	return m.mistakeIn(m.at, "", fmt.Sprintf(format, a...)+". Redemandez le fichier à la banque.")
}

// readField reads a field; those that say nothing about money are passed over.
func (m *mt940) readField(name string, content []string) error {
	switch name {
	case "20":
		if err := m.endStatement(); err != nil {
			return err
		}
		m.open, m.closed, m.reference = &Statement{}, false, content[0]
		return nil
	case "25", "28C", "60F", "60M", "61", "86", "62F", "62M":
	default:
		return nil
	}
	if m.open == nil {
		return m.formatMistake("le champ :%s: ne suit pas un :20:, qui commence un relevé", name)
	}
	switch name {
	case "25":
		m.open.Account = content[0]
	case "28C":
		m.open.ID = content[0]
	case "60F", "60M":
		return m.openStatement(content[0])
	case "61":
		return m.readMovement(content)
	case "86":
		if m.line != nil { // one behind the closing balance is about the statement
			m.line.Text = joinWrapped(content)
			return m.handOver()
		}
	default:
		return m.closeStatement(content[0])
	}
	return nil
}

// readBalance reads C260302EUR10000,00.
func (m *mt940) readBalance(content string) (cents int64, on, currency string, err error) {
	b := mt940Balance.FindStringSubmatch(strings.TrimSpace(content))
	if b == nil {
		return 0, "", "", m.formatMistake("«\u00a0%s\u00a0» n’est pas un solde", Plain(content))
	}
	cents, ok := parseDecimal(b[4], ',')
	d, okDay := yearMonthDay(b[2])
	if !ok || !okDay {
		return 0, "", "", m.formatMistake("«\u00a0%s\u00a0» n’est pas un solde", Plain(content))
	}
	if b[1] == "D" {
		cents = -cents
	}
	return cents, d, b[3], nil
}

// yearMonthDay reads AAMMJJ.
func yearMonthDay(s string) (string, bool) {
	n, ok := digitsOf(s)
	if !ok || len(s) != 6 {
		return "", false
	}
	return writeDay(fullYear(int(n/10000)), int(n/100%100), int(n%100))
}

func (m *mt940) openStatement(content string) (err error) {
	if m.open.hasOpening {
		return m.formatMistake("le relevé a deux soldes initiaux")
	}
	st := m.open
	st.Opening, st.OpeningDay, st.Currency, err = m.readBalance(content)
	st.hasOpening = true
	if last, ok := m.closings[st.Account]; ok && err == nil && last.Closing != st.Opening {
		m.file.addNote("Compte %s\u00a0: le solde final du %s n’est pas le solde initial du %s. Un relevé ou une page manque "+
			"entre les deux.",
			Plain(st.Account), last.ClosingDay, st.OpeningDay)
	}
	return err
}

func (m *mt940) readMovement(content []string) error {
	if err := m.handOver(); err != nil {
		return err
	}
	if !m.open.hasOpening || m.closed {
		return m.formatMistake("ce mouvement ne se trouve pas entre un solde initial et un solde final")
	}
	f := mt940Line.FindStringSubmatch(content[0])
	if f == nil {
		return m.formatMistake("«\u00a0%s\u00a0» n’est pas un mouvement", Plain(content[0]))
	}
	line := Line{At: m.at, Account: m.open.Account, Currency: m.open.Currency, FundsCode: f[4], Operation: f[6]}
	var ok, okDay bool
	line.Cents, ok = parseDecimal(f[5], ',')
	if line.ValueDay, okDay = yearMonthDay(f[1]); !ok || !okDay {
		return m.formatMistake("«\u00a0%s\u00a0» n’est pas un mouvement", Plain(content[0]))
	}
	if line.Day, ok = nearestDay(line.ValueDay, f[2]); !ok {
		return m.formatMistake("«\u00a0%s\u00a0» n’est pas un jour (mois et jour)", Plain(f[2]))
	}
	switch f[3] {
	case "D":
		line.Cents = -line.Cents
	case "RC": // a credit is taken back
		line.Cents = -line.Cents
		line.Mark, line.Reversal = f[3], true
	case "RD":
		line.Mark, line.Reversal = f[3], true
	}
	customer, bank, _ := strings.Cut(f[7], "//")
	if customer != "NONREF" {
		line.CustomerReference = strings.TrimSpace(customer)
	}
	line.BankReference = strings.TrimSpace(bank)
	line.Label = joinWords(strings.Join(content[1:], " "))
	m.open.Moved += line.Cents
	m.line = &line
	return nil
}

// nearestDay gives a booking day, which has no year, the one that brings it nearest to the value day: 0102 beside 2025-12-31 is of
// 2026.
func nearestDay(valueDay, monthDay string) (string, bool) {
	if monthDay == "" {
		return valueDay, true
	}
	value, err := time.Parse(time.DateOnly, valueDay)
	n, ok := digitsOf(monthDay)
	if err != nil || !ok {
		return "", false
	}
	best, distance := "", time.Duration(1<<63-1)
	for year := value.Year() - 1; year <= value.Year()+1; year++ {
		d, ok := writeDay(year, int(n/100), int(n%100))
		if !ok {
			continue
		}
		at, err := time.Parse(time.DateOnly, d)
		if err == nil && at.Sub(value).Abs() < distance {
			best, distance = d, at.Sub(value).Abs()
		}
	}
	return best, best != ""
}

// handOver gives the movement, now complete, to the caller.
func (m *mt940) handOver() error {
	line := m.line
	if line == nil {
		return nil
	}
	m.line = nil
	l := labelOf(line.Label, line.Text)
	if line.Kind = l.kindOf(line.Cents); line.Operation == "NCOM" || line.Operation == "NCHG" {
		if line.Kind = Fee; l.isAbout(commission) && !l.isAbout(unpaid) {
			line.Kind = Commission
		}
	}
	line.takeGross(l)
	return m.each(*line)
}

func (m *mt940) closeStatement(content string) error {
	if err := m.handOver(); err != nil {
		return err
	}
	if !m.open.hasOpening || m.closed {
		return m.formatMistake("ce solde final ne suit pas un solde initial")
	}
	st := *m.open
	var currency string
	var err error
	if st.Closing, st.ClosingDay, currency, err = m.readBalance(content); err != nil {
		return err
	}
	if currency != st.Currency {
		return m.formatMistake("le solde final est en %s, le solde initial en %s", currency, st.Currency)
	}
	if st.Opening+st.Moved != st.Closing {
		return m.unbalancedMistake(m.at, st)
	}
	st.Balanced, st.hasClosing = true, true
	m.closings[st.Account] = st
	m.file.Statements = append(m.file.Statements, st)
	m.closed = true
	return nil
}

// endStatement ends a statement.
func (m *mt940) endStatement() error {
	if m.open != nil && !m.closed {
		return m.formatMistake("le solde final (:62F:) du relevé %s manque\u00a0: le fichier est coupé", Plain(m.reference))
	}
	m.open = nil
	return nil
}

// mt940Wrap is the length at which a text goes on in the next line, in the middle of a word if need be.
const mt940Wrap = 65

// joinWrapped joins the lines of a :86: and takes out the marks of its parts (?20).
func joinWrapped(content []string) string {
	var b strings.Builder
	for i, l := range content {
		if i > 0 && len([]rune(content[i-1])) < mt940Wrap {
			b.WriteByte(' ')
		}
		b.WriteString(l)
	}
	text := b.String()
	if mt940SubField.MatchString(text) {
		text = mt940SubField.ReplaceAllString(text, " ")
	}
	return joinWords(text)
}
