package reconcile

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quittance/quittance/examples/internal/dayexport"
)

// exportsOf makes exports from words such as "2 R1 7500, 2 R2 6200, 3 R1 -7500": day of March 2026, reference, cents.
func exportsOf(t testing.TB, s string) (out []dayexport.Export) {
	t.Helper()
	for n, part := range strings.Split(s, ",") {
		var dom int
		m := dayexport.Movement{Kind: dayexport.Accepted, Currency: "EUR", Line: n + 2}
		if _, err := fmt.Sscan(part, &dom, &m.Reference, &m.Cents); err != nil {
			if _, err := fmt.Sscan(part, &dom); err != nil {
				t.Fatal(err)
			}
		}
		m.Day = fmt.Sprintf("2026-03-%02d", dom)
		m.Instant = time.Date(2026, 3, dom, 8, 0, n, 0, time.UTC)
		if m.Cents < 0 {
			m.Kind, m.Cents = dayexport.Returned, -m.Cents
		}
		i := slices.IndexFunc(out, func(e dayexport.Export) bool { return e.Day == m.Day })
		if i < 0 {
			out = append(out, dayexport.Export{Name: "export-" + m.Day + ".csv", Day: m.Day})
			i = len(out) - 1
		}
		if m.Reference != "" {
			out[i].Movements = append(out[i].Movements, m)
		}
	}
	return out
}

// accountOf makes a bank's CSV from lines such as "03 REMISE CB 0535875 030261|137,00".
func accountOf(lines ...string) []byte {
	var b strings.Builder
	b.WriteString("Date;Libellé;Montant(EUROS)\n")
	for _, l := range lines {
		day, rest, _ := strings.Cut(l, " ")
		label, amount, _ := strings.Cut(rest, "|")
		fmt.Fprintf(&b, "%s/03/2026;%s;%s\n", day, label, amount)
	}
	return []byte(b.String())
}

// said is what a ledger says, without what it always says.
func said(l *Ledger) []string {
	return append([]string{string(l.Verdict)}, l.Sentences()[1:]...)
}

