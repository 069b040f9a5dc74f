package inbox

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

// What a payer may be told to do, by language. Two of them in one answer are contrary orders, but where a sentence begins with a
// condition.
var orders = map[language.Tag]map[string]*regexp.Regexp{
	language.French: {
		"nothing": regexp.MustCompile(`rien (d’autre )?à faire`), "wait": regexp.MustCompile(`[Aa]ttendez`), "contact": regexp.MustCompile(`[Cc]ontactez`),
		"follow": regexp.MustCompile(`[Ss]uivez`), "come back": regexp.MustCompile(`[Rr]evenez|[Rr]ecommencez`),
	},
	language.English: {
		"nothing": regexp.MustCompile(`do not need to (pay or )?do anything`), "wait": regexp.MustCompile(`[Ww]ait`), "contact": regexp.MustCompile(`[Cc]ontact`),
		"follow": regexp.MustCompile(`[Ff]ollow`), "come back": regexp.MustCompile(`[Cc]ome back|[Tt]ry again`),
	},
}

var (
	condition = regexp.MustCompile(`^(Si|Sans|Sinon|If|Without) `)
	sentences = regexp.MustCompile(`[^.]+\.`)
)

// ordersIn are the unconditional orders of a text.
func ordersIn(tag language.Tag, text string) (found []string) {
	for name, pattern := range orders[tag] {
		for _, s := range sentences.FindAllString(text, -1) {
			if s = strings.TrimSpace(s); pattern.MatchString(s) && !condition.MatchString(s) {
				found = append(found, name)
				break
			}
		}
	}
	slices.Sort(found)
	return found
}

// reasonSets are all reasons alone, in pairs and in triples, in both orders of a list, with an integrator's own among them.
func reasonSets() (sets [][]creance.Reason) {
	codes := slices.Collect(creance.ReasonCodes())
	codes = append(codes, "of_an_integrator")
	reason := func(c creance.ReasonCode) creance.Reason {
		return creance.Reason{Code: c, Actual: euro.Of(49_99), Limit: euro.Of(50_00)}
	}
	for i, a := range codes {
		sets = append(sets, []creance.Reason{reason(a)})
		for j, b := range codes {
			if i == j {
				continue
			}
			sets = append(sets, []creance.Reason{reason(a), reason(b)})
			for k, c := range codes {
				if k != i && k != j {
					sets = append(sets, []creance.Reason{reason(a), reason(b), reason(c)})
				}
			}
		}
	}
	return sets
}

// However many reasons there are, the payer has one thing to do, and it does not depend on their order in the list. « Rien à faire »
// is said to nobody who holds a notice and owes something, and nothing is asked of who owes nothing.
func TestOneAnswerOneThingToDo(t *testing.T) {
	c := catalog(t)
	for _, tag := range c.Languages() {
		answers := map[string]string{} // by the set, whatever its order
		for _, rs := range reasonSets() {
			var codes []string
			notice := true
			for _, r := range rs {
				codes = append(codes, string(r.Code))
				notice = notice && r.Code != creance.NoNotice
			}
			n := NotEligible{Decision: creance.Decision{Reasons: rs}, From: sampleFund}
			m, err := c.Render(tag, n)
			if err != nil {
				t.Fatal(err)
			}
			lines, err := c.Reasons(tag, n)
			if err != nil {
				t.Fatal(err)
			}
			text := strings.Join(lines, " ")
			got := ordersIn(tag, text)
			if len(got) != 1 {
				t.Errorf("%v %v: %v in\n%s", tag, codes, got, text)
				continue
			}
			free := n.Decision.NothingToPay()
			if nothing := got[0] == "nothing"; nothing && notice && !free || !nothing && free {
				t.Errorf("%v %v, notice in hand: %v: %s in\n%s", tag, codes, notice, got[0], text)
			}
			if good := strings.Contains(m.HTML, `role="status"`); good != free || free == regexp.MustCompile(`impossible|not possible`).MatchString(m.Subject) {
				t.Errorf("%v %v: %q, %s", tag, codes, m.Subject, m.HTML)
			}
			for _, l := range lines {
				if !strings.Contains(m.Text, l) {
					t.Errorf("%v %v: the message lacks %q:\n%s", tag, codes, l, m.Text)
				}
			}
			slices.Sort(codes)
			key := strings.Join(codes, " ")
			if was, ok := answers[key]; ok && was != text {
				t.Errorf("%v %s: the order of the list changes the answer:\n%s\n%s", tag, key, was, text)
			}
			answers[key] = text
		}
	}
}

