package payment_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// exported is a day's export, in both forms.
type exported struct {
	csv, json string
	seal      [32]byte
}

func (w *world) export(day string) exported {
	w.Helper()
	var c, j bytes.Buffer
	seal, err := w.Export(w.ctx, day, &c)
	w.must("Export", err)
	other, err := w.ExportJSON(w.ctx, day, &j)
	w.must("ExportJSON", err)
	if seal != other {
		w.Errorf("two seals for one day: %x and %x", seal, other)
	}
	return exported{c.String(), j.String(), seal}
}

// rows are the lines of the CSV by column, without the header.
func (e exported) rows(t *testing.T) (out []map[string]string) {
	t.Helper()
	text, ok := strings.CutPrefix(e.csv, "\ufeff")
	if !ok {
		t.Error("there is no byte order mark: Excel would take the file for Windows-1252")
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = ';' // and every line has as many cells as the first
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = cells[i]
		}
		out = append(out, row)
	}
	return out
}

// lines are some cells of each line.
func (e exported) lines(t *testing.T, columns ...string) (out []string) {
	t.Helper()
	for _, row := range e.rows(t) {
		if strings.HasPrefix(row["movement"], "total_") || row["movement"] == "seal" {
			continue
		}
		var cells []string
		for _, c := range columns {
			cells = append(cells, row[c])
		}
		out = append(out, strings.Join(cells, " "))
	}
	return out
}

// replaceRandom replaces what is drawn.
func replaceRandom(s string) string {
	ids := map[string]string{}
	s = regexp.MustCompile(`\b[a-z2-7]{26}\b`).ReplaceAllStringFunc(s, func(id string) string {
		if ids[id] == "" {
			ids[id] = fmt.Sprintf("(payment %d)", len(ids)+1)
		}
		return ids[id]
	})
	s = regexp.MustCompile(`\b[0-9a-f]{64}\b`).ReplaceAllString(s, "(64 digits)")
	return strings.ReplaceAll(s, "\r\n", "\n")
}

// A day with everything: what fits, what does not, twice, back, questioned, without a payment, and a debt that is a formula.
func (w *world) fullDay() (paid, twice payment.Payment) {
	w.Helper()
	auth := func(n string) acquirer.Result { return acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: n} }
	begun := func(id, authorisation string) payment.Payment {
		p, _ := w.begin(id)
		w.say(p, auth(authorisation))
		w.clock.Add(time.Minute)
		return w.get(p.ID)
	}
	paid = begun("=HYPERLINK(\"http://x.example\";\"cliquez\")", "000001")
	begun("2", "000002")
	twice = begun("3", "000003")
	w.say(twice, auth("000033")) // a contradiction: the state stands, and the money has moved
	p, _ := w.begin("4")
	r := auth("000004")
	r.Amount = decimal.New(75_01, -2)
	w.say(p, r) // not what was ordered
	q := begun("5", "000005")
	r = auth("000005")
	r.Returned = q.Amount
	w.say(q, r) // given back without us
	q = begun("6", "000006")
	_, err := w.Question(w.ctx, payment.Command{ID: q.ID, Version: q.Version, By: "clerk", Why: "a chargeback"})
	w.must("Question", err)
	w.ended("7", acquirer.Refused)
	for _, authorisation := range []string{"000009", "000009", "@SUM(1)"} {
		r = auth(authorisation)
		r.Reference, r.OrderID = "PCLCB172540009999", "bbbbbbbbbbbbbbbbbbbbbbbbbb"
		if _, _, err := w.try(p, r); !errors.Is(err, payment.ErrNotFound) {
			w.Fatal(err)
		}
		w.clock.Add(time.Minute)
	}
	return paid, twice
}

func TestExport(t *testing.T) {
	w := newWorld(t)
	w.fullDay()
	w.pass(24 * time.Hour)
	e := w.export("2017-09-11")
	compareGolden(t, "export.csv.golden", replaceRandom(e.csv))
	compareGolden(t, "export.jsonl.golden", replaceRandom(e.json))
	if strings.Count(e.csv, "\n") != strings.Count(e.csv, "\r\n") || strings.Contains(e.json, "\r") {
		t.Error("the CSV's lines end in CR LF, those of the JSON in LF")
	}
	for _, day := range []string{"", "2017-9-11", "2017-02-30", "yesterday"} {
		var b bytes.Buffer
		if _, err := w.Export(w.ctx, day, &b); !errors.Is(err, payment.ErrInvalid) || b.Len() > 0 {
			t.Errorf("%q was exported: %v", day, err)
		}
	}
}

