package payer

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/quittance/quittance/examples/teleservice/internal/session"
	"github.com/quittance/quittance/examples/teleservice/internal/web"
	"github.com/quittance/quittance/payment"
)

// state answers the question that a page asks by itself while a result is awaited: has anything changed? It is no action of the payer's, so
// it does not keep the session.
func (p *Portal) state(w http.ResponseWriter, r *http.Request) error {
	v, err := p.visitor(r, p.Sessions.Peek)
	if errors.Is(err, session.ErrNone) {
		return web.Absent
	}
	if err != nil {
		return err
	}
	made, err := p.ownPayment(r, v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(struct {
		State payment.State `json:"state"`
	}{made.State})
}
