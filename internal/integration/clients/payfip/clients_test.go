//go:build !race

package payfip

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/payfip/payfiptest"
	"github.com/quittance/quittance/internal/integration/rig/dialogue"
	"github.com/quittance/quittance/internal/integration/rig/figure"
)

// patience ends a program that hangs.
const patience = 2 * time.Minute

// A foreign is a SOAP client in another process that answers one line for each.
type foreign struct {
	t     *testing.T
	in    io.Writer
	lines *bufio.Scanner
}

// An answer is a line of it.
type answer struct {
	Members map[string]any
	Fault   *struct{ Element, Code, Libelle, String string }
	Failed  string
}

func run(t *testing.T, folder string, command ...string) *foreign {
	t.Helper()
	in, out := dialogue.Start(t, patience, command, func(c *exec.Cmd) {
		c.Dir, c.Env = folder, append(os.Environ(), "no_proxy=127.0.0.1", "NO_PROXY=127.0.0.1")
	})
	return &foreign{t, in, bufio.NewScanner(out)}
}

func (f *foreign) call(op string, members map[string]string) answer {
	f.t.Helper()
	line, err := json.Marshal(map[string]any{"op": op, "members": members})
	if err != nil {
		f.t.Fatal(err)
	}
	if _, err := fmt.Fprintf(f.in, "%s\n", line); err != nil {
		f.t.Fatal(err)
	}
	if !f.lines.Scan() {
		f.t.Fatalf("%s: no answer: %v", op, f.lines.Err())
	}
	var a answer
	if err := json.Unmarshal(f.lines.Bytes(), &a); err != nil {
		f.t.Fatalf("%s: %q: %v", op, f.lines.Text(), err)
	}
	return a
}

// code is the code of a fault, or what came in place of one.
func (a answer) code() string {
	if a.Fault != nil {
		return a.Fault.Code
	}
	return fmt.Sprint(a.Members, a.Failed)
}

// clients are the programs; each is skipped, by name, where it is missing.
var clients = map[string]func(t *testing.T, wsdl string) *foreign{
	"PHP SoapClient": func(t *testing.T, wsdl string) *foreign {
		php, err := exec.LookPath("php")
		if err != nil {
			t.Skip("php is not installed")
		}
		if out, err := exec.Command(php, "-m").Output(); err != nil || !strings.Contains("\n"+string(out), "\nsoap\n") {
			t.Skip("PHP's soap extension is not installed (Debian: php-soap)")
		}
		return run(t, ".", php, "client.php", wsdl)
	},
	"zeep": func(t *testing.T, wsdl string) *foreign {
		const python = "/usr/bin/python3" // Debian's own: others do not have its packages
		if err := exec.Command(python, "-c", "import zeep, zeep.helpers").Run(); err != nil {
			t.Skip("zeep is not installed (Debian: python3-zeep)")
		}
		return run(t, ".", python, "client.py", wsdl)
	},
	"npm soap": func(t *testing.T, wsdl string) *foreign {
		return run(t, nodeModules(t), "node", "client.js", wsdl)
	},
}