// Every reason has its place in the order, once.
func TestPrecedence(t *testing.T) {
	want := append(slices.Collect(creance.ReasonCodes()), ownReasons)
	got := slices.Clone(precedence)
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

// A clock time has its zone beside it: a payer may live overseas. The source's own header has none (S66).
func TestEveryInstantHasItsZone(t *testing.T) {
	clock := regexp.MustCompile(`\d{1,2}(?:\x{a0}h\b(?:\x{a0}\d\d)?|:\d\d)`)
	zoned := regexp.MustCompile(`\d{1,2}(?:\x{a0}h\b(?:\x{a0}\d\d)?|:\d\d) \((?:heure de Paris|Paris time|Europe/Paris)\)`)
	n := 0
	for edition, c := range bothEditions(t) {
		for _, tag := range c.Languages() {
			everything(t, c, tag, func(kind string, _ Content, m Message) {
				n += len(zoned.FindAllString(m.Text, -1))
				if edition == "verbatim" && kind == "header" {
					return
				}
				if got, want := len(clock.FindAllString(m.Text, -1)), len(zoned.FindAllString(m.Text, -1)); got != want {
					t.Errorf("%s, %v %s: %d instants, %d with a zone:\n%s", edition, tag, kind, got, want, m.Text)
				}
			})
		}
	}
	if n == 0 {
		t.Error("no message has an instant: the test reads nothing")
	}
	if got := formatsInDigits.minute(sampleTime); got != "05/07/2026 08:52 (Europe/Paris)" {
		t.Errorf("another language: %q", got)
	}
}

// frenchWords are words that only French has. Titles of the account's pages, articles and names of French things stand within “ ” or
// brackets, and the fund's address is a French one.
var frenchWords = regexp.MustCompile(`(?i)(?:^|[^\pL’])(?:votre|vous|nous|les?|des|une?|est|pour|avec|sur|dans|par|appel|prix|service gratuit|caisse)(?:[^\pL’]|$)`)

// No English message has French words, from us or from the host: the sender's words have a language.
func TestNoFrenchInEnglish(t *testing.T) {
	c := catalog(t)
	quoted := regexp.MustCompile(`“[^”]*”|\([^)]*\)|Code de[^.)]*|CPAM de l’Exemple|12 rue de la Preuve`)
	from := sampleFund
	from.Officer.Quality, from.Signature = French("directrice de la caisse"), French("La direction de votre caisse") // no English: not said
	n := 0
	for _, sender := range []Sender{sampleFund, sampleCPAM, from} {
		contents := []Content{
			Acknowledgement{samplePayment(payment.Paid), sender}, RefundNotice{samplePayment(payment.Refunded), sender}, Notification{sender},
			AsLetter{PaymentExpired{samplePayment(payment.Expired)}, sender}, NotEligible{From: sender}, Receipt{samplePayment(payment.Paid), "Pierre BELAGE", sender},
		}
		for _, k := range contentKinds {
			contents = append(contents, k.samples()...)
		}
		for _, content := range contents {
			m, err := c.Render(language.English, content)
			if err != nil {
				t.Fatal(err)
			}
			n++
			if bad := frenchWords.FindString(quoted.ReplaceAllString(m.Subject+"\n"+m.Text, "…")); bad != "" {
				t.Errorf("%s: %q in\n%s", content.contentName(), bad, m.Text)
			}
		}
	}
	if n == 0 || !frenchWords.MatchString("par chèque, à l’ordre de la caisse") {
		t.Error("the test reads nothing")
	}
}

// No letter has a tariff of another year: today's is not in one of 2018, and 2018's is not in one of today.
func TestNoTariffOfAnotherYear(t *testing.T) {
	c := catalog(t)
	for day, want := range map[string][2]string{
		"05/07/2018 10:00": {"0,06\u00a0euro/min", "service gratuit"}, "30/06/2020 10:00": {"0,06\u00a0euro/min", "service gratuit"},
		"01/07/2020 10:00": {"service gratuit", "0,06"}, "28/11/2026 10:00": {"+33\u00a01\u00a084\u00a090\u00a036\u00a046", "811"},
	} {
		now := at(t, day)
		from := sampleCPAM
		from.Now = func() time.Time { return now }
		m := render(t, c, Acknowledgement{samplePayment(payment.Paid), from})
		if !strings.Contains(m.Text, want[0]) || strings.Contains(m.Text, want[1]) {
			t.Errorf("%s: %q, not %q, in\n%s", day, want[0], want[1], m.Text)
		}
	}
	from := sampleFund
	for year, want := range map[int]bool{2018: false, 2021: true, 2026: true} {
		from.Now = func() time.Time { return time.Date(year, time.June, 1, 0, 0, 0, 0, time.UTC) }
		if m := render(t, c, Acknowledgement{samplePayment(payment.Paid), from}); strings.Contains(m.Text, "(appel non surtaxé)") != want {
			t.Errorf("%d:\n%s", year, m.Text)
		}
	}
}

// A telephone can be called from abroad, or is refused; its number does not break at the end of a line.
func TestTelephones(t *testing.T) {
	for _, c := range []struct{ number, abroad, want, err string }{
		{"01 99 00 12 34", "", "+33 1 99 00 12 34", ""},
		{"0199001234", "", "+33 199001234", ""},
		{"02 62 12 34 56", "", "+262 2 62 12 34 56", ""}, // La Réunion
		{"05.96.12.34.56", "", "+596 5.96.12.34.56", ""}, // Martinique
		{"09-99-00-12-34", "", "+33 9-99-00-12-34", ""},
		{"+33 1 99 00 12 34", "", "+33 1 99 00 12 34", ""},
		{"36 46", "+33 1 84 90 36 46", "+33 1 84 90 36 46", ""},
		{"36 46", "", "", "TelephoneAbroad is empty, and Telephone cannot be dialled from abroad"},
		{"0 806 12 34 56", "", "", "TelephoneAbroad is empty"}, // a free number
		{"36 46 (service gratuit + prix de l’appel)", "+33 1 84 90 36 46", "", "only the number stands there"},
		{"01 99 00 12 34", "01 99 00 12 34", "", "begins with + and the code of a country"},
		{"", "", "", "Telephone is empty"},
	} {
		from := sampleFund
		from.Telephone, from.TelephoneAbroad = c.number, c.abroad
		err := from.Validate()
		if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
			t.Errorf("%s: %v", c.number, err)
		}
		if got := from.fromAbroad(); c.err == "" && got != c.want {
			t.Errorf("%s: %q from abroad, want %q", c.number, got, c.want)
		}
	}
	both := sampleFund
	both.CPAM = true
	if err := both.Validate(); err == nil || !strings.Contains(err.Error(), "leave one of them out") {
		t.Errorf("two telephones: %v", err)
	}
	if err := sampleCPAM.Validate(); err != nil {
		t.Error(err)
	}
}

