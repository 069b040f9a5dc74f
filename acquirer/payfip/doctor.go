package payfip

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"unicode"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/wire"
	"github.com/quittance/quittance/acquirer/payfip/internal/soap"
	"github.com/quittance/quittance/acquirer/preflight"
)

// Doctor asks PayFiP who the régie is (recupererDetailClient), without moving money: the address, the number and a platform that answers
// are right then. Where no money moves, the report says TEST in capitals. It cannot see whether notifications are let out of the
// DGFiP's network, nor which means of payment are activated.
//
// What is wrong is in the report, not in the error. The error is the context's when it ended before the answer.
func (c *Client) Doctor(ctx context.Context) (preflight.Report, error) {
	in := c.in
	var r preflight.Report
	say := func(name string, v preflight.Verdict, words ...string) {
		r.Checks = append(r.Checks, preflight.Check{Name: name, Verdict: v, Text: strings.Join(words, "")})
	}

	names, f := in.fetchNames(ctx)
	switch {
	case f == nil:
		say("service", preflight.Right, in.service.Host, " knows ", in.numcli, ": ", strings.Join(names, " / "))
	case wire.Unreached(f.Err):
		say("service", preflight.Unsure, in.service.Host, " cannot be reached: ", f.Err.Error())
	case f.Kind == acquirer.ErrUnavailable && !errors.As(f.Err, new(*url.Error)): // it answered
		say("service", preflight.Unsure, in.service.Host, " cannot be asked now: ", f.Err.Error())
	default:
		say("service", preflight.Wrong, in.service.Host, " cannot be used: ", f.Err.Error())
	}
	verdict := preflight.Unsure
	if in.saisie.Money() {
		verdict = preflight.Right
	}
	say("saisie", verdict, string(in.saisie), ", ", saisieWords[in.saisie])
	say("contract", preflight.Unsure, "only a payment shows which means of payment are activated, and whether notifications arrive")
	if in.mailbox == "" {
		say("mel", preflight.Unsure, "there is no Mailbox: a payer whose address PayFiP refuses cannot pay")
	}
	return r, ctx.Err()
}

// fetchNames returns the names of the body, its service and the régie that are not empty, as the DGFiP has them.
func (in *inner) fetchNames(ctx context.Context) ([]string, *acquirer.Error) {
	q := request{preflight.Op, soap.Client, "", []member{{"numCli", in.numcli}}} // only this operation writes the capital C
	a, f := in.call(ctx, q)
	if f != nil {
		return nil, f
	}
	if a.members["numcli"] != in.numcli {
		return nil, wire.NewError(q.op, "", acquirer.ErrUnverified, errors.New("the answer is about another client number"))
	}
	var names []string
	for _, member := range [...]string{"libelleN1", "libelleN2", "libelleN3"} {
		if name := oneLine(a.members[member], 100); name != "" {
			names = append(names, name)
		}
	}
	return names, nil
}

// oneLine reduces a text from outside to one line of printable characters, no more of them than most.
func oneLine(s string, most int) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
