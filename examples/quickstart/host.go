package main

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

// host is what an application wires together around a payment. A real one has a bank that takes cards, a store and a mailbox in a
// database, and time.Now.
type host struct {
	clock    *clock
	bank     bank
	store    *payment.MemoryStore
	payments *payment.Service
	mailbox  inbox.Mailbox
	catalog  *inbox.Catalog
	of       body
	trouble  error // what went wrong while the bank was notifying
	close    func()
}

// setting is what differs between one host and another.
type setting struct {
	bank string // of banks: mock or sips
	at   time.Time
	body
}

func newHost(s setting) (*host, error) {
	h := &host{
		clock:   &clock{now: s.at},
		store:   payment.NewMemoryStore(),
		mailbox: inbox.NewMemoryMailbox(),
		of:      s.body,
		close:   func() {},
	}
	var err error
	if h.catalog, err = inbox.NewCatalog(s.editions...); err != nil {
		return nil, err
	}
	returnURL, notifyURL, err := banks[s.bank](h)
	if err != nil {
		return nil, err
	}
	s.sender.Now = h.clock.Now
	h.payments, err = payment.New(payment.Config{
		Store:     h.store,
		Acquirer:  h.bank,
		Policies:  s.policies,
		ReturnURL: returnURL,
		NotifyURL: notifyURL,
		Deliver:   inbox.Deliverer(h.mailbox, h.catalog, s.sender),
		Chores:    []payment.Chore{h.mailbox.DeleteDue},
		Now:       h.clock.Now,
		Logger:    slog.New(slog.DiscardHandler), // the program tells the story itself
	})
	return h, err
}

// decide says whether a debt may be paid online today. It is for the page that lists the debts: Begin decides again.
func (h *host) decide(d creance.Debt) (creance.Decision, error) {
	policy, err := h.of.policies.On(h.clock.Now())
	if err != nil {
		return creance.Decision{}, err
	}
	return policy.Decide(d, h.clock.Now()), nil
}

// begin asks for a trip to the payment page. The key is drawn when the page with the button « payer » is made, so that pressing it twice is
// one payment; a new try is a new page, and a new key.
func (h *host) begin(ctx context.Context, d creance.Debt) (payment.Payment, acquirer.Session, error) {
	return h.payments.Begin(ctx, payment.BeginRequest{Key: rand.Text(), Debt: d, Language: "fr"})
}

// doDueWork does all that is due by now: questions to the bank, letters, chores. A real host runs payment.Service.Work in the background
// instead.
func (h *host) doDueWork(ctx context.Context) error {
	for {
		if n, err := h.payments.WorkOnce(ctx); n == 0 || err != nil {
			return errors.Join(err, h.trouble)
		}
	}
}

// reasonsInWords say why a debt cannot be paid online, and what to do: a list of debts has no room for a whole message.
func (h *host) reasonsInWords(d creance.Decision) (string, error) {
	from := inbox.Sender{Now: h.clock.Now}
	lines, err := h.catalog.Reasons(language.French, inbox.NotEligible{Decision: d, From: from})
	return "- " + strings.Join(lines, "\n- "), err
}

// renderFrench puts a content in French.
func (h *host) renderFrench(c inbox.Content) (inbox.Message, error) {
	return h.catalog.Render(language.French, c)
}

// banner is what the home page of the payer's account says, and false when it says nothing. A real host takes the debtor from its
// session, never from the request.
func (h *host) banner(ctx context.Context, debtor string) (inbox.Message, bool, error) {
	p, err := h.payments.Latest(ctx, debtor)
	if errors.Is(err, payment.ErrNotFound) {
		return inbox.Message{}, false, nil
	}
	var since time.Time
	if err == nil {
		since, err = h.payments.Since(ctx, p.ID)
	}
	content, ok := inbox.BannerSince(p, since, h.clock.Now())
	switch {
	case err != nil: // the store is down: that is no reason to say that a payment failed
		content = inbox.ResultUnknown{}
	case !ok:
		return inbox.Message{}, false, nil
	}
	m, err := h.renderFrench(content)
	return m, true, err
}

// letters are those in the payer's mailbox, newest first.
func (h *host) letters(ctx context.Context, debtor string) (all []inbox.Letter, err error) {
	for l, err := range h.mailbox.Letters(ctx, debtor) {
		if err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	return all, nil
}
