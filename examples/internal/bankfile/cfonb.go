package bankfile

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
)

// CFONB 120, « relevé de compte sur support informatique » (CFONB, 2004): records of 120 characters, with or without line ends. For
// each account a record 01 with the opening balance, 04 for each movement, any number of 05 that say more of the movement above,
// and 07 with the closing balance. Positions below are those of the standard, from 1.

const cfonbWidth = 120

// cfonbShortest is how long a record may be whose blanks at the end an editor has cut: the amount ends there.
const cfonbShortest = 104

// isCFONB: 01, a bank's five digits, and a first record of the right length.
func isCFONB(s *source) bool {
	first := s.head
	if i := strings.IndexAny(first, "\r\n"); i >= 0 {
		first = first[:i]
	}
	r := []rune(first)
	return len(r) >= cfonbShortest && r[0] == '0' && r[1] == '1' && strings.Trim(string(r[2:7]), "0123456789") == ""
}

// record is one of CFONB's.
type record []rune

// textAt is what stands from one position to another, both included, without blanks around it.
func (r record) textAt(from, to int) string { return strings.TrimSpace(string(r[from-1 : to])) }

// cfonb is a file that is being read.
type cfonb struct {
	*source
	record   record
	number   int // of the record
	open     *Statement
	decimals int
	line     *Line                // the movement that records 05 may follow; it is handed on when it is complete
	closings map[string]Statement // by account: the last one in this file
}

func readCFONB(s *source) error {
	s.file.Format, s.file.Level = "cfonb120", Remittance
	c := &cfonb{source: s, closings: map[string]Statement{}}
	readers := map[string]func() error{"01": c.openStatement, "04": c.readMovement, "05": c.readComplement, "07": c.closeStatement}
	for {
		if err := c.nextRecord(); err == io.EOF {
			break
		} else if err != nil {
			return fmt.Errorf("%s\u00a0: %w", s.file.Name, err)
		}
		code := c.record.textAt(1, 2)
		read := readers[code]
		if read == nil {
			return c.formatMistake("le code d’enregistrement «\u00a0%s\u00a0» n’est ni 01, ni 04, ni 05, ni 07", Plain(code))
		}
		least := cfonbShortest
		if code == "05" {
			least = 48
		}
		if written := len(strings.TrimRight(string(c.record), " ")); written < least {
			return c.formatMistake("l’enregistrement n’a que %d caractères au lieu de 120", written)
		}
		if err := read(); err != nil {
			return err
		}
	}
	if c.open != nil {
		return c.formatMistake("le solde final (enregistrement 07) du compte %s manque\u00a0: le fichier est coupé", Plain(c.open.Account))
	}
	s.file.Whole = true
	return nil
}

// formatMistake is a mistake in the record.
func (c *cfonb) formatMistake(format string, a ...any) error {
	return c.mistakeIn(c.number, "", fmt.Sprintf(format, a...)+". Redemandez le fichier à la banque.")
}

// nextRecord reads the next record that is not blank. Blank ones may stand between statements.
func (c *cfonb) nextRecord() error {
	for {
		if err := c.readRecord(); err != nil {
			return err
		}
		if len(strings.TrimSpace(string(c.record))) > 0 {
			break
		}
	}
	for len(c.record) < cfonbWidth {
		c.record = append(c.record, ' ')
	}
	c.number++
	return nil
}

// readRecord reads to the end of the line or, where there is none, 120 characters.
func (c *cfonb) readRecord() error {
	c.record = c.record[:0]
	for len(c.record) < cfonbWidth {
		r, _, err := c.text.ReadRune()
		if errors.Is(err, io.EOF) {
			if len(c.record) == 0 {
				return io.EOF
			}
			break
		}
		if err != nil {
			return err
		}
		if r == '\r' || r == '\n' {
			break
		}
		if (r == 0x1a || r == 0) && len(c.record) == 0 { // what old systems put behind the end
			continue
		}
		c.record = append(c.record, r)
	}
	return nil
}

