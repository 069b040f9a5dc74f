// Package dayexport reads what audit.Books's Export or ExportJSON wrote for a day, and checks that it is whole: its last line
// is the seal, no byte above it has changed since, and the totals are those of the lines.
//
// It reads files and not a Service, so that an accounting officer can check and compare what was kept, without the database.
package dayexport

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/quittance/quittance/examples/internal/bankfile"
)

// Kind is what a line of an export is, as audit.Books.Export documents it.
type Kind string

// The kinds of lines that are about a payment; a review is no money.
const (
	Accepted Kind = "accepted"
	Returned Kind = "returned"
	Orphan   Kind = "orphan"
	Review   Kind = "review"
)

// Kinds are all of them, in the order of the totals.
var Kinds = []Kind{Accepted, Returned, Review, Orphan}

// Movement is a line. What the export does not have is empty.
type Movement struct {
	Kind          Kind
	Instant       time.Time // when it was learned, in UTC; zero where the export lacks the column
	Reference     string
	Payment       string
	Merchant      string
	Authorisation string
	Cents         int64
	Currency      string
	Debt, Notice  string
	Day           string // in Paris
	Line          int    // in the file
}

// Total is the sum of the lines of a kind.
type Total struct {
	Kind     Kind
	Currency string
	Count    int64
	Cents    int64
}

// Export is one day's.
type Export struct {
	Name      string
	Day       string // in Paris, "2026-03-02"
	Movements []Movement
	Totals    []Total // in the order of the file
	Seal      string  // the day's, in hexadecimal
	SHA256    string  // of what stands above the last line
}

// columns are the columns that are read; an export may have more. Without a needed one it is refused.
var columns = []struct {
	name   string
	needed bool
}{
	{"movement", true}, {"instant", false}, {"reference", true}, {"payment", false}, {"merchant", false}, {"authorisation", true},
	{"cents", true}, {"currency", true}, {"debt", false}, {"notice", false}, {"day", true}, {"count", true},
	{"seal", true}, {"sha256", true},
}

// again is what to do with an export that is not whole.
const again = "Refaites l’export de ce jour et donnez le fichier tel qu’il a été écrit."

// row is a line by its columns.
type row struct {
	file  string
	line  int
	cells map[string]string
}

func (r row) wrong(column, format string, a ...any) error {
	return &bankfile.Mistake{File: r.file, Line: r.line, Column: column, What: fmt.Sprintf(format, a...) + " " + again}
}

func (r row) number(column string) (int64, error) {
	n, err := strconv.ParseInt(r.cells[column], 10, 64)
	if err != nil || n < 0 {
		return 0, r.wrong(column, "«\u00a0%s\u00a0» n’est pas un nombre entier.", bankfile.Plain(r.cells[column]))
	}
	return n, nil
}

// Read reads an export in either form. name is used in messages only. The error is a *[bankfile.Mistake].
func Read(name string, content []byte) (Export, error) {
	body, last := splitLast(content)
	rows, err := read(name, content)
	if err != nil {
		return Export{}, err
	}
	if len(rows) == 0 || rows[len(rows)-1].cells["movement"] != "seal" {
		return Export{}, row{file: name, line: last}.wrong("movement",
			"La dernière ligne n’est pas le sceau\u00a0: l’export est coupé.")
	}
	seal := rows[len(rows)-1]
	sum := sha256.Sum256(body)
	e := Export{Name: name, Day: seal.cells["day"], Seal: seal.cells["seal"], SHA256: seal.cells["sha256"]}
	if hex.EncodeToString(sum[:]) != e.SHA256 {
		return Export{}, seal.wrong("sha256", "Ce qui précède a changé depuis l’écriture du fichier (un tableur qui "+
			"l’enregistre fait cela).")
	}
	if _, err := time.Parse(time.DateOnly, e.Day); err != nil {
		return Export{}, seal.wrong("day", "«\u00a0%s\u00a0» n’est pas un jour.", bankfile.Plain(e.Day))
	}
	for _, r := range rows[:len(rows)-1] {
		if err := e.add(r); err != nil {
			return Export{}, err
		}
	}
	return e, e.check(row{file: name, line: last})
}

