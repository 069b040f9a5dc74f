package payment_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
)

// post sends a form as a browser or an acquirer would.
func post(h http.Handler, form url.Values, with ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "https://portail.example/paiement", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, f := range with {
		f(r)
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

// verifying is an acquirer that verifies the address of notifications by a GET.
type verifying struct{ acquirer.Client }

func (verifying) Takes(acquirer.Channel) (shapes []acquirer.Shape, headers []string) {
	return []acquirer.Shape{acquirer.PostForm}, nil
}

func (verifying) Answer(r *http.Request) (string, bool) {
	proof := r.Header.Get("X-Proof")
	return proof, proof != ""
}

// A GET is answered as an acquirer asks for it, and no other method is.
func TestAddressIsVerified(t *testing.T) {
	w := newWorld(t, func(c *payment.Config) { c.Acquirer = verifying{c.Acquirer} })
	h := w.NotifyHandler()
	for _, c := range []struct {
		method, proof string
		status        int
	}{
		{http.MethodGet, "abc", http.StatusOK}, {http.MethodHead, "abc", http.StatusOK},
		{http.MethodGet, "", http.StatusMethodNotAllowed}, {http.MethodPut, "abc", http.StatusMethodNotAllowed},
	} {
		r := httptest.NewRequest(c.method, "https://portail.example/paiement", nil)
		r.Header.Set("X-Proof", c.proof)
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		if rec.Code != c.status || c.status == http.StatusOK && (rec.Body.String() != c.proof || rec.Header().Get("Content-Type") != "text/plain; charset=utf-8" ||
			rec.Header().Get("X-Content-Type-Options") != "nosniff") {
			t.Errorf("%s with proof %q: %d %q %v", c.method, c.proof, rec.Code, rec.Body, rec.Header())
		}
	}
}

// downStore answers no question.
type downStore struct {
	payment.Store
	down bool
}

var errDown = errors.New("dial tcp 127.0.0.1:5432: connection refused")

func (d *downStore) Find(ctx context.Context, l payment.Lookup) (payment.Payment, error) {
	if d.down {
		return payment.Payment{}, errDown
	}
	return d.Store.Find(ctx, l)
}

// A 200 for an unknown reference; a missing seal accepted; a whole body inside an error: none of it.
func TestNotifyHandler(t *testing.T) {
	var store *downStore
	w := newWorld(t, func(c *payment.Config) { store = &downStore{Store: c.Store}; c.Store = store })
	p, s := w.begin("1")
	w.bank.Notify = func(acquirer.Callback) {}
	_, err := w.bank.Visit(s, mock.Behaviour{})
	w.must("Visit", err)
	good, err := w.bank.Notification(p.Reference)
	w.must("Notification", err)
	unknown, err := w.bank.Seal(acquirer.Result{Reference: "PCLCB172540009999", Merchant: p.Merchant, Amount: p.Amount, Currency: "EUR", Outcome: acquirer.Refused}, acquirer.Notify)
	w.must("Seal", err)
	h := w.NotifyHandler()
	for _, c := range []struct {
		name   string
		form   url.Values
		with   func(*http.Request)
		down   bool
		status int
	}{
		{"store down", good.Form, nil, true, http.StatusServiceUnavailable},
		{"no seal", mock.Spoil(good, mock.Unsealed).Form, nil, false, http.StatusForbidden},
		{"another's seal", mock.Spoil(good, mock.Forged).Form, nil, false, http.StatusForbidden},
		{"changed", mock.Spoil(good, mock.Tampered).Form, nil, false, http.StatusForbidden},
		{"good", good.Form, nil, false, http.StatusOK},
		{"good, again", good.Form, nil, false, http.StatusOK},
		{"unknown reference", unknown.Form, nil, false, http.StatusNotFound},
		{"empty", nil, nil, false, http.StatusBadRequest},
		{"in the address", nil, func(r *http.Request) { r.URL.RawQuery = good.Form.Encode() }, false, http.StatusBadRequest},
		{"GET", nil, func(r *http.Request) { r.Method = http.MethodGet }, false, http.StatusMethodNotAllowed},
		{"JSON", good.Form, func(r *http.Request) { r.Header.Set("Content-Type", "application/json") }, false, http.StatusUnsupportedMediaType},
		{"1 MiB", url.Values{"Data": {strings.Repeat("x", 1<<20)}}, nil, false, http.StatusRequestEntityTooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			store.down = c.down
			defer func() { store.down = false }()
			with := c.with
			if with == nil {
				with = func(*http.Request) {}
			}
			rec := post(h, c.form, with)
			if rec.Code != c.status {
				t.Errorf("status %d, want %d: %s", rec.Code, c.status, rec.Body)
			}
			if c.down && rec.Header().Get("Retry-After") == "" {
				t.Error("503 without Retry-After")
			}
			if rec.Header().Get("Cache-Control") != "no-store" {
				t.Error("the answer may be stored")
			}
			if strings.Contains(rec.Body.String(), "5432") {
				t.Error("the answer tells of the inside")
			}
		})
	}
	w.at(p.ID, payment.Paid)
	w.tells(p.ID, "created opened accepted→paid")
}

// A session lost on the cross-site return: the post becomes a redirection, whatever it brought; nothing says « échoué ».
func TestReturnHandler(t *testing.T) {
	var store *downStore
	w := newWorld(t, func(c *payment.Config) { store = &downStore{Store: c.Store}; c.Store = store })
	p, s := w.begin("1")
	w.bank.Notify = func(acquirer.Callback) {}
	back, err := w.bank.Visit(s, mock.Behaviour{})
	w.must("Visit", err)
	var seen payment.Payment
	var learned error
	h := w.ReturnHandler(func(_ *http.Request, p payment.Payment, err error) string {
		seen, learned = p, err
		return "/accueil"
	})
	for _, c := range []struct {
		name string
		form url.Values
		with func(*http.Request)
		down bool
		want error
	}{
		{"store down", back.Form, nil, true, errDown},
		{"forged", mock.Spoil(back, mock.Forged).Form, nil, false, acquirer.ErrUnverified},
		{"nothing", nil, nil, false, payment.ErrNoCallback},
		{"GET", nil, func(r *http.Request) { r.Method = http.MethodGet }, false, payment.ErrNoCallback},
		{"good", back.Form, nil, false, nil},
		{"good, again", back.Form, nil, false, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			store.down = c.down
			defer func() { store.down = false }()
			with := c.with
			if with == nil {
				with = func(*http.Request) {}
			}
			rec := post(h, c.form, with)
			if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/accueil" {
				t.Errorf("status %d to %q", rec.Code, rec.Header().Get("Location"))
			}
			if !errors.Is(learned, c.want) || (c.want == nil) != (learned == nil) {
				t.Errorf("next got error %v, want %v", learned, c.want)
			}
			if (c.want == nil) != (seen.ID == p.ID) {
				t.Errorf("next got %v", seen)
			}
			if len(rec.Result().Cookies()) > 0 {
				t.Error("a cookie is set")
			}
		})
	}
	w.at(p.ID, payment.Paid)
	if rec := post(h, nil, func(r *http.Request) { r.Method = http.MethodPut }); rec.Code != http.StatusMethodNotAllowed {
		t.Errorf("PUT: %d", rec.Code)
	}
}

