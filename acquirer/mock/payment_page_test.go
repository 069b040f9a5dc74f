package mock_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/acquirertest"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment/paymenttest"
)

// Numbers that a payer types; none of them stands on a page.
const (
	number     = "50176712345678" // and two digits that decide
	cryptogram = "7391"
)

var (
	formTag = regexp.MustCompile(`(?s)<form([^>]*)>.*?</form>`)
	action  = regexp.MustCompile(` action="([^"]*)"`)
	hidden  = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	heading = regexp.MustCompile(`<h1>(.*)</h1>`)
)

// browser is a payer's: it has no script, and keeps every answer that it has read.
type browser struct {
	client *http.Client
	at     string // the address of the page
	body   string // the page
	read   bytes.Buffer
}

func newBrowser() *browser {
	jar, _ := cookiejar.New(nil) // it has no error
	return &browser{client: &http.Client{Jar: jar, Timeout: time.Minute}}
}

// arrive goes where a session sends the payer.
func (b *browser) arrive(s acquirer.Session) error {
	if s.Link() {
		return b.get(s.URL)
	}
	return b.post(s.URL, s.Fields)
}

// post sends a form, and shows what comes.
func (b *browser) post(to string, form url.Values) error {
	resp, err := b.client.PostForm(to, form)
	return b.show(to, resp, err)
}

// get follows a link, or sends a form whose method is get: what its address has as a query is then gone.
func (b *browser) get(to string) error {
	resp, err := b.client.Get(to)
	return b.show(to, resp, err)
}

func (b *browser) show(to string, resp *http.Response, err error) error {
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if len(resp.Cookies()) > 0 {
		return fmt.Errorf("the page sets a cookie")
	}
	b.at, b.body = to, string(body)
	fmt.Fprintln(&b.read, resp.Header)
	b.read.Write(body)
	return nil
}

func (b *browser) title() string {
	if m := heading.FindStringSubmatch(b.body); m != nil {
		return html.UnescapeString(m[1])
	}
	return ""
}

// form finds the form that has the button, where it goes, and its hidden fields.
func (b *browser) form(button string) (string, url.Values, error) {
	for _, m := range formTag.FindAllStringSubmatch(b.body, -1) {
		if !strings.Contains(m[0], button) {
			continue
		}
		to, fields := b.at, url.Values{}
		if a := action.FindStringSubmatch(m[1]); a != nil {
			to = html.UnescapeString(a[1])
		}
		for _, h := range hidden.FindAllStringSubmatch(m[0], -1) {
			fields.Add(html.UnescapeString(h[1]), html.UnescapeString(h[2]))
		}
		return to, fields, nil
	}
	return "", nil, fmt.Errorf("the page %q has no button %s", b.title(), button)
}

// press sends the form of a button: its value is the step.
func (b *browser) press(step string, typed url.Values) error {
	to, form, err := b.form(`name="step" value="` + step + `"`)
	if err != nil {
		return err
	}
	form.Set("step", step)
	for k, v := range typed {
		form[k] = v
	}
	return b.post(to, form)
}

// pay types a card whose last digits are these, and answers the authentication.
func (b *browser) pay(digits, step string, now time.Time) error {
	err := b.press("card", url.Values{
		"number": {number + digits}, "month": {"12"}, "year": {fmt.Sprint(now.Year())}, "cryptogram": {cryptogram},
	})
	if err == nil {
		err = b.press(step, nil)
	}
	return err
}

// back is what the browser brings back.
func (b *browser) back() (string, url.Values, error) { return b.form("Retour à votre compte") }

