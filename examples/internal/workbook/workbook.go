// Package workbook writes exports as a spreadsheet for people (.xlsx). The frozen CSV of audit.Books.Export is for programs
// and for keeping: a spreadsheet that opens it with a double click takes 075395 for 75395, 5E1204 for a number with 1204 zeros
// and 20260302123456789 for 20260302123456700, and an accounting officer who saves it has changed it. Here texts are texts,
// whatever they look like, amounts are numbers, days are dates in Paris, and words are French.
//
// A workbook has three sheets: Mouvements, a row for each line of the exports; Totaux, by day and by kind; Sceaux, the seal of each
// day, with the SHA-256 of the export that it was made from. The workbook proves nothing itself: keep the exports.
package workbook

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a bare container has no time zones
	"unicode"

	"github.com/xuri/excelize/v2"

	"github.com/quittance/quittance/examples/internal/dayexport"
)

// paris is where the days of the exports begin and end.
var paris = func() *time.Location {
	l, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err) // it is linked in
	}
	return l
}()

// kindWords are what a kind of line is called.
var kindWords = map[dayexport.Kind]string{
	dayexport.Accepted: "Accepté", dayexport.Returned: "Rendu", dayexport.Review: "À vérifier (pas " +
		"d’argent)", dayexport.Orphan: "Encaissé sans paiement connu",
}

// Names of the sheets.
const (
	Movements = "Mouvements"
	Totals    = "Totaux"
	Seals     = "Sceaux"
)

// column is one of a sheet.
type column struct {
	title string
	width float64
}

var columns = map[string][]column{
	Movements: {
		{"Jour", 12}, {"Heure de Paris", 20}, {"Mouvement", 26}, {"Référence", 20}, {"Montant", 14}, {"Devise", 8},
		{"Autorisation", 14}, {"Contrat", 18}, {"Paiement", 30}, {"Créance", 20}, {"Avis", 20},
	},
	Totals: {{"Jour", 12}, {"Mouvement", 26}, {"Nombre", 10}, {"Montant", 16}, {"Devise", 8}},
	Seals:  {{"Jour", 12}, {"Sceau du jour", 68}, {"SHA-256 de l’export", 68}, {"Fichier", 30}},
}

// styles are the identifiers that the workbook gave to its cell styles.
type styles struct{ title, text, amount, count, day, instant, total int }

// book is a workbook that is being written.
type book struct {
	file   *excelize.File
	styles styles
}

// Write writes the exports, in the order of their days.
func Write(w io.Writer, exports []dayexport.Export) (err error) {
	b := &book{file: excelize.NewFile()}
	defer func() {
		if cerr := b.file.Close(); err == nil {
			err = cerr
		}
	}()
	if err := b.prepare(); err != nil {
		return err
	}
	exports = slices.Clone(exports)
	slices.SortStableFunc(exports, func(x, y dayexport.Export) int { return strings.Compare(x.Day, y.Day) })
	for _, sheet := range []struct {
		name string
		rows func([]dayexport.Export, func(...any) error) error
	}{{Movements, b.movements}, {Totals, b.totals}, {Seals, b.seals}} {
		if err := b.sheet(sheet.name, func(row func(...any) error) error { return sheet.rows(exports, row) }); err != nil {
			return fmt.Errorf("workbook: %s: %w", sheet.name, err)
		}
	}
	return b.file.Write(w)
}

func (b *book) prepare() error {
	properties := excelize.DocProperties{Title: "Mouvements du jour", Language: "fr-FR", Creator: "Quittance"}
	if err := b.file.SetDocProps(&properties); err != nil {
		return err
	}
	text, day, instant := "@", "dd/mm/yyyy", "dd/mm/yyyy hh:mm:ss"
	amount, count := "#,##0.00", "#,##0"
	for _, s := range []struct {
		id    *int
		style excelize.Style
	}{
		{&b.styles.title, excelize.Style{
			Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}, CustomNumFmt: &text,
		}},
		{&b.styles.text, excelize.Style{CustomNumFmt: &text}},
		{&b.styles.amount, excelize.Style{CustomNumFmt: &amount}},
		{&b.styles.count, excelize.Style{CustomNumFmt: &count}},
		{&b.styles.day, excelize.Style{CustomNumFmt: &day, Alignment: &excelize.Alignment{Horizontal: "left"}}},
		{&b.styles.instant, excelize.Style{CustomNumFmt: &instant, Alignment: &excelize.Alignment{Horizontal: "left"}}},
		{&b.styles.total, excelize.Style{CustomNumFmt: &amount, Font: &excelize.Font{Bold: true}}},
	} {
		var err error
		if *s.id, err = b.file.NewStyle(&s.style); err != nil {
			return err
		}
	}
	if err := b.file.SetSheetName("Sheet1", Movements); err != nil {
		return err
	}
	for _, name := range []string{Totals, Seals} {
		if _, err := b.file.NewSheet(name); err != nil {
			return err
		}
	}
	return nil
}

