package acquirertest

import (
	"errors"
	"fmt"
	"net/url"
	"sync"

	"github.com/quittance/quittance/acquirer"
)

func careCases() []Case {
	return []Case{
		{
			"secrets",
			"No verb prints a key, nor what lets the bearer of a session pay: logs are read by many.",
			printsNoSecret,
		},
		{
			"concurrent",
			"A client is used from many goroutines at once, and each gets the answer to its own question. Run this with -race.",
			manyAtOnce,
		},
	}
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

func manyAtOnce(t *trial) error {
	const many = 16
	trips := make([]*trip, many)
	broken := make([]error, many)
	all := func(f func(i int) error) error {
		var wg sync.WaitGroup
		for i := range many {
			wg.Go(func() {
				defer func() { // a panic must fail this case, not the process
					if p := recover(); p != nil {
						broken[i] = fmt.Errorf("panic: %v", p)
					}
				}()
				broken[i] = f(i)
			})
		}
		wg.Wait()
		return errors.Join(broken...)
	}
	err := all(func(i int) (err error) {
		trips[i], err = t.beginTrip(t.newOrder())
		return err
	})
	if err != nil {
		return err
	}
	for _, p := range trips {
		if err := t.endTrip(p, acquirer.Accepted); err != nil {
			return err
		}
	}
	cbs, err := t.awaitCallbacks(acquirer.Notify, many)
	if err != nil {
		return err
	}
	return all(func(i int) error {
		r, p, err := t.followCallback(cbs[i])
		if err != nil {
			return err
		}
		if err := t.ofOrder(r, p.order); err != nil {
			return err
		}
		asked, err := t.askAbout(p)
		if isSkip(err) {
			return nil
		}
		if err != nil {
			return err
		}
		return sameResult(r, asked)
	})
}
