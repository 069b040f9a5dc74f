package payfip

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/wire"
)

// Takes returns the shape of what PayFiP sends, on both channels: GET or POST, in the query, in a form or in both (docs/payfip.md §8).
func (c *Client) Takes(acquirer.Channel) (shapes []acquirer.Shape, headers []string) {
	return []acquirer.Shape{acquirer.Pairs}, nil
}

// Answer has no text: PayFiP does not verify addresses.
func (c *Client) Answer(*http.Request) (text string, ok bool) { return "", false }

// Parse reads a notification or a returning browser. Both bring an idOp and nothing else that counts: the [acquirer.Result] is a
// hint, whose Handle.Session is that idOp. Anyone can send one, so look it up before asking.
//
// The name of the pair is idOp or idop, in any case. Its value may stand in the form, in the query or in both, and must be the same
// everywhere; other pairs, such as a result, are never read. Errors are an [*acquirer.Error] of kind ErrInvalid: no idOp, one that
// cannot be one, or two different ones.
func (c *Client) Parse(cb acquirer.Callback) (acquirer.Result, error) {
	var found string
	for _, pairs := range [...]url.Values{cb.Form, cb.Query} {
		for name, values := range pairs {
			if !strings.EqualFold(name, "idop") {
				continue
			}
			for _, v := range values {
				switch {
				case !isIdOp(v):
					return acquirer.Result{}, wire.Invalid(acquirer.OpParse, "", wire.Problem("idOp", "not 1 to 64 letters, digits and dashes"))
				case found != "" && found != v:
					return acquirer.Result{}, wire.Invalid(acquirer.OpParse, "", wire.Problem("idOp", "two different ones"))
				}
				found = v
			}
		}
	}
	if found == "" {
		return acquirer.Result{}, wire.Invalid(acquirer.OpParse, "", wire.Problem("idOp", "there is none"))
	}
	return acquirer.Result{Hint: true, Handle: acquirer.Handle{Session: found}}, nil
}
