package bankfile

import (
	"bytes"
	stdcmp "cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
)

// short is a line in few words: kind, day, cents and what else counts.
func short(l Line) string {
	words := []string{string(l.Kind), stdcmp.Or(l.Day, l.OperationDay, l.PaymentDay, l.ChargebackDay), fmt.Sprint(l.Cents)}
	if l.Gross.Known {
		words = append(words, fmt.Sprintf("gross %d", l.Gross.Cents))
	}
	if l.Commission.Known {
		words = append(words, fmt.Sprintf("commission %d", l.Commission.Cents))
	}
	if l.Currency != "" && l.Currency != "EUR" {
		words = append(words, l.Currency)
	}
	if l.Reference != "" {
		words = append(words, l.Reference)
	}
	for _, t := range l.Transactions {
		words = append(words, fmt.Sprintf("[%s %d]", t.Reference, t.Cents))
	}
	return strings.Join(words, " ")
}

func latin(s string) string {
	b, err := charmap.Windows1252.NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return b
}

func utf16le(s string) string {
	var b bytes.Buffer
	for _, u := range utf16.Encode([]rune(s)) {
		b.Write([]byte{byte(u), byte(u >> 8)})
	}
	return b.String()
}

// Two journals of transactions. The amounts of the second one are in euros: one of them has a decimal sign, and not the first.
const (
	inCents = "TITRE;F;26/03/06;TABLE_V1\nENTETE;ORDER_ID;AMOUNT\nTRANSACTION;R1;7500\nFIN\n"
	inEuros = "TITRE;F;26/03/07;TABLE_V1\nENTETE;ORDER_ID;AMOUNT\nTRANSACTION;R2;62\nTRANSACTION;R3;62,00\nFIN\n"
)

const ca = "Date;Libellé;Débit euros;Crédit euros;\n"