// Words have the language of the letter, or that of its parent.
func TestWords(t *testing.T) {
	w := Words{"fr": "a", "en": "b", "FR-ch": "c"}
	for tag, want := range map[string]string{"fr": "a", "fr-CA": "a", "fr-CH": "c", "en": "b", "en-GB": "b", "de": "", "und": ""} {
		if got := w.forLanguage(language.Make(tag)); got != want {
			t.Errorf("%s: %q, want %q", tag, got, want)
		}
	}
	if got := (Words)(nil).forLanguage(language.French); got != "" {
		t.Errorf("%q", got)
	}
	from := sampleFund
	from.Signature, from.Officer = Words{"français": "x", "en": "www.x.example"}, Officer{Quality: French("directrice")}
	err := from.Validate()
	for _, w := range []string{"Signature has words in \"français\", which is no language", "Signature has a link", "Officer has a quality and no name"} {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("no %q in %v", w, err)
		}
	}
}

// Letters name who answers for them, where the sender says who (CRPA L111-2).
func TestOfficer(t *testing.T) {
	c := catalog(t)
	for _, n := range []Content{
		Acknowledgement{samplePayment(payment.Paid), sampleFund}, RefundNotice{samplePayment(payment.Refunded), sampleFund},
		AsLetter{PaymentExpired{samplePayment(payment.Expired)}, sampleFund}, sampleReminder(),
	} {
		if m := render(t, c, n); strings.Count(m.Text, "Responsable de ce courrier\u00a0: Anne Durand, directrice de la CPAM de l’Exemple.") != 1 {
			t.Errorf("%s:\n%s", n.contentName(), m.Text)
		}
	}
	if m := render(t, c, Acknowledgement{samplePayment(payment.Paid), sampleCPAM}); strings.Contains(m.Text, "Responsable") {
		t.Errorf("nobody answers for it:\n%s", m.Text)
	}
}

