package acquirertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
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
	if w, ok := t.w.(interface{ Secrets() []string }); ok {
		hidden = append(hidden, w.Secrets()...)
	}
	o := t.order()
	s, err := t.begin(o)
	if err != nil {
		return err
	}
	for _, values := range s.Fields {
		for _, v := range values {
			if len(v) >= 16 { // shorter ones are versions and the like
				hidden = append(hidden, v)
			}
		}
	}
	_, used := t.client.Begin(t.ctx, o)
	_, unknown := t.client.Status(t.ctx, acquirer.Question{Reference: t.order().Reference})
	_, unverified := t.client.Parse(acquirer.Callback{})
	printed := map[string]string{
		"%v": fmt.Sprintf("%v", t.client), "%+v": fmt.Sprintf("%+v", t.client), "%#v": fmt.Sprintf("%#v", t.client),
		"%s": fmt.Sprintf("%s", t.client), "%q": fmt.Sprintf("%q", t.client), "%x": fmt.Sprintf("%x", t.client),
		"slog": slog.AnyValue(t.client).Resolve().String(), "%+v of the session": fmt.Sprintf("%+v", s),
		"%#v of the session": fmt.Sprintf("%#v", s),
	}
	if b, err := json.Marshal(t.client); err == nil {
		printed["JSON"] = string(b)
	}
	for name, err := range map[string]error{"Begin": used, "Status": unknown, "Parse": unverified} {
		if err != nil {
			printed["the error of "+name] = plainly(err)
		}
	}
	return each(printed, func(text string) error {
		for _, h := range hidden {
			if h != "" && (strings.Contains(text, h) || strings.Contains(text, fmt.Sprintf("%x", h))) {
				return fmt.Errorf("a secret of %d characters is printed", len(h))
			}
		}
		return nil
	})
}

func concurrent(t *trial) error {
	const many = 16
	orders := make([]acquirer.Order, many)
	sessions := make([]acquirer.Session, many)
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
		orders[i] = t.order()
		sessions[i], err = t.begin(orders[i])
		return err
	})
	if err != nil {
		return err
	}
	for _, s := range sessions {
		if err := unsupported("paying", t.w.Pay(s, acquirer.Accepted)); err != nil {
			return err
		}
	}
	cbs, err := t.await(acquirer.Notify, many)
	if err != nil {
		return err
	}
	return all(func(i int) error {
		r, err := t.parse(cbs[i])
		if err != nil {
			return err
		}
		var o acquirer.Order
		for _, c := range orders {
			if c.Reference == r.Reference {
				o = c
			}
		}
		if err := t.ofOrder(r, o); err != nil {
			return err
		}
		asked, err := t.client.Status(t.ctx, acquirer.Question{Reference: o.Reference})
		if errors.Is(err, acquirer.ErrUnsupported) {
			return nil
		}
		if err != nil {
			return err
		}
		return same(r, asked)
	})
}
