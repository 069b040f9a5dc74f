package guides

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"html/template"
	"io"
	"iter"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/acquirer/worldline/direct"
	"github.com/quittance/quittance/acquirer/worldline/direct/directtest"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
	"github.com/quittance/quittance/payment/sqlstore"
	"github.com/shopspring/decimal"
	"golang.org/x/text/language"
)

// guide:begin

// Ledger is what your own books must be able to do.
type Ledger interface {
	// Debt returns what is owed, as it stands now.
	Debt(ctx context.Context, id string) (creance.Debt, error)

	// Take books what happened to a payment: once for each change.Key, however often it is called.
	Take(ctx context.Context, change payment.Change) error
}

// Portal is a fund's portal, as far as payments go.
type Portal struct {
	Ledger   Ledger
	SignedIn func(*http.Request) (debtor string) // your own session; empty: nobody
	Fund     inbox.Sender

	payments *payment.Service
	letters  *sqlmailbox.Mailbox
	texts    *inbox.Catalog
}

// Open wires the portal. The address is the portal's own, as the payer's browser and the bank's server reach it.
func (p *Portal) Open(ctx context.Context, db *sql.DB, bank acquirer.Client, address string) error {
	store, err := sqlstore.SQLite(db, sqlstore.Options{})
	if err != nil {
		return err
	}
	if p.letters, err = sqlmailbox.SQLite(db); err != nil {
		return err
	}
	if err := errors.Join(p.Fund.Validate(), store.Migrate(ctx), p.letters.Migrate(ctx)); err != nil {
		return err
	}
	if p.texts, err = inbox.NewCatalog(); err != nil {
		return err
	}
	p.payments, err = payment.New(payment.Config{
		Store: store, Acquirer: bank, Policies: creance.Ameli(),
		ReturnURL: address + "/payment/return", NotifyURL: address + "/payment/notify",
		Deliver: p.deliver,
		Chores:  []payment.Chore{p.letters.DeleteDue, inbox.AcknowledgementAlarm(store.List, p.letters)},
	})
	return err
}

// guide:end

// guide:begin

// Routes are the portal's pages about payments, with the protection against cross-origin requests around them.
func (p *Portal) Routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /debts/{debt}", p.showDebt)
	mux.HandleFunc("POST /debts/{debt}/payment", p.pay)
	mux.HandleFunc("POST /payments/{payment}/resume", p.resume)
	mux.HandleFunc("GET /account", p.home)
	mux.Handle("/payment/notify", p.payments.NotifyHandler())
	mux.Handle("/payment/return", p.payments.ReturnHandler(func(*http.Request, payment.Payment, error) string {
		return "/account" // whatever happened
	}))
	protection := http.NewCrossOriginProtection()
	protection.AddInsecureBypassPattern("/payment/notify") // for every method
	protection.AddInsecureBypassPattern("/payment/return")
	return protection.Handler(mux)
}

// guide:end

// guide:begin

var pages = template.Must(template.New("").Parse(`<!DOCTYPE html><html lang="fr"><meta charset="utf-8"><title>Ma créance</title>
{{range .Words}}<p>{{.}}</p>{{end}}{{.Message}}
{{with .Pay}}<form method="post" action="{{.}}"><input type="hidden" name="key" value="{{$.Key}}"><button>Payer</button></form>{{end}}
{{with .Resume}}<form method="post" action="{{.}}"><button>Revenir à la page de paiement</button></form>{{end}}`))

// page is what pages shows.
type page struct {
	Words            []string
	Message          template.HTML // of the catalog, which has escaped it
	Pay, Resume, Key string
}

