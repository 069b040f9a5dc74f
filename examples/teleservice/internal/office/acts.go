package office

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/examples/teleservice/internal/people"
	"github.com/quittance/quittance/examples/teleservice/internal/web"
	"github.com/quittance/quittance/payment"
)

// option is what a person may do with a payment.
type option struct {
	Name, Text, Hint string
	First            bool // what is usually done next
	Danger           bool // money goes back
	why              bool // a reason is asked for
	in               func(payment.State) bool
	do               func(*Office, context.Context, payment.Command) error
}

// acts are all options by name. Which of them a state allows, the library knows better than this table: it is for the page.
var acts = map[string]option{
	"prendre-en-compte": {
		Text: "Prendre en compte", Hint: "Le compte de l’assuré affiche le paiement, sous 24 heures.", First: true, in: only(payment.Paid),
		do: func(o *Office, ctx context.Context, c payment.Command) error {
			_, err := o.Payments.Record(ctx, c.ID)
			return err
		},
	},
	"interroger": {
		Text: "Interroger la banque", Hint: "Pose la question maintenant, sans attendre l’échéance.",
		in: func(s payment.State) bool { return s != payment.Created },
		do: func(o *Office, ctx context.Context, c payment.Command) error {
			_, _, err := o.Payments.Reconcile(ctx, c.ID)
			return err
		},
	},
	"contester": {
		Text: "Mettre en vérification", Hint: "Après un impayé ou une réclamation.", why: true, in: payment.State.Money,
		do: func(o *Office, ctx context.Context, c payment.Command) error {
			_, err := o.Payments.Question(ctx, c)
			return err
		},
	},
	"rembourser": {
		Text: "Rembourser en entier", Hint: "La somme revient sur la carte qui a payé.", why: true, Danger: true, in: payment.State.Money,
		do: func(o *Office, ctx context.Context, c payment.Command) error {
			_, err := o.Payments.Refund(ctx, c)
			return err
		},
	},
	"garder":        verdict(payment.VerdictKeep, "Garder la somme", "Le paiement est bon."),
	"rendre":        verdict(payment.VerdictGiveBack, "Rendre la somme", "Elle revient sur la carte qui a payé."),
	"deja-rendu":    verdict(payment.VerdictWasReturned, "Constater que la somme est rendue", "La banque l’a déjà rendue."),
	"sans-paiement": verdict(payment.VerdictNoMoney, "Constater qu’aucune somme n’a bougé", "La créance peut être payée à nouveau."),
	"relancer": {
		Text: "Relancer", Hint: "Ce qui a échoué trop souvent est essayé à nouveau, tout de suite.",
		do: func(o *Office, ctx context.Context, c payment.Command) error { return o.Payments.Restart(ctx, c.ID) },
	},
}

// order is that of the buttons.
var order = []string{"prendre-en-compte", "garder", "rendre", "deja-rendu", "sans-paiement", "relancer", "interroger", "contester", "rembourser"}

func only(states ...payment.State) func(payment.State) bool {
	return func(s payment.State) bool { return slices.Contains(states, s) }
}

// verdict is one way to end a review.
func verdict(v payment.Verdict, text, hint string) option {
	return option{
		Text: text, Hint: hint, why: true, Danger: v == payment.VerdictGiveBack, in: only(payment.Review),
		do: func(o *Office, ctx context.Context, c payment.Command) error {
			_, err := o.Payments.Resolve(ctx, payment.Resolution{Command: c, Verdict: v})
			return err
		},
	}
}

// possible are the options of a payment as it stands: those that need no reason, and those that do.
func possible(p payment.Payment, stuck bool) (simple, reasoned []option) {
	for _, name := range order {
		a := acts[name]
		a.Name = name
		switch {
		case a.in == nil && !stuck, a.in != nil && !a.in(p.State):
		case a.why:
			reasoned = append(reasoned, a)
		default:
			simple = append(simple, a)
		}
	}
	return simple, reasoned
}

// act does what the form says. The version is the one that the agent has seen: if the payment has moved on, nothing is done.
func (o *Office) act(r *http.Request, agent people.Agent) (string, error) {
	name := r.PostForm.Get("acte")
	a, ok := acts[name]
	if !ok {
		return "", web.Bad(errors.New("no such act"))
	}
	id := payment.ID(r.PathValue("payment"))
	address := "/gestion/paiements/" + string(id)
	why := strings.TrimSpace(r.PostForm.Get("motif"))
	version, err := strconv.Atoi(r.PostForm.Get("version"))
	if err != nil {
		return "", web.Bad(errors.New("no version"))
	}
	if a.why && (why == "" || utf8.RuneCountInString(why) > 200) {
		return address + "?fait=motif", nil
	}
	err = a.do(o, r.Context(), payment.Command{ID: id, Version: version, By: agent.ID, Why: why})
	for _, told := range troubles {
		if errors.Is(err, told.is) {
			return address + "?fait=" + told.name, nil
		}
	}
	if errors.Is(err, payment.ErrNotFound) {
		return "", web.Absent
	}
	if errors.Is(err, payment.ErrInvalid) {
		return "", web.Bad(err)
	}
	return address + "?fait=" + name, err
}

// troubles are the errors that an agent is told in words; the first that matches.
var troubles = []struct {
	is   error
	name string
}{
	{payment.ErrVersion, "version"},
	{payment.ErrClaimPaid, "claim"},
	{payment.ErrNotAllowed, "state"},
	{acquirer.ErrNotFound, "unknown"},
	{acquirer.ErrUnavailable, "silent"},
	{acquirer.ErrUnanswered, "silent"},
	{acquirer.ErrUnsupported, "unsupported"},
}

// outcome is what a page says after an act. The address has its name and never its words.
type outcome struct {
	Text string
	Bad  bool
}

var done = map[string]outcome{
	"prendre-en-compte": {Text: "Le paiement est pris en compte."},
	"interroger":        {Text: "La banque a répondu. Le journal dit ce que sa réponse a changé."},
	"contester":         {Text: "Le paiement est à vérifier."},
	"rembourser":        {Text: "Le remboursement est demandé. Le journal dira quand la banque l’a fait."},
	"garder":            {Text: "La somme est gardée."},
	"rendre":            {Text: "Le remboursement est demandé."},
	"deja-rendu":        {Text: "Le paiement est remboursé."},
	"sans-paiement":     {Text: "Le paiement est clos : aucune somme n’a bougé."},
	"relancer":          {Text: "Le travail en attente est relancé."},
	"motif":             {"Saisissez un motif de 200 caractères au plus. Rien n’a été fait.", true},
	"version":           {"Le paiement a changé entre-temps. Rien n’a été fait : voici où il en est.", true},
	"claim":             {"Un autre paiement de cette créance est déjà encaissé : celui-ci ne peut qu’être rendu.", true},
	"state":             {"L’état du paiement ne le permet pas. Rien n’a été fait.", true},
	"unknown":           {"La banque ne connaît pas cette transaction : personne n’a payé.", true},
	"silent":            {"La banque n’a pas répondu. La question sera posée à nouveau.", true},
	"unsupported":       {"Cette banque ne peut pas être interrogée.", true},
}
