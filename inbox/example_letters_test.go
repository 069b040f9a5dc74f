package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing/fstest"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
	"golang.org/x/text/language"
)

// What a letter lacks of what CRPA R112-11-1 asks for, with the right options and with none.
func ExampleCheckAcknowledgement() {
	catalog, _ := inbox.NewCatalog()
	for _, from := range []inbox.Sender{fund, {Now: fund.Now}} {
		letter := inbox.Acknowledgement{Payment: paid, From: from}
		m, _ := catalog.Render(language.French, letter)
		err := inbox.CheckAcknowledgement(m, letter)
		fmt.Println(err)
		if missing := (*inbox.MentionError)(nil); errors.As(err, &missing) {
			fmt.Println(len(missing.Missing), "mentions")
		}
	}
	// Output:
	// <nil>
	// it does not state the service in charge, an electronic or postal address (CRPA L112-11, R112-11-1)
	// 2 mentions
}

// A chore for payment.Config: an accepted payment without its letter after a day is an error in the service's log.
func ExampleAcknowledgementAlarm() {
	ctx := context.Background()
	store, box := payment.NewMemoryStore(), inbox.NewMemoryMailbox()
	lost := paid
	lost.Version = 1
	if err := store.Create(ctx, lost, payment.Entry{Payment: lost.ID, Version: 1, Event: payment.OnCreated, To: payment.Paid}); err != nil {
		fmt.Println(err)
		return
	}
	alarm := inbox.AcknowledgementAlarm(store.List, box)
	for _, age := range []time.Duration{time.Hour, 25 * time.Hour} {
		_, err := alarm(ctx, paid.PaidAt.Add(age))
		fmt.Println(err)
	}
	// Output:
	// <nil>
	// inbox: accepted payments without an acknowledgement (CRPA L112-11): 1: PCLCB261860000004
}

// The same words as a banner and as a letter.
func ExampleAsLetter() {
	catalog, _ := inbox.NewCatalog()
	refused := paid
	refused.State, refused.PaidAt, refused.Decline = payment.Refused, time.Time{}, acquirer.InsufficientFunds
	m, _ := catalog.Render(language.French, inbox.AsLetter{Content: inbox.PaymentFailed{Payment: refused}, From: fund})
	fmt.Println(m.Subject)
	fmt.Println()
	fmt.Println(m.Plain())
	// Output:
	// Échec du paiement
	//
	// Bonjour,
	//
	// Ce message concerne votre démarche de paiement commencée le 05/07/2026 à 8 h 40 (heure de Paris).
	// Référence de la transaction : PCLCB261860000004.
	//
	// Votre transaction de paiement a échoué.
	//
	// Aucune somme n'a été débitée.
	//
	// Vous pouvez recommencer avec une autre carte. Si vous n'en avez pas, contactez votre caisse pour payer autrement.
	//
	// Pour tout renseignement complémentaire concernant votre démarche, vous pouvez nous contacter dans la rubrique « Ma Messagerie / Écrire un message » (*).
	//
	// Service chargé de votre dossier :
	//
	// - CPAM de l'Exemple
	// - Adresse postale : 12 rue de la Preuve, 99999 Exemple Cedex
	//
	// Avec toute notre attention,
	// Votre caisse d'Assurance Maladie.
	//
	// (*) ou par téléphone au 36 46 (service gratuit + prix de l'appel), ou depuis l'étranger le +33 1 84 90 36 46.
}

