package payment

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/shopspring/decimal"
)

// ErrUnserved says that this process has no acquirer of the payment's merchant, so it can neither ask nor give money back.
var ErrUnserved = errors.New("payment: no acquirer of its merchant here")

// strandedAfter is how long after its limit an attempt or a refund waits for a process that serves its merchant, before any
// process puts it into review.
const strandedAfter = 24 * time.Hour

// clients are the acquirers of a process, Config.Acquirer first where there is one, and the merchant that each is for.
type clients struct {
	all        []acquirer.Client
	byMerchant map[string]acquirer.Client
	merchants  []string
}

// newClients checks that each acquirer has a merchant of its own.
func newClients(first acquirer.Client, others []acquirer.Client) (clients, error) {
	c := clients{byMerchant: map[string]acquirer.Client{}}
	var errs []error
	add := func(name string, client acquirer.Client) {
		if client == nil {
			errs = append(errs, fmt.Errorf("payment: Config: %s is nil", name))
			return
		}
		merchant := client.Merchant()
		switch _, twice := c.byMerchant[merchant]; {
		case merchant == "":
			errs = append(errs, fmt.Errorf("payment: Config: %s has no merchant", name))
		case twice:
			errs = append(errs, fmt.Errorf("payment: Config: %s has the merchant %.40q of another acquirer: nobody could tell whose a payment is", name, merchant))
		}
		c.byMerchant[merchant] = client
		c.all, c.merchants = append(c.all, client), append(c.merchants, merchant)
	}
	if first != nil || len(others) == 0 { // with others alone nothing new is begun
		add("Acquirer", first)
	}
	for i, client := range others {
		add(fmt.Sprintf("Others[%d]", i), client)
	}
	return c, errors.Join(errs...)
}

// checkSample asks Config.Acquirer whether it would take an order with the prefix and the addresses of the configuration, if it can
// tell without sending one.
func checkSample(c Config) error {
	checker, ok := c.Acquirer.(acquirer.Checker)
	if !ok {
		return nil
	}
	day := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC) // references of all days are equally long
	return checker.Check(acquirer.Order{
		ID: strings.Repeat("0", 26), Reference: Reference{c.Prefix, day, 1}.String(), Amount: decimal.New(50, 0), Currency: "EUR",
		ReturnURL: c.ReturnURL, NotifyURL: c.NotifyURL, Language: "fr",
	})
}

// ofPayment returns the acquirer that took the payment; ErrUnserved if this process does not have it.
func (c clients) ofPayment(p Payment) (acquirer.Client, error) {
	if client, ok := c.byMerchant[p.Merchant]; ok {
		return client, nil
	}
	return nil, fmt.Errorf("%w: %s is of merchant %.40q", ErrUnserved, p.Reference, p.Merchant)
}

// servedHere returns which payments this process may look at.
func (s *Service) servedHere() Serving {
	return Serving{Merchants: s.clients.merchants, StrandedSince: s.now().Add(-s.c.UnknownLimit - strandedAfter)}
}