// add reads a line.
func (e *Export) add(r row) error {
	cents, err := r.number("cents")
	if err != nil {
		return err
	}
	if kind, ok := strings.CutPrefix(r.cells["movement"], "total_"); ok {
		count, err := r.number("count")
		e.Totals = append(e.Totals, Total{Kind(kind), r.cells["currency"], count, cents})
		return err
	}
	m := Movement{
		Kind: Kind(r.cells["movement"]), Reference: r.cells["reference"], Payment: r.cells["payment"], Merchant: r.cells["merchant"],
		Authorisation: r.cells["authorisation"], Cents: cents, Currency: r.cells["currency"], Debt: r.cells["debt"], Notice: r.cells["notice"],
		Day: r.cells["day"], Line: r.line,
	}
	known := false
	for _, k := range Kinds {
		known = known || k == m.Kind
	}
	if !known {
		return r.wrong("movement", "«\u00a0%s\u00a0» est inconnu\u00a0: utilisez un programme de la même version que l’export.",
			bankfile.Plain(string(m.Kind)))
	}
	if at := r.cells["instant"]; at != "" {
		if m.Instant, err = time.Parse(time.RFC3339Nano, at); err != nil {
			return r.wrong("instant", "«\u00a0%s\u00a0» n’est pas un instant.", bankfile.Plain(at))
		}
	}
	e.Movements = append(e.Movements, m)
	return nil
}

// check compares the totals with the lines.
func (e *Export) check(last row) error {
	type key struct {
		kind     Kind
		currency string
	}
	found := map[key]Total{}
	for _, m := range e.Movements {
		k := key{m.Kind, m.Currency}
		t := found[k]
		found[k] = Total{m.Kind, m.Currency, t.Count + 1, t.Cents + m.Cents}
	}
	for _, want := range e.Totals {
		k := key{want.Kind, want.Currency}
		got := found[k]
		if got.Count != want.Count || got.Cents != want.Cents {
			return last.wrong("", "Le total «\u00a0%s\u00a0» annonce %s %s en %d lignes, les lignes font %s en %d.",
				bankfile.Plain(string(want.Kind)),
				bankfile.Euros(want.Cents), bankfile.Plain(want.Currency), want.Count, bankfile.Euros(got.Cents), got.Count)
		}
		delete(found, k)
	}
	for k := range found {
		return last.wrong("", "Il n’y a pas de total «\u00a0%s\u00a0» en %s.", k.kind, bankfile.Plain(k.currency))
	}
	return nil
}

// splitLast returns what stands before the last line, and that line's number.
func splitLast(content []byte) (body []byte, line int) {
	body = bytes.TrimRight(content, "\r\n")
	body = body[:bytes.LastIndexByte(body, '\n')+1]
	return body, bytes.Count(body, []byte("\n")) + 1
}

// read reads either form: JSON Lines begin with an object, the other is a CSV.
func read(name string, content []byte) ([]row, error) {
	if bytes.HasPrefix(content, []byte("{")) {
		return readJSON(name, content)
	}
	return readCSV(name, content)
}

func readCSV(name string, content []byte) (out []row, err error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(content, []byte("\ufeff"))))
	r.Comma = ';'
	names, err := r.Read()
	if err != nil {
		return nil, row{file: name, line: 1}.wrong("", "Il n’y a pas de ligne avec les noms des colonnes.")
	}
	index := map[string]int{}
	for i, n := range names {
		index[strings.TrimSpace(n)] = i
	}
	for _, c := range columns {
		if _, ok := index[c.name]; !ok && c.needed {
			return nil, row{file: name, line: 1}.wrong(c.name, "Cette colonne manque\u00a0: ce n’est pas un export du jour.")
		}
	}
	for {
		cells, err := r.Read()
		if err == io.EOF {
			return out, nil
		}
		if bad := (*csv.ParseError)(nil); errors.As(err, &bad) {
			return nil, row{file: name, line: bad.Line}.wrong("", "La ligne n’est pas comme l’export l’écrit (%v).", bad.Err)
		} else if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		read := row{name, line, make(map[string]string, len(columns))}
		for _, c := range columns {
			if i, ok := index[c.name]; ok { // an apostrophe keeps a spreadsheet from taking a cell for a formula
				read.cells[c.name] = strings.TrimPrefix(strings.TrimSpace(cells[i]), "'")
			}
		}
		out = append(out, read)
	}
}

func readJSON(name string, content []byte) (out []row, err error) {
	n := 0
	for line := range bytes.Lines(content) {
		n++
		d := json.NewDecoder(bytes.NewReader(line))
		d.UseNumber()
		var object map[string]any
		if err := d.Decode(&object); err != nil {
			return nil, row{file: name, line: n}.wrong("", "La ligne n’est pas un objet JSON\u00a0: l’export est coupé ou modifié.")
		}
		read := row{name, n, make(map[string]string, len(columns))}
		for _, c := range columns {
			if v, ok := object[c.name]; ok {
				read.cells[c.name] = fmt.Sprint(v)
			}
		}
		out = append(out, read)
	}
	return out, nil
}
