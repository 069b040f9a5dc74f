package inbox

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/quittance/quittance/internal/paris"
)

// What NewCatalog does not check because it is part of the program: our editions are checked here as a stranger's is.
func TestCorrectedEditionIsProven(t *testing.T) {
	if _, err := readCorrected(inFull); err != nil {
		t.Error(err)
	}
	for _, overlay := range []fs.FS{Verbatim(), PublicBody()} {
		if !areProven([]fs.FS{overlay}) {
			t.Errorf("%v is ours, and is not known as ours", overlay)
		}
		if _, err := newCatalog(inFull, overlay); err != nil {
			t.Error(err)
		}
	}
	for _, strangers := range [][]fs.FS{{Verbatim(), PublicBody()}, {overlay("fr/failed.txt", "S\n\nT\n")}, {nil}} {
		if areProven(strangers) {
			t.Errorf("%v was proven by nobody", strangers)
		}
	}
}

// Each text of ours is a program, and it writes what text/template writes, whatever it is told of.
func TestProgramsWriteWhatTemplatesWrite(t *testing.T) {
	compared := 0
	for edition, c := range bothEditions(t) {
		for _, e := range c.editions {
			facts := map[string][]Facts{} // by content
			for _, k := range contentKinds {
				for _, n := range k.samples() {
					b := factBuilder{edition: e}
					b.day = paris.Of(sampleToday)
					if err := inLanguage(n, e.tag).setFacts(&b); err != nil {
						t.Fatal(err)
					}
					facts[n.contentName()] = append(facts[n.contentName()], b.Facts)
				}
			}
			for name, versions := range e.texts {
				of := append(facts[name], *fullFacts, Facts{}, facts["acknowledgement"][0], facts["reminder"][0])
				for _, v := range versions {
					if v.program == nil {
						t.Errorf("%s: %s/%s is no program", edition, e.name, v.file)
						continue
					}
					for _, f := range of {
						var want strings.Builder
						if err := v.tmpl.Execute(&want, &f); err != nil {
							t.Fatal(err)
						}
						if got := string(v.program.writeText(&f, nil)); got != want.String() {
							t.Errorf("%s: %s: the program writes %q, the template %q", edition, v.file, got, want.String())
						}
						compared++
					}
				}
			}
		}
	}
	if compared < 2000 {
		t.Errorf("%d comparisons", compared)
	}
}

// What programs do not know text/template runs: the words are the same.
func TestTextsThatAreNoPrograms(t *testing.T) {
	for _, c := range []struct {
		text    string
		program bool
	}{
		{"S\n\n{{.Amount}}\n", true},
		{"S\n\n{{if not (and .Amount .Notice)}}a{{else if eq .State \"paid\"}}b{{else}}c{{end}}\n", true},
		{"S\n\n{{with .Telephone}}{{range .}}{{.}} {{$.Amount}}{{end}}{{else}}x{{end}}\n", true},
		{"S\n\n{{/* nothing */}}{{- .PostalAddress -}}\n", true},
		{"S\n\n{{.Telephone.String}}\n", false},
		{"S\n\n{{not .Amount}}\n", false},
		{"S\n\n{{.State | eq \"paid\"}}\n", false},
	} {
		v, bad := newVersion("de", "failed", "de/failed.txt", c.text, false, inFull)
		if len(bad) > 0 {
			t.Errorf("%q: %v", c.text, bad)
			continue
		}
		if (v.program != nil) != c.program {
			t.Errorf("%q is a program: %v", c.text, v.program != nil)
		}
		for _, f := range []Facts{{}, *fullFacts, {State: "paid", Amount: "1", Telephone: Lines{"a", ""}, PostalAddress: Lines{"b", "c"}}} {
			var want strings.Builder
			if err := v.tmpl.Execute(&want, &f); err != nil {
				t.Fatal(err)
			}
			if got, err := v.execute(&f, false); err != nil || got != want.String() {
				t.Errorf("%q: %q, %v, want %q", c.text, got, err, want.String())
			}
		}
	}
}

// A sender is put in words once a day, and again when anything of it changes; what is kept is bounded.
func TestSenderInWordsOnce(t *testing.T) {
	c, err := NewCatalog()
	if err != nil {
		t.Fatal(err)
	}
	e := c.editions[0]
	for i := range 3 * mostSenders {
		from := sampleFund
		from.Fund = fmt.Sprint("Caisse ", i%(2*mostSenders))
		m := render(t, c, Acknowledgement{samplePayment("paid"), from})
		if !strings.Contains(m.Text, from.Fund) {
			t.Fatalf("%s: %s", from.Fund, m.Text)
		}
		if n := len(e.senders.words); n > mostSenders {
			t.Fatalf("%d senders are kept", n)
		}
	}
	for name, change := range map[string]func(*Sender){
		"telephone": func(s *Sender) { s.Telephone = "01 99 00 99 99" }, "officer": func(s *Sender) { s.Officer.Quality = French("directeur") },
		"signature": func(s *Sender) { s.Signature = French("Nous") }, "address": func(s *Sender) { s.PostalAddress = "ici" },
		"e-mail": func(s *Sender) { s.EmailAddress = "autre@fonds.example" }, "abroad": func(s *Sender) { s.TelephoneAbroad = "+33 1 00 00 00 00" },
	} {
		from := sampleFund
		change(&from)
		if render(t, c, Acknowledgement{samplePayment("paid"), from}).Text == render(t, c, Acknowledgement{samplePayment("paid"), sampleFund}).Text {
			t.Errorf("another %s, and the same words", name)
		}
	}
}