// showDebt says of one debt what can be done about it now.
func (p *Portal) showDebt(w http.ResponseWriter, r *http.Request) {
	debt, err := p.ownDebt(r)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	offer, err := p.payments.Offer(r.Context(), debt)
	if err != nil {
		http.Error(w, "indisponible", http.StatusServiceUnavailable)
		return
	}
	var show page
	switch {
	case offer.Payable():
		amount, _ := inbox.Euros(offer.Decision.Amount) // no error: a decision's amount is whole cents
		show.Words = []string{"À payer : " + amount}
		show.Pay, show.Key = "/debts/"+url.PathEscape(debt.ID)+"/payment", rand.Text() // the key is drawn with the page
	case offer.Held != nil && !offer.Until.IsZero(): // the payment page is still open
		show.Words = []string{"Un paiement est en cours."}
		show.Resume = "/payments/" + string(offer.Held.ID) + "/resume"
	case offer.Held != nil: // paid, or being looked into
		show.Message = p.message(inbox.DebtHeld{By: *offer.Held})
	case offer.Recorded != nil && offer.Recorded.ID != "": // your books may not show it yet
		show.Message = p.message(inbox.PaymentRecorded{Payment: *offer.Recorded})
	case !offer.Decision.Eligible():
		show.Message = p.message(inbox.NotEligible{Decision: offer.Decision, From: p.Fund})
	default: // offer.Closed: no new payment is begun here
		show.Message = p.message(inbox.PortalClosed{})
	}
	pages.Execute(w, show)
}

// ownDebt returns the debt of the address, if it is the signed-in person's.
func (p *Portal) ownDebt(r *http.Request) (creance.Debt, error) {
	debt, err := p.Ledger.Debt(r.Context(), r.PathValue("debt"))
	if err == nil && (debt.Debtor == "" || debt.Debtor != p.SignedIn(r)) {
		err = errors.New("another person's debt")
	}
	return debt, err
}

// message says a content in French.
func (p *Portal) message(c inbox.Content) template.HTML {
	m, err := p.texts.Render(language.French, c)
	if err != nil { // a text is missing: a mistake of the program, which NewCatalog would have found
		return ""
	}
	return template.HTML(m.HTML)
}

// guide:end

// guide:begin

// pay takes the button « payer ».
func (p *Portal) pay(w http.ResponseWriter, r *http.Request) {
	debt, err := p.ownDebt(r)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	_, session, err := p.payments.Begin(r.Context(), payment.BeginRequest{Key: r.PostFormValue("key"), Debt: debt})
	switch {
	case err != nil:
		w.WriteHeader(http.StatusConflict)
		pages.Execute(w, page{Message: p.message(inbox.Answer(err, p.Fund))})
	case session.IsZero(): // the same button again, after the payment ended
		http.Redirect(w, r, "/account", http.StatusSeeOther)
	default:
		p.send(w, r, session)
	}
}

// resume takes the payer back to a payment page that was left.
func (p *Portal) resume(w http.ResponseWriter, r *http.Request) {
	begun, session, err := p.payments.Resume(r.Context(), payment.ID(r.PathValue("payment")))
	switch {
	case err != nil || begun.Debtor == "" || begun.Debtor != p.SignedIn(r):
		http.NotFound(w, r)
	case session.IsZero(): // paid meanwhile, or the page has closed
		http.Redirect(w, r, "/account", http.StatusSeeOther)
	default:
		p.send(w, r, session)
	}
}

// send sends the payer's browser to the payment page.
func (p *Portal) send(w http.ResponseWriter, r *http.Request, session acquirer.Session) {
	if !session.Link() { // a form goes with it: Sips
		w.Header().Set("Content-Security-Policy", "default-src 'none'; form-action "+session.Origin())
	}
	if err := session.Send(w, r, acquirer.Form{}); err != nil {
		slog.Error("the payer was not sent on", "error", err)
	}
}

// guide:end

// guide:begin

