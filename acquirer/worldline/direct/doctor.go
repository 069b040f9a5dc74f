package direct

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/wire"
	"github.com/quittance/quittance/acquirer/preflight"
)

// notedBefore is how long before its end the doctor warns about the API key.
const notedBefore = 30 * 24 * time.Hour

// Doctor checks host, merchant, API key, webhook keys and clock without moving money: it asks for testconnection, and for each
// webhook key whether the platform has the same secret (validateCredentials). No call is repeated.
//
// What it cannot see it says as Unsure: whether the account honours a sale, whether webhooks arrive, and what the bank must
// answer before the first real payment (docs/direct.md §22).
//
// What is wrong is in the [preflight.Report], not in the error. The error is the context's when it ended before all was done.
func (c *Client) Doctor(ctx context.Context) (preflight.Report, error) {
	in := c.in
	r := preflight.Report{Checks: in.examineConnection(ctx)}
	for _, id := range slices.Sorted(maps.Keys(in.webhookKeys)) {
		if ctx.Err() != nil {
			break
		}
		r.Checks = append(r.Checks, in.examineWebhookKey(ctx, id))
	}
	r.Checks = append(r.Checks, in.checkSettings()...)
	return r, ctx.Err()
}

// examineConnection checks that the platform accepts the signature, and compares the clocks by the date of its answer.
func (in *inner) examineConnection(ctx context.Context) []preflight.Check {
	host := in.endpoint.Host
	var ok struct {
		Result string `json:"result"`
	}
	answer, e := in.exchange(ctx, request{
		op: preflight.Op, name: "testConnection", method: http.MethodGet, path: "services/testconnection", attempt: 1,
	}, &ok)
	connection := preflight.Check{Name: "connection", Verdict: preflight.Right, Text: fmt.Sprintf(
		"%s takes our signature: merchant %s, API key %s are right", host, in.merchant, in.key.ID)}
	switch {
	case e != nil && wire.Unreached(e.Err):
		connection.Verdict, connection.Text = preflight.Unsure, fmt.Sprintf("%s cannot be reached: %v", host, e.Err)
	case e != nil && (e.Kind == acquirer.ErrUnavailable || e.Kind == acquirer.ErrUnanswered) && answer.refusal != nil:
		connection.Verdict, connection.Text = preflight.Unsure, fmt.Sprintf("%s is not at work now: %v", host, e.Err)
	case e != nil:
		connection.Verdict, connection.Text = preflight.Wrong, fmt.Sprintf("%s cannot be used: %v", host, e.Err)
	case ok.Result != "OK":
		connection.Verdict, connection.Text = preflight.Wrong, fmt.Sprintf("%s answered %.20q and not OK", host, wire.Printable(ok.Result))
	}
	checks := []preflight.Check{connection}
	if apart := answer.apart.Abs(); apart > time.Minute {
		v := preflight.Unsure
		if apart >= 5*time.Minute {
			v = preflight.Wrong
		}
		checks = append(checks, preflight.Check{Name: "clock", Verdict: v, Text: fmt.Sprintf(
			"our clock and that of %s are %v apart: from five minutes on every call is refused", host, apart)})
	}
	return checks
}

// examineWebhookKey lets the platform check a webhook key by its signature of the empty message (docs/direct.md §13.6).
func (in *inner) examineWebhookKey(ctx context.Context, id string) preflight.Check {
	name := "webhook key " + id
	body := struct {
		Key    string `json:"key"`
		Secret string `json:"secret"`
	}{id, seal(in.webhookKeys[id], nil)}
	var ok struct {
		Result string `json:"result"`
	}
	_, e := in.exchange(ctx, request{
		op: preflight.Op, name: "validateCredentials", method: http.MethodPost, path: "webhooks/validateCredentials", attempt: 1, body: body,
	}, &ok)
	switch {
	case e != nil:
		return preflight.Check{Name: name, Verdict: preflight.Unsure, Text: fmt.Sprintf("the platform did not say whether it is right: %v", e.Err)}
	case ok.Result == "Valid":
		return preflight.Check{Name: name, Verdict: preflight.Right, Text: "the platform has the same secret"}
	case ok.Result == "Invalid" && len(in.webhookKeys) > 1:
		return preflight.Check{Name: name, Verdict: preflight.Unsure, Text: "the platform has another secret, or no such key any more: " +
			"right for a key that was replaced, or is not made yet; one of the keys must be the live one"}
	case ok.Result == "Invalid":
		return preflight.Check{Name: name, Verdict: preflight.Wrong, Text: "the platform has another secret for it, or no such key: every webhook will be refused"}
	}
	return preflight.Check{Name: name, Verdict: preflight.Unsure, Text: fmt.Sprintf("the platform answered %.20q", wire.Printable(ok.Result))}
}

// checkSettings checks the configuration without a call: the settings whose mistakes no answer of the platform would show.
func (in *inner) checkSettings() (checks []preflight.Check) {
	look := func(when bool, name, format string, a ...any) {
		if when {
			checks = append(checks, preflight.Check{Name: name, Verdict: preflight.Unsure, Text: fmt.Sprintf(format, a...)})
		}
	}
	expires, now := in.key.ExpiresAt, in.now()
	look(len(in.webhookKeys) == 0, "webhooks", "there is no webhook key: every webhook is refused, and payments are learned by asking only")
	look(expires.IsZero(), "API key", "nobody has noted when it expires (two years after it was made, unless the portal says otherwise): "+
		"set APIKey.ExpiresAt")
	look(!expires.IsZero() && now.Add(notedBefore).After(expires), "API key",
		"it expires on %s: a new pair ends the old one within hours, so plan the change", expires.UTC().Format(time.DateOnly))
	look(in.attempts > 1, "settings", "Attempts is %d: a refusal stays pending until the session is over", in.attempts)
	look(in.captures, "settings", "AccountCaptures is set: an authorisation that was never captured would count as paid")
	look(!in.captures, "capture",
		"no call tells whether the account honours a sale: make one test payment and see that it reaches code 9, not 5")
	look(strings.Contains(in.endpoint.Host, "preprod"), "settings", "%s is pre-production: no money moves there", in.endpoint.Host)
	look(true, "bank", "to ask the bank before production: how long a session can be read, the rate limits, the form of the payment ids, "+
		"and until when Sips answers for old payments (docs/direct.md §22)")
	return checks
}
