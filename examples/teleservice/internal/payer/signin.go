package payer

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/quittance/quittance/examples/teleservice/internal/people"
	"github.com/quittance/quittance/examples/teleservice/internal/session"
	"github.com/quittance/quittance/examples/teleservice/internal/web"
)

// within reports whether a path belongs to a page of the menu.
func within(section, path string) bool {
	return path == section || strings.HasPrefix(path, section+"/")
}

// pageAfterSignIn returns the page of the account that signing in leads to: the one that was asked for. Whatever else a request asks for, an address of
// another site above all, becomes the home page.
func pageAfterSignIn(page string) string {
	known := func(l web.Link) bool { return within(l.Address, page) }
	if slices.ContainsFunc(menu, known) && path.Clean(page) == page && !strings.ContainsAny(page, "\\?#") {
		return page
	}
	return homePath
}

// signInFirst is the address for signing in, from where it goes on to what was asked for. A form cannot go on: the page that it stands on does.
func (p *Portal) signInFirst(r *http.Request) string {
	to := r.URL.EscapedPath()
	if r.Method == http.MethodPost {
		to = strings.TrimSuffix(to, "/payer") + "/etape-2"
	}
	q := url.Values{}
	if to = pageAfterSignIn(to); to != homePath {
		q.Set("suite", to)
	}
	if p.Sessions.Had(r, session.Payer) || r.URL.Query().Has(fromBank) {
		q.Set("fin", "1")
	}
	if len(q) == 0 {
		return "/connexion"
	}
	return "/connexion?" + q.Encode()
}

// signInPage stands for the way in that a real portal has: here one chooses who to be.
func (p *Portal) signInPage(w http.ResponseWriter, r *http.Request) error {
	return p.showSignIn(w, r, http.StatusOK, nil)
}

func (p *Portal) showSignIn(w http.ResponseWriter, r *http.Request, status int, faults []web.Fault) error {
	type choice struct {
		people.Person
		Opened bool
	}
	var choices []choice
	for _, person := range p.People.All() {
		opened, err := p.hasAccount(r, person)
		if err != nil {
			return err
		}
		choices = append(choices, choice{person, opened})
	}
	next := pageAfterSignIn(r.FormValue("suite"))
	return p.pages.Write(w, r, status, "signin.html", web.Page{Title: "Se connecter", Errors: faults, Body: map[string]any{
		"People": choices, "Next": next, "Asked": next != homePath, "Ended": r.FormValue("fin") != "", "SignedOut": r.FormValue("sortie") != "",
	}})
}

func (p *Portal) hasAccount(r *http.Request, person people.Person) (bool, error) {
	if person.Account {
		return true, nil
	}
	return p.Sessions.HasAccount(r.Context(), person.ID)
}

func (p *Portal) signIn(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return web.Bad(err)
	}
	person, ok := p.People.Person(r.PostForm.Get("personne"))
	if ok {
		var err error
		if ok, err = p.hasAccount(r, person); err != nil {
			return err
		}
	}
	if !ok {
		return p.showSignIn(w, r, http.StatusUnprocessableEntity, []web.Fault{{Field: "personnes", Text: "Choisissez une personne qui a un compte."}})
	}
	if err := p.Sessions.Start(w, r, session.Payer, person.ID); err != nil {
		return err
	}
	return seeOther(w, r, pageAfterSignIn(r.PostForm.Get("suite")))
}

func (p *Portal) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := p.Sessions.End(w, r, session.Payer); err != nil {
		return err
	}
	return seeOther(w, r, "/connexion?sortie=1")
}

// signUpForm is what was typed.
type signUpForm struct{ Notice, Born string }

func (p *Portal) signUpPage(w http.ResponseWriter, r *http.Request) error {
	return p.showSignUp(w, r, http.StatusOK, signUpForm{}, nil)
}

func (p *Portal) showSignUp(w http.ResponseWriter, r *http.Request, status int, f signUpForm, faults []web.Fault) error {
	wrong := make(map[string]string)
	for _, f := range faults {
		wrong[f.Field] = f.Text
	}
	return p.pages.Write(w, r, status, "signup.html", web.Page{
		Title: "Créer mon compte", Errors: faults, Back: &web.Link{Address: "/connexion", Text: "Se connecter"},
		Body: map[string]any{"Form": f, "Wrong": wrong},
	})
}

// signUp opens an account for who got a notice by post (S12).
func (p *Portal) signUp(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return web.Bad(err)
	}
	f := signUpForm{strings.TrimSpace(r.PostForm.Get("avis")), strings.TrimSpace(r.PostForm.Get("naissance"))}
	born, faults := f.check()
	if len(faults) > 0 {
		return p.showSignUp(w, r, http.StatusUnprocessableEntity, f, faults)
	}
	refuse := func(status int, why string) error {
		return p.showSignUp(w, r, status, f, []web.Fault{{Field: "avis", Text: why}})
	}
	now := p.Sessions.Now()
	if !p.tries.open(f.Notice, now) {
		w.Header().Set("Retry-After", strconv.Itoa(int(triesFor/time.Second)))
		return refuse(http.StatusTooManyRequests, "Trop d’essais. Réessayez dans 15\u00a0minutes, ou contactez votre caisse.")
	}
	person, ok := p.People.Addressee(f.Notice, born)
	if !ok {
		p.tries.failed(f.Notice, now)
		return refuse(http.StatusUnprocessableEntity, "Ce numéro d’avis et cette date de naissance ne vont pas ensemble. Vérifiez-les sur votre courrier.")
	}
	opened, err := p.hasAccount(r, person)
	if err != nil {
		return err
	}
	if opened {
		return refuse(http.StatusConflict, "Un compte existe déjà pour cet avis : connectez-vous.")
	}
	if err := p.Sessions.Start(w, r, session.Payer, person.ID); err != nil {
		return err
	}
	return seeOther(w, r, homePath)
}

// check reads the form, and says in words what is wrong with it.
func (f signUpForm) check() (born time.Time, faults []web.Fault) {
	if f.Notice == "" || len(f.Notice) > 40 {
		faults = append(faults, web.Fault{Field: "avis", Text: "Saisissez le numéro de l’avis, par exemple ASP-2025-0104."})
	}
	born, err := web.ReadDay(f.Born, time.UTC)
	if err != nil {
		faults = append(faults, web.Fault{Field: "naissance", Text: "Saisissez la date de naissance en chiffres, par exemple 31/12/1960."})
	}
	return born, faults
}
