package stores

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
	"github.com/shopspring/decimal"
)

// A change that the host does not want is not written; its entry is, and what is wanted goes out in its order, and so does an orphan.
func TestUnwantedChanges(t *testing.T) {
	wanted := sqlstore.Options{Wanted: func(c payment.Change) bool { return c.Payment.Version%2 == 0 }}
	databases(t, func(t *testing.T, open func(sqlstore.Options) *sqlstore.Store) {
		s := open(wanted)
		at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
		p := payment.Payment{
			ID: "01", Version: 1, State: payment.Created, Reference: "R1", Merchant: "M", Claim: "C", Debt: "D", Notice: "N", Debtor: "A", Key: "K",
			Policy: "P", Language: "fr", Amount: decimal.New(75_00, -2), Currency: "EUR", CreatedAt: at, AttentionAt: at,
		}
		e := payment.Entry{Payment: p.ID, Version: 1, Event: payment.OnCreated, Effect: payment.EffectChanged, To: payment.Created, At: at}
		if err := s.Create(t.Context(), p, e); err != nil {
			t.Fatal(err)
		}
		for v := 2; v <= 5; v++ {
			p.Version, e.Version, e.Event = v, v, payment.OnSilent
			if err := s.Commit(t.Context(), p, e); err != nil {
				t.Fatal(err)
			}
		}
		result := acquirer.Result{Reference: "R9", Merchant: "M", Amount: decimal.New(1, 0), Currency: "EUR", Outcome: acquirer.Accepted, At: at}
		if err := s.Orphan(t.Context(), result, at); err != nil {
			t.Fatal(err)
		}
		var journal []int
		for e, err := range s.Journal(t.Context(), p.ID) {
			if err != nil {
				t.Fatal(err)
			}
			journal = append(journal, e.Version)
		}
		var out []string
		for {
			tasks, err := s.Lease(t.Context(), payment.WorkDelivery, payment.Serving{}, at, time.Minute, 16)
			if err != nil {
				t.Fatal(err)
			}
			if len(tasks) == 0 {
				break
			}
			for _, task := range tasks {
				out = append(out, task.Change.Key)
				if err := s.Release(t.Context(), task, time.Time{}, ""); err != nil {
					t.Fatal(err)
				}
			}
		}
		orphan := payment.Orphan{Result: result}.Key()
		i := slices.Index(out, orphan)
		if i < 0 {
			t.Fatalf("the orphan's change is not among %q", out)
		}
		if d := cmp.Diff([]string{"01/2", "01/4"}, slices.Delete(out, i, i+1)); d != "" {
			t.Errorf("changes that went out (-want +got):\n%s", d)
		}
		if d := cmp.Diff([]int{1, 2, 3, 4, 5}, journal); d != "" {
			t.Errorf("entries (-want +got):\n%s", d)
		}
	})
}