// Who has paid already learns that they need not pay again, wherever a payment is held; « pris en compte » is said of nothing that is
// only accepted.
func TestWhoHasPaidNeedNotPayAgain(t *testing.T) {
	c := catalog(t)
	for _, s := range []payment.State{payment.Created, payment.Redirected, payment.Unknown, payment.Review, payment.Paid} {
		text := render(t, c, DebtHeld{samplePayment(s)}).Text
		if !strings.Contains(text, "rien à faire") && !strings.Contains(text, "rien d’autre à faire") || !strings.Contains(text, "Aucun nouveau paiement n’a été commencé") {
			t.Errorf("%s:\n%s", s, text)
		}
	}
	if text := render(t, c, PaymentNotRecorded{samplePayment(payment.Paid)}).Text; strings.Contains(text, "Seul l’affichage") ||
		!strings.Contains(text, "Si cette somme vous est aussi retenue sur un remboursement, contactez votre caisse.") {
		t.Errorf("what no program can know:\n%s", text)
	}
	if text := render(t, c, PaymentExpired{samplePayment(payment.Expired)}); strings.Contains(text.Subject, "Délai") || !strings.Contains(text.Text, "La date limite de votre avis ne change pas.") {
		t.Errorf("%+v", text)
	}
}

// Of another person's payment the service tells the state alone. The payer is not told that it is theirs, nor to complete it, nor that they
// will see its result.
func TestAnotherPersonsPaymentIsNotThePayers(t *testing.T) {
	c := catalog(t)
	for s, want := range map[payment.State]map[language.Tag]string{
		payment.Created:    {language.French: "Une autre personne est en train de payer", language.English: "Another person is paying"},
		payment.Redirected: {language.French: "Une autre personne est en train de payer", language.English: "Another person is paying"},
		payment.Unknown:    {language.French: "Nous vérifions le paiement d’une autre personne", language.English: "checking another person’s payment"},
		payment.Review:     {language.French: "Nous vérifions le paiement d’une autre personne", language.English: "checking another person’s payment"},
		payment.Paid:       {language.French: "Une autre personne a payé", language.English: "Another person has paid"},
		payment.Recorded:   {language.French: "Une autre personne a payé", language.English: "Another person has paid"},
		payment.Refunding:  {language.French: "Un paiement de cette créance est en cours de remboursement", language.English: "A payment for this debt is being refunded"},
	} {
		for tag, words := range want {
			m, err := c.Render(tag, DebtHeld{payment.Payment{State: s}})
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(m.Text, words) {
				t.Errorf("%s, %v: it does not say %q:\n%s", s, tag, words, m.Text)
			}
			for _, wrong := range []string{"otre paiement", "terminez", "votre compte", "our payment", "complete", "your account"} {
				if strings.Contains(m.Text, wrong) {
					t.Errorf("%s, %v: it says %q:\n%s", s, tag, wrong, m.Text)
				}
			}
		}
	}
}

