package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer/payfip/payfiptest"
)

// runPayfip runs a PayFiP platform, for -platform payfip: the web service with its description at ?wsdl, the payment pages in French,
// notifications and returns. A portal points its client at the two addresses that are printed.
//
//	go run ./examples/kiosk -platform payfip -numcli 006270 -notify two_hours -return form
//
// The page at / lists the transactions, makes things go wrong and changes the platform's habits. The same by program:
//
//	GET  /api/transactions   what really happened, oldest first
//	GET  /api/deliveries     the notifications that were sent, oldest first
//	GET  /api/journal        the envelopes, with sessions, addresses and objects masked
//	POST /api/ACTION         a JSON wish, see payfipActions
func runPayfip(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var o payfiptest.Options
	flags := flag.NewFlagSet("kiosk -platform payfip", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.Addr, "addr", "127.0.0.1:9000", "where to listen: a loopback address")
	flags.Func("numcli", "a régie's client `number`, six digits; may stand several times (default "+payfiptest.Numcli+")", func(number string) error {
		o.Regies = append(o.Regies, payfiptest.Regie{Numcli: number})
		return nil
	})
	flags.Func("activated", "the `means` activated for the régie before, such as card,debit (default: all)", func(list string) error {
		if len(o.Regies) == 0 {
			return errors.New("a -numcli comes first")
		}
		last := &o.Regies[len(o.Regies)-1]
		last.Activated = []payfiptest.Means{}
		for _, m := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' }) {
			last.Activated = append(last.Activated, payfiptest.Means(m))
		}
		return nil
	})
	flags.DurationVar(&o.Delay, "delay", time.Second, "how long a slow answer takes")
	flags.DurationVar(&o.PurgeAfter, "purge", 2*time.Hour, "how long after midnight in Paris what led nowhere is purged")
	habitFlags(flags, &o.Habits)
	keep := flags.Duration("keep", 400*24*time.Hour, "how long a transaction is known; after a year it is only kept for the page")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "kiosk: %.40q is no flag\n", flags.Arg(0))
		return 2
	}
	desk := new(payfipDesk)
	o.Other = desk.handler()
	platform, err := payfiptest.Listen(o)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	desk.platform.Store(platform)
	defer platform.Close()
	fmt.Fprintf(stdout, "A PayFiP platform is at %s\n  web service  %s\n  description  %s\n  payment page %s\nCtrl-C ends it.\n",
		platform.URL, platform.ServiceURL(), platform.WSDLURL(), platform.PageURL())
	forget(ctx, platform, *keep)
	fmt.Fprintln(stdout, "The platform is closed.")
	return 0
}

// habitFlags has a flag for each habit that a portal meets.
func habitFlags(flags *flag.FlagSet, h *payfiptest.Habits) {
	flags.Func("notify", "when notifications come: at_once, two_hours, at_night or never", func(s string) error {
		h.Notify = payfiptest.Moment(strings.TrimPrefix(s, "at_once"))
		return nil
	})
	flags.Func("notify-by", "how notifications come: form, query or get", func(s string) error { h.NotifyBy = payfiptest.Carrier(s); return nil })
	flags.StringVar(&h.NotifyName, "notify-name", "idOp", "the pair's name in notifications: idOp or idop")
	flags.Func("return", "how browsers come back: get, form or query", func(s string) error { h.ReturnBy = payfiptest.Carrier(s); return nil })
	flags.DurationVar(&h.ReadableAfter, "readable-after", 0, "how long after it was notified a result can be read")
	flags.BoolVar(&h.PayAfterGivingUp, "pay-after-giving-up", false, "a session that was given up can still be paid")
	flags.StringVar(&h.TransferLetter, "transfer-letter", "F", "the result of a simplified transfer")
	flags.BoolVar(&h.Status200, "status-200", false, "errors of the web service come with status 200")
}