func TestLedger(t *testing.T) {
	for _, c := range []struct {
		name, ours string
		bank       []string
		want       []string
	}{
		{"equal", "2 R1 7500, 2 R2 6200", []string{"03 REMISE CB 0535875 030261|137,00"}, []string{"agrees in total"}},
		{"two days in one remittance, after a weekend", "6 R1 7500, 7 R2 6200, 8 R3 100", []string{"09 REMISE CB 0535875|138,00"}, []string{"agrees in total"}},
		{"the last payments are under way", "2 R1 7500, 3 R2 6200, 3 R3 100", []string{"03 REMISE CB 0535875|75,00"},
			[]string{"agrees, under way", "2\u00a0paiements, 63,00\u00a0€, ne sont pas encore sur le compte\u00a0: normal jusqu’au 05/03/2026 (R2 et R3)."}},
		{"what should have come is not under way", "2 R1 7500, 2 R2 6200, 6", []string{"03 REMISE CB 0535875|75,00", "06 REMISE CB 0535875|0,00"},
			[]string{"less at the bank", "L’écart est exactement le montant d’un seul paiement, R2\u00a0: il manque peut-être à la banque. C’est un indice, pas une preuve."}},
		{"what should have come is overdue, though the exports end before", "2 R1 7500, 2 R2 6200", []string{"03 REMISE CB 0535875|75,00", "31 VIR X|1,00"},
			[]string{"overdue at the bank", "1\u00a0paiement, 62,00\u00a0€, n’est pas encore sur le compte\u00a0: normal jusqu’au 04/03/2026, mais le relevé va plus loin (R2)."}},
		{"nothing has come in a month", "2 R1 7500, 2 R2 6200", []string{"01 VIR X|1,00", "31 VIR X|1,00"},
			[]string{"overdue at the bank", "2\u00a0paiements, 137,00\u00a0€, ne sont pas encore sur le compte\u00a0: normal jusqu’au 04/03/2026, mais le relevé va plus loin (R1 et R2)."}},
		{"a remittance after the last export has no room for the payment", "2 R1 7500, 2 R2 6200", []string{"03 REMISE CB 0535875|75,00", "04 REMISE CB 0535875|11,00", "31 VIR X|1,00"},
			[]string{"overdue at the bank", "1\u00a0paiement, 62,00\u00a0€, n’est pas encore sur le compte\u00a0: normal jusqu’au 04/03/2026, mais le relevé va plus loin (R2).",
				"Non comparé\u00a0: 1\u00a0remise à la banque, 11,00\u00a0€, du 04/03/2026\u00a0: d’après les sommes, ce sont des paiements d’après le dernier export."}},
		{"of two days that are under way the first is overdue", "2 R1 7500, 3 R2 6200", []string{"02 VIR X|1,00", "05 VIR X|1,00"},
			[]string{"overdue at the bank", "2\u00a0paiements, 137,00\u00a0€, ne sont pas encore sur le compte\u00a0: normal jusqu’au 04/03/2026, mais le relevé va plus loin (R1 et R2)."}},
		{"a payment is missing before the last remittances: the first that is cut off has no room for all that follows", "2 R1 7500, 2 R2 6200, 3 R3 10000, 3 R4 10000",
			[]string{"03 REMISE CB 0535875|75,00", "04 REMISE CB 0535875|200,00", "05 REMISE CB 0535875|150,00", "31 VIR X|1,00"},
			[]string{"overdue at the bank", "3\u00a0paiements, 262,00\u00a0€, ne sont pas encore sur le compte\u00a0: normal jusqu’au 05/03/2026, mais le relevé va plus loin (R2, R3 et R4).",
				"Non comparé\u00a0: 2\u00a0remises à la banque, 350,00\u00a0€, du 04/03/2026 au 05/03/2026\u00a0: d’après les sommes, ce sont des paiements d’après le dernier export."}},
		{"two payments of the amount: no hint", "2 R1 7500, 2 R2 6200, 2 R3 6200, 6", []string{"03 REMISE CB 0535875|137,00", "06 REMISE CB 0535875|0,00"}, []string{"less at the bank"}},
		{"a payment twice at the bank", "2 R1 7500, 2 R2 6200, 6", []string{"03 REMISE CB 0535875|199,00"},
			[]string{"more at the bank", "L’écart est exactement le montant d’un seul paiement, R2\u00a0: la banque l’a peut-être deux fois. C’est un indice, pas une preuve."}},
		{"net, and nothing says so", "2 R1 7500, 2 R2 6200, 6", []string{"03 REMISE CB 0535875|135,77", "06 VIR SALAIRES|1,00"},
			[]string{"less at the bank", "Le brut n’est pas connu\u00a0: les remises semblent nettes de commission. Demandez à la banque un relevé brut, ou donnez le journal de rapprochement."}},
		{"remittances of the days before", "3 R1 7500", []string{"02 REMISE CB 0535875|11,00", "03 REMISE CB 0535875|12,00", "04 REMISE CB 0535875|75,00"}, []string{"agrees, under way",
			"Non comparé\u00a0: 1\u00a0remise à la banque, 11,00\u00a0€, du 02/03/2026\u00a0: c’est avant le premier export.",
			"Non comparé\u00a0: 1\u00a0remise à la banque, 12,00\u00a0€, du 03/03/2026\u00a0: d’après les sommes, ce sont des paiements d’avant le premier export."}},
		{"remittances of the days after", "2 R1 7500, 2 R2 6200", []string{"03 REMISE CB 0535875|75,00", "04 REMISE CB 0535875|95,00", "20 REMISE CB 0535875|11,00"}, []string{"agrees, under way",
			"1\u00a0paiement, 62,00\u00a0€, n’est pas encore sur le compte\u00a0: normal jusqu’au 04/03/2026 (R2).",
			"Non comparé\u00a0: 1\u00a0remise à la banque, 11,00\u00a0€, du 20/03/2026\u00a0: c’est après le dernier export.",
			"Non comparé\u00a0: 1\u00a0remise à la banque, 95,00\u00a0€, du 04/03/2026\u00a0: d’après les sommes, ce sont des paiements d’après le dernier export."}},
		{"our payments of before the statement", "2 R1 7500, 9 R2 6200, 10 R3 100", []string{"10 REMISE CB 0535875|62,00", "11 REMISE CB 0535875|1,00"}, []string{"agrees in total",
			"Non comparé\u00a0: 1\u00a0paiement chez vous, 75,00\u00a0€, du 02/03/2026\u00a0: c’est avant le début du relevé."}},
		{"cancelled before it was captured: on neither side of the account", "2 R1 7500, 2 R2 6200, 2 R1 -7500", []string{"03 REMISE CB 0535875|62,00", "06 VIR X|1,00"}, []string{"agrees in total"}},
		{"refunds are remitted apart", "2 R1 7500, 2 R2 6200, 3 R1 -7500", []string{"03 REMISE CB 0535875|137,00", "04 REMBT CB 0535875|-75,00"}, []string{"agrees in total"}},
		{"two errors that do not cancel out: too much in, too much out", "2 R1 7500, 3 R1 -2500, 9", []string{"03 REMISE CB 0535875|80,00", "04 REMBT CB 0535875|-31,00"},
			[]string{"in and out disagree"}},
		{"a chargeback that counts as given back", "2 R1 7500, 9 R1 -7500, 10", []string{"03 REMISE CB 0535875|75,00", "09 IMPAYE CB 0535875|-75,00", "20 VIR X|1,00"},
			[]string{"agrees in total", "Impayé de 75,00\u00a0€ du 09/03/2026\u00a0: compté chez vous comme rendu."}},
		{"a chargeback of one of two", "2 R1 7500, 2 R2 7500, 10", []string{"03 REMISE CB 0535875|150,00", "09 IMPAYE CB 0535875|-75,00"},
			[]string{"chargebacks", "Impayé de 75,00\u00a0€ du 09/03/2026\u00a0: le relevé ne dit pas de quel paiement. Le journal des impayés le nomme."}},
		{"another contract", "2 R1 7500", []string{"03 REMISE CB 0535875|75,00", "03 REMISE CB 0535999|11,00", "03 COM CB|-1,00"}, []string{"agrees in total"}},
		{"the acquirer pays by transfer", "2 R1 7500", []string{"03 VIR SEPA WORLDLINE 0535875|75,00"}, []string{"agrees in total"}},
		{"no contract at all", "2 R1 7500", []string{"03 REMISE DE CARTES|75,00"}, []string{"agrees in total", "Le relevé ne nomme pas votre contrat\u00a0: toutes ses lignes de cartes sont comptées comme vôtres."}},
		{"the day of a holiday", "30 R1 7500", []string{"31 VIR X|1,00"}, []string{"agrees, under way", "1\u00a0paiement, 75,00\u00a0€, n’est pas encore sur le compte\u00a0: normal jusqu’au 01/04/2026 (R1)."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := Options{Contract: "0535875"}
			r, err := Compare(exportsOf(t, c.ours), nil, []*List{listOf(t, "compte.csv", accountOf(c.bank...), o)}, o)
			if err != nil {
				t.Fatal(err)
			}
			if none := strings.Contains(r.text(t), "aucune ligne de carte"); none != (len(r.Ledger.Lines) == 0 && len(r.Ledger.Border) == 0) {
				t.Errorf("says that there is no card line: %t", none)
			}
			if d := cmp.Diff(c.want, said(r.Ledger)); d != "" {
				t.Errorf("(-want +got):\n%s\n%s", d, r.text(t))
			}
			if r.Agrees != strings.HasPrefix(c.want[0], "agrees") {
				t.Errorf("agrees: %t", r.Agrees)
			}
			if end := r.Ledger.Days[len(r.Ledger.Days)-1].Running; end != r.Ledger.RunningEnd {
				t.Errorf("the days end at %d, the ledger at %d", end, r.Ledger.RunningEnd)
			}
		})
	}
}