// The words of a payment in which a person had the last word are true: a return of which a person told was not told of by the bank, and money
// that came and went back can be seen on a bank statement although the payment failed in the end.
func TestWhatAPersonSaidIsTold(t *testing.T) {
	c := catalog(t)
	back := samplePayment(payment.Review)
	back.ReturnedAt = sampleTime.Add(time.Hour)
	for _, x := range []struct {
		name             string
		told             Content
		fr, en           string
		notInFr, notInEn string
	}{
		{"a return in review", PaymentUnderReview{back}, "Un remboursement de votre paiement du 5 juillet 2026 nous a été signalé.",
			"We have been told of a refund of your payment of 5 July 2026.", "La banque nous a signalé", "The bank has told us"},
		{"failed, and the money came and went", PaymentFailed{cameAndWent()}, "Le débit et le remboursement peuvent apparaître sur votre relevé bancaire.",
			"The charge and the refund may show on your bank statement.", "Aucune somme", "No money"},
		{"failed", PaymentFailed{samplePayment(payment.Failed)}, "Aucune somme n’a été débitée.", "No money has been taken.", "relevé", "statement"},
	} {
		for tag, words := range map[language.Tag][2]string{language.French: {x.fr, x.notInFr}, language.English: {x.en, x.notInEn}} {
			if m, err := c.Render(tag, x.told); err != nil || !strings.Contains(m.Text, words[0]) || strings.Contains(m.Text, words[1]) {
				t.Errorf("%s, %v: %q is expected, and not %q: %v\n%s", x.name, tag, words[0], words[1], err, m.Text)
			}
		}
	}
}

// A notice of a part leaves a rest, and the payer learns how much.
func TestTheRestIsSaid(t *testing.T) {
	c := catalog(t)
	rest := euro.Of(20_30)
	for _, n := range []Content{NextSteps{rest}, PaymentRecorded{samplePayment(payment.Recorded), rest}} {
		if m := render(t, c, n); !strings.Contains(m.Text, "encore 20,30\u00a0€") || !strings.Contains(m.Text, "retenue sur vos prochains remboursements") {
			t.Errorf("%T:\n%s", n, m.Text)
		}
	}
	for _, n := range []Content{NextSteps{}, PaymentRecorded{Payment: samplePayment(payment.Recorded)}, PaymentRecorded{samplePayment(payment.Recorded), euro.Of(-1)}} {
		if m := render(t, c, n); strings.Contains(m.Text, "encore") {
			t.Errorf("%T:\n%s", n, m.Text)
		}
	}
}

// A receipt discharges only what was taken into account, and is refused for what was not accepted (S61).
func TestReceipt(t *testing.T) {
	c := catalog(t)
	for s, want := range map[payment.State]string{
		payment.Paid: "Quand il le sera, la somme demandée par l’avis sera réglée et ce reçu vaudra quittance.", payment.Recorded: "ce reçu vaut quittance de cette somme.",
		payment.Refunding: "Ce reçu ne vaut pas quittance.", payment.Refunded: "Ce reçu ne vaut pas quittance.",
	} {
		p := samplePayment(s)
		p.Authorisation, p.MaskedPAN = "761208", "5017##########00"
		m := render(t, c, Receipt{p, "Pierre BELAGE", sampleFund})
		for _, w := range []string{
			want, "Payé par\u00a0: Pierre BELAGE", "Somme payée\u00a0: 62,00\u00a0€", "Avis de somme à payer n°\u00a02026-07", "Date du paiement\u00a0: 5 juillet 2026",
			"761208", "5017##########00", "PCLCB261860000004", "CPAM de l’Exemple", "12 rue de la Preuve",
		} {
			if !strings.Contains(m.Text, w) {
				t.Errorf("%s: no %q in\n%s", s, w, m.Text)
			}
		}
		if strings.Contains(m.Subject, "€") || strings.Count(m.Text, "quittance") != 1 {
			t.Errorf("%s: %s\n%s", s, m.Subject, m.Text)
		}
	}
	for _, p := range allPayments() {
		_, err := c.Render(language.French, Receipt{p, "Pierre BELAGE", sampleFund})
		if accepted := !p.PaidAt.IsZero() && p.State != payment.Review; accepted != (err == nil) || HasReceipt(p) != accepted {
			t.Errorf("%s, accepted %v: %v", p.State, accepted, err)
		}
	}
	if _, err := c.Render(language.French, Receipt{samplePayment(payment.Paid), " ", sampleFund}); err == nil || !strings.Contains(err.Error(), "Payer is empty") {
		t.Errorf("a receipt of nobody: %v", err)
	}
	if _, err := NewCatalog(overlay("fr/receipt.txt", "Reçu\n\nMerci, {{.Payer}}.\n")); err == nil || !strings.Contains(err.Error(), "fr/receipt.txt: it does not tell the payer who received it (Fund), how much (Amount)") {
		t.Errorf("a receipt with gaps: %v", err)
	}
	if _, err := NewCatalog(overlay("fr/not_eligible.txt", "Non\n\n{{range .Reasons}}\n{{.}}\n{{end}}\n")); err == nil || !strings.Contains(err.Error(), "it does not tell the payer what to do (Action)") {
		t.Errorf("an answer without an action: %v", err)
	}
}

