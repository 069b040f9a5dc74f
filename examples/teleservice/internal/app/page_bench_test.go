//go:build unix

package app_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/quittance/quittance/examples/teleservice/internal/app"
)

// What a page costs, database included: the promise is under 5 ms of CPU. With -benchtime 100x it is checked.
func BenchmarkPage(b *testing.B) {
	const base, most = "http://127.0.0.1:8080", 5
	a, err := app.New(b.Context(), app.Config{Base: base, Database: b.TempDir() + "/teleservice.db", ByHand: true})
	if err != nil {
		b.Fatal(err)
	}
	defer a.Close()
	var cookies []*http.Cookie
	ask := func(method, path, form string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, base+path, strings.NewReader(form))
		if form != "" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		for _, c := range cookies {
			r.AddCookie(c)
		}
		rec := httptest.NewRecorder()
		a.ServeHTTP(rec, r)
		return rec
	}
	for path, form := range map[string]string{"/connexion": "personne=assure-2", "/gestion/connexion": "agent=agent-1"} {
		cookies = append(cookies, ask(http.MethodPost, path, form).Result().Cookies()...)
	}
	begun := ask(http.MethodPost, "/demarches/creances/creance-102/payer", "cle=k&montant=10000").Header().Get("Location")
	payment := begun[len("/demarches/paiements/"):][:26]
	for name, path := range map[string]string{
		"connexion": "/connexion", "accueil": "/accueil", "creances": "/demarches/creances", "etape-1": "/demarches/creances/creance-102/etape-1",
		"etape-3": begun, "demarches": "/demarches", "messagerie": "/messagerie", "gestion": "/gestion", "paiement": "/gestion/paiements/" + payment,
		"pannes": "/gestion/pannes",
	} {
		b.Run(name, func(b *testing.B) {
			before := cpu(b)
			for b.Loop() {
				if rec := ask(http.MethodGet, path, ""); rec.Code != http.StatusOK {
					b.Fatalf("%s answers %d", path, rec.Code)
				}
			}
			cost := float64((cpu(b) - before).Microseconds()) / 1000 / float64(b.N)
			b.ReportMetric(cost, "cpu-ms/op")
			if cost > most && b.N >= 20 { // the first page of a process makes its template
				b.Errorf("%s costs %.1f ms of CPU, at most %d", path, cost, most)
			}
		})
	}
}

// cpu is what the process has used so far.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
