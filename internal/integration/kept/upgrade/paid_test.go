//go:build !race

package upgrade

import (
	"context"
	"database/sql"
	"iter"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/internal/integration/rig/books"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// Versions before schema 5 let two notices of one debt be paid. The migration puts the later one into review, with an entry that says why, and
// only then makes the index that forbids it.
func TestTwoPaidPaymentsOfADebtAreMigrated(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		db := open(t, "sqlite", sqlstore.DSN(filepath.Join(t.TempDir(), "payments.db")))
		migratePaid(t, db, sqlstore.SQLite)
	})
	t.Run("postgresql", func(t *testing.T) {
		migratePaid(t, postgresql(t).empty(t), sqlstore.PostgreSQL)
	})
}

func migratePaid(t *testing.T, db *sql.DB, of func(*sql.DB, sqlstore.Options) (*sqlstore.Store, error)) {
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	s := migrate(t, db, of)
	for _, statement := range []string{"DROP INDEX quittance_payment_paid", "UPDATE quittance_schema SET version = 4"} {
		_, err := db.ExecContext(ctx, statement)
		must(err)
	}
	first, firstJournal := paidAlone(t, "PCLCB", "N1", begun)
	second, secondJournal := paidAlone(t, "QCLCB", "N2", begun.Add(time.Minute))
	write := func(states []payment.Payment, entries []payment.Entry) {
		for i, p := range states {
			if i == 0 {
				must(s.Create(ctx, p, entries[i]))
				continue
			}
			stored := p
			if p.State == payment.Paid { // the store of today refuses that; it was written so then
				stored.State = payment.Review
			}
			must(s.Commit(ctx, stored, entries[i]))
		}
	}
	write(first, firstJournal)
	_, err := db.ExecContext(ctx, "UPDATE quittance_payment SET state = 'refused'") // for a moment: the second could not begin
	must(err)
	write(second, secondJournal)
	_, err = db.ExecContext(ctx, "UPDATE quittance_payment SET state = 'paid'")
	must(err)

	for _, later := range []string{
		"DROP INDEX quittance_payment_state", "DROP INDEX quittance_change_stuck", "DROP TABLE quittance_closed", "ALTER TABLE quittance_payment DROP COLUMN means", "ALTER TABLE quittance_orphan DROP COLUMN means",
	} {
		_, err = db.ExecContext(ctx, later)
		must(err)
	}

	must(s.Migrate(ctx))
	got := map[string]payment.State{}
	for p, err := range s.List(ctx, payment.Filter{}) {
		must(err)
		got[p.Notice] = p.State
		if p.State == payment.Review {
			var last payment.Entry
			for e, err := range s.Journal(ctx, p.ID) {
				must(err)
				last = e
			}
			if last.Event != payment.OnQuestioned || last.By != "quittance" || last.Why != "another payment of the debt is paid: "+first[0].Reference {
				t.Errorf("the entry is %s by %s: %s", last.Event, last.By, last.Why)
			}
		}
	}
	if d := cmp.Diff(map[string]payment.State{"N1": payment.Paid, "N2": payment.Review}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	must(books.Of(s, later).Verify(ctx, nil))
	_, err = db.ExecContext(ctx, "UPDATE quittance_payment SET state = 'paid'")
	if err == nil {
		t.Error("no index forbids two paid payments of one debt")
	}
}

// paidAlone is a payment of the debt D that became paid where nothing stood in its way: as it stood after each entry, and the entries.
func paidAlone(t *testing.T, prefix, notice string, at time.Time) ([]payment.Payment, []payment.Entry) {
	t.Helper()
	store := &keptRows{Store: payment.NewMemoryStore()}
	b := &bank{now: func() time.Time { return at }}
	svc, err := payment.New(payment.Config{
		Store: store, Acquirer: b, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour", Prefix: prefix,
		Now: func() time.Time { return at },
	})
	if err != nil {
		t.Fatal(err)
	}
	r := request("twice-paid")
	r.Key, r.Debt.Notice.Number = notice, notice
	p, _, err := svc.Begin(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	b.answer = same(acquirer.Result{
		Reference: p.Reference, OrderID: string(p.ID), Merchant: p.Merchant, Amount: p.Amount, Currency: p.Currency, Outcome: acquirer.Accepted, Code: "00", At: at,
	})
	if p, _, err = svc.Refresh(t.Context(), p.ID); err != nil || p.State != payment.Paid {
		t.Fatalf("%s: %v", p, err)
	}
	var entries []payment.Entry
	for e, err := range iter.Seq2[payment.Entry, error](svc.Journal(t.Context(), p.ID)) {
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	return store.rows, entries
}

// keptRows keeps each row that was written.
type keptRows struct {
	payment.Store
	rows []payment.Payment
}

func (k *keptRows) Create(ctx context.Context, p payment.Payment, e payment.Entry) error {
	k.rows = append(k.rows, p)
	return k.Store.Create(ctx, p, e)
}

func (k *keptRows) Commit(ctx context.Context, p payment.Payment, e payment.Entry) error {
	k.rows = append(k.rows, p)
	return k.Store.Commit(ctx, p, e)
}
