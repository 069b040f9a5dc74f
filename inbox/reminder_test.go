package inbox

import (
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/internal/euro"
	"golang.org/x/text/language"
)

// What the debtor must be told, point by point, in every language.
func TestReminderFollowsTheChecklist(t *testing.T) {
	r := sampleReminder()
	for edition, c := range bothEditions(t) {
		for tag, words := range map[language.Tag][]string{
			language.French: {
				"CPAM de l’Exemple", "12 rue de la Preuve, 99999 Exemple Cedex", "01\u00a099\u00a000\u00a012\u00a034", // 1: creditor, address, telephone
				"Au nom de\u00a0: BELAGE",                   // 2: the family name
				"n°\u00a0ASP-2026-0001234 du 1er juin 2026", // 3: the notice
				"Somme à payer\u00a0: 62,50\u00a0€",         // 4: the amount in figures, natures and years apart
				"Participations forfaitaires, année 2025\u00a0: 38,00\u00a0€", "Franchises médicales, année 2024\u00a0: 24,50\u00a0€",
				"tiers payant", "L160-13 du code de la sécurité sociale", // 5: why, and by which law
				"Date limite\u00a0: 1er août 2026",                                  // 6: until when
				"compte ameli", "par chèque", "par virement", "le numéro de l’avis", // 7: how
				"retenues sur vos prochains remboursements ou indemnités", "enfants à charge", // 8: what follows
				"paiement en plusieurs fois",                                                                                                                                                     // 9: help
				"commission de recours amiable", "deux mois", "R142-1", "Après un rejet", "vous pouvez considérer votre demande comme rejetée", "tribunal judiciaire (pôle social)", "médiateur", // 10: remedies and delays
				"Anne Durand, directrice de la CPAM de l’Exemple", // 11: who answers for it
				"Vos données", "dpo@fonds.example", "CNIL", // 12: data protection
				"jamais de lien vers une page de paiement", // 13: no link
			},
			language.English: {
				"CPAM de l’Exemple", "12 rue de la Preuve, 99999 Exemple Cedex", "01\u00a099\u00a000\u00a012\u00a034", "In the name of: BELAGE",
				"no.\u00a0ASP-2026-0001234 of 1 June 2026", "To pay: €62.50", "(participations forfaitaires), year 2025: €38.00", "(franchises), year 2024: €24.50",
				"tiers payant", "L160-13", "Pay by: 1 August 2026", "sign in to your ameli account", "by cheque", "number of the notice",
				"deducted from your next reimbursements", "dependent children", "instalments", "commission de recours amiable", "two months", "R142-1",
				"tribunal judiciaire", "Anne Durand", "After a rejection", "Your data", "dpo@fonds.example", "CNIL", "never have a link",
			},
		} {
			m, err := c.Render(tag, r)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range words {
				if !strings.Contains(m.Text, w) {
					t.Errorf("%s, %v: no %q in\n%s", edition, tag, w, m.Text)
				}
			}
			if linkPattern.MatchString(m.Text) || strings.Contains(m.HTML, "href") || amountPattern.MatchString(m.Subject) {
				t.Errorf("%s, %v: a link, or an amount in the subject:\n%s", edition, tag, m.Text)
			}
			if strings.Contains(strings.ToLower(m.Text), "majoration") || strings.Contains(m.Text, "contrainte") { // no law has them for these debts
				t.Errorf("%s, %v: a threat", edition, tag)
			}
		}
	}
}

func TestReminderVariants(t *testing.T) {
	c := catalog(t)
	r := sampleReminder()
	r.Online = creance.Decision{}
	if m := render(t, c, r); strings.Contains(m.Text, "- par carte") || !strings.Contains(m.Text, "par chèque") {
		t.Errorf("not payable online:\n%s", m.Text)
	}
	r = sampleReminders()[3].(Reminder)
	m := render(t, c, r)
	for _, w := range []string{
		"Somme à payer\u00a0: 20,00\u00a0€", "Vous devez 62,50\u00a0€ en tout.", "année 2016 (Anne)\u00a0: 20,00\u00a0€", "année 2016\u00a0: 4,50\u00a0€", "année 2017 (Pierre)",
		"Après ce paiement, vous devrez encore 42,50\u00a0€.", "tribunal des affaires de sécurité sociale", "Sans réponse un mois après",
	} {
		if !strings.Contains(m.Text, w) {
			t.Errorf("no %q in\n%s", w, m.Text)
		}
	}
	policy, err := creance.Ameli().On(sampleTime)
	if err != nil {
		t.Fatal(err)
	}
	r = sampleReminder()
	r.Online = policy.Decide(r.Debt, sampleTime) // what a host passes
	if m := render(t, c, r); !strings.Contains(m.Text, "par carte") {
		t.Errorf("a decision:\n%s", m.Text)
	}
}

