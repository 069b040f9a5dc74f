// Package office is the fund's side: payments and their journals, what a person may decide, the accounts' export, what is stuck, and, with a
// simulated bank, the panel that makes things go wrong.
//
// Read in this order: office.go; list.go and detail.go, what there is to see; acts.go, what there is to decide; export.go; diagram.go;
// faults.go, the panel.
package office

import (
	"embed"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/quittance/quittance/examples/teleservice/internal/bank"
	"github.com/quittance/quittance/examples/teleservice/internal/clock"
	"github.com/quittance/quittance/examples/teleservice/internal/people"
	"github.com/quittance/quittance/examples/teleservice/internal/session"
	"github.com/quittance/quittance/examples/teleservice/internal/web"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/audit"
)

//go:embed pages
var files embed.FS

// Config is what the pages stand on.
type Config struct {
	Payments *payment.Service
	Books    *audit.Books
	Sessions *session.Store
	Clock    *clock.Clock
	Bank     *bank.Bank
	Shared   bool   // other processes may work on the database: their clocks are not ours to move
	Base     string // the service's own address
	Logger   *slog.Logger
}

// Office answers for the pages under /gestion. It is safe for concurrent use.
type Office struct {
	Config
	pages *web.Pages
}

// New reads the pages.
func New(c Config) (*Office, error) {
	pages, err := web.NewPages(web.Site{Name: "Gestion des paiements", Files: files, Funcs: funcs, Log: c.Logger})
	return &Office{c, pages}, err
}

// act is something that an agent does with a form; its answer is the address to go on to.
type act func(r *http.Request, agent people.Agent) (next string, err error)

// Routes mounts the pages.
func (o *Office) Routes(mux *http.ServeMux) {
	public := func(route string, h web.Handler) { mux.Handle(route, o.pages.Handle(h, o.frame)) }
	own := func(route string, h func(http.ResponseWriter, *http.Request, people.Agent) error) {
		public(route, o.signedIn(h))
	}
	does := func(route string, a act) {
		own(route, func(w http.ResponseWriter, r *http.Request, agent people.Agent) error {
			if err := r.ParseForm(); err != nil {
				return web.Bad(err)
			}
			next, err := a(r, agent)
			if err != nil {
				return err
			}
			return seeOther(w, r, next)
		})
	}

	public("GET /gestion/connexion", o.signInPage)
	public("POST /gestion/connexion", o.signIn)
	public("POST /gestion/deconnexion", o.signOut)
	own("GET /gestion", o.list)
	own("GET /gestion/paiements/{payment}", o.detail)
	does("POST /gestion/paiements/{payment}/decider", o.act)
	own("GET /gestion/orphelins", o.orphans)
	own("GET /gestion/export", o.exportPage)
	own("GET /gestion/export.csv", o.export)
	if o.Bank.Desk == nil {
		own("GET /gestion/pannes", o.noFaults)
		return
	}
	own("GET /gestion/pannes", o.faults)
	for name, f := range breaks {
		does("POST /gestion/pannes/"+name, func(r *http.Request, _ people.Agent) (string, error) { return o.breaks(r, f) })
	}
}

var menu = []web.Link{
	{Address: "/gestion", Text: "Paiements"},
	{Address: "/gestion/orphelins", Text: "Orphelins"},
	{Address: "/gestion/export", Text: "Export du jour"},
	{Address: "/gestion/pannes", Text: "Pannes"},
}

// signedIn lets an agent through.
func (o *Office) signedIn(h func(http.ResponseWriter, *http.Request, people.Agent) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		agent, err := o.agent(r)
		if errors.Is(err, session.ErrNone) {
			return seeOther(w, r, "/gestion/connexion")
		}
		if err != nil {
			return err
		}
		return h(w, r, agent)
	}
}

func (o *Office) agent(r *http.Request) (people.Agent, error) {
	s, err := o.Sessions.Find(r, session.Agent)
	if err != nil {
		return people.Agent{}, err
	}
	for _, a := range people.Agents {
		if a.ID == s.Who {
			return a, nil
		}
	}
	return people.Agent{}, session.ErrNone
}

func (o *Office) frame(r *http.Request) web.Page {
	agent, err := o.agent(r)
	if err != nil {
		return web.Page{}
	}
	return o.page(r, agent, "")
}

// page begins a page of an agent.
func (o *Office) page(r *http.Request, agent people.Agent, title string) web.Page {
	page := web.Page{Title: title, Wide: true, Who: web.Who{Name: agent.Name, Detail: agent.Desk, SignOut: "/gestion/deconnexion"}}
	for i, l := range menu {
		here := r.URL.Path == l.Address || i == 0 && strings.HasPrefix(r.URL.Path, "/gestion/paiements/")
		page.Menu = append(page.Menu, web.Item{Link: l, Here: here})
	}
	return page
}

func (o *Office) signInPage(w http.ResponseWriter, r *http.Request) error {
	return o.showSignIn(w, r, http.StatusOK, nil)
}

func (o *Office) showSignIn(w http.ResponseWriter, r *http.Request, status int, faults []web.Fault) error {
	return o.pages.Write(w, r, status, "signin.html", web.Page{Title: "Se connecter à la gestion", Errors: faults, Body: people.Agents})
}

func (o *Office) signIn(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return web.Bad(err)
	}
	for _, a := range people.Agents {
		if a.ID != r.PostForm.Get("agent") {
			continue
		}
		if err := o.Sessions.Start(w, r, session.Agent, a.ID); err != nil {
			return err
		}
		return seeOther(w, r, "/gestion")
	}
	return o.showSignIn(w, r, http.StatusUnprocessableEntity, []web.Fault{{Field: "agents", Text: "Choisissez un agent."}})
}

func (o *Office) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := o.Sessions.End(w, r, session.Agent); err != nil {
		return err
	}
	return seeOther(w, r, "/gestion/connexion")
}

func seeOther(w http.ResponseWriter, r *http.Request, address string) error {
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}
