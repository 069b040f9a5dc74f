package quittance_test

import (
	"context"
	"fmt"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
	"golang.org/x/text/language"
)

// The whole way, in one process: a debt, its payment, and the letter that acknowledges it.
func Example() {
	now := func() time.Time { return time.Date(2026, time.July, 6, 9, 30, 0, 0, time.UTC) }
	ctx := context.Background()

	// What is owed, and may it be paid online?
	debt := creance.Debt{
		ID: "D-1", Debtor: "assure-17",
		Items:  []creance.Item{{Kind: creance.Participation, Year: 2025, Amount: decimal.RequireFromString("62.00")}},
		Notice: &creance.Notice{Number: "N-1", Channel: creance.Paper, IssuedOn: now().AddDate(0, -1, 0)},
	}
	policy, err := creance.Ameli().On(now())
	if err != nil {
		fmt.Println(err)
		return
	}
	decision := policy.Decide(debt, now())
	fmt.Println("eligible:", decision.Eligible(), decision.Amount)

	// The service: where payments are kept, who takes the card, and who is told.
	catalog, err := inbox.NewCatalog()
	if err != nil {
		fmt.Println(err)
		return
	}
	letters := inbox.NewMemoryMailbox()
	fund := inbox.Sender{Fund: "CPAM de l’Exemple", PostalAddress: "12 rue de la Preuve\n99999 Exemple Cedex", CPAM: true, Now: now}
	bank := &mock.Acquirer{Now: now, Notify: func(acquirer.Callback) {}}
	payments, err := payment.New(payment.Config{
		Store: payment.NewMemoryStore(), Acquirer: bank, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour",
		Deliver: inbox.Deliverer(letters, catalog, fund), Now: now,
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	// The payer presses « payer », pays on the payment page, and comes back.
	p, session, err := payments.Begin(ctx, payment.BeginRequest{Key: "drawn with the page", Debt: debt, Language: "fr"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p)
	back, err := bank.Visit(session, mock.Behaviour{})
	if err != nil {
		fmt.Println(err)
		return
	}
	p, _, err = payments.Receive(ctx, back)
	fmt.Println(p, err)

	// Work delivers the change, and the inbox has its letter.
	for {
		if n, err := payments.WorkOnce(ctx); n == 0 || err != nil {
			break
		}
	}
	for letter, err := range letters.Letters(ctx, "assure-17") {
		header, _ := catalog.Render(language.French, inbox.Header{Letter: letter})
		fmt.Println(header.Subject, err)
	}
	// Output:
	// eligible: true 62
	// payment PCLCB261870000001 (redirected)
	// payment PCLCB261870000001 (paid) <nil>
	// Accusé de réception de votre paiement de créance <nil>
}
