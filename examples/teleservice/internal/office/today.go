package office

import (
	"net/http"
	"time"

	"github.com/quittance/quittance/examples/teleservice/internal/database"
	"github.com/quittance/quittance/payment"
)

// task is something that waits for somebody, with the way to it.
type task struct {
	One, Text, Hint, Address string // One is the text where there is one, if that differs
	Count                    int
	Bad                      bool // it should not be so; otherwise it is the day's work
}

// today is the day at a glance: what waits for somebody, whether yesterday is exported and its seal kept, whether the record was verified, and
// the last thirty days in euros. It counts, and reads thirty rows, however many payments there are.
func (o *Office) today(w http.ResponseWriter, r *http.Request, agent officer) error {
	ctx := r.Context()
	health, err := o.Payments.Health(ctx)
	if err != nil {
		return err
	}
	paid, err := o.Payments.Count(ctx, payment.Filter{States: []payment.State{payment.Paid}})
	if err != nil {
		return err
	}
	settled, err := o.Database.SettledOrphans(ctx)
	if err != nil {
		return err
	}
	days, err := o.lastDays(ctx)
	if err != nil {
		return err
	}
	first, err := o.firstDay(ctx)
	if err != nil {
		return err
	}
	checked, err := o.lastVerification(ctx)
	if err != nil {
		return err
	}
	done, _ := o.noteAndTyped(w, r)
	page := o.page(r, agent, "Aujourd’hui")
	page.Body = map[string]any{
		"Done": done, "Now": o.Clock.Now(), "Tasks": tasksOf(health, paid, len(settled)), "Yesterday": days[len(days)-1], "Nothing": first == "" || first > days[len(days)-1].Day, "Checked": checked,
		"Accounting": deskOf(agent.Agent) == Accounting, "Days": days, "Sum": sumOf(days), "Wide": drawChart(days, wideChart), "Narrow": drawChart(days, narrowChart),
	}
	return o.pages.Write(w, r, http.StatusOK, "today.html", page)
}

// tasksOf is what waits, the day's work first. What is not there is not listed, but for the work that comes every day.
func tasksOf(h payment.Health, paid, settled int) (all []task) {
	const list = "/gestion/paiements?etat="
	record := task{Text: "À prendre en compte", Address: list + "a-prendre-en-compte&tri=anciens", Count: paid}
	if h.Unrecorded > 0 {
		record.Hint = "dont " + counted(h.Unrecorded, "depuis plus de 24 heures", "depuis plus de 24 heures")
		record.Bad = true
	}
	review := task{Text: "À vérifier", Address: list + "a-verifier&tri=anciens", Count: h.Review}
	if !h.OldestReview.IsZero() {
		review.Hint = "le premier attend depuis le " + minute(h.OldestReview)
	}
	all = append(all, record, review)
	for _, t := range []task{
		{One: "Orphelin à traiter", Text: "Orphelins à traiter", Hint: "de l’argent sans paiement", Address: "/gestion/orphelins", Count: max(h.Orphans-settled, 0)},
		{One: "Bloqué", Text: "Bloqués", Hint: "un travail a échoué trop souvent, pour un paiement ou un orphelin", Address: list + "bloques", Count: h.Stuck},
		{Text: "Sans banque ici", Hint: "aucune banque de ce service ne suit plus leur commerçant", Address: list + "sans-banque", Count: h.Unserved},
		{One: "Illisible", Text: "Illisibles", Hint: "une ligne de la base est abîmée : prévenez l’exploitant", Address: list + "bloques", Count: len(h.Damaged)},
		{One: "Appel sans réponse", Text: "Appels sans réponse", Hint: "la banque, ou la messagerie, ne répond plus : prévenez l’exploitant", Count: h.Hanging},
	} {
		if t.Count > 0 {
			t.Bad = true
			if t.Count == 1 && t.One != "" {
				t.Text = t.One
			}
			all = append(all, t)
		}
	}
	return all
}

// sumOf is the total of days.
func sumOf(days []database.Day) (sum database.Day) {
	for _, d := range days {
		for _, s := range []struct{ of, to *database.Sum }{
			{&d.Accepted, &sum.Accepted}, {&d.Returned, &sum.Returned}, {&d.Reviewed, &sum.Reviewed}, {&d.Orphan, &sum.Orphan},
		} {
			s.to.Count, s.to.Cents = s.to.Count+s.of.Count, s.to.Cents+s.of.Cents
		}
	}
	return sum
}

// minute is an instant in words.
func minute(t time.Time) string { return t.In(paris).Format("02/01/2006 à 15:04") }
