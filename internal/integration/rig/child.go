package rig

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/quittance/quittance/acquirer/worldline/sips"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/internal/integration/rig/books"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
	"github.com/shopspring/decimal"
)

// environment has a child's setting, as JSON.
const environment = "QUITTANCE_RIG_CHILD"

// The files that a child inherits.
const (
	listenerFile = 3 // of the notify handler; it stays open in the parent, so the port outlives the child
	linesFile    = 4
)

// setting is what a child is told at its start.
type setting struct {
	Database Database
	Shop     shop
	Clock    string // file
	Mailbox  string // URL
	Work     bool
	Record   bool
}

// shop is how a service finds its platform, in the child and in the parent.
type shop struct {
	Merchant, Secret  string
	Endpoints         sips.Endpoints
	ReturnURL, Notify string
}

func (s shop) serviceConfig(store payment.Store, now func() time.Time) (payment.Config, error) {
	client, err := sips.New(sips.Config{
		MerchantID: s.Merchant, Keys: sips.Keyring{1: {Secret: sips.NewSecret(s.Secret)}}, Endpoints: s.Endpoints, Now: now,
	})
	return payment.Config{
		Store: store, Acquirer: client, Policies: creance.Ameli(), ReturnURL: s.ReturnURL, NotifyURL: s.Notify, Now: now,
		Logger: slog.New(slog.DiscardHandler),
	}, err
}

// IsChild reports whether this process was started by a [World].
func IsChild() bool { return os.Getenv(environment) != "" }