// goBack presses the button of the way back, and returns the request that it makes.
func (b *browser) goBack() (*http.Request, error) {
	to, fields, err := b.back()
	if err != nil {
		return nil, err
	}
	if strings.Contains(b.body, `<form class="back" method="get"`) {
		path, _, _ := strings.Cut(to, "?")
		return httptest.NewRequest(http.MethodGet, path+"?"+fields.Encode(), nil), nil
	}
	r := httptest.NewRequest(http.MethodPost, to, strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r, nil
}

// town is a host with its account and a kiosk, on sockets.
type town struct {
	t       *testing.T
	a       *mock.Acquirer
	clock   *paymenttest.Clock
	server  *httptest.Server
	log     *bytes.Buffer
	browser *browser

	mu       sync.Mutex
	received []acquirer.Result
}

func newTown(t *testing.T, strip bool, a *mock.Acquirer) *town {
	w := &town{t: t, a: a, clock: paymenttest.NewClock(afternoon), log: new(bytes.Buffer), browser: newBrowser()}
	mux := http.NewServeMux()
	w.server = httptest.NewServer(mux)
	t.Cleanup(w.server.Close)
	a.URL, a.Now = w.server.URL+"/kiosk", w.clock.Now
	a.Logger = slog.New(slog.NewTextHandler(w.log, nil))
	kiosk := a.PaymentPage()
	if strip {
		kiosk = http.StripPrefix("/kiosk", kiosk)
	}
	mux.Handle("/kiosk/", kiosk)
	for path, channel := range map[string]acquirer.Channel{"/notify": acquirer.Notify, "/return": acquirer.Return} {
		mux.HandleFunc("POST "+path, func(_ http.ResponseWriter, r *http.Request) {
			cb, err := acquirer.ReadCallback(nil, r, channel, nil)
			if err != nil {
				t.Error(err)
			}
			result, err := a.Parse(cb)
			if err != nil {
				t.Error(err)
			}
			w.mu.Lock()
			defer w.mu.Unlock()
			w.received = append(w.received, result)
		})
	}
	return w
}

// arrive begins an order and brings the payer to the kiosk.
func (w *town) arrive() acquirer.Session {
	w.t.Helper()
	o := order("PCLCB172540000004")
	o.ReturnURL, o.NotifyURL = w.server.URL+"/return", w.server.URL+"/notify"
	s := begin(w.t, w.a, o)
	w.must(w.browser.post(s.URL, s.Fields))
	return s
}

func (w *town) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) pay(digits, step string) {
	w.t.Helper()
	w.must(w.browser.pay(digits, step, w.clock.Now()))
}

func (w *town) goBack() {
	w.t.Helper()
	to, form, err := w.browser.back()
	w.must(err)
	w.must(w.browser.post(to, form))
}

func (w *town) sees(title string) {
	w.t.Helper()
	if got := w.browser.title(); got != title {
		w.t.Errorf("the payer sees %q, want %q", got, title)
	}
}

// heard is what the host was told so far, by code.
func (w *town) heard(want ...string) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	var got []string
	for _, r := range w.received {
		got = append(got, r.Code+" "+string(r.Outcome))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("the host was told (-want +got):\n%s", diff)
	}
}

// S22 to S47: from the host to the kiosk, the card, the authentication, the ticket, and back, under either way of mounting it.
func TestPaymentPage(t *testing.T) {
	for _, strip := range []bool{false, true} {
		w := newTown(t, strip, &mock.Acquirer{})
		w.arrive()
		w.sees("Paiement par carte bancaire")
		w.pay("00", "accept")
		w.sees("Informations de paiement") // S40
		for _, want := range []string{
			"CPAM Test 2 (INTEGRATION)", "Votre paiement a été accepté.", "11 sept. 2017", "5017##########00", "761208", // S24, S41, S43, S44, S47
		} {
			if !strings.Contains(w.browser.body, want) {
				t.Errorf("the ticket lacks %s", want)
			}
		}
		w.heard("00 accepted") // before the payer goes back
		w.goBack()
		w.heard("00 accepted", "00 accepted")
		if w.received[0].Fingerprint() != w.received[1].Fingerprint() {
			t.Error("the notification and the return differ")
		}
	}
}

func TestPaymentPageAuthenticationFails(t *testing.T) {
	w := newTown(t, false, &mock.Acquirer{})
	w.arrive()
	w.pay("00", "fail")
	w.sees("Paiement refusé")
	w.goBack()
	w.heard("05 refused", "05 refused")
}

// S61: after a refusal there is no ticket; where the shop allows it there is another try.
func TestPaymentPageAnotherTry(t *testing.T) {
	w := newTown(t, false, &mock.Acquirer{SeveralAttempts: true})
	w.arrive()
	w.pay("05", "accept")
	w.sees("Paiement par carte bancaire")
	w.heard("05 pending")
	w.pay("00", "accept")
	w.sees("Informations de paiement")
	w.goBack()
	w.heard("05 pending", "00 accepted", "00 accepted")
}

func TestPaymentPageGivenUp(t *testing.T) {
	w := newTown(t, false, &mock.Acquirer{})
	w.arrive()
	w.must(w.browser.press("abandon", nil))
	w.sees("Paiement abandonné")
	w.goBack()
	w.heard("17 cancelled", "17 cancelled")
}

func TestPaymentPageCancelledAtTheAuthentication(t *testing.T) {
	w := newTown(t, false, &mock.Acquirer{})
	w.arrive()
	w.pay("00", "cancel")
	w.sees("Paiement abandonné")
	w.heard("17 cancelled")
}