// What is missing is named, all of it at once, and nothing is rendered.
func TestReminderValidate(t *testing.T) {
	if err := sampleReminder().Validate(); err != nil {
		t.Fatal(err)
	}
	for _, at := range []Detail{ // the last year that may be billed, and the last in which there can be a beneficiary
		{creance.Item{Kind: creance.Franchise, Year: sampleToday.Year(), Amount: euro.Of(62_50)}, ""},
		{creance.Item{Kind: creance.Franchise, Year: 2018, Amount: euro.Of(62_50)}, "Anne"},
	} {
		r := sampleReminder()
		if r.Details = []Detail{at}; r.Validate() != nil {
			t.Errorf("%d, %q: %v", at.Year, at.Beneficiary, r.Validate())
		}
	}
	err := Reminder{}.Validate()
	for _, w := range []string{"Fund is empty", "Telephone is empty", "Name is empty", "OtherWays in French is empty", "Officer.Name is empty", "Officer.Quality in French is empty", "From.PostalAddress is empty", "Privacy is empty", "DueOn is zero",
		"the debt has no notice", "nothing is owed"} {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("no %q in %v", w, err)
		}
	}
	for _, c := range []struct {
		name   string
		change func(*Reminder)
		want   string
	}{
		{"a notice without a number", func(r *Reminder) { r.Debt.Notice = &creance.Notice{IssuedOn: sampleTime} }, "the notice has no number"},
		{"a notice without a day", func(r *Reminder) { r.Debt.Notice = &creance.Notice{Number: "1"} }, "the notice has no day"},
		{"a notice of less than nothing", func(r *Reminder) {
			r.Debt.Notice = &creance.Notice{Number: "1", IssuedOn: sampleTime, Amount: euro.Of(-1)}
		}, "the notice: the amount is negative"},
		{"a negative item", func(r *Reminder) { r.Debt.Items = []creance.Item{{Kind: creance.Franchise, Amount: euro.Of(-1)}} }, "negative"},
		{"another kind", func(r *Reminder) { r.Debt.Items = []creance.Item{{Kind: "indu", Amount: euro.Of(62_50)}} }, "detail 1 is no co-payment (S16)"},
		{"details that do not add up", func(r *Reminder) { r.Details = []Detail{{r.Debt.Items[0], ""}} }, "the details sum up to 38.00, the debt to 62.50"},
		{"a decision about something else", func(r *Reminder) { r.Online.Amount = euro.Of(50_00) }, "the decision lets 50.00 be paid, the notice claims 62.50"},
		{"a fund without an address", func(r *Reminder) { r.From.PostalAddress, r.From.EmailAddress = "", "" }, "PostalAddress and EmailAddress are empty"},
		{"a link among the ways to pay", func(r *Reminder) { r.OtherWays = Words{"fr": "par chèque", "en": "https://paiement.example/x"} }, "OtherWays has a link"},
		{"a link to one's data", func(r *Reminder) { r.Privacy = "www.fonds.example" }, "Privacy has a link"},
		{"a beneficiary in 2019", func(r *Reminder) {
			r.Details = []Detail{{creance.Item{Kind: creance.Franchise, Year: 2019, Amount: euro.Of(62_50)}, "Anne"}}
		}, "since 2016 nobody owes for another person's care"},
		{"no due day", func(r *Reminder) { r.DueOn = time.Time{} }, "DueOn is zero"},
	} {
		r := sampleReminder()
		c.change(&r)
		if err := r.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
		if m, err := catalog(t).Render(language.French, r); err == nil || m != (Message{}) {
			t.Errorf("%s is rendered: %v", c.name, err)
		}
	}
	// What may not be asked for is not reminded of; what may only not be paid online is.
	for code := range creance.ReasonCodes() {
		r := sampleReminder()
		r.Online = creance.Decision{Reasons: []creance.Reason{{Code: code, Kind: creance.Franchise}}}
		asked := code == creance.BelowMinimum || code == creance.AboveMaximum || code == creance.WrongKind
		want := "the decision has the reason " + string(code) + ": the debt may not be asked for"
		if err := r.Validate(); asked != (err == nil) || !asked && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", code, err)
		}
	}
	// An edition that forgets a point is refused when it is loaded.
	if _, err := NewCatalog(overlay("fr/reminder.txt", "Rappel\n\n{{.Name}} {{.Amount}}\n")); err == nil ||
		!strings.Contains(err.Error(), "overlay 1: fr/reminder.txt: it does not tell the debtor who claims (Fund), ") || !strings.Contains(err.Error(), "(R142-1)") {
		t.Errorf("%v", err)
	}
}

