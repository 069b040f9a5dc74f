package bank

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
)

// mocked is a bank in the process, with its pages under the service's own address. Its notifications are posted, as a real bank's.
func mocked(c Config) (*Bank, error) {
	where := c.Base + strings.TrimSuffix(KioskPath, "/")
	a := &mock.Acquirer{URL: where, Now: c.Now, Delay: delay}
	return &Bank{Client: a, Name: "banque factice", Where: where, Kiosk: a.PaymentPage(), Desk: mockDesk{a, c.Base}}, nil
}

type mockDesk struct {
	*mock.Acquirer
	base string
}

func (d mockDesk) Resend(reference string, faults ...mock.Fault) error {
	cb, err := d.Notification(reference)
	if err != nil {
		return err
	}
	resp, err := http.Post(d.base+NotifyPath, "application/x-www-form-urlencoded",
		bytes.NewBufferString(mock.Spoil(cb, faults...).Form.Encode()))
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func (d mockDesk) Decide(reference string, accepted bool) error {
	return d.Acquirer.Decide(reference, mock.Behaviour{Outcome: outcome(accepted)})
}

func (d mockDesk) Pay(s acquirer.Session) error {
	_, err := d.Visit(s, mock.Behaviour{Abandon: true})
	return ignoreExpected(err, mock.ErrNoReturn)
}
