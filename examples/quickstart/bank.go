package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/acquirer/worldline/sips"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
	"github.com/quittance/quittance/payment"
)

// bank takes the cards of the story: a client that the host uses, and a payer and a book that only a simulation has.
type bank interface {
	acquirer.Client

	// visitPaymentPage plays the payer there. comeBack brings the browser back to the host; it is nil when the browser brings nothing.
	visitPaymentPage(s acquirer.Session, p payer) (comeBack func(context.Context) error, err error)

	Tick() int                // does what the clock has made due
	Book() []mock.Transaction // what really happened
}

// payer is what somebody does on the payment page. The zero value pays.
type payer struct {
	outcome acquirer.Outcome
	leaves  bool // closes the tab instead of coming back
	byDebit bool // orders a direct debit, where the bank has any; elsewhere a card is all there is
	unheard bool // the notification is lost on its way to the host
}

// banks are what the flag -acquirer chooses from. Each connects a host to its bank, and says where the bank is to reach the host.
var banks = map[string]func(*host) (returnURL, notifyURL string, err error){
	"mock":   connectMock,
	"sips":   connectSips,
	"direct": connectDirect,
	"payfip": connectPayfip,
}

// mockBank is in the process: what it says goes straight to the service.
type mockBank struct {
	*mock.Acquirer
	host *host
}

func connectMock(h *host) (returnURL, notifyURL string, err error) {
	h.bank = mockBank{&mock.Acquirer{Now: h.clock.Now, Notify: func(cb acquirer.Callback) {
		_, _, err := h.payments.Receive(context.Background(), cb)
		h.trouble = errors.Join(h.trouble, err)
	}}, h}
	return "https://compte.example/paiement/retour", "", nil
}

func (b mockBank) visitPaymentPage(s acquirer.Session, p payer) (func(context.Context) error, error) {
	does := mock.Behaviour{Outcome: p.outcome, Abandon: p.leaves}
	if p.unheard {
		does.Faults = []mock.Fault{mock.Lost}
	}
	cb, err := b.Visit(s, does)
	if errors.Is(err, mock.ErrNoReturn) {
		return nil, nil
	}
	return func(ctx context.Context) error {
		_, effect, err := b.host.payments.Receive(ctx, cb)
		if err == nil && effect != payment.EffectChanged && effect != payment.EffectDuplicate {
			err = fmt.Errorf("the browser's return was %s", effect)
		}
		return err
	}, err
}

// sipsBank is a platform on a loopback port that speaks Sips 2.0, and the client that a real shop would use. The bank's server and the
// payer's browser reach the host over HTTP too.
type sipsBank struct {
	*sips.Client
	platform *sipstest.Server
}

// shop is the merchant of the source (S29), known to the simulated platform alone.
var shop = sipstest.Merchant{ID: mock.DefaultMerchant, Keys: map[int]string{1: "a-key-that-protects-nothing"}}

func connectSips(h *host) (returnURL, notifyURL string, err error) {
	platform, err := sipstest.Listen(sipstest.Options{Merchants: []sipstest.Merchant{shop}, Now: h.clock.Now})
	if err != nil {
		return "", "", err
	}
	client, err := sips.New(sips.Config{
		MerchantID: shop.ID, Keys: sips.Keyring{1: {Secret: sips.NewSecret(shop.Keys[1])}},
		Endpoints: platform.Endpoints(), Now: h.clock.Now,
	})
	if err != nil {
		platform.Close()
		return "", "", err
	}
	h.bank = sipsBank{client, platform}
	return h.listenOverHTTP(platform.Close)
}

// listenOverHTTP lets a platform and the payer's browser reach the host over HTTP. over ends the platform with the host.
func (h *host) listenOverHTTP(over func()) (returnURL, notifyURL string, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		over()
		return "", "", err
	}
	portal := &http.Server{Handler: h}
	go portal.Serve(listener)
	h.close = func() {
		portal.Close()
		over()
	}
	address := "http://" + listener.Addr().String()
	return address + "/retour", address + "/notification", nil
}

func (b sipsBank) Tick() int                { return b.platform.Tick() }
func (b sipsBank) Book() []mock.Transaction { return b.platform.Book() }

func (b sipsBank) visitPaymentPage(s acquirer.Session, p payer) (func(context.Context) error, error) {
	if p.unheard {
		if err := b.platform.Inject("", sipstest.Lost); err != nil {
			return nil, err
		}
	}
	back, err := b.platform.Visit(s, sipstest.Payer{Outcome: p.outcome, Abandon: p.leaves})
	if errors.Is(err, sipstest.ErrNoReturn) {
		return nil, nil
	}
	return bringBack(back), err
}

// bringBack lets the payer's browser come back to the host.
func bringBack(back interface {
	Bring(*http.Client) (*http.Response, error)
}) func(context.Context) error {
	return func(context.Context) error {
		resp, err := back.Bring(nil)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusSeeOther {
			return fmt.Errorf("the host answered the browser with %s", resp.Status)
		}
		return nil
	}
}

// ServeHTTP is the part of a host that a bank reaches: the two routes of a payment.
func (h *host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	mux := http.NewServeMux()
	mux.Handle("/notification", h.payments.NotifyHandler())
	mux.Handle("/retour", h.payments.ReturnHandler(func(*http.Request, payment.Payment, error) string { return "/accueil" }))
	mux.ServeHTTP(w, r)
}
