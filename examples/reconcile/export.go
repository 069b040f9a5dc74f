package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// export is one day's export of payment.Service, in either form.
type export struct {
	day       string
	movements []movement
}

// Lines of an export that are money, and whether it went back. "review" is none.
var money = map[string]bool{"accepted": false, "orphan": false, "returned": true}

// exportColumns are those that are read; the export may have more.
var exportColumns = []string{"movement", "reference", "authorisation", "cents", "currency", "day", "count", "seal", "sha256"}

// again is what to do with an export that is not whole.
const again = "export the day again, and give the file as it was written"

// readExport reads an export, and checks it: that its last line is the seal, that no byte before it has changed since, and
// that the totals are those of its lines.
func readExport(file string, content []byte, near bool) (export, error) {
	body, last := splitLast(content)
	t, err := exportTable(file, content)
	if err != nil {
		return export{}, err
	}
	if len(t.rows) == 0 || t.rows[len(t.rows)-1].cell("movement") != "seal" {
		return export{}, &mistake{file, last, "movement", "the last line is not the seal: the export is cut off; " + again}
	}
	seal := t.rows[len(t.rows)-1]
	sum := sha256.Sum256(body)
	if got := hex.EncodeToString(sum[:]); got != seal.cell("sha256") {
		return export{}, seal.wrong("sha256", "what stands above it has changed since it was written (a spreadsheet that saves it does that); %s", again)
	}
	e := export{day: seal.cell("day")}
	type total struct{ count, cents int64 }
	found, totals := map[string]total{}, map[string]total{}
	for _, r := range t.rows[:len(t.rows)-1] {
		cents, err := r.number("cents")
		if err != nil {
			return export{}, err
		}
		if kind, ok := strings.CutPrefix(r.cell("movement"), "total_"); ok {
			count, err := r.number("count")
			if err != nil {
				return export{}, err
			}
			totals[kind+" "+r.cell("currency")] = total{count, cents}
			continue
		}
		kind := r.cell("movement")
		key := kind + " " + r.cell("currency")
		found[key] = total{found[key].count + 1, found[key].cents + cents}
		if refund, ok := money[kind]; ok {
			e.movements = append(e.movements, movement{
				Reference: r.cell("reference"), Refund: refund, Cents: cents, Currency: r.cell("currency"),
				Authorisation: r.cell("authorisation"), Day: r.cell("day"), Where: r.where(), Near: near,
			})
		} else if kind != "review" {
			return export{}, r.wrong("movement", "%.40q is no movement that this program knows: use one of the same release as the export", kind)
		}
	}
	for key, want := range totals {
		if found[key] != want {
			return export{}, &mistake{file, last, "", fmt.Sprintf("the total of %s is %d in %d lines, the lines have %d in %d; %s",
				key, want.cents, want.count, found[key].cents, found[key].count, again)}
		}
		delete(found, key)
	}
	for key := range found {
		return export{}, &mistake{file, last, "", fmt.Sprintf("there is no total of %s; %s", key, again)}
	}
	return e, nil
}

func (r row) number(column string) (int64, error) {
	n, err := strconv.ParseInt(r.cell(column), 10, 64)
	if err != nil || n < 0 {
		return 0, r.wrong(column, "%.40q is no whole number; %s", r.cell(column), again)
	}
	return n, nil
}

// splitLast returns what stands before the last line, and that line's number.
func splitLast(content []byte) (body []byte, line int) {
	body = bytes.TrimRight(content, "\r\n")
	body = body[:bytes.LastIndexByte(body, '\n')+1]
	return body, bytes.Count(body, []byte("\n")) + 1
}

// exportTable reads either form: JSON Lines begin with an object, the other is a CSV.
func exportTable(file string, content []byte) (*table, error) {
	if !bytes.HasPrefix(content, []byte("{")) {
		t, err := readTable(file, content, ';', 0, exportColumns...)
		if err != nil {
			return nil, err
		}
		for _, r := range t.rows {
			for i := range r.cells { // what keeps a spreadsheet from taking a cell for a formula
				r.cells[i] = strings.TrimPrefix(r.cells[i], "'")
			}
		}
		return t, nil
	}
	t := &table{file: file, index: map[string]int{}}
	for i, name := range exportColumns {
		t.index[name] = i
	}
	n := 0
	for line := range bytes.Lines(content) {
		n++
		d := json.NewDecoder(bytes.NewReader(line))
		d.UseNumber()
		var object map[string]any
		if err := d.Decode(&object); err != nil {
			return nil, &mistake{file, n, "", "it is no JSON object: the export is cut off or changed; " + again}
		}
		r := row{t, n, make([]string, len(exportColumns))}
		for i, name := range exportColumns {
			if v, ok := object[name]; ok {
				r.cells[i] = fmt.Sprint(v)
			}
		}
		t.rows = append(t.rows, r)
	}
	return t, nil
}
