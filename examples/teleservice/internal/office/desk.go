package office

import (
	"errors"
	"net/http"

	"github.com/quittance/quittance/examples/teleservice/internal/people"
	"github.com/quittance/quittance/examples/teleservice/internal/web"
)

// Desk is where an agent works, in words.
type Desk string

// The two desks differ as public accounting wants it: who says what is owed is not who pays out. The claims service follows payments and
// decides what they are; accounting gives money back, exports, seals and compares.
const (
	Claims     Desk = "Service des créances"
	Accounting Desk = "Direction comptable et financière"
)

func deskOf(a people.Agent) Desk { return Desk(a.Desk) }

// reserved keeps a page for one desk. The other one is told whose it is.
func (o *Office) reserved(desk Desk, p page) page {
	return func(w http.ResponseWriter, r *http.Request, agent officer) error {
		if deskOf(agent.Agent) != desk {
			return &web.Problem{Status: http.StatusForbidden, Title: "Cette page est réservée", Err: errors.New("another desk"),
				Text: "Elle est réservée au service « " + string(desk) + " ». Vous êtes connecté pour le service « " + agent.Desk + " »."}
		}
		return p(w, r, agent)
	}
}
