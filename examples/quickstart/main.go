// Quickstart plays the teleservice « Paiement d'une créance » from a debt to its acknowledgement, and prints what everybody sees:
//
//	go run ./examples/quickstart               the debts of debts.json, which are built in
//	go run ./examples/quickstart my-debts.json a list of your own, in the JSON form of creance.Debt
//	go run ./examples/quickstart -acquirer sips the same story over HTTP, with a simulated Sips platform
//	go run ./examples/quickstart -acquirer direct the same with Worldline Direct, its successor
//	go run ./examples/quickstart -acquirer payfip the same with PayFiP, of the public purse
//	go run ./examples/quickstart -policy cantine  a town hall in place of the fund: its canteen's bills, by its own rule and in its own words
//
// With -acquirer sips and a shop of your own (QUITTANCE_SIPS_MERCHANT, _KEY, _KEY_VERSION, _PAYPAGE, _OFFICE, and _ALGORITHM if it is not
// HMAC-SHA-256) it talks to a real platform instead: it checks the shop, and you pay one debt in a browser, see shop.go. So it does with
// -acquirer direct and an account of your own (QUITTANCE_DIRECT_MERCHANT, _KEY, _SECRET, _ENDPOINT).
//
// It says of each debt whether it may be paid online, and why not; pays those that may; takes the payments into account on the
// next day; prints their journals; and ends with the source document's own scene of 2017, both cases.
//
// Everything goes through the public packages, and nothing leaves the machine: the bank is package mock, or a Sips platform on a
// loopback port, store and mailbox live in memory, and the clock moves when the program says so. Two runs print the same.
//
// Read in this order: host.go, what an application wires together; bank.go, who takes the cards; body.go, who is owed; trip.go, what it does for one payer; scenes.go, who does what;
// day.go, what comes after; source.go, the scene of 2017. The other files are the file of debts and the screens.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run returns the exit status: 1 for a file that is wrong, with which nothing is paid, and for whatever else fails.
func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: quickstart [-acquirer mock|sips|direct|payfip] [-policy ameli|cantine] [FILE]: a JSON list of debts; without it the sample that is built in")
	}
	acquirer := flags.String("acquirer", "mock", "who takes the cards: mock, in the process; sips, direct or payfip, a simulated platform over HTTP")
	policy := flags.String("policy", "ameli", "whose debts: ameli, a fund's co-payments; cantine, a town hall's bills")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	of, known := bodies[*policy]
	if _, ok := banks[*acquirer]; !ok || !known || flags.NArg() > 1 {
		flags.Usage()
		return 2
	}
	path := flags.Arg(0)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	debts, err := of.readDebts(ctx, path)
	if err != nil {
		fmt.Fprintf(stderr, "quickstart: nothing was paid:\n%v\n", err)
		return 1
	}
	if own := ownShops[*acquirer]; own != nil {
		shop, err := own()
		if err == nil && shop != nil {
			err = playOwnShop(ctx, stdout, shop, of, debts)
		}
		if err != nil {
			fmt.Fprintf(stderr, "quickstart: %v\n", err)
			return 1
		}
		if shop != nil {
			return 0
		}
	}
	out := newScreen(stdout)
	err = playStory(ctx, out, *acquirer, of, debts)
	if ferr := out.Flush(); err == nil {
		err = ferr
	}
	if err != nil {
		fmt.Fprintf(stderr, "quickstart: %v\n", err)
		return 1
	}
	return 0
}

// playStory is the whole program, once the debts are read.
func playStory(ctx context.Context, out *screen, acquirer string, of body, debts []creance.Debt) error {
	if err := of.sender.Validate(); err != nil {
		return err
	}
	h, err := newHost(setting{bank: acquirer, at: firstDay(debts), body: of})
	if err != nil {
		return err
	}
	defer h.close()
	s := &story{host: h, screen: out, kiosk: kiosk{
		shop: of.sender.Fund, payfip: acquirer == "payfip",
		authentication: "Selon votre établissement bancaire, vous pourrez être redirigé vers la page d’authentification de votre " +
			"banque avant la validation de votre paiement.",
	}}
	next, err := s.renderFrench(inbox.NextSteps{})
	if err != nil {
		return err
	}
	s.follows = next.Text
	payable, err := s.listDebts(debts)
	if err != nil {
		return err
	}
	if len(payable) > 0 {
		for _, part := range []func(context.Context, []creance.Debt) error{s.playDay, s.dayAfter, s.closeBooks} {
			if err := part(ctx, payable); err != nil {
				return err
			}
		}
	}
	if !of.hasFilms {
		return nil
	}
	return playSource(ctx, out, acquirer)
}
