package inbox

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// Each rule finds its mistake on its line, and lets through what is right.
func TestLint(t *testing.T) {
	for _, c := range []struct {
		name, lang, text string
		want             []string // rule and line
	}{
		{"U+202F before :", "fr", "Écrivez-nous\u202f: non", []string{"spaces:1"}},
		{"right in French", "fr", "Un\u00a0: deux\u202f; trois\u202f! Quoi\u202f? «\u00a0quatre\u00a0» 20,00\u00a0€, 10\u00a0%, 1\u202f234,50\u00a0€ à 15:54 (*). L’été… fin", nil},
		{"an action is a word", "fr", "Montant\u00a0: {{.Amount}}\u202f! {{if .Fund}}oui{{else}}non{{end}}.", nil},
		{"an action before a sign", "fr", "x\n{{.Amount}}!", []string{"spaces:2"}},
		{"a comment is not read", "fr", "{{/* Don't write « like this » ! https://x.example */}}\nOui.", nil},
		{"an action over two lines", "fr", "{{if\n.Fund}}oui{{end}}\nnon !", []string{"spaces:3"}},
		{"no space before !", "fr", "a\nOui!", []string{"spaces:2"}},
		{"no space before ?", "fr", "Oui?", []string{"spaces:1"}},
		{"no space before ;", "fr", "Oui; non", []string{"spaces:1"}},
		{"no space before :", "fr", "Oui: non", []string{"spaces:1"}},
		{"no space before €", "fr", "50€", []string{"spaces:1"}},
		{"an ordinary space before !", "fr", "Oui !", []string{"spaces:1"}},
		{"an ordinary space before :", "fr", "Oui : non", []string{"spaces:1"}},
		{"an ordinary space before €", "fr", "50 €", []string{"spaces:1", "spaces:1"}},
		{"an ordinary space before %", "fr", "10 %", []string{"spaces:1", "spaces:1"}},
		{"U+00A0 before ?", "fr", "Oui\u00a0?", []string{"spaces:1"}},
		{"U+202F before €", "fr", "50\u202f€", []string{"spaces:1"}},
		{"ordinary spaces within « »", "fr", "« oui »", []string{"spaces:1", "spaces:1"}},
		{"no spaces within « »", "fr", "«oui»", []string{"spaces:1", "spaces:1"}},
		{"an ordinary space among digits", "fr", "au 36 46", []string{"spaces:1"}},
		{"an ordinary space before a unit", "fr", "en 24 heures", []string{"spaces:1"}},
		{"an ordinary space before an amount in words", "fr", "50 euros", []string{"spaces:1"}},
		{"an ordinary space after n°", "fr", "l’avis n° {{.Notice}}", []string{"spaces:1"}},
		{"U+00A0 after n°", "fr", "l’avis n°\u00a0{{.Notice}}", nil},
		{"two spaces", "fr", "Oui.  Non", []string{"spaces:1"}},
		{"a space before a full stop", "fr", "Oui .", []string{"spaces:1"}},
		{"a space after a bracket", "fr", "Oui ( non)", []string{"spaces:1"}},
		{"a straight apostrophe", "fr", "x\n\nl'été", []string{"apostrophes:3"}},
		{"straight quotation marks", "fr", `dit "oui"`, []string{"apostrophes:1"}},
		{"English quotation marks", "fr", "dit “oui”", []string{"apostrophes:1"}},
		{"Ecrire", "fr", "Ecrire un message", []string{"capitals:1"}},
		{"Etat", "fr", "- Etat du paiement", []string{"capitals:1"}},
		{"Electronique", "fr", "Voie Electronique", []string{"capitals:1"}},
		{"A payer", "fr", "Somme. A payer vite", []string{"capitals:1"}},
		{"DATE D’ECHEANCE", "fr", "DATE D’ECHEANCE", []string{"capitals:1"}},
		{"Ca", "fr", "Ca va", []string{"capitals:1"}},
		{"CREANCE", "fr", "PAIEMENT D’UNE CREANCE", []string{"capitals:1"}},
		{"CRÉANCE, En, Et, Est, Erreur, Exemple, Europe", "fr", "PAIEMENT D’UNE CRÉANCE En Et Est Erreur Exemple Europe Ensuite Entre Envoi", nil},
		{"a link", "fr", "Voir https://exemple.fr", []string{"links:1"}},
		{"www", "fr", "Voir www.exemple.fr", []string{"links:1"}},
		{"a link without a scheme", "en", "See exemple.fr/payer", []string{"links:1"}},
		{"a NIR with its key", "fr", "x\n255081416802538", []string{"nir:2"}},
		{"a NIR with spaces", "fr", "no 1\u00a083\u00a002\u00a075\u00a0999\u00a0001\u00a003", []string{"nir:1"}},
		{"a NIR without its key", "en", "no 1830275999001", []string{"nir:1"}},
		{"a Corsican NIR", "en", "no 255082A16802597", []string{"nir:1"}},
		{"a reference is no NIR", "en", "PCLCB172540000004, 201000005940002", nil},
		{"right in English", "en", "Hello: it’s “right”; isn’t it? €1,234.50 (yes)!", nil},
		{"a French space in English", "en", "Hello\u00a0: yes", []string{"spaces:1"}},
		{"« » in English", "en", "«x»", []string{"apostrophes:1"}},
		{"an apostrophe in German", "de", "Geht's", []string{"apostrophes:1"}},
		{"a colon in German", "de", "Betrag: {{.Amount}}!", nil},
	} {
		var got []string
		for _, m := range lintLines(c.lang, strings.Split(c.text, "\n"), nil) {
			got = append(got, fmt.Sprintf("%s:%d", m.Rule, m.Line))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %q (-want +got):\n%s", c.name, c.text, diff)
		}
	}
}

