package acquirertest

import (
	"errors"
	"fmt"
	"sync"

	"github.com/quittance/quittance/acquirer"
)

func concurrentCases() []Case {
	return []Case{{
		"concurrent",
		"A client is used from many goroutines at once, and each gets the answer to its own question. Run this with -race.",
		manyAtOnce,
	}}
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
