package riverwork_test

import (
	"context"
	"database/sql"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/riverwork"
	"github.com/quittance/quittance/payment/sqlstore"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
)

// A process that takes payments and works on them. The hook comes first, River's client last.
func Example() {
	start := func(ctx context.Context, db *sql.DB, bank acquirer.Client) (*payment.Service, *river.Client[*sql.Tx], error) {
		config := &river.Config{Queues: map[string]river.QueueConfig{"payments": {MaxWorkers: 16}}}
		jobs, err := riverwork.New(db, config, riverwork.Options{Queue: "payments"})
		if err != nil {
			return nil, nil, err
		}
		store, err := sqlstore.PostgreSQL(db, sqlstore.Options{InTx: jobs.InTx})
		if err != nil {
			return nil, nil, err
		}
		service, err := payment.New(payment.Config{
			Store: store, Acquirer: bank, Policies: creance.Ameli(), ReturnURL: "https://fund.example/payment/return",
		})
		if err != nil {
			return nil, nil, err
		}
		if err := jobs.AddWorkers(service); err != nil {
			return nil, nil, err
		}
		client, err := river.NewClient(riverdatabasesql.New(db), config) // with a pool of pgx: riverpgxv5.New(pool)
		if err != nil {
			return nil, nil, err
		}
		return service, client, client.Start(ctx)
	}
	_ = start
}
