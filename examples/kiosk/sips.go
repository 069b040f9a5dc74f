package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
)

// sipsPlatform is a Sips platform at the desk.
type sipsPlatform struct{ *sipstest.Server }

func openSips(o options, other http.Handler) (platform, error) {
	merchants, err := o.shops.ofSips()
	if err != nil {
		return nil, err
	}
	s, err := sipstest.Listen(sipstest.Options{
		Addr: o.addr, Merchants: merchants, SessionTimeout: o.session, Delay: o.delay, SeveralAttempts: o.several, UnsealedOffice: o.unsealed,
		Other: other,
	})
	if err != nil {
		return nil, err
	}
	return sipsPlatform{s}, nil
}

func (p sipsPlatform) name() string    { return "Sips" }
func (p sipsPlatform) serves() string  { return "paymentInit, Office" }
func (p sipsPlatform) address() string { return p.URL }
func (p sipsPlatform) faults(target string) []fault {
	return ofTarget(sipstest.Faults(), target)
}

func (p sipsPlatform) operations() []string {
	return append(slices.Clone(commonOperations), sipstest.OpValidate)
}

func (p sipsPlatform) absent() []absence {
	list := []absence{}
	for _, a := range sipstest.NotSimulated() {
		list = append(list, absence(a))
	}
	return list
}

func (p sipsPlatform) transactions() []transaction {
	sent := make(map[[2]string]int)
	for _, n := range p.Deliveries() {
		sent[[2]string{n.Merchant, n.Reference}]++
	}
	list := []transaction{}
	for _, t := range p.Book() {
		list = append(list, transaction{
			Merchant: t.Merchant, Reference: t.Reference, OrderID: t.OrderID, Cents: t.Cents, Currency: t.Currency, Code: t.Code,
			Status: t.Status, Authorisation: t.Authorisation, Returned: t.Returned(), OpenedAt: t.OpenedAt,
			Sent: sent[[2]string{t.Merchant, t.Reference}], Undecided: t.Status == "PENDING", ended: t.Code != "",
		})
	}
	return list
}

func (p sipsPlatform) deliveries() []delivery {
	list := []delivery{}
	for _, n := range p.Deliveries() {
		list = append(list, delivery{n.Merchant, n.Reference, n.URL, n.Form, "", n.Faults, n.At, n.Status, text(n.Err)})
	}
	return list
}

// do carries an action out; false when there is none of that name.
func (p sipsPlatform) do(action string, w wish) (d done, ok bool, err error) {
	do, ok := sipsActions[action]
	if !ok {
		return done{}, false, nil
	}
	d, err = do(p.Server, w)
	return d, true, err
}

// sipsActions are what can be done, by the API under /api/ and by the buttons of the page.
var sipsActions = map[string]func(*sipstest.Server, wish) (done, error){
	// notify sends the automatic response of a transaction again, with faults of a notification.
	"notify": func(p *sipstest.Server, w wish) (done, error) {
		return done{}, p.Notify(w.Merchant, w.Reference, w.Faults...)
	},
	// inject makes the next call, notification or session go wrong.
	"inject": func(p *sipstest.Server, w wish) (done, error) { return done{}, p.Inject(w.Op, w.Faults...) },
	// answer has the next call of an operation refused with a code.
	"answer": func(p *sipstest.Server, w wish) (done, error) { return done{}, p.Answer(w.Op, w.Code) },
	// release sends what is held back.
	"release": func(p *sipstest.Server, _ wish) (done, error) { return done{Count: p.Release()}, nil },
	// remit remits at once what waits for the end of its day.
	"remit": func(p *sipstest.Server, _ wish) (done, error) { return done{Count: p.Remit()}, nil },
	// decide ends a payment that is pending.
	"decide": func(p *sipstest.Server, w wish) (done, error) {
		return done{}, p.Decide(w.Merchant, w.Reference, sipstest.Payer{Code: w.Code, Outcome: w.Outcome})
	},
	"advance": func(p *sipstest.Server, w wish) (done, error) { return advance(p, w) },
	"visit":   visitSips,
}

// visitSips plays the payer without a browser.
func visitSips(p *sipstest.Server, w wish) (done, error) {
	s := acquirer.Session{Fields: url.Values{"redirectionData": {w.RedirectionData}}}
	back, err := p.Visit(s, sipstest.Payer{Outcome: w.Outcome, Code: w.Code, Abandon: w.Abandon, Authentication: w.Authentication})
	if errors.Is(err, sipstest.ErrNoReturn) {
		return done{}, nil
	}
	return done{URL: back.URL, Form: back.Form}, err
}

// ofSips returns the merchants of the command line, as this platform knows them, and the public ones. A key is not repeated: it is a secret.
func (s *shops) ofSips() (list []sipstest.Merchant, err error) {
	for _, shop := range s.list {
		m := sipstest.Merchant{ID: shop.id, Keys: make(map[int]string), Numbering: sipstest.Numbering(shop.numbering),
			Screening: sipstest.Screening(shop.screening)}
		for _, k := range shop.keys {
			v, err := strconv.Atoi(k.name)
			switch {
			case err != nil || v < 1 || k.webhook:
				return nil, flagError("-key: not a version from 1, = and a secret")
			case m.Keys[v] != "":
				return nil, flagError(fmt.Sprintf("-key: version %d stands twice", v))
			}
			m.Keys[v] = k.secret
		}
		list = append(list, m)
	}
	for _, m := range sipstest.PublicMerchants() {
		if !slices.ContainsFunc(list, func(own sipstest.Merchant) bool { return own.ID == m.ID }) {
			list = append(list, m)
		}
	}
	return list, nil
}
