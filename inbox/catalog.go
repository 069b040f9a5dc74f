package inbox

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/quittance/quittance/internal/paris"
	"golang.org/x/text/language"
)

// Catalog has the texts of every language. It is safe for concurrent use; make one when the program starts.
type Catalog struct {
	editions []*edition // French first
	matcher  language.Matcher
}

// NewCatalog reads the corrected edition, « courante », and lays the given ones over it, in order: a later text replaces an
// earlier one of the same language and name. With none it is the corrected edition. [Verbatim] is an overlay.
//
// A text is a file fr/accepted.txt: the folder is a language (BCP 47), the name is that of the text. A file may begin with a head
// that says where its words come from; see the package's documentation. The first paragraph after it is the subject. A line is a
// line, an empty line ends a paragraph, a line that begins with "- " is an item of a list. Actions are those of text/template,
// kept to fields of [Facts], strings, if, else, with, range, end, not, and eq, ne, and, or of two; a line that has only such
// actions leaves no line. A language of an overlay must have every text, its own or its parent's (fr for fr-CA). An integrator's
// own reason code may have a text, reason/CODE.txt; without one, reason/other.txt speaks.
//
// A text may change on a day: fr/telephone@2027-01-01.txt holds from that day on, in Paris, and what held before stands beside it
// as fr/telephone.txt or with its own day. The day is that of [Sender].Now, or today.
//
// Everything is checked here, so that nothing breaks in front of the payer: each text is parsed, read by the linter, each of its
// branches executed, and each content rendered with samples for every state, decline and reason. The error joins all mistakes,
// each a [*Mistake] with its overlay, its file and, where there is one, its line. A mistake is also a subject that is missing or
// states an amount, a message without a text, a link, a social security number, a wrong space, a straight apostrophe, a capital
// without its accent, a sentence of more than 25 words, an acknowledgement that lacks what CRPA R112-11-1 asks for, and a
// reminder that lacks what its debtor must be told.
func NewCatalog(fsys ...fs.FS) (*Catalog, error) {
	how := inFull
	if areProven(fsys) {
		how = asProven
	}
	return newCatalog(how, fsys...)
}

// newCatalog reads overlays in full, or as proven: then nothing is checked.
func newCatalog(how reading, fsys ...fs.FS) (*Catalog, error) {
	ours, err := correctedEdition()
	errs := []error{err}
	texts := ours.texts.clone()
	for i, f := range fsys {
		errs = append(errs, texts.loadTexts(fmt.Sprintf("overlay %d", i+1), f, false, how))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("inbox: NewCatalog: %w", err)
	}

	c := &Catalog{}
	tags := texts.languageTags()
	for _, tag := range tags {
		e, err := newEdition(tag, texts)
		if err == nil && how == inFull {
			err = e.checkSamples(ours.nearestEdition(tag))
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

// checkedTexts is the edition « courante », which a test has passed through all checks: its bytes are part of the program. NewCatalog does
// not check again what an overlay leaves unchanged.
type checkedTexts struct {
	texts    textsByLanguage
	editions map[language.Tag]*edition
}

var correctedEdition = sync.OnceValues(func() (checkedTexts, error) { return readCorrected(asProven) })

// readCorrected reads « courante ». Read in full, it is checked as a stranger's edition is.
func readCorrected(how reading) (checkedTexts, error) {
	p := checkedTexts{textsByLanguage{}, map[language.Tag]*edition{}}
	if err := p.texts.loadTexts("courante", editionFolder("courante"), true, how); err != nil {
		return p, err
	}
	var errs []error
	for _, tag := range p.texts.languageTags() {
		e, err := newEdition(tag, p.texts)
		if err == nil && how == inFull {
			err = e.checkSamples(nil)
		}
		errs = append(errs, err)
		p.editions[tag] = e
	}
	return p, errors.Join(errs...)
}

// nearestEdition returns the checked edition of a language or of its nearest parent; nil if there is none.
func (p checkedTexts) nearestEdition(tag language.Tag) *edition {
	for t := tag; t != language.Und; t = t.Parent() {
		if e, ok := p.editions[t]; ok {
			return e
		}
	}
	return nil
}

// languageTags returns the languages of the texts. French comes first: it is the fallback.
func (s textsByLanguage) languageTags() (tags []language.Tag) {
	for lang := range s {
		tags = append(tags, language.Make(lang))
	}
	slices.SortFunc(tags, func(a, b language.Tag) int {
		if (a == language.French) != (b == language.French) {
			if a == language.French {
				return -1
			}
			return 1
		}
		return strings.Compare(a.String(), b.String())
	})
	return tags
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
// eligible, a reminder that [Reminder.Validate] objects to. A text never fails: NewCatalog has executed all of it.
func (c *Catalog) Render(tag language.Tag, n Content) (Message, error) {
	if n == nil {
		return Message{}, errors.New("inbox: Render: the content is nil")
	}
	e, err := c.editionFor(tag)
	if err != nil {
		return Message{}, fmt.Errorf("inbox: Render %s: %w", n.contentName(), err)
	}
	m, err := e.renderMessage(n)
	if err != nil {
		return Message{}, fmt.Errorf("inbox: Render %s: %w", n.contentName(), err)
	}
	return m, nil
}

// editionFor returns the edition of the language that fits best, French if none does.
func (c *Catalog) editionFor(tag language.Tag) (*edition, error) {
	if c == nil || c.matcher == nil {
		return nil, errors.New("the catalog was not made by NewCatalog")
	}
	// The matcher also knows whose readers are likely to know another language; that is a guess about a person, and French is
	// the rule.
	for _, e := range c.editions {
		if e.tag == tag {
			return e, nil
		}
	}
	if _, i, confidence := c.matcher.Match(tag); confidence > language.No && sameBase(tag, c.editions[i].tag) {
		return c.editions[i], nil
	}
	return c.editions[0], nil
}

func sameBase(a, b language.Tag) bool {
	x, _ := a.Base()
	y, _ := b.Base()
	return x == y
}

func (e *edition) renderMessage(n Content) (Message, error) {
	bs, _, err := e.composeBlocks(n)
	if err != nil {
		return Message{}, err
	}
	return newMessage(bs, e.name, roleByName[n.contentName()]), nil
}

// composeBlocks writes a content as blocks, and also returns the facts that are in them.
func (e *edition) composeBlocks(n Content) ([]block, *Facts, error) {
	t := factBuilder{edition: e}
	t.day = paris.Of(time.Now())
	if err := n.setFacts(&t); err != nil {
		return nil, nil, err
	}
	bs, err := e.textBlocks(n.contentName(), &t.Facts)
	return bs, &t.Facts, err
}
