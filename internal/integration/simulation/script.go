package simulation

import (
	"slices"
	"time"

	"github.com/quittance/quittance/acquirer/mock"
)

// Script is what happens in a world, in the order of time. It is plain data: any step can be left out.
type Script struct {
	Seed  uint64
	Steps []Step
}

// Act is what a step does.
type Act string

// The acts. What the fields of a [Step] are for is said with each.
const (
	Begins      Act = "begins"       // the payer of Trip, debtor Who, begins to pay; the same Trip again is the same key
	Visits      Act = "visits"       // is at the bank's page: Code; notified Later, back in the browser Back
	Decides     Act = "decides"      // the bank ends what was pending: Code; notified Later
	Replays     Act = "replays"      // the notification comes once more
	Records     Act = "records"      // the host takes the payment into account
	Refunds     Act = "refunds"      // a clerk asks for the money to go back
	Questions   Act = "questions"    // a clerk questions it
	Resolves    Act = "resolves"     // a clerk decides a review by the bank's screen; with N, wrongly
	Reconciles  Act = "reconciles"   // somebody asks about it now
	Restarts    Act = "restarts"     // what is stuck is tried again
	DeskPart    Act = "desk part"    // the bank's own desk gives back one part in N
	DeskAll     Act = "desk all"     // the bank's own desk gives all back
	ChargesBack Act = "charges back" // the card's bank takes back what is left
	WinsBack    Act = "wins back"    // and the fund wins it

	NewNotice Act = "new notice" // debtor Who gets another notice of the same debt
	Moves     Act = "moves"      // the fund moves to bank Who; with N = 0 its processes serve the others no more
	Outage    Act = "outage"     // bank Who cannot be reached, For so long
	Lags      Act = "lags"       // the office of bank Who knows of no payment yet, For so long
	Dies      Act = "dies"       // process Who is killed
	SetBack   Act = "set back"   // the clock of all processes goes wrong by For, and is right again after Later
	Exports   Act = "exports"    // the officer exports yesterday, N times
	Fails     Act = "fails"      // the next call at the boundary On goes wrong: Trouble, For so long
	Damages   Act = "damages"    // the stored row of a payment is damaged: the N-th kind; mended after For
	Reopens   Act = "reopens"    // the database is restarted
)

// Boundary is where a call goes wrong.
type Boundary string

// The boundaries.
const (
	OnBegin    Boundary = "the bank's opening of a session"
	OnStatus   Boundary = "the bank's answer to a question"
	OnGiveBack Boundary = "the bank's giving back"
	OnCreate   Boundary = "the creation of a payment"
	OnCommit   Boundary = "a commit"
	OnFind     Boundary = "the reading of a payment"
	OnLease    Boundary = "the search for work"
	OnRelease  Boundary = "the end of a lease"
	OnHasten   Boundary = "the haste that a hint makes"
	OnDeliver  Boundary = "the delivery of a change"
)

// Trouble is what goes wrong.
type Trouble string

// The troubles.
const (
	Unreachable Trouble = "is not reached"                            // certainly not carried out
	Unanswered  Trouble = "is carried out, and the answer lost"       // and the caller cannot know
	Unheard     Trouble = "is not carried out, and nobody can know"   // an answer of 503
	Slow        Trouble = "takes long"                                // before it is carried out
	SlowAnswer  Trouble = "is carried out, and its answer takes long" // while everything else goes on
	Panics      Trouble = "panics"
	KilledFirst Trouble = "is not reached, for the process is killed"
	KilledAfter Trouble = "is carried out, and the process killed"
	Refused     Trouble = "is refused"
)

// troubles are those of each boundary.
var troubles = map[Boundary][]Trouble{
	OnBegin:    {Unreachable, Unanswered, Unheard, Slow, SlowAnswer, SlowAnswer},
	OnStatus:   {Unreachable, Unanswered, Unheard, Slow, SlowAnswer, SlowAnswer, Panics},
	OnGiveBack: {Unreachable, Unanswered, Unanswered, Unheard, Slow, SlowAnswer, Panics},
	OnCreate:   {KilledFirst, KilledAfter, Unanswered, Refused, Slow},
	OnCommit:   {KilledFirst, KilledAfter, Unanswered, Refused, Slow, Slow},
	OnFind:     {KilledFirst, Refused},
	OnLease:    {KilledAfter, Refused},
	OnRelease:  {KilledFirst, Refused},
	OnHasten:   {KilledFirst, KilledAfter, Refused},
	OnDeliver:  {Refused, Unanswered, KilledAfter, Panics},
}

// boundaries in an order, and as often as calls there are to go wrong.
var boundaries = []Boundary{
	OnBegin, OnStatus, OnStatus, OnGiveBack, OnGiveBack, OnCreate, OnCommit, OnCommit, OnCommit, OnFind, OnLease, OnRelease, OnHasten, OnDeliver, OnDeliver,
}

// Step is one thing that happens.
type Step struct {
	At      time.Duration // since the world began
	Do      Act
	Trip    int             `json:",omitempty"` // from 1: the payment that a Begins of this number made
	Who     int             `json:",omitempty"`
	N       int             `json:",omitempty"`
	For     time.Duration   `json:",omitempty"`
	Code    string          `json:",omitempty"`
	Later   []time.Duration `json:",omitempty"` // when notifications arrive, after it
	Back    []time.Duration `json:",omitempty"` // when the browser comes back, after it
	Spoilt  []mock.Fault    `json:",omitempty"` // what is done to the messages
	On      Boundary        `json:",omitempty"`
	Trouble Trouble         `json:",omitempty"`
}

// withoutSteps is the script without the steps from i to j.
func (s Script) withoutSteps(i, j int) Script {
	return Script{s.Seed, slices.Concat(s.Steps[:i], s.Steps[j:])}
}
