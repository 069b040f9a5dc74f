package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/quittance/quittance/examples/teleservice/internal/web"
	"github.com/quittance/quittance/payment"
)

// shown is how many payments a page lists. It asks for one more, to know whether there is another page, and for no others.
const shown = 50

// kind is a choice of states in the filter of the list.
type kind struct {
	Name, Text string
	states     []payment.State
	stuck      bool
	unserved   bool
}

// kinds are all there is to choose: first what waits for somebody, then each state.
var kinds = func() []kind {
	all := []kind{
		{Name: "", Text: "Tous les états"},
		{Name: "a-prendre-en-compte", Text: "À prendre en compte", states: []payment.State{payment.Paid}},
		{Name: "a-verifier", Text: "À vérifier", states: []payment.State{payment.Review}},
		{Name: "en-cours", Text: "En cours", states: []payment.State{payment.Created, payment.Redirected, payment.Unknown, payment.Refunding}},
		{Name: "bloques", Text: "Bloqués", stuck: true},
		{Name: "sans-banque", Text: "Sans banque ici", unserved: true, states: open},
	}
	for _, s := range drawn {
		if s != payment.Paid && s != payment.Review {
			all = append(all, kind{Name: string(s), Text: states[s].Text, states: []payment.State{s}})
		}
	}
	return all
}()

// open are the states in which something is still expected.
var open = slices.DeleteFunc(payment.States(), payment.State.Ended)

func kindByName(name string) kind {
	for _, k := range kinds {
		if k.Name == name {
			return k
		}
	}
	return kinds[0]
}

// query is what an officer asks the list for. Its address says all of it, so that it can be kept, and shared with a colleague.
type query struct {
	Text     string // a reference, a notice, or an identifier of a payment, a debt or a debtor
	Kind     kind
	From, To string     // days, as they were typed
	Oldest   bool       // first
	after    payment.ID // the page after that payment
	before   payment.ID // the page before it

	filter payment.Filter
}

// queryOf reads the address. What cannot be read is told, and not guessed.
func queryOf(form url.Values) (q query, faults []web.Fault) {
	q = query{
		Text: strings.TrimSpace(form.Get("q")), Kind: kindByName(cmp.Or(form.Get("etat"), form.Get("vue"))), From: strings.TrimSpace(form.Get("du")),
		To: strings.TrimSpace(form.Get("au")), Oldest: form.Get("tri") == "anciens", after: payment.ID(form.Get("apres")), before: payment.ID(form.Get("avant")),
	}
	q.filter = payment.Filter{States: q.Kind.states, Stuck: q.Kind.stuck, Newest: !q.Oldest}
	day := func(field, typed string, end bool) (at time.Time) {
		if typed == "" {
			return at
		}
		at, err := web.ReadDay(typed, paris)
		if err != nil {
			faults = append(faults, web.Fault{Field: field, Text: "Saisissez un jour : jour, mois et année, par exemple 02/03/2026."})
		} else if end {
			at = at.AddDate(0, 0, 1)
		}
		return at
	}
	q.filter.From, q.filter.To = day("du", q.From, false), day("au", q.To, true)
	if from, to := q.filter.From, q.filter.To; len(faults) == 0 && !from.IsZero() && !to.IsZero() && !from.Before(to) {
		faults = append(faults, web.Fault{Field: "au", Text: "Le dernier jour est avant le premier."})
	}
	return q, faults
}

// address is that of the list, with one thing changed.
func (q query) address(name, value string) string {
	v := url.Values{}
	for field, is := range map[string]string{"q": q.Text, "etat": q.Kind.Name, "du": q.From, "au": q.To, "tri": map[bool]string{true: "anciens"}[q.Oldest]} {
		if is != "" {
			v.Set(field, is)
		}
	}
	v.Del(name)
	if value != "" {
		v.Set(name, value)
	}
	if len(v) == 0 {
		return "/gestion/paiements"
	}
	return "/gestion/paiements?" + v.Encode()
}

