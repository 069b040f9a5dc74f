package inbox

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/quittance/quittance/internal/paris"
)

// Options say who writes, and how long a letter stays. CRPA R112-11-1 asks for the service, its electronic or postal address
// and its telephone on every acknowledgement: [Options.Validate] says what is missing.
//
// The zero value writes in the name of « Votre caisse d’Assurance Maladie », with the telephone 36 46 and no address.
type Options struct {
	Fund          string // the service in charge: "CPAM de Paris"
	PostalAddress string // lines, separated by \n
	EmailAddress  string
	Telephone     string // lines, with the tariff; prices age, so they belong here. Empty: the edition's own
	Signature     string // lines. Empty: the edition's own (S73)

	// KeepMonths is how many calendar months a letter stays in the mailbox (S68). Zero or less: six.
	KeepMonths int

	// Also are letters that [Deliverer] writes besides the acknowledgement and the notice of a refund. None: the source shows no
	// other letter, and none after a failure (S61).
	Also []LetterKind

	// Now is the clock: of several versions of a text, such as the telephone's tariff, it chooses. Nil: time.Now.
	Now func() time.Time
}

// keepMonths is how long the source keeps a letter: what came on 05/07/18 is deleted on 05/01/19 (S68).
const keepMonths = 6

// Validate returns everything that CRPA R112-11-1 asks for and that is missing, and what no letter may have: a link, an unknown
// kind of letter. Call it when the program starts: a letter with gaps is sent all the same. [CheckAcknowledgement] looks at the
// letter.
func (o Options) Validate() error {
	var errs []error
	bad := func(what string) {
		errs = append(errs, fmt.Errorf("inbox: Options: %s (CRPA R112-11-1)", what))
	}
	if clean(o.Fund) == "" {
		bad("Fund is empty: an acknowledgement names the service in charge")
	}
	if len(linesOf(o.PostalAddress)) == 0 && clean(o.EmailAddress) == "" {
		bad("PostalAddress and EmailAddress are empty: an acknowledgement gives one of them")
	}
	if len(linesOf(o.Telephone)) == 0 {
		bad("Telephone is empty: the edition's own, 36 46, is that of the Assurance Maladie")
	}
	for _, f := range []struct{ name, value string }{
		{"Fund", o.Fund}, {"PostalAddress", o.PostalAddress}, {"EmailAddress", o.EmailAddress},
		{"Telephone", o.Telephone}, {"Signature", o.Signature},
	} {
		if linked.MatchString(f.value) {
			errs = append(errs, fmt.Errorf(
				"inbox: Options: %s has a link; whoever reads a letter with a link learns to trust the next one", f.name))
		}
	}
	for _, k := range o.Also {
		if !slices.Contains(letterKinds(), k) {
			errs = append(errs, fmt.Errorf("inbox: Options: Also has %.40q, which is no kind of letter", string(k)))
		}
	}
	return errors.Join(errs...)
}

func (o Options) now() time.Time {
	if o.Now == nil {
		return time.Now()
	}
	return o.Now()
}

// DeletionDate is when a letter is to be deleted: so many calendar months later at the same time of day, counted in Paris, and
// never past the end of the month: six months after 31 August is 28 or 29 February (S68). Zero months or
// less: six. The result is UTC.
func DeletionDate(receivedAt time.Time, months int) time.Time {
	if months <= 0 {
		months = keepMonths
	}
	t := receivedAt.In(paris.Location)
	y, m, d := t.Date()
	last := time.Date(y, m+time.Month(months)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(y, m+time.Month(months), min(d, last), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), paris.Location).UTC()
}
