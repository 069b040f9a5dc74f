package office

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/quittance/quittance/examples/teleservice/internal/people"
	"github.com/quittance/quittance/payment"
)

// view is a choice of payments.
type view struct {
	Name, Text string
	filter     payment.Filter
	since      time.Duration // created since then; zero: ever
}

// views are what the list can show: the last days, and what waits for somebody.
var views = []view{
	{"recents", "Sept derniers jours", payment.Filter{}, 7 * 24 * time.Hour},
	{"a-prendre-en-compte", "À prendre en compte", payment.Filter{States: []payment.State{payment.Paid}}, 0},
	{"a-verifier", "À vérifier", payment.Filter{States: []payment.State{payment.Review}}, 0},
	{"bloques", "Bloqués", payment.Filter{Stuck: true}, 0},
	{"en-cours", "En cours", payment.Filter{States: []payment.State{payment.Created, payment.Redirected, payment.Unknown, payment.Refunding}}, 0},
}

// tab is a view with how many payments it has.
type tab struct {
	view
	Count string
	Here  bool
}

// shown is how many payments a page lists: of the last days the newest first, of what waits the oldest.
const shown = 100

// list shows payments.
func (o *Office) list(w http.ResponseWriter, r *http.Request, agent people.Agent) error {
	chosen := views[0]
	for _, v := range views {
		if v.Name == r.FormValue("vue") {
			chosen = v
		}
	}
	var tabs []tab
	var listed []payment.Payment
	for _, v := range views {
		all, count, err := o.view(r.Context(), v)
		if err != nil {
			return err
		}
		tabs = append(tabs, tab{v, count, v.Name == chosen.Name})
		if v.Name == chosen.Name {
			listed = all
		}
	}
	page := o.page(r, agent, "Paiements")
	page.Body = map[string]any{"Tabs": tabs, "Payments": listed, "Newest": chosen.since > 0, "Now": o.Clock.Now()}
	return o.pages.Write(w, r, http.StatusOK, "list.html", page)
}

// view reads at most a page of payments, and says how many there are, or that there are more.
func (o *Office) view(ctx context.Context, v view) (all []payment.Payment, count string, err error) {
	if v.since > 0 {
		v.filter.From = o.Clock.Now().Add(-v.since)
	}
	n := 0
	for p, err := range o.Payments.List(ctx, v.filter) {
		if err != nil {
			return nil, "", err
		}
		n++
		if v.since == 0 && n > shown {
			return all, strconv.Itoa(shown) + "+", nil
		}
		all = append(all, p)
	}
	if v.since > 0 {
		slices.Reverse(all)
		all = all[:min(n, shown)]
	}
	return all, strconv.Itoa(n), nil
}

// orphans shows acceptances without a payment: the only trace of money after a restore from a backup.
func (o *Office) orphans(w http.ResponseWriter, r *http.Request, agent people.Agent) error {
	var all []payment.Orphan
	for orphan, err := range o.Books.Orphans(r.Context()) {
		if err != nil {
			return err
		}
		all = append(all, orphan)
	}
	page := o.page(r, agent, "Orphelins")
	page.Body = all
	return o.pages.Write(w, r, http.StatusOK, "orphans.html", page)
}
