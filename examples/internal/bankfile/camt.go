package bankfile

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
)

// camt.053 (statement) and camt.054 (notice), ISO 20022. Elements are found by their local names, so that any prefix and any version
// reads; the version is the tail of the namespace. camt.052 repeats during the day what the statement says at night, and is refused.

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

// camtAmount is an amount with its currency.
type camtAmount struct {
	Value    string `xml:",chardata"`
	Currency string `xml:"Ccy,attr"`
}

type camtDate struct {
	Day     string `xml:"Dt"`
	Instant string `xml:"DtTm"`
}

// day is the civil day as it is written: an instant has an offset of its own, and is not shifted.
func (d camtDate) day() string {
	civil, _ := parseDay(strings.TrimSpace(firstOf(d.Day, d.Instant)))
	return civil
}

type camtCharge struct {
	Amount    camtAmount `xml:"Amt"`
	Indicator string     `xml:"CdtDbtInd"`
}

type camtBalance struct {
	Code      string     `xml:"Tp>CdOrPrtry>Cd"`
	Amount    camtAmount `xml:"Amt"`
	Indicator string     `xml:"CdtDbtInd"`
	Date      camtDate   `xml:"Dt"`
}

// camtTransaction is a TxDtls.
type camtTransaction struct {
	EndToEnd   string      `xml:"Refs>EndToEndId"`
	ID         string      `xml:"Refs>TxId"`
	Servicer   string      `xml:"Refs>AcctSvcrRef"`
	Amount     *camtAmount `xml:"Amt"`
	InDetails  *camtAmount `xml:"AmtDtls>TxAmt>Amt"`
	Indicator  string      `xml:"CdtDbtInd"`
	Free       []string    `xml:"RmtInf>Ustrd"`
	Structured []string    `xml:"RmtInf>Strd>CdtrRefInf>Ref"`
}

// camtEntry is an Ntry: the fields that are read of about a hundred. Batch and details are slices of structs: a path a>b>c into a slice
// would drop what is empty and shift the rest.
type camtEntry struct {
	Reference string     `xml:"NtryRef"`
	Amount    camtAmount `xml:"Amt"`
	Indicator string     `xml:"CdtDbtInd"`
	Reversal  string     `xml:"RvslInd"`
	Status    struct {
		Text        string `xml:",chardata"` // until version 04
		Code        string `xml:"Cd"`
		Proprietary string `xml:"Prtry"`
	} `xml:"Sts"`
	Booking  camtDate `xml:"BookgDt"`
	Value    camtDate `xml:"ValDt"`
	Servicer string   `xml:"AcctSvcrRef"`
	Domain   struct {
		Code      string `xml:"Cd"`
		Family    string `xml:"Fmly>Cd"`
		SubFamily string `xml:"Fmly>SubFmlyCd"`
	} `xml:"BkTxCd>Domn"`
	Proprietary string `xml:"BkTxCd>Prtry>Cd"`
	Charges     []struct {
		camtCharge              // version 02
		Records    []camtCharge `xml:"Rcrd"`
	} `xml:"Chrgs"`
	Details []struct {
		Batch *struct {
			Count     int         `xml:"NbOfTxs"`
			Total     *camtAmount `xml:"TtlAmt"`
			Indicator string      `xml:"CdtDbtInd"`
		} `xml:"Btch"`
		Transactions []camtTransaction `xml:"TxDtls"`
	} `xml:"NtryDtls"`
	Text string `xml:"AddtlNtryInf"`
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
	if err := c.document(); err != nil {
		var m *Mistake
		if errors.As(err, &m) {
			return err
		}
		if c.unknownEncoding != "" {
			return s.wrong(1, "", fmt.Sprintf("l’encodage %s n’est pas connu.", Plain(c.unknownEncoding)))
		}
		var syntax *xml.SyntaxError
		if errors.As(err, &syntax) {
			return s.wrong(syntax.Line, "", fmt.Sprintf("le XML n’est pas entier (%s)\u00a0: redemandez le fichier à la banque.", syntax.Msg))
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

func (c *camt) wrongf(format string, a ...any) error {
	line, _ := c.decoder.InputPos()
	return c.wrong(line, "", fmt.Sprintf(format, a...))
}

// document walks over the elements, and decodes those that are read one by one.
func (c *camt) document() error {
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
				if err := c.end(); err != nil {
					return err
				}
			}
			continue
		case xml.CharData:
			if depth == 0 && strings.TrimSpace(string(t)) != "" {
				return c.wrongf("il y a du texte hors du document.")
			}
			continue
		case xml.StartElement:
			inside, err := c.element(t, depth)
			if err != nil {
				return err
			}
			if inside {
				depth++
			}
		}
	}
	if c.file.Format == "" {
		return c.wrong(0, "", "ce n’est pas un relevé\u00a0: l’élément BkToCstmrStmt ou BkToCstmrDbtCdtNtfctn manque.")
	}
	return nil
}

