package payfip

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/payfip/internal/soap"
)

// opDoctor is the operation of the preflight's own errors.
const opDoctor = "doctor"

// Report is what a preflight found: whose régie it is, and whether money moves.
type Report struct {
	Numcli string
	Names  [3]string // the body, its service, the régie, as the DGFiP has them; any may be empty
	Saisie Saisie
}

// String says it in three lines for a terminal. Where no money moves it says TEST, in capitals.
func (r Report) String() string {
	var names []string
	for _, n := range r.Names {
		if n != "" {
			names = append(names, n)
		}
	}
	return fmt.Sprintf("PayFiP knows %s: %s\nsaisie %s: %s\nonly a payment shows whether the means of payment are activated and notifications arrive\n",
		r.Numcli, strings.Join(names, " / "), r.Saisie, saisieWords[r.Saisie])
}

// Format is String, whatever the verb.
func (r Report) Format(f fmt.State, _ rune) { io.WriteString(f, r.String()) }

// LogValue has the number, the names and the mode of entry.
func (r Report) LogValue() slog.Value {
	return slog.GroupValue(slog.String("numcli", r.Numcli), slog.String("names", strings.Join(r.Names[:], " / ")),
		slog.String("saisie", string(r.Saisie)), slog.Bool("money", r.Saisie.Money()))
}

// Doctor asks PayFiP who the régie is (recupererDetailClient): an address, a number and a platform that answers are right then. It
// moves nothing. It cannot see whether notifications will be let out of the DGFiP's network, nor which means are activated.
//
// Errors are an [*acquirer.Error], with the kinds of [Client.Status]: ErrConfiguration when PayFiP does not know the number.
func (c *Client) Doctor(ctx context.Context) (Report, error) {
	in := c.in
	q := request{opDoctor, soap.Client, "", []member{{"numCli", in.numcli}}} // with a capital here, and nowhere else
	a, f := in.call(ctx, q)
	if f != nil {
		return Report{}, f
	}
	if a.members["numcli"] != in.numcli {
		return Report{}, q.failed(acquirer.ErrUnverified, "PayFiP answers about another client number than %s", in.numcli)
	}
	r := Report{Numcli: in.numcli, Saisie: in.saisie}
	for i, name := range [...]string{"libelleN1", "libelleN2", "libelleN3"} {
		r.Names[i] = oneLine(a.members[name], 100)
	}
	return r, nil
}

// oneLine makes of a text from outside one line of at most so many characters that can be printed.
func oneLine(s string, most int) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
