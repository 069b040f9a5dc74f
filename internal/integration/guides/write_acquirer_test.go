package guides

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/acquirertest"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/shopspring/decimal"
)

// guide:begin

// Bank is a client of an invented platform: POST /payments opens a payment and answers with its number and the address of its page; GET
// /payments/NUMBER says what became of it. Its server and the payer's browser bring the number back, and nothing else. It is safe for
// concurrent use.
type Bank struct {
	Shop, Token, Address string
	HTTP                 http.Client // with a time-out
}

// Format keeps the token out of every log.
func (b *Bank) Format(f fmt.State, _ rune) { io.WriteString(f, "bank of "+b.Shop) }
func (b *Bank) LogValue() slog.Value       { return slog.StringValue(fmt.Sprint(b)) }
func (b *Bank) Merchant() string           { return b.Shop }

// Begin opens a payment.
func (b *Bank) Begin(ctx context.Context, o acquirer.Order) (acquirer.Session, error) {
	cents, err := b.check(o)
	if err != nil {
		return acquirer.Session{}, err
	}
	var opened struct {
		Number, Page string
		Until        time.Time
	}
	err = b.call(ctx, acquirer.OpBegin, o.Reference, http.MethodPost, "/payments", map[string]any{
		"reference": o.Reference, "order": o.ID, "cents": cents, "back": o.ReturnURL, "report": o.NotifyURL, "language": o.Language,
	}, &opened)
	if err != nil {
		return acquirer.Session{}, err
	}
	s := acquirer.Session{
		URL: opened.Page, Method: http.MethodGet, ExpiresAt: opened.Until,
		Handle: acquirer.Handle{Session: opened.Number, ExpiresAt: opened.Until}, // kept in the payment's row: we ask by it
	}
	if !number.MatchString(opened.Number) || s.Origin() == "" { // whoever was sent there could not be found again
		return acquirer.Session{}, &acquirer.Error{Op: acquirer.OpBegin, Reference: o.Reference, Kind: acquirer.ErrUnanswered, Err: errors.New("half an answer")}
	}
	return s, nil
}

// number is the form of the platform's numbers, and of nothing that could lead elsewhere in an address.
var number = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)

var reference = regexp.MustCompile(`^[A-Za-z0-9]{1,35}$`)

// Check refuses what the platform never takes; payment.New asks it, so that a wrong address stops the start.
func (b *Bank) Check(o acquirer.Order) error {
	_, err := b.check(o)
	return err
}

func (b *Bank) check(o acquirer.Order) (cents int64, err error) {
	field := ""
	cents, err = acquirer.Cents(o.Amount)
	switch {
	case err != nil || cents < 1_00 || cents > 99_999_99: // what the contract says
		field = "Amount"
	case o.Currency != "EUR":
		field = "Currency"
	case !reference.MatchString(o.Reference):
		field = "Reference"
	case !absolute(o.ReturnURL):
		field = "ReturnURL"
	case o.NotifyURL != "" && !absolute(o.NotifyURL):
		field = "NotifyURL"
	default:
		return cents, nil
	}
	return 0, &acquirer.Error{Op: acquirer.OpBegin, Kind: acquirer.ErrInvalid, Field: field}
}

func absolute(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http")
}

// guide:end

// guide:begin

// Takes says in which shapes messages come: here GET or POST, with a form or a query.
func (b *Bank) Takes(acquirer.Channel) (shapes []acquirer.Shape, headers []string) {
	return []acquirer.Shape{acquirer.Pairs}, nil
}

// Answer is for platforms that verify the address by a GET.
func (b *Bank) Answer(*http.Request) (string, bool) { return "", false }

// Parse reads a message. It has no seal, so it is a hint: it makes the service ask, and decides nothing.
func (b *Bank) Parse(cb acquirer.Callback) (acquirer.Result, error) {
	said := append(cb.Form["payment"], cb.Query["payment"]...)
	if len(said) != 1 || !number.MatchString(said[0]) {
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpParse, Kind: acquirer.ErrInvalid, Field: "payment"}
	}
	return acquirer.Result{Hint: true, Merchant: b.Shop, Handle: acquirer.Handle{Session: said[0]}}, nil
}

// outcomes are the platform's words. A word that is not here is Unknown: never an error, never Accepted.
var outcomes = map[string]acquirer.Outcome{
	"open": acquirer.Open, "waiting": acquirer.Pending, "paid": acquirer.Accepted, "refused": acquirer.Refused, "given_up": acquirer.Cancelled,
	"broken": acquirer.Failed,
}