// sheet writes a sheet: its titles, which stay in view, and its rows.
func (b *book) sheet(name string, rows func(row func(...any) error) error) error {
	w, err := b.file.NewStreamWriter(name)
	if err != nil {
		return err
	}
	var titles []any
	for i, c := range columns[name] {
		if err := w.SetColWidth(i+1, i+1, c.width); err != nil {
			return err
		}
		titles = append(titles, excelize.Cell{StyleID: b.styles.title, Value: c.title})
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	n := 0
	row := func(cells ...any) error {
		n++
		return w.SetRow(fmt.Sprintf("A%d", n), cells)
	}
	if err := row(titles...); err != nil {
		return err
	}
	if err := rows(row); err != nil {
		return err
	}
	return w.Flush()
}

func (b *book) text(s string) excelize.Cell {
	return excelize.Cell{StyleID: b.styles.text, Value: printable(s)}
}

// printable makes spaces of what does not print, as the frozen CSV does. Blanks of all kinds stay as they are.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) && !unicode.Is(unicode.Zs, r) {
			return ' '
		}
		return r
	}, s)
}

func (b *book) amount(cents int64) excelize.Cell {
	return excelize.Cell{StyleID: b.styles.amount, Value: float64(cents) / 100} // at most 15 digits: a float64 has them all
}

// day is a civil day as a date; a day that is none stays text.
func (b *book) day(s string) excelize.Cell {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return b.text(s)
	}
	return excelize.Cell{StyleID: b.styles.day, Value: t}
}

// instant is the time that a clock in Paris shows. A spreadsheet's times have no zone.
func (b *book) instant(at time.Time) excelize.Cell {
	if at.IsZero() {
		return b.text("")
	}
	p := at.In(paris)
	return excelize.Cell{StyleID: b.styles.instant, Value: time.Date(p.Year(), p.Month(), p.Day(), p.Hour(), p.Minute(),
		p.Second(), 0, time.UTC)}
}

func (b *book) movements(exports []dayexport.Export, row func(...any) error) error {
	for _, e := range exports {
		for _, m := range e.Movements {
			if err := row(b.day(m.Day), b.instant(m.Instant), b.text(kindWords[m.Kind]), b.text(m.Reference), b.amount(m.Cents),
				b.text(m.Currency),
				b.text(m.Authorisation), b.text(m.Merchant), b.text(m.Payment), b.text(m.Debt), b.text(m.Notice)); err != nil {
				return err
			}
		}
	}
	return nil
}

// totals writes the totals of each day, and those of all days together.
func (b *book) totals(exports []dayexport.Export, row func(...any) error) error {
	type key struct {
		kind     dayexport.Kind
		currency string
	}
	all := map[key]dayexport.Total{}
	var order []key
	for _, e := range exports {
		for _, t := range e.Totals {
			k := key{t.Kind, t.Currency}
			sum, known := all[k]
			if !known {
				order = append(order, k)
			}
			all[k] = dayexport.Total{Kind: t.Kind, Currency: t.Currency, Count: sum.Count + t.Count, Cents: sum.Cents + t.Cents}
			count := excelize.Cell{StyleID: b.styles.count, Value: t.Count}
			if err := row(b.day(e.Day), b.text(kindWords[t.Kind]), count, b.amount(t.Cents), b.text(t.Currency)); err != nil {
				return err
			}
		}
	}
	for _, k := range order {
		t := all[k]
		count, sum := excelize.Cell{StyleID: b.styles.count, Value: t.Count}, b.amount(t.Cents)
		sum.StyleID = b.styles.total
		if err := row(b.text("Ensemble"), b.text(kindWords[t.Kind]), count, sum, b.text(t.Currency)); err != nil {
			return err
		}
	}
	return nil
}

func (b *book) seals(exports []dayexport.Export, row func(...any) error) error {
	for _, e := range exports {
		if err := row(b.day(e.Day), b.text(e.Seal), b.text(e.SHA256), b.text(e.Name)); err != nil {
			return err
		}
	}
	return nil
}
