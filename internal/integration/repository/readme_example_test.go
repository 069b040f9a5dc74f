package repository_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
	"github.com/shopspring/decimal"
)

// take is the README's code: a payment from the debt to the acquirer's word.
func take(ctx context.Context, w http.ResponseWriter, r *http.Request, bank *mock.Acquirer, debt creance.Debt) error {
	// readme:begin
	service, err := payment.New(payment.Config{
		Store: payment.NewMemoryStore(), Acquirer: bank, Policies: creance.Ameli(),
		ReturnURL: "https://fund.example/payment/return", NotifyURL: "https://fund.example/payment/notify",
	})
	if err != nil {
		return err // every mistake of the configuration at once
	}
	p, session, err := service.Begin(ctx, payment.BeginRequest{Key: "drawn with the page", Debt: debt})
	if err != nil {
		return err // *creance.IneligibleError has every reason, *payment.HeldError the payment under way
	}
	fmt.Println(p.State, p.Amount) // redirected 62
	if err := session.Send(w, r, acquirer.Form{}); err != nil {
		return err // the payer's browser goes to the bank: by 303, or by a page with a form
	}
	callback, err := bank.Visit(session, mock.Behaviour{}) // the mock's payer pays
	if err != nil {
		return err
	}
	p, effect, err := service.Receive(ctx, callback) // what NotifyHandler and ReturnHandler do
	fmt.Println(p.State, effect)                     // paid changed
	// readme:end
	return err
}

func Example_take() {
	page := httptest.NewRecorder()
	bank := &mock.Acquirer{Notify: func(acquirer.Callback) {}} // the notification is lost; the browser's return is enough
	err := take(context.Background(), page, httptest.NewRequest("POST", "https://fund.example/pay", nil), bank, creance.Debt{
		ID: "D-1", Debtor: "assure-17",
		Items:  []creance.Item{{Kind: creance.Franchise, Year: 2025, Amount: decimal.New(62, 0)}},
		Notice: &creance.Notice{Number: "N-1", Channel: creance.Paper},
	})
	fmt.Println(err, strings.Contains(page.Body.String(), "<form"))
	// Output:
	// redirected 62
	// paid changed
	// <nil> true
}

// keep is the README's code: payments and letters in a database, and a worker that does what is due.
func keep(ctx context.Context, db *sql.DB, bank acquirer.Client, from inbox.Sender) (*payment.Service, error) {
	// readme:begin
	store, err := sqlstore.SQLite(db, sqlstore.Options{}) // or PostgreSQL; the driver is yours
	if err != nil {
		return nil, err // wrong settings, and what to put into the DSN: sqlstore.DSN(file) has them
	}
	letters, err := sqlmailbox.SQLite(db)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(store.Migrate(ctx), letters.Migrate(ctx)); err != nil {
		return nil, err // at every start, in every process
	}
	catalog, err := inbox.NewCatalog()
	if err != nil {
		return nil, err
	}
	service, err := payment.New(payment.Config{
		Store: store, Acquirer: bank, Policies: creance.Ameli(), ReturnURL: "https://fund.example/payment/return",
		Deliver: inbox.Deliverer(letters, catalog, from), // the acknowledgement that the law asks for
		Chores: []payment.Chore{
			letters.DeleteDue, // after six months
			inbox.AcknowledgementAlarm(store.List, letters), // an error in the log when one is a day late
		},
	})
	if err != nil {
		return nil, err
	}
	go service.Work(ctx) // asks for what never came back, delivers, runs the chores
	// readme:end
	return service, nil
}

func Example_keep() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	folder, err := os.MkdirTemp("", "keep")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	db, err := sql.Open("sqlite", sqlstore.DSN(filepath.Join(folder, "payments.db")))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	service, err := keep(ctx, db, &mock.Acquirer{}, inbox.Sender{Fund: "CPAM", PostalAddress: "1 rue de l’Exemple", CPAM: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = service.Latest(ctx, "assure-17")
	fmt.Println(err)
	// Output:
	// payment: not found
}

// The README's routes, behind the protection against cross-origin requests.
func Example_routes() {
	bank := &mock.Acquirer{}
	service, err := payment.New(payment.Config{
		Store: payment.NewMemoryStore(), Acquirer: bank, Policies: creance.Ameli(), ReturnURL: "https://fund.example/payment/return",
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	// readme:begin
	mux := http.NewServeMux()
	mux.Handle("/payment/notify", service.NotifyHandler())
	mux.Handle("/payment/return", service.ReturnHandler(func(_ *http.Request, p payment.Payment, err error) string {
		return "/account" // whatever happened; err is no failure of the payment: say that it is being looked into
	}))
	protection := http.NewCrossOriginProtection()
	protection.AddInsecureBypassPattern("/payment/notify") // what protects both routes is the bank's seal
	protection.AddInsecureBypassPattern("/payment/return")
	handler := protection.Handler(mux)
	// readme:end

	post := func(h http.Handler, path string) {
		r := httptest.NewRequest("POST", "https://fund.example"+path, strings.NewReader(url.Values{"Data": {"x"}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "cross-site") // the bank's page is another site
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		fmt.Println(path, w.Code)
	}
	post(handler, "/payment/return")
	post(handler, "/payment/notify") // taken, and refused for its seal
	post(http.NewCrossOriginProtection().Handler(mux), "/payment/return")
	// Output:
	// /payment/return 303
	// /payment/notify 403
	// /payment/return 403
}