// What the linter finds stops a catalog, with file and line; a head can waive what is about words and spaces, and nothing else.
func TestLintStopsACatalog(t *testing.T) {
	const long = "Un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf vingt vingt-et-un vingt-deux vingt-trois vingt-quatre"
	for _, c := range []struct{ name, text, want string }{
		{"spaces", "Sujet\n\nOui !\n", "overlay 1: fr/failed.txt:3: the wrong space before « ! »; write U+202F (spaces)"},
		{"after a head", "---\nid: failed\n---\nSujet\n\nOui !\n", "fr/failed.txt:6: the wrong space"},
		{"25 words", "Sujet\n\n" + long + " vingt-cinq.\n", ""},
		{"26 words", "Sujet\n\nRien ici.\n" + long + " vingt-cinq vingt-six.\n", "overlay 1: fr/failed.txt:4: a sentence has 26 words, at most 25: « Un deux"},
		{"26 words in an item of a list", "Sujet\n\nListe\n- Un.\n- " + long + " vingt-cinq {{.State}}.\n", "fr/failed.txt:5: a sentence has 26 words"},
		{"26 words, waived", "---\nexempt: sentences\n---\nSujet\n\n" + long + " vingt-cinq vingt-six.\n", ""},
		{"spaces, waived", "---\nexempt: spaces, apostrophes\n---\nSujet\n\nC'est bon !\n", ""},
		{"another rule is not waived", "---\nexempt: spaces\n---\nSujet\n\nC'est bon !\n", "fr/failed.txt:6: a straight apostrophe in « C'est »; write ’ (apostrophes)"},
		{"links cannot be waived", "---\nexempt: links\n---\nSujet\n\nx\n", "fr/failed.txt:2: links is no rule that a text can be exempt from; those are spaces, apostrophes, capitals, sentences"},
		{"an amount in the subject", "\nVotre dette{{with .Amount}} de {{.}}{{end}}\n\nTexte\n", "fr/failed.txt:2: its subject states an amount, which anybody near a screen can read (subject)"},
		{"an amount in figures", "Payez 12,50\u00a0euros\n\nTexte\n", "fr/failed.txt:1: its subject states an amount"},
		{"an amount in words", "Payez 12\u00a0euros\n\nTexte\n", "fr/failed.txt:1: its subject states an amount"},
		{"an amount with its code", "Payez EUR 12\n\nTexte\n", "fr/failed.txt:1: its subject states an amount"},
		{"a NIR", "Sujet\n\nNuméro 255081416802538\n", "fr/failed.txt:3: it has a social security number (nir)"},
	} {
		_, err := NewCatalog(overlay("fr/failed.txt", c.text))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v\nwant %s", c.name, err, c.want)
		}
		if err != nil && strings.Contains(c.want, "a sentence has") && strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: it is named more than once, for each fact that stands in it:\n%v", c.name, err)
		}
		var m *Mistake
		if err != nil && (!errors.As(err, &m) || m.Origin != "overlay 1" || m.File != "fr/failed.txt" || m.Line == 0) {
			t.Errorf("%s: %+v", c.name, m)
		}
	}
}