// The law on who disagrees, by the day of the letter.
func TestRemedies(t *testing.T) {
	c := catalog(t)
	r := sampleReminders()[3].(Reminder) // of 2018
	for day, want := range map[string][]string{
		"05/07/2018 10:00": {"Sans réponse un mois", "tribunal des affaires de sécurité sociale"},
		"01/01/2019 00:00": {"Sans réponse deux mois", "tribunal de grande instance"},
		"01/01/2020 00:00": {"Sans réponse deux mois", "tribunal judiciaire"},
		"01/03/2026 00:00": {"Sans réponse deux mois", "tribunal judiciaire", "Une contribution de 50\u00a0€ peut être demandée"},
	} {
		now := at(t, day)
		r.From.Now = func() time.Time { return now }
		m := render(t, c, r)
		for _, w := range append(want, "vous pouvez considérer votre demande comme rejetée", "Ce délai ne court que si l’avis l’indiquait.", "médiateur", "à l’adresse indiquée plus bas") {
			if !strings.Contains(m.Text, w) {
				t.Errorf("%s: no %q in\n%s", day, w, m.Text)
			}
		}
		if strings.Contains(m.Text, "votre demande est rejetée") || day < "01/03" && strings.Contains(m.Text, "contribution") && !strings.Contains(day, "2026") {
			t.Errorf("%s:\n%s", day, m.Text)
		}
	}
}

