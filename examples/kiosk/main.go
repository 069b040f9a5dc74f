// Kiosk runs a Sips platform alone, on this machine, for developers of any language, or one of Worldline Direct or PayFiP:
//
//	go run ./examples/kiosk -addr 127.0.0.1:9000
//	go run ./examples/kiosk -addr 127.0.0.1:9000 -platform direct
//	go run ./examples/kiosk -addr 127.0.0.1:9000 -platform payfip   # PayFiP, see payfip.go
//
// A shop points its client at http://127.0.0.1:9000 instead of its bank: paymentInit by JSON or by form, the payment pages in
// French, the automatic and the manual response, and of Office getTransactionData, cancel, refund and validate. The public test
// merchants are there; others are added by flag, each with its key versions:
//
//	go run ./examples/kiosk -merchant 011223344550000 -key 1=secret123 -key 2=another -merchant 002001000000001 -key 1=a-third
//
// With -platform direct a shop points its SDK at http://127.0.0.1:9000: hosted checkouts with their pages, payments, refunds,
// captures, cancellations and webhooks. The merchant is PCLDirect1 with the keys of package directtest's PublicMerchant, or
// others by flag:
//
//	go run ./examples/kiosk -platform direct -merchant MYPSPID -key my-key-id=secret -webhook-key my-webhook-key-id=another
//
// The page at / lists the transactions and makes things go wrong by a click: a notification that is sent again, late, doubled,
// dropped or tampered with, a call that is not answered. It lists what is taken and not simulated; an answer to a request that
// sends such a field has a header Not-Simulated that names it. The same by program: see api.go. Nothing moves money, nothing is
// kept, nothing leaves the machine.
//
// Read in this order: main.go; actions.go, what can be done; sips.go and direct.go, on which platform; api.go and page.go, the
// two ways to do it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(dispatch(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// options are the flags.
type options struct {
	addr, platform, ids string
	shops               shops
	session, delay      time.Duration
	several, unsealed   bool
}

// run returns the exit status: 2 for flags that are not understood, 1 when it cannot start with what they say.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var o options
	flags := flag.NewFlagSet("kiosk", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.addr, "addr", "127.0.0.1:9000", "where to listen: a loopback address")
	flags.StringVar(&o.platform, "platform", "sips", "which one: sips, direct or payfip, which has flags of its own (-platform payfip -help)")
	flags.Func("merchant", "a shop's `number` or PSPID; its keys follow (with sips the public test merchants are there besides)", o.shops.add)
	flags.Func("key", "a key of the merchant before, as `version=secret`, or with direct `id=secret`",
		func(v string) error { return o.shops.key("-key", v, false) })
	flags.Func("webhook-key", "direct: a webhook key of the merchant before, as `id=secret`",
		func(v string) error { return o.shops.key("-webhook-key", v, true) })
	flags.Func("numbering", "sips: who makes the references of the merchant before: merchant, platform or s10", o.shops.numbering)
	flags.Func("screening", "sips: the fraud engine of the merchant before: rules or score", o.shops.screening)
	flags.DurationVar(&o.session, "session", 15*time.Minute, "sips: how long a payer may do nothing")
	flags.DurationVar(&o.delay, "delay", time.Second, "how long a slow answer takes")
	flags.BoolVar(&o.several, "several", false, "sips: several cards on one reference")
	flags.BoolVar(&o.unsealed, "unsealed-office", false, "sips: no seal in the answers of Office, as on the TEST platform")
	flags.StringVar(&o.ids, "ids", "", "direct: the form of payment ids, underscored or nineteen digits")
	keep := flags.Duration("keep", 24*time.Hour, "how long a transaction that has ended is known")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if o.shops.trouble != nil {
		fmt.Fprintln(stderr, o.shops.trouble)
		return 2
	}
	open := platforms[o.platform]
	if flags.NArg() > 0 || open == nil {
		fmt.Fprintf(stderr, "kiosk: %.40q is no flag, or %.40q no platform\n", flags.Arg(0), o.platform)
		return 2
	}
	desk := newDesk()
	p, err := open(o, desk.handler())
	if wrong := flagError(""); errors.As(err, &wrong) {
		fmt.Fprintln(stderr, err)
		return 2
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	desk.open(p)
	defer p.Close()
	fmt.Fprintf(stdout, "A %s platform is at %s (this page, %s). Ctrl-C ends it.\n", p.name(), p.address(), p.serves())
	forget(ctx, p, *keep)
	fmt.Fprintln(stdout, "The platform is closed.")
	return 0
}

// forget drops what is old, once a minute, until the end.
func forget(ctx context.Context, p interface {
	Now() time.Time
	Forget(before time.Time) int
}, keep time.Duration) {
	t := time.NewTicker(time.Minute)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			p.Forget(p.Now().Add(-keep))
		}
	}
}

// shops are the merchants of the command line.
type shops struct {
	list    []shop
	trouble error // with a key: package flag would print the value
}

type shop struct {
	id, numbering, screening string
	keys                     []key
}

type key struct {
	name, secret string // Sips: the version; Direct: the key's id
	webhook      bool
}

// A flagError is what is wrong with the flags.
type flagError string

func (e flagError) Error() string { return "kiosk: " + string(e) }

var errNoMerchant = errors.New("a -merchant comes first")

func (s *shops) add(id string) error {
	s.list = append(s.list, shop{id: id})
	return nil
}

// key does not repeat what it was given: it is a secret.
func (s *shops) key(flag, value string, webhook bool) error {
	name, secret, ok := strings.Cut(value, "=")
	switch {
	case s.trouble != nil:
	case len(s.list) == 0:
		s.trouble = fmt.Errorf("kiosk: %s: %w", flag, errNoMerchant)
	case !ok || name == "" || secret == "":
		s.trouble = fmt.Errorf("kiosk: %s: not a version or an id, = and a secret", flag)
	default:
		last := &s.list[len(s.list)-1]
		last.keys = append(last.keys, key{name, secret, webhook})
	}
	return nil
}

func (s *shops) screening(value string) error {
	if len(s.list) == 0 {
		return errNoMerchant
	}
	s.list[len(s.list)-1].screening = value
	return nil
}

func (s *shops) numbering(value string) error {
	if len(s.list) == 0 {
		return errNoMerchant
	}
	s.list[len(s.list)-1].numbering = value
	return nil
}
