package office

import (
	"time"

	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// entry is an entry of a journal as the fund's staff reads it.
type entry struct {
	At        time.Time
	Version   int
	Event     string
	Effect    string // empty: it changed the state
	From, To  payment.State
	Moved     bool
	Channel   string
	Who       string // with desk; « le service » for what it did by itself; empty: nobody
	Why       string // a person's own words
	Said      string // what the service noted, in French
	Technical string // what it noted and there are no words for, as it is
	Money     decimal.Decimal
	Back      decimal.Decimal
}

// tell puts a journal into words.
func tell(p payment.Payment, journal []payment.Entry) (all []entry) {
	for _, e := range journal {
		t := entry{
			At: e.At, Version: e.Version, Event: events[e.Event], Effect: effects[e.Effect], From: e.From, To: e.To, Moved: e.From != "" && e.From != e.To,
			Channel: channels[e.Channel], Who: who(e.By), Money: e.Money.Amount, Back: e.Money.Returned,
		}
		switch {
		case e.Event == payment.OnCreated && e.Why == p.Policy:
			t.Said = "règle appliquée : " + e.Why
		case isPerson(e.By):
			t.Why = e.Why
		case e.Why != "":
			if t.Said = frenchOf(e.Why); t.Said == "" {
				t.Technical = e.Why
			}
		}
		all = append(all, t)
	}
	return all
}

// byService is the name under which the library itself stands in a journal.
const byService = "quittance"

func isPerson(by string) bool { return by != "" && by != byService }

// who is somebody in a journal, by name and desk.
func who(by string) string {
	switch a, ok := agentByID(by); {
	case by == "":
		return ""
	case by == byService:
		return "le service, de lui-même"
	case ok:
		return a.Name + ", " + a.Desk
	}
	return by
}