// A download without a line says nothing of our payments, not even that they are under way.
func TestEmptyAccount(t *testing.T) {
	o := Options{Contract: "0535875"}
	for _, c := range []struct {
		name, ours string
		files      [][]string // lines of each
		want       string     // in the error; empty: there is none
	}{
		{"payments on our side", "2 R1 7500, 20 R2 100", [][]string{nil}, "aucun mouvement"},
		{"nothing on our side either", "2", [][]string{nil}, ""},
		{"beside a file that covers days", "2 R1 7500", [][]string{nil, {"03 REMISE CB 0535875|75,00"}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var lists []*List
			for i, lines := range c.files {
				lists = append(lists, listOf(t, fmt.Sprintf("compte-%d.csv", i), accountOf(lines...), o))
			}
			_, err := Compare(exportsOf(t, c.ours), nil, lists, o)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("the error is %v, expected %q", err, c.want)
			}
		})
	}
}

const matching = "TITRE;F;26/03/06;TABLE_V2\nENTETE;CONTRACT;ORDER_ID;OPERATION_TYPE;BRUT_AMOUNT;REMITTANCE_NB;REMITTANCE_DATE;NET_AMOUNT;COMMISSION_AMOUNT\n" +
	"MATCHING;0535875;R1;DT;7500;030261;20260303;7432;68\nMATCHING;0535875;R2;DT;6200;030261;20260303;6145;55\nMATCHING;0535875;R3;DT;100;030262;20260304;99;1\nFIN\n"

