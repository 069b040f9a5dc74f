//go:build !race

package leaks

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"html"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	_ "modernc.org/sqlite"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/internal/integration/rig/kiosks"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/internal/testparallel"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/audit"
	"github.com/quittance/quittance/payment/paymenttest"
	"github.com/quittance/quittance/payment/sqlstore"
)

// Words that stand nowhere else. The number of the card is a valid one, and so is that of the person.
const (
	card       = "4970109876543200" // ends with 00: it is accepted
	cryptogram = "7393"             // looked for between other things only
	person     = "264027511233302"  // a social security number in form
	secret     = "c4narykey"
	address    = "c4nary.payer@example.org"
	box        = "c4nary.box@ville.example.fr"
	name       = "C4naryname"
)

// town is a portal with one of the platforms, and everything that it writes.
type town struct {
	testing.TB
	*payment.Service
	*ear
	kiosk   *kiosks.Kiosk
	liar    *liar
	clock   *paymenttest.Clock
	store   *sqlstore.Store
	letters *sqlmailbox.Mailbox
	web     *httptest.Server
	n       int
	broken  atomic.Bool

	nobody map[string]string // what nobody may read, by what it is
	gone   map[string]string // what is to be gone after an erasure
	people []string
	moved  []payment.Payment
}

func newTown(t testing.TB, open func(testing.TB, kiosks.Options) *kiosks.Kiosk, db *sql.DB, postgresql bool) *town {
	w := &town{
		TB: t, ear: newEar(), clock: paymenttest.NewClock(paymenttest.Noon), nobody: map[string]string{}, gone: map[string]string{},
		liar: &liar{next: http.DefaultTransport.(*http.Transport).Clone()},
	}
	logger := func(who string) *slog.Logger {
		return slog.New(slog.NewJSONHandler(w.pipe(who+"'s log"), &slog.HandlerOptions{Level: slog.LevelDebug - 8, AddSource: false}))
	}
	w.kiosk = open(t, kiosks.Options{
		Now: w.clock.Now, Logger: logger("the client"), Observe: w.observe("the client"), Secret: secret, Address: address, Mailbox: box,
		Client: &http.Client{Transport: w.liar, Timeout: time.Minute},
	})
	for i, key := range w.kiosk.Keys {
		w.nobody[fmt.Sprint("key ", i)] = key
	}
	maps.Copy(w.nobody, map[string]string{"the card's number": card, "the person's number": person, "the payer's address": address, "the régie's address": box})
	var err error
	if postgresql {
		w.store, err = sqlstore.PostgreSQL(db, sqlstore.Options{})
	} else {
		w.store, err = sqlstore.SQLite(db, sqlstore.Options{})
	}
	w.must(err)
	if postgresql {
		w.letters, err = sqlmailbox.PostgreSQL(db)
	} else {
		w.letters, err = sqlmailbox.SQLite(db)
	}
	w.must(err)
	w.must(w.store.Migrate(t.Context()))
	w.must(w.letters.Migrate(t.Context()))
	catalog, err := inbox.NewCatalog()
	w.must(err)
	deliver := inbox.Deliverer(w.letters, catalog, inbox.Sender{Fund: "CPAM de test", PostalAddress: "1 rue de la Paix\n75000 Paris", Now: w.clock.Now})
	mux := http.NewServeMux()
	w.web = httptest.NewServer(w.answers(mux))
	t.Cleanup(w.web.Close)
	w.Service, err = payment.New(payment.Config{
		Store: w.store, Acquirer: w.kiosk.Client, Policies: creance.Ameli(), Now: w.clock.Now,
		ReturnURL: w.web.URL + "/return", NotifyURL: w.web.URL + "/notify", RecordWithin: 1000 * time.Hour, KeepFor: time.Hour,
		Logger: logger("the service"), Observe: w.observe("the service"),
		Deliver: func(ctx context.Context, c payment.Change) error {
			w.values("a change", c)
			if w.broken.CompareAndSwap(true, false) {
				panic(c.Payment.Debtor + " " + person) // a host's mistake
			}
			return deliver(ctx, c)
		},
	})
	w.must(err)
	mux.Handle("/notify", w.NotifyHandler())
	mux.Handle("/return", w.ReturnHandler(func(_ *http.Request, p payment.Payment, err error) string {
		w.values("what the host is told of a return", p, err)
		return "/home"
	}))
	return w
}

