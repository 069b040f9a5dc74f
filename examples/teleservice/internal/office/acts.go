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
	"github.com/quittance/quittance/examples/teleservice/internal/web"
	"github.com/quittance/quittance/payment"
)

// option is what a person may do with a payment.
type option struct {
	Name, Text, Hint string
	Done             string // what the page says afterwards
	on               payment.EventKind
	desk             Desk // the only one that may; empty: both
	why              bool // a reason is asked for
	money            bool // it moves money, or what the accounts say of it: it is confirmed on a page of its own
	do               func(*Office, context.Context, payment.Command) error
}

// NeedsWhy reports whether a reason is asked for.
func (a option) NeedsWhy() bool { return a.why }

// Money reports whether the act is confirmed first.
func (a option) Money() bool { return a.money }

// options are all of them, in the order of the page. Which of them a payment allows, the library says ([payment.Service.Choices]); those
// without an event are no act on the payment itself.
var options = []option{
	{
		Name: "prendre-en-compte", Text: "Prendre en compte", Hint: "Vous avez inscrit la somme au compte de l’assuré. Il lira que son paiement est pris en compte.",
		Done: "Le paiement est pris en compte.", on: payment.OnRecorded, desk: Claims,
		do: func(o *Office, ctx context.Context, c payment.Command) error {
			_, err := o.Payments.Record(ctx, c.ID, c.By)
			return err
		},
	},
	{
		Name: "garder", Text: "Garder la somme", Hint: "Le paiement est bon : il reste à le prendre en compte.",
		Done: "La somme est gardée.", on: payment.OnKept, desk: Claims, why: true, money: true, do: verdict(payment.VerdictKeep),
	},
	{
		Name: "sans-paiement", Text: "Constater qu’aucune somme n’a bougé", Hint: "La créance peut être payée à nouveau.",
		Done: "Le paiement est clos : aucune somme n’a bougé.", on: payment.OnNoMoney, desk: Claims, why: true, money: true, do: verdict(payment.VerdictNoMoney),
	},
	{
		Name: "rendre", Text: "Rendre la somme", Hint: "Ce qui n’est pas encore rendu revient au payeur, par le moyen qui a payé.",
		Done: "Le remboursement est demandé. Le journal dira quand la banque l’a fait.", on: payment.OnGivingBack, desk: Accounting, why: true, money: true, do: verdict(payment.VerdictGiveBack),
	},
	{
		Name: "rembourser", Text: "Rembourser", Hint: "Ce qui n’est pas encore rendu revient au payeur, par le moyen qui a payé.",
		Done: "Le remboursement est demandé. Le journal dira quand la banque l’a fait.", on: payment.OnRefundAsked, desk: Accounting, why: true, money: true,
		do: func(o *Office, ctx context.Context, c payment.Command) error {
			_, err := o.Payments.Refund(ctx, c)
			return err
		},
	},
	{
		Name: "deja-rendu", Text: "Clore : la somme est rendue",
		Hint: "La banque l’a déjà rendue ; ou vous l’avez rendue autrement, par virement, parce qu’elle ne peut pas l’être par la banque.",
		Done: "Le paiement est clos : la somme est rendue.", on: payment.OnWasReturned, desk: Accounting, why: true, money: true, do: verdict(payment.VerdictWasReturned),
	},
	{
		Name: "contester", Text: "Mettre en vérification", Hint: "Après un impayé, une réclamation ou un doute.",
		Done: "Le paiement est à vérifier.", on: payment.OnQuestioned, why: true,
		do: func(o *Office, ctx context.Context, c payment.Command) error {
			_, err := o.Payments.Question(ctx, c)
			return err
		},
	},
	{
		Name: "interroger", Text: "Interroger la banque", Hint: "La question est posée maintenant, sans attendre l’échéance.",
		Done: "La banque a répondu. Le journal dit ce que sa réponse a changé.",
		do: func(o *Office, ctx context.Context, c payment.Command) error {
			_, _, err := o.Payments.Refresh(ctx, c.ID)
			return err
		},
	},
	{
		Name: "relancer", Text: "Relancer", Hint: "Ce qui a échoué trop souvent est essayé à nouveau, tout de suite.",
		Done: "Le travail en attente est relancé.",
		do:   func(o *Office, ctx context.Context, c payment.Command) error { return o.Payments.Restart(ctx, c.ID) },
	},
}

func optionByName(name string) (option, bool) {
	i := slices.IndexFunc(options, func(a option) bool { return a.Name == name })
	if i < 0 {
		return option{}, false
	}
	return options[i], true
}

// verdict is one way to end a review.
func verdict(v payment.Verdict) func(*Office, context.Context, payment.Command) error {
	return func(o *Office, ctx context.Context, c payment.Command) error {
		_, err := o.Payments.Resolve(ctx, payment.Resolution{Command: c, Verdict: v})
		return err
	}
}

