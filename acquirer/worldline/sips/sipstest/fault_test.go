package sipstest_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
	"github.com/quittance/quittance/internal/testport"
)

// What each fault of a call does on the wire, and whether the call was carried out.
func TestFaultsOfCalls(t *testing.T) {
	const delay = 100 * time.Millisecond
	for _, x := range []struct {
		fault  sipstest.Fault
		done   bool
		slow   bool
		status int
		broken func(error) bool
	}{
		{sipstest.Timeout, true, true, 0, func(err error) bool { return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF) }},
		{sipstest.ServerError, false, false, 503, nil},
		{sipstest.Truncated, true, false, 200, func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }},
		{sipstest.Slow, true, true, 200, nil},
		{sipstest.Unreachable, false, false, 0, func(err error) bool { return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF) }},
	} {
		t.Run(string(x.fault), func(t *testing.T) {
			s := platform(t, sipstest.Options{Delay: delay})
			c := newSheet(t, s.URL)
			call := func(op, path string, o object) {
				t.Helper()
				if err := s.Inject(op, x.fault); err != nil {
					t.Fatal(err)
				}
				b := strings.NewReader(jsonOf(t, c.sealed(o)))
				start := time.Now()
				resp, err := http.Post(s.URL+"/rs-services/v2/"+path, "application/json", b)
				if err == nil {
					if resp.StatusCode != x.status {
						t.Errorf("%s: status %d, expected %d", path, resp.StatusCode, x.status)
					}
					_, err = io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
				}
				if (err != nil) != (x.broken != nil) || err != nil && !x.broken(err) {
					t.Errorf("%s: %v", path, err)
				}
				if took := time.Since(start); x.slow && took < delay {
					t.Errorf("%s took %v, less than the delay of %v", path, took, delay)
				}
			}
			call(acquirer.OpBegin, "paymentInit", c.order("REF", nil))
			if opened := len(s.Book()) == 1; opened != x.done {
				t.Errorf("carried out: %v, expected %v", opened, x.done)
			}
			paid(c, s, "PAID", acquirer.Accepted)
			call("", "cashManagement/cancel", object{"interfaceVersion": "CR_WS_2.0", "keyVersion": 1, "merchantId": c.merchant,
				"transactionReference": "PAID", "operationAmount": 2000, "currencyCode": "978"})
			book := s.Book()
			if moved := book[len(book)-1].Returned() == 2000; moved != x.done {
				t.Errorf("the money moved: %v, expected %v", moved, x.done)
			}
			a := c.office("diagnostic/getTransactionData", object{"transactionReference": "PAID"}) // the call after is answered
			want(t, "the call after", a, object{"getTransDataResponseCode": "00"})
		})
	}
}

// A caller who does not wait is not waited for.
func TestSlowAnswerToNobody(t *testing.T) {
	s := platform(t, sipstest.Options{Delay: time.Hour})
	c := newSheet(t, s.URL)
	if err := s.Inject(acquirer.OpBegin, sipstest.Slow); err != nil {
		t.Fatal(err)
	}
	client := http.Client{Timeout: 50 * time.Millisecond}
	resp, err := client.Post(s.URL+"/rs-services/v2/paymentInit", "application/json", strings.NewReader(jsonOf(t, c.sealed(c.order("REF", nil)))))
	if err == nil {
		resp.Body.Close()
		t.Fatal("there was an answer")
	}
	s.Close() // would wait an hour for the request
}

