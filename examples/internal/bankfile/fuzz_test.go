package bankfile

import (
	"bytes"
	"encoding/csv"
	"io"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

// reads fuzzes a reader with the samples of its format and some that it refuses. Whatever the bytes are: no panic; a message does
// nothing to a terminal; a file that is taken adds up, its days are days, and it is read the same again.
func reads(f *testing.F, layout *Layout, seeds ...string) {
	for _, s := range seeds {
		if content, err := sampleFiles.ReadFile("testdata/" + s); err == nil {
			f.Add(content)
		} else {
			f.Add([]byte(s))
		}
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		var all []Line
		read := func(l Line) error { all = append(all, l); return nil }
		file, err := Read("f", bytes.NewReader(content), layout, read)
		if err != nil {
			if strings.ContainsFunc(err.Error(), func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) {
				t.Errorf("the message has control characters: %q", err)
			}
			return
		}
		var moved, sum int64
		for _, s := range file.Statements {
			moved += s.Moved
			if s.Balanced != (s.Opening+s.Moved == s.Closing) && s.Balanced {
				t.Errorf("%+v does not balance", s)
			}
		}
		for _, l := range all {
			sum += l.Cents
			if l.Kind == "" {
				t.Errorf("%+v has no kind", l)
			}
			if file.Level == Transaction && len(file.Statements) == 0 && file.Format != "camt.054" && l.Cents < 0 {
				t.Errorf("%+v is negative", l)
			}
			for _, d := range []string{l.Day, l.ValueDay, l.OperationDay, l.PaymentDay, l.RemittanceDay, l.ChargebackDay} {
				if again, ok := parseDay(d); d != "" && (!ok || again != d) {
					t.Errorf("%q is no day", d)
				}
			}
		}
		if len(file.Statements) > 0 && moved != sum {
			t.Errorf("the statements moved %d, the lines make %d", moved, sum)
		}
		if file.Lines != len(all) || file.Format == "" || file.Encoding == "" {
			t.Errorf("%+v, %d lines", file, len(all))
		}
		before := all
		all = nil
		if _, err := Read("f", iotestOneByte{bytes.NewReader(content)}, layout, read); err != nil || cmp.Diff(before, all) != "" {
			t.Errorf("read byte by byte it is another file: %v", err)
		}
	})
}

// iotestOneByte hands out a few bytes at a time.
type iotestOneByte struct{ r io.Reader }

func (r iotestOneByte) Read(b []byte) (int, error) { return r.r.Read(b[:min(len(b), 7)]) }

func FuzzJournal(f *testing.F) {
	reads(f, nil, "sips-jrb-table-v1.csv", "sips-jt-table.csv", "sips-jo-table-v4.csv", "sips-jri-v1.csv", "sips-jt-tab20.csv", "TITRE", "TITRE;F\nFIN", "TITLE;\"")
}

func FuzzPayFiP(f *testing.F) {
	reads(f, nil, "EN-TETE;1\nLIGNE;02/03/2026;R1;7500\nPIED-DE-PAGE\n", "EN-TETE,MONTANT,DATE,REFDET\nLIGNE,\"75,00\",02032026,R\nPIED-DE-PAGE")
}

func FuzzCFONB(f *testing.F) {
	reads(f, nil, "cfonb-remises-brut.cfonb", "cfonb-remise-nette.txt", "cfonb-deux-comptes-sans-saut.cfo", "0112345")
}

func FuzzCamt(f *testing.F) {
	reads(f, nil, "camt053-001-02-remises.xml", "camt053-001-08-details.xml", "camt054-001-08-avis.xml", "<camt.053")
}

func FuzzMT940(f *testing.F) {
	reads(f, nil, "mt940-remises.sta", ":20:1\n:60F:C260302EUR0,\n:61:2603030C1,NMSC\n:62F:C260302EUR0,\n-")
}

func FuzzBankCSV(f *testing.F) {
	reads(f, nil, "bnp.csv", "societe-generale.csv", "societe-generale-pro.csv", "credit-agricole.csv", "caisse-epargne-bp.csv", "banque-postale.csv", "lcl.csv",
		"Date;Date de valeur;Débit;Crédit;Libellé;Solde\n1/1/26;;;1;\"\n")
}

func FuzzLayout(f *testing.F) {
	l := Standard()
	reads(f, &l, "Date;Référence;Opération;Montant;Devise;Autorisation\n02/03/2026;R1;PAIEMENT;75,00;EUR;1\n;;TOTAL;75,00;;\n", "Référence;Montant\n\x1b[2J;1\n", "\"")
}

// Any text is either no amount, or one that is read the same when it is written as a French reader reads it.
func FuzzAmount(f *testing.F) {
	for _, s := range []string{"75,00", "-1 137,00 €", "(75,00)", "1.137,00", "75,00-", "", "−", "9999999999999,99", "1,137.5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, _, ok := parseEuros(s)
		if !ok {
			return
		}
		if again, _, ok := parseEuros(Euros(n)); !ok || again != n {
			t.Errorf("%q is %d, and written %q, which is %d", s, n, Euros(n), again)
		}
	})
}

// Cells that encoding/csv writes are read as they were, but for blanks around them.
func FuzzRecords(f *testing.F) {
	f.Add("a", "b\"c", "d;e")
	f.Add("", "=\"0500013\"", "'")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		want := []string{a, b, c}
		for i, s := range want {
			if strings.ContainsAny(s, "\r\n") || strings.HasPrefix(s, "=\"") {
				return
			}
			want[i] = strings.TrimSpace(s)
		}
		var text strings.Builder
		w := csv.NewWriter(&text)
		w.Comma = ';'
		w.Write([]string{a, b, c})
		w.Flush()
		if text.Len() > longestLine {
			return
		}
		got, _, err := (&records{in: linesOf(text.String()), separator: ";"}).nextRecord()
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%q: %v (-want +got):\n%s", text.String(), err, d)
		}
	})
}
