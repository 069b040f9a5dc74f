package acquirertest

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/shopspring/decimal"
)

func secretCases() []Case {
	return []Case{{
		"secrets",
		"No verb prints a key, nor what lets the bearer of a session pay: logs are read by many.",
		printsNoSecret,
	}}
}

func printsNoSecret(t *trial) error {
	var hidden []string
	if w, ok := t.w.(Secretive); ok {
		hidden = append(hidden, w.Secrets()...)
	}
	p, err := t.beginTrip(t.newOrder())
	if err != nil {
		return err
	}
	opens := p.session.Fields
	if u, err := url.Parse(p.session.URL); err == nil && p.session.Link() {
		opens = u.Query()
	}
	for _, values := range opens {
		for _, v := range values {
			if len(v) >= 16 { // shorter ones are versions and the like
				hidden = append(hidden, v)
			}
		}
	}
	_, used := t.client.Begin(t.ctx, p.order)
	unknown := t.questionAbout(p)
	unknown.Reference, unknown.Handle = t.newOrder().Reference, unknownHandle(unknown.Handle)
	_, notFound := t.client.Status(t.ctx, unknown)
	_, unverified := t.client.Parse(acquirer.Callback{})
	printed := map[string]string{"the client": everyForm(t.client), "the session": everyForm(p.session)}
	for name, err := range map[string]error{"Begin": used, "Status": notFound, "Parse": unverified} {
		if err != nil {
			printed["the error of "+name] = errorText(err)
		}
	}
	if w, ok := t.w.(Logging); ok {
		printed["the log"] = w.Logged()
	}
	return forEach(printed, func(text string) error { return checkHidden(text, hidden) })
}

func handleHidden(t *trial) error {
	p, err := t.beginAndEnd(acquirer.Accepted)
	if err != nil {
		return err
	}
	q := t.questionAbout(p)
	stranger := q
	stranger.Handle = unknownHandle(q.Handle)
	elsewhere := q
	elsewhere.Merchant = "0" + q.Merchant
	r, err := t.askAbout(p)
	if err != nil {
		return err
	}
	printed := map[string]string{
		"the handle":   everyForm(p.session.Handle),
		"the session":  everyForm(p.session),
		"the question": fmt.Sprintf("%v %+v", q, q),
		"the answer":   everyForm(r),
	}
	for _, cb := range t.w.Callbacks() {
		printed["a callback by "+string(cb.Channel)] = fmt.Sprintf("%v %+v %#v", cb, cb, cb) + slog.AnyValue(cb).Resolve().String()
		if r, err := t.client.Parse(cb); err == nil {
			printed["what a callback by "+string(cb.Channel)+" says"] = everyForm(r)
		}
	}
	keepError := func(what string, err error) {
		if err != nil {
			printed[what] = errorText(err)
		}
	}
	_, err = t.client.Status(t.ctx, stranger)
	keepError("the error of a question about an unknown handle", err)
	_, err = t.client.Status(t.ctx, elsewhere)
	keepError("the error of a question for another merchant", err)
	for _, f := range []Fault{ServerError, Truncated, Unreachable} { // the error of an HTTP client has the address in it
		if t.w.Fault(f) == nil {
			_, err = t.client.Status(t.ctx, q)
			keepError("the error of a question with the fault "+string(f), err)
		}
	}
	for _, y := range giveBackWays {
		if method := y.method(t.client); method != nil {
			m := t.modificationOf(p, decimal.New(1, -2))
			m.Handle = stranger.Handle
			_, err = method(t.ctx, m)
			keepError("the error of "+y.op, err)
		}
	}
	if w, ok := t.w.(Logging); ok {
		printed["the log"] = w.Logged()
	}
	hidden := []string{q.Handle.Session, q.Handle.Proof, stranger.Handle.Session}
	return forEach(printed, func(text string) error { return checkHidden(text, hidden) })
}

// everyForm is how a value is printed: by verbs, in a log and as JSON.
func everyForm(v any) string {
	text := fmt.Sprintf("%v %+v %#v %s %q %x", v, v, v, v, v, v) + slog.AnyValue(v).Resolve().String()
	if b, err := json.Marshal(v); err == nil {
		text += string(b)
	}
	return text
}

// checkHidden checks that a text has none of the secrets, not in hexadecimal either.
func checkHidden(text string, secrets []string) error {
	for _, s := range secrets {
		if s != "" && (strings.Contains(text, s) || strings.Contains(text, fmt.Sprintf("%x", s))) {
			return fmt.Errorf("a secret of %d characters is printed", len(s))
		}
	}
	return nil
}

// errorText is an error as the verbs of fmt print it; secrets are searched in it.
func errorText(err error) string {
	return strings.Join([]string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)}, "\n")
}