// Status asks what became of a payment.
func (b *Bank) Status(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
	if q.Merchant != "" && q.Merchant != b.Shop { // asked of the wrong desk, every payment is « not found »
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpStatus, Kind: acquirer.ErrInvalid, Field: "Merchant"}
	}
	if !number.MatchString(q.Handle.Session) || !reference.MatchString(q.Reference) {
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpStatus, Kind: acquirer.ErrInvalid, Field: "Handle.Session"}
	}
	var p struct {
		Number, Shop, Reference, Order, Word, Authorisation string
		Cents                                               int64
		At                                                  time.Time
	}
	err := b.call(ctx, acquirer.OpStatus, q.Reference, http.MethodGet, "/payments/"+q.Handle.Session, nil, &p)
	if err != nil {
		return acquirer.Result{}, err
	}
	if p.Number != q.Handle.Session || p.Shop != b.Shop || p.Reference != q.Reference { // another payment's truth is none
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpStatus, Reference: q.Reference, Kind: acquirer.ErrInvalid, Err: errors.New("the answer is about another payment")}
	}
	return acquirer.Result{
		Reference: p.Reference, OrderID: p.Order, Merchant: p.Shop, Amount: decimal.New(p.Cents, -2), Currency: "EUR",
		Outcome: cmp.Or(outcomes[p.Word], acquirer.Unknown), Code: p.Word, AuthorisationID: p.Authorisation, At: p.At,
		Handle: acquirer.Handle{Session: p.Number},
	}, nil
}

// guide:end

// guide:begin

// kinds say what each status of the platform means for the call: may it have been carried out?
var kinds = map[int]error{
	http.StatusBadRequest: acquirer.ErrInvalid, http.StatusUnauthorized: acquirer.ErrConfiguration, http.StatusNotFound: acquirer.ErrNotFound,
	http.StatusTooManyRequests: acquirer.ErrUnavailable, // not carried out, says its documentation
}

// call makes one call, once: it repeats nothing.
func (b *Bank) call(ctx context.Context, op, reference, method, path string, body, into any) error {
	fail := func(kind error, code string, cause error) error {
		return &acquirer.Error{Op: op, Reference: reference, Kind: kind, Code: code, Err: cause}
	}
	sent, err := json.Marshal(body)
	if err != nil {
		return fail(acquirer.ErrInvalid, "", err)
	}
	r, err := http.NewRequestWithContext(ctx, method, b.Address+path, bytes.NewReader(sent))
	if err != nil {
		return fail(acquirer.ErrConfiguration, "", err)
	}
	r.Header.Set("Authorization", "Bearer "+b.Token)
	answer, err := b.HTTP.Do(r)
	var address *url.Error
	if errors.As(err, &address) {
		err = address.Err // without the address, in which the number stands
	}
	switch dial := new(net.OpError); {
	case errors.As(err, &dial) && dial.Op == "dial":
		return fail(acquirer.ErrUnavailable, "", err) // no connection: certainly not done
	case err != nil:
		return fail(acquirer.ErrUnanswered, "", err) // it left, and nobody knows
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fail(cmp.Or(kinds[answer.StatusCode], acquirer.ErrUnanswered), fmt.Sprint(answer.StatusCode), nil)
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, 1<<16)).Decode(into); err != nil {
		return fail(acquirer.ErrUnanswered, "", err)
	}
	return nil
}

// guide:end

// guide:begin

// TestBank runs the suite on the client, in a world with somebody at the payment page.
func TestBank(t *testing.T) {
	acquirertest.Run(t, func(t *testing.T) acquirertest.World { return newCounter(t) })
}

// Traits say of which kind the platform is: the suite tests each kind by its own promises.
func (*counter) Traits() acquirer.Traits {
	return acquirer.Traits{
		AskedByHandle: true, ReferencesRepeat: true, HintsOnly: true, AbandonedIsOpen: true, NoDecline: true,
		Smallest: decimal.New(1, 0), Largest: decimal.New(99_999_99, -2),
	}
}

// guide:end

// counter is the invented platform over HTTP, with somebody at its payment page. The mock behind it is of the same kind, and knows what is
// paid.
type counter struct {
	client *Bank

	mu   sync.Mutex
	bank *mock.Acquirer
	now  time.Time
	open map[string]opened // by number
	sent []acquirer.Callback
}

