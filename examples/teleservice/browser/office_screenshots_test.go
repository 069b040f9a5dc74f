//go:build !race

package browser_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/shopspring/decimal"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/examples/teleservice/internal/apptest"
	"github.com/quittance/quittance/examples/teleservice/internal/people"
	"github.com/quittance/quittance/payment"
)

// stray has the bank take money for a reference that the service does not know.
func (s *service) stray() {
	s.t.Helper()
	ref, err := payment.NewReference(payment.DefaultPrefix, s.Clock.Now(), payment.MaxSequence)
	if err != nil {
		s.t.Fatal(err)
	}
	session, err := s.Bank.Client.Begin(s.t.Context(), acquirer.Order{
		ID: "restaurationdunesauvegarde", Reference: ref.String(), Amount: decimal.New(75_00, -2), Currency: "EUR",
		ReturnURL: s.Base + "/paiement/retour", NotifyURL: s.Base + "/paiement/notification", Language: "fr",
	})
	if err == nil {
		err = s.Bank.Desk.Pay(session)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// aMonth is a month of a small fund: people pay, some have the money back, some payments are doubted, once there is none for the money; and it is the
// morning after.
func (s *service) aMonth() {
	s.t.Helper()
	directory, err := people.Read()
	if err != nil {
		s.t.Fatal(err)
	}
	owed := directory.Debts("assure-1")[0]
	paidOn := []int{3, 5, 4, 2, 0, 0, 6, 5, 3, 4, 5, 1, 0, 4, 7, 3, 5, 2, 1, 0, 5, 6, 4, 3, 6, 1, 0, 4, 6, 5}
	for day, n := range paidOn {
		for i := range n {
			d, notice := owed, *owed.Notice
			number := day*10 + i
			d.ID, d.Debtor, notice.Number = fmt.Sprintf("creance-%d", 1000+number), fmt.Sprintf("assure-%d", 1000+number), fmt.Sprintf("ASP-2026-%04d", number)
			d.Notice = &notice
			item := owed.Items[0]
			item.Amount = decimal.New(int64(50_00+number*3701%100_00), -2)
			d.Items = []creance.Item{item}
			_, session, err := s.Payments.Begin(s.t.Context(), payment.BeginRequest{Key: "k", Debt: d})
			if err != nil {
				s.t.Fatal(err)
			}
			if err := s.Bank.Desk.Pay(session); err != nil {
				s.t.Fatal(err)
			}
			p := s.Last()
			c := payment.Command{ID: p.ID, Version: p.Version, By: "agent-1", Why: "réclamation"}
			switch number % 7 {
			case 3:
				c.By = "agent-2"
				_, err = s.Payments.Refund(s.t.Context(), c)
			case 5:
				_, err = s.Payments.Question(s.t.Context(), c)
			default:
				if day < len(paidOn)-1 {
					_, err = s.Payments.Record(s.t.Context(), p.ID)
				}
			}
			if err != nil {
				s.t.Fatal(err)
			}
			s.Clock.Pass(17 * time.Minute)
		}
		if day == 19 {
			s.stray()
		}
		s.Work()
		s.Clock.Pass(24*time.Hour - time.Duration(n)*17*time.Minute)
	}
	s.Work()
}

// The pictures of the README that show the office: the day at a glance, the list, a payment with its way, the confirmation of money, and a telephone. They
// are what the service shows, and small.
func TestOfficeScreenshots(t *testing.T) {
	t.Parallel()
	s := serve(t, apptest.Morning.AddDate(0, 0, -30), nil)
	s.aMonth()
	var shown payment.Payment
	for _, p := range s.All() {
		if p.State == payment.Paid {
			shown = p
		}
	}
	claims, accounts := s.person().signsInAsAgent(), s.person().signsInAsAccountant()
	detail := "/gestion/paiements/" + string(shown.ID)
	phone := screen{width: 375, height: 740, touch: true}
	desk := screen{width: wide, height: 720}
	for _, c := range []struct {
		name string
		on   screen
		tab  *tab
		from string // what the picture begins with
		to   func(*tab)
	}{
		{"today.png", desk, accounts, "#h-afaire", func(b *tab) { b.goes("/gestion").reads("En trente jours") }},
		{"search.png", desk, claims, "html", func(b *tab) { b.goes("/gestion/paiements?du=28/02/2026").reads("sur cette page") }},
		{"office.png", desk, claims, "#etats", func(b *tab) { b.goes(detail).reads("Où en est ce paiement") }},
		{"confirmation.png", desk, accounts, "html", func(b *tab) {
			b.goes(detail).clicks("#acte-rembourser").types("#motif", "payé deux fois").clicks("#continuer").reads("Rien n’est encore fait.")
		}},
		{"phone.png", phone, accounts, "#h-afaire", func(b *tab) { b.goes("/gestion").reads("En trente jours") }},
	} {
		c.tab.size(c.on).colours("light")
		c.to(c.tab)
		eval[bool](c.tab, "document.querySelector(`"+c.from+"`).scrollIntoView({behavior: 'instant'}); true")
		picture := call(c.tab, page.CaptureScreenshot, page.CaptureScreenshotParams{}).Data
		checkOf(t, c.name+", as it is now", picture, int(c.on.width), math.MaxInt)
		file := filepath.Join("..", "screenshots", c.name)
		if *update {
			if err := os.WriteFile(file, picture, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		kept, err := os.ReadFile(file)
		if err != nil {
			t.Fatalf("%v (take it with -update)", err)
		}
		checkOf(t, c.name, kept, int(c.on.width), most)
	}
}
