package app_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer/worldline/sips"
	"github.com/quittance/quittance/examples/teleservice/internal/app"
	"github.com/quittance/quittance/examples/teleservice/internal/bank"
	"github.com/quittance/quittance/payment"
)

// tell posts what the bank would say of a payment that was accepted over so many cents, sealed with the shop's key.
func (w world) tell(p payment.Payment, cents string) {
	w.t.Helper()
	data := base64.RawURLEncoding.EncodeToString([]byte("amount=" + cents + "|currencyCode=978|merchantId=" + p.Merchant + "|transactionReference=" + p.Reference +
		"|orderId=" + string(p.ID) + "|keyVersion=1|responseCode=00|transactionStatus=TO_CAPTURE|authorisationId=761208|transactionDateTime=" +
		w.Clock.Now().Format("2006-01-02T15:04:05-07:00")))
	seal, err := sips.SealData(sips.HMACSHA256, sips.NewSecret(bank.Merchant.Keys[1]), data)
	if err != nil {
		w.t.Fatal(err)
	}
	form := url.Values{"Data": {data}, "Encode": {"base64url"}, "Seal": {seal}, "InterfaceVersion": {"HP_3.0"}}
	r, err := http.Post(w.Base+bank.NotifyPath, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusOK {
		w.t.Fatalf("the notification: %s", r.Status)
	}
}

// Somebody gives up, comes again, and while the second kiosk page is open the bank says that the first attempt was accepted after all.
// Nothing invites to pay a second time.
func TestLateAcceptanceBesideAnOpenKiosk(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	b := w.payer("assure-1")
	b.toKiosk("creance-101").press("", "abandon").back()
	b.toKiosk("creance-101")
	first, second := w.All()[0], w.All()[1]
	w.tell(first, "6200")
	b.get("/accueil").reads("Nous vous remercions").lacks("Reprendre le paiement", "en cours")
	b.get("/demarches/creances/creance-101/etape-1").reads("pour cette créance est accepté").lacks("Terminez", "Reprendre le paiement")
	b.get("/demarches").lacks("Reprendre")
	b.get("/demarches/paiements/" + string(second.ID)).lacks("Reprendre le paiement")
	b.get("/demarches/paiements/"+string(second.ID)+"/etape-3").at(http.StatusOK, "/accueil")
}

// A receipt says what was received: there is none while somebody looks into it, nor when it turns out that no money came (S61).
func TestNoReceiptForMoneyThatDidNotCome(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	b := w.payer("assure-1")
	b.toKiosk("creance-101")
	w.tell(w.All()[0], "100") // one euro of sixty-two
	page := "/demarches/paiements/" + string(w.All()[0].ID)
	b.get(page).reads("vérification").lacks("Accepté le", "Voir le reçu")
	b.get(page+"/recu").at(http.StatusNotFound, page+"/recu")

	c := w.payer("assure-2")
	c.toKiosk("creance-102").card(goodCard).back()
	page = "/demarches/paiements/" + string(w.Last().ID)
	c.get(page).reads("Accepté le", "Voir le reçu")
	w.agent().get("/gestion"+strings.TrimPrefix(page, "/demarches")).decides("contester", "doute")
	c.get(page).lacks("Accepté le", "Voir le reçu")
	c.get(page+"/recu").at(http.StatusNotFound, page+"/recu")
}

// Who was told to wait for the result is told the result, however late it comes, and for a day.
func TestLateResultIsShown(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	b := w.payer("assure-1")
	b.toKiosk("creance-101").card("5017670000001860")
	w.payer("assure-1").get("/accueil").reads("Nous vérifions votre paiement")
	w.Clock.Pass(30 * time.Hour)
	if err := w.Bank.Desk.Decide(w.Last().Reference, false); err != nil {
		t.Fatal(err)
	}
	w.Work()
	if s := w.Last().State; s != payment.Refused {
		t.Fatalf("it is %s", s)
	}
	w.payer("assure-1").get("/accueil").reads("Votre transaction de paiement a échoué")
	w.Clock.Pass(25 * time.Hour)
	w.payer("assure-1").get("/accueil").lacks("échoué")
}

// When nobody can pay any more, home and step 1 say the same: wait.
func TestNobodyIsToldToFinishWhatHasEnded(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	b := w.payer("assure-1")
	b.toKiosk("creance-101")
	w.Clock.Pass(62 * time.Minute) // and nobody has asked the bank yet
	b = w.payer("assure-1")
	b.get("/accueil").reads("Ne payez pas à nouveau")
	b.get("/demarches/creances/creance-101/etape-1").reads("Attendez le résultat").lacks("Terminez")
}

// Browsers leave out the port that goes without saying, and write names in lower case: they are not sent round in circles.
func TestAddressAsBrowsersSayIt(t *testing.T) {
	t.Parallel()
	for base, host := range map[string]string{ // behind a proxy, with a secret
		"http://127.0.0.1:80": "127.0.0.1", "https://fund.example:443": "fund.example", "https://Fund.example": "fund.example",
		"http://fund.example:443": "fund.example:443", "https://fund.example": "fund.example:443",
	} {
		a, err := app.New(t.Context(), app.Config{Base: base, Database: t.TempDir() + "/teleservice.db", ByHand: true, Secret: "correct horse battery"})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		rec := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/connexion", nil)
		r.Host = host
		a.ServeHTTP(rec, r)
		if rec.Code != http.StatusOK {
			t.Errorf("-url %s, Host: %s: %d to %q", base, host, rec.Code, rec.Header().Get("Location"))
		}
	}
}

// What cannot be opened is told, and leaves nothing open.
func TestBankThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	for _, c := range []app.Config{{Kiosk: "http://"}, {Kiosk: "http://a b"}, {Kiosk: "http://192.0.2.1:9000"}, {Bank: "nobody"}} {
		c.Base, c.Database, c.ByHand = "http://127.0.0.1:9", t.TempDir()+"/teleservice.db", true
		a, err := app.New(t.Context(), c)
		if err == nil {
			a.Close()
			t.Errorf("-acquirer %q -kiosk %q opens", c.Bank, c.Kiosk)
		}
	}
}

// A reason is counted in letters, as the page says.
func TestReasonOf200Letters(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	w.payer("assure-1").toKiosk("creance-101").card(goodCard).back()
	page := "/gestion/paiements/" + string(w.Last().ID)
	w.agent().get(page).decides("contester", strings.Repeat("é", 201)).reads("Saisissez un motif")
	w.agent().get(page).decides("contester", strings.Repeat("é", 200)).reads("Mis en vérification")
}
