package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/payfip/payfiptest"
)

// runPayfip runs a PayFiP platform, for -platform payfip: the web service with its description at ?wsdl, the payment pages in French, notifications and
// returns. A portal points its client at the two addresses that are printed.
//
//	go run ./examples/kiosk -platform payfip -numcli 006270 -notify two_hours -return form
//
// The page at / lists the transactions, makes things go wrong and changes the platform's habits. The same by program:
//
//	GET  /api/transactions   what really happened, oldest first
//	GET  /api/deliveries     the notifications that were sent, oldest first
//	GET  /api/journal        the envelopes, with sessions, addresses and objects masked
//	POST /api/ACTION         a JSON wish, see payfipActions
func runPayfip(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var o payfiptest.Options
	flags := flag.NewFlagSet("kiosk -platform payfip", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.Addr, "addr", "127.0.0.1:9000", "where to listen: a loopback address")
	flags.Func("numcli", "a régie's client `number`, six digits; may stand several times (default "+payfiptest.Numcli+")", func(number string) error {
		o.Regies = append(o.Regies, payfiptest.Regie{Numcli: number})
		return nil
	})
	flags.Func("activated", "the `means` activated for the régie before, such as card,debit (default: all)", func(list string) error {
		if len(o.Regies) == 0 {
			return errors.New("a -numcli comes first")
		}
		last := &o.Regies[len(o.Regies)-1]
		last.Activated = []payfiptest.Means{}
		for _, m := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' }) {
			last.Activated = append(last.Activated, payfiptest.Means(m))
		}
		return nil
	})
	flags.DurationVar(&o.Delay, "delay", time.Second, "how long a slow answer takes")
	flags.DurationVar(&o.PurgeAfter, "purge", 2*time.Hour, "how long after midnight in Paris what led nowhere is purged")
	habitFlags(flags, &o.Habits)
	keep := flags.Duration("keep", 400*24*time.Hour, "how long a transaction is known; after a year it is only kept for the page")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "kiosk: %.40q is no flag\n", flags.Arg(0))
		return 2
	}
	desk := new(payfipDesk)
	o.Other = desk.handler()
	platform, err := payfiptest.Listen(o)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	desk.platform.Store(platform)
	defer platform.Close()
	fmt.Fprintf(stdout, "A PayFiP platform is at %s\n  web service  %s\n  description  %s\n  payment page %s\nCtrl-C ends it.\n",
		platform.URL, platform.ServiceURL(), platform.WSDLURL(), platform.PageURL())
	t := time.NewTicker(time.Minute)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			fmt.Fprintln(stdout, "The platform is closed.")
			return 0
		case <-t.C:
			platform.Forget(platform.Now().Add(-*keep))
		}
	}
}

// habitFlags has a flag for each habit that a portal meets.
func habitFlags(flags *flag.FlagSet, h *payfiptest.Habits) {
	flags.Func("notify", "when notifications come: at_once, two_hours, at_night or never", func(s string) error {
		h.Notify = payfiptest.Moment(strings.TrimPrefix(s, "at_once"))
		return nil
	})
	flags.Func("notify-by", "how notifications come: form, query or get", func(s string) error { h.NotifyBy = payfiptest.Carrier(s); return nil })
	flags.StringVar(&h.NotifyName, "notify-name", "idOp", "the pair's name in notifications: idOp or idop")
	flags.Func("return", "how browsers come back: get, form or query", func(s string) error { h.ReturnBy = payfiptest.Carrier(s); return nil })
	flags.DurationVar(&h.ReadableAfter, "readable-after", 0, "how long after it was notified a result can be read")
	flags.BoolVar(&h.PayAfterGivingUp, "pay-after-giving-up", false, "a session that was given up can still be paid")
	flags.StringVar(&h.TransferLetter, "transfer-letter", "F", "the result of a simplified transfer")
	flags.BoolVar(&h.Status200, "status-200", false, "errors of the web service come with status 200")
}

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

// A payfipDesk is the clerk's side of the platform: the page and the API. Neither shows what opens a payer's data.
type payfipDesk struct {
	platform atomic.Pointer[payfiptest.Server]
}

func (d *payfipDesk) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { d.show(w, http.StatusOK, "") })
	mux.HandleFunc("GET /{nothing}", func(w http.ResponseWriter, _ *http.Request) { d.show(w, http.StatusNotFound, nothingThere) })
	mux.HandleFunc("POST /desk/{action}", d.button)
	for path, list := range map[string]func() any{
		"transactions": func() any { return d.transactions() },
		"deliveries":   func() any { return d.deliveries() },
		"journal":      func() any { return append([]payfiptest.Exchange{}, d.platform.Load().Journal()...) },
	} {
		mux.HandleFunc("GET /api/"+path, func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, list()) })
	}
	mux.HandleFunc("POST /api/{action}", d.api)
	return guarded(func() bool { return d.platform.Load() != nil }, mux)
}

// do carries an action out.
func (d *payfipDesk) do(action string, w payfipWish) (payfipDone, int, error) {
	f, ok := payfipActions[action]
	if !ok {
		return payfipDone{}, http.StatusNotFound, errors.New("there is no such action")
	}
	got, err := f(d.platform.Load(), w)
	switch {
	case errors.Is(err, payfiptest.ErrNotFound):
		return got, http.StatusNotFound, err
	case err != nil:
		return got, http.StatusConflict, err
	}
	return got, http.StatusOK, nil
}

