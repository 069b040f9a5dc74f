// Package pdf makes a PDF of a message, to keep: tagged, so that a screen reader finds its heading, paragraphs and lists; with the
// language of its words; with its fonts in it, so that it looks the same in twenty years. One limit: the library tags each line of a
// paragraph as a paragraph.
package pdf

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/carlos7ags/folio/document"
	"github.com/carlos7ags/folio/font"
	"github.com/carlos7ags/folio/layout"
	"github.com/quittance/quittance/inbox"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
)

// Sheet is what stands around a message.
type Sheet struct {
	Author string    // who issues the document
	Note   string    // a line at the foot of each page; empty: none
	Made   time.Time // when the document was made
}

// faces are the Go fonts, read once. They may be embedded and passed on (BSD licence).
var faces = sync.OnceValues(func() (f [2]font.Face, err error) {
	for i, data := range [][]byte{goregular.TTF, gobold.TTF} {
		face, err := font.ParseTTF(data)
		if err != nil {
			return f, fmt.Errorf("pdf: %w", err)
		}
		f[i] = spacedFace{face}
	}
	return f, nil
})

// space stands for a space that is drawn. The library cuts a text at every space, U+00A0 among them, and places the words without a space
// between them: a line could break before €, and in the structure that a screen reader follows a line would be one word. So no text that
// it lays out has a space: it has this private character, which has the shape of one.
const space = "\ue000"

// spacedFace is a font in which space has the shape of a space.
type spacedFace struct{ font.Face }

func (f spacedFace) GlyphIndex(r rune) uint16 {
	if string(r) == space {
		r = ' '
	}
	return f.Face.GlyphIndex(r)
}

// Everything is measured in points; a sheet of A4 is 595 wide.
const (
	size, headingSize = 11.0, 28.0
	leading           = 1.4
	margin            = 64.0
	width             = 595 - 2*margin - 8 // a little less than fits, so that no line of ours is broken again
	indent            = 18.0
)

// Make returns the document. The message's subject is its title and its heading.
func Make(m inbox.Message, s Sheet) ([]byte, error) {
	f, err := faces()
	if err != nil {
		return nil, err
	}
	// An embedded font remembers which of its letters a document uses: each document has its own.
	regular, bold := font.NewEmbeddedFont(f[0]), font.NewEmbeddedFont(f[1])
	d := document.NewDocument(document.PageSizeA4)
	d.SetTagged(true)
	d.SetMargins(layout.Margins{Top: margin, Right: margin, Bottom: margin, Left: margin})
	d.Info = document.Info{
		Title: m.Subject, Author: s.Author, Language: m.Language, Creator: "Quittance", CreationDate: s.Made, ModDate: s.Made,
	}
	paragraph := func(words string, points, before float64) {
		p := layout.NewParagraphEmbedded(lines(words, regular, points, width), regular, points)
		d.Add(p.SetLeading(leading).SetSpaceBefore(before))
	}
	d.Add(layout.NewHeadingEmbedded(lines(m.Subject, bold, headingSize, width), layout.H1, bold))
	for block := range strings.SplitSeq(m.Text, "\n\n") {
		if !strings.HasPrefix(block, "- ") {
			paragraph(block, size, 8)
			continue
		}
		list := layout.NewListEmbedded(regular, size).SetLeading(leading).SetIndent(indent)
		for l := range strings.SplitSeq(block, "\n") {
			list.AddItem(lines(strings.TrimPrefix(l, "- "), regular, size, width-indent))
		}
		d.Add(list)
	}
	if s.Note != "" {
		paragraph(s.Note, size-1, 24)
	}
	d.SetFooter(func(document.PageContext, *document.Page) { // after the words of a page: what is copied from it has spaces again
		regular.EncodeString(" ")
		bold.EncodeString(" ")
	})
	out, err := d.ToBytes()
	if err != nil {
		return nil, fmt.Errorf("pdf: %w", err)
	}
	return out, nil
}

// lines breaks words into lines of a width, and draws the spaces within a line.
func lines(words string, f *font.EmbeddedFont, points, width float64) string {
	var b strings.Builder
	for line := range strings.SplitSeq(unbroken.Replace(words), "\n") {
		at := ""
		for w := range strings.SplitSeq(line, " ") {
			if at != "" && f.MeasureString(at+w, points) > width {
				b.WriteString(at + " ") // here alone the library may break: the next line does not fit beside this one
				at = ""
			}
			at += w + space
		}
		b.WriteString(at + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// unbroken replaces the spaces at which no line breaks.
var unbroken = strings.NewReplacer("\u00a0", space, "\u202f", space)
