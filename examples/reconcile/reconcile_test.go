package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
)

var update = flag.Bool("update", false, "write testdata/demo.golden")

// call runs the program.
func call(args ...string) (status int, stdout, stderr string) {
	var out, trouble bytes.Buffer
	status = run(args, &out, &trouble)
	return status, out.String(), trouble.String()
}

// demonstration writes the demonstration's files, and returns their folder.
func demonstration(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if _, err := writeDemo(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func write(t *testing.T, dir, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// On the bank simulator's book: exactly what was injected is found.
func TestDemo(t *testing.T) {
	const golden = "testdata/demo.golden"
	dir := t.TempDir()
	status, stdout, stderr := call("-demo", dir)
	if status != 1 || stderr != "" {
		t.Errorf("exit status %d, %s", status, stderr)
	}
	got := strings.ReplaceAll(stdout, dir+string(filepath.Separator), "DIR/")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); d != "" {
		t.Errorf("the output is not %s; if it should be, run go test with -update (-want +got):\n%s", golden, d)
	}
}

// The bank's book as it is, without the mistakes of its list, differs in what the fund has not heard or heard otherwise. The
// command that the demonstration prints finds the same on the files, in either form of the export.
func TestBothForms(t *testing.T) {
	dir := demonstration(t)
	layout, list := filepath.Join(dir, "layout.json"), filepath.Join(dir, "bank.csv")
	status, want, stderr := call("-layout", layout, "-list", list, filepath.Join(dir, "export-2026-03-02.csv"), filepath.Join(dir, "export-2026-03-03.csv"))
	if status != 1 || stderr != "" {
		t.Fatalf("exit status %d, %s", status, stderr)
	}
	d, err := newDemo()
	if err == nil {
		err = d.play()
	}
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"-layout", layout, "-list", list}
	for _, day := range []string{"2026-03-02", "2026-03-03"} {
		var b bytes.Buffer
		if _, err := d.books.ExportJSON(d.ctx, day, &b); err != nil {
			t.Fatal(err)
		}
		args = append(args, write(t, dir, "export-"+day+".jsonl", b.Bytes()))
	}
	status, got, stderr := call(args...)
	if status != 1 || stderr != "" {
		t.Fatalf("exit status %d, %s", status, stderr)
	}
	lines := func(s string) (out []string) { // the CSV has one more line, its first
		for _, l := range strings.Split(s, "\n") {
			before, _, _ := strings.Cut(l, "(export")
			out = append(out, before)
		}
		return out
	}
	if d := cmp.Diff(lines(want), lines(got)); d != "" {
		t.Errorf("(-csv +json):\n%s", d)
	}
}

func TestNothingDiffers(t *testing.T) {
	dir := t.TempDir()
	d, err := newDemo()
	if err != nil {
		t.Fatal(err)
	}
	for i, scene := range scenes[:2] {
		if err := scene(d, string(rune('a'+i))); err != nil {
			t.Fatal(err)
		}
	}
	d.now = d.now.AddDate(0, 0, 2)
	var b bytes.Buffer
	if _, err := d.books.Export(d.ctx, "2026-03-02", &b); err != nil {
		t.Fatal(err)
	}
	export, list := write(t, dir, "export.csv", b.Bytes()), write(t, dir, "bank.csv", bankList(d.list()))
	status, stdout, stderr := call("-list", list, export)
	if want := "3 movements here, 3 there, 0 differences\n"; status != 0 || stdout != want || stderr != "" {
		t.Errorf("exit status %d, %q, %q", status, stdout, stderr)
	}
}

// Paid a second before midnight, and on the bank's list of the next day: no difference with both exports, or with the one near.
func TestBorder(t *testing.T) {
	dir := demonstration(t)
	first, second := filepath.Join(dir, "export-2026-03-02.csv"), filepath.Join(dir, "export-2026-03-03.csv")
	next := write(t, dir, "next.csv", []byte("Date;Référence;Opération;Montant;Devise;Autorisation\n"+
		"03/03/2026;PCLCB260610000009;PAIEMENT;75,00;EUR;599040\n03/03/2026;PCLCB260620000001;PAIEMENT;75,00;EUR;703769\n"))
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"the next day alone", []string{"-list", next, second},
			"PCLCB260610000009  only there: a payment of 75.00 EUR of 2026-03-03 (next.csv, line 2)\n1 movements here, 2 there, 1 differences\n"},
		{"with the day before near", []string{"-list", next, "-near", first, second}, "12 movements here, 2 there, 0 differences\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, stdout, stderr := call(c.args...)
			if d := cmp.Diff(c.want, stdout+stderr); d != "" {
				t.Error(d)
			}
		})
	}
}

