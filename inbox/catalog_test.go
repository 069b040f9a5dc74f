package inbox

import (
	"errors"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

// overlay is a file system of pairs: name, text.
func overlay(pairs ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		fsys[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return fsys
}

// everything renders every sample of a language and yields name, content and message, each message once.
func everything(t testing.TB, c *Catalog, tag language.Tag, do func(name string, n Content, m Message)) {
	t.Helper()
	for _, k := range contentKinds {
		seen := map[Message]bool{}
		for _, n := range k.samples() {
			m, err := c.Render(tag, n)
			if err != nil {
				t.Fatalf("%s: %v", k.name, err)
			}
			if !seen[m] {
				seen[m] = true
				do(k.name, n, m)
			}
		}
	}
}

// S80: every edition has every text; each message says something, in one language, without the marks of its making.
func TestEveryEditionSaysEverything(t *testing.T) {
	for name, c := range bothEditions(t) {
		if got := c.Languages(); len(got) != 2 || got[0] != language.French || got[1] != language.English {
			t.Fatalf("%s: languages %v", name, got)
		}
		for _, tag := range c.Languages() {
			everything(t, c, tag, func(kind string, n Content, m Message) {
				if m.Subject == "" || m.Text == "" || m.HTML == "" || m.Language != tag.String() {
					t.Errorf("%s: %v %s: %+v", name, tag, kind, m)
				}
				all := m.Subject + m.Text + m.HTML
				for _, bad := range []string{"{{", "}}", "<no value>", listMark, dropMark, "  ", " \n", "\n\n\n", "://", "www.", " .", "()", "%!"} {
					if strings.Contains(all, bad) {
						t.Errorf("%s: %v %s has %q:\n%s", name, tag, kind, bad, all)
					}
				}
				if strings.Contains(m.Subject, "€") {
					t.Errorf("%s: %v %s: amount in the subject %q", name, tag, kind, m.Subject)
				}
			})
		}
	}
}

// What every message must say to the payer: whether money moved, and what to do next.
var (
	moneyWords = regexp.MustCompile(`débitée?|revient sur votre compte|prélevée?|prélèvement|rendus?\b|remboursement de|Somme payée|débit |remboursée?|réglée|[Ss]omme à payer|accusons réception|charged|taken|debited|direct debit|returned to you|refund of|Amount paid|Somme payée|refunded|received your payment|sum claimed by the notice is paid|To pay|bank statement`)
	nextWords  = regexp.MustCompile(`rien (d’autre |de plus |à payer, ni rien )?à faire|plus rien à faire|recommencer|recommencez|[Cc]ontacte[rz]|[Aa]ttendez|[Ss]uivez|Revenez|do not need to (pay or )?do anything|try again|[Cc]ontact|Wait|wait|Come back|[Ff]ollow`)
)

func TestEveryMessageSaysWhetherMoneyMovedAndWhatNext(t *testing.T) {
	c := catalog(t)
	for _, tag := range c.Languages() {
		everything(t, c, tag, func(kind string, n Content, m Message) {
			if kind == "header" || kind == "notification" {
				return
			}
			if l, ok := n.(AsLetter); ok {
				n = l.Content
			}
			if e, ok := n.(NotEligible); ok && !e.Requested {
				return // nobody has asked to pay
			}
			if e, ok := n.(PortalClosed); ok && !e.Requested {
				return
			}
			if !moneyWords.MatchString(m.Text) {
				t.Errorf("%v %s does not say whether money moved:\n%s", tag, kind, m.Text)
			}
			if kind == "reminder" || kind == "receipt" {
				return // what it must say has a rule of its own
			}
			if kind == "acknowledgement" { // of a payment that went on since, it is history
				if s := n.(Acknowledgement).Payment.State; s != payment.Paid && s != payment.Recorded && s != payment.Review {
					return
				}
			}
			if !nextWords.MatchString(m.Text) {
				t.Errorf("%v %s does not say what to do next:\n%s", tag, kind, m.Text)
			}
		})
	}
}

// S13–S16 and the rest: each reason has words of its own, and all reasons are told but what does not matter once nothing is owed.
func TestReasons(t *testing.T) {
	c := catalog(t)
	refusal := func(rs ...creance.Reason) string {
		return render(t, c, NotEligible{Decision: creance.Decision{Reasons: rs}}).Text
	}
	other := refusal(creance.Reason{Code: "of_an_integrator"})
	seen := map[string]creance.ReasonCode{other: "other"}
	for code := range creance.ReasonCodes() {
		text := refusal(creance.Reason{Code: code})
		if was, ok := seen[text]; ok {
			t.Errorf("%s reads like %s", code, was)
		}
		seen[text] = code
	}

	below := creance.Reason{Code: creance.BelowMinimum, Actual: euro.Of(49_99), Limit: euro.Of(50_00)}
	above := creance.Reason{Code: creance.AboveMaximum, Actual: euro.Of(1150_01), Limit: euro.Of(150_00)}
	for _, c := range []struct {
		name    string
		reasons []creance.Reason
		want    []string
		without string
	}{
		{"S13, with a notice in hand", []creance.Reason{below}, []string{
			"Le montant dû (49,99\u00a0€) est inférieur au minimum pour payer en ligne (50\u00a0€).", "suivez les indications de votre avis",
			"pourra être retenue sur vos prochains remboursements"}, "rien à faire"},
		{"S14, with a notice in hand", []creance.Reason{above}, []string{
			"Le montant dû (1\u202f150,01\u00a0€) est supérieur au maximum pour payer en ligne (150\u00a0€).", "suivez les indications de votre avis"}, "inférieur"},
		{"S13 and S15", []creance.Reason{below, {Code: creance.NoNotice}}, []string{
			"inférieur", "Nous ne trouvons pas d’avis de somme à payer pour cette créance.", "rien à faire pour l’instant"}, "Attendez"},
		{"S14 and S15", []creance.Reason{above, {Code: creance.NoNotice}}, []string{"supérieur", "Attendez de recevoir un avis"}, "Si vous l’avez"},
		{"two items of a wrong kind, S16", []creance.Reason{{Code: creance.WrongKind, Kind: "a"}, {Code: creance.WrongKind, Kind: "b"}}, []string{"Seules les participations"}, "a\n"},
		{"an amount that is none", []creance.Reason{{Code: creance.BelowMinimum, Actual: euro.Of(-1), Limit: euro.Of(50_00)}}, []string{
			"Le montant dû est inférieur au minimum pour payer en ligne (50\u00a0€)."}, "-"},
		{"nothing is owed any more", []creance.Reason{below, {Code: creance.TimeBarred}}, []string{"annulée\u00a0: le délai pour la réclamer est dépassé"}, "inférieur"},
		{"exempt", []creance.Reason{below, {Code: creance.NoNotice}, {Code: creance.Exempt}}, []string{"la loi vous dispense"}, "inférieur"},
		{"settled", []creance.Reason{{Code: creance.AlreadySettled}, {Code: creance.NothingDue}, {Code: creance.NoNotice}}, []string{"déjà réglée"}, "avis"},
		{"in dispute, and more", []creance.Reason{above, {Code: creance.InDispute}}, []string{
			"Vous avez contesté cette créance.\n\nLe montant dû (1\u202f150,01", "Attendez la réponse à votre contestation avant de payer."}, "suivez"},
		{"small and of a wrong kind: the law of co-payments says nothing of it", []creance.Reason{{Code: creance.WrongKind, Kind: "indu"}, below}, []string{
			"Seules les participations"}, "inférieur"},
		{"no reason", nil, []string{"ne remplit pas les conditions"}, "prescrite"},
	} {
		text := refusal(c.reasons...)
		for _, w := range c.want {
			if strings.Count(text, w) != 1 {
				t.Errorf("%s: %q stands %d times in\n%s", c.name, w, strings.Count(text, w), text)
			}
		}
		if strings.Contains(text, c.without) {
			t.Errorf("%s: %q in\n%s", c.name, c.without, text)
		}
	}
	// Balance and limit are those of their own reason, and a text of one paragraph is told alone or not at all.
	own := catalog(t, overlay("fr/reason/other.txt", "Solde{{.Balance}} limite{{.Limit}}.\n\nVenez.\n", "fr/reason/of_ours.txt", "Venez tout de suite.\n"))
	for _, c := range []struct {
		code creance.ReasonCode
		want []string
	}{
		{"of_an_integrator", []string{"Solde limite.", "Le montant dû (49,99\u00a0€) est inférieur au minimum pour payer en ligne (50\u00a0€).", "Venez."}},
		{"of_ours", []string{"Venez tout de suite.", "Le montant dû (49,99\u00a0€) est inférieur au minimum pour payer en ligne (50\u00a0€)."}},
	} {
		got, err := own.Reasons(language.French, NotEligible{Decision: creance.Decision{Reasons: []creance.Reason{below, {Code: c.code}}}})
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", c.code, err, diff)
		}
	}
	got, err := own.Reasons(language.French, NotEligible{Decision: creance.Decision{Reasons: []creance.Reason{{Code: "of_ours"}, {Code: creance.OnHold}}}})
	if diff := cmp.Diff([]string{"Le paiement en ligne de cette créance est suspendu pour le moment.", "Contactez votre caisse avant de payer."}, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	if _, err := c.Reasons(language.French, NotEligible{Decision: creance.Decision{Policy: "p@0", Amount: euro.Of(62_00)}}); err == nil {
		t.Error("an eligible decision has reasons")
	}
	if _, err := (*Catalog)(nil).Reasons(language.French, NotEligible{}); err == nil {
		t.Error("no catalog has words")
	}
	if _, err := c.Render(language.French, NotEligible{Decision: creance.Decision{Policy: "p@0", Amount: euro.Of(62_00)}}); err == nil {
		t.Error("an eligible decision is told as not eligible")
	}
}

// The payer is told the advice, and no more than that: « carte volée » helps a thief.
func TestDeclines(t *testing.T) {
	c := catalog(t)
	advice := map[acquirer.Advice]string{}
	for d := range acquirer.Declines() {
		p := samplePayment(payment.Refused)
		p.Decline = d
		text := render(t, c, PaymentFailed{p}).Text
		if was, ok := advice[d.Advice()]; ok && was != text {
			t.Errorf("%s is told otherwise than its advice %s", d, d.Advice())
		}
		advice[d.Advice()] = text
		if bad := regexp.MustCompile(`(?i)vol[ée]|perdu|fraud|opposition|stolen|solde|provision|plafond`).FindString(text); bad != "" {
			t.Errorf("%s: %q in\n%s", d, bad, text)
		}
		if !strings.Contains(text, "Aucune somme n’a été débitée.") {
			t.Errorf("%s does not say that no money moved", d)
		}
	}
	if len(advice) != 5 {
		t.Fatalf("%d kinds of advice", len(advice))
	}
	for a, want := range map[acquirer.Advice]string{
		acquirer.SameCard: "recommencer avec la même carte", acquirer.OtherCard: "avec une autre carte", acquirer.Later: "plus tard",
		acquirer.AskBank: "Votre banque", acquirer.Never: "Contactez votre caisse",
	} {
		if !strings.Contains(advice[a], want) {
			t.Errorf("%s: no %q in\n%s", a, want, advice[a])
		}
	}
	unlisted := samplePayment(payment.Refused)
	unlisted.Decline = "new_code"
	if got := render(t, c, PaymentFailed{unlisted}).Text; got != advice[acquirer.AskBank] {
		t.Errorf("a decline that is not listed:\n%s", got)
	}
}

// A zero payment and an error: « nous vérifions », never « échoué ».
func TestResultUnknownNeverSaysFailed(t *testing.T) {
	for _, c := range bothEditions(t) {
		for _, n := range []Content{ResultUnknown{}, ResultUnknown{samplePayment(payment.Unknown)}} {
			m := render(t, c, n)
			all := strings.ToLower(m.Subject + m.Text)
			if !strings.Contains(all, "nous vérifions") || strings.Contains(all, "échou") || strings.Contains(all, "échec") || strings.Contains(all, "refus") {
				t.Errorf("%s\n%s", m.Subject, m.Text)
			}
		}
	}
}

// bare are capitals without their accents.
var bare = regexp.MustCompile(`\b(Etat|Ecrire|Echec|Electronique|A payer|Etape)\b`)

// The rules of the Imprimerie nationale, in every text of the corrected edition.
func TestFrenchTypography(t *testing.T) {
	everything(t, catalog(t), language.French, func(kind string, n Content, m Message) {
		for _, s := range []string{m.Subject, m.Text} {
			r := []rune(s)
			before := func(i int) rune {
				if i == 0 {
					return 0
				}
				return r[i-1]
			}
			for i, c := range r {
				ok := true
				switch c {
				case ';', '!', '?':
					ok = before(i) == '\u202f'
				case '€', '»':
					ok = before(i) == '\u00a0'
				case ':':
					digits := i+1 < len(r) && before(i) >= '0' && before(i) <= '9' && r[i+1] >= '0' && r[i+1] <= '9'
					ok = digits || before(i) == '\u00a0'
				case '«':
					ok = i+1 < len(r) && r[i+1] == '\u00a0'
				case '\'', '"', '“', '”':
					ok = false
				}
				if !ok {
					t.Errorf("%s: %q at %d of %+q", kind, c, i, s)
				}
			}
			if bad := bare.FindString(s); bad != "" {
				t.Errorf("%s: %q lacks its accent", kind, bad)
			}
		}
	})
}

// unkind are words of no plain letter: the familiar form, and those of an office.
var unkind = regexp.MustCompile(`(?i)(?:^|[^\pL])(tu|ton|tes|veuillez|susmentionné|nonobstant)(?:[^\pL]|$)`)

// pointing are words that point back. At the beginning of a paragraph there is nothing that they could point to: what stood above may be left out, or
// be about something else.
var pointing = regexp.MustCompile(`^(?:- )?(?:It|They|He|She|Elles?|Ils?)\b`)

// Plain language: « vous », at most 25 words in a sentence, and no paragraph that begins with a pronoun.
func TestPlainLanguage(t *testing.T) {
	c := catalog(t)
	for _, tag := range c.Languages() {
		everything(t, c, tag, func(kind string, _ Content, m Message) {
			for p := range strings.SplitSeq(m.Text, "\n") {
				if n, sentence := tooLong(p); n > 0 {
					t.Errorf("%v %s: %d words: %q", tag, kind, n, sentence)
				}
				if bad := pointing.FindString(p); bad != "" {
					t.Errorf("%v %s: what is %q? %q", tag, kind, bad, p)
				}
			}
			if bad := unkind.FindString(m.Text); tag == language.French && bad != "" {
				t.Errorf("%s: %q", kind, bad)
			}
		})
	}
}

func TestLanguages(t *testing.T) {
	c := catalog(t)
	for _, l := range []struct{ asked, spoken string }{
		{"fr", "fr"}, {"fr-CA", "fr"}, {"fr-FR", "fr"}, {"en", "en"}, {"en-GB", "en"}, {"en-US", "en"},
		{"und", "fr"}, {"", "fr"}, {"de", "fr"}, {"ja", "fr"}, {"eo", "fr"}, {"tlh", "fr"}, {"br", "fr"}, {"not a language", "fr"}, {"en-Latn-u-ca-buddhist", "en"},
	} {
		m, err := c.Render(language.Make(l.asked), PaymentCancelled{})
		if err != nil || m.Language != l.spoken {
			t.Errorf("%q: %q, %v", l.asked, m.Language, err)
		}
	}

	// A further language is a further folder, complete.
	german := fstest.MapFS{}
	for _, name := range requiredTexts {
		german["de/"+name+".txt"] = &fstest.MapFile{Data: []byte("Betreff\n\nAm {{.PaidOnLong}}: {{.Fund}}, {{.EmailAddress}}, {{.Telephone}}, {{.Amount}}.\n")}
	}
	german["de/telephone.txt"] = &fstest.MapFile{Data: []byte("36\u00a046\n")}
	german["de/number.txt"] = &fstest.MapFile{Data: []byte("{{.Number}}\n")}
	german["de/receipt.txt"] = &fstest.MapFile{Data: []byte("Betreff\n\n{{.Fund}} {{.Payer}} {{.Amount}} {{.Notice}} {{.PaidOnLong}} {{.Reference}} {{.Authorisation}}\n")}
	german["de/not_eligible.txt"] = &fstest.MapFile{Data: []byte("Betreff\n\n{{.Reasons}} {{.Action}}\n")}
	german["de/nothing_to_pay.txt"] = german["de/not_eligible.txt"]
	german["de/reminder.txt"] = &fstest.MapFile{Data: []byte("Betreff\n\n{{.Fund}} {{.PostalAddress}} {{.Telephone}}\n\n{{.Name}} {{.Notice}} {{.NoticeOnLong}} {{.DueOnLong}} " +
		"{{.Amount}}\n{{range .Details}}\n- {{.}}\n{{end}}\n{{range .OtherWays}}\n- {{.}}\n{{end}}\n\n{{.Officer}} {{.Privacy}} L160-13 R142-1\n\n{{range .Remedies}}\n{{.}}\n{{end}}\n\n{{range .DataNotice}}\n{{.}}\n{{end}}\n")}
	m, err := catalog(t, german).Render(language.MustParse("de-AT"), Acknowledgement{samplePayment(payment.Paid), sampleFund})
	if want := "Am 05/07/2026: CPAM de l’Exemple, service@fonds.example, 01\u00a099\u00a000\u00a012\u00a034, 62,00\u00a0€."; err != nil || m.Text != want || m.Language != "de" {
		t.Errorf("%+v, %v", m, err)
	}
	delete(german, "de/failed.txt")
	if _, err := NewCatalog(german); err == nil || !strings.Contains(err.Error(), "de/failed.txt: language de lacks this text") {
		t.Errorf("an incomplete language: %v", err)
	}

	// A region inherits what it does not say itself.
	swiss := catalog(t, overlay("fr-CH/cancelled.txt", "Paiement abandonné\n\nC’est tout bon.\n"))
	for tag, want := range map[string]string{"fr-CH": "C’est tout bon.", "fr-BE": "Vous avez quitté"} {
		if m, err := swiss.Render(language.MustParse(tag), PaymentCancelled{}); err != nil || !strings.HasPrefix(m.Text, want) {
			t.Errorf("%s: %+v, %v", tag, m, err)
		}
	}
	if m, err := swiss.Render(language.MustParse("fr-CH"), PaymentExpired{}); err != nil || m.Language != "fr-CH" || !strings.Contains(m.HTML, `lang="fr-CH"`) {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestOverlay(t *testing.T) {
	first := overlay("fr/cancelled.txt", "Un\n\nPremier.\n", "fr/expired.txt", "Un\n\nPremier.\n", "README.md", "ignored", "fr/.hidden", "ignored", ".git/x", "ignored")
	second := overlay("fr/expired.txt", "\ufeffDeux\r\n\r\nSecond.\r\n", "fr/reason/of_ours.txt", "Notre raison.\n")
	c := catalog(t, Verbatim(), first, second)
	for _, w := range []struct {
		n    Content
		want string
	}{
		{PaymentCancelled{}, "Premier."}, {PaymentExpired{}, "Second."}, {PaymentFailed{}, "Votre transaction de paiement a échoué."},
	} {
		if m := render(t, c, w.n); m.Text != w.want {
			t.Errorf("%T: %q", w.n, m.Text)
		}
	}
	m := render(t, c, NotEligible{Decision: creance.Decision{Reasons: []creance.Reason{{Code: "of_ours"}, {Code: "of_others"}}}})
	if !strings.Contains(m.Text, "Notre raison.") || !strings.Contains(m.Text, "ne remplit pas") {
		t.Errorf("an integrator's own reason: %q", m.Text)
	}
}

// A text in all its forms: lists, lines, conditions that leave no line.
func TestTextForms(t *testing.T) {
	c := catalog(t, overlay("fr/refund_notice.txt", `{{/* a comment */}}

Sujet
en deux lignes

{{with .Fund}}
Un : {{.}}
{{else}}
Rien
{{end}}
deux
- {{.EmailAddress}}
{{range .PostalAddress}}
- {{.}} ({{$.Fund}})
{{end}}

{{if and (not .Notice) (or .Amount (ne .State "paid"))}}jamais{{end}}
{{if eq .State "refunded"}}fin{{end}}
`))
	m := render(t, c, RefundNotice{samplePayment(payment.Refunded), sampleFund})
	want := Message{
		Subject: "Sujet en deux lignes",
		Text: "Un\u00a0: CPAM de l’Exemple\ndeux\n\n- service@fonds.example\n- 12 rue de la Preuve (CPAM de l’Exemple)\n" +
			"- 99999 Exemple Cedex (CPAM de l’Exemple)\n\nfin",
		HTML: "<div lang=\"fr\">\n<p>Un\u00a0: CPAM de l’Exemple<br>\ndeux</p>\n<ul>\n<li>service@fonds.example</li>\n" +
			"<li>12 rue de la Preuve (CPAM de l’Exemple)</li>\n<li>99999 Exemple Cedex (CPAM de l’Exemple)</li>\n</ul>\n<p>fin</p>\n</div>",
		Language: "fr",
	}
	if m != want {
		t.Errorf("got\n%+v\nwant\n%+v", m, want)
	}
}

// Each mistake is named, with its overlay, its file and its line; all at once.
func TestMistakesAreNamed(t *testing.T) {
	for _, c := range []struct {
		name, file, text string
		want             []string
	}{
		{"syntax", "fr/failed.txt", "Sujet\n\n{{if .Fund}}\n", []string{"overlay 1: fr/failed.txt:4:", "EOF"}},
		{"syntax on its line, after lines that leave none", "fr/failed.txt", "{{/* c */}}\n{{if .Fund}}\nx\n{{end}}\n{{.}\n", []string{"fr/failed.txt:5:"}},
		{"an unknown fact", "fr/failed.txt", "Sujet\n\n{{.Montant}}\n", []string{"fr/failed.txt:3", "Montant"}},
		{"an unknown fact in a branch that no sample takes", "fr/failed.txt", "Sujet\n\nTexte{{if eq .State \"nowhere\"}}{{.Nope}}{{end}}\n", []string{"fr/failed.txt:3", "Nope"}},
		{"… behind an else", "fr/failed.txt", "Sujet\n\n{{if .Fund}}a{{else if .State}}b{{else}}\n{{.Nope}}{{end}}\n", []string{"fr/failed.txt:4", "Nope"}},
		{"… behind the else of a range", "fr/failed.txt", "Sujet\n\nT{{range .Signature}}a{{else}}{{.Nope}}{{end}}\n", []string{"fr/failed.txt:3", "Nope"}},
		{"… in an argument that is not looked at", "fr/failed.txt", "Sujet\n\nT{{if and .Notice (or .State .Nope)}}a{{end}}\n", []string{"fr/failed.txt:3", "Nope"}},
		{"… in an argument of a branch that no sample takes", "fr/failed.txt",
			"Sujet\n\nT{{if eq .State \"nowhere\"}}{{if or .State .Nope}}a{{end}}{{end}}\n", []string{"fr/failed.txt:3", "Nope"}},
		{"a type that fits for some payers only", "fr/failed.txt", "Sujet\n\nT{{if eq .State .Signature}}a{{end}}\n", []string{"fr/failed.txt:3", "expected string"}},
		{"range over a string", "fr/failed.txt", "Sujet\n\nT{{range .State}}a{{end}}\n", []string{"fr/failed.txt:3", "range can't iterate"}},
		{"a fact of a fact", "fr/failed.txt", "Sujet\n\n{{.Fund.Name}}\n", []string{"fr/failed.txt:3", "Name"}},
		{"another function", "fr/failed.txt", "Sujet\n\n{{slice .Reference 0 30}}\n", []string{"fr/failed.txt:3", `function "slice" not defined`}},
		{"a variable", "fr/failed.txt", "Sujet\n\n{{with $x := .Fund}}{{$x}}{{end}}\n", []string{"fr/failed.txt:3", "variables are not for texts"}},
		{"the dot", "fr/failed.txt", "Sujet\n\n{{.}}\n", []string{"fr/failed.txt:3", "inside range and with"}},
		{"the dot in an if", "fr/failed.txt", "Sujet\n\n{{if .Fund}}{{.}}{{end}}\n", []string{"fr/failed.txt:3", "inside range and with"}},
		{"the dollar", "fr/failed.txt", "Sujet\n\n{{$}}\n", []string{"fr/failed.txt:3", "nothing to print"}},
		{"a number", "fr/failed.txt", "Sujet\n\n{{range 1000000000}}x{{end}}\n", []string{"fr/failed.txt:3", "not for texts"}},
		{"break", "fr/failed.txt", "Sujet\n\n{{range .Signature}}{{break}}{{end}}x\n", []string{"fr/failed.txt:3", "not for texts"}},
		{"define", "fr/failed.txt", "Sujet\n\n{{define \"x\"}}x{{end}}y\n", []string{"fr/failed.txt", "define"}},
		{"template", "fr/failed.txt", "Sujet\n\n{{template \"fr/failed.txt\" .}}\n", []string{"fr/failed.txt:3", "not for texts"}},
		{"not UTF-8", "fr/failed.txt", "Sujet\n\n\xff\n", []string{"fr/failed.txt: it is not UTF-8"}},
		{"a mark of our own", "fr/failed.txt", "Sujet\n\na\x02b\n", []string{"fr/failed.txt:3: it has a control character"}},
		{"a mark that turns the direction of writing", "fr/failed.txt", "Sujet\n\na\u202eb\n", []string{"fr/failed.txt:3: it has a control character"}},
		{"empty", "fr/failed.txt", "", []string{"fr/failed.txt: it has no subject"}},
		{"only a subject", "fr/failed.txt", "Sujet\n", []string{"fr/failed.txt: it has no text"}},
		{"no text for a payment without a date", "fr/recorded.txt", "Sujet\n\n{{.PaidOn}}\n", []string{"fr/recorded.txt: it has no text"}},
		{"an amount in the subject", "fr/failed.txt", "Paiement de {{.Amount}}\n\nTexte\n", []string{"fr/failed.txt:1: its subject states an amount"}},
		{"a link", "fr/failed.txt", "Sujet\n\nPayez sur https://exemple.fr/payer\n", []string{"fr/failed.txt:3: it has a link"}},
		{"a link in a part", "fr/advice/later.txt", "Voir www.exemple.fr\n", []string{"fr/advice/later.txt:1: it has a link"}},
		{"a part that says nothing", "fr/advice/later.txt", "\n", []string{"fr/advice/later.txt: it says nothing"}},
		{"an acknowledgement with gaps", "fr/acknowledgement.txt", "Sujet\n\nMerci. {{.Fund}} {{.EmailAddress}}\n",
			[]string{"fr/acknowledgement.txt: it does not state the date of receipt, the telephone (CRPA L112-11, R112-11-1)"}},
		{"a name that is none", "fr/acknowledgment.txt", "Sujet\n\nTexte\n", []string{"overlay 1: fr/acknowledgment.txt: there is no text of this name"}},
		{"another extension", "fr/failed.tmpl", "Sujet\n\nTexte\n", []string{"fr/failed.tmpl: there is no text of this name"}},
		{"a folder that is no language", "textes/failed.txt", "Sujet\n\nTexte\n", []string{"textes: the folder is not named after a language"}},
		{"nothing", "README.md", "x", []string{"overlay 1: it has no text"}},
	} {
		_, err := NewCatalog(overlay(c.file, c.text))
		if err == nil {
			t.Errorf("%s: no error", c.name)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: no %q in\n%v", c.name, w, err)
			}
		}
		if strings.Contains(err.Error(), listMark) || strings.Contains(err.Error(), dropMark) {
			t.Errorf("%s: a mark in %q", c.name, err)
		}
	}

	_, err := NewCatalog(overlay("fr/failed.txt", "{{"), nil, overlay("fr/expired.txt", "Sujet\n\n{{.A}}\n", "en/expired.txt", "{{.B}}"))
	for _, w := range []string{"overlay 1: fr/failed.txt:1", "overlay 2: it is nil", "overlay 3: fr/expired.txt:3", "overlay 3: en/expired.txt:1"} {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("several mistakes: no %q in\n%v", w, err)
		}
	}
}

// brokenFS fails when it is read.
type brokenFS struct{ fstest.MapFS }

var errBroken = errors.New("disk on fire")

var _ fs.ReadFileFS = brokenFS{}

func (b brokenFS) ReadFile(string) ([]byte, error) { return nil, errBroken }

func TestBrokenFileSystem(t *testing.T) {
	if _, err := NewCatalog(brokenFS{overlay("fr/failed.txt", "x")}); !errors.Is(err, errBroken) {
		t.Errorf("%v", err)
	}
}

func TestRenderErrors(t *testing.T) {
	c := catalog(t)
	if _, err := c.Render(language.French, nil); err == nil || !strings.Contains(err.Error(), "nil") {
		t.Errorf("a nil content: %v", err)
	}
	for _, c := range []*Catalog{nil, {}} {
		if _, err := c.Render(language.French, PaymentAccepted{}); err == nil || !strings.Contains(err.Error(), "NewCatalog") {
			t.Errorf("a catalog that was not made: %v", err)
		}
	}
}

// Names of texts are frozen: integrators' files have them, and those of letters are part of their keys.
func TestNamesAreFrozen(t *testing.T) {
	want := strings.Fields(`accepted acknowledgement advice/ask_bank advice/later advice/never advice/other_card advice/same_card cancelled closed closing
		counters data_notice detail expired failed header held kind/franchise kind/participation_forfaitaire letter next_steps not_begun not_eligible
		not_recorded nothing_to_pay notification number paid_and_deducted paid_twice reason/above_maximum reason/already_settled reason/below_minimum
		reason/doubtful reason/exempt reason/in_dispute reason/in_instalments reason/invalid_amount reason/no_notice reason/nothing_due reason/on_hold
		reason/other reason/time_barred reason/wrong_kind receipt recorded refund_notice refunded refunding remedies reminder result_unknown returned
		review signature telephone under_way`)
	if !slices.Equal(requiredTexts, want) {
		t.Errorf("got  %q\nwant %q", requiredTexts, want)
	}
}

func TestConcurrentRender(t *testing.T) {
	c := catalog(t)
	want := render(t, c, Acknowledgement{samplePayment(payment.Paid), sampleFund})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if m, err := c.Render(language.French, Acknowledgement{samplePayment(payment.Paid), sampleFund}); err != nil || m != want {
					t.Errorf("%+v, %v", m, err)
				}
			}
		})
	}
	wg.Wait()
}