// A sentence that one text is exempt from is not held against a letter that tells it, nor named twice.
func TestLetterIsNotBlamed(t *testing.T) {
	const long = "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize un deux trois quatre cinq six sept huit neuf dix."
	closing := "{{.Fund}} {{.PostalAddress}} {{.EmailAddress}}\n\n{{.Telephone}}\n\n{{.Officer}}\n"
	if _, err := NewCatalog(overlay("fr/failed.txt", "---\nexempt: sentences\n---\nSujet\n\nIci "+long+"\n", "fr/closing.txt", closing)); err != nil {
		t.Error(err)
	}
	if _, err := NewCatalog(overlay("fr/failed.txt", "Sujet\n\nIci "+long+"\n", "fr/closing.txt", closing)); err == nil || strings.Count(err.Error(), "a sentence has") != 1 {
		t.Error(err)
	}
	// A part may say nothing to those about whom nothing is known.
	if _, err := NewCatalog(overlay("fr/signature.txt", "{{.Fund}}\n")); err != nil {
		t.Error(err)
	}
}

// Mistakes in a head have their line.
func TestHeads(t *testing.T) {
	for _, c := range []struct{ name, file, head, want string }{
		{"all of it", "fr/failed.txt", "id: failed\nedition: ours\nlanguage: fr\nvalid-from: 2027-01-01\nsources: note 12, S58\nexempt: spaces\n", ""},
		{"another id", "fr/failed.txt", "language: fr\nid: fail\n", "fr/failed.txt:3: the id is fail, the file says failed"},
		{"another language", "fr/failed.txt", "language: en\n", "fr/failed.txt:2: the language is en, the folder says fr"},
		{"a day that is none", "fr/failed.txt", "valid-from: 2023-02-29\n", `fr/failed.txt:2: "2023-02-29" is not a day`},
		{"an unknown key", "fr/failed.txt", "title: x\n", "fr/failed.txt:2: title is unknown"},
		{"no key", "fr/failed.txt", "x\n", "fr/failed.txt:2: a line of the head is a key, a colon and a value"},
		{"a key twice", "fr/failed.txt", "id: failed\nid: failed\n", "fr/failed.txt:3: id is given twice"},
		{"no value", "fr/failed.txt", "id:\n", "fr/failed.txt:2: id is empty"},
		{"a day in the name", "fr/cancelled@2027-01-01.txt", "valid-from: 2027-01-01\n", ""},
		{"another day in the name", "fr/telephone@2027-01-01.txt", "valid-from: 2028-01-01\n", "fr/telephone@2027-01-01.txt:2: it is valid from 2028-01-01, the file says 2027-01-01"},
		{"no day in the name", "fr/telephone@2027-02-30.txt", "id: telephone\n", "fr/telephone@2027-02-30.txt: its name has no day"},
	} {
		_, err := NewCatalog(overlay(c.file, "---\n"+c.head+"---\nSujet\n\nTexte\n"))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), "overlay 1: "+c.want) {
			t.Errorf("%s: %v\nwant %s", c.name, err, c.want)
		}
	}
	if _, err := NewCatalog(overlay("fr/failed.txt", "\ufeff---\r\nid: fail\r\n---\r\nSujet\r\n\r\nTexte\r\n")); err == nil || !strings.Contains(err.Error(), "fr/failed.txt:2: the id is fail,") {
		t.Errorf("as an editor of Windows writes it: %v", err)
	}
	if _, err := NewCatalog(overlay("fr/failed.txt", "---\nid: failed\nSujet\n")); err == nil || !strings.Contains(err.Error(), "fr/failed.txt:1: its head has no end") {
		t.Errorf("a head without an end: %v", err)
	}
	if _, err := NewCatalog(overlay("fr/telephone@2027-01-01.txt", "Un", "fr/telephone.txt", "---\nvalid-from: 2027-01-01\n---\nDeux")); err == nil ||
		!strings.Contains(err.Error(), "it is valid from the same day as") {
		t.Errorf("one day twice: %v", err)
	}
}

