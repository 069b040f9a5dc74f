// Package app wires the service together: what a host's main function does around the library. Everything that a test wants to choose is in
// Config.
package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/payfip"
	"github.com/quittance/quittance/acquirer/worldline/direct"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/examples/teleservice/internal/bank"
	"github.com/quittance/quittance/examples/teleservice/internal/clock"
	"github.com/quittance/quittance/examples/teleservice/internal/database"
	"github.com/quittance/quittance/examples/teleservice/internal/office"
	"github.com/quittance/quittance/examples/teleservice/internal/payer"
	"github.com/quittance/quittance/examples/teleservice/internal/people"
	"github.com/quittance/quittance/examples/teleservice/internal/session"
	"github.com/quittance/quittance/examples/teleservice/internal/web"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/audit"
)

// Config says what the service stands on.
type Config struct {
	Database string           // a file, or a postgres:// address
	Base     string           // its own address as browsers see it: scheme, host and port
	Bank     string           // simulator, mock, sips, direct or payfip; empty: simulator
	Former   string           // who took the cards before, and still gives back what it took: sips; empty: nobody
	Formerly string           // where the former bank's simulator listens; empty: a free port
	Kiosk    string           // where the simulator listens, or the http:// address of one that runs; empty: a free port
	People   string           // a folder with people.json and debts.json; empty: the sample
	Policies creance.Policies // nil: creance.Ameli()
	Edition  []fs.FS          // wordings laid over the library's own
	Now      func() time.Time // the real clock; nil: time.Now
	Logger   *slog.Logger     // nil: slog.Default()
	ByHand   bool             // nothing works behind the pages: a test calls Payments.WorkOnce and Bank.Desk.Tick

	Listen string // where it listens, host and port; empty: on this machine only
	Secret string // what an agent must know to sign in; empty: nothing, which only a simulation on this machine allows
}

// App is the whole service: a handler, and what works behind it. Close ends it.
type App struct {
	http.Handler
	Payments *payment.Service
	Bank     *bank.Bank
	former   *bank.Bank // nil: there is none
	Database *database.DB
	Clock    *clock.Clock

	kind   string // of the bank
	log    *slog.Logger
	refuse web.Refuser // with a page of the half that an address belongs to
	cancel context.CancelFunc
	busy   sync.WaitGroup
	once   sync.Once
	closed error

	unlockBank func() // of the simulator's book; nil: there is none
}

// fund writes the letters. The law asks for the service in charge, an address and the telephone on each acknowledgement (CRPA R112-11-1):
// Validate says what is missing.
var fund = inbox.Sender{
	Fund:          "CPAM de l’Exemple",
	PostalAddress: "12 rue de la Preuve\n99999 Exemple Cedex",
	CPAM:          true, // the telephone is the 36 46, with the tariff of the day, in the language of the letter
}

// savedBank is the setting under which the book of a simulator is kept, by kind of bank. The one that has no suffix is Sips.
func savedBank(kind string) string {
	if kind == "direct" || kind == "payfip" {
		return "simulator/" + kind
	}
	return "simulator"
}

// pageOpen is how long each kind of bank keeps its page open, which the payer is told before going there: Sips counts from the payer's last
// action (pageIdle), the others from the opening.
var pageOpen = map[string]time.Duration{
	"simulator": 15 * time.Minute, "sips": 15 * time.Minute, "mock": time.Hour, "direct": direct.DefaultSessionTimeout, "payfip": payfip.Window,
}

var pageIdle = map[string]bool{"simulator": true, "sips": true}

// noticeOf is what stands in the foot of the payer's pages: empty for a simulation, of which they say that no money moves.
func noticeOf(b *bank.Bank) string {
	if b.Simulated {
		return ""
	}
	return "Les personnes sont inventées, mais la page de paiement est celle d’une vraie banque\u00a0: une vraie carte y serait débitée."
}

// lockOfBank is the lock of the process that has the simulator, and keeps its book.
const lockOfBank = "simulator"

