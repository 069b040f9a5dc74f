// A payment from the debt to the payer's letter, with a bank, a store and a mailbox in memory.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

func main() {
	ctx := context.Background()
	letters := inbox.NewMemoryMailbox()
	texts, err := inbox.NewCatalog()
	check(err)
	fund := inbox.Sender{Fund: "CPAM de l’Exemple", PostalAddress: "12 rue de la Preuve\n99999 Exemple Cedex", CPAM: true}
	bank := &mock.Acquirer{}
	service, err := payment.New(payment.Config{
		Store: payment.NewMemoryStore(), Acquirer: bank, Policies: creance.Ameli(),
		ReturnURL: "https://portail.example/payment/return",
		Deliver:   inbox.Deliverer(letters, texts, fund),
	})
	check(err)

	debt := creance.Debt{
		ID: "D-1", Debtor: "assure-17", // your own identifiers; a social security number is refused
		Items:  []creance.Item{{Kind: creance.Franchise, Year: 2025, Amount: decimal.RequireFromString("62.00")}},
		Notice: &creance.Notice{Number: "N-1", Channel: creance.Paper}, // an « avis de somme à payer » was sent
	}
	offer, err := service.Offer(ctx, debt)
	check(err)
	fmt.Println("may be paid now:", offer.Payable(), offer.Decision.Amount)

	_, session, err := service.Begin(ctx, payment.BeginRequest{Key: "drawn with the page", Debt: debt})
	check(err)
	callback, err := bank.Visit(session, mock.Behaviour{}) // the payer pays, and comes back
	check(err)
	p, _, err := service.Receive(ctx, callback)
	check(err)
	fmt.Println("the payment is", p.State)

	for n := 1; n > 0; { // a program that runs for long calls go service.Work(ctx) instead
		n, err = service.WorkOnce(ctx)
		check(err)
	}
	for letter, err := range letters.Letters(ctx, "assure-17") {
		check(err)
		fmt.Println("a letter:", letter.Subject)
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
