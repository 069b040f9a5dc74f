package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
)

// Problem is an error with words for whoever asked.
type Problem struct {
	Status      int
	Title, Text string
	Err         error // the cause, for the log
}

// Error says the title and the cause.
func (p *Problem) Error() string { return fmt.Sprintf("%s (%d): %v", p.Title, p.Status, p.Err) }

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Err }

// The problems that are the same on every page, in the payer's words.
var (
	// Absent answers for what does not exist, and for what is somebody else's: whoever asks learns no difference.
	Absent = &Problem{http.StatusNotFound, "Page introuvable", "Il n’y a rien à cette adresse, ou rien qui vous concerne.", errors.New("absent")}
	// WrongMethod answers for an address that has a page, but not by the request's method.
	WrongMethod = &Problem{http.StatusMethodNotAllowed, "Demande impossible", "Cette adresse ne répond pas à cette sorte de demande. Rien n’a été fait.", errors.New("method")}
	// Foreign answers for a form that another site has sent through somebody's browser.
	Foreign = &Problem{http.StatusForbidden, "Demande refusée",
		"Cette demande vient d’un autre site que celui-ci. Rien n’a été fait.\n\nSi vous vouliez faire une démarche, commencez-la sur ce site.", errors.New("from another site")}
	// Misdirected answers for a form that was sent to the service by a name that is not its own.
	Misdirected = &Problem{http.StatusMisdirectedRequest, "Cette adresse n’est pas celle du service",
		"Rien n’a été fait. Le lien ci-dessous mène à la bonne adresse\u00a0: recommencez là.", errors.New("another name")}
	// Reserved answers for an address at which only the bank has something to say.
	Reserved = &Problem{http.StatusBadRequest, "Adresse réservée à la banque",
		"La banque annonce ici le résultat des paiements\u00a0: il n’y a rien à y voir. Si vous veniez de payer, ne payez pas à nouveau\u00a0: " +
			"le résultat s’affichera sur votre compte.", errors.New("for the bank")}
)

// Bad is a request that no page of ours has sent, or one that is too large.
func Bad(err error) error {
	if big := (*http.MaxBytesError)(nil); errors.As(err, &big) {
		return &Problem{http.StatusRequestEntityTooLarge, "Demande trop grande",
			"Ce que vous avez envoyé est trop long pour ce formulaire. Rien n’a été fait. Revenez à la page précédente et raccourcissez votre texte.", err}
	}
	return &Problem{http.StatusBadRequest, "Demande incomplète", "Cette demande est incomplète ou incorrecte. Rien n’a été fait.", err}
}

// Refuser answers a request with a page about an error.
type Refuser func(http.ResponseWriter, *http.Request, error)

// Handler is a page's handler whose error is told to whoever asked.
type Handler func(http.ResponseWriter, *http.Request) error

// Handle answers with the handler, or with a page about its error. frame is the rest of that page: the menu, who is signed in.
func (p *Pages) Handle(h Handler, frame func(*http.Request) Page) http.Handler {
	refuse := p.Refuser(frame)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			refuse(w, r, err)
		}
	})
}

// Refuser makes pages about errors, also about those that no page's handler has met. frame is the rest of such a page.
func (p *Pages) Refuser(frame func(*http.Request) Page) Refuser {
	return func(w http.ResponseWriter, r *http.Request, err error) {
		problem := &Problem{http.StatusServiceUnavailable, "Service momentanément indisponible",
			"Nous n’avons pas pu répondre à votre demande. Si vous veniez de payer, ne payez pas à nouveau\u00a0: le résultat s’affichera sur votre compte.", err}
		if !errors.As(err, &problem) || problem.Status >= 500 {
			p.log.LogAttrs(r.Context(), slog.LevelError, "page", slog.String("route", r.Pattern), slog.Any("error", err))
		}
		page := frame(r)
		page.Keep = nil // the page is the same for what is absent and for what is another's: nothing in it may differ
		page.Title, page.Body = problem.Title, problem.Text
		if err := p.Write(w, r, problem.Status, "problem", page); err != nil {
			p.log.LogAttrs(r.Context(), slog.LevelError, "page", slog.String("route", r.Pattern), slog.Any("error", err))
		}
	}
}