// home is the account's first page: what there is to say of the latest payment, and how many letters wait.
func (p *Portal) home(w http.ResponseWriter, r *http.Request) {
	debtor := p.SignedIn(r)
	if debtor == "" {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	var show page
	latest, err := p.payments.Latest(r.Context(), debtor)
	switch {
	case errors.Is(err, payment.ErrNotFound): // nothing was ever paid
	case err != nil: // the store cannot be read: that is no reason to say that a payment failed
		show.Message = p.message(inbox.ResultUnknown{})
	default:
		since, _ := p.payments.Since(r.Context(), latest.ID)
		if content, ok := inbox.BannerSince(latest, since, time.Now()); ok {
			show.Message = p.message(content)
		}
	}
	if n, err := p.letters.Unread(r.Context(), debtor); err == nil && n > 0 {
		show.Words = []string{fmt.Sprint("Messages non lus : ", n)}
	}
	pages.Execute(w, show)
}

// guide:end

// guide:begin

// deliver is called for every change of every payment, at least once and in order: your own books first, then the letters.
func (p *Portal) deliver(ctx context.Context, change payment.Change) error {
	if err := p.Ledger.Take(ctx, change); err != nil {
		return err // it is delivered again, and what follows with it
	}
	return inbox.Deliverer(p.letters, p.texts, p.Fund)(ctx, change)
}

// recordAll says of each payment that the payer's account now shows it: run it after your accounts were brought up to date.
func (p *Portal) recordAll(ctx context.Context, shown func(payment.Payment) bool) error {
	var errs []error // a row that is damaged, or that has moved on meanwhile, keeps no other from being recorded
	for paid, err := range p.payments.List(ctx, payment.Filter{States: []payment.State{payment.Paid}}) {
		if err == nil && shown(paid) {
			_, err = p.payments.Record(ctx, paid.ID, "accounts")
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// guide:end

// guide:begin

// Run serves the portal until ctx ends, and then stops in this order: no new request, no new work, the database.
func (p *Portal) Run(ctx context.Context, file string, bank acquirer.Client, address string, listener net.Listener) error {
	db, err := sql.Open("sqlite", sqlstore.DSN(file)) // the driver is yours: import _ "modernc.org/sqlite"
	if err != nil {
		return err
	}
	defer db.Close()
	if err := p.Open(ctx, db, bank, address); err != nil {
		return err
	}
	worked := make(chan error, 1)
	go func() { worked <- p.payments.Work(context.WithoutCancel(ctx)) }() // until Stop
	server := &http.Server{Handler: p.Routes(), ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case <-ctx.Done():
	case err = <-served:
	}
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return errors.Join(err, server.Shutdown(within), p.payments.Stop(within), <-worked)
}

// guide:end

// books is a ledger in memory.
type books struct {
	debts map[string]creance.Debt
	keys  map[string]bool
	paid  []string
}

func (b *books) Debt(_ context.Context, id string) (creance.Debt, error) {
	d, ok := b.debts[id]
	if !ok {
		return d, errors.New("no such debt")
	}
	return d, nil
}

func (b *books) Take(_ context.Context, c payment.Change) error {
	if !b.keys[c.Key] && c.Entry.Event == payment.OnAccepted && c.Entry.Effect == payment.EffectChanged && c.Entry.To == payment.Paid {
		b.paid = append(b.paid, c.Payment.Debt)
	}
	b.keys[c.Key] = true
	return nil
}

// The portal of the guide, in front of a simulated Direct: what the payer sees at each step.
func TestIntegrate(t *testing.T) {
	platform := directtest.NewServer(directtest.Options{})
	defer platform.Close()
	bank, err := direct.New(platform.Config())
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", sqlstore.DSN(filepath.Join(t.TempDir(), "payments.db")))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ledger := &books{keys: map[string]bool{}, debts: map[string]creance.Debt{}}
	for id, debtor := range map[string]string{"D-1": "assure-17", "D-2": "assure-18"} {
		ledger.debts[id] = creance.Debt{
			ID: id, Debtor: debtor,
			Items:  []creance.Item{{Kind: creance.Franchise, Year: 2025, Amount: decimal.New(62, 0)}},
			Notice: &creance.Notice{Number: "N" + id, Channel: creance.Paper, IssuedOn: time.Now().AddDate(0, 0, -10)},
		}
	}
	small := ledger.debts["D-1"]
	small.ID, small.Items = "D-3", []creance.Item{{Kind: creance.Franchise, Year: 2025, Amount: decimal.New(12, 0)}}
	ledger.debts["D-3"] = small
	other := ledger.debts["D-1"]
	other.ID, other.Notice = "D-4", &creance.Notice{Number: "ND-4", Channel: creance.Paper, IssuedOn: time.Now().AddDate(0, 0, -10)}
	ledger.debts["D-4"] = other
	p := &Portal{
		Ledger: ledger, SignedIn: func(*http.Request) string { return "assure-17" },
		Fund: inbox.Sender{Fund: "CPAM de l’Exemple", PostalAddress: "12 rue de la Preuve\n99999 Exemple Cedex", CPAM: true},
	}
	web := httptest.NewUnstartedServer(nil)
	address := "http://" + web.Listener.Addr().String()
	if err := p.Open(t.Context(), db, bank, address); err != nil {
		t.Fatal(err)
	}
	web.Config.Handler = p.Routes()
	web.Start()
	defer web.Close()

	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	do := func(method, path string, form url.Values) (int, string, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, address+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		if method == "POST" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		answer, err := browser.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, answer.Header.Get("Location"), string(body)
	}
	sees := func(path string, words ...string) string {
		t.Helper()
		_, _, body := do("GET", path, nil)
		for _, w := range words {
			if !strings.Contains(strings.ReplaceAll(body, "\u00a0", " "), w) {
				t.Errorf("%s does not say %q:\n%s", path, w, body)
			}
		}
		return body
	}

	if code, _, _ := do("GET", "/debts/D-2", nil); code != http.StatusNotFound {
		t.Errorf("another person's debt: %d", code)
	}
	sees("/debts/D-3", "Cette créance ne peut pas être payée en ligne.", "inférieur au minimum")
	body := sees("/debts/D-1", "62,00", "Payer")
	key := regexp.MustCompile(`name="key" value="([^"]+)"`).FindStringSubmatch(body)[1]

	// The first click, the second, and the way back after a closed tab lead to one session.
	var sessions []string
	for range 2 {
		code, where, _ := do("POST", "/debts/D-1/payment", url.Values{"key": {key}})
		if code != http.StatusSeeOther || !strings.HasPrefix(where, platform.URL) {
			t.Fatalf("pay: %d %s", code, where)
		}
		sessions = append(sessions, where)
	}
	body = sees("/debts/D-1", "Un paiement est en cours.")
	again := regexp.MustCompile(`action="(/payments/[^"]+)"`).FindStringSubmatch(body)[1]
	_, where, _ := do("POST", again, nil)
	if sessions = append(sessions, where); sessions[0] != sessions[1] || sessions[1] != sessions[2] {
		t.Errorf("three ways, and not one session: %q", sessions)
	}
	if code, _, body := do("POST", "/debts/D-1/payment", url.Values{"key": {"another tab's"}}); code != http.StatusConflict || !strings.Contains(body, "paiement") {
		t.Errorf("another tab: %d %s", code, body)
	}

	// The payer pays; the webhook makes the service ask, and the browser comes back.
	begun, session, err := p.payments.Resume(t.Context(), payment.ID(strings.Split(again, "/")[2]))
	if err != nil {
		t.Fatal(err)
	}
	back, err := platform.Visit(session, directtest.Payer{})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := back.Bring(browser)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != "/account" {
		t.Errorf("the return: %d %s", answer.StatusCode, answer.Header.Get("Location"))
	}
	for n := 1; n > 0; { // what Work does in the background: of one payment's changes one after the other
		if n, err = p.payments.WorkOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	sees("/account", "Nous vous remercions pour votre paiement", "Messages non lus : 1")
	if code, where, _ := do("POST", again, nil); code != http.StatusSeeOther || where != "/account" {
		t.Errorf("back to a payment page after the payment: %d %s", code, where)
	}
	if fmt.Sprint(ledger.paid) != "[D-1]" {
		t.Errorf("the books have %v", ledger.paid)
	}

	// Who clicks twice has the browser give up the first request while the bank is asked: the second click leads to the payment page all the same.
	if err := platform.Inject(acquirer.OpBegin, directtest.Slow); err != nil {
		t.Fatal(err)
	}
	body = sees("/debts/D-4", "Payer")
	twice := url.Values{"key": {regexp.MustCompile(`name="key" value="([^"]+)"`).FindStringSubmatch(body)[1]}}
	first, giveUp := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() {
		r, err := http.NewRequestWithContext(first, "POST", address+"/debts/D-4/payment", strings.NewReader(twice.Encode()))
		if err == nil {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			_, err = browser.Do(r)
		}
		gone <- err
	}()
	for asked := 0; asked == 0; time.Sleep(time.Millisecond) {
		if asked, err = p.payments.Count(t.Context(), payment.Filter{Debt: "D-4"}); err != nil {
			t.Fatal(err)
		}
	}
	giveUp()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Fatalf("the request that was given up: %v", err)
	}
	if code, where, _ := do("POST", "/debts/D-4/payment", twice); code != http.StatusSeeOther || !strings.HasPrefix(where, platform.URL) {
		t.Errorf("the second click: %d %s", code, where)
	}

	// The bank's page is another site: these two routes take what comes from there, and no other does.
	for path, want := range map[string]int{"/payment/return": http.StatusSeeOther, "/payment/notify": http.StatusForbidden, "/debts/D-1/payment": http.StatusForbidden} {
		page, r := httptest.NewRecorder(), httptest.NewRequest("POST", address+path, strings.NewReader("{}"))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		p.Routes().ServeHTTP(page, r)
		refused := strings.Contains(page.Body.String(), "cross-origin")
		if page.Code != want || refused != (path == "/debts/D-1/payment") {
			t.Errorf("from another site, %s: %d %q", path, page.Code, page.Body)
		}
	}

	if err := p.recordAll(t.Context(), func(payment.Payment) bool { return true }); err != nil {
		t.Fatal(err)
	}
	if now, err := p.payments.Get(t.Context(), begun.ID); err != nil || now.State != payment.Recorded {
		t.Errorf("after Record: %s, %v", now.State, err)
	}
	sees("/debts/D-1", "La somme demandée par l’avis est réglée")
}

// damagedRow is a store in which one payment cannot be read.
type damagedRow struct {
	payment.Store
	id *payment.ID
}

func (s damagedRow) List(ctx context.Context, f payment.Filter) iter.Seq2[payment.Payment, error] {
	return func(yield func(payment.Payment, error) bool) {
		for p, err := range s.Store.List(ctx, f) {
			if p.ID == *s.id {
				err = &payment.DamagedError{ID: p.ID, Err: errors.New("column head")}
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

// A payment that cannot be read, and one that has moved on meanwhile, keep no other from being recorded, and none from being seen.
func TestOneRowHoldsUpNoOther(t *testing.T) {
	var id payment.ID
	w := paymenttest.New(t, paymenttest.Options{Config: func(c *payment.Config) { c.Store = damagedRow{c.Store, &id} }})
	var paid []payment.Payment
	for _, debt := range []string{"D-1", "D-2", "D-3"} {
		paid = append(paid, w.Pay(debt, mock.Behaviour{}))
	}
	id = paid[0].ID
	question := func(p payment.Payment) {
		t.Helper()
		if _, err := w.Service.Question(t.Context(), payment.Command{ID: p.ID, Version: p.Version, By: "agent-1", Why: "réclamation"}); err != nil {
			t.Fatal(err)
		}
	}
	p := &Portal{payments: w.Service}
	err := p.recordAll(t.Context(), func(of payment.Payment) bool {
		if of.ID == paid[1].ID {
			question(of)
		}
		return true
	})
	if !errors.As(err, new(*payment.DamagedError)) || !errors.Is(err, payment.ErrNotAllowed) {
		t.Errorf("the error is %v", err)
	}
	if now := w.Get(paid[2].ID); now.State != payment.Recorded {
		t.Errorf("the last one is %s", now.State)
	}

	question(paid[0])
	question(w.Get(paid[2].ID))
	var said strings.Builder
	if err := reviews(t.Context(), w.Service, &said); err != nil {
		t.Error(err)
	}
	for _, words := range []string{string(id), paid[1].Reference, paid[2].Reference} {
		if !strings.Contains(said.String(), words) {
			t.Errorf("%s is not among the reviews:\n%s", words, said.String())
		}
	}
}

// The whole program starts, serves and stops.
func TestRunPortal(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	platform := directtest.NewServer(directtest.Options{})
	defer platform.Close()
	bank, err := direct.New(platform.Config())
	if err != nil {
		t.Fatal(err)
	}
	p := &Portal{
		Ledger: &books{keys: map[string]bool{}}, SignedIn: func(*http.Request) string { return "assure-17" },
		Fund: inbox.Sender{Fund: "CPAM de l’Exemple", PostalAddress: "12 rue de la Preuve\n99999 Exemple Cedex", CPAM: true},
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	address := "http://" + listener.Addr().String()
	go func() { ended <- p.Run(ctx, filepath.Join(t.TempDir(), "payments.db"), bank, address, listener) }()
	answer, err := http.Get(address + "/account") // waits in the listener until the portal serves
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Error(answer.Status)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