func TestReturnPage(t *testing.T) {
	w := newWorld(t, func(c *payment.Config) { c.ReturnPage = true })
	h := w.ReturnHandler(func(*http.Request, payment.Payment, error) string { return `/accueil?a=1&b="<script>` })
	rec := post(h, nil)
	body := rec.Body.String()
	if rec.Code != http.StatusOK || !strings.Contains(body, `<meta http-equiv="refresh"`) || !strings.Contains(body, `<a href="/accueil?a=1&amp;b=`) {
		t.Errorf("%d %s", rec.Code, body)
	}
	if strings.Contains(body, "<script>") {
		t.Error("the address breaks out of the page")
	}
}

// The acquirer's post is cross-site: behind http.CrossOriginProtection it needs the documented exemption.
func TestCrossOriginProtection(t *testing.T) {
	w := newWorld(t)
	_, s := w.begin("1")
	back, err := w.bank.Visit(s, mock.Behaviour{})
	w.must("Visit", err)
	mux := http.NewServeMux()
	mux.Handle("/paiement/retour", w.ReturnHandler(func(*http.Request, payment.Payment, error) string { return "/" }))
	mux.Handle("POST /paiement/notification", w.NotifyHandler())
	plain, exempt := http.NewCrossOriginProtection(), http.NewCrossOriginProtection()
	exempt.AddInsecureBypassPattern("POST /paiement/retour")
	exempt.AddInsecureBypassPattern("POST /paiement/notification")
	cross := func(path string) func(*http.Request) {
		return func(r *http.Request) {
			r.URL.Path = path
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			r.Header.Set("Origin", "https://kiosk.invalid")
		}
	}
	got := map[string]int{}
	for name, p := range map[string]*http.CrossOriginProtection{"plain": plain, "exempt": exempt} {
		h := p.Handler(mux)
		got[name+" return"] = post(h, back.Form, cross("/paiement/retour")).Code
		got[name+" notification"] = post(h, back.Form, cross("/paiement/notification")).Code
		got[name+" elsewhere"] = post(h, back.Form, cross("/paiement/autre")).Code
	}
	want := map[string]int{
		"plain return": 403, "plain notification": 403, "plain elsewhere": 403,
		"exempt return": 303, "exempt notification": 200, "exempt elsewhere": 403,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// Whole trips over a real socket, the notification posted by the bank itself.
func TestOverHTTP(t *testing.T) {
	mux := http.NewServeMux()
	srv := httptest.NewServer(mux)
	defer srv.Close()
	w := newWorld(t, func(c *payment.Config) {
		c.ReturnURL, c.NotifyURL = srv.URL+"/retour", srv.URL+"/notification"
	})
	w.bank.Notify = nil
	mux.Handle("/retour", w.ReturnHandler(func(*http.Request, payment.Payment, error) string { return "/accueil" }))
	mux.Handle("/notification", w.NotifyHandler())
	mux.HandleFunc("/accueil", func(rw http.ResponseWriter, r *http.Request) { io.WriteString(rw, r.Method) })
	p, s := w.begin("1")
	cb, err := w.bank.Visit(s, mock.Behaviour{})
	w.must("Visit", err)
	w.at(p.ID, payment.Paid) // the notification came first
	resp, err := srv.Client().PostForm(srv.URL+"/retour", cb.Form)
	w.must("the return", err)
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if string(body) != "GET" {
		t.Errorf("the browser arrives by %s", body)
	}
	w.work()
	w.converged()
}
