package acquirertest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/quittance/quittance/acquirer"
)

func returnCases() []Case {
	return []Case{
		{
			"return/other_proof",
			"What a browser brings is handed on as it is, so that the proof of another session never fits: whoever has a link to " +
				"a return could else act as its payer. Where no browser brings a proof, no result has one.",
			otherProof,
		},
		{
			"return/twice",
			"A browser that comes back twice, by a reload or a second tab, brings the same and changes nothing: a return may " +
				"never be what moves a payment.",
			returnTwice,
		},
	}
}

// payAndReturn has a payer pay an order, and returns what the browser brought back.
func (t *trial) payAndReturn() (*trip, acquirer.Callback, error) {
	before := len(t.sentOn(acquirer.Return))
	p, err := t.beginAndEnd(acquirer.Accepted)
	if err != nil {
		return nil, acquirer.Callback{}, err
	}
	cbs, err := t.awaitCallbacks(acquirer.Return, before+1)
	if err != nil {
		return nil, acquirer.Callback{}, err
	}
	return p, cbs[before], nil
}

func otherProof(t *trial) error {
	mine, brought, err := t.payAndReturn()
	if err != nil {
		return err
	}
	theirs, _, err := t.payAndReturn()
	if err != nil {
		return err
	}
	if !t.traits.Proof {
		return t.noProof()
	}
	r, err := t.parseGenuine(brought)
	proof, other := mine.session.Handle.Proof, theirs.session.Handle.Proof
	switch {
	case err != nil:
		return err
	case r.Handle.Session != mine.session.Handle.Session || r.Handle.Proof != proof:
		return errors.New("the browser's session and proof are not those that Begin gave")
	}
	found := false
	for _, p := range placesOf(brought) {
		at := slices.Index(p.get(brought), proof)
		if at < 0 {
			continue
		}
		found = true
		for what, value := range map[string][]string{"another session's": {other}, "an empty": {""}, "no": nil, "half a": {proof[:len(proof)/2]}} {
			r, err := t.client.Parse(p.withValues(brought, value...))
			if err != nil {
				if err := refusedWith(err, isZero(r), acquirer.ErrUnverified, acquirer.ErrInvalid); err != nil {
					return err
				}
				continue
			}
			if r.Handle.Proof == proof {
				return fmt.Errorf("with %s proof the return is taken for the session's own", what)
			}
		}
	}
	if !found {
		return errors.New("the proof stands nowhere in what the browser brought")
	}
	return nil
}

// noProof checks that no result has a proof.
func (t *trial) noProof() error {
	for _, cb := range t.w.Callbacks() {
		r, err := t.parseGenuine(cb)
		if err != nil {
			return err
		}
		if r.Handle.Proof != "" {
			return fmt.Errorf("a message by %s has a proof, and the traits say that there is none", cb.Channel)
		}
	}
	return nil
}

func returnTwice(t *trial) error {
	p, brought, err := t.payAndReturn()
	if err != nil {
		return err
	}
	if err := t.parseTwice(brought); err != nil {
		return err
	}
	first, got, err := t.followCallback(brought)
	if err != nil {
		return err
	}
	again, _, err := t.followCallback(brought)
	switch {
	case err != nil:
		return err
	case got != p:
		return errors.New("the return leads to another trip")
	}
	return sameResult(first, again)
}
