package mock

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
)

// bareNumbers: a notification and a return hold the session's number and nothing else.
var bareNumbers = dialect{
	shapes: map[acquirer.Channel]acquirer.Shape{acquirer.Notify: acquirer.PostForm, acquirer.Return: acquirer.Pairs},
	write: func(a *Acquirer, t bank.Transaction, c acquirer.Channel) acquirer.Callback {
		return numberIn(t.ID, c)
	},
	parse: (*Acquirer).parseNumber,
	writeFor: func(_ *Acquirer, r acquirer.Result, c acquirer.Channel) (acquirer.Callback, error) {
		return numberIn(r.Handle.Session, c), nil
	},
	links: true,
}

const numberField = "number"

// numberIn is a form for the notification, a query for the return.
func numberIn(number string, c acquirer.Channel) acquirer.Callback {
	pairs := url.Values{numberField: {number}}
	if c == acquirer.Return {
		return acquirer.Callback{Channel: c, Query: pairs}
	}
	return acquirer.Callback{Channel: c, Form: pairs}
}

// parseNumber finds the number in the form or in the query; a browser may bring it in either, but only once.
func (a *Acquirer) parseNumber(cb acquirer.Callback) (acquirer.Result, error) {
	values := cb.Form[numberField]
	if cb.Channel == acquirer.Return {
		values = append(values[:len(values):len(values)], cb.Query[numberField]...)
	}
	number, err := onlyID(values)
	if err != nil {
		return acquirer.Result{}, parseFailure(acquirer.ErrInvalid, "number: %w", err)
	}
	return acquirer.Result{Hint: true, Merchant: a.Merchant(), Handle: acquirer.Handle{Session: number}}, nil
}

var errNoID = errors.New("it is not one of this acquirer's")

// onlyID returns the one value, if it has the form of an id.
func onlyID(values []string) (string, error) {
	if len(values) != 1 {
		return "", fmt.Errorf("it stands %d times, expected once", len(values))
	}
	if checkText(values[0], 27, 27, digits+small+"-") != nil {
		return "", errNoID
	}
	return values[0], nil
}

// tamperNumber puts another number in the place of the true one.
func tamperNumber(pairs url.Values) {
	if pairs.Has(numberField) {
		pairs.Set(numberField, newID())
	}
}
