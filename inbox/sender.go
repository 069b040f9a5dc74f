package inbox

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/quittance/quittance/internal/french"
	"golang.org/x/text/language"
)

// Sender says who writes, and how long a letter stays. CRPA R112-11-1 asks for the service, its electronic or postal address and its
// telephone on every acknowledgement: [Sender.Validate] says what is missing.
//
// Names, numbers and addresses are the same in every language. Everything else that a letter says of the sender is words, so it has a
// language ([Words]) or comes from the edition, whose texts have a language and a day: a letter is never in two languages, and never
// has the tariff of another year.
//
// The zero value writes in the name of « Votre caisse d’Assurance Maladie », with the telephone 36 46 and no address.
type Sender struct {
	Fund          string // the service in charge: "CPAM de Paris"
	PostalAddress string // lines, separated by \n; see [Address]
	EmailAddress  string

	// CPAM says that the fund is a CPAM or a CGSS, whose telephone is the 36 46. The edition's text « telephone » has that number, the
	// number from abroad, and their tariff on each day. Telephone is then empty.
	CPAM bool

	// Telephone is the fund's own number as it is dialled in France, and nothing else: "01 99 00 12 34". The edition's text « number »
	// adds the words. Since 2021 no number of a social security body is surcharged (loi 2018-727, article 28).
	Telephone string

	// TelephoneAbroad is how the fund is reached from abroad, beginning with + (CRPA L112-11: those « résidant en France ou à
	// l'étranger »). Empty: Telephone with +33, or with the code of an overseas department, where that is a number of ten digits.
	TelephoneAbroad string

	// Officer answers for the letters (CRPA L111-2). A [Reminder] must have one. The zero Officer is not named: an acknowledgement is
	// written by a program.
	Officer Officer

	Signature Words // lines. Without words in a letter's language: the edition's own (S73)

	// KeepMonths is how many calendar months a letter stays in the mailbox (S68). Zero or less: six.
	KeepMonths int

	// Also are letters that [Deliverer] writes besides the acknowledgement and the notice of a refund. None: the source shows no
	// other letter, and none after a failure (S61).
	Also []LetterKind

	// Now is the clock: of several versions of a text, such as the telephone's tariff, it chooses. Nil: time.Now.
	Now func() time.Time
}

// Officer is who answers for a letter: first name and name, and the quality in which they write.
type Officer struct {
	Name    string // "Anne Durand"
	Quality Words  // "directrice de la CPAM de l’Exemple"
}

// Validate returns everything that CRPA R112-11-1 asks for and that is missing, and what no letter may have: a link, words in a
// telephone number, an unknown kind of letter. Call it when the program starts: a letter with gaps is sent all the same.
// [CheckAcknowledgement] looks at the letter.
func (s Sender) Validate() error {
	var errs []error
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf("inbox: Sender: "+format, a...)) }
	if cleanLine(s.Fund) == "" {
		bad("Fund is empty: an acknowledgement names the service in charge (CRPA R112-11-1)")
	}
	if len(linesOf(s.PostalAddress)) == 0 && cleanLine(s.EmailAddress) == "" {
		bad("PostalAddress and EmailAddress are empty: an acknowledgement gives one of them (CRPA R112-11-1)")
	}
	number, abroad := cleanLine(s.Telephone), s.fromAbroad()
	switch {
	case s.CPAM && number+cleanLine(s.TelephoneAbroad) != "":
		bad("CPAM says that the telephone is the 36 46, and Telephone is another; leave one of them out")
	case s.CPAM:
	case number == "":
		bad("Telephone is empty: give the fund's number, or say CPAM if it is the 36 46 of the Assurance Maladie (CRPA R112-11-1)")
	case !telephoneNumber.MatchString(number):
		bad("Telephone is %.40q: only the number stands there; the edition's text « number » has its tariff, in every language", number)
	case abroad == "":
		bad("TelephoneAbroad is empty, and Telephone cannot be dialled from abroad (CRPA L112-11)")
	}
	if n := cleanLine(s.TelephoneAbroad); n != "" && !abroadNumber.MatchString(n) {
		bad("TelephoneAbroad is %.40q, and not a number that begins with + and the code of a country", n)
	}
	for _, f := range []struct{ name, value string }{
		{"Fund", s.Fund}, {"PostalAddress", s.PostalAddress}, {"EmailAddress", s.EmailAddress}, {"Officer.Name", s.Officer.Name},
	} {
		if linkPattern.MatchString(f.value) {
			bad("%s has a link; whoever reads a letter with a link learns to trust the next one", f.name)
		}
	}
	for _, err := range slices.Concat(s.Signature.validate("Signature"), s.Officer.Quality.validate("Officer.Quality")) {
		bad("%w", err)
	}
	if cleanLine(s.Officer.Name) == "" && len(s.Officer.Quality) > 0 {
		bad("Officer has a quality and no name (CRPA L111-2)")
	}
	for _, k := range s.Also {
		if !slices.Contains(letterKinds(), k) {
			bad("Also has %.40q, which is no kind of letter", string(k))
		}
	}
	return errors.Join(errs...)
}

// What a telephone number looks like as it is dialled in France, and from abroad.
var (
	telephoneNumber = regexp.MustCompile(`^\+?\d[\d .-]*$`)
	abroadNumber    = regexp.MustCompile(`^\+\d[\d .-]{6,}$`)
	tenDigits       = regexp.MustCompile(`^0[1-59]\d{8}$`)
)

// overseas are the codes of countries that numbers of overseas departments have when they are dialled from abroad. All others: +33.
var overseas = map[string]string{
	"0262": "+262", "0263": "+262", "0269": "+262", "0590": "+590", "0594": "+594", "0596": "+596",
}

// fromAbroad is the number for those who are abroad; empty if it is not known.
func (s Sender) fromAbroad() string {
	if n := cleanLine(s.TelephoneAbroad); n != "" {
		return n
	}
	number := cleanLine(s.Telephone)
	digits := strings.NewReplacer(" ", "", ".", "", "-", "").Replace(number)
	switch {
	case strings.HasPrefix(digits, "+"):
		return number
	case !tenDigits.MatchString(digits):
		return ""
	}
	code, ok := overseas[digits[:4]]
	if !ok {
		code = "+33"
	}
	return code + " " + strings.TrimPrefix(number, "0")
}

// keepOnOneLine returns a number whose spaces are U+00A0, so that no line breaks in it.
func keepOnOneLine(number string) string {
	return strings.ReplaceAll(cleanLine(number), " ", french.NoBreak)
}

// Telephone is how the sender is called, as a letter of today has it: the number with its tariff and the number from abroad, on one line,
// for the host's own pages. It fails only for a catalog that [NewCatalog] did not make.
func (c *Catalog) Telephone(tag language.Tag, from Sender) (string, error) {
	e, err := c.editionFor(tag)
	if err != nil {
		return "", fmt.Errorf("inbox: Telephone: %w", err)
	}
	t := factBuilder{edition: e}
	if err := t.setSender(from); err != nil {
		return "", fmt.Errorf("inbox: Telephone: %w", err)
	}
	return t.Facts.Telephone.String(), nil
}

// signedBy is the officer in words; empty if there is none.
func (s Sender) signedBy(tag language.Tag) string {
	name, quality := typographicApostrophes(cleanLine(s.Officer.Name)), typographicApostrophes(cleanLine(s.Officer.Quality.forLanguage(tag)))
	if name == "" || quality == "" {
		return name
	}
	return name + ", " + quality
}

func (s Sender) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}
