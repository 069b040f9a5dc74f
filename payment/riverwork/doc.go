// Package riverwork runs the due work of package payment as River jobs, for hosts that operate River
// (github.com/riverqueue/river, v0.31.0 or later) on PostgreSQL. It is a module of its own, so that nobody else gets
// River's dependencies.
//
// Limits first. The payments, in a [github.com/quittance/quittance/payment/sqlstore.PostgreSQL] store, and River's
// tables are in one database, reached through database/sql, so that a job commits with the change that it is about;
// River's schema may be another. While River's tables are missing or locked, no payment moves on. One schema of River
// serves one payment service. Every River client that is started on that schema must have [Jobs.PeriodicJobs], also one
// that works other queues: River's leader enqueues the sweeps, and any started client may be the leader.
//
// # What a job is
//
// A job is a hint and never the truth: what is due is a time in the payment's row. So all jobs may be deleted, doubled,
// run 16 times at once, or hang on a machine that is gone: nothing is lost, the row's lease and version keep it from being
// done twice, and the next sweep makes good. It also means that [payment.Service.Work] may run beside the jobs, or
// instead of them from one day to the next. Delivery stays what it is: at least once, in order, idempotent on Change.Key.
//
//   - [Delivery] hands the undelivered changes of one payment to Config.Deliver, oldest first.
//   - [Attention] looks at one payment that is due: it asks the acquirer, gives money back, notes that time is up.
//   - [Sweep] reads what is due and has no job, and gives it one.
//   - [Chores] runs Config.Chores, once an hour.
//
// Delivery and Attention are unique by payment, kind and version, among the jobs that are not yet finished. No job is tried twice by
// River: a question without an answer or a failed delivery completes its job, the row says when to try again, and
// Filter.Stuck finds what keeps failing. A job that River shows as discarded has met a failure of the store, or a Config.Deliver or an
// acquirer's client that ignores the end of its context: the job ends then all the same, and the call runs on by itself.
// The error of a job is written to the Logger of river.Config at level ERROR, as « payment: work »: River's own line
// about it is of level INFO since 0.33.0. A chore's is too, such as inbox.AcknowledgementAlarm's.
//
// River's Stop lets the jobs that run finish, and StopAndCancel cuts them off: what they had leased is given back, and due at once for
// whoever works next. [payment.Service.Stop] is for hosts that call Work.
//
// # How to wire it
//
// The store needs the jobs' hook, the service needs the store, the workers need the service; so [New] comes first,
// and River's client last.
//
//	config := &river.Config{Queues: map[string]river.QueueConfig{"payments": {MaxWorkers: 16}}}
//	jobs, err := riverwork.New(db, config, riverwork.Options{Queue: "payments"})
//	store, err := sqlstore.PostgreSQL(db, sqlstore.Options{InTx: jobs.InTx})
//	service, err := payment.New(payment.Config{Store: store, …})
//	err = jobs.AddWorkers(service)
//	client, err := river.NewClient(riverpgxv5.New(pool), config)
//
// River and its drivers are modules of their own, and those of different versions do not compile together. This package brings
// riverdriver/riverdatabasesql; so who upgrades River upgrades that one too, with go get, beside the driver of the host's own.
//
// A process that takes payments and works no jobs stops after the service; its config says no more than what its
// inserts need. A store without the hook works too: then the sweep finds everything, up to its period later.
//
// # How soon
//
// A client that inserts tells the workers at most once per FetchCooldown; a worker whose own cooldown is shorter may
// then wait for its next poll (FetchPollInterval). [New] makes its inserting client from the host's config, so that both are equal in one
// process; between processes they are the host's to keep equal. With a driver that listens (riverpgxv5) a delivery begins about
// one cooldown after its change was committed; without, at the next poll.
//
// RescueStuckJobsAfter may be what the host's other jobs need: a piece of work whose job has been running for a minute is
// given another one by the sweep, and does not wait for River to rescue the first. Jobs end within 25 seconds, below half of
// the lease under which they work; Config.Deliver should take no more than 20.
//
// All functions and methods are safe for concurrent use, but [Jobs.AddWorkers], which comes before River's client.
package riverwork
