package office

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/quittance/quittance/examples/teleservice/internal/database"
	"github.com/quittance/quittance/examples/teleservice/internal/web"
	"github.com/quittance/quittance/payment"
)

// stray is an acceptance without a payment, and what somebody did about it.
type stray struct {
	payment.Orphan
	Stuck   bool
	Settled *database.Settled // nil: nobody has dealt with it
	Who     string            // who did
	Near    payment.ID        // the payment that bears its reference, if there is one
}

// orphans shows acceptances without a payment: the only trace of money after a restore from a backup. Those that nobody has dealt with come
// first.
func (o *Office) orphans(w http.ResponseWriter, r *http.Request, agent officer) error {
	settled, err := o.Database.SettledOrphans(r.Context())
	if err != nil {
		return err
	}
	var waiting, done []stray
	for orphan, err := range o.Books.Orphans(r.Context()) {
		if err != nil && !errors.As(err, new(*payment.DamagedError)) {
			return err
		}
		s := stray{Orphan: orphan, Stuck: orphan.Tries >= payment.StuckAfter}
		if by, ok := settled[orphan.Key()]; ok {
			s.Settled, s.Who = &by, who(by.By)
			done = append(done, s)
			continue
		}
		waiting = append(waiting, s)
	}
	for i := range waiting[:min(len(waiting), shown)] {
		p, err := o.Payments.Find(r.Context(), waiting[i].Result.Reference)
		if err != nil && !errors.Is(err, payment.ErrNotFound) && !errors.As(err, new(*payment.DamagedError)) {
			return err
		}
		waiting[i].Near = p.ID
	}
	slices.Reverse(done)
	said, _ := o.noteAndTyped(w, r)
	page := o.page(r, agent, "Orphelins")
	page.Body = map[string]any{
		"Waiting": waiting[:min(len(waiting), shown)], "More": max(len(waiting)-shown, 0), "Settled": done[:min(len(done), shown)], "Done": said,
	}
	return o.pages.Write(w, r, http.StatusOK, "orphans.html", page)
}

// settle writes down what was done about an orphan, or has its delivery tried again.
func (o *Office) settle(r *http.Request, agent officer) (string, string, error) {
	const back = "/gestion/orphelins"
	key := r.PostForm.Get("orphelin")
	known := false
	for orphan, err := range o.Books.Orphans(r.Context()) {
		if err != nil && !errors.As(err, new(*payment.DamagedError)) {
			return "", "", err
		}
		known = known || orphan.Key() == key
	}
	if !known {
		return "", "", web.Bad(errors.New("no such orphan"))
	}
	if r.PostForm.Get("acte") == "relancer" {
		return back, "relance", o.Payments.Restart(r.Context(), payment.ID(key))
	}
	why := strings.TrimSpace(r.PostForm.Get("motif"))
	if n := utf8.RuneCountInString(why); n == 0 || n > 200 || !printable(why) {
		return back, "motif", nil
	}
	ours, err := o.Database.SettleOrphan(r.Context(), database.Settled{Key: key, At: o.Clock.Now(), By: agent.ID, Why: why})
	if err == nil && !ours {
		return back, "deja-traite", nil
	}
	return back, "traite", err
}