// opened is a payment that somebody may make.
type opened struct {
	session   acquirer.Session
	reference string
}

func newCounter(t *testing.T) *counter {
	c := &counter{now: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), open: map[string]opened{}}
	c.bank = &mock.Acquirer{Traits: mock.PayFiP, MerchantID: "shop-1", Delay: 50 * time.Millisecond, Now: c.clock, Notify: c.keep}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.client = &Bank{Shop: "shop-1", Token: "a-token-of-the-shop", Address: server.URL, HTTP: http.Client{Timeout: 10 * time.Second}}
	return c
}

func (c *counter) clock() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// keep turns a message of the mock into one of the platform: the number and nothing else.
func (c *counter) keep(cb acquirer.Callback) {
	r, err := c.bank.Parse(cb)
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent = append(c.sent, acquirer.Callback{Channel: cb.Channel, Query: url.Values{"payment": {r.Handle.Session}}})
}

func (c *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer a-token-of-the-shop" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	answer, err := c.serve(r)
	var fault *acquirer.Error
	switch {
	case err == nil:
		json.NewEncoder(w).Encode(answer)
	case errors.As(err, &fault) && fault.Kind == acquirer.ErrNotFound:
		w.WriteHeader(http.StatusNotFound)
	case errors.As(err, &fault) && fault.Kind == acquirer.ErrInvalid:
		w.WriteHeader(http.StatusBadRequest)
	case errors.As(err, &fault) && fault.Kind == acquirer.ErrUnavailable:
		w.WriteHeader(http.StatusTooManyRequests)
	default:
		panic(http.ErrAbortHandler) // the connection is cut
	}
}

func (c *counter) serve(r *http.Request) (map[string]any, error) {
	if r.Method == http.MethodPost {
		var o struct {
			Reference, Order, Back, Report, Language string
			Cents                                    int64
		}
		if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
			return nil, err
		}
		s, err := c.bank.Begin(r.Context(), acquirer.Order{
			ID: o.Order, Reference: o.Reference, Amount: decimal.New(o.Cents, -2), Currency: "EUR", ReturnURL: o.Back, NotifyURL: o.Report, Language: o.Language,
		})
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		c.open[s.Handle.Session] = opened{s, o.Reference}
		c.mu.Unlock()
		return map[string]any{"number": s.Handle.Session, "page": "https://bank.example/pay?payment=" + s.Handle.Session, "until": s.ExpiresAt}, nil
	}
	number := strings.TrimPrefix(r.URL.Path, "/payments/")
	c.mu.Lock()
	there, known := c.open[number]
	c.mu.Unlock()
	if !known {
		return nil, &acquirer.Error{Op: acquirer.OpStatus, Kind: acquirer.ErrNotFound}
	}
	p, err := c.bank.Status(r.Context(), acquirer.Question{Reference: there.reference, Merchant: "shop-1", Handle: acquirer.Handle{Session: number}})
	if err != nil {
		return nil, err
	}
	word := "a word of next year"
	for w, o := range outcomes {
		if o == p.Outcome {
			word = w
		}
	}
	return map[string]any{
		"number": number, "shop": p.Merchant, "reference": p.Reference, "order": p.OrderID, "word": word, "authorisation": p.AuthorisationID,
		"cents": p.Amount.Shift(2).IntPart(), "at": p.At,
	}, nil
}

func (c *counter) Client() acquirer.Client          { return c.client }
func (c *counter) Synchronous() bool                { return true }
func (c *counter) Secrets() []string                { return []string{c.client.Token} }
func (c *counter) Fault(f acquirertest.Fault) error { return c.bank.Inject("", f) }

func (c *counter) Callbacks() []acquirer.Callback {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]acquirer.Callback(nil), c.sent...)
}

func (c *counter) Advance(d time.Duration) error {
	c.mu.Lock()
	c.now = c.now.Add(d)
	c.mu.Unlock()
	c.bank.Tick()
	return nil
}

func (c *counter) Pay(s acquirer.Session, o acquirer.Outcome) error {
	c.mu.Lock()
	there := c.open[s.Handle.Session]
	c.mu.Unlock()
	back, err := c.bank.Visit(there.session, mock.Behaviour{Outcome: o})
	if errors.Is(err, mock.ErrNoReturn) {
		return nil
	}
	if err == nil {
		c.keep(back)
	}
	return err
}