// Files of the forms that the samples have, in the variants that banks and people make of them.
func TestForms(t *testing.T) {
	for _, c := range []struct {
		name, content, format string
		want                  []string
	}{
		// Journals.
		{"a journal with commas and quotes", "\"TITRE\",\"F, D\",\"260306_02:05:00\",\"TABLE_V4\"\n\"ENTETE\",\"TRANSACTION_REFERENCE\",\"BRUT_AMOUNT\",\"OPERATION_TYPE\",\"REMITTANCE_NB\"\n" +
			"\"MATCHING\",\"R1\",\"75,00\",\"DT\",\"1\"\n\"MATCHING\",\"R2\",\"62\",\"CT\",\"1\"\n\"FIN\"\n", "sips-table", []string{"payment  7500 R1", "refund  6200 R2"}},
		{"an empty report", "TITRE;F;26/03/06;TABLE_V2\nENTETE;MERCHANT_ID;ORDER_ID;BRUT_AMOUNT;REMITTANCE_NB\nFIN\n", "sips-table", nil},
		{"a tab, names in another case and order", "TITLE\tR\t2026-03-03\tTAB20_V9\nHEADER\tORIGINAMOUNT\tresponsecode\ttransaction_Reference\tCurrency_Code\nTRANSACTION\t7500\t00\tR1\t756\nEND\n",
			"sips-tab20", []string{"payment  7500 CHF R1"}},
		{"a TAB20 reconciliation", "TITLE;R;2026-03-03;TAB20_V4\nHEADER;transactionReference;operationType;grossAmount;remittanceNumber;netAmount;commissionAmount\n" +
			"TRANSACTION;R1;DT;7500;030261;743200;68\nEND\n", "sips-tab20", []string{"payment  7500 commission 68 R1"}},
		{"net that is not gross minus commission", "TITRE;F;26/03/06;TABLE_V2\nENTETE;ORDER_ID;OPERATION_TYPE;BRUT_AMOUNT;REMITTANCE_NB;NET_AMOUNT;COMMISSION_AMOUNT\n" +
			"MATCHING;R1;DT;7500;1;7000;68\nMATCHING;R2;DT;7500;1;;\nFIN\n", "sips-table", []string{"payment  7500 R1", "payment  7500 R2"}},
		{"a refund of a part: the gross amount, not the original one", "TITRE;F;26/03/06;TABLE_V2\nENTETE;ORIGIN_AMOUNT;ORDER_ID;OPERATION_TYPE;BRUT_AMOUNT;REMITTANCE_NB\n" +
			"MATCHING;7500;R1;CT;2500;1\nFIN\n", "sips-table", []string{"refund  2500 R1"}},
		{"a chargeback that was undone", "TITRE;F;26/04/21;V1;LES IMPAYÉS\nENTETE;OPERATION_TYPE;SOURCE_AMOUNT;ORDER_ID;IMP_DATE;IMP_AMOUNT\nDETAIL;D;7500;R1;20260420;2500\nDETAIL;C;7500;R1;20260430;2500\nFIN\n",
			"sips-table", []string{"chargeback 2026-04-20 2500 R1", "chargeback 2026-04-30 2500 R1"}},
		{"a journal without its title's version, its numbers alone", "TITRE;F;26/03/03\nENTETE;TRANSACTION_ID;AMOUNT;PAYMENT_DATE;RESPONSE_CODE\nTRANSACTION;302001;7500;20260302;00\n",
			"sips-table", []string{"payment 2026-03-02 7500 2026-03-02/302001"}},
		{"two journals in one file", "TITRE;F;26/03/03;TABLE_V2\nENTETE;ORDER_ID;OPERATION_TYPE;BRUT_AMOUNT;REMITTANCE_NB\nMATCHING;R1;DT;1;1\nFIN\n\n" +
			"TITRE;F;26/03/04;TABLE_V2\nENTETE;OPERATION_TYPE;ORDER_ID;BRUT_AMOUNT;REMITTANCE_NB\nMATCHING;DT;R2;2;1\nFIN\n", "sips-table", []string{"payment  1 R1", "payment  2 R2"}},
		{"journals in cents and in euros in one file", inCents + inEuros + inCents + inEuros, "sips-table",
			[]string{"payment  7500 R1", "payment  6200 R2", "payment  6200 R3", "payment  7500 R1", "payment  6200 R2", "payment  6200 R3"}},
		{"a journal in euros behind a long one in cents", strings.Replace(inCents, "TRANSACTION;R1;7500\n", strings.Repeat("TRANSACTION;R1;7500;\n", headSize/10), 1) + inEuros, "sips-table",
			append(slices.Repeat([]string{"payment  7500 R1"}, headSize/10), "payment  6200 R2", "payment  6200 R3")},
		{"UTF-16, as a spreadsheet saves it", "\xff\xfe" + utf16le("TITRE;FÉ;26/03/03;TABLE_V2\r\nENTETE;ORDER_ID;AMOUNT;CURRENCY_CODE\r\nTRANSACTION;R1;7500;978\r\n"), "sips-table", []string{"payment  7500 R1"}},
		{"UTF-16 without a mark", utf16le("TITRE;FÉ;26/03/03;TABLE_V2\r\nENTETE;ORDER_ID;AMOUNT\r\nTRANSACTION;R1;7500\r\n"), "sips-table", []string{"payment  7500 R1"}},

		// PayFiP.
		{"PayFiP", "EN-TETE;066000\nLIGNE;02/03/2026;R1;7500;x\nLIGNE;03032026;R2;6200\nPIED-DE-PAGE;2\n", "payfip", []string{"payment 2026-03-02 7500 R1", "payment 2026-03-03 6200 R2"}},
		{"PayFiP in euros, with names", "\"EN-TETE\",\"MONTANT\",\"REFDET\",\"RESULTRANS\",\"DATE\"\nLIGNE,\"75,00\",R1,P,2026-03-02\nLIGNE,\"62\",R2,R,2026-03-02\nPIED-DE-PAGE\n", "payfip",
			[]string{"payment 2026-03-02 7500 R1"}},

		{"PayFiP in cents and in euros in one file", "EN-TETE;1\nLIGNE;02/03/2026;R1;7500\nPIED-DE-PAGE\nEN-TETE;1\nLIGNE;03/03/2026;R2;62\nLIGNE;03/03/2026;R3;75,00\nPIED-DE-PAGE\n" +
			"EN-TETE;1\nLIGNE;04/03/2026;R4;7500\nPIED-DE-PAGE\n", "payfip",
			[]string{"payment 2026-03-02 7500 R1", "payment 2026-03-03 6200 R2", "payment 2026-03-03 7500 R3", "payment 2026-03-04 7500 R4"}},

		// CFONB 120.
		{"é and è for { and }, ISO-8859-1", latin(cfonbRecord("01", "", 0, 'é', "020326") + cfonbRecord("04", "30", 750, 'é', "030326") + cfonbRecord("04", "36", 250, 'è', "040326") + cfonbRecord("07", "", 500, 'é', "040326")),
			"cfonb120", []string{"remittance 2026-03-03 7500", "refund-remittance 2026-03-04 -2500"}},
		{"é and è in UTF-8", cfonbRecord("01", "", 0, 'é', "020326") + cfonbRecord("04", "30", 750, 'é', "030326") + cfonbRecord("07", "", 750, 'é', "040326"),
			"cfonb120", []string{"remittance 2026-03-03 7500"}},
		{"blanks at the end cut off by an editor", strings.ReplaceAll(cfonbRecord("01", "", 0, '{', "020326")+cfonbRecord("04", "30", 750, '{', "030326")+cfonbRecord("07", "", 750, '{', "040326"), strings.Repeat(" ", 16)+"\n", "\n"),
			"cfonb120", []string{"remittance 2026-03-03 7500"}},
		{"a record of blanks between two statements, with a line end", cfonbStatement(0, 750) + strings.Repeat(" ", 120) + "\n" + cfonbStatement(750, 250),
			"cfonb120", []string{"remittance 2026-03-03 7500", "remittance 2026-03-03 2500"}},
		{"a record of blanks between two statements, without line ends", strings.ReplaceAll(cfonbStatement(0, 750)+strings.Repeat(" ", 120)+cfonbStatement(750, 250), "\n", ""),
			"cfonb120", []string{"remittance 2026-03-03 7500", "remittance 2026-03-03 2500"}},
		{"the last century, and no decimals", decimals(cfonbRecord("01", "", 0, '{', "311299")+cfonbRecord("04", "30", 7, 'E', "311299")+cfonbRecord("07", "", 7, 'E', "311299"), '0'),
			"cfonb120", []string{"remittance 1999-12-31 7500"}},
		{"three decimals", decimals(cfonbRecord("01", "", 0, '{', "020326")+cfonbRecord("04", "30", 7500, '{', "030326")+cfonbRecord("07", "", 7500, '{', "030326"), '3'),
			"cfonb120", []string{"remittance 2026-03-03 7500"}},

		// camt.
		{"ISO-8859-15, a prefix, five decimals, RvslInd 1", camtDocument("053", "04", `<?xml version="1.0" encoding="ISO-8859-15"?>`, "0", "70.00000",
			camtEntryOf("75.00000", "CRDT", "", "BOOK", "30", "REMISE CB \xa4"), camtEntryOf("5", "DBIT", "<x:RvslInd>1</x:RvslInd>", "BOOK", "36", "REMBT CB")),
			"camt.053", []string{"remittance 2026-03-03 7500", "refund-remittance 2026-03-03 -500"}},
		{"days with a zone, and an instant, as they are written", camtDocument("053", "08", "", "0", "3",
			strings.Replace(camtEntryOf("1", "CRDT", "", "BOOK", "30", ""), "2026-03-03", "2026-03-04Z", 1),
			strings.Replace(camtEntryOf("1", "CRDT", "", "BOOK", "30", ""), "2026-03-03", "2026-03-05-05:00", 1),
			strings.Replace(camtEntryOf("1", "CRDT", "", "BOOK", "30", ""), "<x:Dt>2026-03-03</x:Dt>", "<x:DtTm>2026-03-06T23:30:00+01:00</x:DtTm>", 1)),
			"camt.053", []string{"remittance 2026-03-04 100", "remittance 2026-03-05 100", "remittance 2026-03-06 100"}},
		{"the code of the status", camtDocument("053", "13", "", "0", "1", camtEntryOf("1", "CRDT", "", "<x:Cd>BOOK</x:Cd>", "30", ""), camtEntryOf("1", "CRDT", "", "<x:Cd>INFO</x:Cd>", "30", "")),
			"camt.053", []string{"remittance 2026-03-03 100"}},

		// MT940.
		{"New Year, debit reversed, no wrapping", ":20:S\n:25:1\n:28C:1\n:60F:C251231EUR0,\n:61:2512310102C137,NMSCNONREF\n:86:REMISE CB\n:61:260102RD5,5NMSCNONREF//1\n:62F:C260102EUR142,5\n", "mt940",
			[]string{"remittance 2026-01-02 13700", "other 2026-01-02 550"}},
		{"two pages, and fields of the bank", ":20:S\n:25:1\n:28C:1/1\n:60F:D260302EUR1,00\n:61:260303C2,NMSCX\n:86:?00REMISE?20CB ?21053\n5875\n:62M:C260303EUR1,00\n-\n" +
			":20:S\n:25:1\n:28C:1/2\n:60M:C260303EUR1,00\n:61:260304D1,NCOMX\n:86:COM CB\n:62F:C260304EUR0,00\n:64:C260304EUR0,00\n-\n", "mt940",
			[]string{"remittance 2026-03-03 200", "commission 2026-03-04 -100"}},

		// Banks.
		{"Crédit Mutuel", latin("Date;Date de valeur;Débit;Crédit;Libellé;Solde\n03/03/2026;04/03/2026;;137,00;REMISE CB 0535875;1,00\n04/03/2026;04/03/2026;-1,23;;COM CB 0535875;1,00\n"), "csv-credit-mutuel",
			[]string{"remittance 2026-03-03 13700", "commission 2026-03-04 -123"}},
		{"CIC, one column", "Date;Date de valeur;Montant;Libellé;Solde\n03/03/2026;04/03/2026;137,00;REMISE CB 0535875;1,00\n", "csv-credit-mutuel", []string{"remittance 2026-03-03 13700"}},
		{"Société Générale, the other header", latin("0500013;01/03/2026;06/03/2026;1;06/03/2026;1234.56 EUR\n\nDate de l'opération;Libellé;Détail de l'écriture;Montant de l'opération;Devise\n03/03/2026;REM CB;REMISE CB 0535875;137,00;EUR\n"),
			"csv-societe-generale", []string{"remittance 2026-03-03 13700"}},
		{"BNP without a header", "Compte courant;Compte de chèques;****3M026;06/03/2026;;10 504,74\n\n03/03/2026;REMISE CB;Crédit;REMISE CB 0535875 030261;1 370,00\n", "csv-bnp",
			[]string{"remittance 2026-03-03 137000"}},
		{"La Banque Postale, with francs", latin("Numéro Compte   ;05\n\nDate;Libellé;Montant(EUROS);Montant(FRANCS)\n03/03/2026;REMISE DE CARTES 030261;137,00;898,66\n"), "csv-banque-postale",
			[]string{"remittance 2026-03-03 13700"}},
		{"several accounts in one file", latin("Compte n° 04106119371;\n" + ca + "03/03/2026;REMISE CARTE 1;;1,00;\n\nCompte n° 04106119372;\nSolde au 06/03/2026 5,00 €\n" + ca + "04/03/2026;REMISE CARTE 2;;2,00;\n"),
			"csv-credit-agricole", []string{"remittance 2026-03-03 100", "remittance 2026-03-04 200"}},
		{"forms of amounts", "Date;Libellé;Montant(EUROS)\n" + "03/03/2026;REMISE CB;+75,00\n03/03/2026;REMISE CB;75,00 €\n03/03/2026;REMISE CB;75,00-\n03/03/2026;REMISE CB;(75,00)\n03/03/2026;REMISE CB;−75,00\n" +
			"03/03/2026;REMISE CB;1 137,00\n03/03/2026;REMISE CB;1\u00a0137,00\n03/03/2026;REMISE CB;1\u202f137,00 EUR\n03/03/2026;REMISE CB;1.137,00\n03/03/2026;REMISE CB;350\n03/03/2026;REMISE CB;170,5;\n", "csv-banque-postale",
			[]string{"remittance 2026-03-03 7500", "remittance 2026-03-03 7500", "refund-remittance 2026-03-03 -7500", "refund-remittance 2026-03-03 -7500", "refund-remittance 2026-03-03 -7500",
				"remittance 2026-03-03 113700", "remittance 2026-03-03 113700", "remittance 2026-03-03 113700", "remittance 2026-03-03 113700", "remittance 2026-03-03 35000", "remittance 2026-03-03 17050"}},
		{"lines that are no money, quotes that are none", "Date;Libellé;Débit euros;Crédit euros\n\n03/03/2026;REMISE \"CB\" 1;;1,00\n03/03/2026;\"CB\" REMISE 2;;2,00\n03/03/2026;\"REMISE CB 3;;3,00\n03/03/2026;REMISE CB 4;;4,00\n;;;\nTOTAL;;;10,00\nSolde au 06/03/2026;;;10,00\nFIN\n",
			"csv-credit-agricole", []string{"remittance 2026-03-03 100", "remittance 2026-03-03 200", "remittance 2026-03-03 300", "remittance 2026-03-03 400"}},
		{"signs that agree with their column, or are missing", "Date;Libellé;Débit;Crédit\n03/03/2026;REMISE CARTE;-50,00;\n03/03/2026;REMISE CARTE;50,00;0,00\n03/03/2026;REMISE CARTE;;+50,00\n", "csv-credit-agricole",
			[]string{"refund-remittance 2026-03-03 -5000", "refund-remittance 2026-03-03 -5000", "remittance 2026-03-03 5000"}},
		{"LCL with a balance first", "02/03/2026;100,00;;01005 0500013M\n03/03/2026;-1,53;;;COM CB 030262;;;\n03/03/2026;350;Carte;;REMISE CB;;0;Divers\n", "csv-lcl",
			[]string{"commission 2026-03-03 -153", "remittance 2026-03-03 35000"}},
		{"not about cards", "Date;Libellé;Montant(EUROS)\n03/03/2026;REMISE CHEQUES 123;75,00\n03/03/2026;VIR SEPA MUTUELLE;75,00\n03/03/2026;PAIEMENT CB WWW COM;-7,00\n03/03/2026;FRAIS TENUE DE COMPTE;-7,00\n03/03/2026;TOTAL ENERGIES;-7,00\n03/03/2026;IMPAYE CB;-75,00\n03/03/2026;FRAIS IMPAYE CB;-15,00\n",
			"csv-banque-postale", []string{"other 2026-03-03 7500", "other 2026-03-03 7500", "other 2026-03-03 -700", "other 2026-03-03 -700", "other 2026-03-03 -700", "chargeback 2026-03-03 -7500", "fee 2026-03-03 -1500"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := readBytes("f", []byte(c.content))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, l := range r.All {
				got = append(got, short(l))
			}
			if d := cmp.Diff(c.want, got); d != "" || r.Format != c.format {
				t.Errorf("%s (-want +got):\n%s", r.Format, d)
			}
		})
	}
}

