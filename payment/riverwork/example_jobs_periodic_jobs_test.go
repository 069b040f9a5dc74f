package riverwork_test

import (
	"database/sql"

	"github.com/quittance/quittance/payment/riverwork"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
)

// A client that works other queues on the same schema may be River's leader, and then enqueues the sweeps.
func ExampleJobs_PeriodicJobs() {
	mails := func(db *sql.DB, workers *river.Workers) (*river.Client[*sql.Tx], error) {
		config := &river.Config{Queues: map[string]river.QueueConfig{"mail": {MaxWorkers: 4}}, Workers: workers}
		jobs, err := riverwork.New(db, config, riverwork.Options{Queue: "payments"})
		if err != nil {
			return nil, err
		}
		config.PeriodicJobs = append(config.PeriodicJobs, jobs.PeriodicJobs()...)
		return river.NewClient(riverdatabasesql.New(db), config)
	}
	_ = mails
}
