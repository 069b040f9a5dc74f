package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// width is that of a usual terminal.
const width = 80

// screen lays text out for a terminal: chapters, a narrator, and boxes for what a payer sees. Its first error stays, and Flush
// returns it.
type screen struct{ *bufio.Writer }

func newScreen(w io.Writer) *screen { return &screen{bufio.NewWriter(w)} }

// chapter begins a part of the story.
func (s *screen) chapter(title string) {
	fmt.Fprintf(s, "\n%s\n%s\n", strings.ToUpper(withFrenchSpaces(title)), strings.Repeat("═", width))
}

// scene begins a part of a chapter.
func (s *screen) scene(title string) {
	title = withFrenchSpaces(title)
	fmt.Fprintf(s, "\n── %s %s\n", title, strings.Repeat("─", max(0, width-4-utf8.RuneCountInString(title))))
}

// narrate is the narrator.
func (s *screen) narrate(format string, a ...any) {
	fmt.Fprintln(s)
	s.writeBehind("", withFrenchSpaces(fmt.Sprintf(format, a...)))
}

// item is a line of a list, and what belongs to it.
func (s *screen) item(line, below string) {
	s.writeBehind("  ", withFrenchSpaces(line))
	if below != "" {
		s.writeBehind("    ", below)
	}
}

// show is what somebody sees: a box with a title.
func (s *screen) show(title, text string) {
	fmt.Fprintf(s, "\n  ┌─ %s %s\n", title, strings.Repeat("─", max(0, width-6-utf8.RuneCountInString(title))))
	s.writeBehind("  │ ", strings.TrimRight(text, "\n"))
	fmt.Fprintf(s, "  └%s\n", strings.Repeat("─", width-3))
}

// writeBehind writes text behind a margin. Lines break at spaces only: a no-break space holds its words together.
func (s *screen) writeBehind(margin, text string) {
	for line := range strings.Lines(text) {
		for _, l := range wrapLine(strings.TrimSuffix(line, "\n"), width-utf8.RuneCountInString(margin)) {
			fmt.Fprintln(s, strings.TrimRight(margin+l, " "))
		}
	}
}

// wrapLine breaks a line; what follows keeps its indentation, and stands under the words of an item.
func wrapLine(line string, width int) (lines []string) {
	indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
	if strings.HasPrefix(line[len(indent):], "- ") {
		indent += "  "
	}
	for utf8.RuneCountInString(line) > width {
		end := -1
		for i, n := 0, 0; i < len(line) && n <= width; n++ {
			if line[i] == ' ' && i > len(indent) {
				end = i
			}
			_, size := utf8.DecodeRuneInString(line[i:])
			i += size
		}
		if end < 0 { // one word that is longer than the line
			break
		}
		lines, line = append(lines, line[:end]), indent+line[end+1:]
	}
	return append(lines, line)
}

// withFrenchSpaces gives the program's own words their no-break spaces and apostrophes, so that the code can be read. What the library says has
// them, and is printed as it is.
func withFrenchSpaces(s string) string { return typography.Replace(s) }

var typography = strings.NewReplacer(
	" :", "\u00a0:", "« ", "«\u00a0", " »", "\u00a0»", " ?", "\u202f?", " !", "\u202f!", " ;", "\u202f;", "n° ", "n°\u00a0", "'", "’",
)