// A reminder says everything that a debtor must be told, or is not rendered.
func ExampleReminder() {
	reminder := inbox.Reminder{
		Debt: creance.Debt{
			ID: "d-1", Debtor: "assure-17",
			Items: []creance.Item{{Kind: creance.Participation, Year: 2024, Amount: decimal.New(3200, -2)}, {Kind: creance.Franchise, Year: 2025, Amount: decimal.New(3000, -2)}},
			Notice: &creance.Notice{
				Number: "ASP-2026-0001234", Channel: creance.Electronic, IssuedOn: time.Date(2026, time.June, 1, 10, 0, 0, 0, time.UTC),
			},
		},
		Name: "Belage", DueOn: time.Date(2026, time.August, 1, 10, 0, 0, 0, time.UTC),
		OtherWays: inbox.French("par chèque à l’ordre de la CPAM de l’Exemple"), Privacy: "dpo@fonds.example", From: fund,
	}
	reminder.From.Officer = inbox.Officer{Name: "Anne Durand", Quality: inbox.French("directrice")}
	policy, _ := creance.Ameli().On(reminder.DueOn)
	reminder.Online = policy.Decide(reminder.Debt, reminder.DueOn)

	catalog, _ := inbox.NewCatalog()
	m, err := catalog.Render(language.French, reminder)
	fmt.Println(err)
	fmt.Println(strings.Join(strings.Split(m.Plain(), "\n")[2:7], "\n"))

	_, err = catalog.Render(language.English, reminder) // no letter is in two languages
	fmt.Println(err)

	reminder.Debt.Status, reminder.DueOn = creance.Prescribed, time.Time{}
	fmt.Println(reminder.Validate())
	// Output:
	// <nil>
	// Vous avez reçu l'avis de somme à payer n° ASP-2026-0001234 du 1er juin 2026. Sauf erreur de notre part, il n'est pas encore réglé.
	//
	// - Au nom de : BELAGE
	// - Somme à payer : 62,00 €
	// - Date limite : 1er août 2026
	// inbox: Render reminder: OtherWays has no words in en: a letter is not in two languages
	// inbox: Reminder: the debt is "prescribed": it may not be asked for
	// inbox: Reminder: DueOn is zero
}

// What is said when Begin ends in an error.
func ExampleAnswer() {
	catalog, _ := inbox.NewCatalog()
	for _, err := range []error{
		&payment.HeldError{By: payment.Payment{State: payment.Paid, PaidAt: paid.PaidAt}},
		&acquirer.Error{Op: "begin", Kind: acquirer.ErrUnavailable},
	} {
		m, _ := catalog.Render(language.English, inbox.Answer(err, fund))
		fmt.Println(m.Subject)
		fmt.Println(strings.Split(m.Text, "\n")[2])
	}
	// Output:
	// There is already a payment for this debt
	// No new payment has been started or taken.
	// The payment has not begun
	// No money is taken for this request. You can try again from your account in a few minutes: it will tell you if this debt has already been paid. If it fails again, contact your fund.
}

