package reconcile

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/quittance/quittance/examples/internal/bankfile"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"french": French, "money": Money, "euros": bankfile.Euros, "amount": amount, "count": Count,
	"describe":  FileReport.describe,
	"passed":    FileReport.passedOver,
	"title":     func(w Witness) string { return witnessWords[w.Name].title },
	"agreement": func(w Witness) string { return witnessWords[w.Name].agreement },
	"onaccount": func(v RemittanceVerdict) string { return remittanceWords[v] },
}).Parse(pageText))

// WritePage writes the report as a page of its own: HTML without script and without anything from elsewhere, to be kept or printed.
func (r *Report) WritePage(w io.Writer) error { return page.ExecuteTemplate(w, "page", r) }

// WriteFragment writes what stands below the page's heading, for a page of another program, as a back office's: it brings its own
// layout and style.
func (r *Report) WriteFragment(w io.Writer) error { return page.ExecuteTemplate(w, "report", r) }

// Found are the sentences about remittances whose payments have the same sum.
func (l *Ledger) Found() (out []string) {
	for _, line := range l.Lines {
		if s := line.Sentence(); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// Chart is what came in less what went back, day by day, on both sides.
type Chart struct {
	Width, Height, Left, Right int
	LabelX, NameX, DayY        int
	Ours, Bank                 string // points of an SVG polyline
	Lines                      []ChartLine
	Days                       []ChartDay
	Text                       string // the same in words
}

// ChartLine is a horizontal line with its amount.
type ChartLine struct {
	Y, TextY int
	Label    string
}

// ChartDay is a day below the chart.
type ChartDay struct {
	X     int
	Label string
}

// Chart draws the ledger; nil if there are not two days.
func (l *Ledger) Chart() *Chart {
	if len(l.Days) < 2 {
		return nil
	}
	c := &Chart{Width: 900, Height: 300, Left: 110, Right: 880, LabelX: 100, NameX: 230, DayY: 290}
	const top, bottom, daysShown = 30, 265, 8
	type point struct{ ours, bank int64 }
	var points []point
	var p point
	low, high := int64(0), int64(0)
	for _, d := range l.Days {
		p.ours += d.Accepted - d.Returned
		p.bank += d.BankIn - d.BankOut
		points = append(points, p)
		low, high = min(low, p.ours, p.bank), max(high, p.ours, p.bank)
	}
	if high == low {
		high++
	}
	y := func(cents int64) int { return bottom - int(float64(cents-low)/float64(high-low)*(bottom-top)) }
	var ours, bank []string
	every := (len(points) + daysShown - 1) / daysShown
	for i, p := range points {
		x := c.Left + i*(c.Right-c.Left)/(len(points)-1)
		ours, bank = append(ours, fmt.Sprintf("%d,%d", x, y(p.ours))), append(bank, fmt.Sprintf("%d,%d", x, y(p.bank)))
		if i%every == 0 {
			c.Days = append(c.Days, ChartDay{min(max(x, c.Left+20), c.Right-20), French(l.Days[i].Day)[:5]})
		}
	}
	c.Ours, c.Bank = strings.Join(ours, " "), strings.Join(bank, " ")
	for _, cents := range []int64{low, low + (high-low)/2, high} {
		c.Lines = append(c.Lines, ChartLine{y(cents), y(cents) + 4, Money(cents)})
	}
	end := points[len(points)-1]
	c.Text = fmt.Sprintf("À la fin, le %s\u00a0: %s chez vous, %s à la banque.", French(l.Days[len(l.Days)-1].Day),
		Money(end.ours), Money(end.bank))
	return c
}
