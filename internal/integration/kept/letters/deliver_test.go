package letters

import (
	"context"
	"sync"
	"time"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
)

var catalog = sync.OnceValue(func() *inbox.Catalog {
	c, err := inbox.NewCatalog()
	if err != nil {
		panic(err)
	}
	return c
})

func deliverer(box inbox.Mailbox, now func() time.Time) func(context.Context, payment.Change) error {
	return inbox.Deliverer(box, catalog(), inbox.Sender{Fund: "CPAM de test", PostalAddress: "1 rue de la Paix\n75000 Paris", Now: now})
}

func chores(box inbox.Mailbox) []payment.Chore {
	return []payment.Chore{box.DeleteDue}
}
