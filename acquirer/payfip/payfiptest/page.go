package payfiptest

import (
	"cmp"
	"embed"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/paypage"
)

//go:embed pages
var files embed.FS

var (
	choicePage   = paypage.LoadPage(files, "choice", http.StatusOK)
	providerPage = paypage.LoadPage(files, "provider", http.StatusOK)
	resultPage   = paypage.LoadPage(files, "result", http.StatusOK)
	endedPage    = paypage.LoadPage(files, "ended", http.StatusConflict)
	usedPage     = paypage.LoadPage(files, "used", http.StatusConflict)
	oldPage      = paypage.LoadPage(files, "old", http.StatusGone)
	unknownPage  = paypage.LoadPage(files, "unknown", http.StatusNotFound)
	absentPage   = paypage.LoadPage(files, "absent", http.StatusNotFound)
	invalidPage  = paypage.LoadPage(files, "invalid", http.StatusBadRequest)
)

// refusalPages are the pages of the refusals, by code.
var refusalPages = map[string]paypage.Page{"P1": unknownPage, "P3": usedPage, "P4": oldPage}

// view holds the values of a page. It may show the e-mail address, because only the payer sees the page.
type view struct {
	Transaction Transaction
	Names       []string // of the body, its service, the régie
	Amount      string
	Test        bool // no money moves

	IdOp   string
	Means  []means // that can be chosen
	Chosen means
	Result result
	Date   string
	Back   *paypage.Back
}

// WayBack implements [paypage.View].
func (v view) WayBack() *paypage.Back { return v.Back }

// Payee implements [paypage.View].
func (v view) Payee() string {
	if len(v.Names) == 0 {
		return ""
	}
	return v.Names[0]
}

// means holds the texts of a page about one means of payment.
type means struct {
	Name                  Means
	Title, Button, Detail string
	Accept, Refuse        string // buttons of the provider's page
}

var meansWords = map[Means]means{
	Card: {Card, "Carte bancaire", "Payer par carte bancaire",
		"Vous saisissez les informations de votre carte chez le prestataire de la DGFiP.",
		"Le paiement par carte est accepté", "Le paiement par carte est refusé"},
	Debit: {Debit, "Prélèvement unique", "Payer par prélèvement", "Vous vous identifiez avec votre compte des impôts ou FranceConnect.",
		"Le prélèvement est enregistré", "Le prélèvement est refusé"},
	Transfer: {Transfer, "Virement simplifié", "Payer par virement", "Vous confirmez le virement auprès de votre banque.",
		"Le virement est confirmé", "Le virement est refusé"},
}

// result holds the texts that tell the payer the result. An accepted debit is only ordered, not paid, and the text says so.
type result struct{ Title, Text, Class, Role string }

func resultOf(letter string) result {
	switch letter {
	case "P":
		return result{"Votre paiement est accepté",
			"Le montant a été payé par carte bancaire. Un ticket de paiement est envoyé à l’adresse indiquée.", "good", "status"}
	case "V":
		return result{"Votre prélèvement est enregistré",
			"Le prélèvement sera présenté à votre banque dans les prochains jours. Un ticket est envoyé à l’adresse indiquée.", "good", "status"}
	case "A":
		return result{"Vous avez abandonné le paiement", "Aucune somme n’a été débitée.", "", "status"}
	case "R", "Z":
		return result{"Votre paiement est refusé", "Aucune somme n’a été débitée.", "bad", "alert"}
	}
	return result{"Votre demande est transmise à votre banque", "Votre banque confirmera le paiement.", "", "status"}
}

// formOf returns the form that sends the payer back. Its hidden fields repeat the query of the address, which a browser drops from a GET form.
func formOf(r Return) *paypage.Back {
	if (acquirer.Session{URL: r.URL}).Origin() == "" {
		return nil
	}
	u, err := url.Parse(r.URL)
	if err != nil {
		return nil
	}
	if r.Method == http.MethodPost {
		return &paypage.Back{URL: r.URL, Method: "post", Fields: r.Form}
	}
	fields := u.Query()
	u.RawQuery = ""
	return &paypage.Back{URL: u.String(), Method: "get", Fields: fields}
}

// viewOf returns the view of a session that all pages share. The caller holds the lock.
func (s *Server) viewOf(x *session, now time.Time) view {
	r := s.regies[x.Numcli]
	v := view{
		Transaction: x.Transaction, IdOp: x.IdOp, Amount: paypage.FormatEuros(x.Cents), Test: x.Saisie != "W", Date: paypage.FormatDay(cmp.Or(x.DecidedAt, now)),
	}
	for _, n := range r.Names {
		if n != "" {
			v.Names = append(v.Names, n)
		}
	}
	for _, m := range r.meansShown(x.Saisie, now) {
		v.Means = append(v.Means, meansWords[m])
	}
	return v
}

// serveArrival shows the page of the session whose number is in the query: once, and within 15 minutes of the creation.
func (s *Server) serveArrival(w http.ResponseWriter, r *http.Request) {
	now := s.now()
	s.mu.Lock()
	x, code := s.openPage(r.URL.Query().Get("idop"), now)
	var v view
	if code == "" {
		v = s.viewOf(x, now)
	}
	s.mu.Unlock()
	if code != "" {
		refusalPages[code].Write(w, view{})
		return
	}
	choicePage.Write(w, v)
}

// serveStep answers a form that the payer submits on an open page.
func (s *Server) serveStep(w http.ResponseWriter, r *http.Request) {
	cb, err := acquirer.ReadCallback(w, r, acquirer.Return, nil)
	if err != nil {
		invalidPage.Write(w, view{})
		return
	}
	now, step, chosen := s.now(), cb.Form.Get("step"), Means(cb.Form.Get("means"))
	s.mu.Lock()
	x := s.findSession(cb.Form.Get("idop"), now)
	if x == nil || x.OpenedAt.IsZero() {
		s.mu.Unlock()
		unknownPage.Write(w, view{})
		return
	}
	v := s.viewOf(x, now)
	if x.Letter != "" && x.decidedIn == x.Openings { // the payer sent the form of a decided page again
		v.Result, v.Back = resultOf(x.Letter), formOf(s.wayBack(x))
		s.mu.Unlock()
		endedPage.Write(w, v)
		return
	}
	shown := slices.Contains(s.regies[x.Numcli].meansShown(x.Saisie, now), chosen)
	l := lettersOf(chosen, s.habits)
	letter := map[string]string{"accept": l.accepted, "refuse": l.refused, "abandon": "A"}[step]
	switch {
	case step == "choose" && shown:
		x.SentOn, x.Means = true, chosen
		v.Chosen = meansWords[chosen]
		s.mu.Unlock()
		providerPage.Write(w, v)
		return
	case step == "abandon", letter != "" && shown && x.SentOn && x.Means == chosen:
		due := s.endSession(x, cmp.Or(x.Means, Card), letter, now)
		v = s.viewOf(x, now)
		v.Result, v.Back = resultOf(letter), formOf(s.wayBack(x))
		s.mu.Unlock()
		s.sendAll(due)
		resultPage.Write(w, v)
		return
	}
	s.mu.Unlock()
	invalidPage.Write(w, view{})
}