// offer are the options that a payment allows as it stands: those of the agent's desk, and those of the other one. Nothing is offered
// that would be refused.
func (o *Office) offer(ctx context.Context, p payment.Payment, agent officer, stuck bool) (own, others []option, err error) {
	choices, err := o.Payments.Choices(ctx, p)
	if err != nil {
		return nil, nil, err
	}
	for _, a := range options {
		allowed := slices.Contains(choices, a.on)
		switch a.Name {
		case "relancer":
			allowed = stuck
		case "interroger":
			allowed = p.State != payment.Created && slices.Contains(o.Merchants, p.Merchant)
		case "rembourser", "rendre":
			allowed = allowed && o.givesBack(p)
		case "contester":
			switch {
			case p.State == payment.Refunded || p.State == payment.Failed:
				a.Text, a.Hint = "Revenir sur la décision", "Le paiement est de nouveau à vérifier, et une autre décision peut être prise."
			case !o.givesBack(p):
				a.Hint += " Cette banque ne rend rien : rendez la somme par virement, et la direction comptable clôt ensuite le paiement."
			}
		}
		if !allowed {
			continue
		}
		if a.desk == "" || a.desk == deskOf(agent.Agent) {
			own = append(own, a)
		} else {
			others = append(others, a)
		}
	}
	return own, others, nil
}

// givesBack reports whether money can go back by the acquirer that took it. One that this process does not know may.
func (o *Office) givesBack(p payment.Payment) bool {
	if p.Merchant != o.Bank.Client.Merchant() {
		return true
	}
	_, cancels := o.Bank.Client.(acquirer.Canceller)
	_, refunds := o.Bank.Client.(acquirer.Refunder)
	return cancels || refunds
}

// decided leads from the address of a decision that somebody loads again back to the payment.
func (o *Office) decided(w http.ResponseWriter, r *http.Request, _ officer) error {
	return o.seeOther(w, r, "/gestion/paiements/"+r.PathValue("payment"), "")
}

// decide does what the form says; what moves money only once it is confirmed. The version is the one that the agent has seen: if the
// payment has moved on, nothing is done. A second click finds that it is done already.
func (o *Office) decide(w http.ResponseWriter, r *http.Request, agent officer) error {
	if err := r.ParseForm(); err != nil {
		return web.Bad(err)
	}
	p, err := o.Payments.Get(r.Context(), payment.ID(r.PathValue("payment")))
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(r.PostForm.Get("version"))
	if err != nil {
		return web.Bad(errors.New("no version"))
	}
	given := typed{Act: r.PostForm.Get("acte"), Why: strings.TrimSpace(r.PostForm.Get("motif"))}
	a, ok := optionByName(given.Act)
	var faults []web.Fault
	switch {
	case given.Act == "":
		faults = append(faults, web.Fault{Field: "decision", Text: "Choisissez ce que vous décidez."})
	case !ok:
		return web.Bad(errors.New("no such act"))
	case a.desk != "" && a.desk != deskOf(agent.Agent):
		return &web.Problem{Status: http.StatusForbidden, Title: "Cette décision est réservée", Err: errors.New("another desk"),
			Text: "« " + a.Text + " » est réservé au service « " + string(a.desk) + " ». Rien n’a été fait."}
	}
	if n := utf8.RuneCountInString(given.Why); n > 200 || n == 0 && a.why {
		faults = append(faults, web.Fault{Field: "motif", Text: "Saisissez un motif de 200 caractères au plus."})
	}
	if len(faults) > 0 {
		return o.showDetail(w, r, agent, p, http.StatusUnprocessableEntity, given, faults)
	}
	c := payment.Command{ID: p.ID, Version: version, By: agent.ID, Why: given.Why}
	if a.money && r.PostForm.Get("confirme") != "oui" {
		return o.confirm(w, r, agent, p, a, c)
	}
	address := "/gestion/paiements/" + string(p.ID)
	err = a.do(o, r.Context(), c)
	if errors.Is(err, payment.ErrInvalid) {
		return o.showDetail(w, r, agent, p, http.StatusUnprocessableEntity, given, []web.Fault{{Field: "motif", Text: "Ce motif ne peut pas être gardé : " +
			"pas de numéro de sécurité sociale, pas de caractère qui ne s’imprime pas."}})
	}
	if errors.Is(err, payment.ErrVersion) || errors.Is(err, payment.ErrNotAllowed) || err == nil && a.why {
		done, jerr := o.isDone(r.Context(), c, a)
		switch {
		case jerr != nil:
			return jerr
		case done:
			err = nil
		case err == nil: // it was so already, by somebody else's word
			return o.seeOther(w, r, address, "deja-decide")
		}
	}
	for _, t := range troubles {
		if errors.Is(err, t.is) && (!t.paid || !p.PaidAt.IsZero()) {
			return o.seeOther(w, r, address, t.name)
		}
	}
	if err != nil {
		return err
	}
	return o.seeOther(w, r, address, a.Name)
}

