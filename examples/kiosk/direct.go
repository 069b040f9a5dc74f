package main

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/direct/directtest"
)

// directPlatform is a platform of Worldline Direct at the desk.
type directPlatform struct{ *directtest.Server }

func openDirect(o options, other http.Handler) (platform, error) {
	merchants, err := o.shops.ofDirect()
	if err != nil {
		return nil, err
	}
	s, err := directtest.Listen(directtest.Options{Addr: o.addr, Merchants: merchants, Delay: o.delay, IDs: directtest.IDs(o.ids), Other: other})
	if err != nil {
		return nil, err
	}
	return directPlatform{s}, nil
}

func (p directPlatform) name() string    { return "Worldline Direct" }
func (p directPlatform) serves() string  { return "/v2/, the payment pages" }
func (p directPlatform) address() string { return p.URL }
func (p directPlatform) faults(target string) []fault {
	var list []fault
	for _, f := range directtest.Faults() {
		if directtest.Strikes(f) == target {
			list = append(list, f)
		}
	}
	return list
}

func (p directPlatform) operations() []string { return commonOperations }

func (p directPlatform) absent() []absence { return []absence{} } // docs/direct.md says it

func (p directPlatform) transactions() []transaction {
	sent := make(map[string]int)
	for _, n := range p.Deliveries() {
		sent[n.Reference]++
	}
	list := []transaction{}
	for _, c := range p.Book() {
		t := transaction{
			Merchant: c.Merchant, Reference: c.Reference, OrderID: c.Parameters, Cents: c.Cents, Currency: c.Currency, Status: c.Status,
			Returned: c.Returned(), OpenedAt: c.OpenedAt, Sent: sent[c.Reference], ended: len(c.Payments) > 0, Session: c.ID,
		}
		if n := len(c.Payments); n > 0 {
			last := c.Payments[n-1]
			t.Payment, t.Code, t.Authorisation = last.ID, strconv.Itoa(last.Code), last.Authorisation
			t.Undecided = directtest.Undecided(last.Code)
		}
		list = append(list, t)
	}
	return list
}

func (p directPlatform) deliveries() []delivery {
	list := []delivery{}
	for _, n := range p.Deliveries() {
		list = append(list, delivery{n.Merchant, n.Reference, n.URL, nil, string(n.Body), n.Faults, n.At, n.Status, text(n.Err)})
	}
	return list
}

// do carries an action out; false when there is none of that name.
func (p directPlatform) do(action string, w wish) (d done, ok bool, err error) {
	do, ok := directActions[action]
	if !ok {
		return done{}, false, nil
	}
	d, err = do(p.Server, w)
	return d, true, err
}

// directActions are what can be done, by the API under /api/ and by the buttons of the page.
var directActions = map[string]func(*directtest.Server, wish) (done, error){
	// notify sends the webhook of a payment again, with faults of a notification.
	"notify": func(p *directtest.Server, w wish) (done, error) { return done{}, p.Notify(w.Payment, w.Faults...) },
	// inject makes the next call, webhook or session go wrong.
	"inject": func(p *directtest.Server, w wish) (done, error) { return done{}, p.Inject(w.Op, w.Faults...) },
	// answer has the next call of an operation refused with an HTTP status and an errorCode.
	"answer": func(p *directtest.Server, w wish) (done, error) {
		if w.Status == 0 {
			w.Status = http.StatusBadRequest
		}
		return done{}, p.Answer(w.Op, w.Status, w.Code)
	},
	// release sends what is held back.
	"release": func(p *directtest.Server, _ wish) (done, error) { return done{Count: p.Release()}, nil },
	// decide ends a payment that waits: accepted, or else refused.
	"decide": func(p *directtest.Server, w wish) (done, error) {
		return done{}, p.Decide(w.Payment, w.Outcome == acquirer.Accepted || w.Code == "00")
	},
	"advance": func(p *directtest.Server, w wish) (done, error) { return advance(p, w) },
	// visit plays the payer without a browser.
	"visit": func(p *directtest.Server, w wish) (done, error) {
		back, err := p.Visit(acquirer.Session{URL: w.RedirectURL}, directtest.Payer{Outcome: w.Outcome, Code: w.Code, Abandon: w.Abandon})
		if errors.Is(err, directtest.ErrNoReturn) {
			return done{}, nil
		}
		return done{URL: back.URL}, err
	},
}

// ofDirect returns the merchants of the command line, as this platform knows them.
func (s *shops) ofDirect() (list []directtest.Merchant, err error) {
	for _, shop := range s.list {
		m := directtest.Merchant{PSPID: shop.id, APIKeys: make(map[string]string), WebhookKeys: make(map[string]string)}
		for _, k := range shop.keys {
			keys := m.APIKeys
			if k.webhook {
				keys = m.WebhookKeys
			}
			if keys[k.name] != "" {
				return nil, flagError(fmt.Sprintf("-key: %.40s stands twice", k.name))
			}
			keys[k.name] = k.secret
		}
		list = append(list, m)
	}
	return list, nil
}