// A letter about something that is a letter already, or about nothing, is refused.
func TestAsLetterRefuses(t *testing.T) {
	c := catalog(t)
	for _, n := range []Content{nil, AsLetter{PaymentExpired{}, sampleFund}, Acknowledgement{samplePayment("paid"), sampleFund}, Header{}, sampleReminder(), RefundNotice{}, Notification{}} {
		if m, err := c.Render(language.French, AsLetter{n, sampleFund}); err == nil || m != (Message{}) {
			t.Errorf("%T: %v", n, err)
		}
	}
	if _, err := c.Render(language.French, AsLetter{NotEligible{Decision: creance.Decision{Policy: "p"}}, sampleFund}); err == nil {
		t.Error("an eligible decision is told by letter")
	}
}

// What leaves the account says neither amount, nor reason, nor reference, and has no link.
func TestNotification(t *testing.T) {
	c := catalog(t)
	for _, tag := range c.Languages() {
		m, err := c.Render(tag, Notification{sampleFund})
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range []string{m.Subject, m.Text, m.Mail()} {
			for _, bad := range []string{"€", "paiement", "payment", "créance", "debt", "href", "://", "PCLCB"} {
				if strings.Contains(form, bad) {
					t.Errorf("%v: it says %q:\n%s", tag, bad, form)
				}
			}
		}
	}
}

// Lists stay lists and paragraphs stay paragraphs within a letter; greeting, body and closing have the telephone once.
// A letter has one writer, also where what it tells names another.
func TestAsLetterHasOneWriter(t *testing.T) {
	c := catalog(t, overlay("fr/reason/other.txt", "Raison.\n\nDemandez à {{.Fund}}.\n"))
	mine, theirs := sampleFund, sampleFund
	mine.Fund, theirs.Fund = "CPAM du Nord", "CPAM du Sud"
	m := render(t, c, AsLetter{NotEligible{From: theirs}, mine})
	if !strings.Contains(m.Text, "Demandez à CPAM du Nord.") || strings.Contains(m.Text, "Sud") {
		t.Errorf("%s", m.Text)
	}
}

func TestAsLetterKeepsForm(t *testing.T) {
	c := catalog(t, overlay("fr/expired.txt", "Sujet\n\nAvant\n- un\n- deux\n\nAprès\nsuite\n"))
	m := render(t, c, AsLetter{PaymentExpired{samplePayment("expired")}, sampleFund})
	for _, w := range []string{"Avant\n\n- un\n- deux\n\nAprès\nsuite\n\nPour tout"} {
		if !strings.Contains(m.Text, w) {
			t.Errorf("no %q in\n%s", w, m.Text)
		}
	}
	if !strings.Contains(m.HTML, "<p>Avant</p>\n<ul>\n<li>un</li>\n<li>deux</li>\n</ul>\n<p>Après<br>\nsuite</p>") || m.Subject != "Sujet" {
		t.Errorf("%s", m.HTML)
	}
	below := creance.Reason{Code: creance.BelowMinimum, Actual: euro.Of(49_99), Limit: euro.Of(50_00)}
	m = render(t, catalog(t), AsLetter{NotEligible{Decision: creance.Decision{Reasons: []creance.Reason{below}}}, sampleFund})
	if n := strings.Count(m.Text, "au 01\u00a099\u00a000\u00a012\u00a034"); n != 1 || !strings.Contains(m.Text, "(49,99\u00a0€)") {
		t.Errorf("the telephone stands there %d times:\n%s", n, m.Text)
	}
}
