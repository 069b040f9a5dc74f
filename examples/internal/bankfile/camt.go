package bankfile

import (
	"bufio"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
)

// camt.053 (statement) and camt.054 (notice), ISO 20022. Elements are found by their local names, so that any prefix and any
// version reads; the version is the tail of the namespace. camt.052 repeats during the day what the statement says at night, and
// is refused.

var camtNamespace = regexp.MustCompile(`camt\.(05[234])\.(\d{3}\.\d{2})$`)

// camtDocuments are the messages, by the element below the root: the format, and what a statement is called in it.
var camtDocuments = map[string]struct{ format, statement string }{
	"BkToCstmrStmt":         {"camt.053", "Stmt"},
	"BkToCstmrDbtCdtNtfctn": {"camt.054", "Ntfctn"},
	"BkToCstmrAcctRpt":      {"camt.052", "Rpt"},
}

func isCamt(s *source) bool {
	head := strings.TrimLeft(s.head, " \t\r\n")
	return strings.HasPrefix(head, "<") && strings.Contains(head, "camt.05")
}

// camt is a file that is being read.
type camt struct {
	*source
	decoder *xml.Decoder
	entry   int
	open    *Statement
	// lastPage is false where a statement says that others follow it.
	lastPage  bool
	cards     int // entries about cards
	detailed  int // those of them whose transactions are named
	statement string

	unknownEncoding string
}

func readCamt(s *source) error {
	c := &camt{source: s, lastPage: true}
	s.file.Encoding = declaredEncoding(s.head)
	c.decoder = xml.NewDecoder(s.text)
	c.decoder.CharsetReader = func(label string, input io.Reader) (io.Reader, error) {
		if strings.HasPrefix(strings.ToLower(label), "utf-16") { // it has been decoded already
			return input, nil
		}
		e, err := htmlindex.Get(label)
		if err != nil {
			c.unknownEncoding = label
			return nil, err
		}
		return bufio.NewReader(e.NewDecoder().Reader(input)), nil
	}
	if err := c.walkElements(); err != nil {
		var m *Mistake
		if errors.As(err, &m) {
			return err
		}
		if c.unknownEncoding != "" {
			return s.mistakeIn(1, "", fmt.Sprintf("l’encodage %s n’est pas connu.", Plain(c.unknownEncoding)))
		}
		var syntax *xml.SyntaxError
		if errors.As(err, &syntax) {
			return s.mistakeIn(syntax.Line, "", fmt.Sprintf("le XML n’est pas entier (%s)\u00a0: redemandez le fichier à la banque.",
				syntax.Msg))
		}
		return err
	}
	s.file.Whole = s.file.Format == "camt.053"
	for _, st := range s.file.Statements {
		s.file.Whole = s.file.Whole && st.Balanced
	}
	s.file.Level = Remittance
	if c.cards > 0 && c.detailed == c.cards {
		s.file.Level = Transaction
	}
	return nil
}

var xmlEncoding = regexp.MustCompile(`^\s*<\?xml[^>]*encoding=["']([^"']+)["']`)

func declaredEncoding(head string) string {
	if m := xmlEncoding.FindStringSubmatch(head); m != nil {
		return strings.ToLower(m[1])
	}
	return "utf-8"
}

func (c *camt) formatMistake(format string, a ...any) error {
	line, _ := c.decoder.InputPos()
	return c.mistakeIn(line, "", fmt.Sprintf(format, a...))
}

// walkElements walks over the elements, and decodes those that are read one by one.
func (c *camt) walkElements() error {
	depth := 0
	for {
		token, err := c.decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.EndElement:
			depth--
			if t.Name.Local == c.statement {
				if err := c.endStatement(); err != nil {
					return err
				}
			}
			continue
		case xml.CharData:
			if depth == 0 && strings.TrimSpace(string(t)) != "" {
				return c.formatMistake("il y a du texte hors du document.")
			}
			continue
		case xml.StartElement:
			inside, err := c.readElement(t, depth)
			if err != nil {
				return err
			}
			if inside {
				depth++
			}
		}
	}
	if c.file.Format == "" {
		return c.mistakeIn(0, "", "ce n’est pas un relevé\u00a0: l’élément BkToCstmrStmt ou BkToCstmrDbtCdtNtfctn manque.")
	}
	return nil
}

// readElement reads an element. inside reports that its content comes next; otherwise it has been read.
func (c *camt) readElement(t xml.StartElement, depth int) (inside bool, err error) {
	name := t.Name.Local
	switch {
	case depth == 0:
		m := camtNamespace.FindStringSubmatch(t.Name.Space)
		if c.file.Version != "" || m == nil || name != "Document" { // a root called Stmt would end a statement that has not begun
			return false, c.formatMistake("l’élément %s n’est pas un document camt.053 ou camt.054.", Plain(name))
		}
		c.file.Version = m[2]
		return true, nil
	case depth == 1:
		d, ok := camtDocuments[name]
		if !ok || c.file.Format != "" {
			return false, c.formatMistake("l’élément %s n’est pas un relevé camt.053 ou camt.054.", Plain(name))
		}
		if d.format == "camt.052" {
			return false, c.formatMistake("un camt.052 répète dans la journée ce que le relevé camt.053 dit le soir\u00a0: donnez " +
				"le camt.053.")
		}
		c.file.Format, c.statement = d.format, d.statement
		return true, nil
	case c.open == nil && name == c.statement:
		c.open = &Statement{}
		return true, nil
	case c.open == nil && name == "MsgPgntn": // in the header of the message
		return false, c.readPagination(t)
	case c.open == nil:
		return true, nil
	}
	return c.inStatement(t)
}

