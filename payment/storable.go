package payment

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/quittance/quittance/acquirer"
)

// maxFieldBytes is how long a key, a name or a number may be, in bytes.
const maxFieldBytes = 200

// unfitText returns why a text cannot be stored: its length, or characters that a database refuses or a screen does not show. Empty:
// it can.
func unfitText(s string, most int) string {
	switch {
	case len(s) > most:
		return fmt.Sprintf("is longer than %d bytes", most)
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl):
		return "has characters that are not text"
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }):
		return "has characters that turn the direction of a text, so that a screen shows it otherwise than it is"
	}
	return ""
}

// storableInstant returns an instant as it is stored: UTC, microseconds, without the monotonic part.
func storableInstant(t time.Time) time.Time { return t.Round(0).UTC().Truncate(time.Microsecond) }

// storableText returns a text as every database takes it: valid UTF-8 without zero bytes.
func storableText(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// shortCause returns a text that an entry can hold: valid UTF-8 without zero bytes, of 200 bytes at most.
func shortCause(s string) string {
	const most = 200
	s = storableText(s)
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && s[cut]&0xC0 == 0x80 {
		cut--
	}
	return s[:cut] + "…"
}

// storableResult returns a result whose texts every database takes. Otherwise one odd character in the brand of a card would keep the store from
// the acceptance.
func storableResult(r acquirer.Result) acquirer.Result {
	for _, text := range []*string{
		&r.Reference, &r.OrderID, &r.Merchant, &r.Currency, (*string)(&r.Decline), &r.Code, &r.AcquirerCode, &r.AuthorisationID,
		&r.Brand, &r.MaskedPAN, (*string)(&r.Means), &r.Handle.Session, &r.Handle.Proof, &r.Handle.Payment,
	} {
		*text = storableText(*text)
	}
	return r
}

// storableHandle returns the handle as it is stored. The error says which part cannot be stored, and why.
func storableHandle(h acquirer.Handle, sessionEnds time.Time) (acquirer.Handle, error) {
	for _, f := range []struct{ name, value string }{{"Session", h.Session}, {"Proof", h.Proof}, {"Payment", h.Payment}} {
		if why := unfitText(f.value, maxFieldBytes); why != "" {
			return h, fmt.Errorf("payment: the %s of the acquirer's handle %s", f.name, why)
		}
	}
	if h.IsZero() {
		return h, nil
	}
	if h.ExpiresAt.IsZero() {
		h.ExpiresAt = sessionEnds
	}
	h.ExpiresAt = storableInstant(h.ExpiresAt)
	return h, nil
}
