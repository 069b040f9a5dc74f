// Package office is the fund's side: the day at a glance, payments and their journals, what a person may decide, the accounts' exports and
// their seals, the comparison with a bank's file, what is stuck, and, with a simulated bank, the panel that makes things go wrong.
//
// Read in this order: office.go; desk.go, who may do what; today.go and chart.go, the day at a glance; list.go and detail.go, what
// there is to see; acts.go, what there is to decide; journal.go and diagram.go; exports.go, verify.go and compare.go, the accounts;
// orphans.go; problem.go; faults.go, the panel.
package office

import (
	"embed"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/quittance/quittance/examples/teleservice/internal/bank"
	"github.com/quittance/quittance/examples/teleservice/internal/clock"
	"github.com/quittance/quittance/examples/teleservice/internal/database"
	"github.com/quittance/quittance/examples/teleservice/internal/people"
	"github.com/quittance/quittance/examples/teleservice/internal/session"
	"github.com/quittance/quittance/examples/teleservice/internal/web"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/audit"
)

//go:embed pages
var files embed.FS

// Root is the office's first page; all its pages are below.
const Root = "/gestion"

// Config is what the pages stand on.
type Config struct {
	Payments  *payment.Service
	Books     *audit.Books
	Database  *database.DB
	Directory *people.Directory
	Sessions  *session.Store
	Clock     *clock.Clock
	Bank      *bank.Bank
	Merchants []string // whose payments this process can ask about
	Shared    bool     // other processes may work on the database: their clocks are not ours to move
	Base      string   // the service's own address
	Secret    string   // what an agent must know to sign in; empty: nothing, as in a demonstration on one machine
	Notice    string   // in the foot, instead of the words about the demonstration
	Logger    *slog.Logger
}

// Office answers for the pages under /gestion. It is safe for concurrent use.
type Office struct {
	Config
	pages     *web.Pages
	tries     throttle
	verifying sync.Mutex // one at a time: it reads everything
}

// New reads the pages.
func New(c Config) (*Office, error) {
	pages, err := web.NewPages(web.Site{Name: "Gestion des paiements", Files: files, Funcs: funcs, Notice: c.Notice, Log: c.Logger})
	return &Office{Config: c, pages: pages, tries: throttle{most: 10, within: time.Minute}}, err
}

// page is a handler of somebody who is signed in.
type page func(http.ResponseWriter, *http.Request, officer) error

// act is something that an agent does with a form; its answer is the address to go on to, and the outcome that is said there.
type act func(r *http.Request, agent officer) (next, outcome string, err error)

// Routes mounts the pages. What stands here is all there is under /gestion: another address, or another method, has a page of the office that
// says so.
func (o *Office) Routes(mux *http.ServeMux) {
	handle := func(route string, h web.Handler) { mux.Handle(route, o.pages.Handle(o.withOfficeErrors(h), o.frame)) }
	everybody := func(route string, p page) { handle(route, o.signedIn(p)) }
	accounting := func(route string, p page) { everybody(route, o.reserved(Accounting, p)) }

	handle("GET /gestion/connexion", o.signInPage)
	handle("POST /gestion/connexion", o.signIn)
	handle("POST /gestion/deconnexion", o.signOut)
	for _, method := range []string{"GET ", "POST "} {
		handle(method+keepPath, o.Sessions.Keep(session.Agent))
	}

	everybody("GET /gestion", o.today)
	everybody("GET /gestion/paiements", o.list)
	everybody("GET /gestion/paiements/{payment}", o.detail)
	everybody("GET /gestion/paiements/{payment}/decider", o.decided)
	everybody("POST /gestion/paiements/{payment}/decider", o.decide)
	everybody("GET /gestion/orphelins", o.orphans)
	everybody("POST /gestion/orphelins", o.does(o.settle))

	accounting("GET /gestion/exports", o.exports)
	accounting("GET /gestion/exports/fichier", o.export)
	accounting("POST /gestion/exports/sceau", o.does(o.keepSeal))
	accounting("GET /gestion/exports/sceaux.txt", o.seals)
	accounting("GET "+web.SealsPath, o.verification)
	accounting("POST "+web.SealsPath, o.verify)
	accounting("GET /gestion/rapprochement", o.comparison)
	accounting("POST "+web.UploadPath, o.compare)

	if o.Bank.Desk == nil {
		everybody("GET /gestion/pannes", o.noFaults)
	} else {
		everybody("GET /gestion/pannes", o.faults)
		for name, f := range breaks {
			everybody("POST /gestion/pannes/"+name, o.does(func(r *http.Request, _ officer) (string, string, error) { return o.breaks(r, f) }))
		}
	}
	mux.Handle("GET "+style.address, style)
	for _, all := range []string{"/gestion", "/gestion/"} {
		handle(all, func(w http.ResponseWriter, r *http.Request) error { return web.NoRoute(mux, w, r) })
	}
}

