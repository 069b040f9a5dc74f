package inbox

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/quittance/quittance/internal/paris"
	"golang.org/x/text/language"
)

// fileHead is what the head of a file says about its text:
//
//	---
//	id: telephone
//	edition: courante
//	language: fr
//	valid-from: 2020-07-03
//	sources: S74, ameli.fr
//	exempt: spaces, apostrophes
//	---
//
// A file of an overlay may do without a head; what it says is checked.
type fileHead struct {
	edition   string
	validFrom paris.Day // zero: always
	sources   []string
	exempt    []string // rules of the linter that do not hold for this text
	lines     int      // of the head, its marks included
}

// headLine matches a line of a head; datedName a name with the day from which its text holds, telephone@2018-07-05.
var (
	headLine  = regexp.MustCompile(`^([a-z-]+):[ \t]*(.*?)[ \t]*$`)
	datedName = regexp.MustCompile(`^(.+)@(\d{4}-\d{2}-\d{2})$`)
	headFence = "---"
)

// parseHead reads the head of a file, if it has one. Every mistake has its line.
func parseHead(name, lang string, lines []string, strict bool) (f fileHead, bad []*Mistake) {
	wrong := func(line int, format string, a ...any) {
		bad = append(bad, &Mistake{Line: line, What: fmt.Sprintf(format, a...)})
	}
	id, day := name, ""
	if m := datedName.FindStringSubmatch(name); m != nil {
		id, day = m[1], m[2]
		var err error
		if f.validFrom, err = paris.Parse(day); err != nil {
			wrong(0, "its name has no day: %v", err)
		}
	}
	if len(lines) == 0 || strings.TrimRight(lines[0], " \t") != headFence {
		if strict {
			wrong(1, "it has no head; a text of this edition begins with ---, id, edition, language, valid-from and sources")
		}
		return f, bad
	}
	end := slices.IndexFunc(lines[1:], func(l string) bool { return strings.TrimRight(l, " \t") == headFence })
	if end < 0 {
		wrong(1, "its head has no end: a line with --- alone")
		return f, bad
	}
	f.lines = end + 2
	seen := map[string]bool{}
	for i, l := range lines[1 : end+1] {
		line := i + 2
		m := headLine.FindStringSubmatch(l)
		switch {
		case strings.TrimSpace(l) == "":
			continue
		case m == nil:
			wrong(line, "a line of the head is a key, a colon and a value")
			continue
		case seen[m[1]]:
			wrong(line, "%s is given twice", m[1])
		}
		key, value := m[1], m[2]
		seen[key] = true
		if value == "" {
			wrong(line, "%s is empty", key)
			continue
		}
		switch key {
		case "id":
			if value != id {
				wrong(line, "the id is %s, the file says %s", value, id)
			}
		case "edition":
			f.edition = value
		case "language":
			if tag, err := language.Parse(value); err != nil || tag != language.Make(lang) {
				wrong(line, "the language is %s, the folder says %s", value, lang)
			}
		case "valid-from":
			d, err := paris.Parse(value)
			switch {
			case err != nil:
				wrong(line, "%v", err)
			case day != "" && d.String() != day:
				wrong(line, "it is valid from %s, the file says %s", value, day)
			}
			f.validFrom = d
		case "sources":
			f.sources = splitList(value)
		case "exempt":
			f.exempt = splitList(value)
			for _, r := range f.exempt {
				if !slices.Contains(exemptable, r) {
					wrong(line, "%s is no rule that a text can be exempt from; those are %s", r, strings.Join(exemptable, ", "))
				}
			}
		default:
			wrong(line, "%s is unknown; a head has id, edition, language, valid-from, sources and exempt", key)
		}
	}
	if strict {
		for _, key := range []string{"id", "edition", "language", "valid-from", "sources"} {
			if !seen[key] {
				wrong(1, "its head lacks %s", key)
			}
		}
	}
	return f, bad
}

func splitList(s string) (out []string) {
	for v := range strings.SplitSeq(s, ",") {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}
