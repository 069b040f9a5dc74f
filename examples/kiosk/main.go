// Kiosk runs a Sips platform alone, on this machine, for developers of any language:
//
//	go run ./examples/kiosk -addr 127.0.0.1:9000
//
// A shop points its client at http://127.0.0.1:9000 instead of its bank: paymentInit by JSON or by form, the payment pages in
// French, the automatic and the manual response, and of Office getTransactionData, cancel and refund. The public test merchants
// are there; others are added by flag, each with its key versions:
//
//	go run ./examples/kiosk -merchant 011223344550000 -key 1=secret123 -key 2=another -merchant 002001000000001 -key 1=a-third
//
// The page at / lists the transactions and makes things go wrong by a click: a notification that is sent again, late, doubled, dropped or
// tampered with, a call that is not answered. The same by program: see api.go. Nothing moves money, nothing is kept, nothing leaves the machine.
//
// Read in this order: main.go; actions.go, what can be done; api.go and page.go, the two ways to do it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(dispatch(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run returns the exit status: 2 for flags that are not understood, 1 when it cannot start with what they say.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var o sipstest.Options
	var shops shops
	flags := flag.NewFlagSet("kiosk", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.Addr, "addr", "127.0.0.1:9000", "where to listen: a loopback address")
	flags.Func("merchant", "a shop's `number`; its keys follow (default: the public test merchants)", shops.add)
	flags.Func("key", "a key of the merchant before, as `version=secret`", shops.key)
	flags.Func("numbering", "who makes the references of the merchant before: merchant, platform or s10", shops.numbering)
	flags.DurationVar(&o.SessionTimeout, "session", 15*time.Minute, "how long a payer may do nothing")
	flags.DurationVar(&o.Delay, "delay", time.Second, "how long a slow answer takes")
	flags.BoolVar(&o.SeveralAttempts, "several", false, "several cards on one reference")
	flags.BoolVar(&o.UnsealedOffice, "unsealed-office", false, "no seal in the answers of Office, as on the TEST platform")
	keep := flags.Duration("keep", 24*time.Hour, "how long a transaction that has ended is known")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if shops.trouble != nil {
		fmt.Fprintln(stderr, shops.trouble)
		return 2
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "kiosk: %.40q is no flag\n", flags.Arg(0))
		return 2
	}
	o.Merchants = shops.list
	desk := newDesk()
	o.Other = desk.handler()
	platform, err := sipstest.Listen(o)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	desk.open(platform)
	defer platform.Close()
	fmt.Fprintf(stdout, "A Sips platform is at %s (this page, paymentInit, Office). Ctrl-C ends it.\n", platform.URL)
	forget(ctx, platform, *keep)
	fmt.Fprintln(stdout, "The platform is closed.")
	return 0
}

// forget drops what is old, until the end.
func forget(ctx context.Context, platform *sipstest.Server, keep time.Duration) {
	t := time.NewTicker(time.Minute)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			platform.Forget(platform.Now().Add(-keep))
		}
	}
}

// shops are the merchants of the command line.
type shops struct {
	list    []sipstest.Merchant
	trouble error // with a key: package flag would print the value
}

var errNoMerchant = errors.New("a -merchant comes first")

func (s *shops) add(id string) error {
	s.list = append(s.list, sipstest.Merchant{ID: id, Keys: make(map[int]string)})
	return nil
}

func (s *shops) last() (*sipstest.Merchant, error) {
	if len(s.list) == 0 {
		return nil, errNoMerchant
	}
	return &s.list[len(s.list)-1], nil
}

func (s *shops) key(value string) error {
	if err := s.addKey(value); err != nil && s.trouble == nil {
		s.trouble = fmt.Errorf("kiosk: -key: %w", err)
	}
	return nil
}

// addKey does not repeat what it was given: it is a secret.
func (s *shops) addKey(value string) error {
	m, err := s.last()
	if err != nil {
		return err
	}
	version, secret, ok := strings.Cut(value, "=")
	v, err := strconv.Atoi(version)
	if !ok || err != nil || v < 1 || secret == "" {
		return errors.New("not a version from 1, = and a secret")
	}
	if m.Keys[v] != "" {
		return fmt.Errorf("version %d stands twice", v)
	}
	m.Keys[v] = secret
	return nil
}

func (s *shops) numbering(value string) error {
	m, err := s.last()
	if err == nil {
		m.Numbering = sipstest.Numbering(value)
	}
	return err
}