// New opens everything and starts the work behind the pages. The error says what could not be opened; nothing is left open then.
func New(ctx context.Context, c Config) (_ *App, err error) {
	c.Logger = cmp.Or(c.Logger, slog.Default())
	c.Bank, c.Kiosk = cmp.Or(c.Bank, "simulator"), cmp.Or(c.Kiosk, "127.0.0.1:0")
	if c.Policies == nil {
		c.Policies = creance.Ameli()
	}
	base, err := url.Parse(c.Base)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" || base.Path != "" {
		return nil, fmt.Errorf("app: %.80q is not the address of a service, such as http://127.0.0.1:8080", c.Base)
	}
	base.Host = asBrowsersSay(base.Scheme, base.Host)
	c.Base = base.Scheme + "://" + base.Host
	a := &App{log: c.Logger}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	if a.Database, err = database.Open(ctx, c.Database); err != nil {
		return nil, err
	}
	if a.Clock, err = clock.New(ctx, c.Now, a.Database); err != nil {
		return nil, err
	}
	if err := a.openBank(ctx, c); err != nil {
		return nil, err
	}
	if err := c.checkDoors(a.Bank, a.former); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	if err := a.mount(mux, c, base.Scheme == "https"); err != nil {
		return nil, err
	}
	a.Handler = a.probed(a.guarded(mux, base))
	a.start(c.ByHand)
	return a, nil
}

// openBank opens who takes the cards, and who took them before.
func (a *App) openBank(ctx context.Context, c Config) (err error) {
	if bank.HasBook(c.Bank, c.Kiosk) || c.Former != "" && bank.HasBook(c.Former, c.Formerly) {
		unlock, err := a.Database.Lock(ctx, lockOfBank)
		if errors.Is(err, database.ErrLocked) {
			return fmt.Errorf("app: another process plays the bank of this database, and each would overwrite the other's book: "+
				"use its simulator (-kiosk http://…), or another -db: %w", err)
		}
		if err != nil {
			return fmt.Errorf("app: the lock of the simulator's book: %w", err)
		}
		a.unlockBank = unlock
	}
	a.kind = c.Bank
	o := bank.Config{Kind: c.Bank, Kiosk: c.Kiosk, Base: c.Base, Now: a.Clock.Now}
	if a.Bank, err = a.openOne(ctx, o, bank.Open); err != nil || c.Former == "" {
		return err
	}
	if c.Bank != "direct" {
		return fmt.Errorf("app: -former %.20q goes with -acquirer direct", c.Former)
	}
	o.Kind, o.Kiosk = c.Former, cmp.Or(c.Formerly, "127.0.0.1:0")
	if a.former, err = a.openOne(ctx, o, bank.OpenFormer); err == nil {
		a.Bank.Beside(a.former)
	}
	return err
}

// openOne opens a bank. What a simulator knew at the last start, it knows again.
func (a *App) openOne(ctx context.Context, o bank.Config, open func(bank.Config) (*bank.Bank, error)) (*bank.Bank, error) {
	saved, err := a.Database.Setting(ctx, savedBank(o.Kind))
	if err != nil {
		return nil, err
	}
	if saved != "" {
		o.Saved = []byte(saved)
	}
	b, err := open(o)
	if err != nil && saved != "" {
		return nil, fmt.Errorf("%w; if it is about what was saved, another -db starts afresh", err)
	}
	return b, err
}

// others are the acquirers that took payments before.
func (a *App) others() []acquirer.Client {
	if a.former == nil {
		return nil
	}
	return []acquirer.Client{a.former.Client}
}

// merchants returns the merchants of all its acquirers.
func (a *App) merchants() []string {
	all := []string{a.Bank.Client.Merchant()}
	for _, other := range a.others() {
		all = append(all, other.Merchant())
	}
	return all
}