// signedDigits are the last digit of an amount together with its sign. In the French seven-bit set { was é and } was è.
var signedDigits = func() map[rune]struct{ digit, sign int64 } {
	m := map[rune]struct{ digit, sign int64 }{'é': {0, 1}, 'è': {0, -1}}
	for i, r := range "{ABCDEFGHI" {
		m[r] = struct{ digit, sign int64 }{int64(i), 1}
	}
	for i, r := range "}JKLMNOPQR" {
		m[r] = struct{ digit, sign int64 }{int64(i), -1}
	}
	return m
}()

// readAmount reads 13 digits and a signed one, which end at a position, and brings them to cents.
func (c *cfonb) readAmount() (int64, error) {
	const from, to = 91, 104
	digits, ok := digitsOf(strings.TrimSpace(string(c.record[from-1 : to-1])))
	last, signed := signedDigits[c.record[to-1]]
	if !ok || !signed {
		return 0, c.formatMistake("«\u00a0%s\u00a0» (positions 91 à 104) n’est pas un montant signé", Plain(c.record.textAt(from, to)))
	}
	n := digits*10 + last.digit
	for d := c.decimals; d > 2; d-- {
		if n%10 != 0 {
			return 0, c.formatMistake("le montant a une fraction de centime")
		}
		n /= 10
	}
	for d := c.decimals; d < 2; d++ {
		if n *= 10; n > 1e15 {
			return 0, c.formatMistake("le montant est trop grand")
		}
	}
	return last.sign * n, nil
}

// readDecimals reads the number of decimals.
func (c *cfonb) readDecimals() error {
	d := c.record[19]
	if d < '0' || d > '6' {
		return c.formatMistake("«\u00a0%s\u00a0» (position 20) n’est pas un nombre de décimales", Plain(string(d)))
	}
	if c.open != nil && int(d-'0') != c.decimals {
		return c.formatMistake("le nombre de décimales (position 20) change au sein du compte")
	}
	c.decimals = int(d - '0')
	return nil
}

func (c *cfonb) openStatement() error {
	if c.open != nil {
		return c.formatMistake("le solde final (enregistrement 07) du compte %s manque avant ce compte\u00a0: le fichier est coupé",
			Plain(c.open.Account))
	}
	if err := c.readDecimals(); err != nil {
		return err
	}
	r := c.record
	st := Statement{Bank: r.textAt(3, 7), Branch: r.textAt(12, 16), Currency: r.textAt(17, 19), Account: r.textAt(22, 32), hasOpening: true}
	var err error
	if st.Opening, err = c.readAmount(); err != nil {
		return err
	}
	var ok bool
	if st.OpeningDay, ok = dayMonthYear(r.textAt(35, 40)); !ok {
		return c.formatMistake("«\u00a0%s\u00a0» (positions 35 à 40) n’est pas une date JJMMAA", Plain(r.textAt(35, 40)))
	}
	if last, ok := c.closings[st.Account]; ok && last.Closing != st.Opening {
		c.file.addNote("Compte %s\u00a0: le solde final du %s n’est pas le solde initial du %s. Un relevé manque entre les deux.",
			Plain(st.Account), last.ClosingDay, st.OpeningDay)
	}
	c.open = &st
	return nil
}

// ofAccount checks that a record belongs to the account that is open.
func (c *cfonb) ofAccount() error {
	if c.open == nil {
		return c.formatMistake("l’enregistrement ne suit pas un solde initial (01)\u00a0: le début manque")
	}
	if c.record.textAt(3, 7) != c.open.Bank || c.record.textAt(22, 32) != c.open.Account {
		return c.formatMistake("il est d’un autre compte que le solde initial au-dessus")
	}
	return nil
}

