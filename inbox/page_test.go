package inbox

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/text/language"
)

var (
	element = regexp.MustCompile(`<(/?)([a-z][a-z0-9]*)([^>]*)>`)
	void    = []string{"br", "meta"}
	known   = []string{"html", "head", "meta", "title", "style", "body", "table", "tr", "td", "h1", "div", "p", "ul", "li", "br", "header", "main"}
)

// wellFormed reports what is wrong with a piece of HTML: an element that is not closed, one that nobody knows, something that is fetched
// or run.
func wellFormed(s string) (wrong string) {
	var open []string
	for _, m := range element.FindAllStringSubmatch(s, -1) {
		name := m[2]
		switch {
		case !slices.Contains(known, name):
			return "<" + name + ">"
		case slices.Contains(void, name):
		case m[1] == "":
			open = append(open, name)
		case len(open) == 0 || open[len(open)-1] != name:
			return "</" + name + "> closes " + strings.Join(open, " ")
		default:
			open = open[:len(open)-1]
		}
		for _, bad := range []string{"href", "src", "on", "url("} {
			if strings.Contains(m[3], " "+bad) {
				return m[0]
			}
		}
	}
	if len(open) > 0 {
		return strings.Join(open, " ") + " is not closed"
	}
	if strings.Contains(s, "@import") || strings.Contains(s, "url(") || strings.Contains(s, "://") {
		return "it fetches something"
	}
	return ""
}

// Every message as mail and as page: well formed, in its language, with a title and one heading, and nothing to fetch or to run.
func TestDocuments(t *testing.T) {
	for edition, c := range bothEditions(t) {
		for _, tag := range c.Languages() {
			if edition == "verbatim" && tag != language.French {
				continue // as in « courante »
			}
			everything(t, c, tag, func(kind string, _ Content, m Message) {
				for form, s := range map[string]string{"html": m.HTML, "mail": m.Mail(), "page": m.Page(sampleSheet)} {
					if wrong := wellFormed(s); wrong != "" {
						t.Errorf("%s, %v, %s as %s: %s", edition, tag, kind, form, wrong)
					}
					if form == "html" {
						continue
					}
					title := html.EscapeString(m.Subject)
					for _, w := range []string{"<!DOCTYPE html>\n<html lang=\"" + tag.String() + "\">", `<meta charset="utf-8">`, "<title>" + title + "</title>", ">" + title + "</h1>"} {
						if strings.Count(s, w) != 1 {
							t.Errorf("%s, %v, %s as %s has %d of %s", edition, tag, kind, form, strings.Count(s, w), w)
						}
					}
					if strings.Count(s, "<h1") != 1 || strings.Contains(s, "role=\"status\"") || strings.Contains(s, "role=\"alert\"") {
						t.Errorf("%s, %v, %s as %s: headings or roles", edition, tag, kind, form)
					}
				}
				if strings.Contains(m.Mail(), "<style") || strings.Contains(m.Mail(), "<p>") || strings.Contains(m.Mail(), "class=") {
					t.Errorf("%s, %v, %s: a mail has a style that a client drops", edition, tag, kind)
				}
			})
		}
	}
}

func TestPage(t *testing.T) {
	m := render(t, catalog(t), Acknowledgement{samplePayment("paid"), sampleFund})
	page := m.Page(Sheet{From: sampleFund, To: "Mme <Anne> BELAGE\n\n1 place du Marché\n75001 PARIS", Date: sampleTime, Nonce: `a"b`})
	for _, w := range []string{
		"<p class=\"from\">CPAM de l’Exemple<br>\n12 rue de la Preuve<br>\n99999 Exemple Cedex</p>",
		"<p class=\"to\">Mme &lt;Anne&gt; BELAGE<br>\n1 place du Marché<br>\n75001 PARIS</p>",
		"<p class=\"date\">5 juillet 2026</p>", `<style nonce="a&#34;b">`, "@page { size: A4;",
	} {
		if !strings.Contains(page, w) {
			t.Errorf("no %s in\n%s", w, page)
		}
	}
	bare := m.Page(Sheet{})
	if strings.Contains(bare, "<header>") || strings.Contains(bare, "nonce") || wellFormed(bare) != "" {
		t.Errorf("%s", bare)
	}
	if en, err := catalog(t).Render(language.English, PaymentExpired{}); err != nil || !strings.Contains(en.Page(sampleSheet), ">5 July 2026</p>") {
		t.Errorf("the date in English: %v", err)
	}
}

// A language that is written from right to left says so, in every form.
func TestRightToLeft(t *testing.T) {
	arabic := fstest.MapFS{}
	for _, name := range requiredTexts {
		arabic["ar/"+name+".txt"] = &fstest.MapFile{Data: []byte("موضوع\n\n{{.PaidOn}} {{.Fund}} {{.EmailAddress}} {{.Telephone}}\n")}
	}
	arabic["ar/reminder.txt"] = &fstest.MapFile{Data: []byte("---\nexempt: sentences\n---\nموضوع\n\n{{.Fund}} {{.PostalAddress}} {{.Telephone}} {{.Name}} {{.Notice}} {{.NoticeOnLong}} {{.DueOnLong}} {{.Amount}} {{.Details}}\n" +
		"{{range .OtherWays}}\n- {{.}}\n{{end}}\n\n{{.Officer}} {{.Privacy}} L160-13 R142-1\n\n{{range .Remedies}}\n{{.}}\n{{end}}\n\n{{range .DataNotice}}\n{{.}}\n{{end}}\n")}
	for _, name := range requiredTexts { // a text of a banner has no telephone
		if _, whole := roleByName[name]; whole && name != "acknowledgement" && name != "reminder" {
			arabic["ar/"+name+".txt"] = &fstest.MapFile{Data: []byte("موضوع\n\nنص\n")}
		}
	}
	for name, text := range map[string]string{
		"telephone": "36\u00a046\n", "number": "{{.Number}}\n", "not_eligible": "موضوع\n\n{{.Reasons}} {{.Action}}\n", "nothing_to_pay": "موضوع\n\n{{.Reasons}} {{.Action}}\n",
		"receipt": "موضوع\n\n{{.Fund}} {{.Payer}} {{.Amount}} {{.Notice}} {{.PaidOnLong}} {{.Reference}} {{.Authorisation}}\n",
	} {
		arabic["ar/"+name+".txt"] = &fstest.MapFile{Data: []byte(text)}
	}
	m, err := catalog(t, arabic).Render(language.Arabic, PaymentExpired{})
	if err != nil {
		t.Fatal(err)
	}
	for form, s := range map[string]string{"html": m.HTML, "mail": m.Mail(), "page": m.Page(Sheet{})} {
		if !strings.Contains(s, `lang="ar" dir="rtl"`) {
			t.Errorf("%s:\n%s", form, s)
		}
	}
	for lang, want := range map[string]bool{"ar": true, "he": true, "fa": true, "ur": true, "dv": true, "az-Arab": true, "az": false, "fr": false, "zh": false, "x": false} {
		if rightToLeft(lang) != want {
			t.Errorf("%s: %t", lang, !want)
		}
	}
}