// Serve is the whole life of a child. It ends with standard input, or with the command to stop.
func Serve() {
	if err := runChild(); err != nil {
		fmt.Fprintln(os.Stderr, "rig: child:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// child is a fund's portal in a process of its own.
type child struct {
	*payment.Service
	setting setting
	pools   []*sql.DB
	store   recorder
	now     func() time.Time
	box     *sqlmailbox.Mailbox
	mu      sync.Mutex
	lines   *os.File
}

func runChild() error {
	var s setting
	if err := json.Unmarshal([]byte(os.Getenv(environment)), &s); err != nil {
		return err
	}
	clock, err := openClock(s.Clock)
	if err != nil {
		return err
	}
	listener, err := net.FileListener(os.NewFile(listenerFile, "listener"))
	if err != nil {
		return err
	}
	c := &child{setting: s, lines: os.NewFile(linesFile, "lines")}
	db, store, err := s.Database.Open(sqlstore.Options{})
	if err != nil {
		return err
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer cancel()
	if err := store.Migrate(ctx); err != nil {
		return errors.Join(err, db.Close())
	}
	letters, box, err := s.Database.OpenMailbox()
	if err != nil {
		return errors.Join(err, db.Close())
	}
	if err := box.Migrate(ctx); err != nil {
		return errors.Join(err, letters.Close(), db.Close())
	}
	tell := func(f Fact) { c.writeLine(line{Fact: &f}) }
	c.pools, c.store, c.box, c.now = []*sql.DB{db, letters}, recorder{store, tell}, box, clock.Now
	config, err := s.Shop.serviceConfig(c.store, clock.Now)
	if err != nil {
		return err
	}
	catalog, err := inbox.NewCatalog()
	if err != nil {
		return err
	}
	deliver := inbox.Deliverer(post{box, s.Mailbox, tell}, catalog, inbox.Sender{
		Fund: "CPAM de test", PostalAddress: "1 rue de la Paix\n75000 Paris", Now: clock.Now,
	})
	config.Deliver = func(ctx context.Context, ch payment.Change) error {
		if err := deliver(ctx, ch); err != nil {
			return err
		}
		return c.recordIfPaid(ctx, ch)
	}
	config.Logger = debugLogger()
	config.Observe = logEveryOperation(config.Logger)
	if c.Service, err = payment.New(config); err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/notify", c.NotifyHandler())
	mux.Handle("/return", c.ReturnHandler(func(*http.Request, payment.Payment, error) string { return "/home" }))
	server := &http.Server{Handler: mux}
	go server.Serve(listener)
	var working sync.WaitGroup
	if s.Work {
		working.Go(func() { c.Work(ctx) })
	}
	c.writeLine(line{Answer: &answer{Done: os.Getpid()}}) // number 0: it is ready
	last := c.carryOutAll(ctx)
	cancel()
	working.Wait()
	err = errors.Join(server.Shutdown(context.Background()), letters.Close(), db.Close())
	if last != nil {
		last.setError(err)
		c.writeLine(line{Answer: last})
	}
	return err
}

// recordIfPaid records a paid payment, as a host does that shows it in the payer's account within the day.
func (c *child) recordIfPaid(ctx context.Context, ch payment.Change) error {
	if !c.setting.Record || ch.Payment.State != payment.Paid || ch.Entry.Effect != payment.EffectChanged {
		return nil
	}
	_, err := c.Record(ctx, ch.Payment.ID)
	if errors.Is(err, payment.ErrNotAllowed) { // it has moved on: there is nothing to show
		return nil
	}
	return err
}

// writeLine writes one line at once, so that a kill leaves it whole or not written.
func (c *child) writeLine(l line) {
	b, err := json.Marshal(l)
	if err != nil {
		panic(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines.Write(append(b, '\n'))
}

// carryOutAll carries out the commands of the standard input, each in a goroutine of its own. It ends with the input, or with the
// command to stop, whose answer it returns for the caller to send last.
func (c *child) carryOutAll(ctx context.Context) *answer {
	var busy sync.WaitGroup
	defer busy.Wait()
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	for in.Scan() {
		var order command
		if err := json.Unmarshal(in.Bytes(), &order); err != nil {
			panic(err)
		}
		if order.Do == "stop" {
			return &answer{N: order.N}
		}
		busy.Go(func() {
			a := answer{N: order.N}
			a.setError(c.carryOut(ctx, order, &a))
			c.writeLine(line{Answer: &a})
		})
	}
	return nil
}

// orders are the commands that a child knows.
var orders = map[string]func(*child, context.Context, command, *answer) error{
	"begin": func(c *child, ctx context.Context, o command, a *answer) error {
		p, session, err := c.Begin(ctx, Request(o.Key, o.Debt))
		a.Payment, a.Session = p, wholeSession(session)
		return err
	},
	"get": func(c *child, ctx context.Context, o command, a *answer) (err error) {
		a.Payment, err = c.Get(ctx, o.ID)
		return err
	},
	"record": func(c *child, ctx context.Context, o command, a *answer) (err error) {
		a.Payment, err = c.Record(ctx, o.ID)
		return err
	},
	"refund": func(c *child, ctx context.Context, o command, a *answer) (err error) {
		a.Payment, err = c.Refund(ctx, clerkCommand(o))
		return err
	},
	"question": func(c *child, ctx context.Context, o command, a *answer) (err error) {
		a.Payment, err = c.Question(ctx, clerkCommand(o))
		return err
	},
	"resolve": func(c *child, ctx context.Context, o command, a *answer) (err error) {
		a.Payment, err = c.Resolve(ctx, payment.Resolution{Command: clerkCommand(o), Verdict: o.Verdict})
		return err
	},
	"work": func(c *child, ctx context.Context, _ command, a *answer) error {
		for {
			n, err := c.WorkOnce(ctx)
			a.Done += n
			if n == 0 || err != nil {
				return err
			}
		}
	},
	"missing": func(c *child, ctx context.Context, o command, a *answer) (err error) {
		a.Facts, err = missingFacts(ctx, c.store, c.box, o.Facts)
		return err
	},
	"size": func(c *child, _ context.Context, _ command, a *answer) (err error) {
		closeIdle(c.pools)
		a.Size, err = measureSize()
		return err
	},
	"verify": func(c *child, ctx context.Context, _ command, _ *answer) error {
		return books.Of(c.store, c.now).Verify(ctx, nil)
	},
}

func (c *child) carryOut(ctx context.Context, o command, a *answer) error {
	f, ok := orders[o.Do]
	if !ok {
		return fmt.Errorf("there is no command %q", o.Do)
	}
	return f(c, ctx, o, a)
}

func clerkCommand(o command) payment.Command {
	return payment.Command{ID: o.ID, Version: o.Version, By: "clerk", Why: "the story says so"}
}

// Request asks to pay 75,00 € of a debt, which one notice claims from one debtor.
func Request(key, debt string) payment.BeginRequest {
	return payment.BeginRequest{Key: key, Debt: creance.Debt{
		ID: debt, Debtor: person + debt, Items: []creance.Item{{Kind: creance.Franchise, Year: 2025, Amount: decimal.New(75_00, -2)}},
		Notice: &creance.Notice{Number: "N-" + debt, Channel: creance.Paper},
	}}
}