func (c *cfonb) readMovement() error {
	if err := c.ofAccount(); err != nil {
		return err
	}
	if err := c.handOver(); err != nil {
		return err
	}
	if err := c.readDecimals(); err != nil {
		return err
	}
	r := c.record
	if r.textAt(17, 19) != c.open.Currency {
		return c.formatMistake("la devise n’est pas celle du compte")
	}
	line := Line{At: c.number, Account: c.open.Account, Currency: c.open.Currency, Code: r.textAt(33, 34), Reason: r.textAt(41, 42),
		Label: r.textAt(49, 79), Reference: r.textAt(105, 120)}
	if entry := r.textAt(82, 88); strings.Trim(entry, "0") != "" {
		line.Entry = entry
	}
	var err error
	if line.Cents, err = c.readAmount(); err != nil {
		return err
	}
	var ok bool
	if line.Day, ok = dayMonthYear(r.textAt(35, 40)); !ok {
		return c.formatMistake("«\u00a0%s\u00a0» (positions 35 à 40) n’est pas une date JJMMAA", Plain(r.textAt(35, 40)))
	}
	line.ValueDay, _ = dayMonthYear(r.textAt(43, 48))
	c.open.Moved += line.Cents
	c.line = &line
	return nil
}

// mostComplements bounds what is kept of one movement.
const mostComplements = 1000

// readComplement reads a record 05. One bank's old form has no qualifier but a longer label and the amount again.
func (c *cfonb) readComplement() error {
	if err := c.ofAccount(); err != nil {
		return err
	}
	if c.line == nil {
		return c.formatMistake("ce complément (05) ne suit pas un mouvement (04)")
	}
	r := c.record
	if strings.TrimSpace(string(r[40:45])) != "" {
		if again := r.textAt(91, 104); again != "" {
			if n, err := c.readAmount(); err == nil && n != c.line.Cents {
				return c.formatMistake("le complément répète un autre montant que le mouvement")
			}
		}
		c.line.extendLabel(r.textAt(41, 81))
		return nil
	}
	if c.line.Details == nil {
		c.line.Details = map[string][]string{}
	}
	qualifier := r.textAt(46, 48)
	if len(c.line.Details[qualifier]) < mostComplements {
		c.line.Details[qualifier] = append(c.line.Details[qualifier], r.textAt(49, 118))
	}
	return nil
}

// handOver gives the movement, now complete, to the caller.
func (c *cfonb) handOver() error {
	line := c.line
	if line == nil {
		return nil
	}
	c.line = nil
	l := labelOf(line.Label)
	var known bool
	if line.Kind, known = kindOfCode(line.Code, line.Cents, l); !known {
		line.Kind = l.kindOf(line.Cents)
	}
	line.takeGross(labelOf(line.Details["LIB"]...))
	return c.each(*line)
}

func (c *cfonb) closeStatement() error {
	if err := c.ofAccount(); err != nil {
		return err
	}
	if err := c.handOver(); err != nil {
		return err
	}
	if err := c.readDecimals(); err != nil {
		return err
	}
	st := *c.open
	var err error
	if st.Closing, err = c.readAmount(); err != nil {
		return err
	}
	var ok bool
	if st.ClosingDay, ok = dayMonthYear(c.record.textAt(35, 40)); !ok {
		return c.formatMistake("«\u00a0%s\u00a0» (positions 35 à 40) n’est pas une date JJMMAA", Plain(c.record.textAt(35, 40)))
	}
	if st.Opening+st.Moved != st.Closing {
		return c.unbalancedMistake(c.number, st)
	}
	st.Balanced, st.hasClosing = true, true
	c.closings[st.Account] = st
	c.file.Statements = append(c.file.Statements, st)
	c.open = nil
	return nil
}

// unbalancedMistake is a statement whose balances do not fit its lines.
func (s *source) unbalancedMistake(line int, st Statement) error {
	return s.mistakeIn(line, "", fmt.Sprintf("compte %s\u00a0: le solde initial %s et les mouvements %s ne donnent pas le "+
		"solde final %s. Le fichier est coupé ou modifié\u00a0: redemandez-le à la banque.",
		Plain(cmp.Or(st.Account, st.IBAN)), Euros(st.Opening), Euros(st.Moved), Euros(st.Closing)))
}
