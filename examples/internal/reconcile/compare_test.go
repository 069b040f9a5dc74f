package reconcile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quittance/quittance/examples/internal/dayexport"
)

// samples are bankfile's: the bank's files, three exports, and what comparisons must say.
var samples = filepath.Join("..", "bankfile", "testdata")

func export(t testing.TB, name string) dayexport.Export {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(samples, name))
	if err != nil {
		t.Fatal(err)
	}
	e, err := dayexport.Read(name, content)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func list(t testing.TB, name string, o Options) *List {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(samples, name))
	if err != nil {
		t.Fatal(err)
	}
	return listOf(t, name, content, o)
}

func listOf(t testing.TB, name string, content []byte, o Options) *List {
	t.Helper()
	l, err := ReadList(name, bytes.NewReader(content), nil, o, false)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// comparison is one of expected-comparisons.json.
type comparison struct {
	Exports, Lists []string
	Level          string
	Contract       string
	Differences    *int
	Ledger         map[string]int64
	Verdict        string
}

func (c comparison) report(t *testing.T) *Report {
	t.Helper()
	o := Options{Contract: c.Contract}
	var exports []dayexport.Export
	for _, name := range c.Exports {
		exports = append(exports, export(t, name))
	}
	var lists []*List
	for _, name := range c.Lists {
		lists = append(lists, list(t, name, o))
	}
	r, err := Compare(exports, nil, lists, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *Report) text(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// What each of the twelve comparisons must say, beside its sums and its number of differences.
var saying = []struct {
	verdict LedgerVerdict // of sums
	words   []string
	not     []string
}{
	{"", []string{"Tout concorde."}, nil},
	{"", []string{"Tout concorde."}, nil},
	{"", []string{"PCLCB260302000003  seulement chez vous", "PCLCB260303000001  seulement chez vous\u00a0: paiement"}, []string{"remboursement de 50,00"}},
	{"", []string{"PCLCB260302000002  seulement là-bas\u00a0: remboursement de 25,00\u00a0€"}, []string{"seulement chez vous"}},
	{"", []string{"PCLCB260302000001  impayé de 75,00\u00a0€ du 20/04/2026", "compte comme accepté"}, nil},
	{AgreesInTotal, []string{"Le total concorde.", "137,00\u00a0€ du 03/03/2026 = 2\u00a0paiements du 02/03/2026"}, nil},
	{AgreesInTotal, []string{"Le total concorde."}, nil},
	{AgreesUnderWay, []string{"1\u00a0remboursement, 50,00\u00a0€, n’est pas encore sur le compte"}, nil},
	{"", []string{"PCLCB260302000003  seulement chez vous", "PCLCB260303000001  seulement chez vous"}, []string{"deux fois"}},
	{"", []string{"PCLCB260302000003  seulement chez vous", "PCLCB260303000001  seulement chez vous", "avis camt.054"}, []string{"deux fois"}},
	{ToLookAt, []string{"1\u00a0paiement, 120,50\u00a0€, n’est pas encore sur le compte", "(PCLCB260302000003)", "Impayé de 75,00\u00a0€ du 22/04/2026\u00a0: peut-être PCLCB260302000001", "indice"}, nil},
	{MoreAtTheBank, []string{"1\u202f000,00\u00a0€ de plus à la banque que chez vous."}, nil},
}

func TestComparisons(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(samples, "expected-comparisons.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all []comparison
	if err := json.Unmarshal(content, &all); err != nil || len(all) != len(saying) {
		t.Fatalf("%d comparisons, %v", len(all), err)
	}
	for i, c := range all {
		t.Run(fmt.Sprintf("%d %s", i+1, strings.Join(c.Lists, " ")), func(t *testing.T) {
			r, want := c.report(t), saying[i]
			if c.Differences != nil && r.Differences() != *c.Differences {
				t.Errorf("%d differences, want %d", r.Differences(), *c.Differences)
			}
			if byTransaction := r.Ledger == nil; byTransaction != strings.HasPrefix(c.Level, "T") {
				t.Errorf("by transaction: %t, want level %s", byTransaction, c.Level)
			}
			if r.Ledger != nil {
				if r.Ledger.Level != c.Level || r.Ledger.Verdict != want.verdict {
					t.Errorf("level %s, %s; want %s, %s", r.Ledger.Level, r.Ledger.Verdict, c.Level, want.verdict)
				}
				sums := map[string]int64{
					"accepted": r.Ledger.Accepted, "returned": r.Ledger.Returned, "bank_in": r.Ledger.BankIn, "bank_in_gross": r.Ledger.BankIn,
					"bank_in_net": r.Ledger.BankInNet, "bank_out": r.Ledger.BankOut, "commission": r.Ledger.Commission,
					"chargeback": r.Ledger.Chargeback, "fee": r.Ledger.Fee, "running_end": r.Ledger.RunningEnd,
				}
				for name, cents := range c.Ledger {
					if got, known := sums[name]; !known || got != cents {
						t.Errorf("%s is %d, want %d", name, got, cents)
					}
				}
			}
			text := r.text(t)
			for _, w := range want.words {
				if !strings.Contains(text, w) {
					t.Errorf("it does not say %q", w)
				}
			}
			for _, w := range want.not {
				if strings.Contains(text, w) {
					t.Errorf("it says %q", w)
				}
			}
			if agrees := strings.Contains(text, "Tout concorde"); agrees != r.Agrees {
				t.Errorf("agrees: %t, and says so: %t", r.Agrees, agrees)
			}
			if t.Failed() || testing.Verbose() {
				t.Log("\n" + text)
			}
		})
	}
}
