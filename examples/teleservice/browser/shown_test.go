//go:build !race

package browser_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/quittance/quittance/creance"
	"github.com/shopspring/decimal"

	"github.com/quittance/quittance/examples/teleservice/internal/app"
	"github.com/quittance/quittance/examples/teleservice/internal/apptest"
)

// Where each line of the source (docs/source.md) is shown in a browser: the test that sees it, which names the line. What no browser can
// show has no test, and says why.
var shown80 = []struct{ lines, test, why string }{
	{"S1 S6 S8 S10 S11 S54 S56", "TestAroundTheService", ""},
	{"S2 S79 S80", "TestAcknowledgement", ""},
	{"S3", "", "noise of the scan"},
	{"S4 S5 S17 S18 S19 S20 S22 S77", "TestWay", ""},
	{"S7 S9 S12 S13 S14 S15 S16", "TestPeople", ""},
	{"S21", "", "the footer of the deck's template"},
	{"S23", "", "a trade mark: the payment page names no provider"},
	{"S24 S26 S27 S28 S29 S30 S31 S32 S33 S34 S35 S36 S37 S38 S40 S41 S42 S43 S44 S45 S46 S47 S49 S50 S51 S52 S53 S55", "TestCaseOne", ""},
	{"S25", "TestTwentyEuros", ""},
	{"S39 S48 S62 S71 S76 S78", "TestStoryOfASuccess", ""},
	{"S57 S58 S60 S61", "TestCaseTwo", ""},
	{"S59", "TestOwnWords", ""},
	{"S63 S64 S65 S66 S67 S68 S69 S70 S72 S73 S74 S75", "TestAcknowledgement", ""},
}

// Each of the eighty lines stands in the table once, and the test that it names names the line.
func TestEveryLineIsShown(t *testing.T) {
	t.Parallel()
	tests := map[string]string{} // with the comment above them
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(set, name, text, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				from := f.Pos()
				if f.Doc != nil {
					from = f.Doc.Pos()
				}
				end := set.Position(f.End()).Offset
				if i := strings.IndexByte(string(text[end:]), '\n'); i > 0 {
					end += i
				}
				tests[f.Name.Name] = string(text[set.Position(from).Offset:end])
			}
		}
	}
	seen := map[string]bool{}
	for _, row := range shown80 {
		if row.test == "" && row.why == "" || row.test != "" && tests[row.test] == "" {
			t.Errorf("%s: there is no test %q, and no reason", row.lines, row.test)
		}
		for _, line := range strings.Fields(row.lines) {
			if seen[line] {
				t.Errorf("%s stands twice", line)
			}
			seen[line] = true
			if row.test != "" && !names(tests[row.test], line) {
				t.Errorf("%s does not name %s", row.test, line)
			}
		}
	}
	for n := range 80 {
		if line := "S" + strconv.Itoa(n+1); !seen[line] {
			t.Errorf("%s is shown nowhere", line)
		}
	}
}

var lineOf = regexp.MustCompile(`S(\d+)(?: to S(\d+))?`)

// names reports whether a text names a line: « S41 », or within « S38 to S56 ».
func names(text, line string) bool {
	n, _ := strconv.Atoi(line[1:])
	return slices.ContainsFunc(lineOf.FindAllStringSubmatch(text, -1), func(m []string) bool {
		from, _ := strconv.Atoi(m[1])
		to, err := strconv.Atoi(m[2])
		if err != nil {
			to = from
		}
		return from <= n && n <= to
	})
}

// What stands around the service in the account of an insured person, and who may pay.
func TestAroundTheService(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, nil)
	b := s.person().signsIn("assure-1").reads("Mon compte assuré")                                                                        // S1
	b.reads("attestation de droits", "attestation de paiements d’indemnités journalières", "carte européenne d’assurance maladie (CEAM)") // S54
	b.reads("prise de rendez-vous", "Voir toutes les démarches")                                                                          // S56
	b.goes("/paiements").reads("l’Assurance Maladie")                                                                                     // S6
	b.goes("/demarches/creances").reads("vos participations forfaitaires et vos franchises", "compris entre 50,00 € et 150,00 €")         // S8
	b.reads("Vous avez reçu un avis de somme à payer, dans votre compte ou par courrier.")                                                // S10
	b.reads("reçu dans votre compte")                                                                                                     // S11
}

// The source's own amount, 20,00 €, is below the least of S9: in an environment for tests a policy of its own lets it through (S25).
func TestTwentyEuros(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for name, content := range map[string]string{
		"people.json": `[{"id": "assure-1", "name": "PIERRE BELAGE", "born": "1983-02-25", "account": true, "case": "20,00 €"}]`,
		"debts.json": `[{"id": "creance-101", "debtor": "assure-1", "items": [{"kind": "franchise", "year": 2016, "amount": "20.00"}],
			"notice": {"number": "ASP-2017-0101", "channel": "electronic", "issued_on": "2025-09-01"}}]`,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := serve(t, apptest.Morning, func(c *app.Config) {
		c.People, c.Policies = folder, slices.Clone(creance.Ameli())
		for i := range c.Policies {
			c.Policies[i].Min = decimal.NewFromInt(20)
		}
	})
	b := s.person().signsIn("assure-1").begins("creance-101").says(".amount", "Montant de la transaction\u00a0: 20,00\u00a0€") // S25
	b.pays(goodCard).atKiosk("Votre paiement a été accepté.").returns().reads("20,00 €")
}

// The banner's words are an example: a fund puts its own in their place (S59).
func TestOwnWords(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning, func(c *app.Config) {
		c.Edition = []fs.FS{fstest.MapFS{"fr/failed.txt": {Data: []byte(`---
id: failed
edition: caisse
language: fr
valid-from: 2020-01-01
sources: S59
---
La banque n’a pas dit oui

Rien n’a été pris. Appelez-nous si vous voulez.
`)}}}
	})
	b := s.person().signsIn("assure-1").begins("creance-101").pays(refusedCard).atKiosk("refusé").returns()
	b.says("#bandeau h2", "La banque n’a pas dit oui").titled("La banque n’a pas dit oui").lacks("Votre transaction de paiement a échoué.") // S59
}
