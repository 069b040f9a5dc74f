package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/examples/teleservice/internal/app"
	"github.com/quittance/quittance/payment"
)

// The whole way with Worldline Direct: the payer goes by a link and comes back at once, the portal speaks.
func TestDirect(t *testing.T) {
	t.Parallel()
	w := start(t, func(c *app.Config) { c.Bank = "direct" })
	b := w.payer("assure-1")
	b.toKiosk("creance-101").reads("Montant de la transaction : 62,00 €", "CPAM Test 2 (INTEGRATION)")
	b.card(goodCard).at(http.StatusOK, "/accueil").reads("Nous vous remercions pour votre paiement, nous le traitons dans les plus brefs délais.")
	p := w.Last()
	if p.State != payment.Paid || p.Handle.Payment == "" || p.Authorisation != p.Handle.Payment {
		t.Fatalf("the payment is %v", p)
	}
	w.Work()
	b.get("/messagerie").reads("Accusé de réception de votre paiement de créance")

	b = w.payer("assure-2")
	b.toKiosk("creance-102").card(refusedCard).at(http.StatusOK, "/accueil").reads("Votre transaction de paiement a échoué.")
	b.toKiosk("creance-102").press("", "abandon").at(http.StatusOK, "/accueil").reads("Vous avez quitté la page de paiement sans payer.")
	if err := w.Bank.Desk.Inject("", mock.Lost); err != nil {
		t.Fatal(err)
	}
	b.toKiosk("creance-102").card("5017670000001860").at(http.StatusOK, "/accueil").reads("Nous vérifions")
	a := w.agent()
	a.get("/gestion/pannes").press("", "accepte").reads("La banque a tranché")
	w.Clock.Pass(15 * time.Second) // the question before was asked less than ten seconds ago
	w.Work()
	b.get("/accueil").reads("Nous vous remercions")
	a.get("/gestion/pannes").press("orphelin", "").reads("a encaissé 75,00 €")
	a.get("/gestion/orphelins").reads("75,00 €")
}

// A fund that moves: what was paid on Sips is given back there by the release that begins payments on Direct, and who was still at the Sips
// payment page when it came pays there.
func TestMoveFromSips(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.payer("assure-1").toKiosk("creance-101").card(goodCard).back()
	old := w.Last()
	late := w.payer("assure-3")
	late.toKiosk("creance-103")
	sipsAt := w.Bank.Where
	w.Stop()

	w.Config.Bank, w.Config.Kiosk, w.Config.Former, w.Config.Formerly = "direct", "127.0.0.1:0", "sips", strings.TrimPrefix(sipsAt, "http://")
	w.Open()
	late.card(goodCard) // its page was open all the time
	w.payer("assure-2").toKiosk("creance-102").card(goodCard)
	fresh := w.Last()
	if fresh.Merchant != "PCLDirect1" || old.Merchant == fresh.Merchant || fresh.State != payment.Paid {
		t.Fatalf("the payments are %v of %s and %v of %s", old, old.Merchant, fresh, fresh.Merchant)
	}
	w.Clock.Pass(2 * time.Hour)
	w.Work()
	a := w.agent()
	a.get("/gestion/pannes").reads(old.Reference, fresh.Reference)
	for _, p := range []payment.Payment{old, fresh} {
		now, err := w.Payments.Get(t.Context(), p.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Payments.Refund(t.Context(), payment.Command{ID: p.ID, Version: now.Version, By: "agent", Why: "trop perçu"}); err != nil {
			t.Fatal(err)
		}
	}
	for range 80 {
		w.Clock.Pass(30 * time.Minute)
		w.Work()
	}
	want := map[string]payment.State{old.Reference: payment.Refunded, fresh.Reference: payment.Refunded}
	for _, p := range w.All() {
		if s, ok := want[p.Reference]; ok && p.State != s {
			t.Errorf("%s of %s is %s, expected %s", p.Reference, p.Merchant, p.State, s)
		}
		if p.Debt == "creance-103" && p.State != payment.Paid {
			t.Errorf("who was at the payment page on the day of the move: %s", p.State)
		}
	}
}

// Every fault of the panel, on real sockets: whatever goes wrong, the payment ends where the money is.
func TestDirectFaults(t *testing.T) {
	t.Parallel()
	for _, fault := range mock.Faults() {
		for _, op := range []string{"", acquirer.OpBegin, acquirer.OpStatus, acquirer.OpRefund} {
			if call := fault.Target() == "call"; call != (op != "") {
				continue
			}
			t.Run(string(fault)+" "+op, func(t *testing.T) {
				t.Parallel()
				w := start(t, func(c *app.Config) { c.Bank = "direct" })
				b := w.payer("assure-1")
				if err := w.Bank.Desk.Inject(op, fault); err != nil {
					t.Fatal(err)
				}
				b.get("/demarches/creances/creance-101/etape-2").press("paiement", "")
				if !strings.HasSuffix(b.URL.Path, "/etape-3") { // nothing was opened: no money moved, and the payer tries again
					b.toKiosk("creance-101")
				} else {
					b.onward()
				}
				b.card(goodCard)
				w.Clock.Pass(2 * time.Hour)
				w.Work()
				p := w.Last()
				if p.State != payment.Paid {
					t.Fatalf("paid, and the payment is %s", p.State)
				}
				if _, err := w.Payments.Refund(t.Context(), payment.Command{ID: p.ID, Version: p.Version, By: "agent", Why: "trop perçu"}); err != nil {
					t.Fatal(err)
				}
				for range 100 {
					w.Clock.Pass(30 * time.Minute)
					w.Work()
				}
				book := w.Bank.Desk.Book()
				if last := book[len(book)-1]; w.Last().State != payment.Refunded || last.Returned() != last.Cents {
					t.Errorf("given back: the payment is %s, %d of %d cents are back", w.Last().State, last.Returned(), last.Cents)
				}
			})
		}
	}
}