// element reads an element. inside reports that its content comes next; otherwise it has been read.
func (c *camt) element(t xml.StartElement, depth int) (inside bool, err error) {
	name := t.Name.Local
	switch {
	case depth == 0:
		m := camtNamespace.FindStringSubmatch(t.Name.Space)
		if c.file.Version != "" || m == nil {
			return false, c.wrongf("l’élément %s n’est pas un document camt.053 ou camt.054.", Plain(name))
		}
		c.file.Version = m[2]
		return true, nil
	case depth == 1:
		d, ok := camtDocuments[name]
		if !ok || c.file.Format != "" {
			return false, c.wrongf("l’élément %s n’est pas un relevé camt.053 ou camt.054.", Plain(name))
		}
		if d.format == "camt.052" {
			return false, c.wrongf("un camt.052 répète dans la journée ce que le relevé camt.053 dit le soir\u00a0: donnez le camt.053.")
		}
		c.file.Format, c.statement = d.format, d.statement
		return true, nil
	case c.open == nil && name == c.statement:
		c.open = &Statement{}
		return true, nil
	case c.open == nil && name == "MsgPgntn": // in the header of the message
		return false, c.pagination(t)
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
		return false, c.pagination(t)
	case "Bal":
		var b camtBalance
		if err := c.decoder.DecodeElement(&b, &t); err != nil {
			return false, err
		}
		return false, c.balance(b)
	case "Ntry":
		var e camtEntry
		if err := c.decoder.DecodeElement(&e, &t); err != nil {
			return false, err
		}
		c.entry++
		return false, c.take(e)
	}
	return false, c.decoder.Skip()
}

