package inbox

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"text/template"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/internal/paris"
	"golang.org/x/text/language"
)

// partNames are the texts that are printed inside other texts. An integrator may add reason/CODE for its own reasons.
var partNames = func() []string {
	out := []string{"telephone", "number", "signature", "closing", "detail", "counters", "remedies", "data_notice", "returned", "reason/other"}
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

// requiredTexts are the names of all texts that an edition must have.
var requiredTexts = func() []string {
	out := slices.Clone(partNames)
	for _, k := range contentKinds {
		out = append(out, k.name)
	}
	slices.Sort(out)
	return out
}()

// textVersion is one parsed file.
type textVersion struct {
	origin, file, lang string
	head               fileHead
	tmpl               *template.Template
	program            program // what tmpl writes; nil where programs do not know all of it

	// marked is the same template, except that each line it writes begins with its line number in the file. Only checks want it.
	marked func() (*template.Template, error)
}

// execute writes the text about some facts.
func (v *textVersion) execute(f *Facts, marked bool) (string, error) {
	t := v.tmpl
	switch {
	case marked:
		var err error
		if t, err = v.marked(); err != nil {
			return "", err
		}
	case v.program != nil:
		buffer := buffers.Get().(*[]byte)
		defer buffers.Put(buffer)
		*buffer = v.program.writeText(f, (*buffer)[:0])
		return string(*buffer), nil
	}
	var b strings.Builder
	if err := t.Execute(&b, f); err != nil {
		return "", mistakeAt(v.file, err)
	}
	return b.String(), nil
}

// buffers are used again from text to text.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// text is all versions of the text of one name, sorted by the first day on which each holds.
type text []*textVersion

// versionOn returns the version that holds on a day. The first version also holds on all days before its own.
func (t text) versionOn(day paris.Day) *textVersion {
	v := t[0]
	for _, next := range t[1:] {
		if next.head.validFrom.Number() <= day.Number() {
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
	senders *knownSenders

	// Set while NewCatalog checks the edition: texts are written with line numbers, and versions are chosen for today instead of the
	// sender's clock.
	marked bool
	today  paris.Day
}

// newEdition gathers the texts of a language, with its parents' where it has none.
func newEdition(tag language.Tag, texts textsByLanguage) (*edition, error) {
	e := &edition{tag: tag, name: tag.String(), formats: formatsFor(tag), texts: map[string]text{}, senders: &knownSenders{}}
	for t := tag; t != language.Und; t = t.Parent() {
		for name, x := range texts[t.String()] {
			if _, ok := e.texts[name]; !ok {
				e.texts[name] = x
			}
		}
	}
	var errs []error
	for _, name := range requiredTexts {
		if _, ok := e.texts[name]; !ok {
			errs = append(errs, &Mistake{File: e.name + "/" + name + ".txt", What: "language " + e.name + " lacks this text"})
		}
	}
	return e, errors.Join(errs...)
}

func (e *edition) textNames() []string { return slices.Sorted(maps.Keys(e.texts)) }

// executeText runs the template of a text, in the version of the day.
func (e *edition) executeText(name string, f *Facts) (string, error) {
	day := f.day
	if e.marked {
		day = e.today
	}
	return e.texts[name].versionOn(day).execute(f, e.marked)
}

// partLine runs the text name and joins its lines into one. Where the edition has no such text it runs the text other instead.
func (e *edition) partLine(name, other string, f *Facts) (string, error) {
	if _, ok := e.texts[name]; !ok {
		name = other
	}
	bs, err := e.textBlocks(name, f)
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

// partLines runs a text that is printed inside another and keeps its paragraphs: they are separated by empty lines.
func (e *edition) partLines(name string, f *Facts) (Lines, error) {
	bs, err := e.textBlocks(name, f)
	return linesOfBlocks(bs), err
}

func (e *edition) textBlocks(name string, f *Facts) ([]block, error) {
	s, err := e.executeText(name, f)
	return parseBlocks(s), err
}
