package office

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/examples/teleservice/internal/bank"
	"github.com/quittance/quittance/examples/teleservice/internal/web"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// choice is a line of a list.
type choice struct{ Value, Text string }

var (
	notices = []choice{
		{string(mock.Lost), "se perd"},
		{string(mock.Doubled), "arrive deux fois"},
		{string(mock.Late), "arrive une heure plus tard"},
		{string(mock.Reordered), "arrive après la suivante"},
		{string(mock.Tampered), "est modifiée en route"},
		{string(mock.Forged), "porte un faux sceau"},
		{string(mock.Unsealed), "n’a pas de sceau"},
	}
	calls = []choice{
		{string(mock.Timeout), "est faite, mais la réponse ne vient pas"},
		{string(mock.Truncated), "est faite, mais la réponse est coupée"},
		{string(mock.Slow), "est faite, et la réponse tarde"},
		{string(mock.ServerError), "n’est pas faite : erreur du serveur"},
		{string(mock.Unreachable), "n’est pas faite : pas de connexion"},
	}
	ops = []choice{
		{acquirer.OpBegin, "ouvrir une session"},
		{acquirer.OpStatus, "demander un résultat"},
		{acquirer.OpCancel, "annuler avant remise"},
		{acquirer.OpRefund, "rembourser après remise"},
	}
	leaps = []choice{{"16m", "16 minutes"}, {"1h10m", "1 heure 10"}, {"24h", "1 jour"}, {"72h", "3 jours"}}
)

// has reports whether a form's value is one of the list.
func has(list []choice, value string) bool {
	return slices.ContainsFunc(list, func(c choice) bool { return c.Value == value })
}

// noFaults says that a real bank, or another process's simulator, is not ours to break.
func (o *Office) noFaults(w http.ResponseWriter, r *http.Request, agent officer) error {
	page := o.page(r, agent, "Pannes")
	page.Body = o.Bank
	return o.pages.Write(w, r, http.StatusOK, "nofaults.html", page)
}

// faults is the panel: what is to go wrong next, the time, and what really happened at the bank.
func (o *Office) faults(w http.ResponseWriter, r *http.Request, agent officer) error {
	book := o.Bank.Desk.Book()
	slices.Reverse(book)
	done, _ := o.noteAndTyped(w, r)
	page := o.page(r, agent, "Pannes")
	page.Body = map[string]any{
		"Notices": notices, "Calls": calls, "Ops": ops, "Leaps": leaps, "Shared": o.Shared, "Now": o.Clock.Now(), "Ahead": o.Clock.Ahead(),
		"Book": book[:min(len(book), shown)], "Done": done, "Bank": o.Bank,
	}
	return o.pages.Write(w, r, http.StatusOK, "faults.html", page)
}

// wish is what the panel's forms can say.
type wish struct{ fault, op, leap, reference, verdict string }

// breakage does what a form asks for; its answer names what the panel says afterwards.
type breakage func(*Office, context.Context, wish) (string, error)

var errWish = errors.New("not a wish of the panel")

var breaks = map[string]breakage{
	"notification": func(o *Office, _ context.Context, w wish) (string, error) {
		if !has(notices, w.fault) {
			return "", errWish
		}
		return "notification", o.Bank.Desk.Inject("", mock.Fault(w.fault))
	},
	"appel": func(o *Office, _ context.Context, w wish) (string, error) {
		if !has(calls, w.fault) || !has(ops, w.op) {
			return "", errWish
		}
		return "appel", o.Bank.Desk.Inject(w.op, mock.Fault(w.fault))
	},
	"retenues": func(o *Office, _ context.Context, _ wish) (string, error) {
		o.Bank.Desk.Release()
		return "retenues", nil
	},
	"remise": func(o *Office, _ context.Context, _ wish) (string, error) { o.Bank.Desk.Remit(); return "remise", nil },
	"temps":  (*Office).leap,
	"renvoyer": func(o *Office, _ context.Context, w wish) (string, error) {
		if w.fault != "" && !has(notices, w.fault) {
			return "", errWish
		}
		if w.fault == "" {
			return "renvoyer", o.Bank.Desk.Resend(w.reference)
		}
		return "renvoyer", o.Bank.Desk.Resend(w.reference, mock.Fault(w.fault))
	},
	"decider": func(o *Office, _ context.Context, w wish) (string, error) {
		return "decider", o.Bank.Desk.Decide(w.reference, w.verdict == "accepte")
	},
	"orphelin": (*Office).takeStrayMoney,
}

func (o *Office) breaks(r *http.Request, f breakage) (next, outcome string, err error) {
	form := r.PostForm
	name, err := f(o, r.Context(), wish{form.Get("panne"), form.Get("operation"), form.Get("duree"), form.Get("reference"), form.Get("verdict")})
	if errors.Is(err, errWish) {
		return "", "", web.Bad(err)
	}
	if err != nil {
		name = "non"
	}
	return "/gestion/pannes", "panne-" + name, nil
}

// leap lets time pass for everybody, and does what becomes due.
func (o *Office) leap(ctx context.Context, w wish) (string, error) {
	if !has(leaps, w.leap) || o.Shared {
		return "", errWish
	}
	d, err := time.ParseDuration(w.leap)
	if err != nil {
		return "", err
	}
	if err := o.Clock.Advance(ctx, d); err != nil {
		return "", err
	}
	o.Bank.Desk.Tick()
	for range 20 { // what is left over, or failed, Work does
		n, err := o.Payments.WorkOnce(ctx)
		if err != nil {
			o.Logger.LogAttrs(ctx, slog.LevelWarn, "work that became due", slog.Any("error", err))
		}
		if n == 0 || err != nil {
			break
		}
	}
	return "temps", nil
}

// takeStrayMoney has the bank take money for a reference that the service does not know, as after a restore from an old backup.
func (o *Office) takeStrayMoney(ctx context.Context, _ wish) (string, error) {
	ref, err := payment.NewReference(payment.DefaultPrefix, o.Clock.Now(), payment.MaxSequence-rand.IntN(1_000_000))
	if err != nil {
		return "", err
	}
	s, err := o.Bank.Client.Begin(ctx, acquirer.Order{
		ID: "restaurationdunesauvegarde", Reference: ref.String(), Amount: decimal.New(75_00, -2), Currency: "EUR",
		ReturnURL: o.Base + bank.ReturnPath, NotifyURL: o.Base + bank.NotifyPath, Language: "fr",
	})
	if err != nil {
		return "", fmt.Errorf("office: %w", err)
	}
	return "orphelin", o.Bank.Desk.Pay(s)
}

var broke = map[string]outcome{
	"notification": {Text: "C’est noté : la prochaine notification subira cette panne."},
	"appel":        {Text: "C’est noté : le prochain appel de ce genre subira cette panne."},
	"retenues":     {Text: "Les notifications retenues sont parties."},
	"remise":       {Text: "Ce qui attendait la fin du jour est remis : on rembourse désormais au lieu d’annuler."},
	"temps":        {Text: "Le temps a passé. Ce qui était dû est fait."},
	"renvoyer":     {Text: "La notification est partie."},
	"decider":      {Text: "La banque a tranché et l’a notifié."},
	"orphelin":     {Text: "La banque a encaissé 75,00 € pour une référence inconnue : voyez les orphelins."},
	"non":          {"La banque n’a pas pu le faire. Rien n’a changé.", true},
}
