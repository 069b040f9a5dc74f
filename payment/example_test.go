package payment_test

import (
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// fixed is the clock of the examples.
func fixed() time.Time { return time.Date(2017, time.September, 11, 13, 54, 0, 0, time.UTC) }

// service is a service on a store in memory, with a bank in the process.
func service() (*payment.Service, *mock.Acquirer) {
	bank := &mock.Acquirer{Now: fixed, Notify: func(acquirer.Callback) {}}
	svc, err := payment.New(payment.Config{
		Store: payment.NewMemoryStore(), Acquirer: bank, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour", Now: fixed,
	})
	if err != nil {
		panic(err)
	}
	return svc, bank
}

func owed() creance.Debt {
	return creance.Debt{
		ID: "D-1", Debtor: "A-7",
		Items:  []creance.Item{{Kind: creance.Participation, Year: 2016, Amount: decimal.RequireFromString("75.00")}},
		Notice: &creance.Notice{Number: "N-1", Channel: creance.Paper, IssuedOn: fixed()},
	}
}