// cfonbRecord is one with a line end.
func cfonbRecord(code, operation string, units int64, last rune, day string) string {
	r := []rune(strings.Repeat(" ", 120))
	put := func(at int, s string) { copy(r[at-1:], []rune(s)) }
	put(1, code)
	put(3, "20041")
	put(12, "01005")
	put(17, "EUR2")
	put(22, "0500013M026")
	put(33, operation)
	put(35, day)
	put(91, fmt.Sprintf("%013d%c", units, last))
	if code == "04" {
		put(49, "CB 0535875")
	}
	return string(r) + "\n"
}

// A label that goes on for ever is cut off, and takes no longer than the rest of the file.
func TestEndlessLabel(t *testing.T) {
	const lines = 100_000
	old := cfonbRecord("05", "", 75, '{', "030326")
	old = old[:40] + "COMPLEMENT" + old[50:]
	for name, content := range map[string]string{
		"continued lines": "Date;Nature de l'opération;Débit;Crédit;Devise;Date de valeur;Libellé interbancaire\n03/03/2026;REMISE CB;;7,50;EUR;;\n" +
			strings.Repeat(";x\n", lines) + "04/03/2026;REMISE CB;;2,50;EUR;;\n",
		"complements of the old form": cfonbRecord("01", "", 0, '{', "020326") + cfonbRecord("04", "30", 75, '{', "030326") + strings.Repeat(old, lines/10) +
			cfonbRecord("04", "30", 25, '{', "030326") + cfonbRecord("07", "", 100, '{', "040326"),
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			r, err := readBytes("f", []byte(content))
			if err != nil || len(r.All) != 2 || r.All[0].Cents != 750 || r.All[1].Cents != 250 {
				t.Fatalf("%d lines, %v", len(r.All), err)
			}
			if n := len(r.All[0].Label); n > 2*longestLabel || n < longestLabel {
				t.Errorf("the label has %d bytes", n)
			}
			if took := time.Since(began); took > 10*time.Second { // it took 30 seconds and more
				t.Errorf("it took %v", took)
			}
		})
	}
}