// An export that is not as it was written is refused: cut off after any line, or with any byte changed.
func TestChangedExportIsRefused(t *testing.T) {
	dir := demonstration(t)
	whole := read(t, dir, "export-2026-03-02.csv")
	if _, err := readExport("export.csv", whole, false); err != nil {
		t.Fatal(err)
	}
	for i, b := range whole {
		if b == '\n' && i < len(whole)-1 {
			if _, err := readExport("export.csv", whole[:i+1], false); err == nil {
				t.Errorf("cut off after byte %d, and taken", i)
			}
		}
		changed := bytes.Clone(whole)
		changed[i] ^= 1
		// What may change unseen is the seal itself and the CR LF at the end: the seal is compared with the one that was kept.
		if e, err := readExport("export.csv", changed, false); err == nil && i < bytes.LastIndex(whole, []byte("\nseal;")) {
			t.Errorf("byte %d (%q) is changed, and taken: %v", i, b, e)
		}
	}
}

func TestMistakes(t *testing.T) {
	dir := demonstration(t)
	export, layout := filepath.Join(dir, "export-2026-03-02.csv"), filepath.Join(dir, "layout.json")
	list := func(s string) []string {
		return []string{"-list", write(t, t.TempDir(), "bank.csv", []byte(s)), export}
	}
	with := func(l string, args ...string) []string {
		return append([]string{"-layout", write(t, t.TempDir(), "own.json", []byte(l))}, args...)
	}
	const head = "Date;Référence;Opération;Montant;Devise;Autorisation\n"
	for _, c := range []struct {
		name string
		args []string
		want []string
	}{
		{"no list", []string{export}, []string{"usage"}},
		{"no export", []string{"-list", export}, []string{"usage"}},
		{"no such flag", []string{"-lists", export}, []string{"-lists"}},
		{"no such file", []string{"-list", filepath.Join(dir, "none.csv"), export}, []string{"none.csv"}},
		{"an export as the list", []string{"-list", export, export}, []string{"export-2026-03-02.csv, line 1", `column "Référence"`, "layout"}},
		{"a list as the export", []string{"-list", filepath.Join(dir, "bank.csv"), filepath.Join(dir, "bank.csv")}, []string{"bank.csv, line 1", `"movement"`}},
		{"a day twice", []string{"-list", filepath.Join(dir, "bank.csv"), export, export}, []string{"2026-03-02", "once"}},
		{"an amount", list(head + "02/03/2026;R1;PAIEMENT;75.00;EUR;\n"), []string{"bank.csv, line 2", `column "Montant"`, `"75.00"`, `"decimal"`}},
		{"a third decimal", list(head + "02/03/2026;R1;PAIEMENT;75,001;EUR;\n"), []string{"line 2", `column "Montant"`}},
		{"a negative payment", list(head + "02/03/2026;R1;PAIEMENT;-75,00;EUR;\n"), []string{"line 2", `column "Montant"`, "negative"}},
		{"a type", list(head + "02/03/2026;R1;PAIEMENT;75,00;EUR;\n02/03/2026;R2;AUTRE;75,00;EUR;\n"), []string{"line 3", `column "Opération"`, `"AUTRE"`, `"ignored"`}},
		{"a date", list(head + "2026-03-02;R1;PAIEMENT;75,00;EUR;\n"), []string{"line 2", `column "Date"`, `"date_format"`}},
		{"no reference", list(head + "02/03/2026;;PAIEMENT;75,00;EUR;\n"), []string{"line 2", `column "Référence"`, "empty"}},
		{"a short line", list(head + "02/03/2026;R1;PAIEMENT;75,00;EUR;\n02/03/2026;R2\n"), []string{"line 3", "6 cells"}},
		{"a quote", list(head + "02/03/2026;R\"1;PAIEMENT;75,00;EUR;\n"), []string{"line 2", "quotes"}},
		{"another encoding", list("Date;R\xe9f\xe9rence;Montant\n"), []string{"line 1", "windows-1252"}},
		{"an empty list", list(""), []string{"line 1", "no line with the names"}},
		{"a column twice", list("Référence;Montant;Montant\n"), []string{"line 1", `column "Montant"`, "rename"}},
		{"a layout that is no JSON", with("{\n\"separator\": ;\n}", "-list", export, export), []string{"own.json, line 2"}},
		{"a field that no layout has", with(`{"seperator": ","}`, "-list", export, export), []string{"own.json", "seperator", "layout.json"}},
		{"all that is wrong with a layout", with(`{"separator": "", "encoding": "latin", "skip": -1, "amount": "", "unit": "francs", "decimal": "x", "payments": []}`,
			"-list", export, export), []string{`"separator"`, `"encoding"`, `"skip"`, `"reference"`, `"unit"`, `"decimal"`, `"payments"`}},
		{"a folder that is none", []string{"-demo", layout}, []string{"layout.json"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, stdout, stderr := call(c.args...)
			if status != 2 || stdout != "" {
				t.Errorf("exit status %d, %q", status, stdout)
			}
			for _, want := range c.want {
				if !strings.Contains(stderr, want) {
					t.Errorf("%q does not say %q", stderr, want)
				}
			}
		})
	}
}