// With a journal of reconciliation between, an account is proved to the cent: by the number of the remittance.
func TestRemittances(t *testing.T) {
	for _, c := range []struct {
		name   string
		bank   []string
		want   []string
		agrees bool
	}{
		{"gross, the commission apart", []string{"03 REMISE CB 0535875 030261|137,00", "03 COM CB 030261|-1,23", "04 REMISE CB 0535875 030262|1,00"}, []string{"030261 on the account", "030262 on the account"}, true},
		{"net", []string{"03 REMISE CB 0535875 030261 BRUT 137,00 COM 1,23|135,77", "04 REMISE CB 0535875 030262 BRUT 1,00 COM 0,01|0,99"}, []string{"030261 on the account", "030262 on the account"}, true},
		{"not yet", []string{"03 REMISE CB 0535875 030261|137,00"}, []string{"030261 on the account", "030262 under way"}, true},
		{"missing", []string{"03 REMISE CB 0535875 030261|137,00", "20 REMISE CB 0535875 030270|1,00"}, []string{"030261 on the account", "030262 missing on the account", "030270 not in the journal"}, false},
		{"another amount", []string{"03 REMISE CB 0535875 030261|137,01", "04 REMISE CB 0535875 030262|0,99"}, []string{"030261 other amount", "030262 on the account"}, false},
		{"another commission", []string{"03 REMISE CB 0535875 030261|137,00", "03 COM CB 030261|-1,25", "04 REMISE CB 0535875 030262|1,00"}, []string{"030261 other commission", "030262 on the account"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Compare(exportsOf(t, "2 R1 7500, 2 R2 6200, 3 R3 100"), nil,
				[]*List{listOf(t, "jrb.csv", []byte(matching), Options{}), listOf(t, "compte.csv", accountOf(c.bank...), Options{})}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, x := range r.Remittances {
				got = append(got, x.Number+" "+string(x.Verdict))
			}
			if d := cmp.Diff(c.want, got); d != "" || r.Agrees != c.agrees {
				t.Errorf("agrees: %t (-want +got):\n%s\n%s", r.Agrees, d, r.text(t))
			}
		})
	}
}

// Lines that two downloads of one account both have are counted once, and that is said.
func TestOverlap(t *testing.T) {
	o := Options{Contract: "0535875"}
	first := listOf(t, "a.csv", accountOf("03 REMISE CB 0535875|75,00", "04 REMISE CB 0535875|62,00"), o)
	second := listOf(t, "b.csv", accountOf("04 REMISE CB 0535875|62,00", "05 REMISE CB 0535875|1,00", "05 REMISE CB 0535875|1,00"), o)
	r, err := Compare(exportsOf(t, "2 R1 7500, 3 R2 6200, 4 R3 100, 4 R4 100"), nil, []*List{first, second}, o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Ledger.Verdict != AgreesInTotal || !strings.Contains(r.text(t), "1\u00a0ligne se trouve dans deux téléchargements") {
		t.Errorf("%s\n%s", r.Ledger.Verdict, r.text(t))
	}
}

// A gateway may know a transaction by the number that we gave the order, which is our payment's ID.
func TestOrderNumber(t *testing.T) {
	e := exportsOf(t, "2 R1 7500")
	e[0].Movements[0].Payment = "abcdefghij"
	r, err := Compare(e, nil, []*List{listOf(t, "jt.csv", []byte("TITRE;F;26/03/03;TABLE_V2\nENTETE;ORDER_ID;AMOUNT\nTRANSACTION;abcdefghij;7500\n"), Options{})}, Options{})
	if err != nil || !r.Agrees {
		t.Errorf("%v\n%s", err, r.text(t))
	}
}

// What looks like another unit or another period is said as that.
func TestSuspicions(t *testing.T) {
	for _, c := range []struct{ journal, want string }{
		{"TITRE;F;26/03/03;TABLE_V2\nENTETE;ORDER_ID;AMOUNT\nTRANSACTION;R1;75\n", "cent fois"},
		{"TITRE;F;26/03/03;TABLE_V2\nENTETE;ORDER_ID;AMOUNT\nTRANSACTION;X1;7500\n", "Aucune référence n’est commune"},
	} {
		r, err := Compare(exportsOf(t, "2 R1 7500"), nil, []*List{listOf(t, "jt.csv", []byte(c.journal), Options{})}, Options{})
		if err != nil || r.Agrees || !strings.Contains(r.text(t), c.want) {
			t.Errorf("%v: it does not say %q\n%s", err, c.want, r.text(t))
		}
	}
}

// A chargeback that is given back here, or that was undone, is no difference.
func TestChargebacks(t *testing.T) {
	const head = "TITRE;F;26/04/21;V1\nENTETE;OPERATION_TYPE;SOURCE_AMOUNT;ORDER_ID;IMP_DATE\n"
	for _, c := range []struct {
		name, ours, journal string
		differences         int
	}{
		{"accepted here", "2 R1 7500", "DETAIL;D;7500;R1;20260420\n", 1},
		{"given back here", "2 R1 7500, 20 R1 -7500", "DETAIL;D;7500;R1;20260420\n", 0},
		{"undone", "2 R1 7500", "DETAIL;D;7500;R1;20260420\nDETAIL;C;7500;R1;20260430\n", 0},
		{"not in these exports", "2 R1 7500", "DETAIL;D;7500;R9;20260420\n", 1},
		{"twice, and given back once", "2 R1 7500, 20 R1 -7500", "DETAIL;D;7500;R1;20260420\nDETAIL;D;7500;R1;20260421\n", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Compare(exportsOf(t, c.ours), nil, []*List{listOf(t, "jri.csv", []byte(head+c.journal+"FIN\n"), Options{})}, Options{})
			if err != nil || r.Differences() != c.differences {
				t.Errorf("%v: %d differences\n%s", err, r.Differences(), r.text(t))
			}
		})
	}
}

func TestDue(t *testing.T) {
	for day, want := range map[string]string{
		"2026-03-02": "2026-03-04", // Monday
		"2026-03-06": "2026-03-10", // Friday
		"2026-03-07": "2026-03-10", // Saturday
		"2026-04-02": "2026-04-08", // Maundy Thursday: Good Friday and Easter Monday are no bank days
		"2026-04-30": "2026-05-05", // 1 May is a Friday
		"2026-12-24": "2026-12-29", // Christmas Day is a Friday, the 26th a Saturday
		"2025-12-31": "2026-01-05",
		"no day":     "no day",
	} {
		if got := due(day); got != want {
			t.Errorf("due(%s) = %s, want %s", day, got, want)
		}
	}
}

const camtHead = `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt><Id>1</Id>` +
	`<Acct><Id><IBAN>FR1420041010050500013M02606</IBAN></Id></Acct>`

func camtBalances(opening, closing string) string {
	one := func(code, amount string) string {
		return `<Bal><Tp><CdOrPrtry><Cd>` + code + `</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">` + amount + `</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-04</Dt></Dt></Bal>`
	}
	return one("OPBD", opening) + one("CLBD", closing)
}

func camtEntry(amount, details string) string {
	return `<Ntry><Amt Ccy="EUR">` + amount + `</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-03</Dt></BookgDt>` +
		`<BkTxCd><Prtry><Cd>30</Cd></Prtry></BkTxCd>` + details + `<AddtlNtryInf>REMISE CB 0535875</AddtlNtryInf></Ntry>`
}

// A notice gives its transactions to the entry of the statement that has none: then each payment is proved. Details that do not add up
// leave a sum, and that is said.
func TestCamtDetails(t *testing.T) {
	detail := func(reference, amount string) string {
		return `<TxDtls><Refs><EndToEndId>` + reference + `</EndToEndId></Refs><Amt Ccy="EUR">` + amount + `</Amt><CdtDbtInd>CRDT</CdtDbtInd></TxDtls>`
	}
	const end053, end054 = `</Stmt></BkToCstmrStmt></Document>`, `</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>`
	notice := func(entries string) string {
		head := strings.NewReplacer("camt.053", "camt.054", "BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn", "<Stmt>", "<Ntfctn>").Replace(camtHead)
		return head + entries + end054
	}
	both := `<NtryDtls>` + detail("R1", "75.00") + detail("R2", "62.00") + `</NtryDtls>`
	for _, c := range []struct {
		name  string
		files []string
		level string // T: each transaction; otherwise the ledger's
		note  string
	}{
		{"statement and notice", []string{camtHead + camtBalances("0", "137") + camtEntry("137", "") + end053, notice(camtEntry("137.00", both))}, "T", "camt.054"},
		{"the statement alone", []string{camtHead + camtBalances("0", "137") + camtEntry("137", "") + end053}, "R", ""},
		{"details that do not add up", []string{camtHead + camtBalances("0", "137") + camtEntry("137", `<NtryDtls>`+detail("R1", "75.00")+`</NtryDtls>`) + end053}, "R", "ne fait pas le montant"},
		{"details that name nothing", []string{camtHead + camtBalances("0", "137") + camtEntry("137", `<NtryDtls>`+detail("NOTPROVIDED", "137.00")+`</NtryDtls>`) + end053}, "R", ""},
		{"two pages in two files", []string{
			camtHead + `<StmtPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></StmtPgntn>` + strings.Split(camtBalances("0", "137"), "</Bal>")[0] + "</Bal>" + camtEntry("75", "") + end053,
			camtHead + strings.SplitAfter(camtBalances("0", "137"), "</Bal>")[1] + `<StmtPgntn><PgNb>2</PgNb><LastPgInd>false</LastPgInd></StmtPgntn>` + camtEntry("62", "") + end053}, "R", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := Options{Contract: "0535875"}
			var lists []*List
			for i, f := range c.files {
				lists = append(lists, listOf(t, fmt.Sprintf("%d.xml", i), []byte(f), o))
			}
			r, err := Compare(exportsOf(t, "2 R1 7500, 2 R2 6200"), nil, lists, o)
			if err != nil {
				t.Fatal(err)
			}
			level := "T"
			if r.Ledger != nil {
				level = r.Ledger.Level
			}
			if level != c.level || !r.Agrees || !strings.Contains(r.text(t), c.note) {
				t.Errorf("level %s, agrees: %t\n%s", level, r.Agrees, r.text(t))
			}
		})
	}
	first := camtHead + `<StmtPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></StmtPgntn>` + camtBalances("0", "137") + camtEntry("75", "") + end053
	if _, err := Compare(exportsOf(t, "2 R1 7500"), nil, []*List{listOf(t, "1.xml", []byte(first), Options{})}, Options{Contract: "0535875"}); err == nil ||
		!strings.Contains(err.Error(), "page") {
		t.Errorf("the first page alone: %v", err)
	}
}

