// Reconcile compares the accounting officer's export with the list that the acquirer itself gives of what it took and gave back,
// and names each difference:
//
//	go run ./examples/reconcile -list bank.csv export-2026-03-02.csv export-2026-03-03.csv
//
// An export is what payment.Service's Export or ExportJSON wrote; its hash and its totals are checked, and one that was cut off or
// edited is refused. The acquirer's list is a CSV whose columns, separator, dates and amounts a layout describes. To try it, with a bank
// that is simulated and a list that has mistakes in it:
//
//	go run ./examples/reconcile -demo "$(mktemp -d)"
//
// writes two exports, the bank's list and its layout.json into that folder, and compares them. That layout has every field; list.go says
// what each means. Then, on one's own files:
//
//	go run ./examples/reconcile -layout layout.json -list bank.csv export-2026-03-02.csv
//
// What can differ, reference by reference:
//
//	only here      the export has it and the list does not
//	only there     the list has it and the export does not: money that nobody here has heard of, or that was given back in part
//	               at the acquirer's own desk, which the journal does not have
//	other amount   another amount or currency
//	other state    a payment on one side is a refund on the other
//	twice here     one side has it once more than the other
//	twice there
//
// A payment made a second before midnight may stand on the list of the next day. Give several exports and several lists of one period; at its
// borders give the neighbouring days' with -near and -near-list: their lines serve as partners, and are not missed. With -remitted the list
// has only what was remitted, and a payment that was given back before is not missed on it.
//
// The exit status is 0 when nothing differs, 1 when something does, 2 when a file or a flag is wrong: then nothing was compared.
//
// Read in this order: compare.go, the comparison, which reads nothing; export.go and list.go, the two sides; input.go, what they share.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// files are those of a flag that may stand several times.
type files []string

func (f *files) String() string     { return strings.Join(*f, " ") }
func (f *files) Set(s string) error { *f = append(*f, s); return nil }

// task is what is to be compared.
type task struct {
	layout                         string
	exports, near, lists, nearList files
	remitted                       bool
}

// run returns the exit status.
func run(args []string, stdout, stderr io.Writer) int {
	var t task
	flags := flag.NewFlagSet("reconcile", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: reconcile [-layout FILE] -list FILE [flags] EXPORT...\n       reconcile -demo FOLDER")
		flags.PrintDefaults()
	}
	flags.Var(&t.lists, "list", "the acquirer's list, a CSV `file`; may stand several times")
	flags.StringVar(&t.layout, "layout", "", "a JSON `file` that describes the list")
	flags.Var(&t.near, "near", "an export of a neighbouring day: a `file` that may hold the other one of a pair")
	flags.Var(&t.nearList, "near-list", "a list of a neighbouring day, a `file` likewise")
	flags.BoolVar(&t.remitted, "remitted", false, "the list has only what was remitted")
	demo := flags.String("demo", "", "write an example into this `folder`, and compare it")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	t.exports = flags.Args()
	if *demo != "" {
		var err error
		if t, err = writeDemo(*demo); err != nil {
			fmt.Fprintf(stderr, "reconcile: %v\n", err)
			return 2
		}
		fmt.Fprintf(stdout, "go run ./examples/reconcile -layout %s -list %s %s\n\n", t.layout, &t.lists, &t.exports)
	}
	if len(t.lists) == 0 || len(t.exports) == 0 {
		flags.Usage()
		return 2
	}
	here, there, err := t.read()
	if err != nil {
		fmt.Fprintf(stderr, "reconcile: nothing was compared:\n%v\n", err)
		return 2
	}
	found := compare(here, there, t.remitted)
	for _, d := range found {
		fmt.Fprintln(stdout, d)
	}
	fmt.Fprintf(stdout, "%d movements here, %d there, %d differences\n", len(here), len(there), len(found))
	if len(found) > 0 {
		return 1
	}
	return 0
}

// read reads both sides.
func (t task) read() (here, there []movement, err error) {
	l := standard()
	if t.layout != "" {
		content, err := os.ReadFile(t.layout)
		if err == nil {
			l, err = readLayout(t.layout, content)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	each := func(names files, do func(name string, content []byte) error) {
		for _, name := range names {
			content, rerr := os.ReadFile(name)
			if rerr == nil {
				rerr = do(filepath.Base(name), content)
			}
			err = errors.Join(err, rerr)
		}
	}
	days := map[string]string{}
	exports := func(near bool) func(string, []byte) error {
		return func(name string, content []byte) error {
			e, err := readExport(name, content, near)
			if err != nil {
				return err
			}
			if other, twice := days[e.day]; twice {
				return &mistake{name, 0, "", fmt.Sprintf("it is of %s, as %s is: give the export of a day once", e.day, other)}
			}
			days[e.day] = name
			here = append(here, e.movements...)
			return nil
		}
	}
	lists := func(near bool) func(string, []byte) error {
		return func(name string, content []byte) error {
			m, err := readList(name, content, l, near)
			there = append(there, m...)
			return err
		}
	}
	each(t.exports, exports(false))
	each(t.near, exports(true))
	each(t.lists, lists(false))
	each(t.nearList, lists(true))
	return here, there, err
}

// String is the line of a difference: reference, verdict, and what each side has.
func (d difference) String() string {
	switch {
	case d.There == nil:
		return fmt.Sprintf("%s  %s: %v", plain(d.Here.Reference), d.Verdict, d.Here)
	case d.Here == nil:
		return fmt.Sprintf("%s  %s: %v", plain(d.There.Reference), d.Verdict, d.There)
	}
	return fmt.Sprintf("%s  %s: here %v, there %v", plain(d.Here.Reference), d.Verdict, d.Here, d.There)
}

// String names a movement for a person.
func (m *movement) String() string {
	kind := "payment"
	if m.Refund {
		kind = "refund"
	}
	s := fmt.Sprintf("a %s of %d.%02d %s", kind, m.Cents/100, m.Cents%100, plain(m.Currency))
	if m.Day != "" {
		s += " of " + m.Day
	}
	return s + " (" + m.Where + ")"
}

// plain quotes what comes from a file where it would do something to a terminal.
func plain(s string) string {
	if quoted := strconv.Quote(s); quoted != `"`+s+`"` || len(s) > 64 {
		return fmt.Sprintf("%.64q", s)
	}
	return s
}
