package payment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
)

// Config wires a [Service]. Store, Policies, ReturnURL and an acquirer are required; [New] reports every mistake at once.
type Config struct {
	Store    Store
	Policies creance.Policies // creance.Ameli()

	// Acquirer takes the new payments. Nil, while Others has some, closes the portal: Begin is ErrClosed and an Offer is not Payable, while
	// payments that were begun go on to their end.
	Acquirer acquirer.Client

	// Others are acquirers that took payments of this store before, or in another process, each of a merchant of its own: they are
	// asked about their merchant's payments, give money back, and their messages are taken; new payments all go to Acquirer. A fund that changes
	// its acquirer keeps the former client here for as long as a payment made there may be given back.
	Others []acquirer.Client

	// ReturnURL is where the acquirer sends the payer back, NotifyURL where it reports: absolute addresses of
	// ReturnHandler and NotifyHandler. Without a NotifyURL results are learned from the return and by asking.
	ReturnURL, NotifyURL string

	// Deliver hands a change to the host: each at least once, those of one payment in order, the next only after the
	// one before was taken. It must be idempotent on Change.Key, and end within 30 seconds. Nil: changes are dropped.
	// inbox.Deliverer makes one.
	Deliver Deliver

	Now     func() time.Time // nil: time.Now
	Logger  *slog.Logger     // nil: slog.Default()
	Observe acquirer.Observe // nil: nothing is observed

	// Chores are run by Work about once an hour, one after the other and beside all other work: an inbox.Mailbox's
	// DeleteDue is one. The context of each ends after two minutes, and the chore must
	// end with it: what is left waits for the next hour. A panic is an error of the chore.
	Chores []Chore

	BeginTimeout time.Duration // for the acquirer to open a session; zero: 30 seconds
	UnknownLimit time.Duration // after which an open question goes to a person; zero: 72 hours
	RecordWithin time.Duration // after which a payment not taken into account is overdue; zero: 24 hours (S77)
	KeepFor      time.Duration // how long a payment is kept from erasure; zero: five years of 365 days and a leap day each four

	// ReturnPage answers the payer's return with a small page that goes on by itself, instead of a redirection: hosts
	// whose session cookie is SameSite=Strict need it.
	ReturnPage bool

	// Prefix begins every reference: 3 to 23 of [A-Za-z0-9]; empty: DefaultPrefix. Two installations on one merchant
	// need two.
	Prefix string
}

// Service moves payments from one state to the next. It is safe for concurrent use, and any number of processes may share one
// store.
type Service struct {
	c        Config
	clients  clients
	times    timers
	hints    hintLimits
	wake     wakeups
	calls    runningCalls
	stopping *stopping

	chores struct {
		sync.Mutex
		next    time.Time
		running bool
	}
}

// New checks the configuration and returns a service. It starts nothing: call [Service.Work].
func New(c Config) (*Service, error) {
	c = c.withDefaults()
	known, err := newClients(c.Acquirer, c.Others)
	if err := errors.Join(c.findMistakes(), err); err != nil {
		return nil, err
	}
	return &Service{
		c:        c,
		clients:  known,
		times:    timers{begin: c.BeginTimeout, unknown: c.UnknownLimit, record: c.RecordWithin},
		wake:     newWakeups(),
		stopping: newStopping(),
	}, nil
}

// withDefaults returns the configuration with a value in each field that may be left out.
func (c Config) withDefaults() Config {
	c.Prefix = cmp.Or(c.Prefix, DefaultPrefix)
	c.BeginTimeout = cmp.Or(c.BeginTimeout, 30*time.Second)
	c.UnknownLimit = cmp.Or(c.UnknownLimit, 72*time.Hour)
	c.RecordWithin = cmp.Or(c.RecordWithin, 24*time.Hour)
	c.KeepFor = cmp.Or(c.KeepFor, (5*365+2)*24*time.Hour)
	c.Logger = cmp.Or(c.Logger, slog.Default())
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Observe == nil {
		c.Observe = func(ctx context.Context, _ string, _ ...slog.Attr) (context.Context, func(error, ...slog.Attr)) {
			return ctx, func(error, ...slog.Attr) {}
		}
	}
	return c
}

// findMistakes returns all mistakes, joined, but for those of the acquirers' merchants, which newClients finds.
func (c Config) findMistakes() error {
	var errs []error
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf("payment: Config: "+format, a...)) }
	if c.Store == nil {
		bad("Store is nil")
	}
	if err := c.Policies.Validate(); err != nil {
		bad("Policies: %w", err)
	}
	if !isAbsoluteURL(c.ReturnURL) {
		bad("ReturnURL %.80q is not an absolute http or https address", c.ReturnURL)
	}
	if c.NotifyURL != "" && !isAbsoluteURL(c.NotifyURL) {
		bad("NotifyURL %.80q is not an absolute http or https address", c.NotifyURL)
	}
	if err := checkPrefix(c.Prefix); err != nil {
		bad("Prefix: %w", err)
	} else if err := checkSample(c); err != nil {
		bad("the acquirer would refuse every order: %w", err)
	}
	for _, d := range []struct {
		name  string
		value time.Duration
	}{
		{"BeginTimeout", c.BeginTimeout}, {"UnknownLimit", c.UnknownLimit}, {"RecordWithin", c.RecordWithin}, {"KeepFor", c.KeepFor},
	} {
		if d.value < 0 {
			bad("%s is negative", d.name)
		}
	}
	return errors.Join(errs...)
}

func isAbsoluteURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http")
}

// now returns the instant as it is stored.
func (s *Service) now() time.Time { return storableInstant(s.c.Now()) }
