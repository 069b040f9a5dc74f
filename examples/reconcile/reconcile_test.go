package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quittance/quittance/examples/internal/bankfile"
)

// samples are files as banks and gateways send them, and three exports.
var samples = filepath.Join("..", "internal", "bankfile", "testdata")

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
		t.Errorf("status %d, %s", status, stderr)
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
		t.Fatalf("status %d, %s", status, stderr)
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
		t.Fatalf("status %d, %s", status, stderr)
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
	if want := "3\u00a0mouvements chez vous, 3\u00a0mouvements en face, 0\u00a0différence."; status != 0 || !strings.Contains(stdout, want) || stderr != "" {
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
			"  PCLCB260610000009  seulement là-bas\u00a0: paiement de 75,00\u00a0€ du 03/03/2026 (next.csv, ligne 2)\n" +
				"  1\u00a0mouvement chez vous, 2\u00a0mouvements en face, 1\u00a0différence.\n"},
		{"with the day before near", []string{"-list", next, "-near", first, second}, "2\u00a0mouvements en face, 0\u00a0différence.\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, stdout, stderr := call(c.args...)
			if !strings.Contains(stdout, c.want) || stderr != "" || (status == 0) != strings.Contains(c.want, ", 0") {
				t.Errorf("status %d, it does not say %q:\n%s%s", status, c.want, stdout, stderr)
			}
		})
	}
}

// The three exit statuses on the samples, and that JSON says what the text says.
func TestStatus(t *testing.T) {
	sample := func(names ...string) (out []string) {
		for _, n := range names {
			out = append(out, filepath.Join(samples, n))
		}
		return out
	}
	exports := sample("export-2026-03-02.csv", "export-2026-03-03.csv", "export-2026-03-05.csv")
	for name, c := range map[string]struct {
		args   []string
		status int
	}{
		"each transaction is found":                {append([]string{"-list", sample("sips-jt-tab20.csv")[0]}, exports[0]), agrees},
		"sums agree":                               {append([]string{"-contract", "0535875", "-list", sample("cfonb-remises-brut.cfonb")[0]}, exports...), agrees},
		"sums agree but for what is under way":     {append([]string{"-contract", "0535875", "-list", sample("camt053-001-02-remises.xml")[0]}, exports...), agrees},
		"sums agree, and a chargeback":             {append([]string{"-contract", "0535875", "-list", sample("cfonb-remise-nette.txt")[0]}, exports[0]), differs},
		"sums differ":                              {append([]string{"-contract", "0535875", "-list", sample("credit-agricole.csv")[0]}, exports...), differs},
		"a transaction is missing":                 {append([]string{"-list", sample("sips-jrb-table-v1.csv")[0]}, exports...), differs},
		"a chargeback":                             {append([]string{"-list", sample("sips-jri-v1.csv")[0]}, exports[0]), differs},
		"nothing to say which lines are ours":      {append([]string{"-list", sample("credit-agricole.csv")[0]}, exports...), wrong},
		"the journal says the contract":            {append([]string{"-list", sample("sips-jrb-table-v1.csv")[0], "-list", sample("cfonb-remises-brut.cfonb")[0]}, exports...), differs},
		"a file that is none of the known formats": {append([]string{"-list", "main.go"}, exports...), wrong},
	} {
		t.Run(name, func(t *testing.T) {
			status, stdout, stderr := call(c.args...)
			if status != c.status || (stderr != "") != (c.status == wrong) {
				t.Errorf("status %d, want %d: %s", status, c.status, stderr)
			}
			again, asJSON, _ := call(append([]string{"-json"}, c.args...)...)
			if again != status {
				t.Errorf("with -json the status is %d, otherwise %d", again, status)
			}
			if status == wrong {
				return
			}
			var report struct {
				Agrees bool `json:"agrees"`
			}
			if err := json.Unmarshal([]byte(asJSON), &report); err != nil || report.Agrees != (status == agrees) || strings.Contains(stdout, "Tout concorde") != report.Agrees {
				t.Errorf("agrees: %t, %v\n%s", report.Agrees, err, stdout)
			}
		})
	}
}

// A page and a spreadsheet are written whole; with -xlsx no list is needed.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	html, xlsx := filepath.Join(dir, "page.html"), filepath.Join(dir, "mouvements.xlsx")
	export := filepath.Join(samples, "export-2026-03-02.csv")
	if status, stdout, stderr := call("-xlsx", xlsx, export); status != agrees || stdout+stderr != "" {
		t.Errorf("status %d, %s%s", status, stdout, stderr)
	}
	if b := read(t, dir, "mouvements.xlsx"); !bytes.HasPrefix(b, []byte("PK")) {
		t.Error("the spreadsheet is none")
	}
	if status, _, stderr := call("-html", html, "-contract", "0535875", "-list", filepath.Join(samples, "cfonb-remise-nette.txt"), export); status != differs || stderr != "" {
		t.Errorf("status %d, %s", status, stderr)
	}
	page := string(read(t, dir, "page.html"))
	for _, want := range []string{`lang="fr"`, "<svg", "polyline", "Écart courant", "peut-être PCLCB260302000001", "120,50\u00a0€"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if strings.Contains(page, "ZgotmplZ") || strings.Contains(page, "http") {
		t.Error("the page has what the template refused, or something from elsewhere")
	}
}

