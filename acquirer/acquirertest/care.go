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
			secrets,
		},
		{
			"concurrent",
			"A client is used from many goroutines at once, and each gets the answer to its own question. Run this with -race.",
			concurrent,
		},
	}
}

func secrets(t *trial) error {
	var hidden []string
	if w, ok := t.w.(Secretive); ok {
		hidden = append(hidden, w.Secrets()...)
	}
	p, err := t.begin(t.order())
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
	unknown := t.question(p)
	unknown.Reference, unknown.Handle = t.order().Reference, unknownHandle(unknown.Handle)
	_, notFound := t.client.Status(t.ctx, unknown)
	_, unverified := t.client.Parse(acquirer.Callback{})
	printed := map[string]string{"the client": everyForm(t.client), "the session": everyForm(p.session)}
	for name, err := range map[string]error{"Begin": used, "Status": notFound, "Parse": unverified} {
		if err != nil {
			printed["the error of "+name] = plainly(err)
		}
	}
	if w, ok := t.w.(Logging); ok {
		printed["the log"] = w.Logged()
	}
	return each(printed, func(text string) error { return hides(text, hidden) })
}

func concurrent(t *trial) error {
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
		trips[i], err = t.begin(t.order())
		return err
	})
	if err != nil {
		return err
	}
	for _, p := range trips {
		if err := t.end(p, acquirer.Accepted); err != nil {
			return err
		}
	}
	cbs, err := t.await(acquirer.Notify, many)
	if err != nil {
		return err
	}
	return all(func(i int) error {
		r, p, err := t.follow(cbs[i])
		if err != nil {
			return err
		}
		if err := t.ofOrder(r, p.order); err != nil {
			return err
		}
		asked, err := t.ask(p)
		if isSkip(err) {
			return nil
		}
		if err != nil {
			return err
		}
		return same(r, asked)
	})
}