// Both forms have the same cells; only the apostrophes and the decimal sign differ.
func TestExportFormsAgree(t *testing.T) {
	w := newWorld(t)
	w.fullDay()
	w.pass(24 * time.Hour)
	e := w.export("2017-09-11")
	rows, lines := e.rows(t), strings.Split(strings.TrimSuffix(e.json, "\n"), "\n")
	if len(rows) != len(lines) {
		t.Fatalf("%d rows, %d lines", len(rows), len(lines))
	}
	for i, l := range lines {
		var object map[string]any
		d := json.NewDecoder(strings.NewReader(l))
		d.UseNumber()
		if err := d.Decode(&object); err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for name, v := range object {
			got[name] = fmt.Sprint(v)
		}
		want := maps.Clone(rows[i])
		for name, v := range want {
			if want[name] = strings.TrimPrefix(v, "'"); v == "" {
				delete(want, name)
			}
		}
		if _, ok := want["euros"]; ok {
			want["euros"] = strings.Replace(want["euros"], ",", ".", 1)
		}
		delete(want, "sha256") // each has its own
		delete(got, "sha256")
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("line %d (-csv +json):\n%s", i+1, d)
		}
	}
}

// The totals are those of the lines, and of the journals; the last line has the hash of what stands above it.
func TestExportTotals(t *testing.T) {
	w := newWorld(t)
	w.fullDay()
	w.pass(24 * time.Hour)
	e := w.export("2017-09-11")
	count, sum, want := map[string]int64{}, map[string]int64{}, map[string][2]int64{}
	number := func(s string) int64 {
		n, err := strconv.ParseInt(s, 10, 64)
		w.must("a number", err)
		return n
	}
	for _, row := range e.rows(t) {
		if kind, ok := strings.CutPrefix(row["movement"], "total_"); ok {
			want[kind] = [2]int64{number(row["count"]), number(row["cents"])}
		} else if row["movement"] != "seal" {
			count[row["movement"]]++
			sum[row["movement"]] += number(row["cents"])
		}
	}
	// From the journals, without a tally: this day no message is told twice.
	var in, back int64
	for p, err := range w.List(w.ctx, payment.Filter{}) {
		w.must("List", err)
		for entry, err := range w.Journal(w.ctx, p.ID) {
			w.must("Journal", err)
			if entry.Event != payment.OnReturned {
				in += entry.Money.Amount.Shift(2).IntPart()
			}
			back += entry.Money.Returned.Shift(2).IntPart()
		}
	}
	if sum["accepted"] != in || sum["returned"] != back {
		t.Errorf("%d cents in and %d back, the journals have %d and %d", sum["accepted"], sum["returned"], in, back)
	}
	for kind, total := range want {
		if total != [2]int64{count[kind], sum[kind]} {
			t.Errorf("total of %s: %v; the lines have %d and %d", kind, total, count[kind], sum[kind])
		}
	}
	if len(want) != 4 {
		t.Errorf("%d totals, want 4", len(want))
	}
	for _, s := range []string{e.csv, e.json} {
		last := strings.LastIndex(strings.TrimRight(s, "\r\n"), "\n") + 1
		if hash := fmt.Sprintf("%x", sha256.Sum256([]byte(s[:last]))); !strings.Contains(s[last:], hash) {
			t.Errorf("the last line has not the hash %s: %s", hash, s[last:])
		}
	}
}

