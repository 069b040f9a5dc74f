package inbox

import (
	"embed"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"text/template"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/internal/paris"
	"golang.org/x/text/language"
)

//go:embed editions
var editions embed.FS

func folder(name string) fs.FS {
	sub, err := fs.Sub(editions, "editions/"+name)
	if err != nil {
		panic(err) // only for a name that is no path
	}
	return sub
}

// Verbatim is the edition « verbatim », an overlay for [NewCatalog]: the source's words with its slips, as a deck of October
// 2023 shows them (S2, S80), with the telephone tariff of 2018 (S74). It has what the source has: the banners of S48 and S58,
// the acknowledgement of S65 to S74, its header, and S64, S77 and S78. All else stays as in the corrected edition, « courante ».
//
// It is for showing what the source has, not for payers of today. Its telephone costs 0,06 € a minute on every day, which has been
// untrue since 1 July 2020 and forbidden to social security bodies since 1 January 2021 (loi 2018-727, article 28). Its banner of a
// failure does not say whether money moved, and its acknowledgement lacks what CRPA R112-11-1 asks for; the latter is added below the
// source's words when [Sender] has it.
func Verbatim() fs.FS { return folder("verbatim") }

// parts are the texts that stand inside others. Of reasons there may be more: an integrator's rule has its own.
var parts = func() []string {
	out := []string{"telephone", "number", "signature", "closing", "detail", "counters", "remedies", "data_notice", "reason/other"}
	for code := range creance.ReasonCodes() {
		out = append(out, "reason/"+string(code))
	}
	for _, k := range []creance.Kind{creance.Participation, creance.Franchise} {
		out = append(out, "kind/"+string(k))
	}
	for _, a := range []acquirer.Advice{acquirer.SameCard, acquirer.OtherCard, acquirer.Later, acquirer.AskBank, acquirer.Never} {
		out = append(out, "advice/"+string(a))
	}
	return out
}()

// needed are the names of all texts that an edition must have.
var needed = func() []string {
	out := slices.Clone(parts)
	for _, k := range kinds {
		out = append(out, k.name)
	}
	slices.Sort(out)
	return out
}()

// version is one file, ready to be executed. marked is the same template, each line of which says its number.
type version struct {
	origin, file, lang string
	front              front
	tmpl, marked       *template.Template
}

// text is what one name stands for: its versions, by the day from which they hold.
type text []*version

// on is the version that holds on a day; the first one also held before.
func (t text) on(day paris.Day) *version {
	v := t[0]
	for _, next := range t[1:] {
		if next.front.validFrom.Number() <= day.Number() {
			v = next
		}
	}
	return v
}

// edition is all texts of one language.
type edition struct {
	tag     language.Tag
	name    string // of the language, BCP 47
	formats formats
	texts   map[string]text

	// While it is tried: what is written says from which lines it comes, and it is this day, not what a clock says.
	marked bool
	today  paris.Day
}

func (e *edition) names() []string { return slices.Sorted(maps.Keys(e.texts)) }

// write executes a text.
func (e *edition) write(name string, f *Facts) (string, error) {
	day := f.day
	if e.marked {
		day = e.today
	}
	v := e.texts[name].on(day)
	t := v.tmpl
	if e.marked {
		t = v.marked
	}
	var b strings.Builder
	if err := t.Execute(&b, f); err != nil {
		return "", located(v.file, err)
	}
	return b.String(), nil
}

// part executes a text that stands inside another, or the other one where there is no such text, and makes it one line.
func (e *edition) part(name, other string, f *Facts) (string, error) {
	if _, ok := e.texts[name]; !ok {
		name = other
	}
	bs, err := e.blocks(name, f)
	return oneLine(bs), err
}

// oneLine joins all lines of some blocks.
func oneLine(bs []block) string {
	var lines []string
	for _, b := range bs {
		lines = append(lines, b.lines...)
	}
	return strings.Join(lines, " ")
}

// body executes a text that stands inside another as several paragraphs.
func (e *edition) body(name string, f *Facts) (Lines, error) {
	bs, err := e.blocks(name, f)
	return flat(bs), err
}

func (e *edition) blocks(name string, f *Facts) ([]block, error) {
	s, err := e.write(name, f)
	return blocks(s), err
}
