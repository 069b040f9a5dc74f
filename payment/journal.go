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
	"strconv"
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
	Payment        ID
	Version        int // of the payment after it: 1, 2, 3 …
	Event          EventKind
	Effect         Effect
	From, To       State
	At             time.Time
	Channel        acquirer.Channel
	Fingerprint    string // of the acquirer's message, or of the opened session's handle
	By             string // the clerk, or who called Record
	Why            string // the clerk's reason, or the cause
	Money          Money  // what the message said of money; zero unless it is an acceptance
	Previous, Hash [32]byte
	Row            [32]byte // commits to the payment as it stood after the entry
	Personal       [32]byte // commits to the personal fields
	Salt           [16]byte // zero once erased
}

// Change is what goes out to the host for one journal entry.
type Change struct {
	Key     string // ID + "/" + Version; of an orphan "orphan/" + its fingerprint
	Entry   Entry
	Payment Payment // as it stood after the entry, without its session; of an orphan without ID, debt and debtor
}

// NewChange returns the outgoing change of an entry, for stores to keep. It has neither session nor handle.
func NewChange(p Payment, e Entry) Change {
	p.Session, p.Handle = acquirer.Session{}, acquirer.Handle{}
	return Change{Key: string(p.ID) + "/" + strconv.Itoa(p.Version), Entry: e, Payment: p}
}

// LogValue leaves out By and Why, which may name a person.
func (e Entry) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("version", e.Version), slog.String("event", string(e.Event)), slog.String("effect", string(e.Effect)),
		slog.String("from", string(e.From)), slog.String("to", string(e.To)), slog.Time("at", e.At))
}

// Format prints the event and where it led, whatever the verb.
func (e Entry) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "entry %s (%s, to %s)", string(e.Event), string(e.Effect), string(e.To))
}

// LogValue has the key, and the entry and the payment as they log themselves: no person is named.
func (c Change) LogValue() slog.Value {
	return slog.GroupValue(slog.String("key", c.Key), slog.Any("entry", c.Entry), slog.Any("payment", c.Payment))
}

// Format prints the key, whatever the verb.
func (c Change) Format(f fmt.State, _ rune) { io.WriteString(f, "change "+c.Key) }

// hasher writes values with their lengths, so that no two lists of values give the same bytes.
type hasher struct{ b []byte }

func (h *hasher) addTexts(s ...string) {
	for _, s := range s {
		h.b = binary.AppendUvarint(h.b, uint64(len(s)))
		h.b = append(h.b, s...)
	}
}

func (h *hasher) addTimes(t ...time.Time) {
	for _, t := range t {
		n := int64(0)
		if !t.IsZero() {
			if n = t.UnixMicro(); n == 0 {
				n = math.MinInt64 // the first instant of 1970 is not the zero time
			}
		}
		h.b = binary.BigEndian.AppendUint64(h.b, uint64(n))
	}
}

func (h *hasher) sumSHA256() [32]byte { return sha256.Sum256(h.b) }

// linkToChain returns the entry with its salt and hashes. p is the payment after the entry, previous the head before it.
func (e Entry) linkToChain(p Payment, previous [32]byte) Entry {
	e.Payment, e.Version, e.Previous = p.ID, p.Version, previous
	rand.Read(e.Salt[:])
	e.Row = p.rowHash()
	e.Personal = e.personalHash(p)
	e.Hash = e.chainHash()
	return e
}

// chainHash returns the value that Hash must have. An entry about money has the second form, which commits to the money too.
func (e Entry) chainHash() [32]byte {
	h := hasher{make([]byte, 0, 512)}
	form := "entry/1"
	if !e.Money.isNone() {
		form = "entry/2"
	}
	h.addTexts(form, string(e.Payment), string(e.Event), string(e.Effect), string(e.From), string(e.To), string(e.Channel), e.Fingerprint)
	if m := e.Money; !m.isNone() {
		h.addTexts(euro.Describe(m.Amount), euro.Describe(m.Returned), m.Currency, m.Merchant, m.Authorisation)
	}
	h.b = binary.BigEndian.AppendUint64(h.b, uint64(e.Version))
	h.addTimes(e.At)
	h.b = append(append(append(h.b, e.Previous[:]...), e.Row[:]...), e.Personal[:]...)
	return h.sumSHA256()
}

// personalHash returns the value that Personal must have while the salt is there.
func (e Entry) personalHash(p Payment) [32]byte {
	h := hasher{append(make([]byte, 0, 512), e.Salt[:]...)}
	h.addTexts(e.By, e.Why, p.Debtor, p.Key, p.Debt, p.Notice, p.Claim, p.Language)
	return h.sumSHA256()
}

// handleFingerprint returns the hash, in hexadecimal, by which the entry of a session commits to its handle. Handle.Payment is not in
// it, since it is learned later. Empty for no handle.
func handleFingerprint(h acquirer.Handle) string {
	h.Payment = ""
	if h.IsZero() {
		return ""
	}
	b := hasher{make([]byte, 0, 256)}
	b.addTexts("handle/1", h.Session, h.Proof)
	b.addTimes(h.ExpiresAt)
	sum := b.sumSHA256()
	return hex.EncodeToString(sum[:])
}

// rowHash returns a hash over the row. Left out are the fields of a person, the session, the masked card number and the due time; the
// means of payment, which an older version beside this one does not write, and which code and brand tell too; and the handle, to which
// the entry of its session commits. The second form adds fields that older versions did not store; a row without them has the first
// form, so that old journals verify.
func (p Payment) rowHash() [32]byte {
	h := hasher{make([]byte, 0, 512)}
	second := !p.Returned.IsZero() || !p.RefundFirstCalledAt.IsZero()
	form := "row/1"
	if second {
		form = "row/2"
	}
	h.addTexts(form, string(p.ID), string(p.State), p.Reference, p.Merchant, p.Policy, euro.Describe(p.Amount), p.Currency,
		p.Authorisation, p.Brand, p.Code, string(p.Decline))
	h.b = binary.BigEndian.AppendUint64(h.b, uint64(p.Version))
	h.addTimes(p.CreatedAt, p.PaidAt, p.RecordedAt, p.RefundAskedAt, p.RefundCalledAt, p.ReturnedAt)
	if second {
		h.addTexts(euro.Describe(p.Returned))
		h.addTimes(p.RefundFirstCalledAt)
	}
	return h.sumSHA256()
}