// does answers with what is to be seen after an act.
func (o *Office) does(a act) page {
	return func(w http.ResponseWriter, r *http.Request, agent officer) error {
		if err := r.ParseForm(); err != nil {
			return web.Bad(err)
		}
		next, outcome, err := a(r, agent)
		if err != nil {
			return err
		}
		return o.seeOther(w, r, next, outcome)
	}
}

var menu = []struct {
	web.Link
	desk Desk // the only one that sees it; empty: every desk
}{
	{web.Link{Address: "/gestion", Text: "Aujourd’hui"}, ""},
	{web.Link{Address: "/gestion/paiements", Text: "Paiements"}, ""},
	{web.Link{Address: "/gestion/orphelins", Text: "Orphelins"}, ""},
	{web.Link{Address: "/gestion/exports", Text: "Exports et sceaux"}, Accounting},
	{web.Link{Address: "/gestion/rapprochement", Text: "Rapprochement"}, Accounting},
	{web.Link{Address: "/gestion/verification", Text: "Vérification"}, Accounting},
	{web.Link{Address: "/gestion/pannes", Text: "Pannes"}, ""},
}

// keepPath is where a page asks how long the session lasts, and keeps it.
const keepPath = Root + "/session"

// Refuse answers with a page of the office about an error that none of its pages has met.
func (o *Office) Refuse(w http.ResponseWriter, r *http.Request, err error) {
	o.pages.Refuser(o.frame)(w, r, problemOf(err))
}

// frame is what stands around a page that tells of an error. Such a page is no action of the agent's: it does not keep the session.
func (o *Office) frame(r *http.Request) web.Page {
	agent, err := o.agent(r, o.Sessions.Peek)
	if err != nil {
		return web.Page{}
	}
	return o.page(r, agent, "")
}

// page begins a page of an agent.
func (o *Office) page(r *http.Request, agent officer, title string) web.Page {
	page := web.Page{Title: title, Wide: true, Who: web.Who{Name: agent.Name, Detail: agent.Desk, SignOut: "/gestion/deconnexion"}}
	page.Keep = &web.Keep{Address: keepPath, Until: agent.session.Ends, Seconds: agent.session.Left(o.Sessions.Now())}
	for _, l := range menu {
		if l.desk == "" || l.desk == deskOf(agent.Agent) {
			page.Menu = append(page.Menu, web.Item{Link: l.Link, Here: r.URL.Path == l.Address || l.Address != "/gestion" && isBelow(r.URL.Path, l.Address)})
		}
	}
	return page
}

// officer is an agent who is signed in, and the session.
type officer struct {
	people.Agent
	session session.Session
}

// agent is who is signed in, or session.ErrNone, by one of the two ways to find a session.
func (o *Office) agent(r *http.Request, find func(*http.Request, session.Kind) (session.Session, error)) (officer, error) {
	s, err := find(r, session.Agent)
	if err != nil {
		return officer{}, err
	}
	if a, ok := agentByID(s.Who); ok {
		return officer{a, s}, nil
	}
	return officer{}, session.ErrNone
}

func agentByID(id string) (people.Agent, bool) {
	for _, a := range people.Agents {
		if a.ID == id {
			return a, true
		}
	}
	return people.Agent{}, false
}

// signedIn lets an agent through, and sends everybody else to sign in and then back. What somebody had typed when the session ended is
// there again afterwards.
func (o *Office) signedIn(p page) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		agent, err := o.agent(r, o.Sessions.Find)
		if errors.Is(err, session.ErrNone) {
			return o.askToSignIn(w, r)
		}
		if err != nil {
			return err
		}
		return p(w, r, agent)
	}
}