// Nothing comes back from a session that has expired; the notification is sent by Tick.
func TestPaymentPageExpired(t *testing.T) {
	w := newTown(t, false, &mock.Acquirer{})
	w.arrive()
	w.clock.Add(15 * time.Minute)
	w.must(w.browser.press("card", nil))
	w.sees("Session expirée")
	if _, _, err := w.browser.back(); err == nil {
		t.Error("the page has a way back")
	}
	w.heard()
	w.a.Tick()
	w.heard("97 expired")
}

// Whoever comes again finds how it ended, and the way back; the redirect data that works once finds nothing.
func TestPaymentPageVisitedAgain(t *testing.T) {
	w := newTown(t, false, &mock.Acquirer{})
	s := w.arrive()
	w.pay("00", "accept")
	w.must(w.browser.post(s.URL, s.Fields))
	w.sees("Session terminée")
	w.goBack()
	w.heard("00 accepted", "00 accepted")

	w = newTown(t, false, &mock.Acquirer{})
	w.must(w.a.Inject("", mock.RedirectOnce))
	s = w.arrive()
	w.must(w.browser.post(s.URL, s.Fields))
	w.sees("Session inconnue")
}

// The faults that were planned or injected strike the notification, and never what the browser brings.
func TestPaymentPageFaults(t *testing.T) {
	w := newTown(t, false, &mock.Acquirer{Plan: func(acquirer.Order) mock.Behaviour {
		return mock.Behaviour{Outcome: acquirer.Refused, Faults: []mock.Fault{mock.Lost}}
	}})
	w.arrive()
	w.pay("00", "accept") // the person decides, not the plan
	w.heard()
	w.goBack()
	w.heard("00 accepted")

	w = newTown(t, false, &mock.Acquirer{})
	w.must(w.a.Inject("", mock.Doubled))
	w.arrive()
	w.pay("00", "accept")
	w.heard("00 accepted", "00 accepted")
}

func TestPaymentPageHasOneAddress(t *testing.T) {
	a := &mock.Acquirer{}
	for path, want := range map[string]int{
		"/kiosk/pay": 405, "/pay": 405, "pay": 405, "/kiosk/": 404, "/": 404, "": 404, "/kiosk/pay/../x": 404, "/paye": 404,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path = path
		rec := httptest.NewRecorder()
		a.PaymentPage().ServeHTTP(rec, r)
		if rec.Code != want || !strings.Contains(rec.Body.String(), `<html lang="fr">`) {
			t.Errorf("%q: status %d, want %d, a page in French", path, rec.Code, want)
		}
	}
}

// S33: no card number and no cryptogram is in an answer, a log, the book, a callback, or anywhere in the Acquirer.
func TestPaymentPageKeepsNoCard(t *testing.T) {
	w := newTown(t, false, &mock.Acquirer{SeveralAttempts: true})
	w.must(w.a.Inject("", mock.Late))
	w.arrive()
	w.must(w.browser.press("card", url.Values{"number": {number}, "cryptogram": {cryptogram}}))
	w.pay("05", "accept")
	w.server.Config.Handler.(*http.ServeMux).HandleFunc("POST /deaf", func(rw http.ResponseWriter, _ *http.Request) {
		rw.WriteHeader(http.StatusTeapot)
	})
	w.pay("00", "accept")
	w.goBack()
	o := order("PCLCB172540000005")
	o.ReturnURL, o.NotifyURL = w.server.URL+"/return", w.server.URL+"/deaf"
	s := begin(t, w.a, o)
	w.must(w.browser.post(s.URL, s.Fields))
	w.pay("00", "accept")
	if !strings.Contains(w.log.String(), "not delivered") {
		t.Error("nothing was logged: the test looks at nothing")
	}
	book, err := json.Marshal(w.a.Book())
	w.must(err)
	w.mu.Lock()
	results := fmt.Sprintf("%#v %+v", w.received, w.received)
	w.mu.Unlock()
	for where, text := range map[string]string{
		"the pages": w.browser.read.String(), "the log": w.log.String(), "the book": string(book), "the results": results,
		"the acquirer": reachable(reflect.ValueOf(w.a)),
	} {
		for _, secret := range []string{number, number[4:], "501767123"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s: %s", where, secret)
			}
		}
		if alone := regexp.MustCompile(`(^|\D)` + cryptogram + `(\D|$)`); alone.MatchString(text) { // a port or an authorisation may have its digits
			t.Errorf("%s: the cryptogram", where)
		}
	}
}