// A text that changes on a day: what is written before has the old words, what is written after the new ones.
func ExampleNewCatalog_dated() {
	catalog, err := inbox.NewCatalog(fstest.MapFS{
		"fr/telephone.txt":            {Data: []byte("01\u00a099\u00a000\u00a012\u00a034")},
		"fr/telephone@2027-01-01.txt": {Data: []byte("---\nsources: note 2026-12\n---\n01\u00a099\u00a000\u00a056\u00a078")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, day := range []string{"2026-12-31", "2027-01-01"} {
		now, _ := time.Parse(time.DateOnly, day)
		m, _ := catalog.Render(language.French, inbox.Acknowledgement{Payment: paid, From: inbox.Sender{Now: func() time.Time { return now }}})
		fmt.Println(day, m.Plain()[strings.Index(m.Plain(), "(*) ou"):])
	}
	// Output:
	// 2026-12-31 (*) ou par téléphone au 01 99 00 12 34.
	// 2027-01-01 (*) ou par téléphone au 01 99 00 56 78.
}

// The linter reads what an integrator gives. Each mistake has its file and its line.
func ExampleMistake() {
	_, err := inbox.NewCatalog(fstest.MapFS{
		"fr/cancelled.txt": {Data: []byte("Paiement abandonné\n\nRecommencez vite!\nPayez sur www.exemple.fr\n")},
		"fr/expired.txt":   {Data: []byte("Etat du paiement\n\nC'est fini.\n")},
	})
	var first *inbox.Mistake
	if errors.As(err, &first) {
		fmt.Println(first.File, first.Line, first.Rule)
	}
	fmt.Println(err)
	// Output:
	// fr/cancelled.txt 3 spaces
	// inbox: NewCatalog: overlay 1: fr/cancelled.txt:3: no space within « e! »; write U+202F before the sign (spaces)
	// overlay 1: fr/cancelled.txt:4: it has a link, « www.exemple.fr »; whoever reads a letter with a link learns to trust the next one (links)
	// overlay 1: fr/expired.txt:1: « Etat » lacks the accent on its capital (capitals)
	// overlay 1: fr/expired.txt:3: a straight apostrophe in « C'est »; write ’ (apostrophes)
}

// Where the words of a catalog come from.
func ExampleCatalog_Texts() {
	catalog, _ := inbox.NewCatalog(inbox.Verbatim())
	for _, x := range catalog.Texts() {
		if x.Language == "fr" && (x.Name == "accepted" || x.Name == "telephone") {
			fmt.Println(x.Edition, x.File, inbox.ShortDate(x.ValidFrom), x.Sources, x.Exempt)
		}
	}
	// Output:
	// verbatim fr/accepted.txt 11/09/2017 [S4 S48] [apostrophes]
	// verbatim fr/telephone.txt 05/07/2018 [S74] [spaces apostrophes]
}

// A document to print or to keep, and one for a mail client. Neither fetches or runs anything.
func ExampleMessage_Page() {
	catalog, _ := inbox.NewCatalog()
	m, _ := catalog.Render(language.French, inbox.Acknowledgement{Payment: paid, From: fund})
	to := inbox.FullName("Pierre", "Belage") + "\n" + inbox.Address{Street: "1 place du Marché", PostCode: "75001", Town: "Paris"}.String()
	page := m.Page(inbox.Sheet{From: fund, To: to, Date: paid.PaidAt})
	fmt.Println(page[strings.Index(page, `<p class="to">`):strings.Index(page, "<main>")])
	// Output:
	// <p class="to">Pierre BELAGE<br>
	// 1 place du Marché<br>
	// 75001 PARIS</p>
	// <p class="date">5 juillet 2026</p>
	// </header>
}

func ExampleMessage_Mail() {
	catalog, _ := inbox.NewCatalog()
	m, _ := catalog.Render(language.English, inbox.PaymentExpired{})
	for line := range strings.Lines(m.Mail()) {
		if strings.Contains(line, "<p ") {
			fmt.Print(line)
		}
	}
	// Output:
	// <p style="margin:0 0 16px">You ran out of time to pay.</p>
	// <p style="margin:0 0 16px">No money has been taken. The last day to pay on your notice does not change.</p>
	// <p style="margin:0 0 16px">You can try again from your account whenever you like.</p>
}

// What has no cents is written without them in prose.
func ExampleRoundEuros() {
	whole, _ := inbox.RoundEuros(decimal.New(50, 0))
	cents, _ := inbox.RoundEuros(decimal.New(4853, -2))
	fmt.Printf("%+q %+q\n", whole, cents)
	// Output:
	// "50\u00a0\u20ac" "48,53\u00a0\u20ac"
}

func ExampleLongTime() {
	t := time.Date(2017, time.September, 11, 13, 54, 0, 0, time.UTC)
	fmt.Printf("%s %+q\n", inbox.ClockTime(t), inbox.LongTime(t))
	// Output:
	// 15:54 "15\u00a0h\u00a054"
}

func ExampleOrdinal() {
	fmt.Println(inbox.Ordinal(1, false), inbox.Ordinal(1, true), inbox.Ordinal(2, false))
	// Output:
	// 1er 1re 2e
}

// Zero is singular in French and plural in English.
func ExamplePlural() {
	for n := range 3 {
		fmt.Printf("%+q %+q\n", inbox.Plural(language.French, n, inbox.Forms{One: "jour", Other: "jours"}),
			inbox.Plural(language.English, n, inbox.Forms{One: "day", Other: "days"}))
	}
	// Output:
	// "0\u00a0jour" "0\u00a0days"
	// "1\u00a0jour" "1\u00a0day"
	// "2\u00a0jours" "2\u00a0days"
}

func ExampleFullName() {
	fmt.Println(inbox.FullName("PIERRE", "Belage"))
	fmt.Println(inbox.FullName("anne-sophie", "d'Éluard"))
	// Output:
	// Pierre BELAGE
	// Anne-Sophie d’ÉLUARD
}

func ExampleAddress() {
	a := inbox.Address{Recipient: "CPAM de l’Exemple", Street: "12 rue de la Preuve", PostCode: "9999", Town: "Exemple Cedex"}
	fmt.Println(a)
	fmt.Println(a.Validate())
	// Output:
	// CPAM de l’Exemple
	// 12 rue de la Preuve
	// 9999 EXEMPLE CEDEX
	// inbox: Address: PostCode has not five digits
}