func (w *town) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// begin sends somebody new to the platform. What opens the payer's page is to be kept.
func (w *town) begin() (payment.Payment, acquirer.Session) {
	w.n++
	id := fmt.Sprintf("c4nary%04d", w.n)
	debtor := "debtor-" + id
	p, s, err := w.Begin(w.Context(), payment.BeginRequest{Key: "press-" + id, Debt: creance.Debt{
		ID: "debt-" + id, Debtor: debtor,
		Items:  []creance.Item{{Kind: creance.Franchise, Year: 2025, Amount: decimal.New(75_50, -2)}},
		Notice: &creance.Notice{Number: "notice-" + id, Channel: creance.Electronic, IssuedOn: w.clock.Now().AddDate(0, 0, -10)},
	}})
	w.people = append(w.people, debtor)
	w.nobody["debtor "+id] = debtor
	for what, word := range map[string]string{"debtor": debtor, "debt": "debt-" + id, "notice": "notice-" + id, "key": "press-" + id} {
		w.gone[what+" "+id] = word
	}
	w.keep(id, s)
	w.values("what Begin returns", p, s, err)
	w.moved = append(w.moved, p)
	return p, s
}

// keep notes what nobody but the payer may see of a session.
func (w *town) keep(id string, s acquirer.Session) {
	words := map[string]string{"session": s.Handle.Session, "proof": s.Handle.Proof}
	if u, err := url.Parse(s.URL); err == nil && u.RawQuery != "" {
		words["address"] = u.RawQuery
	}
	for field, values := range s.Fields {
		words["field "+field] = strings.Join(values, "")
	}
	for what, word := range words {
		if len(word) >= 12 { // a version number is no secret
			w.nobody[what+" of "+id], w.gone[what+" of "+id] = word, word
		}
	}
}

// visit plays the payer, who comes back to the portal by HTTP.
func (w *town) visit(s acquirer.Session, o acquirer.Outcome, leaves bool) {
	w.Helper()
	if s.IsZero() {
		return
	}
	bring, err := w.kiosk.Visit(s, o, leaves)
	w.values("what a simulator says", err, w.kiosk.Server)
	if err == nil && bring != nil {
		resp, err := bring(&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }})
		w.must(err)
		resp.Body.Close()
	}
}

// work does all that is due for some time.
func (w *town) pass(d, step time.Duration) {
	w.Helper()
	for ; d > 0; d -= step {
		w.clock.Add(step)
		w.kiosk.Tick()
		for {
			n, err := w.WorkOnce(w.Context())
			w.values("what WorkOnce returns", err)
			if n == 0 || err != nil {
				break
			}
		}
	}
}

// ask does what can be done with a payment, and hears all that comes of it.
func (w *town) ask(p payment.Payment) {
	ctx := w.Context()
	by := payment.Command{ID: p.ID, Version: p.Version, By: "clerk-" + name, Why: "because-" + name}
	q, effect, err := w.Refresh(ctx, p.ID)
	w.values("what Refresh returns", q, effect, err)
	q, err = w.Get(ctx, p.ID)
	w.values("what Get returns", q, err)
	by.Version = q.Version
	q, err = w.Refund(ctx, by)
	w.values("what Refund returns", q, err)
	q, err = w.Record(ctx, p.ID)
	w.values("what Record returns", q, err)
	r, err := w.kiosk.Client.Status(ctx, acquirer.Question{Reference: p.Reference, Merchant: p.Merchant, Handle: p.Handle})
	w.values("what a client's Status returns", r, r.Handle, err)
	m := acquirer.Modification{Reference: p.Reference, Amount: p.Amount, Currency: p.Currency, Handle: p.Handle, Merchant: p.Merchant, Key: strings.Repeat("k", 32)}
	if c, ok := w.kiosk.Client.(acquirer.Refunder); ok {
		r, err := c.Refund(ctx, m)
		w.values("what a client's Refund returns", r, err)
	}
	if c, ok := w.kiosk.Client.(acquirer.Canceller); ok {
		r, err := c.Cancel(ctx, m)
		w.values("what a client's Cancel returns", r, err)
	}
	if c, ok := w.kiosk.Client.(acquirer.Checker); ok {
		w.values("what Check returns", c.Check(acquirer.Order{Reference: p.Reference, Amount: p.Amount, Currency: p.Currency}))
	}
}

// forge sends messages to the portal that repeat everything that is to be kept, in every shape.
func (w *town) forge(words string) {
	w.Helper()
	for _, path := range []string{"/notify", "/return"} {
		for _, field := range []string{"Data", "Seal", "idOp", "idop", "hostedCheckoutId", "RETURNMAC", "x"} {
			form := url.Values{field: {words}, "Seal": {words}, "RETURNMAC": {words}}
			for _, r := range []func() (*http.Response, error){
				func() (*http.Response, error) { return http.PostForm(w.web.URL+path, form) },
				func() (*http.Response, error) { return noFollow.Get(w.web.URL + path + "?" + form.Encode()) },
				func() (*http.Response, error) {
					return http.Post(w.web.URL+path, "application/json", strings.NewReader(members(words)))
				},
				func() (*http.Response, error) { return http.Post(w.web.URL+path, words[:20], strings.NewReader(words)) },
			} {
				if resp, err := r(); err == nil {
					resp.Body.Close()
				}
			}
		}
	}
}