// reachable joins every string that can be reached from v, exported or not.
func reachable(v reflect.Value) string {
	var found strings.Builder
	seen := make(map[uintptr]bool)
	var walk func(reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.String:
			fmt.Fprintln(&found, v.String())
		case reflect.Pointer:
			if !v.IsNil() && !seen[v.Pointer()] {
				seen[v.Pointer()] = true
				walk(v.Elem())
			}
		case reflect.Interface:
			walk(v.Elem())
		case reflect.Struct:
			for i := range v.NumField() {
				walk(v.Field(i))
			}
		case reflect.Slice, reflect.Array:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Map:
			for _, k := range v.MapKeys() {
				walk(k)
				walk(v.MapIndex(k))
			}
		}
	}
	walk(v)
	return found.String()
}

// clicking is a world whose payer uses the pages.
type clicking struct{ *world }

// digits that end so; a card has none for a code that nobody knows.
var digits = map[acquirer.Outcome]string{
	acquirer.Accepted: "00", acquirer.Refused: "05", acquirer.Expired: "97", acquirer.Pending: "60", acquirer.Failed: "90",
}

func (w clicking) Pay(s acquirer.Session, o acquirer.Outcome) error {
	b := newBrowser()
	if err := b.arrive(s); err != nil {
		return err
	}
	var err error
	switch end, ok := digits[o]; {
	case o == acquirer.Cancelled:
		err = b.press("abandon", nil)
	case !ok:
		return acquirer.ErrUnsupported
	default:
		err = b.pay(end, "accept", w.clock.Now())
	}
	if err != nil || o == acquirer.Expired {
		return err
	}
	r, err := b.goBack()
	if err != nil {
		return err
	}
	cb, err := acquirer.ReadCallback(httptest.NewRecorder(), r, acquirer.Return, w.a)
	if err == nil {
		w.keep(cb)
	}
	return err
}

// Whatever the host's return address has in its query is still there when a browser comes back by GET.
func TestPaymentPageKeepsTheQueryOfTheReturnAddress(t *testing.T) {
	for name, k := range mock.Kinds() {
		w := newTown(t, false, &mock.Acquirer{Traits: k})
		o := order("PCLCB172540000004")
		o.ReturnURL = w.server.URL + "/return?account=7"
		w.must(w.browser.arrive(begin(t, w.a, o)))
		w.pay("00", "accept")
		r, err := w.browser.goBack()
		w.must(err)
		if got := r.URL.Query().Get("account"); got != "7" {
			t.Errorf("%s: the query is %q", name, r.URL.RawQuery)
		}
		cb, err := acquirer.ReadCallback(httptest.NewRecorder(), r, acquirer.Return, w.a)
		w.must(err)
		if got, err := w.a.Parse(cb); err != nil || got.Hint != k.HintsOnly {
			t.Errorf("%s: what the browser brings is %v, hint %t: %v", name, got, got.Hint, err)
		}
	}
}

// A link is followed by GET, and nothing else opens the page.
func TestPaymentPageByLink(t *testing.T) {
	for _, k := range []acquirer.Traits{mock.Direct, mock.PayFiP} {
		w := newTown(t, false, &mock.Acquirer{Traits: k})
		s := begin(t, w.a, order("PCLCB172540000004"))
		if !s.Link() || strings.Contains(s.URL, "?") == strings.HasSuffix(s.URL, "/pay") {
			t.Errorf("the session is %s %s with %d fields", s.Method, s.Origin(), len(s.Fields))
		}
		w.must(w.browser.get(s.URL))
		w.sees("Paiement par carte bancaire")
		address, _, _ := strings.Cut(s.URL, "?")
		w.must(w.browser.get(address))
		w.sees("Demande non valable")
		w.must(w.browser.get(address + "?number=x&token=x"))
		w.sees("Session inconnue")
		w.must(w.browser.post(address, url.Values{"token": {"x"}}))
		w.sees("Demande non valable")
	}
}

// The suite again, with a payer who clicks.
func TestConformanceThroughThePaymentPage(t *testing.T) {
	for name, k := range mock.Kinds() {
		t.Run(name, func(t *testing.T) {
			acquirertest.Run(t, func(t *testing.T) acquirertest.World {
				w := newWorld(k)
				server := httptest.NewServer(w.a.PaymentPage())
				t.Cleanup(server.Close)
				w.a.URL, w.a.Delay = server.URL, time.Millisecond
				t.Parallel()
				return clicking{w}
			})
		})
	}
}
