package bankfile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// One list, as different banks write it.
func TestLayouts(t *testing.T) {
	want := []string{"payment 2026-03-02 123456 R1", "refund 2026-03-02 5000 R2"}
	for _, c := range []struct {
		name, layout, list string
		want               []string
	}{
		{"the standard", `{}`, "\ufeffDate;Référence;Opération;Montant;Devise;Autorisation\r\n" +
			"02/03/2026;R1;PAIEMENT;1\u202f234,56;EUR;000123\r\n02/03/2026;R2;REMBOURSEMENT;-50;EUR;\r\n;;TOTAL;1184,56;;\r\n", want},
		{"columns in another order, some that are not used and have one name", `{}`, "x;Devise;Autorisation;Montant;x;Opération;Référence;;Date;\n" +
			"\"a;b\";978;1;1.234,56 €;;PAIEMENT;R1;;02/03/2026;\n;978;;50,00-;;REMBOURSEMENT;R2;;02/03/2026;\nFIN\n", want},
		{"lines above the names, and between", `{"pass_over": ["Report"]}`, "Relevé du 02/03/2026\n\nDate;Référence;Opération;Montant;Devise;Autorisation\n" +
			"02/03/2026;R1;PAIEMENT;1234,56;EUR;1\n\nReport;;;9,00;;\nTotal;;;9,00;;\n02/03/2026;R2;REMBOURSEMENT;(50,00);EUR;\n", want},
		{"signs, cents, tabs", `{"separator": "\t", "reference": "ref", "amount": "amount", "type": "", "currency": "", "authorisation": "auth",
			"date": "at", "unit": "cents", "date_format": "%Y%m%d%H%M%S"}`, "ref\tamount\tauth\tat\nR1\t123456\t000123\t20260302235959\nR2\t-5000\t\t20260302000000\n", want},
		{"windows-1252, a line that is skipped, a point", `{"encoding": "windows-1252", "skip": 1, "decimal": ".", "separator": ",", "date_format": "%y-%m-%d",
			"payments": ["CRÉDIT"], "refunds": ["DÉBIT"]}`, latin("Date,Référence,Opération,Montant,Devise,Autorisation\nDate,Référence,Opération,Montant,Devise,Autorisation\n" +
			"26-03-02,R1,CRÉDIT,1 234.56,EUR,000123\n26-03-02,R2,DÉBIT,50.0,EUR,\n"), want},
		{"two columns, UTF-16", `{"type": "", "amount": "", "debit": "Débit", "credit": "Crédit"}`, "\xff\xfe" + utf16le("Date;Référence;Débit;Crédit;Devise;Autorisation\r\n02/03/2026;R1;;1234,56;€;\r\n02/03/2026;R2;-50,00;;EUR;\r\n"), want},
		{"an account: labels that go on", `{"reference": "", "label": "Texte", "type": "", "authorisation": "", "currency": "", "continued": true}`,
			"Date;Texte;Montant\n02/03/2026;REMISE CB;135,77\n;0535875;\n;BRUT 137,00 COM 1,23;\n03/03/2026;REMBT \"CB\";-50,00\n",
			[]string{"remittance 2026-03-02 13577", "refund-remittance 2026-03-03 -5000"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, err := ParseLayout("layout.json", []byte(c.layout))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			file, err := Read("list.csv", strings.NewReader(c.list), &l, func(l Line) error { got = append(got, short(l)); return nil })
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got); d != "" || file.Format != "layout" {
				t.Errorf("%s (-want +got):\n%s", file.Format, d)
			}
		})
	}
}

// With a layout a file of a known form is read as what it is.
func TestLayoutBesideKnownForms(t *testing.T) {
	l := Standard()
	for _, name := range []string{"bnp.csv", "sips-jt-table.csv", "lcl.csv", "mt940-remises.sta"} {
		want, err := readFile(t, name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Read(name, strings.NewReader(string(sampleBytes(t, name))), &l, func(Line) error { return nil })
		if err != nil || got.Format != want.Format {
			t.Errorf("%s is read as %s, %v", name, got.Format, err)
		}
	}
}