// Our own texts have heads; « courante » is exempt from nothing, and « verbatim » from nothing that it does not need.
func TestOurOwnTexts(t *testing.T) {
	waived := 0
	for _, edition := range []string{"courante", "verbatim"} {
		fsys := editionFolder(edition)
		if err := (textsByLanguage{}).loadTexts(edition, fsys, true, inFull); err != nil {
			t.Error(err)
		}
		err := fs.WalkDir(fsys, ".", func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			source, err := fs.ReadFile(fsys, file)
			if err != nil {
				return err
			}
			lang, rest, _ := strings.Cut(file, "/")
			v, _ := newVersion(lang, strings.TrimSuffix(rest, ".txt"), file, string(source), true, inFull)
			if edition == "courante" && len(v.head.exempt) > 0 {
				t.Errorf("%s is exempt from %q", file, v.head.exempt)
			}
			if v.head.edition != edition {
				t.Errorf("%s says that it is of %q", file, v.head.edition)
			}
			for _, rule := range v.head.exempt {
				waived++
				if rule == ruleSentences {
					t.Errorf("%s is exempt from %s", file, rule)
				}
				if _, err := NewCatalog(fstest.MapFS{file: {Data: []byte(strings.Replace(string(source), rule, others[rule], 1))}}); err == nil ||
					!strings.Contains(err.Error(), "("+rule+")") || !strings.Contains(err.Error(), path.Base(file)+":") {
					t.Errorf("%s need not be exempt from %s: %v", file, rule, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	if waived == 0 {
		t.Error("nothing is waived")
	}
	if err := (textsByLanguage{}).loadTexts("x", overlay("fr/failed.txt", "Sujet\n\nTexte\n"), true, inFull); err == nil || !strings.Contains(err.Error(), "fr/failed.txt:1: it has no head") {
		t.Errorf("no head: %v", err)
	}
	if err := (textsByLanguage{}).loadTexts("x", overlay("fr/failed.txt", "---\nid: failed\n---\nSujet\n\nTexte\n"), true, inFull); err == nil || !strings.Contains(err.Error(), "its head lacks sources") {
		t.Errorf("half a head: %v", err)
	}
}

// others has, for each rule, one to be exempt from instead.
var others = map[string]string{ruleSpaces: ruleSentences, ruleApostrophes: ruleSentences, ruleCapitals: ruleSentences}

// A catalog says where its words come from.
func TestTexts(t *testing.T) {
	c := bothEditions(t)["verbatim"]
	found := map[string]TextInfo{}
	for _, x := range c.Texts() {
		found[x.Language+"/"+x.Name+" "+x.ValidFrom.Format("2006-01-02")] = x
	}
	telephone := found["fr/telephone 2018-07-05"]
	if diff := cmp.Diff(TextInfo{
		Name: "telephone", Language: "fr", Edition: "verbatim", File: "fr/telephone.txt", ValidFrom: telephone.ValidFrom,
		Sources: []string{"S74"}, Exempt: []string{"spaces", "apostrophes"},
	}, telephone); diff != "" || ShortDate(telephone.ValidFrom) != "05/07/2018" {
		t.Errorf("%s\n%v", diff, telephone.ValidFrom)
	}
	if x := found["en/telephone 2020-07-01"]; x.Edition != "courante" {
		t.Errorf("%+v", x)
	}
	own, err := NewCatalog(overlay("fr-CH/cancelled.txt", "Paiement abandonné\n\nC’est tout bon.\n"))
	if err != nil {
		t.Fatal(err)
	}
	swiss := 0
	for _, x := range own.Texts() {
		if x.Language == "fr-CH" {
			swiss++
			if x.Edition != "overlay 1" || !x.ValidFrom.IsZero() {
				t.Errorf("%+v", x)
			}
		}
	}
	if swiss != 1 {
		t.Errorf("%d texts of Swiss French", swiss)
	}
}
