package inbox

import (
	"regexp"
	"strings"

	"golang.org/x/text/language"
)

// Mention is something that an acknowledgement must state (CRPA R112-11-1).
type Mention string

const (
	MentionDate      Mention = "the date of receipt"
	MentionService   Mention = "the service in charge"
	MentionAddress   Mention = "an electronic or postal address"
	MentionTelephone Mention = "the telephone"
)

// MentionError says what an acknowledgement lacks. Find it with errors.As.
type MentionError struct{ Missing []Mention }

// Error lists what is missing.
func (e *MentionError) Error() string {
	var names []string
	for _, m := range e.Missing {
		names = append(names, string(m))
	}
	return "it does not state " + strings.Join(names, ", ") + " (CRPA L112-11, R112-11-1)"
}

// CheckAcknowledgement compares a letter with what the law asks of it: CRPA L112-11 wants an acknowledgement of every payment
// made in a teleservice, R112-11-1 the date of receipt, the service in charge, its electronic or postal address, and its
// telephone. m is what the payer reads, n what it acknowledges and who writes. The error is a [*MentionError] with every mention
// that is missing: it is not in the letter, or n.From does not give it. Where n.From has no telephone, any telephone number does.
//
// [NewCatalog] does this for every wording, [Sender.Validate] for what a host gives; a host that writes its own letters, or has
// old ones, calls it.
func CheckAcknowledgement(m Message, n Acknowledgement) error {
	text := comparableText(m.Subject + "\n" + m.Text)
	has := func(s string) bool { s = comparableText(cleanLine(s)); return s != "" && strings.Contains(text, s) }
	all := func(lines Lines) bool {
		for _, l := range lines {
			if !has(l) {
				return false
			}
		}
		return len(lines) > 0
	}
	f := formatsFor(language.Make(m.Language))
	on := n.Payment.PaidAt

	var missing []Mention
	for _, c := range []struct {
		what   Mention
		stated bool
	}{
		{MentionDate, has(f.short(on)) || has(f.long(on)) || has(MediumDate(on)) || has(LongDate(on))},
		{MentionService, has(n.From.Fund)},
		{MentionAddress, all(linesOf(n.From.PostalAddress)) || has(n.From.EmailAddress)},
		{MentionTelephone, has(n.From.Telephone) || cleanLine(n.From.Telephone) == "" && anyTelephone.MatchString(text)},
	} {
		if !c.stated {
			missing = append(missing, c.what)
		}
	}
	if missing == nil {
		return nil
	}
	return &MentionError{missing}
}

// anyTelephone is a French number, short or long, or one that begins with the code of a country.
var anyTelephone = regexp.MustCompile(`\b3\d ?\d\d\b|\b0\d(?:[ .-]?\d\d){4}\b|\+\d{8,15}\b|\+\d{1,3}(?:[ .-]\d{1,4}){3,6}\b`)

// comparableText is a text without what a channel may have changed in it: spaces, line ends, apostrophes and the case of letters.
func comparableText(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(plainCharacters.Replace(s)), " "))
}
