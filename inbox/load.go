package inbox

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"text/template"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// textsByLanguage has the texts of all editions so far, by language and name.
type textsByLanguage map[string]map[string]text

// clone copies the map; the texts themselves are shared.
func (s textsByLanguage) clone() textsByLanguage {
	out := make(textsByLanguage, len(s))
	for lang, texts := range s {
		out[lang] = maps.Clone(texts)
	}
	return out
}

// loadTexts adds the texts of one file system. A text replaces the text of the same name with all its versions. strict requires a
// head in each file. how chooses the checks on reading: a test has proven our own texts, so they need fewer.
func (s textsByLanguage) loadTexts(origin string, fsys fs.FS, strict bool, how reading) error {
	if fsys == nil {
		return &Mistake{Origin: origin, What: "it is nil"}
	}
	var errs []error
	bad := func(m *Mistake) {
		m.Origin = origin
		errs = append(errs, m)
	}
	found := textsByLanguage{}
	err := fs.WalkDir(fsys, ".", func(file string, d fs.DirEntry, err error) error {
		nested := strings.Contains(file, "/")
		switch {
		case err != nil:
			bad(&Mistake{File: file, What: err.Error(), Err: err})
		case file == ".":
		case strings.HasPrefix(path.Base(file), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
		case d.IsDir() && !nested:
			if _, err := language.Parse(file); err != nil {
				bad(&Mistake{File: file, What: "the folder is not named after a language (BCP 47), such as fr"})
				return fs.SkipDir
			}
		case !d.IsDir() && nested:
			for _, m := range found.addFile(origin, fsys, file, strict, how) {
				m.File = file
				bad(m)
			}
		}
		return nil
	})
	if err != nil {
		bad(&Mistake{What: err.Error(), Err: err})
	}
	if len(found) == 0 && len(errs) == 0 {
		bad(&Mistake{What: "it has no text; texts are named such as fr/accepted.txt"})
	}
	for lang, texts := range found {
		if s[lang] == nil {
			s[lang] = map[string]text{}
		}
		for name, t := range texts {
			slices.SortFunc(t, func(a, b *textVersion) int { return a.head.validFrom.Number() - b.head.validFrom.Number() })
			s[lang][name] = t
		}
	}
	return errors.Join(errs...)
}

// addFile adds the text of one file as a version of the text of its name, and returns what is wrong with it.
func (s textsByLanguage) addFile(origin string, fsys fs.FS, file string, strict bool, how reading) (bad []*Mistake) {
	folder, rest, _ := strings.Cut(file, "/")
	lang := language.Make(folder).String()
	if s[lang] == nil {
		s[lang] = map[string]text{}
	}
	name, ok := strings.CutSuffix(rest, ".txt")
	id := name
	if m := datedName.FindStringSubmatch(name); m != nil {
		id = m[1]
	}
	if !ok || !slices.Contains(requiredTexts, id) && path.Dir(id) != "reason" {
		return []*Mistake{{What: "there is no text of this name"}}
	}
	source, err := fs.ReadFile(fsys, file)
	if err != nil {
		return []*Mistake{{What: err.Error(), Err: err}}
	}
	v, bad := newVersion(lang, name, file, string(source), strict, how)
	v.origin = origin
	for _, other := range s[lang][id] {
		if other.head.validFrom == v.head.validFrom {
			bad = append(bad, &Mistake{What: "it is valid from the same day as " + other.file})
		}
	}
	s[lang][id] = append(s[lang][id], v)
	return bad
}

// newVersion reads one file: its head, its text, and what the linter says of it.
func newVersion(lang, name, file, source string, strict bool, how reading) (v *textVersion, bad []*Mistake) {
	v = &textVersion{file: file, lang: lang}
	source = strings.ReplaceAll(strings.TrimPrefix(source, "\ufeff"), "\r\n", "\n")
	if !utf8.ValidString(source) {
		return v, []*Mistake{{What: "it is not UTF-8"}}
	}
	lines := strings.Split(source, "\n")
	for i, l := range lines {
		if strings.ContainsFunc(l, func(r rune) bool { return unicode.IsControl(r) && r != '\t' || turnsDirection(r) }) {
			return v, []*Mistake{{Line: i + 1, What: "it has a control character"}}
		}
	}
	v.head, bad = parseHead(name, lang, lines, strict)
	for i := range v.head.lines {
		lines[i] = ""
	}
	var err error
	if v.tmpl, err = parseText(file, lines, how); err != nil {
		var m *Mistake
		if !errors.As(err, &m) {
			m = &Mistake{What: err.Error(), Err: err}
		}
		return v, append(bad, m)
	}
	v.program, _ = compileProgram(v.tmpl.Root)
	v.marked = sync.OnceValues(func() (*template.Template, error) { return parseText(file, lines, withMarks) })
	if how == asProven {
		return v, bad
	}
	base, _ := language.Make(lang).Base()
	return v, append(bad, lintLines(base.String(), lines, v.head.exempt)...)
}