// pagination reads whether more pages follow.
func (c *camt) pagination(t xml.StartElement) error {
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

// signed reads an amount and its direction.
func (c *camt) signed(a camtAmount, indicator string) (int64, error) {
	n, ok := parseDecimal(strings.TrimSpace(a.Value), '.')
	if !ok {
		return 0, c.wrongf("«\u00a0%s\u00a0» n’est pas un montant en centimes entiers.", Plain(strings.TrimSpace(a.Value)))
	}
	switch strings.TrimSpace(indicator) {
	case "CRDT":
		return n, nil
	case "DBIT":
		return -n, nil
	}
	return 0, c.wrongf("«\u00a0%s\u00a0» n’est ni CRDT ni DBIT.", Plain(indicator))
}

func (c *camt) balance(b camtBalance) error {
	code := strings.TrimSpace(b.Code)
	if code != "OPBD" && code != "PRCD" && code != "CLBD" {
		return nil
	}
	n, err := c.signed(b.Amount, b.Indicator)
	if err != nil {
		return err
	}
	st := c.open
	switch {
	case code == "CLBD" && !st.hasClosing:
		st.Closing, st.ClosingDay, st.hasClosing = n, b.Date.day(), true
	case code == "OPBD" && st.OpeningDay != "" && st.hasOpening && st.Opening != n: // PRCD stood before it
		return c.wrongf("le relevé a deux soldes initiaux qui diffèrent.")
	case code != "CLBD" && !st.hasOpening:
		st.Opening, st.OpeningDay, st.hasOpening = n, b.Date.day(), true
	}
	return nil
}

// take reads an entry.
func (c *camt) take(e camtEntry) error {
	n, err := c.signed(e.Amount, e.Indicator)
	if err != nil {
		return err
	}
	if status := strings.TrimSpace(firstOf(e.Status.Code, e.Status.Proprietary, strings.TrimSpace(e.Status.Text))); status != "BOOK" {
		c.file.ignore(Ignored{At: c.entry, Cents: n, Why: "Sts " + Plain(status) + "\u00a0: pas encore comptabilisé"})
		return nil
	}
	c.open.Moved += n
	line := Line{
		At: c.entry, Cents: n, Currency: e.Amount.Currency, Day: e.Booking.day(), ValueDay: e.Value.day(), Reversal: isTrue(e.Reversal),
		Account: firstOf(c.open.IBAN, c.open.Account), Reference: strings.TrimSpace(e.Servicer), EntryReference: strings.TrimSpace(e.Reference),
		Proprietary: strings.TrimSpace(e.Proprietary), Text: squeeze(e.Text),
	}
	if line.Day == "" { // BookgDt is optional
		line.Day = firstOf(line.ValueDay, c.open.ClosingDay)
	}
	if e.Domain.Code != "" {
		line.Domain = e.Domain.Code + "/" + e.Domain.Family + "/" + e.Domain.SubFamily
	}
	if err := c.details(e, &line); err != nil {
		return err
	}
	line.Kind = e.kind(line)
	if line.Kind != Other {
		c.cards++
		if len(line.Transactions) > 0 || line.Kind == Commission || line.Kind == Fee {
			c.detailed++
		}
	}
	return c.each(line)
}

// kind says what an entry is: by CFONB's code, by ISO's family of merchants' card transactions, or by its words.
func (e camtEntry) kind(line Line) Kind {
	var free []string
	for _, d := range e.Details {
		for _, t := range d.Transactions {
			if len(free) < 4 { // enough to say what it is
				free = append(free, t.Free...)
			}
		}
	}
	l := labelOf(append([]string{line.Text}, free...)...)
	kind, known := kindOfCode(line.Proprietary, line.Cents, l)
	switch {
	case known:
	case e.Domain.Family != "MCRD":
		kind = l.kindOf(line.Cents)
	case e.Domain.SubFamily == "UPCT":
		kind = Chargeback
	case line.Cents >= 0:
		kind = Remitted
	case e.Domain.SubFamily == "CHRG" || e.Domain.SubFamily == "COMM":
		kind = Commission
	case e.Domain.SubFamily == "FEES":
		kind = Fee
	default:
		if kind = l.cardKind(line.Cents); kind == Other || kind == Remitted {
			kind = RefundRemittance
		}
	}
	if kind == RefundRemittance && len(line.Transactions) > 0 {
		kind = Refund
	}
	return kind
}

// details reads the batch, the charges and the transactions of an entry. What does not add up is left out, and said.
func (c *camt) details(e camtEntry, line *Line) error {
	var charges int64
	for _, group := range e.Charges {
		all := group.Records
		if len(all) == 0 && group.Amount.Value != "" {
			all = []camtCharge{group.camtCharge}
		}
		for _, charge := range all {
			if charge.Indicator == "" {
				charge.Indicator = "DBIT"
			}
			n, err := c.signed(charge.Amount, charge.Indicator)
			if err != nil {
				return err
			}
			charges -= n
		}
	}
	var gross Optional
	var sum int64
	named := 0
	for _, d := range e.Details {
		if d.Batch != nil {
			line.Count += d.Batch.Count
			if d.Batch.Total != nil {
				n, err := c.signed(*d.Batch.Total, firstOf(d.Batch.Indicator, e.Indicator))
				if err != nil {
					return err
				}
				gross = Some(gross.Cents + n)
			}
		}
		for _, t := range d.Transactions {
			amount := t.Amount
			if amount == nil {
				amount = t.InDetails
			}
			if amount == nil && len(e.Details) == 1 && len(d.Transactions) == 1 {
				amount = &e.Amount
			}
			reference := t.reference()
			if reference == "" {
				continue
			}
			named++
			if amount == nil {
				continue
			}
			n, err := c.signed(*amount, firstOf(t.Indicator, e.Indicator))
			if err != nil {
				return err
			}
			sum += n
			line.Transactions = append(line.Transactions, Detail{Reference: reference, Cents: n, Authorisation: t.authorisation(), Text: squeeze(strings.Join(t.Free, " "))})
		}
	}
	if named > 0 && !gross.Known {
		gross = Some(sum)
	}
	if gross.Known && gross.Cents != line.Cents && charges != 0 && gross.Cents-charges == line.Cents {
		line.Gross, line.Commission = gross, Some(charges)
	}
	if named > 0 && sum != line.Cents && !(line.Gross.Known && sum == line.Gross.Cents) {
		c.file.note("Écriture %d\u00a0: le détail des transactions (%s) ne fait pas le montant (%s). Elle n’est lue que comme une remise.",
			c.entry, Euros(sum), Euros(line.Cents))
		line.Transactions = nil
	}
	return nil
}

// reference is what the transaction is called by who ordered it.
func (t camtTransaction) reference() string {
	if id := strings.TrimSpace(t.EndToEnd); id != "" && id != "NOTPROVIDED" {
		return id
	}
	for _, r := range t.Structured {
		if r = strings.TrimSpace(r); r != "" {
			return r
		}
	}
	return strings.TrimSpace(t.ID)
}

// authorisation is the bank's number: « AUT 703769 » in the free text, or the servicer's reference.
func (t camtTransaction) authorisation() string {
	fields := strings.Fields(strings.Join(t.Free, " "))
	for i, f := range fields {
		if (f == "AUT" || f == "AUTO") && i+1 < len(fields) {
			return fields[i+1]
		}
	}
	return strings.TrimSpace(t.Servicer)
}

// end ends a statement, and checks it by its balances. A notice has none.
func (c *camt) end() error {
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
		return c.wrongf("compte %s\u00a0: le solde initial (OPBD) ou final (CLBD) manque, rien ne prouve que le relevé est entier.",
			Plain(firstOf(st.IBAN, st.Account)))
	}
	line, _ := c.decoder.InputPos()
	return c.unbalanced(line, last)
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