// isDone reports whether the very act that was asked for stands in the journal: the first of two clicks did it.
func (o *Office) isDone(ctx context.Context, c payment.Command, a option) (bool, error) {
	for e, err := range o.Payments.Journal(ctx, c.ID) {
		if err != nil {
			return false, err
		}
		if e.Version == c.Version+1 {
			return a.on != "" && e.Event == a.on && (e.By == c.By && e.Why == c.Why || e.By == ""), nil
		}
	}
	return false, nil
}

// confirm shows what will happen before money moves.
func (o *Office) confirm(w http.ResponseWriter, r *http.Request, agent officer, p payment.Payment, a option, c payment.Command) error {
	if p.Version != c.Version {
		return o.seeOther(w, r, "/gestion/paiements/"+string(p.ID), "version")
	}
	own, _, err := o.offer(r.Context(), p, agent, false)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(own, func(offered option) bool { return offered.Name == a.Name }) {
		return o.seeOther(w, r, "/gestion/paiements/"+string(p.ID), "state")
	}
	page := o.page(r, agent, a.Text)
	page.Back = &web.Link{Address: "/gestion/paiements/" + string(p.ID), Text: "Paiement " + p.Reference}
	page.Body = map[string]any{"Act": a, "Payment": p, "Command": c, "Who": agent, "Debtor": o.nameOf(p.Debtor), "Back": a.Name == "rendre" || a.Name == "rembourser"}
	return o.pages.Write(w, r, http.StatusOK, "confirm.html", page)
}

// troubles are the errors that an agent is told in words; the first that matches.
var troubles = []struct {
	is   error
	name string
	paid bool // of a payment that was accepted
}{
	{is: payment.ErrVersion, name: "version"},
	{is: payment.ErrClaimPaid, name: "claim"},
	{is: payment.ErrNotAllowed, name: "state"},
	{is: payment.ErrUnserved, name: "unserved"},
	{is: payment.ErrNotFound, name: "another"},
	{is: acquirer.ErrNotFound, name: "forgotten", paid: true},
	{is: acquirer.ErrNotFound, name: "unknown"},
	{is: acquirer.ErrUnavailable, name: "silent"},
	{is: acquirer.ErrUnanswered, name: "silent"},
	{is: acquirer.ErrUnsupported, name: "unsupported"},
}

// outcome is what a page says after an act.
type outcome struct {
	Text string
	Bad  bool
}

// outcomes are all that pages say, by name. Those of the options have their names.
var outcomes = func() map[string]outcome {
	all := map[string]outcome{
		"reprise":     {"Votre session avait pris fin : rien n’a été fait. Ce que vous aviez saisi est encore là.", true},
		"version":     {"Le paiement a changé entre-temps. Rien n’a été fait : voici où il en est.", true},
		"deja-decide": {"Quelqu’un l’a décidé avant vous : le journal garde son motif, et non le vôtre.", true},
		"claim":       {"Un autre paiement de cette créance est déjà encaissé : celui-ci ne peut qu’être rendu.", true},
		"state":       {"L’état du paiement ne le permet plus. Rien n’a été fait.", true},
		"unserved":    {"Aucune banque de ce processus ne sert ce commerçant. Rien n’a été fait.", true},
		"another":     {"La banque a une autre transaction sous cette référence. Si elle est acceptée, elle est parmi les orphelins.", true},
		"forgotten":   {"La banque ne connaît plus cette transaction, alors que ce paiement est accepté. Comparez avec sa liste avant de décider.", true},
		"unknown":     {"La banque ne connaît pas cette transaction : personne n’a payé.", true},
		"silent":      {"La banque n’a pas répondu. Réessayez dans quelques minutes.", true},
		"unsupported": {"Cette banque ne peut pas être interrogée.", true},
		"deconnecte":  {Text: "Vous êtes déconnecté."},
		"sceau":       {Text: "C’est noté : le sceau est conservé hors de la base de données."},
		"autre-sceau": {"Ce n’est pas le sceau de ce jour. Rien n’est noté.", true},
		"traite":      {Text: "C’est noté : l’orphelin est traité."},
		"deja-traite": {"Quelqu’un a traité cet orphelin avant vous. Votre note n’est pas gardée : lisez la sienne avant de rendre la somme.", true},
		"relance":     {Text: "Le travail en attente est relancé."},
		"motif":       {"Saisissez ce qui a été fait, en 200 caractères au plus. Rien n’est noté.", true},
		"verifie":     {Text: "La vérification est faite."},
		"occupe":      {"Une vérification est déjà en cours. Attendez qu’elle finisse.", true},
	}
	for _, a := range options {
		all[a.Name] = outcome{Text: a.Done}
	}
	for name, o := range broke {
		all["panne-"+name] = o
	}
	return all
}()

// noteAndTyped returns the note that waits for this page, and what was typed before.
func (o *Office) noteAndTyped(w http.ResponseWriter, r *http.Request) (outcome, typed) {
	n := o.read(w, r)
	return outcomes[n.Name], n.Typed
}
