package audit_test

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/audit"
	"github.com/quittance/quittance/payment/paymenttest"
)

// A day of more payments than are kept in memory gives the same bytes and the same seal: payments are read again where their later heads come,
// and where nothing is kept at all, each for every lot of heads.
func TestExportHoldsLittle(t *testing.T) {
	store := &countingStore{Store: payment.NewMemoryStore()}
	w := paymenttest.New(t, paymenttest.Options{Start: time.Date(2026, 9, 14, 6, 0, 0, 0, time.UTC), Store: store})
	var last, refunded []payment.Payment
	for i := range 600 { // with their heads of the day, three lots and more
		p := w.Pay(fmt.Sprint(i), mock.Behaviour{})
		w.Clock.Add(10 * time.Second)
		if last = append(last, p); len(last) > 200 {
			p, last = last[0], last[1:]
			p, err := w.Service.Record(t.Context(), p.ID)
			if err != nil {
				t.Fatal(err)
			}
			if i%3 == 0 {
				p, err = w.Service.Refund(t.Context(), payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "paid twice"})
				if err != nil {
					t.Fatal(err)
				}
				refunded = append(refunded, p)
			}
		}
	}
	w.Work()
	for _, p := range refunded {
		w.At(p.ID, payment.Refunded)
	}
	w.Clock.Add(24 * time.Hour)
	export := func(most int) (string, audit.Seal, int64) {
		books, err := audit.New(store, audit.Options{Now: w.Clock.Now})
		if err != nil {
			t.Fatal(err)
		}
		if most >= 0 {
			books.HoldAtMost(most)
		}
		store.read.Store(0)
		var out bytes.Buffer
		seal, err := books.Export(t.Context(), "2026-09-14", &out)
		if err != nil {
			t.Fatal(err)
		}
		return out.String(), seal, store.read.Load()
	}
	want, seal, once := export(-1)
	if once != 600 {
		t.Errorf("%d journals were read of 600 payments", once)
	}
	for _, most := range []int{0, 50, 400} {
		got, other, read := export(most)
		if d := cmp.Diff(want, got); d != "" || other != seal {
			t.Errorf("with %d payments in memory (-all +some), seals %s and %s:\n%s", most, seal, other, d)
		}
		if read <= once {
			t.Errorf("with %d payments in memory %d journals were read, as if all had been there", most, read)
		}
	}
}

// countingStore counts the journals that are read.
type countingStore struct {
	payment.Store
	read atomic.Int64
}

func (s *countingStore) Journal(ctx context.Context, ids ...payment.ID) iter.Seq2[payment.Entry, error] {
	s.read.Add(int64(len(ids)))
	return s.Store.Journal(ctx, ids...)
}
