// Package payer is the insured person's side: the account, the three steps to the kiosk, the way back, and what follows.
//
// Read in this order: portal.go; claims.go, what is owed and may be paid; steps.go and pay.go, the way to the kiosk; home.go, the way
// back; procedures.go and letters.go, what follows; signin.go and account.go, the rest of an account; legal.go, what a public service must
// show; english.go, all of it in English.
package payer

import (
	"embed"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/examples/teleservice/internal/people"
	"github.com/quittance/quittance/examples/teleservice/internal/session"
	"github.com/quittance/quittance/examples/teleservice/internal/web"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

//go:embed pages
var files embed.FS

// Config is what the pages stand on.
type Config struct {
	Payments *payment.Service
	Mailbox  inbox.Mailbox
	Catalog  *inbox.Catalog
	Fund     inbox.Sender
	People   *people.Directory
	Sessions *session.Store
	Policies creance.Policies
	Now      func() time.Time
	Secure   bool          // the service is on https: its cookies are for https only
	Notice   string        // in the foot, instead of the words about the demonstration
	PageOpen time.Duration // how long the bank's page stays open, as far as is known; zero: nobody knows
	PageIdle bool          // PageOpen counts from the payer's last action, not from the opening
	PageOnce bool          // the bank's page opens once: who has closed it cannot go on there
	Debits   bool          // the bank's page takes direct debits too: nothing before it speaks of a card alone
	Logger   *slog.Logger
}

// Portal answers for the payer's pages. It is safe for concurrent use.
type Portal struct {
	Config
	pages *web.Pages
	tries tries
}

// New reads the pages.
func New(c Config) (*Portal, error) {
	pages, err := web.NewPages(web.Site{
		Name: "Mon compte assuré", Files: files, Funcs: funcs, Words: map[language.Tag]web.Translation{language.English: english},
		Notice: c.Notice, Log: c.Logger,
	})
	return &Portal{Config: c, pages: pages}, err
}

// visitor is who asks: the session says it, never the request.
type visitor struct {
	people.Person
	session  session.Session
	language language.Tag
	unread   int
}

// Routes mounts the pages.
func (p *Portal) Routes(mux *http.ServeMux) {
	public := func(route string, h web.Handler) { mux.Handle(route, p.pages.Handle(h, p.frame)) }
	own := func(route string, h func(http.ResponseWriter, *http.Request, visitor) error) {
		public(route, p.signedIn(h))
	}

	public("GET /{$}", func(w http.ResponseWriter, r *http.Request) error { return seeOther(w, r, homePath) })
	public("GET /connexion", p.signInPage)
	public("POST /connexion", p.signIn)
	public("POST /deconnexion", p.signOut)
	public("GET /inscription", p.signUpPage)
	public("POST /inscription", p.signUp)
	for path, file := range legal {
		public("GET "+path, p.legal(file))
	}
	mux.Handle("GET /langue/{langue}", web.ChooseLanguage(p.Secure))
	for _, method := range []string{"GET ", "POST "} {
		public(method+keepPath, p.Sessions.Keep(session.Payer))
	}
	public("/", func(w http.ResponseWriter, r *http.Request) error { return web.NoRoute(mux, w, r) })

	own("GET /accueil", p.home)
	own("GET /paiements", p.received)
	own("GET /messagerie", p.letters)
	own("GET /messagerie/ecrire", p.write)
	own("GET /messagerie/{payment}/{kind}", p.letter)
	own("GET /demarches", p.procedures)
	own("GET /demarches/creances", p.preliminary)
	own("GET /demarches/creances/{debt}/etape-1", p.stepOne)
	own("GET /demarches/creances/{debt}/etape-2", p.stepTwo)
	own("GET /demarches/creances/{debt}/payer", p.backToStepTwo)
	own("POST /demarches/creances/{debt}/payer", p.pay)
	own("GET /demarches/paiements/{payment}/etape-3", p.stepThree)
	own("GET /demarches/paiements/{payment}", p.payment)
	public("GET /demarches/paiements/{payment}/etat", p.state)
	own("GET /demarches/paiements/{payment}/recu", p.receipt)
	own("GET /demarches/paiements/{payment}/recu.pdf", p.receiptPDF)
	own("GET /prevention", p.prevention)
	own("GET /informations", p.information)
}

// menu is the account's, in the source's order (S50).
var menu = []web.Link{
	{Address: homePath, Text: "Accueil"},
	{Address: "/paiements", Text: "Mes paiements"},
	{Address: "/messagerie", Text: "Ma messagerie"},
	{Address: "/demarches", Text: "Mes démarches"},
	{Address: "/prevention", Text: "Mon espace prévention"},
	{Address: "/informations", Text: "Mes informations"},
}

const homePath = "/accueil"

// keepPath is where a page asks how long the session lasts, and keeps it.
const keepPath = "/session"

// signedIn lets a person through who is signed in; others go to the page for signing in, and from there to the page that they asked for.
func (p *Portal) signedIn(h func(http.ResponseWriter, *http.Request, visitor) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := p.visitor(r, p.Sessions.Find)
		if errors.Is(err, session.ErrNone) {
			return seeOther(w, r, p.signInFirst(r))
		}
		if err != nil {
			return err
		}
		return h(w, r, v)
	}
}

// visitor finds who asks, by one of the two ways to find a session.
func (p *Portal) visitor(r *http.Request, find func(*http.Request, session.Kind) (session.Session, error)) (visitor, error) {
	s, err := find(r, session.Payer)
	if err != nil {
		return visitor{}, err
	}
	person, ok := p.People.Person(s.Who)
	if !ok {
		return visitor{}, session.ErrNone
	}
	unread, err := p.Mailbox.Unread(r.Context(), person.ID)
	return visitor{person, s, web.Language(r), unread}, err
}

// Refuse answers with a page of the portal about an error that none of its pages has met.
func (p *Portal) Refuse(w http.ResponseWriter, r *http.Request, err error) {
	p.pages.Refuser(p.frame)(w, r, err)
}

// frame is what stands around a page about an error. Such a page is no action of the payer's: it does not keep the session.
func (p *Portal) frame(r *http.Request) web.Page { return p.pageForAnybody(r, p.Sessions.Peek) }

// pageForAnybody begins a page that everybody may see, with the menu and the name of who is signed in, if anybody is.
func (p *Portal) pageForAnybody(r *http.Request, find func(*http.Request, session.Kind) (session.Session, error)) web.Page {
	v, err := p.visitor(r, find)
	if err != nil {
		return web.Page{}
	}
	return p.page(r, v, "")
}

// page begins a page of somebody who is signed in.
func (p *Portal) page(r *http.Request, v visitor, title string) web.Page {
	page := web.Page{Title: title, Who: web.Who{Name: v.Name, SignOut: "/deconnexion"}}
	page.Keep = &web.Keep{Address: keepPath, Until: v.session.Ends, Seconds: v.session.Left(p.Sessions.Now())}
	for _, l := range menu {
		item := web.Item{Link: l, Here: within(l.Address, r.URL.Path)}
		if l.Address == "/messagerie" {
			item.Count, item.Counted = v.unread, unread[v.unread == 1]
		}
		page.Menu = append(page.Menu, item)
	}
	return page
}

// say puts a content in words, in the language that the payer has chosen.
func (p *Portal) say(tag language.Tag, c inbox.Content) (inbox.Message, error) {
	return p.Catalog.Render(tag, c)
}

// seeOther answers a form, or sends to another page of the service.
func seeOther(w http.ResponseWriter, r *http.Request, address string) error {
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}