// A letter asks for no money that may not be asked for: each thing that forbids it, alone.
func TestReminderAsksOnlyForWhatMayBeAsked(t *testing.T) {
	now := sampleToday
	notice := func(change func(*creance.Notice)) func(*Reminder) {
		return func(r *Reminder) {
			n := *r.Debt.Notice
			change(&n)
			r.Debt.Notice = &n
		}
	}
	for _, c := range []struct {
		name   string
		change func(*Reminder)
		want   string
	}{
		{"settled", func(r *Reminder) { r.Debt.Status = creance.Settled }, `the debt is "settled"`},
		{"disputed", func(r *Reminder) { r.Debt.Status = creance.Disputed }, `the debt is "disputed"`},
		{"suspended", func(r *Reminder) { r.Debt.Status = creance.Suspended }, `the debt is "suspended"`},
		{"prescribed (CSS D160-7)", func(r *Reminder) { r.Debt.Status = creance.Prescribed }, `the debt is "prescribed"`},
		{"exempt", func(r *Reminder) { r.Debt.Status = creance.Exempted }, `the debt is "exempt"`},
		{"paid in instalments", func(r *Reminder) { r.Debt.Status = creance.Instalments }, `the debt is "instalments"`},
		{"a status of another time", func(r *Reminder) { r.Debt.Status = "foo" }, `the debt is "foo"`},
		{"a decision that forbids it", func(r *Reminder) {
			r.Online = creance.Decision{Reasons: []creance.Reason{{Code: creance.BelowMinimum}, {Code: creance.Doubtful}}}
		}, "the decision has the reason doubtful"},
		{"due before the notice", func(r *Reminder) { r.DueOn = r.Debt.Notice.IssuedOn.AddDate(0, 0, -1) }, "DueOn is 2026-05-31, before the notice of 2026-06-01"},
		{"a notice of the future", notice(func(n *creance.Notice) { n.IssuedOn = now.AddDate(0, 0, 1) }), "the notice is of 2026-07-09, and today is 2026-07-08"},
		{"a notice by fax", notice(func(n *creance.Notice) { n.Channel = "fax" }), `the notice's channel is "fax"`},
		{"a notice by no channel", notice(func(n *creance.Notice) { n.Channel = "" }), "the notice's channel"},
		{"a line of nothing", func(r *Reminder) {
			r.Debt.Items = append(slices.Clone(r.Debt.Items), creance.Item{Kind: creance.Franchise, Year: 2024})
		}, "detail 3 is of nothing"},
		{"a year to come", func(r *Reminder) {
			r.Debt.Items = []creance.Item{{Kind: creance.Franchise, Year: 2027, Amount: euro.Of(62_50)}}
		}, "detail 1 is of 2027, which is still to come"},
		{"no year", func(r *Reminder) { r.Debt.Items = []creance.Item{{Kind: creance.Franchise, Amount: euro.Of(62_50)}} }, "detail 1 has no year"},
		{"a child's care", func(r *Reminder) {
			r.Details = []Detail{{r.Debt.Items[0], "Léa"}, {r.Debt.Items[1], ""}}
		}, "detail 1 has a beneficiary in 2025"},
		{"no postal address for who disagrees", func(r *Reminder) { r.From.PostalAddress = "" }, "From.PostalAddress is empty"},
		{"nobody answers for it", func(r *Reminder) { r.From.Officer = Officer{} }, "From.Officer.Name is empty"},
	} {
		r := sampleReminder()
		c.change(&r)
		if err := r.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
		if m, err := catalog(t).Render(language.French, r); err == nil || m != (Message{}) {
			t.Errorf("%s: it is written:\n%s", c.name, m.Text)
		}
	}
	// The last day may be over, and the letter says so; the notice may be of today.
	r := sampleReminder()
	r.DueOn = now.AddDate(0, 0, -1)
	if m := render(t, catalog(t), r); !strings.Contains(m.Text, "Date limite (dépassée)\u00a0: 7 juillet 2026") {
		t.Errorf("%s", m.Text)
	}
	r.DueOn = now
	notice(func(n *creance.Notice) { n.IssuedOn = now })(&r)
	if m := render(t, catalog(t), r); !strings.Contains(m.Text, "Date limite\u00a0: 8 juillet 2026") {
		t.Errorf("%s", m.Text)
	}
	// The letter is in one language, or is not written.
	r.OtherWays = French("par chèque")
	if _, err := catalog(t).Render(language.English, r); err == nil || !strings.Contains(err.Error(), "OtherWays has no words in en") {
		t.Errorf("%v", err)
	}
	r = sampleReminder()
	r.From.Officer.Quality = French("directrice")
	if _, err := catalog(t).Render(language.English, r); err == nil || !strings.Contains(err.Error(), "From.Officer.Quality has no words in en") {
		t.Errorf("%v", err)
	}
}

// No letter of the Deliverer names an instalment or a receipt: what the host knows alone, the host says.
func TestPaidAndDeductedIsALetter(t *testing.T) {
	m := render(t, catalog(t), AsLetter{PaidAndDeducted{samplePayment(payment.Recorded)}, sampleFund})
	if !strings.Contains(m.Text, "retenue sur un remboursement") || !strings.Contains(m.Text, "remboursé") {
		t.Errorf("%s", m.Text)
	}
	if _, err := catalog(t).Render(language.French, AsLetter{Receipt{samplePayment(payment.Paid), "P", sampleFund}, sampleFund}); err == nil {
		t.Error("a receipt is told by letter")
	}
}