// cfonbStatement is one with a single remittance.
func cfonbStatement(opening, units int64) string {
	return cfonbRecord("01", "", opening, '{', "020326") + cfonbRecord("04", "30", units, '{', "030326") + cfonbRecord("07", "", opening+units, '{', "040326")
}

// decimals changes the number of decimals of each record.
func decimals(file string, d rune) string {
	lines := strings.SplitAfter(file, "\n")
	for i, l := range lines {
		if r := []rune(l); len(r) > 20 {
			r[19] = d
			lines[i] = string(r)
		}
	}
	return strings.Join(lines, "")
}

func camtEntryOf(amount, direction, extra, status, code, text string) string {
	return `<x:Ntry><x:Amt Ccy="EUR">` + amount + `</x:Amt><x:CdtDbtInd>` + direction + `</x:CdtDbtInd>` + extra + `<x:Sts>` + status + `</x:Sts><x:BookgDt><x:Dt>2026-03-03</x:Dt></x:BookgDt>` +
		`<x:BkTxCd><x:Prtry><x:Cd>` + code + `</x:Cd></x:Prtry></x:BkTxCd><x:AddtlNtryInf>` + text + `</x:AddtlNtryInf></x:Ntry>`
}

func camtBalanceOf(code, amount string) string {
	return `<x:Bal><x:Tp><x:CdOrPrtry><x:Cd>` + code + `</x:Cd></x:CdOrPrtry></x:Tp><x:Amt Ccy="EUR">` + amount + `</x:Amt><x:CdtDbtInd>CRDT</x:CdtDbtInd><x:Dt><x:Dt>2026-03-03</x:Dt></x:Dt></x:Bal>`
}

