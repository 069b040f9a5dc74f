package payment

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"math"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/internal/euro"
)

// Entry is one line of a payment's journal: what happened, how it came, and what it led to. Entries of one payment
// form a chain: each commits to the one before, and the payment's Head to the last.
//
// By and Why, and the person's fields of the payment, enter the chain only as a salted hash (Personal). After
// [Service.Erase] they and the salts are gone, and the chain still verifies. Money names no person, and stays.
type Entry struct {
	Payment              ID
	Version              int // of the payment after it: 1, 2, 3 …
	Event                EventKind
	Effect               Effect
	From, To             State
	At                   time.Time
	Channel              acquirer.Channel
	Fingerprint, By, Why string // of the acquirer's message, or of the handle of the session that was opened; who; the reason or the cause
	Money                Money  // what the message said of money; zero unless it is an acceptance
	Previous, Hash       [32]byte
	Row                  [32]byte // commits to the payment as it stood after the entry
	Personal             [32]byte // commits to the personal fields
	Salt                 [16]byte // zero once erased
}

// Change is what goes out to the host for one journal entry.
type Change struct {
	Key     string // ID + "/" + Version; of an orphan "orphan/" + its fingerprint
	Entry   Entry
	Payment Payment // as it stood after the entry, without its session; of an orphan without ID, debt and debtor
}

// LogValue names no person: who and why are left out.
func (e Entry) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("version", e.Version), slog.String("event", string(e.Event)), slog.String("effect", string(e.Effect)),
		slog.String("from", string(e.From)), slog.String("to", string(e.To)), slog.Time("at", e.At))
}

// Format prints the event and where it led, whatever the verb.
func (e Entry) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "entry %s (%s, to %s)", string(e.Event), string(e.Effect), string(e.To))
}

// LogValue names no person.
func (c Change) LogValue() slog.Value {
	return slog.GroupValue(slog.String("key", c.Key), slog.Any("entry", c.Entry), slog.Any("payment", c.Payment))
}

// Format prints the key, whatever the verb.
func (c Change) Format(f fmt.State, _ rune) { io.WriteString(f, "change "+c.Key) }

// hasher writes values so that no two lists of values give the same bytes.
type hasher struct{ b []byte }

func (h *hasher) text(s ...string) {
	for _, s := range s {
		h.b = binary.AppendUvarint(h.b, uint64(len(s)))
		h.b = append(h.b, s...)
	}
}

func (h *hasher) time(t ...time.Time) {
	for _, t := range t {
		n := int64(0)
		if !t.IsZero() {
			if n = t.UnixMicro(); n == 0 {
				n = math.MinInt64 // the first instant of 1970 is not the absence of one
			}
		}
		h.b = binary.BigEndian.AppendUint64(h.b, uint64(n))
	}
}

func (h *hasher) sum() [32]byte { return sha256.Sum256(h.b) }

// link fills in what ties the entry to the chain: p is the payment after it, previous the head before it.
func (e Entry) link(p Payment, previous [32]byte) Entry {
	e.Payment, e.Version, e.Previous = p.ID, p.Version, previous
	rand.Read(e.Salt[:])
	e.Row = p.digest()
	e.Personal = e.personal(p)
	e.Hash = e.digest()
	return e
}

// digest is what Hash must be. An entry about money is of the second form, which commits to the money too.
func (e Entry) digest() [32]byte {
	h := hasher{make([]byte, 0, 512)}
	form := "entry/1"
	if !e.Money.none() {
		form = "entry/2"
	}
	h.text(form, string(e.Payment), string(e.Event), string(e.Effect), string(e.From), string(e.To), string(e.Channel), e.Fingerprint)
	if m := e.Money; !m.none() {
		h.text(euro.Describe(m.Amount), euro.Describe(m.Returned), m.Currency, m.Merchant, m.Authorisation)
	}
	h.b = binary.BigEndian.AppendUint64(h.b, uint64(e.Version))
	h.time(e.At)
	h.b = append(append(append(h.b, e.Previous[:]...), e.Row[:]...), e.Personal[:]...)
	return h.sum()
}

// personal is what Personal must be while the salt is there.
func (e Entry) personal(p Payment) [32]byte {
	h := hasher{append(make([]byte, 0, 512), e.Salt[:]...)}
	h.text(e.By, e.Why, p.Debtor, p.Key, p.Debt, p.Notice, p.Claim, p.Language)
	return h.sum()
}

// handleFingerprint is what the entry of a session keeps of its handle: a hash, in hexadecimal, of what the handle is from
// the session's commit to the end; its Payment is learned later. Empty for no handle.
func handleFingerprint(h acquirer.Handle) string {
	h.Payment = ""
	if h.IsZero() {
		return ""
	}
	b := hasher{make([]byte, 0, 256)}
	b.text("handle/1", h.Session, h.Proof)
	b.time(h.ExpiresAt)
	sum := b.sum()
	return hex.EncodeToString(sum[:])
}

// digest commits to everything in the row that is neither a person's nor passing: the session, the masked card number
// and the due time are left out, and the means of payment, which the code and the brand tell: a version before it, which may
// run beside this one, does not write it. To the handle the entry of its session commits. The second form has what versions
// before it did not keep; a row without that has the first, so that old journals verify.
func (p Payment) digest() [32]byte {
	h := hasher{make([]byte, 0, 512)}
	second := !p.Returned.IsZero() || !p.RefundFirstCalledAt.IsZero()
	form := "row/1"
	if second {
		form = "row/2"
	}
	h.text(form, string(p.ID), string(p.State), p.Reference, p.Merchant, p.Policy, euro.Describe(p.Amount), p.Currency,
		p.Authorisation, p.Brand, p.Code, string(p.Decline))
	h.b = binary.BigEndian.AppendUint64(h.b, uint64(p.Version))
	h.time(p.CreatedAt, p.PaidAt, p.RecordedAt, p.RefundAskedAt, p.RefundCalledAt, p.ReturnedAt)
	if second {
		h.text(euro.Describe(p.Returned))
		h.time(p.RefundFirstCalledAt)
	}
	return h.sum()
}
