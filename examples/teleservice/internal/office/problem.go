package office

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/quittance/quittance/examples/teleservice/internal/web"
	"github.com/quittance/quittance/payment"
)

// withOfficeErrors puts errors into words for the fund's staff: those of the payer's pages are for somebody who has just paid.
func (o *Office) withOfficeErrors(h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := h(w, r)
		if err == nil {
			return nil
		}
		return problemOf(err)
	}
}

// problemOf is an error with words for the staff.
func problemOf(err error) error {
	if p := (*web.Problem)(nil); errors.As(err, &p) {
		if own, ok := ownWords[p]; ok {
			return own
		}
		if big := (*http.MaxBytesError)(nil); errors.As(err, &big) {
			return tooLarge(big)
		}
		return err
	}
	if errors.Is(err, payment.ErrNotFound) {
		return &web.Problem{Status: http.StatusNotFound, Title: "Paiement introuvable", Err: err,
			Text: "Aucun paiement n’a cet identifiant. Cherchez-le par sa référence, son avis ou son débiteur, à la page « Paiements »."}
	}
	if errors.Is(err, payment.ErrAltered) {
		return altered(err)
	}
	if errors.Is(err, payment.ErrInvalid) {
		return web.Bad(err)
	}
	return &web.Problem{Status: http.StatusServiceUnavailable, Title: "La gestion n’a pas pu répondre", Err: err,
		Text: "La base de données, ou la banque, n’a pas répondu. Si vous veniez de décider quelque chose, ouvrez le paiement à nouveau : " +
			"son journal dit si c’est fait.\n\nSi cela dure, prévenez l’exploitant du service : la cause est dans le journal du programme."}
}

var nothingHere = &web.Problem{Status: http.StatusNotFound, Title: "Page introuvable", Err: errors.New("absent"),
	Text: "Il n’y a rien à cette adresse de la gestion. Le menu mène à tout ce qu’il y a."}

// ownWords are the office's words for the problems that all pages share.
var ownWords = map[*web.Problem]*web.Problem{
	web.Absent: nothingHere,
	web.WrongMethod: {Status: http.StatusMethodNotAllowed, Title: "Demande impossible", Err: web.WrongMethod,
		Text: "Cette adresse ne répond pas à cette sorte de demande. Rien n’a été fait."},
	web.Foreign: {Status: http.StatusForbidden, Title: "Demande refusée", Err: web.Foreign,
		Text: "Cette demande vient d’un autre site que la gestion. Rien n’a été décidé ni enregistré.\n\n" +
			"Si vous n’avez rien demandé vous-même, fermez l’autre site et prévenez le responsable de la sécurité."},
	web.Misdirected: {Status: http.StatusMisdirectedRequest, Title: "Cette adresse n’est pas celle de la gestion", Err: web.Misdirected,
		Text: "Rien n’a été décidé ni enregistré. Le lien ci-dessous mène à la bonne adresse\u00a0: recommencez là."},
}

// tooLarge says how much a form of the office takes. One form takes files.
func tooLarge(err *http.MaxBytesError) *web.Problem {
	text := "Ce que vous avez envoyé est trop long pour ce formulaire. Rien n’a été décidé ni enregistré. Revenez à la page précédente et raccourcissez votre texte."
	if err.Limit == web.MaxUpload {
		text = fmt.Sprintf("Ces fichiers ont ensemble plus de %d\u00a0Mo. Rien n’a été comparé. Revenez à la page précédente et comparez moins de fichiers à la fois.", err.Limit>>20)
	}
	return &web.Problem{Status: http.StatusRequestEntityTooLarge, Title: "Demande trop grande", Text: text, Err: err}
}

var inAltered = regexp.MustCompile(`payment (\S+): ([^\n]+)`)

// altered says that the record is not what it was, of which payments, and what to do.
func altered(err error) *web.Problem {
	text := "Rien n’a été exporté. N’envoyez rien et ne corrigez rien : prévenez le responsable de la sécurité et l’exploitant de la base de données, " +
		"et gardez les sceaux que vous avez conservés ailleurs."
	for _, line := range alterations(err) {
		text += "\n\n" + line
	}
	return &web.Problem{Status: http.StatusConflict, Title: "Le journal a été modifié", Text: text, Err: err}
}

// alterations are what an error of the record says, one sentence for each payment, in French.
func alterations(err error) (all []string) {
	for _, m := range inAltered.FindAllStringSubmatch(err.Error(), -1) {
		all = append(all, "Paiement "+strings.TrimSuffix(m[1], ":")+" : "+french(m[2])+".")
	}
	if len(all) == 0 {
		all = append(all, french(strings.TrimPrefix(err.Error(), payment.ErrAltered.Error()+": "))+".")
	}
	return all
}
