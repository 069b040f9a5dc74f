package bankfile

import (
	"cmp"
	"strconv"
	"strings"
)

// camtAmount is an amount with its currency.
type camtAmount struct {
	Value    string `xml:",chardata"`
	Currency string `xml:"Ccy,attr"`
}

type camtDate struct {
	Day     string `xml:"Dt"`
	Instant string `xml:"DtTm"`
}

// text is the date as it is written.
func (d camtDate) text() string { return strings.TrimSpace(cmp.Or(d.Day, d.Instant)) }

// civilDay is the civil day as it is written. An instant has an offset of its own, a day may have one (2026-03-03Z, 2026-03-03+01:00), and
// neither is shifted.
func (d camtDate) civilDay() string {
	text := d.text()
	civil, _ := parseDay(text[:min(len(text), len("2026-03-03"))])
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

// camtEntry is an Ntry: the fields that are read of about a hundred. All are text: encoding/xml's own errors about a number name neither
// file nor line. Batch and details are slices of structs: a path a>b>c into a slice would drop what is empty and shift the rest.
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
			Count     string      `xml:"NbOfTxs"`
			Total     *camtAmount `xml:"TtlAmt"`
			Indicator string      `xml:"CdtDbtInd"`
		} `xml:"Btch"`
		Transactions []camtTransaction `xml:"TxDtls"`
	} `xml:"NtryDtls"`
	Text string `xml:"AddtlNtryInf"`
}

// takeEntry reads an entry.
func (c *camt) takeEntry(e camtEntry) error {
	n, err := c.readSigned(e.Amount, e.Indicator)
	if err != nil {
		return err
	}
	status := strings.TrimSpace(cmp.Or(e.Status.Code, e.Status.Proprietary, strings.TrimSpace(e.Status.Text)))
	if status != "BOOK" {
		c.file.addIgnored(Ignored{At: c.entry, Cents: n, Why: "Sts " + Plain(status) + "\u00a0: pas encore comptabilisé"})
		return nil
	}
	c.open.Moved += n
	line := Line{
		At: c.entry, Cents: n, Currency: e.Amount.Currency, Day: e.Booking.civilDay(), ValueDay: e.Value.civilDay(), Reversal: isTrue(e.Reversal),
		Account: cmp.Or(c.open.IBAN, c.open.Account), Text: joinWords(e.Text),
		Reference: strings.TrimSpace(e.Servicer), EntryReference: strings.TrimSpace(e.Reference), Proprietary: strings.TrimSpace(e.Proprietary),
	}
	if line.Day == "" { // BookgDt is optional
		if text := e.Booking.text(); text != "" {
			return c.formatMistake("«\u00a0%s\u00a0» n’est pas une date.", Plain(text))
		}
		line.Day = cmp.Or(line.ValueDay, c.open.ClosingDay)
	}
	if e.Domain.Code != "" {
		line.Domain = e.Domain.Code + "/" + e.Domain.Family + "/" + e.Domain.SubFamily
	}
	if err := c.readDetails(e, &line); err != nil {
		return err
	}
	line.Kind = e.kindOf(line)
	if line.Kind != Other {
		c.cards++
		if len(line.Transactions) > 0 || line.Kind == Commission || line.Kind == Fee {
			c.detailed++
		}
	}
	return c.each(line)
}

// kindOf says what an entry is: by CFONB's code, by ISO's family of merchants' card transactions, or by its words.
func (e camtEntry) kindOf(line Line) Kind {
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

// readDetails reads the batch, the charges and the transactions of an entry. What does not add up is left out, and said.
func (c *camt) readDetails(e camtEntry, line *Line) error {
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
			n, err := c.readSigned(charge.Amount, charge.Indicator)
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
			if text := strings.TrimSpace(d.Batch.Count); text != "" {
				n, err := strconv.ParseUint(text, 10, 31)
				if err != nil {
					return c.formatMistake("«\u00a0%s\u00a0» n’est pas un nombre de transactions.", Plain(text))
				}
				line.Count += int(n)
			}
			if d.Batch.Total != nil {
				n, err := c.readSigned(*d.Batch.Total, cmp.Or(d.Batch.Indicator, e.Indicator))
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
			reference := t.orderReference()
			if reference == "" {
				continue
			}
			named++
			if amount == nil {
				continue
			}
			n, err := c.readSigned(*amount, cmp.Or(t.Indicator, e.Indicator))
			if err != nil {
				return err
			}
			sum += n
			line.Transactions = append(line.Transactions, Detail{Reference: reference, Cents: n,
				Authorisation: t.authorisationNumber(), Text: joinWords(strings.Join(t.Free, " "))})
		}
	}
	if named > 0 && !gross.Known {
		gross = Some(sum)
	}
	if gross.Known && gross.Cents != line.Cents && charges != 0 && gross.Cents-charges == line.Cents {
		line.Gross, line.Commission = gross, Some(charges)
	}
	if named > 0 && sum != line.Cents && !(line.Gross.Known && sum == line.Gross.Cents) {
		c.file.addNote("Écriture %d\u00a0: le détail des transactions (%s) ne fait pas le montant (%s). Elle n’est lue que "+
			"comme une remise.",
			c.entry, Euros(sum), Euros(line.Cents))
		line.Transactions = nil
	}
	return nil
}

// orderReference is what the transaction is called by who ordered it.
func (t camtTransaction) orderReference() string {
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

// authorisationNumber is the bank's number: « AUT 703769 » in the free text, or the servicer's reference.
func (t camtTransaction) authorisationNumber() string {
	fields := strings.Fields(strings.Join(t.Free, " "))
	for i, f := range fields {
		if (f == "AUT" || f == "AUTO") && i+1 < len(fields) {
			return fields[i+1]
		}
	}
	return strings.TrimSpace(t.Servicer)
}