// What comes from a file does nothing to a terminal, nor to a page.
func TestHostileTexts(t *testing.T) {
	const evil = "\x1b[2J<script>"
	journal := "TITRE;F;26/03/03;TABLE_V2\nENTETE;ORDER_ID;AMOUNT;RESPONSE_CODE;OPERATION_NAME\nOPERATION;" + evil + ";7500;00;CREDIT\n" +
		"OPERATION;" + evil + ";7500;" + evil + ";" + evil + "\nOPERATION;x;7500;00;" + evil + "\nFIN\n"
	chargebacks := "TITRE;F;26/04/21;V1\nENTETE;OPERATION_TYPE;SOURCE_AMOUNT;ORDER_ID;IMP_DATE;IMP_REASON\nDETAIL;D;7500;" + evil + ";20260420;" + evil + "\nFIN\n"
	account := string(accountOf("03 REMISE CB 0535875 "+evil+"|75,00", "03 IMPAYE CB 0535875 "+evil+"|-1,00"))
	o := Options{Contract: "0535875"}
	r, err := Compare(exportsOf(t, "2 R1 7500"), nil, []*List{listOf(t, evil, []byte(journal), o), listOf(t, evil, []byte(chargebacks), o), listOf(t, evil, []byte(account), o)}, o)
	if err != nil {
		t.Fatal(err)
	}
	if text := r.text(t); strings.Contains(text, "\x1b") {
		t.Errorf("the text has control characters: %q", text)
	}
	var page strings.Builder
	if err := r.WritePage(&page); err != nil || strings.Contains(page.String(), "<script") {
		t.Errorf("%v: the page has a script", err)
	}
	var fragment strings.Builder
	if err := r.WriteFragment(&fragment); err != nil || !strings.Contains(page.String(), fragment.String()) || strings.Contains(fragment.String(), "<html") {
		t.Errorf("%v: the fragment is not a part of the page", err)
	}
}

// The export of the day before, given as a neighbour, explains the first remittance.
func TestNearExport(t *testing.T) {
	o := Options{Contract: "0535875"}
	account := accountOf("03 REMISE CB 0535875|80,00", "04 REMISE CB 0535875|62,00", "06 VIR X|1,00")
	ours, near := exportsOf(t, "2 R1 7500, 3 R2 6200"), exportsOf(t, "1 R0 500")
	for _, c := range []struct {
		near []dayexport.Export
		want LedgerVerdict
	}{{nil, MoreAtTheBank}, {near, AgreesInTotal}} {
		r, err := Compare(ours, c.near, []*List{listOf(t, "compte.csv", account, o)}, o)
		if err != nil || r.Ledger.Verdict != c.want {
			t.Errorf("%v\n%s", err, r.text(t))
		}
	}
}