var noFollow = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)

// pay types a card into the payment page, where the platform has one of its own.
func (w *town) pay(s acquirer.Session) {
	w.Helper()
	load := func(resp *http.Response, err error) string {
		w.must(err)
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		w.must(err)
		for what, word := range map[string]string{"the card": card, "the cryptogram": `value="` + cryptogram} {
			if bytes.Contains(b, []byte(word)) { // it is the payer's own page: the rest is the payer's to read
				w.Errorf("a payment page repeats %s", what)
			}
		}
		return string(b)
	}
	press := func(page, step string, typed url.Values) string {
		v := url.Values{"step": {step}}
		for _, m := range hidden.FindAllStringSubmatch(page, -1) {
			v.Set(m[1], html.UnescapeString(m[2]))
		}
		maps.Copy(v, typed)
		return load(noFollow.PostForm(s.URL, v))
	}
	var page string
	if len(s.Fields) > 0 {
		page = load(noFollow.PostForm(s.URL, s.Fields))
	} else {
		page = load(noFollow.Get(s.URL))
	}
	if !strings.Contains(page, `name="cryptogram"`) {
		return
	}
	typed := url.Values{"number": {card}, "month": {"12"}, "year": {fmt.Sprint(w.clock.Now().Year() + 1)}, "cryptogram": {cryptogram}}
	press(page, "card", url.Values{"number": {card}, "cryptogram": {cryptogram}, "month": {"13"}}) // a mistake: the page comes back
	next := press(page, "card", typed)
	if !strings.Contains(next, `value="accept"`) {
		w.Fatalf("the card was not taken: %s", next)
	}
	press(next, "accept", nil)
}

func TestMain(m *testing.M) {
	testparallel.Raise(6) // most of each world is pauses before a question is asked again
	m.Run()
}

// Row 20 of the faults: the card, its cryptogram, the person's number, keys, what opens a payer's page, and the payer's name and address are
// in no log of any level, no error, no value however it is printed, no answer, no label and no database, whatever the platform answers; and
// after an erasure nothing of the person is in the database.
func TestNothingLeaks(t *testing.T) {
	figure.Long(t)
	for kind, open := range kiosks.Kinds {
		t.Run(kind+" on SQLite", func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			db, err := sql.Open("sqlite", sqlstore.DSN(filepath.Join(folder, "payments.db")))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			nothingLeaks(t, newTown(t, open, db, false), func() string { return filesIn(t, folder) }, func(s *sqlstore.Store) error { return s.Compact(t.Context()) })
		})
		t.Run(kind+" on PostgreSQL", func(t *testing.T) {
			t.Parallel()
			server := postgres.Shared(t)
			db := server.Database(t)
			nothingLeaks(t, newTown(t, open, db, true), func() string { return tablesOf(t, db) }, nil)
		})
	}
}

