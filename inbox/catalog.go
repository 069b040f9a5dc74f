package inbox

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// Catalog has the texts of every language. It is safe for concurrent use; make one when the program starts.
type Catalog struct {
	editions []*edition // French first
	matcher  language.Matcher
}

// NewCatalog reads the corrected edition and lays the given ones over it, in order: a later text replaces an earlier one of the
// same language and name. With none it is the corrected edition. [Verbatim] is an overlay.
//
// A text is a file fr/accepted.txt: the folder is a language (BCP 47), the name is that of the text. The first paragraph is the
// subject. A line is a line, an empty line ends a paragraph, a line that begins with "- " is an item of a list. Actions are
// those of text/template, kept to fields of [Facts], strings, if, else, with, range, end, not, and eq, ne, and, or of two; a
// line that has only such actions leaves no line. A language of an overlay must have every text, its own or its parent's (fr
// for fr-CA). An integrator's own reason code may have a text, reason/CODE.txt; without one, reason/other.txt speaks.
//
// Everything is checked here, so that nothing breaks in front of the payer: each text is parsed, each of its branches executed,
// and each content rendered with samples for every state, decline and reason. The error joins all mistakes, and names the
// overlay, the file and, where there is one, the line. A mistake is also a subject that is missing or states an amount, a
// message without a text, a link, and an acknowledgement that lacks what CRPA R112-11-1 asks for.
func NewCatalog(fsys ...fs.FS) (*Catalog, error) {
	texts := map[string]map[string]text{}
	errs := []error{load(texts, "the corrected edition", folder("texts"))}
	for i, f := range fsys {
		errs = append(errs, load(texts, fmt.Sprintf("overlay %d", i+1), f))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("inbox: NewCatalog: %w", err)
	}

	c := &Catalog{}
	var tags []language.Tag
	for lang := range texts {
		tags = append(tags, language.Make(lang))
	}
	slices.SortFunc(tags, func(a, b language.Tag) int { // French first: it is what everybody falls back to
		if (a == language.French) != (b == language.French) {
			if a == language.French {
				return -1
			}
			return 1
		}
		return strings.Compare(a.String(), b.String())
	})
	for _, tag := range tags {
		e, err := newEdition(tag, texts)
		if err == nil {
			err = e.try()
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		c.editions = append(c.editions, e)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("inbox: NewCatalog: %w", err)
	}
	c.matcher = language.NewMatcher(tags)
	return c, nil
}

// newEdition gathers the texts of a language, with its parents' where it has none.
func newEdition(tag language.Tag, texts map[string]map[string]text) (*edition, error) {
	e := &edition{tag: tag, name: tag.String(), formats: formatsFor(tag), texts: map[string]text{}}
	for t := tag; t != language.Und; t = t.Parent() {
		for name, x := range texts[t.String()] {
			if _, ok := e.texts[name]; !ok {
				e.texts[name] = x
			}
		}
	}
	var errs []error
	for _, name := range needed {
		if _, ok := e.texts[name]; !ok {
			errs = append(errs, fmt.Errorf("language %s lacks %s/%s.txt", e.name, e.name, name))
		}
	}
	return e, errors.Join(errs...)
}

// Languages are those that the catalog speaks, French first.
func (c *Catalog) Languages() []language.Tag {
	var out []language.Tag
	for _, e := range c.editions {
		out = append(out, e.tag)
	}
	return out
}

// Render puts a content in words, in the language that fits best: what the catalog does not speak is answered in French.
// Message.Language says which one it is.
//
// The error names the content: nil, an acknowledgement of a payment that was not accepted, an eligible decision told as not
// eligible. A text never fails: NewCatalog has executed all of it.
func (c *Catalog) Render(tag language.Tag, n Content) (Message, error) {
	switch {
	case n == nil:
		return Message{}, errors.New("inbox: Render: the content is nil")
	case c == nil || c.matcher == nil:
		return Message{}, fmt.Errorf("inbox: Render %s: the catalog was not made by NewCatalog", n.name())
	}
	e := c.editions[0]
	// The matcher also knows whose readers are likely to know another language; that is a guess about a person, and French is
	// the rule.
	if _, i, confidence := c.matcher.Match(tag); confidence > language.No && sameBase(tag, c.editions[i].tag) {
		e = c.editions[i]
	}
	m, err := e.render(n)
	if err != nil {
		return Message{}, fmt.Errorf("inbox: Render %s: %w", n.name(), err)
	}
	return m, nil
}

func sameBase(a, b language.Tag) bool {
	x, _ := a.Base()
	y, _ := b.Base()
	return x == y
}

func (e *edition) render(n Content) (Message, error) {
	m, _, err := e.tell(n)
	return m, err
}

// tell renders a content and returns the facts as well.
func (e *edition) tell(n Content) (Message, *Facts, error) {
	t := teller{edition: e}
	if err := n.tell(&t); err != nil {
		return Message{}, nil, err
	}
	s, err := e.write(n.name(), &t.Facts)
	if err != nil {
		return Message{}, nil, err
	}
	return lay(s, e.name, roles[n.name()]), &t.Facts, nil
}