func TestFaultsOfNotifications(t *testing.T) {
	p := newPortal(t)
	s := platform(t, sipstest.Options{})
	c := newSheet(t, s.URL)
	i := 0
	pay := func(more object, fs ...sipstest.Fault) (url.Values, []url.Values) {
		t.Helper()
		if err := s.Inject("", fs...); err != nil {
			t.Fatal(err)
		}
		before := len(p.forms())
		i++
		o := c.order(fmt.Sprint("REF", i), object{"automaticResponseUrl": p.URL})
		for n, v := range more {
			o[n] = v
		}
		_, fields := c.redirect(o)
		back, err := visit(s, fields, sipstest.Payer{Outcome: acquirer.Refused})
		if err != nil {
			t.Fatal(err)
		}
		c.notification(back.Form) // what the browser brings is never touched
		back.Form.Del("locale")
		return back.Form, p.forms()[before:]
	}
	genuine := func(f url.Values) bool { return f.Get("Seal") == c.sealOf(f.Get("Data"), "SHA-256") }

	if _, got := pay(nil, sipstest.Lost); len(got) != 0 {
		t.Errorf("lost: %d came", len(got))
	}
	if back, got := pay(nil, sipstest.Doubled); len(got) != 2 || got[0].Encode() != back.Encode() || got[1].Encode() != back.Encode() {
		t.Errorf("doubled: %v", got)
	}
	for _, encoding := range []object{nil, {"responseEncoding": "base64"}, {"interfaceVersion": "IR_WS_3.0"}} {
		back, got := pay(encoding, sipstest.Tampered)
		if len(got) != 1 || got[0].Get("Seal") != back.Get("Seal") || genuine(got[0]) {
			t.Fatalf("tampered: %v", got)
		}
		forged := got[0]
		forged.Set("Seal", c.sealOf(forged.Get("Data"), "SHA-256"))
		if n := c.notification(forged); n["responseCode"] != "00" || n["amount"] != "1" {
			t.Errorf("tampered: %v, expected a payment of one cent", n)
		}
	}
	if back, got := pay(nil, sipstest.Forged); len(got) != 1 || genuine(got[0]) || len(got[0].Get("Seal")) != 64 || got[0].Get("Data") != back.Get("Data") {
		t.Errorf("forged: %v", got)
	}
	if _, got := pay(nil, sipstest.Unsealed); len(got) != 1 || got[0].Get("Seal") != "" {
		t.Errorf("unsealed: %v", got)
	}
	if _, got := pay(nil, sipstest.Late); len(got) != 0 {
		t.Errorf("late: %d came at once", len(got))
	}
	if n := s.Advance(time.Hour); n != 1 {
		t.Errorf("late: %d came after an hour", n)
	}
	if _, got := pay(nil, sipstest.Reordered); len(got) != 0 {
		t.Errorf("reordered: %d came at once", len(got))
	}
	_, got := pay(nil)
	if len(got) != 2 || c.notification(got[0])["transactionReference"] != fmt.Sprint("REF", i) {
		t.Errorf("reordered: %v", got)
	}
	pay(nil, sipstest.Late)
	if n := s.Release(); n != 1 {
		t.Errorf("%d released, expected 1", n)
	}

	before := len(p.forms())
	if err := s.Notify(c.merchant, "REF1", sipstest.Doubled); err != nil { // the lost one
		t.Fatal(err)
	}
	if got := p.forms()[before:]; len(got) != 2 || c.notification(got[1])["transactionReference"] != "REF1" {
		t.Errorf("sent again: %v", got)
	}
	if err := s.Notify(c.merchant, "NOBODY"); !errors.Is(err, sipstest.ErrNotFound) {
		t.Errorf("Notify of nothing: %v", err)
	}
	if s.Notify(c.merchant, "REF1", sipstest.Timeout) == nil || s.Inject("pay", sipstest.Slow) == nil || s.Inject("", "x") == nil ||
		s.Inject(acquirer.OpBegin, sipstest.Lost) == nil {
		t.Error("a fault that strikes nothing was taken")
	}
}

func TestFaultsOfSessions(t *testing.T) {
	s := platform(t, sipstest.Options{SeveralAttempts: true})
	c := newSheet(t, s.URL)
	for i, x := range []struct {
		fault sipstest.Fault
		times int
	}{{sipstest.RedirectOnce, 1}, {sipstest.RedirectTwice, 2}} {
		if err := s.Inject("", x.fault); err != nil {
			t.Fatal(err)
		}
		to, fields := c.redirect(c.order(fmt.Sprint("REF", i), nil))
		b := &browser{T: t}
		var asked []bool
		for range 3 {
			b.open(to, fields)
			asked = append(asked, strings.Contains(b.page, `name="cryptogram"`))
		}
		if want := []bool{true, x.times == 2, false}; !slices.Equal(asked, want) {
			t.Errorf("%s: a card was asked for %v, expected %v", x.fault, asked, want)
		}
	}
}

func TestDownAndUp(t *testing.T) {
	s := platform(t, sipstest.Options{Addr: testport.Addr(t)})
	c := newSheet(t, s.URL)
	c.redirect(c.order("BEFORE", nil))
	s.Down()
	s.Down()
	if _, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://")); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a platform that is down: %v, expected a refused connection", err)
	}
	if err := errors.Join(s.Up(), s.Up()); err != nil {
		t.Fatal(err)
	}
	http.DefaultClient.CloseIdleConnections()
	c.redirect(c.order("AFTER", nil))
	s.Close()
	s.Close()
	if err := s.Up(); err != nil {
		t.Errorf("Up after Close: %v", err)
	}
	if _, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://")); err == nil {
		t.Error("a platform that was closed listens again")
	}
	if len(s.Book()) != 2 {
		t.Error("the book of a closed platform cannot be read")
	}
}

func TestDecide(t *testing.T) {
	p := newPortal(t)
	s := platform(t, sipstest.Options{})
	c := newSheet(t, s.URL)
	_, fields := c.redirect(c.order("REF", object{"automaticResponseUrl": p.URL}))
	if _, err := visit(s, fields, sipstest.Payer{Outcome: acquirer.Pending}); err != nil {
		t.Fatal(err)
	}
	if err := s.Decide(c.merchant, "REF", sipstest.Payer{}); err != nil {
		t.Fatal(err)
	}
	if got := p.forms(); len(got) != 2 || c.notification(got[1])["responseCode"] != "00" {
		t.Errorf("%v", got)
	}
	if err := s.Decide(c.merchant, "REF", sipstest.Payer{}); err == nil || errors.Is(err, sipstest.ErrNotFound) {
		t.Errorf("decided twice: %v", err)
	}
	if err := s.Decide(c.merchant, "NOBODY", sipstest.Payer{}); !errors.Is(err, sipstest.ErrNotFound) {
		t.Errorf("decided what is not there: %v", err)
	}
	if n := s.Remit(); n != 1 {
		t.Errorf("%d remitted, expected 1", n)
	}
}
