package inbox

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

func TestRoles(t *testing.T) {
	want := map[string]string{
		"acknowledgement": "", "refund_notice": "", "reminder": "", "letter": "", "notification": "", "header": "", "next_steps": "", "receipt": "",
		"failed": "alert", "not_begun": "alert", "closed": "alert", "not_eligible": "alert", "held": "alert",
	}
	everything(t, catalog(t), language.French, func(kind string, _ Content, m Message) {
		role, ok := want[kind]
		if !ok {
			role = "status"
		}
		first := `<div lang="fr"`
		if role != "" {
			first += ` role="` + role + `"`
		}
		if !strings.HasPrefix(m.HTML, first+">\n") {
			t.Errorf("%s: %.60s", kind, m.HTML)
		}
	})
}

var tags = regexp.MustCompile(`<[^>]*>`)

// HTML and text have one source: without its tags the HTML is the text.
func TestHTMLSaysWhatTextSays(t *testing.T) {
	squeeze := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	everything(t, catalog(t), language.French, func(kind string, _ Content, m Message) {
		text := strings.ReplaceAll("\n"+m.Text, "\n- ", "\n")
		if got := squeeze(html.UnescapeString(tags.ReplaceAllString(m.HTML, " "))); got != squeeze(text) {
			t.Errorf("%s:\n%s\n%s", kind, got, squeeze(text))
		}
	})
}

// noisy is a text that prints what comes from outside, everywhere that it can.
var noisy = overlay("fr/acknowledgement.txt", `Reçu {{.Reference}}

{{.PaidOn}} {{.Notice}}
- {{.Reference}}

{{.Notice}}
{{.Fund}}
{{range .PostalAddress}}
- {{.}}
{{end}}

{{.EmailAddress}} {{.Telephone}} {{range .Signature}}[{{.}}]{{end}} {{.State}}
`)

func hostile(s string) Acknowledgement {
	p := samplePayment(payment.Paid)
	p.Reference, p.Notice, p.State = s, s, payment.State(s)
	one := strings.NewReplacer("\n", " ").Replace(s) // lines of an address are the host's to give
	return Acknowledgement{p, Sender{Fund: s, PostalAddress: one, EmailAddress: s, Telephone: one, Signature: French(one)}}
}

// hostileContents are contents with s wherever something comes from outside: references, notices, the names of shops and persons.
func hostileContents(s string) []Content {
	one := strings.NewReplacer("\n", " ").Replace(s) // lines of an address are the host's to give
	from := Sender{Fund: s, PostalAddress: one, EmailAddress: s, Telephone: one, TelephoneAbroad: s, Signature: French(one), Officer: Officer{s, French(s)}}
	p := samplePayment(payment.Refused)
	p.Reference, p.Notice = s, s
	r := sampleReminders()[3].(Reminder)
	now := r.From.Now
	r.Name, r.OtherWays, r.Privacy, r.From = s, Words{"fr": one, "en": one}, s, from
	r.From.Telephone, r.From.TelephoneAbroad, r.From.Officer.Quality, r.From.Now = "01 99 00 12 34", "", Words{"fr": s, "en": s}, now
	notice := *r.Debt.Notice
	notice.Number = s
	r.Debt.Notice = &notice
	r.Details = []Detail{{r.Debt.Items[0], s}, {r.Debt.Items[1], s}}
	paid := samplePayment(payment.Paid)
	paid.Reference, paid.Notice, paid.Merchant, paid.MaskedPAN, paid.Authorisation = s, s, s, s, s
	l := Letter{ReceivedAt: sampleTime, DeleteAt: sampleTime}
	l.Subject = s
	return []Content{
		hostile(s), AsLetter{PaymentFailed{p}, from}, AsLetter{DebtHeld{p}, from}, r, Header{Letter: l}, RefundNotice{p, from}, Notification{from},
		NotEligible{Decision: creance.Decision{Reasons: []creance.Reason{{Code: creance.ReasonCode(s)}}}, From: from},
		Receipt{paid, "x" + s, from},
	}
}

// hostileForms are all forms of those contents; empty where a content is refused.
func hostileForms(c *Catalog, tag language.Tag, s string) (all []map[string]string, err error) {
	for _, n := range hostileContents(s) {
		m, err := c.Render(tag, n)
		if r, ok := n.(Reminder); ok && r.Validate() != nil {
			all = append(all, nil)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%T: %w", n, err)
		}
		one := strings.NewReplacer("\n", " ").Replace(s)
		sheet := Sheet{From: Sender{Fund: s, PostalAddress: one}, To: one, Date: sampleTime, Nonce: s}
		all = append(all, map[string]string{
			"subject": m.Subject, "text": m.Text, "plain": m.Plain(), "html": m.HTML, "mail": m.Mail(), "page": m.Page(sheet),
		})
	}
	return all, nil
}

// tagNames are the tags of a document, without what their attributes say.
func tagNames(s string) []string {
	out := tags.FindAllString(s, -1)
	for i, t := range out {
		if strings.HasPrefix(t, "<style") {
			out[i] = "<style>"
		}
	}
	return out
}