func nothingLeaks(t *testing.T, w *town, stored func() string, compact func(*sqlstore.Store) error) {
	w.values("what configures it", w.kiosk.Client, w.kiosk.Config, w.kiosk.Server)
	// A person's number where an opaque identifier belongs is refused, and not repeated.
	for range 2 {
		_, _, err := w.Begin(t.Context(), payment.BeginRequest{Key: "K", Debt: creance.Debt{
			ID: person, Debtor: person, Items: []creance.Item{{Kind: creance.Franchise, Year: 2025, Amount: decimal.New(75_50, -2)}},
			Notice: &creance.Notice{Number: person, Channel: creance.Electronic, IssuedOn: w.clock.Now()},
		}})
		if err == nil {
			t.Error("a social security number was taken")
		}
		w.values("what Begin returns", err)
	}
	for i, o := range []acquirer.Outcome{acquirer.Accepted, acquirer.Refused, acquirer.Cancelled, acquirer.Accepted} {
		p, s := w.begin()
		w.broken.Store(i == 0)
		w.visit(s, o, i == 3)
		w.pass(2*time.Minute, time.Minute)
		w.ask(p)
	}
	_, s := w.begin()
	w.pay(s)
	for _, f := range w.kiosk.Faults {
		for _, op := range []string{"", acquirer.OpBegin, acquirer.OpStatus, acquirer.OpRefund, acquirer.OpCancel} {
			if w.kiosk.Inject(op, f) != nil { // it does not strike there
				continue
			}
			p, s := w.begin()
			w.visit(s, acquirer.Accepted, false)
			w.ask(p)
			w.pass(time.Minute, time.Minute)
		}
	}
	everything := strings.Join(append(slices.Sorted(maps.Values(w.nobody)), name), " ")
	for name, lie := range lies {
		p, s := w.begin()
		w.liar.set(lie, everything)
		w.begin()
		w.visit(s, acquirer.Accepted, false)
		w.ask(p)
		w.pass(3*time.Minute, time.Minute)
		w.liar.set(nil, "")
		w.hear("the course of the test", "after "+name)
	}
	w.forge(everything)
	w.forge(strings.Repeat(card+" ", 20))
	for _, p := range w.moved {
		for e, err := range w.Journal(t.Context(), p.ID) {
			e.By, e.Why = "", "" // a person of the fund, who is in the journal on purpose
			w.values("an entry", e, err)
		}
	}
	var out strings.Builder
	for p, err := range w.Service.List(t.Context(), payment.Filter{}) {
		w.values("what List yields", p, err)
	}
	w.pass(5*24*time.Hour, 3*time.Hour)

	w.nobody["person of the fund"] = "clerk-" + name
	w.nobody["person's reason"] = "because-" + name
	w.search(t, w.nobody)
	w.cryptogram(t)
	for _, place := range []string{
		"the service's log", "the client's label", "the service's label", "a change with %+v", "what Begin returns", "the body of an answer",
	} {
		if !w.has(place) {
			t.Errorf("nothing was heard of %s: the test finds nothing there", place)
		}
	}

	// The database has what the fund needs, and none of these at any time.
	never := maps.Clone(w.nobody)
	for what := range never {
		if w.gone[what] != "" || strings.HasPrefix(what, "person") {
			delete(never, what)
		}
	}
	before := stored()
	report(t, "before an erasure", before, never)
	if len(in(before, w.gone)) == 0 {
		t.Error("nothing of the people is in the database to begin with: the test finds nothing there")
	}
	books, err := audit.New(w.store, audit.Options{Now: w.clock.Now})
	w.must(err)
	for day := paymenttest.Noon; day.Before(w.clock.Now().AddDate(0, 0, -1)); day = day.AddDate(0, 0, 1) {
		_, err := books.Export(t.Context(), day.Format(time.DateOnly), &out)
		w.must(err)
	}
	w.ear.hear("an export", out.String())
	w.search(t, never)
	w.clock.Add(2 * time.Hour)
	erased := 0
	for _, debtor := range w.people {
		e, err := w.Erase(t.Context(), debtor)
		w.must(err)
		w.values("an erasure", e, e.Err())
		_, err = w.letters.Erase(t.Context(), debtor)
		w.must(err)
		if erased += len(e.Erased); len(e.Kept) > 0 { // it has not ended
			maps.DeleteFunc(w.gone, func(what, _ string) bool {
				return strings.HasSuffix(what, strings.TrimPrefix(debtor, "debtor-"))
			})
		}
	}
	if erased < 8 {
		t.Errorf("only %d payments were erased of %d: that shows nothing", erased, len(w.people))
	}
	if compact != nil {
		w.must(compact(w.store))
	}
	report(t, "after an erasure", stored(), w.gone)
	w.search(t, never)
	t.Logf("%d payments, %d of them erased; %d words looked for in what was heard at %d places", len(w.people), erased, len(w.nobody), len(w.heard))
}

// cryptogram looks for the cryptogram where it would stand if anybody wrote it: four digits alone are everywhere.
func (w *town) cryptogram(t *testing.T) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for where, text := range w.heard {
		if regexp.MustCompile(`(?i)(cryptogram|cvv|cvc|csc)[^0-9]{0,12}` + cryptogram).Match(text.Bytes()) {
			t.Errorf("the cryptogram stands in %s", where)
		}
	}
}

// in are the words of a text.
func in(text string, words map[string]string) (out []string) {
	for what, word := range words {
		for _, form := range append(forms(word), hex.EncodeToString([]byte(word))) {
			if strings.Contains(text, form) {
				out = append(out, what)
				break
			}
		}
	}
	slices.Sort(out)
	return out
}

func report(t *testing.T, when, text string, words map[string]string) {
	t.Helper()
	if found := in(text, words); len(found) > 0 {
		t.Errorf("%s the database has %q", when, found)
	}
}

// filesIn are all bytes of a database: the file, its log and its index.
func filesIn(t *testing.T, folder string) string {
	t.Helper()
	var out strings.Builder
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out.Write(b)
	}
	return out.String()
}

// tablesOf are all rows of all tables as text; bytes stand there in hexadecimal digits.
func tablesOf(t *testing.T, db *sql.DB) string {
	t.Helper()
	column := func(query string) (out []string) {
		rows, err := db.Query(query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				t.Fatal(err)
			}
			out = append(out, s)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return out
	}
	var out []string
	for _, table := range column("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'") {
		out = append(out, column("SELECT t::text FROM "+table+" t")...)
	}
	return strings.Join(out, "\n")
}
