package stores

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// However PostgreSQL plans it, no more is leased than was asked for: what is beyond it would wait for a slot while its lease runs out. Statistics
// choose the plan, so the test forbids one way of joining after the other, and all but the simplest.
func TestLeaseTakesNoMoreThanAsked(t *testing.T) {
	t.Parallel()
	const due, asked = 5, 2
	ways := []string{"enable_hashagg", "enable_sort", "enable_hashjoin", "enable_mergejoin", "enable_nestloop", "enable_indexscan", "enable_bitmapscan",
		"enable_indexonlyscan", "enable_material", "enable_memoize"}
	forbidden := [][]string{nil, ways, {"enable_hashagg", "enable_sort", "enable_hashjoin", "enable_mergejoin", "enable_material", "enable_memoize"}}
	for _, way := range ways {
		forbidden = append(forbidden, []string{way})
	}
	server := postgres.Shared(t)
	for _, off := range forbidden {
		t.Run(strings.Join(off, " "), func(t *testing.T) {
			t.Parallel()
			db := server.Open(t, server.DSN(server.Create(t)))
			db.SetMaxOpenConns(1)
			s := migrated(t, db, sqlstore.PostgreSQL, sqlstore.Options{})
			service, bank := service(t, s)
			for n := range due {
				if _, _, err := service.Begin(t.Context(), request("K", fmt.Sprint("D", n))); err != nil {
					t.Fatal(err)
				}
			}
			for _, way := range off {
				if _, err := db.Exec("SET " + way + " = off"); err != nil {
					t.Fatal(err)
				}
			}
			later := time.Now().AddDate(1, 0, 0)
			for kind, all := range map[payment.WorkKind]int{payment.WorkAttention: due, payment.WorkDelivery: due} {
				for left := all; left > 0; left -= asked {
					tasks, err := s.Lease(t.Context(), kind, payment.Serving{Merchants: []string{bank.Merchant()}}, later, time.Minute, asked)
					if err != nil {
						t.Fatal(err)
					}
					if want := min(asked, left); len(tasks) != want {
						t.Fatalf("%s: %d were leased of %d, want %d", kind, len(tasks), left, want)
					}
				}
			}
		})
	}
}
