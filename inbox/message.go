package inbox

import (
	"html"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Message is a content in words. Text and HTML say the same, and come from one source.
//
// Text has paragraphs separated by an empty line; an item of a list begins with "- ". HTML is a fragment: one div that
// names the language, with paragraphs and lists in it. The div of what is shown on a page has the role status, or alert when
// the payer has to act. Whatever came from outside is escaped.
type Message struct {
	Subject, Text, HTML string
	Language            string // BCP 47, of the words: it may be another than was asked for
}

// Plain is Text for channels that have no other space than U+0020 and no ’, such as SMS and old printers.
func (m Message) Plain() string { return plainCharacters.Replace(m.Text) }

var plainCharacters = strings.NewReplacer(nbsp, " ", narrow, " ", apostrophe, "'")

// Three marks shape a message. They are control characters, which neither a text in a file nor a value from outside can hold: so
// no value can begin a paragraph or a list.
const (
	listMark = "\x02" // begins an item of a list
	dropMark = "\x03" // this line has only actions of the template: it leaves no line
	lineMark = "\x04" // stands before and after the number of the line in its file, while an edition is tried
)

// turnsDirection reports whether a mark turns the direction of writing.
func turnsDirection(r rune) bool {
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' || r == '\u061c'
}

// cleanLine makes a value from outside a part of one line: a control character, a line break or an ill-formed byte becomes a space;
// marks that nobody sees go, and those that turn the direction of writing with them. Letters and their accents are composed
// (NFC), so that a name looks and compares the same wherever it was typed.
func cleanLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029', r == unicode.ReplacementChar:
			return ' '
		case turnsDirection(r), r >= '\u200b' && r <= '\u200f', r >= '\u2060' && r <= '\u206f', r == '\ufeff':
			return -1
		}
		return r
	}, s)
	return norm.NFC.String(strings.Trim(s, " "))
}

// block is a paragraph or a list.
type block struct {
	list  bool
	lines []string
	at    []int // the line of the file that each comes from; 0: not known
}

// parseBlocks splits the output of a text into paragraphs and lists, and trims each line.
func parseBlocks(s string) []block {
	most := strings.Count(s, "\n") + 1
	all := make([]string, 0, most) // the lines of all blocks, one after the other
	out := make([]block, 0, most/3+1)
	marked, open := strings.Contains(s, lineMark), false
	for s != "" {
		line, rest, _ := strings.Cut(s, "\n")
		s = rest
		if strings.HasSuffix(line, dropMark) && strings.Trim(line, dropMark+" \t") == "" {
			continue // it has only actions: it leaves no line
		}
		at := 0
		if rest, ok := strings.CutPrefix(strings.TrimLeft(line, " \t"), lineMark); ok {
			number, rest, _ := strings.Cut(rest, lineMark)
			at, _ = strconv.Atoi(number)
			line = rest
		}
		line = strings.Trim(strings.ReplaceAll(line, dropMark, ""), " \t")
		if line == "" {
			open = false
			continue
		}
		text, list := strings.CutPrefix(line, listMark)
		if !open || out[len(out)-1].list != list {
			out = append(out, block{list: list, lines: all[len(all):]})
			open = true
		}
		last := &out[len(out)-1]
		all = append(all, text)
		last.lines = all[len(all)-len(last.lines)-1:]
		if marked {
			last.at = append(last.at, at)
		}
	}
	return out
}

// linesOfBlocks is the inverse of parseBlocks: a text that writes these lines one by one gives the same blocks.
func linesOfBlocks(bs []block) (out Lines) {
	for i, b := range bs {
		if i > 0 {
			out = append(out, "")
		}
		for _, l := range b.lines {
			if b.list {
				l = listMark + l
			}
			out = append(out, l)
		}
	}
	return out
}

// newMessage makes a message of blocks: the first is the subject, the others are text and HTML.
func newMessage(bs []block, language, role string) Message {
	m := Message{Language: language}
	if len(bs) == 0 {
		return m
	}
	m.Subject = strings.Join(bs[0].lines, " ")

	size, marks := 0, 96+len(role)+len(language) // of the text, and of what the page has besides
	for _, b := range bs[1:] {
		size, marks = size+2, marks+20
		for _, l := range b.lines {
			size, marks = size+len(l)+3, marks+14+8*strings.Count(l, "'")
		}
	}
	var text, page strings.Builder
	text.Grow(size)
	page.Grow(size + marks)
	page.WriteString(`<div lang="`)
	page.WriteString(html.EscapeString(language))
	page.WriteString(`"`)
	if rightToLeft(language) {
		page.WriteString(` dir="rtl"`)
	}
	if role != "" {
		page.WriteString(` role="`)
		page.WriteString(role)
		page.WriteString(`"`)
	}
	page.WriteString(">\n")
	for i, b := range bs[1:] {
		if i > 0 {
			text.WriteString("\n\n")
		}
		open, before, between, end := "<p>", "", "<br>\n", "</p>\n"
		if b.list {
			open, before, between, end = "<ul>\n<li>", "- ", "</li>\n<li>", "</li>\n</ul>\n"
		}
		page.WriteString(open)
		for j, l := range b.lines {
			if j > 0 {
				text.WriteString("\n")
				page.WriteString(between)
			}
			text.WriteString(before)
			text.WriteString(l)
			page.WriteString(html.EscapeString(l))
		}
		page.WriteString(end)
	}
	page.WriteString("</div>")
	m.Text, m.HTML = text.String(), page.String()
	return m
}
