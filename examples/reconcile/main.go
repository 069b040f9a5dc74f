// Reconcile compares the accounting officer's exports with what the gateway, the acquirer and the bank send:
//
//	go run ./examples/reconcile -list journal.csv export-2026-03-02.csv export-2026-03-03.csv
//	go run ./examples/reconcile -list relevé.cfonb -contract 0535875 export-2026-03-*.csv
//
// An export is what audit.Books's Export or ExportJSON wrote; its hash and its totals are checked, and one that was cut off or
// edited is refused. The program needs no service and no database, only files.
//
// A list is a file as it was received. What it is, is found by its content: journals of Sips and of the Lyra platforms, PayFiP's
// report, CFONB 120, camt.053 and camt.054, MT940, and the CSV files that French banks let people download (see package
// bankfile). Another CSV is described by a layout:
//
//	go run ./examples/reconcile -demo "$(mktemp -d)"
//
// writes two exports, the list of a bank that is simulated, with mistakes in it, and its layout.json into that folder, and
// compares them. Then, on one's own files:
//
//	go run ./examples/reconcile -layout layout.json -list bank.csv export-2026-03-02.csv
//
// What is found depends on the list. One that names transactions is compared reference by reference:
//
//	only here      the export has it and the list does not
//	only there     the list has it and the export does not: money that nobody here has heard of, or that was given back in part
//	               at the acquirer's own desk, which the journal does not have
//	other amount   another amount or currency
//	other state    a payment on one side is a refund on the other
//	twice here     one side has it once more than the other
//	twice there
//	charged back   the bank took it back, and here it counts as accepted
//
// Of an account only sums can be compared, and -contract says which lines are ours: the contract's number, or another text of their
// labels. It then prints a ledger by day, and says « le total concorde », never that a payment is there. Give a journal of
// reconciliation and the account together, and each remittance is compared by its number, to the cent.
//
// A payment made a second before midnight may stand on the list of the next day. Give several exports and several lists of one
// period; at its borders give the neighbouring days' with -near and -near-list: their lines serve as partners, and are not
// missed. With -remitted a list with a layout has only what was remitted, and a payment that was given back before is not missed
// on it.
//
// The output is French, for the officer; -json writes the same for programs, -html a page with the ledger and a chart. With -xlsx
// the exports are written as a spreadsheet, whose cells are texts and numbers as they should be; then no list is needed.
//
// The exit status is 0 when nothing differs, 1 when something does, 2 when a file or a flag is wrong: then nothing was compared.
// Sums that agree but for what was under way at the borders do not differ; what should have arrived while the account goes on does.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/quittance/quittance/examples/internal/bankfile"
	"github.com/quittance/quittance/examples/internal/dayexport"
	"github.com/quittance/quittance/examples/internal/reconcile"
	"github.com/quittance/quittance/examples/internal/workbook"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// Exit statuses.
const (
	agrees  = 0
	differs = 1
	wrong   = 2
)

// files is a flag that may be given several times.
type files []string

func (f *files) String() string     { return strings.Join(*f, " ") }
func (f *files) Set(s string) error { *f = append(*f, s); return nil }

// task holds the flags of one run.
type task struct {
	layout                         string
	exports, near, lists, nearList files
	options                        reconcile.Options
	json                           bool
	html, xlsx                     string
}

