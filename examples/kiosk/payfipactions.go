package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/payfip/payfiptest"
)

// A payfipWish is what can be asked of an action; each takes of it what it needs.
type payfipWish struct {
	Numcli   string             `json:"numcli,omitempty"`
	Refdet   string             `json:"refdet,omitempty"`
	Faults   []payfiptest.Fault `json:"faults,omitempty"`
	Op       string             `json:"op,omitempty"`      // begin, status or doctor; empty: whatever comes next
	Code     string             `json:"code,omitempty"`    // such as T4
	Element  string             `json:"element,omitempty"` // of the error; empty: FonctionnelleErreur
	Duration string             `json:"duration,omitempty"`

	IdOp    string           `json:"idOp,omitempty"` // of a visit; whoever has it is the payer
	Outcome acquirer.Outcome `json:"outcome,omitempty"`
	Means   payfiptest.Means `json:"means,omitempty"`
	Abandon bool             `json:"abandon,omitempty"`

	Habits *payfiptest.Habits `json:"habits,omitempty"`
}

// A payfipDone is what an action answers.
type payfipDone struct {
	Count int `json:"count,omitempty"` // how many notifications were sent
}

// payfipActions are what can be done, by the API under /api/ and by the buttons of the page.
var payfipActions = map[string]func(*payfiptest.Server, payfipWish) (payfipDone, error){
	"notify": func(p *payfiptest.Server, w payfipWish) (payfipDone, error) {
		return payfipDone{}, p.Notify(w.Numcli, w.Refdet, w.Faults...)
	},
	"inject": func(p *payfiptest.Server, w payfipWish) (payfipDone, error) {
		return payfipDone{}, p.Inject(w.Op, w.Faults...)
	},
	"answer": func(p *payfiptest.Server, w payfipWish) (payfipDone, error) {
		return payfipDone{}, p.Answer(w.Op, payfiptest.Refusal{Element: w.Element, Code: w.Code})
	},
	"release": func(p *payfiptest.Server, _ payfipWish) (payfipDone, error) {
		return payfipDone{Count: p.Release()}, nil
	},
	"advance": func(p *payfiptest.Server, w payfipWish) (payfipDone, error) {
		d, err := time.ParseDuration(w.Duration)
		if err != nil || d < 0 || d > 400*24*time.Hour {
			return payfipDone{}, fmt.Errorf("%.20q is not a duration such as 15m, of 400 days at most", w.Duration)
		}
		return payfipDone{Count: p.Advance(d)}, nil
	},
	"visit": func(p *payfiptest.Server, w payfipWish) (payfipDone, error) {
		_, err := p.VisitID(w.IdOp, payfiptest.Payer{Outcome: w.Outcome, Means: w.Means, Abandon: w.Abandon})
		if errors.Is(err, payfiptest.ErrNoReturn) {
			err = nil
		}
		return payfipDone{}, err
	},
	"habits": func(p *payfiptest.Server, w payfipWish) (payfipDone, error) {
		if w.Habits == nil {
			return payfipDone{}, errors.New("there are no habits in it")
		}
		return payfipDone{}, p.Change(func(h *payfiptest.Habits) { *h = *w.Habits })
	},
}