// nodeModules installs the packages of the lock file into a folder of the test's own, without running their scripts.
func nodeModules(t *testing.T) string {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not installed")
		}
	}
	folder := t.TempDir()
	for _, name := range []string{"package.json", "package-lock.json", "client.js"} {
		b, err := os.ReadFile(filepath.Join("node", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	cmd.Dir = folder
	if out, err := cmd.CombinedOutput(); err != nil {
		if os.Getenv("CI") == "" {
			t.Skipf("npm ci failed, is there a registry? %v\n%.600s", err, out)
		}
		t.Fatalf("npm ci: %v\n%.600s", err, out)
	}
	return folder
}

// What a client does not do, each a surprise of its own (findings/zeep-fault-default-namespace.sh).
var (
	refusesUnknownMembers    = map[string]bool{"zeep": true} // where it is strict, as it is by default
	losesFaultsWithoutPrefix = map[string]bool{"zeep": true}
)

func order(changes ...string) map[string]string {
	m := map[string]string{
		"exer": "2026", "mel": "usager@example.org", "montant": "7550", "numcli": payfiptest.Numcli, "objet": "Cantine novembre",
		"refdet": "PCLCB262540000004", "saisie": "T", "urlnotif": "http://127.0.0.1:1/notify", "urlredirect": "http://127.0.0.1:1/return?a=1&b=2",
	}
	for i := 0; i < len(changes); i += 2 {
		m[changes[i]] = changes[i+1]
	}
	return m
}

// One payment from beginning to end, in every form of answer, and the errors on the way.
func TestClients(t *testing.T) {
	figure.Long(t)
	for name, start := range clients {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := payfiptest.NewServer(payfiptest.Options{Now: func() time.Time { return time.Date(2026, 11, 28, 10, 5, 0, 0, time.UTC) }})
			defer s.Close()
			f := start(t, s.WSDLURL())
			for _, h := range []payfiptest.Habits{
				{}, {Dialect: payfiptest.OtherPrefixes}, {Dialect: payfiptest.DefaultNamespace, Nil: true}, {Pretty: true, TimeBased: true},
				{UnknownMember: true}, {Stack: true}, {Dialect: payfiptest.Qualified},
			} {
				if h.UnknownMember && refusesUnknownMembers[name] {
					continue
				}
				if err := s.Change(func(old *payfiptest.Habits) { *old = h }); err != nil {
					t.Fatal(err)
				}
				known := f.call("recupererDetailClient", map[string]string{"numCli": payfiptest.Numcli})
				if known.Members["libelleN1"] != "VILLE D'ESSAI" || known.Members["libelleN2"] != "RÉGIE DE RECETTES" || known.Members["numcli"] != payfiptest.Numcli {
					t.Fatalf("%+v: %+v", h, known)
				}
				made := f.call("creerPaiementSecurise", order())
				idOp, _ := made.Members["idOp"].(string)
				if len(idOp) != 36 {
					t.Fatalf("%+v: %+v", h, made)
				}
				if got := f.call("recupererDetailPaiementSecurise", map[string]string{"idOp": idOp}); !(h.Dialect == payfiptest.DefaultNamespace && losesFaultsWithoutPrefix[name]) &&
					(got.code() != "P5" || got.Fault.Element != "FonctionnelleErreur" || got.Fault.Libelle == "") {
					t.Errorf("%+v: before the payment: %+v", h, got)
				}
				if _, err := s.VisitID(idOp, payfiptest.Payer{Abandon: true}); !errors.Is(err, payfiptest.ErrNoReturn) {
					t.Fatal(err)
				}
				got := f.call("recupererDetailPaiementSecurise", map[string]string{"idOp": idOp})
				if got.Members["numauto"] == nil {
					t.Errorf("%+v: no numauto in %+v", h, got)
				}
				delete(got.Members, "numauto")
				delete(got.Members, "typepaiement")
				want := map[string]any{
					"dattrans": "28112026", "exer": "2026", "heurtrans": "1105", "idOp": idOp, "mel": "usager@example.org", "montant": "7550",
					"numcli": payfiptest.Numcli, "objet": "Cantine novembre", "refdet": "PCLCB262540000004", "resultrans": "P", "saisie": "T",
				}
				if diff := cmp.Diff(want, got.Members); diff != "" {
					t.Errorf("%+v (-want +got):\n%s", h, diff)
				}
			}
			for _, c := range []struct {
				op      string
				members map[string]string
				code    string
			}{
				{"creerPaiementSecurise", order("refdet", "ABCD"), "R3"},
				{"creerPaiementSecurise", order("mel", "nobody", "montant", "1"), "A2"},
				{"creerPaiementSecurise", order("numcli", "6270"), "T1"},
				{"creerPaiementSecurise", order("saisie", "P"), "S1"},
				{"recupererDetailPaiementSecurise", map[string]string{"idOp": "e9cc332f-6316-4141-8b48-0b91420022f0"}, "P1"},
				{"recupererDetailClient", map[string]string{"numCli": "999999"}, "T2"},
			} {
				if got := f.call(c.op, c.members); got.code() != c.code {
					t.Errorf("%s: %+v, expected %s", c.op, got, c.code)
				}
			}
			if err := s.Answer(acquirer.OpBegin, payfiptest.Refusal{Element: "TechIndisponibiliteErreur", Code: "998", Libelle: "Fermé"}); err != nil {
				t.Fatal(err)
			}
			if got := f.call("creerPaiementSecurise", order()); got.Fault == nil || got.Fault.Element != "TechIndisponibiliteErreur" || got.Fault.Libelle != "Fermé" {
				t.Errorf("closed: %+v", got)
			}
			if n := s.IgnoredMembers(); len(n) != 0 {
				t.Errorf("members of the description are unknown to the platform: %v", n)
			}
		})
	}
}