func camtDocument(message, version, head, opening, closing string, entries ...string) string {
	names := map[string][2]string{"052": {"BkToCstmrAcctRpt", "Rpt"}, "053": {"BkToCstmrStmt", "Stmt"}, "054": {"BkToCstmrDbtCdtNtfctn", "Ntfctn"}}[message]
	balances := ""
	if message != "054" {
		balances = camtBalanceOf("PRCD", opening) + camtBalanceOf("CLAV", "9") + camtBalanceOf("CLBD", closing)
	}
	return head + `<x:Document xmlns:x="urn:iso:std:iso:20022:tech:xsd:camt.` + message + `.001.` + version + `"><x:` + names[0] + `><x:GrpHdr><x:MsgId>1</x:MsgId></x:GrpHdr><x:` + names[1] + `><x:Id>1</x:Id>` +
		`<x:Acct><x:Id><x:Othr><x:Id>1</x:Id></x:Othr></x:Id></x:Acct>` + balances + strings.Join(entries, "") + `</x:` + names[1] + `></x:` + names[0] + `></x:Document>`
}

// What is refused, and what the message says.
func TestRefused(t *testing.T) {
	const jrb = "TITRE;F;26/03/06;TABLE_V2\nENTETE;ORDER_ID;OPERATION_TYPE;BRUT_AMOUNT;REMITTANCE_NB\n"
	page := func(last string) string {
		return strings.Replace(camtDocument("053", "08", "", "0", "9", camtEntryOf("1", "CRDT", "", "BOOK", "30", "")), "<x:Acct>", "<x:StmtPgntn><x:PgNb>1</x:PgNb><x:LastPgInd>"+last+"</x:LastPgInd></x:StmtPgntn><x:Acct>", 1)
	}
	if r, err := readBytes("page", []byte(page("false"))); err != nil || len(r.Statements) != 1 || r.Statements[0].Balanced {
		t.Errorf("the first page of several: %v, %v", r.Statements, err)
	}
	for _, c := range []struct{ name, content, want string }{
		{"nothing", "", "vide"},
		{"another file", "a;b;c\n1;2;3\n", "format inconnu"},
		{"a journal without FIN", jrb + "MATCHING;R1;DT;1;1\n", "FIN manque"},
		{"lines behind FIN", jrb + "FIN\nMATCHING;R1;DT;1;1\n", "après la fin"},
		{"a journal without references", "TITRE;F;26/03/06;TABLE_V2\nENTETE;MERCHANT_ID;BRUT_AMOUNT;REMITTANCE_NB\nFIN\n", "ORDER_ID"},
		{"a journal without amounts", "TITRE;F;26/03/06;TABLE_V2\nENTETE;ORDER_ID;REMITTANCE_NB\nFIN\n", "BRUT_AMOUNT"},
		{"an unknown type", jrb + "MATCHING;R1;XX;1;1\nFIN\n", "DT"},
		{"an amount of another form", jrb + "MATCHING;R1;DT;75,00;1\nMATCHING;R2;DT;x;1\nFIN\n", "ligne 4"},
		{"a negative amount", jrb + "MATCHING;R1;DT;-1;1\nFIN\n", "négatif"},
		{"a separator too many", jrb + "MATCHING;R1;DT;1;1;;x\nFIN\n", "séparateur"},
		{"a PayFiP report that is cut off", "EN-TETE;1\nLIGNE;02/03/2026;R1;7500\n", "PIED-DE-PAGE"},
		{"a PayFiP report that is cut off before another", "EN-TETE;1\nLIGNE;02/03/2026;R1;7500\nEN-TETE;1\nPIED-DE-PAGE\n", "ligne 3"},
		{"a digit for the sign", cfonbRecord("01", "", 0, '0', "020326"), "montant signé"},
		{"a movement of another account", cfonbRecord("01", "", 0, '{', "020326") + strings.Replace(cfonbRecord("04", "30", 0, '{', "030326"), "0500013M026", "0500014M026", 1), "autre compte"},
		{"no closing balance", cfonbRecord("01", "", 0, '{', "020326"), "solde final"},
		{"a second opening balance", cfonbRecord("01", "", 0, '{', "020326") + cfonbRecord("01", "", 0, '{', "020326"), "coupé"},
		{"a complement of nothing", cfonbRecord("01", "", 0, '{', "020326") + "05" + strings.Repeat(" ", 118) + "\n", "caractères"},
		{"a fraction of a cent", decimals(cfonbRecord("01", "", 0, 'A', "020326"), '3'), "fraction"},
		{"a day that is none", cfonbRecord("01", "", 0, '{', "310226"), "date"},
		{"an unknown record", cfonbRecord("01", "", 0, '{', "020326") + cfonbRecord("02", "", 0, '{', "020326"), "02"},
		{"a camt.052", camtDocument("052", "08", "", "0", "0"), "camt.052"},
		{"XML of another kind", `<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03">camt.05</Document>`, "camt.053"},
		{"a root that is no document", `<Stmt xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt/></Stmt>`, "Stmt n’est pas"},
		{"a root that is a notice", `<Ntfctn xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.02"><BkToCstmrDbtCdtNtfctn/></Ntfctn>`, "Ntfctn n’est pas"},
		{"a booking day that is none", camtDocument("053", "08", "", "0", "1",
			strings.Replace(camtEntryOf("1", "CRDT", "", "BOOK", "30", ""), "2026-03-03", "3 mars", 1)), "date"},
		{"a number of transactions in words", camtDocument("053", "08", "", "0", "1",
			camtEntryOf("1", "CRDT", "<x:NtryDtls><x:Btch><x:NbOfTxs>deux</x:NbOfTxs></x:Btch></x:NtryDtls>", "BOOK", "30", "")), "nombre de transactions"},
		{"something behind the document", camtDocument("053", "08", "", "0", "0") + "<x/>", ""},
		{"text behind the document", camtDocument("053", "08", "", "0", "0") + "x", "hors du document"},
		{"three decimals", camtDocument("053", "08", "", "0", "0", camtEntryOf("0.001", "CRDT", "", "BOOK", "30", "")), "centimes"},
		{"an unknown encoding", camtDocument("053", "08", `<?xml version="1.0" encoding="EBCDIC-X"?>`, "0", "0"), "encodage"},
		{"no closing balance in a camt.053", strings.Replace(camtDocument("053", "08", "", "0", "0"), "CLBD", "XXXX", 1), "CLBD"},
		{"the last page, unbalanced", page("true"), "solde final"},
		{"an MT940 without its end", ":20:1\n:25:1\n:60F:C260302EUR0,\n:61:260303C1,NMSCX\n", ":62F:"},
		{"two closing balances", ":20:1\n:25:1\n:60F:C260302EUR0,\n:62F:C260302EUR0,\n:62F:C260302EUR0,\n", "solde"},
		{"another currency at the end", ":20:1\n:25:1\n:60F:C260302EUR0,\n:62F:C260302USD0,\n", "USD"},
		{"no comma in an amount", ":20:1\n:25:1\n:60F:C260302EUR0,\n:61:260303C1NMSCX\n:62F:C260302EUR0,\n", "mouvement"},
		{"a day without an amount", ca + "03/03/2026;REMISE CARTE;;\n", "pas de montant"},
		{"an amount without a day", ca + "3 mars;REMISE CARTE;;1,00\n", "date"},
		{"a doubtful amount", "Date;Libellé;Montant(EUROS)\n03/03/2026;REMISE CB;1.137\n", "montant"},
		{"debit and credit", ca + "03/03/2026;REMISE CARTE;1,00;1,00\n", "débit"},
		{"a sign against its column", ca + "03/03/2026;REMISE CARTE;;-1,00\n", "signe"},
		{"a quote to the end of the file", ca + "03/03/2026;\"REMISE CARTE;;1,00", "guillemet"},
		{"a separator in a label", ca + "03/03/2026;REMISE;CARTE;;1,00;2\n", ""},
		{"fewer lines than are announced", "0500013;01/03/2026;06/03/2026;2;06/03/2026;1234.56 EUR\n\ndate_comptabilisation;libellé_complet_operation;montant_operation;devise;\n03/03/2026;REMISE CB;1,00;EUR;\n", "annonce 2"},
		{"a line without end", "TITRE;F;26/03/06;TABLE_V2\nENTETE;ORDER_ID;" + strings.Repeat("x", 2<<20), "million"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readBytes("fichier.txt", []byte(c.content))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "fichier.txt") {
				t.Errorf("%v does not say %q", err, c.want)
			}
			if m := (*Mistake)(nil); !errors.As(err, &m) {
				t.Errorf("%T, expected a *Mistake", err)
			}
		})
	}
}