// mount makes the payments' service and every page.
func (a *App) mount(mux *http.ServeMux, c Config, https bool) error {
	catalog, err := inbox.NewCatalog(c.Edition...)
	if err != nil {
		return err
	}
	directory, err := people.Open(c.People)
	if err != nil {
		return err
	}
	from := fund
	from.Now = a.Clock.Now
	if err := from.Validate(); err != nil {
		return err
	}
	// Sessions end by the real clock: who lets a day pass in the fault panel stays signed in.
	sessions := &session.Store{DB: a.Database, Now: c.Now, Secure: https}
	if sessions.Now == nil {
		sessions.Now = time.Now
	}
	var desk *office.Office
	a.Payments, err = payment.New(payment.Config{
		Store: a.Database.Payments, Acquirer: a.Bank.Client, Others: a.others(), Policies: c.Policies,
		ReturnURL: c.Base + bank.ReturnPath, NotifyURL: c.Base + bank.NotifyPath,
		Deliver: inbox.Deliverer(a.Database.Mailbox, catalog, from),
		Chores: []payment.Chore{
			a.Database.Mailbox.DeleteDue,
			func(ctx context.Context, _ time.Time) (int, error) { return sessions.Sweep(ctx, sessions.Now()) },
			inbox.AcknowledgementAlarm(a.Database.Payments.List, a.Database.Mailbox),
			func(ctx context.Context, now time.Time) (int, error) { return desk.SealDays(ctx, now) },
		},
		Now: a.Clock.Now, Logger: c.Logger,
	})
	if err != nil {
		return err
	}
	portal, err := payer.New(payer.Config{
		Payments: a.Payments, Mailbox: a.Database.Mailbox, Catalog: catalog, Fund: from, People: directory, Sessions: sessions,
		Policies: c.Policies, Now: a.Clock.Now, Secure: https, Logger: c.Logger, PageOpen: pageOpen[c.Bank], PageIdle: pageIdle[c.Bank],
		Debits: c.Bank == "payfip", PageOnce: c.Bank == "payfip", Notice: noticeOf(a.Bank),
	})
	if err != nil {
		return err
	}
	books, err := audit.New(a.Database.Payments, audit.Options{Now: a.Clock.Now})
	if err != nil {
		return err
	}
	desk, err = office.New(office.Config{
		Payments: a.Payments, Books: books, Database: a.Database, Directory: directory, Sessions: sessions, Clock: a.Clock, Bank: a.Bank,
		Merchants: a.merchants(), Shared: a.Database.Shared, Base: c.Base, Secret: c.Secret, Notice: noticeOf(a.Bank), Logger: c.Logger,
	})
	if err != nil {
		return err
	}
	a.refuse = func(w http.ResponseWriter, r *http.Request, err error) {
		if r.URL.Path == office.Root || strings.HasPrefix(r.URL.Path, office.Root+"/") {
			desk.Refuse(w, r, err)
			return
		}
		portal.Refuse(w, r, err)
	}
	portal.Routes(mux)
	desk.Routes(mux)
	web.Assets(mux)
	mux.Handle(bank.NotifyPath, web.ForPeople(a.Payments.NotifyHandler(), a.refuse))
	mux.Handle(bank.ReturnPath, web.ForPeople(a.Payments.ReturnHandler(payer.Return), a.refuse))
	return nil
}

// guarded puts the guard in front of the pages. The two routes of the bank are exempt from the protection against other sites, and no other.
// A kiosk in the process stands beside the guard: its pages are the bank's own.
func (a *App) guarded(mux http.Handler, base *url.URL) http.Handler {
	refuse := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a.refuse(w, r, web.Misdirected) })
	guard := web.Guard(canonical(base, mux, refuse), a.log, base.Scheme == "https", a.refuse, "POST "+bank.NotifyPath, "POST "+bank.ReturnPath)
	if a.Bank.Kiosk == nil {
		return guard
	}
	outer := http.NewServeMux()
	outer.Handle("/", guard)
	outer.Handle(bank.KioskPath, canonical(base, a.Bank.Kiosk, guard))
	return outer
}

// asBrowsersSay writes a host as browsers do: in lower case, and without the port that goes without saying.
func asBrowsersSay(scheme, host string) string {
	host = strings.ToLower(host)
	return strings.TrimSuffix(host, map[string]string{"http": ":80", "https": ":443"}[scheme])
}

// canonical keeps browsers on the one address that the kiosk sends them back to: their cookies are of that host. It also turns away a name
// that somebody else has given to this machine, with an answer of refuse. The bank's server may use any name.
func canonical(base *url.URL, next, refuse http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case asBrowsersSay(base.Scheme, r.Host) == base.Host || r.URL.Path == bank.NotifyPath:
			next.ServeHTTP(w, r)
		case (r.Method == http.MethodGet || r.Method == http.MethodHead) && web.LocalPath(r.URL.Path):
			to := url.URL{Scheme: base.Scheme, Host: base.Host, Path: r.URL.Path, RawQuery: r.URL.RawQuery}
			http.Redirect(w, r, to.String(), http.StatusTemporaryRedirect)
		default:
			refuse.ServeHTTP(w, r)
		}
	})
}
