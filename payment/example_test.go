package payment_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
)

// A host mounts two handlers, runs Work beside its server, and stops it before it ends.
func Example() {
	service, err := payment.New(payment.Config{
		Store:     payment.NewMemoryStore(), // in production: sqlstore.SQLite or sqlstore.PostgreSQL
		Acquirer:  &mock.Acquirer{},         // in production: direct.New or payfip.New
		Policies:  creance.Ameli(),
		ReturnURL: "https://portail.example/paiement/retour",
		NotifyURL: "https://portail.example/paiement/notification",
		Deliver: func(_ context.Context, c payment.Change) error {
			fmt.Println(c.Entry.Event, "leads to", c.Payment.State)
			return nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.Handle("/paiement/notification", service.NotifyHandler())
	mux.Handle("/paiement/retour", service.ReturnHandler(func(*http.Request, payment.Payment, error) string { return "/compte" }))

	working := make(chan error)
	go func() { working <- service.Work(context.Background()) }()
	// http.ListenAndServe(addr, mux), until the process is told to stop.
	fmt.Println(service.Stop(context.Background()), <-working)
	// Output: <nil> <nil>
}