func (d *payfipDesk) api(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int, err error) { write(w, status, map[string]string{"error": err.Error()}) }
	var what payfipWish
	if status, err := readWish(w, r, &what); err != nil {
		refuse(status, err)
		return
	}
	got, status, err := d.do(r.PathValue("action"), what)
	if err != nil {
		refuse(status, err)
		return
	}
	write(w, status, got)
}

// button takes a wish as a form, and goes back to the page.
func (d *payfipDesk) button(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxWish)
	if err := r.ParseForm(); err != nil {
		d.show(w, http.StatusBadRequest, "not a form")
		return
	}
	f := r.PostForm
	what := payfipWish{
		Numcli: f.Get("numcli"), Refdet: f.Get("refdet"), Op: f.Get("op"), Code: f.Get("code"), Element: f.Get("element"), Duration: f.Get("duration"),
	}
	for _, name := range f["fault"] {
		if name != "" {
			what.Faults = append(what.Faults, payfiptest.Fault(name))
		}
	}
	action := r.PathValue("action")
	if action == "habits" {
		h := d.platform.Load().Habits()
		h.Notify, h.NotifyName, h.NotifyBy = payfiptest.Moment(f.Get("notify")), f.Get("name"), payfiptest.Carrier(f.Get("by"))
		h.ReturnBy, h.Dialect = payfiptest.Carrier(f.Get("return")), payfiptest.Dialect(f.Get("dialect"))
		h.PayAfterGivingUp = f.Has("again")
		what.Habits = &h
	}
	if _, status, err := d.do(action, what); err != nil {
		d.show(w, status, err.Error())
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// payfipTransaction is a transaction as the API and the page show it: without session, address and object.
type payfipTransaction struct {
	Numcli    string           `json:"numcli"`
	Refdet    string           `json:"refdet"`
	Cents     int64            `json:"montant"`
	Saisie    string           `json:"saisie"`
	Means     payfiptest.Means `json:"means,omitempty"`
	Result    string           `json:"resultrans,omitempty"` // none while nothing is decided
	Numauto   string           `json:"numauto,omitempty"`
	Deleted   bool             `json:"deleted,omitempty"`
	CreatedAt time.Time        `json:"createdAt"`
	Openings  int              `json:"openings"`
	Sent      int              `json:"notifications"`
}

func (d *payfipDesk) transactions() []payfipTransaction {
	p := d.platform.Load()
	sent := make(map[[2]string]int)
	for _, n := range p.Deliveries() {
		sent[[2]string{n.Numcli, n.Refdet}]++
	}
	list := []payfipTransaction{}
	for _, t := range p.Book() {
		list = append(list, payfipTransaction{
			t.Numcli, t.Refdet, t.Cents, t.Saisie, t.Means, t.Letter, t.Numauto, t.Deleted, t.CreatedAt, t.Openings, sent[[2]string{t.Numcli, t.Refdet}],
		})
	}
	return list
}

// payfipDelivery is a notification as the API shows it.
type payfipDelivery struct {
	Numcli string             `json:"numcli"`
	Refdet string             `json:"refdet"`
	URL    string             `json:"url"`
	Faults []payfiptest.Fault `json:"faults,omitempty"`
	At     time.Time          `json:"at"`
	Status int                `json:"status,omitempty"` // of the portal's answer
	Error  string             `json:"error,omitempty"`
}

func (d *payfipDesk) deliveries() []payfipDelivery {
	list := []payfipDelivery{}
	for _, n := range d.platform.Load().Deliveries() {
		e := payfipDelivery{n.Numcli, n.Refdet, n.URL, n.Faults, n.At, n.Status, ""}
		if n.Err != nil {
			e.Error = "no answer" // an HTTP client's words have the address, and the session in its query
		}
		list = append(list, e)
	}
	return list
}

func (d *payfipDesk) show(w http.ResponseWriter, status int, trouble string) {
	p := d.platform.Load()
	list := d.transactions()
	slices.Reverse(list)
	faults := map[string][]payfiptest.Fault{}
	for _, f := range payfiptest.Faults() {
		t := string(f.Target())
		if t == "" {
			t = "call"
		}
		faults[t] = append(faults[t], f)
	}
	var b bytes.Buffer
	err := payfipLayout.Execute(&b, map[string]any{
		"Name": "PayFiP", "Platform": p, "Now": p.Now(), "All": len(list), "Transactions": list[:min(len(list), shown)], "Trouble": trouble,
		"Notices": faults["notification"], "Calls": faults["call"], "Sessions": faults["session"], "Habits": p.Habits(),
		"Ops": []string{acquirer.OpBegin, acquirer.OpStatus, "doctor"}, "Ignored": p.IgnoredMembers(),
		"Moments":  []payfiptest.Moment{payfiptest.AtOnce, payfiptest.TwoHours, payfiptest.AtNight, payfiptest.Never},
		"Carriers": []payfiptest.Carrier{payfiptest.Form, payfiptest.Query, payfiptest.Get}, "Names": []string{"idOp", "idop"},
		"Dialects": []payfiptest.Dialect{payfiptest.JAXWS, payfiptest.OtherPrefixes, payfiptest.DefaultNamespace, payfiptest.Qualified},
		"Elements": []string{"FonctionnelleErreur", "TechDysfonctionnementErreur", "TechIndisponibiliteErreur", "TechProtocolaireErreur"},
	})
	if err != nil {
		http.Error(w, "the page cannot be written", http.StatusInternalServerError)
		return
	}
	sendPage(w, status, b.Bytes())
}
