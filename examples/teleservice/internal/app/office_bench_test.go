//go:build unix

package app_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/examples/teleservice/internal/app"
	"github.com/quittance/quittance/examples/teleservice/internal/apptest"
)

// crowd puts so many payments into the database, five minutes apart, the last of them now: all taken into account, but forty of them, which wait. They are
// copies of a payment that was made.
func crowd(tb testing.TB, s *apptest.Service, n int) {
	tb.Helper()
	made := s.Last()
	columns, exprs := []string{}, []string{}
	rows, err := s.Database.DB.QueryContext(context.Background(), `SELECT name FROM pragma_table_info('quittance_payment')`)
	if err != nil {
		tb.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var c string
		if err := rows.Scan(&c); err != nil {
			tb.Fatal(err)
		}
		expr, ok := map[string]string{
			"id":        `printf('%s%06d', substr(p.id, 1, 20), i)`,
			"reference": `printf('PCLCB26001%07d', i)`,
			"claim":     `p.claim || i`, "debt": `p.debt || i`, "debtor": `p.debtor || i`, "key": `p.key || i`, "handle_session": `''`,
			"created_at": `p.created_at - (i - 1) * 300000000`, "attention_at": `NULL`,
			"state": `CASE WHEN i % (` + fmt.Sprint(n) + ` / 40) = 0 THEN CASE WHEN i / (` + fmt.Sprint(n) + ` / 40) % 2 = 0 THEN 'paid' ELSE 'review' END ELSE 'recorded' END`,
		}[c]
		if !ok {
			expr = "p." + c
		}
		columns, exprs = append(columns, c), append(exprs, expr)
	}
	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}
	const atOnce = 5000 // a write has its time limit
	for from := 1; from <= n; from += atOnce {
		_, err = s.Database.ExecContext(context.Background(), s.Database.Q(`WITH RECURSIVE n(i) AS (SELECT $1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
			INSERT INTO quittance_payment (`+strings.Join(columns, ", ")+`) SELECT `+strings.Join(exprs, ", ")+` FROM quittance_payment p, n WHERE p.id = $3`),
			from, min(from+atOnce-1, n), string(made.ID))
		if err != nil {
			tb.Fatal(err)
		}
	}
	if _, err := s.Database.ExecContext(context.Background(), `ANALYZE`); err != nil {
		tb.Fatal(err)
	}
}

// asker asks a service for pages as an agent, without a network.
type asker struct {
	*apptest.Service
	cookie *http.Cookie
}

func (a asker) get(tb testing.TB, path string) *httptest.ResponseRecorder {
	tb.Helper()
	r := httptest.NewRequest(http.MethodGet, a.Base+path, nil)
	r.AddCookie(a.cookie)
	rec := httptest.NewRecorder()
	a.ServeHTTP(rec, r)
	if rec.Code != http.StatusOK && rec.Code != http.StatusSeeOther {
		tb.Fatalf("%s answers %d", path, rec.Code)
	}
	return rec
}

func agentOf(tb testing.TB, s *apptest.Service) asker {
	tb.Helper()
	r := httptest.NewRequest(http.MethodPost, s.Base+"/gestion/connexion", strings.NewReader("agent=agent-1"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, r)
	return asker{s, rec.Result().Cookies()[0]}
}

// What a page of the office costs with 1 000 payments, and with 100 000, in turns: the promise is 1.3 times at most. The metrics are medians of CPU.
func BenchmarkOfficePage(b *testing.B) {
	const rounds = 9
	var sides [2]asker
	for i, n := range []int{1_000, 100_000} {
		s := apptest.Start(b, apptest.Morning, func(c *app.Config) { c.Bank = "mock" })
		begun := httptest.NewRecorder()
		login := httptest.NewRequest(http.MethodPost, s.Base+"/connexion", strings.NewReader("personne=assure-2"))
		login.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		s.ServeHTTP(begun, login)
		pay := httptest.NewRequest(http.MethodPost, s.Base+"/demarches/creances/creance-102/payer", strings.NewReader("cle=k&montant=10000"))
		pay.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for _, c := range begun.Result().Cookies() {
			pay.AddCookie(c)
		}
		s.ServeHTTP(httptest.NewRecorder(), pay)
		crowd(b, s, n)
		sides[i] = agentOf(b, s)
	}
	for name, path := range map[string]string{
		"aujourdhui": "/gestion", "liste": "/gestion/paiements", "anciens": "/gestion/paiements?tri=anciens", "a-verifier": "/gestion/paiements?etat=a-verifier",
		"page-2": "/gestion/paiements?apres=", "reference": "/gestion/paiements?q=PCLCB260010000500", "debiteur": "/gestion/paiements?q=assure-2500",
		"un-jour": "/gestion/paiements?du=01/03/2026&au=01/03/2026", "paiement": "/gestion/paiements/",
	} {
		b.Run(name, func(b *testing.B) {
			var paths [2]string
			for i, s := range sides {
				paths[i] = path
				if strings.HasSuffix(path, "apres=") || strings.HasSuffix(path, "paiements/") {
					paths[i] += string(s.Last().ID)
				}
				s.get(b, paths[i])
			}
			for b.Loop() {
			}
			var costs [2][]time.Duration
			for range rounds {
				for i, s := range sides {
					began := cpu(b)
					for range 4 {
						s.get(b, paths[i])
					}
					costs[i] = append(costs[i], (cpu(b)-began)/4)
				}
			}
			for i := range costs {
				slices.Sort(costs[i])
			}
			few, many := costs[0][rounds/2], costs[1][rounds/2]
			b.ReportMetric(float64(few.Microseconds())/1000, "ms-of-1000")
			b.ReportMetric(float64(many.Microseconds())/1000, "ms-of-100000")
			b.ReportMetric(float64(many)/float64(few), "ratio")
		})
	}
}