// The same day twice gives the same bytes, whatever happened to its payments since; an erasure empties debt and notice, and no more.
func TestExportTwice(t *testing.T) {
	w := newWorld(t)
	paid, twice := w.fullDay()
	w.pass(24 * time.Hour)
	before := w.export("2017-09-11")
	w.say(paid, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "000001", Returned: paid.Amount})
	paid = w.at(paid.ID, payment.Review)
	_, err := w.Resolve(w.ctx, payment.Resolution{
		Command: payment.Command{ID: paid.ID, Version: paid.Version, By: "clerk", Why: "seen at the bank"}, Verdict: payment.VerdictWasReturned,
	})
	w.must("Resolve", err)
	w.say(paid, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "777777", Merchant: "002001000000001"})
	w.at(paid.ID, payment.Review)
	w.resolve(twice.ID, payment.VerdictKeep)
	_, err = w.Record(w.ctx, twice.ID)
	w.must("Record", err)
	w.work()
	if d := cmp.Diff(before, w.export("2017-09-11"), cmp.AllowUnexported(exported{})); d != "" {
		t.Errorf("(-before +after):\n%s", d)
	}
	w.clock.Add(6 * 366 * 24 * time.Hour)
	if e, err := w.Erase(w.ctx, twice.Debtor); len(e.Erased) != 1 || e.Err() != nil || err != nil {
		t.Fatalf("%v %v", e, err)
	}
	after := w.export("2017-09-11")
	if after.seal != before.seal {
		t.Error("the seal changed")
	}
	want := regexp.MustCompile(`;3;N-3;`).ReplaceAllString(before.csv, ";;;")
	body := func(s string) string { return s[:strings.LastIndex(s, "\nseal;")] }
	if d := cmp.Diff(strings.Split(body(want), "\n"), strings.Split(body(after.csv), "\n")); d != "" {
		t.Errorf("an erasure changes more than debt and notice: %s", d)
	}
}

// A day in Paris begins and ends at midnight there, and is exported from five minutes past on: also when clocks change.
func TestExportBorders(t *testing.T) {
	for _, c := range []struct{ day, start, end string }{
		{"2017-09-11", "2017-09-10T22:00:00Z", "2017-09-11T22:00:00Z"},
		{"2018-03-25", "2018-03-24T23:00:00Z", "2018-03-25T22:00:00Z"}, // 23 hours
		{"2017-10-29", "2017-10-28T22:00:00Z", "2017-10-29T23:00:00Z"}, // 25 hours
		{"2017-12-31", "2017-12-30T23:00:00Z", "2017-12-31T23:00:00Z"},
	} {
		t.Run(c.day, func(t *testing.T) {
			instant := func(s string) time.Time {
				at, err := time.Parse(time.RFC3339, s)
				if err != nil {
					t.Fatal(err)
				}
				return at
			}
			start, end := instant(c.start), instant(c.end)
			w := newWorld(t)
			pay := func(id string, at time.Time) {
				w.clock.Set(at)
				w.ended(id, acquirer.Accepted)
			}
			pay("before", start.Add(-time.Microsecond))
			pay("first", start)
			pay("last", end.Add(-time.Microsecond))
			pay("after", end)
			w.clock.Set(end.Add(5*time.Minute - time.Microsecond))
			var b bytes.Buffer
			if _, err := w.Export(w.ctx, c.day, &b); !errors.Is(err, payment.ErrInvalid) || b.Len() > 0 {
				t.Errorf("a day that is not over was exported: %v", err)
			}
			w.clock.Set(end.Add(5 * time.Minute))
			if d := cmp.Diff([]string{"first " + c.day, "last " + c.day}, w.export(c.day).lines(t, "debt", "day")); d != "" {
				t.Error(d)
			}
		})
	}
}

// Money that comes again after it went back is money again: what was counted once is no excuse.
func TestExportMoneyAgain(t *testing.T) {
	w := newWorld(t)
	p := w.ended("1", acquirer.Accepted)
	w.refund(p)
	w.pass(time.Minute)
	p = w.at(p.ID, payment.Refunded)
	w.say(p, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "777777"})
	p = w.at(p.ID, payment.Review)
	w.say(p, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "777777", Returned: decimal.New(25_00, -2)}) // a part
	w.say(p, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "777777", Returned: p.Amount})
	w.pass(24 * time.Hour)
	var got []string
	for _, l := range w.export("2017-09-11").lines(t, "movement", "cents", "authorisation") {
		got = append(got, regexp.MustCompile(` \d{6}$`).ReplaceAllStringFunc(l, func(a string) string {
			if a == " 777777" {
				return " second"
			}
			return " first"
		}))
	}
	want := []string{
		"accepted 7500 first", "returned 7500 first", "accepted 7500 second", "review 7500 second", "returned 2500 second", "returned 5000 second",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