// inStatement reads an element of a statement.
func (c *camt) inStatement(t xml.StartElement) (inside bool, err error) {
	switch t.Name.Local {
	case "Id":
		return false, c.decoder.DecodeElement(&c.open.ID, &t)
	case "Acct":
		var a struct {
			IBAN     string `xml:"Id>IBAN"`
			Other    string `xml:"Id>Othr>Id"`
			Currency string `xml:"Ccy"`
		}
		err := c.decoder.DecodeElement(&a, &t)
		c.open.IBAN, c.open.Account, c.open.Currency = strings.TrimSpace(a.IBAN), strings.TrimSpace(a.Other), a.Currency
		return false, err
	case "StmtPgntn", "NtfctnPgntn":
		return false, c.readPagination(t)
	case "Bal":
		var b camtBalance
		if err := c.decoder.DecodeElement(&b, &t); err != nil {
			return false, err
		}
		return false, c.readBalance(b)
	case "Ntry":
		var e camtEntry
		if err := c.decoder.DecodeElement(&e, &t); err != nil {
			return false, err
		}
		c.entry++
		return false, c.takeEntry(e)
	}
	return false, c.decoder.Skip()
}

// readPagination reads whether more pages follow.
func (c *camt) readPagination(t xml.StartElement) error {
	var p struct {
		Last string `xml:"LastPgInd"`
	}
	err := c.decoder.DecodeElement(&p, &t)
	c.lastPage = isTrue(p.Last)
	return err
}

func isTrue(s string) bool {
	s = strings.TrimSpace(s)
	return s == "true" || s == "1"
}

// readSigned reads an amount and its direction.
func (c *camt) readSigned(a camtAmount, indicator string) (int64, error) {
	n, ok := parseDecimal(strings.TrimSpace(a.Value), '.')
	if !ok {
		return 0, c.formatMistake("«\u00a0%s\u00a0» n’est pas un montant en centimes entiers.", Plain(strings.TrimSpace(a.Value)))
	}
	switch strings.TrimSpace(indicator) {
	case "CRDT":
		return n, nil
	case "DBIT":
		return -n, nil
	}
	return 0, c.formatMistake("«\u00a0%s\u00a0» n’est ni CRDT ni DBIT.", Plain(indicator))
}

func (c *camt) readBalance(b camtBalance) error {
	code := strings.TrimSpace(b.Code)
	if code != "OPBD" && code != "PRCD" && code != "CLBD" {
		return nil
	}
	n, err := c.readSigned(b.Amount, b.Indicator)
	if err != nil {
		return err
	}
	st := c.open
	switch {
	case code == "CLBD" && !st.hasClosing:
		st.Closing, st.ClosingDay, st.hasClosing = n, b.Date.civilDay(), true
	case code == "OPBD" && st.OpeningDay != "" && st.hasOpening && st.Opening != n: // PRCD stood before it
		return c.formatMistake("le relevé a deux soldes initiaux qui diffèrent.")
	case code != "CLBD" && !st.hasOpening:
		st.Opening, st.OpeningDay, st.hasOpening = n, b.Date.civilDay(), true
	}
	return nil
}

// endStatement ends a statement, and checks it by its balances. A notice has none.
func (c *camt) endStatement() error {
	st := *c.open
	c.open = nil
	if c.file.Format == "camt.054" {
		return nil
	}
	st.Balanced = st.hasOpening && st.hasClosing && st.Opening+st.Moved == st.Closing
	c.file.Statements = append(c.file.Statements, st)
	c.file.Statements = Join(c.file.Statements)
	last := c.file.Statements[len(c.file.Statements)-1]
	switch {
	case last.Balanced, !c.lastPage: // the other pages stand in another statement or file
		return nil
	case !last.hasOpening || !last.hasClosing:
		return c.formatMistake("compte %s\u00a0: le solde initial (OPBD) ou final (CLBD) manque, rien ne prouve que le relevé est entier.",
			Plain(cmp.Or(st.IBAN, st.Account)))
	}
	line, _ := c.decoder.InputPos()
	return c.unbalancedMistake(line, last)
}

// Join puts the pages of statements together: what has one ID and one account, and balances only together. Pages may stand in
// several files.
func Join(statements []Statement) []Statement {
	out := []Statement{}
	for _, st := range statements {
		i := 0
		for ; i < len(out); i++ {
			o := out[i]
			if o.ID == st.ID && o.IBAN == st.IBAN && o.Account == st.Account && !o.Balanced && !st.Balanced {
				break
			}
		}
		if i == len(out) {
			out = append(out, st)
			continue
		}
		o := &out[i]
		if !o.hasOpening {
			o.Opening, o.OpeningDay, o.hasOpening = st.Opening, st.OpeningDay, st.hasOpening
		}
		if st.hasClosing {
			o.Closing, o.ClosingDay, o.hasClosing = st.Closing, st.ClosingDay, true
		}
		o.Moved += st.Moved
		o.Balanced = o.hasOpening && o.hasClosing && o.Opening+o.Moved == o.Closing
	}
	return out
}