// Nothing from outside breaks out of its place: same tags, same paragraphs, no control character, in any content and any form.
func FuzzRender(f *testing.F) {
	for _, s := range []string{
		"PCLCB172540000004", "<script>alert(1)</script>", "a\n\nb", "\n- x", "- x", "\"><img src=x onerror=y>", "{{.Amount}}", "\x02\x03\x044\x04", "\u202egnp.exe",
		"a\u2028b", "&lt;", "\xff\xfe", "'\"`", "\r\nBcc: x@y", "\u00a0", "\u0085", "</p></div>", "<p>", " role=\"status\"", "</style><b>", "</title>", "e\u0301",
	} {
		f.Add(s)
	}
	c, err := NewCatalog(noisy)
	if err != nil {
		f.Fatal(err)
	}
	languages := []language.Tag{language.French, language.English}
	plain := map[language.Tag][]map[string]string{}
	for _, tag := range languages {
		if plain[tag], err = hostileForms(c, tag, "x"); err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, tag := range languages {
			all, err := hostileForms(c, tag, s)
			if err != nil {
				t.Fatal(err)
			}
			for i, forms := range all {
				for form, part := range forms {
					if i := strings.IndexFunc(part, func(r rune) bool {
						return unicode.IsControl(r) && r != '\n' || r == '\u2028' || r == '\u2029' || turnsDirection(r) || r == unicode.ReplacementChar
					}); i >= 0 {
						t.Fatalf("%q: a mark at %d of the %s %q", s, i, form, part)
					}
				}
				if strings.Contains(forms["subject"], "\n") {
					t.Fatalf("%q: subject %q", s, forms["subject"])
				}
				if forms == nil || cleanLine(s) == "" || linesOf(s) == nil || strings.Trim(cleanLine(s), " \t") != cleanLine(s) {
					continue // a line less
				}
				want := plain[tag][i]
				for _, form := range []string{"html", "mail", "page"} {
					if got, want := tagNames(forms[form]), tagNames(want[form]); !slices.Equal(got, want) {
						t.Fatalf("%q: tags of the %s %q, want %q", s, form, got, want)
					}
				}
				for _, form := range []string{"text", "plain"} {
					if got, want := strings.Count(forms[form], "\n"), strings.Count(want[form], "\n"); got != want {
						t.Fatalf("%q: %d line ends in the %s, want %d: %q", s, got, form, want, forms[form])
					}
				}
			}
		}
	})
}

// What nobody sees does not stand in what somebody reads: two names that look the same are the same.
func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		" a\u00a0b ": "a\u00a0b", "a\u200bb\u200fc": "abc", "a\u2060b\u206fc": "abc", "\ufeffa": "a", "a\u061cb": "ab", "a\u202eb\u2066c": "abc", "a\u202ab\u2069c": "abc",
		"a\nb\tc\x00d": "a b c d", "a\u2028b\u2029c": "a b c", "a\xffb": "a b", "Noe\u0308l": "No\u00ebl", "": "",
	} {
		if got := cleanLine(in); got != want {
			t.Errorf("%+q: %+q, want %+q", in, got, want)
		}
	}
}

func TestOutsideIsEscaped(t *testing.T) {
	c := catalog(t, noisy)
	m := render(t, c, hostile(`<b onclick="x">'&`+"\n\n- y"))
	if want := `&lt;b onclick=&#34;x&#34;&gt;&#39;&amp;  - y`; !strings.Contains(m.HTML, want) || strings.Contains(m.HTML, "<b ") {
		t.Errorf("%s", m.HTML)
	}
	if !strings.Contains(m.Text, `<b onclick="x">'&  - y`) {
		t.Errorf("%s", m.Text)
	}
	// A reason code is from outside too: it is looked up, never printed and never a path.
	m = render(t, c, NotEligible{Decision: creance.Decision{Reasons: []creance.Reason{{Code: "../advice/later"}, {Code: "<i>"}}}})
	if strings.Contains(m.HTML, "<i>") || strings.Contains(m.Text, "plus tard") || !strings.Contains(m.Text, "ne remplit pas") {
		t.Errorf("%s", m.Text)
	}
}

// An amount that is not one is left out; nothing is rounded, and nothing takes a second to print.
func TestAmountThatIsNone(t *testing.T) {
	c := catalog(t, overlay("fr/accepted.txt", "Sujet\n\nMontant\u00a0:{{with .Amount}} {{.}}{{end}}.\n"))
	for cents, want := range map[int64]string{62_00: "Montant\u00a0: 62,00\u00a0€.", -1: "Montant\u00a0:."} {
		p := samplePayment(payment.Paid)
		p.Amount = euro.Of(cents)
		if m := render(t, c, PaymentAccepted{p}); m.Text != want {
			t.Errorf("%d cents: %q", cents, m.Text)
		}
	}
}

// No message names the payer.
func TestNoMessageNamesThePayer(t *testing.T) {
	c := catalog(t)
	p := samplePayment(payment.Refused)
	p.Debtor, p.Debt, p.Key, p.MaskedPAN, p.Authorisation = "debtor-zzz", "debt-zzz", "key-zzz", "zzz##", "zzz"
	for _, s := range []payment.State{payment.Paid, payment.Review, payment.Refused, payment.Refunded} {
		p.State, p.PaidAt = s, sampleTime
		for _, n := range []Content{Acknowledgement{p, sampleFund}, PaymentFailed{p}, DebtHeld{p}, PaymentUnderReview{p}, RefundNotice{p, sampleFund}} {
			if m := render(t, c, n); strings.Contains(m.Subject+m.Text+m.HTML, "zzz") {
				t.Errorf("%T in %s: %s", n, s, m.Text)
			}
		}
	}
}

func TestPlain(t *testing.T) {
	everything(t, catalog(t), language.French, func(kind string, _ Content, m Message) {
		if strings.ContainsAny(m.Plain(), "\u00a0\u202f’") {
			t.Errorf("%s: %q", kind, m.Plain())
		}
	})
}