// list shows payments: all, or those that were asked for. What is exactly one payment leads straight to it.
func (o *Office) list(w http.ResponseWriter, r *http.Request, agent officer) error {
	q, faults := queryOf(r.URL.Query())
	var found search
	var payments []payment.Payment
	var more bool
	var err error
	if len(faults) == 0 {
		if found, err = o.search(r.Context(), q.Text); err != nil {
			return err
		}
		if found.payment != "" {
			return o.seeOther(w, r, "/gestion/paiements/"+string(found.payment), "")
		}
		if payments, more, err = o.readPage(r.Context(), q, found); err != nil {
			return err
		}
	}
	page := o.page(r, agent, "Paiements")
	page.Errors = faults
	body := map[string]any{"Query": q, "Kinds": kinds, "Payments": payments, "Found": found.words, "Now": o.Clock.Now()}
	first, last := q.after == "" && q.before == "", !more
	if q.before != "" {
		first, last = !more, false
	}
	if n := len(payments); n > 0 {
		if !last {
			body["Next"] = q.address("apres", string(payments[n-1].ID))
		}
		if !first {
			body["Previous"] = q.address("avant", string(payments[0].ID))
		}
	}
	if !first {
		body["First"] = q.address("", "")
	}
	oldest := q
	oldest.Oldest = !q.Oldest
	body["Other"] = oldest.address("", "")
	page.Body = body
	status := http.StatusOK
	if len(faults) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return o.pages.Write(w, r, status, "list.html", page)
}

// readPage reads one page of payments, and whether there are more in the direction of reading.
func (o *Office) readPage(ctx context.Context, q query, found search) (payments []payment.Payment, more bool, err error) {
	if found.nothing {
		return nil, false, nil
	}
	f := q.filter
	f.Debtor, f.Debt, f.Limit, f.After = found.debtor, found.debt, shown+1, q.after
	if q.Kind.unserved {
		f.NotOf = o.Merchants
	}
	if q.before != "" {
		f.After, f.Newest = q.before, !f.Newest
	}
	for p, err := range o.Payments.List(ctx, f) {
		if err != nil && !errors.As(err, new(*payment.DamagedError)) {
			return nil, false, err
		}
		payments = append(payments, p)
	}
	if more = len(payments) > shown; more {
		payments = payments[:shown]
	}
	if q.before != "" {
		slices.Reverse(payments)
	}
	return payments, more, nil
}

// search is what a text was found to be.
type search struct {
	payment      payment.ID // exactly one
	debtor, debt string
	nothing      bool
	words        string // what it was taken for
}

// search finds out what was typed: a payment's reference or identifier, a debtor, a debt, or a notice. Capitals and spaces do not matter.
func (o *Office) search(ctx context.Context, text string) (search, error) {
	if text == "" {
		return search{}, nil
	}
	if len(text) > 100 {
		return search{nothing: true, words: "Ce texte est trop long pour être une référence, un avis ou un identifiant."}, nil
	}
	text = strings.Join(strings.Fields(text), "")
	known := func(p payment.Payment, err error) (bool, error) {
		if errors.Is(err, payment.ErrNotFound) {
			return false, nil
		}
		return err == nil || errors.As(err, new(*payment.DamagedError)), err
	}
	if p, err := o.Payments.Find(ctx, strings.ToUpper(text)); err == nil {
		return search{payment: p.ID}, nil
	} else if ok, err := known(p, err); err != nil || ok {
		return search{payment: p.ID}, err
	}
	if p, err := o.Payments.Get(ctx, payment.ID(strings.ToLower(text))); err == nil {
		return search{payment: p.ID}, nil
	} else if ok, err := known(p, err); err != nil || ok {
		return search{payment: p.ID}, err
	}
	for _, person := range o.Directory.All() {
		if strings.EqualFold(person.ID, text) {
			return search{debtor: person.ID, words: "Débiteur " + person.ID + ", " + person.Name}, nil
		}
		for _, debt := range o.Directory.Debts(person.ID) {
			switch {
			case strings.EqualFold(debt.ID, text):
				return search{debt: debt.ID, words: "Créance " + debt.ID + ", de " + person.Name}, nil
			case debt.Notice != nil && strings.EqualFold(debt.Notice.Number, text):
				return search{debt: debt.ID, words: "Avis " + debt.Notice.Number + ", de " + person.Name}, nil
			}
		}
	}
	for _, s := range []search{{debtor: text, words: "Débiteur " + text}, {debt: text, words: "Créance " + text}} { // no longer in the fund's directory
		for _, err := range o.Payments.List(ctx, payment.Filter{Debtor: s.debtor, Debt: s.debt, Limit: 1}) {
			if err == nil {
				return s, nil
			}
			return search{}, err
		}
	}
	return search{nothing: true, words: fmt.Sprintf("« %s » n’est la référence, l’avis ou l’identifiant d’aucun paiement.", text)}, nil
}