// Whatever NewCatalog accepts can be rendered for every payer.
func FuzzNewCatalog(f *testing.F) {
	for _, s := range []string{
		"Sujet\n\nTexte {{.Reference}}\n", "S\n\n{{if eq .State \"paid\"}}{{.Amount}}{{else}}x{{end}}\n", "S\n\n{{range .Signature}}\n- {{.}}\n{{else}}{{.Fund}}{{end}}y\n",
		"S\n\n{{with and .Fund .Notice}}{{.}}{{end}}z\n", "S\n\n{{eq .A (or .B .C) | not}}\n", "S\n\nx{{printf \"%d\" .Amount}}{{len .Fund}}\n",
		"S\n\nx{{.PostalAddress.String}}{{$.Fund}}{{(.Fund)}}{{index .Signature 3}}\n",
	} {
		f.Add(s)
	}
	base := catalog(f)
	contents := []Content{}
	for _, k := range contentKinds {
		contents = append(contents, k.samples()...)
	}
	f.Fuzz(func(t *testing.T, source string) {
		v, mistakes := newVersion("fr", "failed", "fr/failed.txt", source, false, inFull)
		if len(mistakes) > 0 {
			return
		}
		for _, name := range []string{"acknowledgement", "failed", "not_eligible", "header"} {
			e := *base.editions[0]
			e.texts = map[string]text{}
			for k, v := range base.editions[0].texts {
				e.texts[k] = v
			}
			e.texts[name] = text{v}
			for _, n := range contents {
				if n.contentName() != name {
					continue
				}
				if _, err := e.renderMessage(n); err != nil {
					t.Fatalf("%q was accepted and fails: %v", source, err)
				}
			}
		}
	})
}