// One list, as different acquirers write it.
func TestLayouts(t *testing.T) {
	want := []movement{
		{Reference: "R1", Cents: 123456, Currency: "EUR", Authorisation: "000123", Day: "2026-03-02"},
		{Reference: "R2", Cents: 5000, Currency: "EUR", Refund: true, Day: "2026-03-02"},
	}
	latin := func(s string) string {
		b, err := charmap.Windows1252.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, c := range []struct{ name, layout, list string }{
		{"the standard", `{}`, "\ufeffDate;Référence;Opération;Montant;Devise;Autorisation\r\n" +
			"02/03/2026;R1;PAIEMENT;1\u202f234,56;EUR;000123\r\n02/03/2026;R2;REMBOURSEMENT;-50;EUR;\r\n;;TOTAL;1184,56;;\r\n"},
		{"signs, cents, tabs", `{"separator": "\t", "reference": "ref", "amount": "amount", "type": "", "currency": "", "authorisation": "auth",
			"date": "at", "unit": "cents", "date_format": "%Y%m%d%H%M%S"}`, "ref\tamount\tauth\tat\nR1\t123456\t000123\t20260302235959\nR2\t-5000\t\t20260302000000\n"},
		{"windows-1252, lines before the names, a point", `{"encoding": "windows-1252", "skip": 2, "decimal": ".", "separator": ",", "date_format": "%y-%m-%d",
			"payments": ["CRÉDIT"], "refunds": ["DÉBIT"]}`, latin("Relevé\n\nDate,Référence,Opération,Montant,Devise,Autorisation\n" +
			"26-03-02,R1,CRÉDIT,1 234.56,EUR,000123\n26-03-02,R2,DÉBIT,50.0,EUR,\n")},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, err := readLayout("layout.json", []byte(c.layout))
			if err != nil {
				t.Fatal(err)
			}
			got, err := readList("list.csv", []byte(c.list), l, false)
			if err != nil {
				t.Fatal(err)
			}
			for i := range got {
				got[i].Where = ""
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// The layout that the demonstration writes is the standard, whole: who changes it sees all that there is.
func TestWrittenLayout(t *testing.T) {
	b := read(t, demonstration(t), "layout.json")
	l, err := readLayout("layout.json", b)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(standard(), l); d != "" {
		t.Error(d)
	}
	var fields map[string]any
	if err := json.Unmarshal(b, &fields); err != nil || len(fields) != 15 {
		t.Errorf("%d fields, %v", len(fields), err)
	}
}

// What comes from a file does nothing to the terminal, and no input is a panic.
func FuzzReadList(f *testing.F) {
	f.Add("Date;Référence;Opération;Montant;Devise;Autorisation\n02/03/2026;R1;PAIEMENT;75,00;EUR;1\n")
	f.Add("Référence;Montant\n\x1b[2J;1\n")
	f.Add("\"")
	f.Fuzz(func(t *testing.T, s string) {
		there, err := readList("list.csv", []byte(s), standard(), false)
		if err != nil {
			return
		}
		for _, d := range compare(nil, there, false) {
			if strings.ContainsAny(d.String(), "\x1b\r\n") {
				t.Errorf("%q", d)
			}
		}
	})
}

func FuzzReadExport(f *testing.F) {
	f.Add("\ufeffmovement;reference;authorisation;cents;currency;day;count;seal;sha256\r\nseal;;;;;2026-03-02;;00;00\r\n")
	f.Add(`{"movement":"seal"}`)
	f.Add("{")
	f.Fuzz(func(t *testing.T, s string) { readExport("export.csv", []byte(s), false) })
}
