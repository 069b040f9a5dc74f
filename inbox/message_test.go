package inbox

import (
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
		"acknowledgement": "", "refund_notice": "", "header": "", "next_steps": "",
		"failed": "alert", "not_eligible": "alert", "held": "alert",
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
	return Acknowledgement{p, Options{Fund: s, PostalAddress: one, EmailAddress: s, Telephone: one, Signature: one}}
}

// Nothing from outside breaks out of its place: same tags, same paragraphs, no control character, in text and HTML.
func FuzzRender(f *testing.F) {
	for _, s := range []string{
		"PCLCB172540000004", "<script>alert(1)</script>", "a\n\nb", "\n- x", "- x", "\"><img src=x onerror=y>", "{{.Amount}}", "\x02\x03", "\u202egnp.exe",
		"a\u2028b", "&lt;", "\xff\xfe", "'\"`", "\r\nBcc: x@y", "\u00a0", "\u0085", "</p></div>",
	} {
		f.Add(s)
	}
	c, err := NewCatalog(noisy)
	if err != nil {
		f.Fatal(err)
	}
	plain, err := c.Render(language.French, hostile("x"))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := c.Render(language.French, hostile(s))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{m.Subject, m.Text, m.HTML} {
			if i := strings.IndexFunc(part, func(r rune) bool {
				return unicode.IsControl(r) && r != '\n' || r == '\u2028' || r == '\u2029' || r >= '\u202a' && r <= '\u202e' || r == unicode.ReplacementChar
			}); i >= 0 {
				t.Fatalf("%q: a mark at %d of %q", s, i, part)
			}
		}
		if strings.Contains(m.Subject, "\n") {
			t.Fatalf("%q: subject %q", s, m.Subject)
		}
		if clean(s) == "" || linesOf(s) == nil || strings.Trim(clean(s), " \t") != clean(s) {
			return // a line less
		}
		if got, want := tags.FindAllString(m.HTML, -1), tags.FindAllString(plain.HTML, -1); !slices.Equal(got, want) {
			t.Fatalf("%q: tags %q, want %q", s, got, want)
		}
		if got, want := strings.Count(m.Text, "\n"), strings.Count(plain.Text, "\n"); got != want {
			t.Fatalf("%q: %d line ends, want %d: %q", s, got, want, m.Text)
		}
	})
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
	c := catalog(t, overlay("fr/accepted.txt", "Sujet\n\nMontant :{{with .Amount}} {{.}}{{end}}.\n"))
	for cents, want := range map[int64]string{62_00: "Montant : 62,00\u00a0€.", -1: "Montant :."} {
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
