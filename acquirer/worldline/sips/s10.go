package sips

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer/internal/wire"
	"github.com/quittance/quittance/internal/paris"
)

// most10 is the largest number of a transaction in Sips 1.0.
const most10 = 999_999

// S10Reference is the transactionReference that a shop which came from Sips 1.0 gets for a transaction of an instant: its day in Paris and
// its number, 1 to 999999, such as 20221121896 (sips.md §4.3). The number is the shop's to count, for each day anew. It is an error
// when it has another size. With numbers from 100000 on the reference is the same whether the platform keeps zeros in front or not.
func S10Reference(at time.Time, number int) (string, error) {
	if number < 1 || number > most10 {
		return "", fmt.Errorf("sips: S10Reference: %d is not from 1 to %d", number, most10)
	}
	return strconv.Itoa(paris.Of(at).Number()) + strconv.Itoa(number), nil
}

// checkS10 refuses what is no reference of a shop that came from Sips 1.0.
func checkS10(reference string) error {
	if _, err := cutS10(reference); err != nil {
		return wire.Problem("Reference", fmt.Sprintf("%.40q is not a day and a number such as 20221121896, as Config.Sips10 has it: %v; "+
			"package payment draws references of another form, so a shop like this is asked for by its bank to choose transactionReference, "+
			"or used without that package", reference, err))
	}
	return nil
}

// cutS10 returns the s10TransactionReference of a reference.
func cutS10(reference string) (map[string]any, error) {
	if len(reference) < 9 || !wire.Digits(reference, 14) {
		return nil, errors.New("it has not 9 to 14 digits")
	}
	day, number := reference[:8], reference[8:]
	if _, err := time.Parse("20060102", day); err != nil {
		return nil, errors.New("it does not begin with a day")
	}
	if number[0] == '0' {
		return nil, errors.New("its number has a zero in front")
	}
	return map[string]any{"s10TransactionId": number, "s10TransactionIdDate": day}, nil
}

// aroundMidnight is how long before and after midnight in Paris nothing is begun: the platform gives the day by its own clock.
const aroundMidnight = time.Minute

// beginsToday says why a reference of Sips 1.0 cannot be begun at an instant: the day in it is another one than the platform will give.
// wait is true when it is only a matter of a minute or two.
func beginsToday(reference string, now time.Time) (wait bool, err error) {
	today := strconv.Itoa(paris.Of(now).Number())
	before, after := paris.Of(now.Add(-aroundMidnight)), paris.Of(now.Add(aroundMidnight))
	switch {
	case !strings.HasPrefix(reference, today):
		return false, wire.Problem("Reference", fmt.Sprintf("%.40q is not of today, %s, and the platform numbers by its own day", reference, today))
	case before != after:
		return true, errors.New("nothing was sent: at midnight in Paris nobody knows which day the platform gives; try again in two minutes")
	}
	return false, nil
}

// nameOf are the fields that name a transaction of the shop in a request.
func (in *inner) nameOf(reference string) map[string]any {
	if in.sips10 {
		if name, err := cutS10(reference); err == nil {
			return map[string]any{"s10TransactionReference": name}
		}
	}
	return map[string]any{"transactionReference": reference}
}
