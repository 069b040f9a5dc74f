package main

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/payfip/payfiptest"
	"github.com/quittance/quittance/acquirer/preflight"
)

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
		"Ops": []string{acquirer.OpBegin, acquirer.OpStatus, preflight.Op}, "Ignored": p.IgnoredMembers(),
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