func TestMistakes(t *testing.T) {
	dir := demonstration(t)
	export, layout := filepath.Join(dir, "export-2026-03-02.csv"), filepath.Join(dir, "layout.json")
	cut, err := os.ReadFile(filepath.Join(samples, "cfonb-remises-brut.cfonb"))
	if err != nil {
		t.Fatal(err)
	}
	cut = cut[:len(cut)-121] // a record and its line end
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
		{"an export as the list", []string{"-list", export, export}, []string{"export-2026-03-02.csv", "format inconnu", "-layout"}},
		{"an export as the list, with a layout", []string{"-layout", layout, "-list", export, export}, []string{"export-2026-03-02.csv, ligne 1", "«\u00a0Référence\u00a0»", "layout"}},
		{"a list as the export", []string{"-list", filepath.Join(dir, "bank.csv"), filepath.Join(dir, "bank.csv")}, []string{"bank.csv, ligne 1", "«\u00a0movement\u00a0»"}},
		{"a day twice", []string{"-list", filepath.Join(dir, "bank.csv"), export, export}, []string{"02/03/2026", "une seule fois"}},
		{"an amount", list(head + "02/03/2026;R1;PAIEMENT;75.00;EUR;\n"), []string{"bank.csv, ligne 2", "«\u00a0Montant\u00a0»", "75.00"}},
		{"a third decimal", list(head + "02/03/2026;R1;PAIEMENT;75,001;EUR;\n"), []string{"ligne 2", "«\u00a0Montant\u00a0»"}},
		{"a negative payment", list(head + "02/03/2026;R1;PAIEMENT;-75,00;EUR;\n"), []string{"ligne 2", "«\u00a0Montant\u00a0»", "négatif"}},
		{"a type", list(head + "02/03/2026;R1;PAIEMENT;75,00;EUR;\n02/03/2026;R2;AUTRE;75,00;EUR;\n"), []string{"ligne 3", "«\u00a0Opération\u00a0»", "AUTRE", "ignored"}},
		{"a date", list(head + "2026-03-02;R1;PAIEMENT;75,00;EUR;\n"), []string{"ligne 2", "«\u00a0Date\u00a0»", "2026-03-02"}},
		{"no reference", list(head + "02/03/2026;;PAIEMENT;75,00;EUR;\n"), []string{"ligne 2", "«\u00a0Référence\u00a0»", "vide"}},
		{"a short line", list(head + "02/03/2026;R1;PAIEMENT;75,00;EUR;\n02/03/2026;R2\n"), []string{"ligne 3", "coupé"}},
		{"a quote that is not closed", list(head + "02/03/2026;\"R1;PAIEMENT;75,00;EUR;"), []string{"ligne 2", "guillemet"}},
		{"an empty list", list(""), []string{"bank.csv", "vide"}},
		{"a column twice", list("Date;Référence;Opération;Montant;Devise;Autorisation;Montant\n"), []string{"ligne 1", "«\u00a0Montant\u00a0»", "renommez"}},
		{"an account without -contract", []string{"-list", filepath.Join(samples, "cfonb-remises-brut.cfonb"), export}, []string{"-contract", "0535875"}},
		{"a contract that is not on the account", []string{"-contract", "0535999", "-list", filepath.Join(samples, "cfonb-remises-brut.cfonb"), export},
			[]string{"0535999", "0535875", "-contract"}},
		{"a statement that is cut off", []string{"-list", write(t, dir, "cut.cfonb", cut), export}, []string{"cut.cfonb", "coupé"}},
		{"a statement twice", []string{"-contract", "0535875", "-list", filepath.Join(samples, "mt940-remises.sta"), "-list", filepath.Join(samples, "mt940-remises.sta"), export},
			[]string{"mt940-remises.sta", "une seule fois"}},
		{"a layout that is no JSON", with("{\n\"separator\": ;\n}", "-list", export, export), []string{"own.json, ligne 2"}},
		{"a field that no layout has", with(`{"seperator": ","}`, "-list", export, export), []string{"own.json", "seperator", "layout.json"}},
		{"all that is wrong with a layout", with(`{"separator": "", "encoding": "latin", "skip": -1, "amount": "", "reference": "", "unit": "francs", "decimal": "x", "payments": []}`,
			"-list", export, export), []string{"separator", "encoding", "skip", "reference", "amount", "unit", "decimal", "payments"}},
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

// The layout that the demonstration writes is the standard, whole: who changes it sees all that there is.
func TestWrittenLayout(t *testing.T) {
	b := read(t, demonstration(t), "layout.json")
	l, err := bankfile.ParseLayout("layout.json", b)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(bankfile.Standard(), l); d != "" {
		t.Error(d)
	}
	var fields map[string]any
	if err := json.Unmarshal(b, &fields); err != nil || len(fields) != reflect.TypeFor[bankfile.Layout]().NumField() {
		t.Errorf("%d fields, %v", len(fields), err)
	}
}