// run returns the exit status.
func run(args []string, stdout, stderr io.Writer) int {
	var t task
	flags := flag.NewFlagSet("reconcile", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage\u00a0: reconcile -list FICHIER [-list FICHIER …] [-contract TEXTE] [options] EXPORT…\n"+
			"        reconcile -xlsx FICHIER EXPORT…\n        reconcile -demo DOSSIER")
		flags.PrintDefaults()
	}
	flags.Var(&t.lists, "list", "un `fichier` de la banque ou du prestataire, tel que reçu\u202f; l’option peut se répéter")
	flags.StringVar(&t.options.Contract, "contract", "", "le `texte` qui, sur un relevé de compte, dit quelles lignes sont "+
		"à vous\u00a0: le numéro de contrat monétique")
	flags.StringVar(&t.layout, "layout", "", "un `fichier` JSON qui décrit un CSV inconnu")
	flags.Var(&t.near, "near", "l’export d’un jour voisin\u00a0: un `fichier` qui peut avoir l’autre moitié d’une paire")
	flags.Var(&t.nearList, "near-list", "une liste d’un jour voisin, un `fichier` de même")
	flags.BoolVar(&t.options.Remitted, "remitted", false, "la liste décrite par un layout n’a que ce qui a été remis")
	flags.BoolVar(&t.json, "json", false, "écrire le résultat en JSON")
	flags.StringVar(&t.html, "html", "", "écrire aussi une page avec le grand livre et un graphique dans ce `fichier`")
	flags.StringVar(&t.xlsx, "xlsx", "", "écrire les exports comme classeur dans ce `fichier`, pour les ouvrir sans rien abîmer")
	demo := flags.String("demo", "", "écrire un exemple dans ce `dossier`, et le comparer")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return agrees
	case err != nil:
		return wrong
	}
	t.exports = flags.Args()
	if *demo != "" {
		own, err := writeDemo(*demo)
		if err != nil {
			fmt.Fprintf(stderr, "reconcile\u00a0: %v\n", err)
			return wrong
		}
		t.layout, t.lists, t.exports = own.layout, own.lists, own.exports
		fmt.Fprintf(stdout, "go run ./examples/reconcile -layout %s -list %s %s\n\n", t.layout, &t.lists, &t.exports)
	}
	if len(t.exports) == 0 || len(t.lists) == 0 && t.xlsx == "" {
		flags.Usage()
		return wrong
	}
	status, err := t.do(stdout)
	if err != nil {
		fmt.Fprintf(stderr, "reconcile\u00a0: rien n’a été comparé\u00a0:\n%v\n", err)
		for _, h := range hints {
			if errors.Is(err, h.is) {
				fmt.Fprintln(stderr, h.text)
			}
		}
		return wrong
	}
	return status
}

// hints are the flags that help after an error.
var hints = []struct {
	is   error
	text string
}{
	{bankfile.ErrFormat, "Pour un autre CSV, décrivez-le par un fichier -layout\u00a0: l’option -demo en écrit un exemple."},
	{reconcile.ErrContract, "Le numéro de contrat se donne par l’option -contract."},
}

// do reads, compares and writes.
func (t task) do(stdout io.Writer) (status int, err error) {
	exports, err := readExports(t.exports)
	near, nerr := readExports(t.near)
	lists, lerr := t.readLists()
	if err := errors.Join(err, nerr, lerr); err != nil {
		return wrong, err
	}
	if t.xlsx != "" {
		if err := writeFile(t.xlsx, func(w io.Writer) error { return workbook.Write(w, exports) }); err != nil {
			return wrong, err
		}
	}
	if len(lists) == 0 {
		return agrees, nil
	}
	report, err := reconcile.Compare(exports, near, lists, t.options)
	if err != nil {
		return wrong, err
	}
	if t.html != "" {
		if err := writeFile(t.html, report.WritePage); err != nil {
			return wrong, err
		}
	}
	if t.json {
		e := json.NewEncoder(stdout)
		e.SetIndent("", "\t")
		err = e.Encode(report)
	} else {
		err = report.WriteText(stdout)
	}
	if err != nil {
		return wrong, err
	}
	if !report.Agrees {
		return differs, nil
	}
	return agrees, nil
}

// writeFile writes a file whole: what cannot be written leaves none.
func writeFile(name string, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	return os.WriteFile(name, b.Bytes(), 0o644)
}

func readExports(names files) (out []dayexport.Export, err error) {
	for _, name := range names {
		content, rerr := os.ReadFile(name)
		if rerr == nil {
			var e dayexport.Export
			e, rerr = dayexport.Read(filepath.Base(name), content)
			out = append(out, e)
		}
		err = errors.Join(err, rerr)
	}
	return out, err
}

func (t task) readLists() (out []*reconcile.List, err error) {
	var layout *bankfile.Layout
	if t.layout != "" {
		content, err := os.ReadFile(t.layout)
		if err != nil {
			return nil, err
		}
		l, err := bankfile.ParseLayout(filepath.Base(t.layout), content)
		if err != nil {
			return nil, err
		}
		layout = &l
	}
	for _, side := range []struct {
		names files
		near  bool
	}{{t.lists, false}, {t.nearList, true}} {
		for _, name := range side.names {
			l, lerr := readList(name, layout, t.options, side.near)
			out, err = append(out, l), errors.Join(err, lerr)
		}
	}
	return out, err
}

func readList(name string, layout *bankfile.Layout, o reconcile.Options, near bool) (*reconcile.List, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return reconcile.ReadList(filepath.Base(name), f, layout, o, near)
}
