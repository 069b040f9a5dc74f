package sipstest

import (
	"crypto/rand"
	"maps"
	"strconv"
	"sync"
	"time"

	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/internal/paris"
)

// numbers counts transactions as Sips 1.0 did, with one to six digits per shop and day. Every transaction has a number; shops that came
// from Sips 1.0 choose theirs.
type numbers struct {
	mu    sync.Mutex
	last  map[shopDay]int       // of those that the platform has chosen
	named map[shopNumber]string // the transactionReference of each
}

type shopDay struct{ merchant, day string }

type shopNumber struct {
	shopDay
	number int
}

// claim takes a number for a reference; false: it is taken.
func (n *numbers) claim(of shopDay, number int, reference string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.take(of, number, reference)
}

// next takes for a reference the next number that is free.
func (n *numbers) next(of shopDay, reference string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.last == nil {
		n.last = make(map[shopDay]int)
	}
	for {
		if n.last[of]++; n.take(of, n.last[of], reference) {
			return n.last[of]
		}
	}
}

func (n *numbers) take(of shopDay, number int, reference string) bool {
	if n.named == nil {
		n.named = make(map[shopNumber]string)
	}
	key := shopNumber{of, number}
	if n.named[key] != "" {
		return false
	}
	n.named[key] = reference
	return true
}

// free gives a number back whose transaction was not opened.
func (n *numbers) free(of shopDay, number int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.named, shopNumber{of, number})
}

// find returns the reference of a number.
func (n *numbers) find(of shopDay, number int) (string, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	reference, ok := n.named[shopNumber{of, number}]
	return reference, ok
}

// forget drops the numbers of the days before one.
func (n *numbers) forget(day string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	maps.DeleteFunc(n.named, func(k shopNumber, _ string) bool { return k.day < day })
	maps.DeleteFunc(n.last, func(k shopDay, _ int) bool { return k.day < day })
}

// reread takes the numbers from the book of an earlier platform.
func (n *numbers) reread(book []bank.Transaction) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.last, n.named = make(map[shopDay]int), make(map[shopNumber]string)
	for _, t := range book {
		of := shopDay{t.Merchant, t.Fields[keptS10Date]}
		number, err := strconv.Atoi(t.Fields[keptS10])
		if err != nil { // a transaction of before every one had a number
			continue
		}
		n.named[shopNumber{of, number}] = t.Reference
		n.last[of] = max(n.last[of], number)
	}
}

// newReference is the transactionReference of a new transaction, and its number of Sips 1.0, which it keeps. undo is to be called when the
// transaction is not opened.
//
// A shop that moves sends its own number before the bank has set it up for that, so every shop may: two official samples do it in the
// name of a shop that chooses references.
func (s *Server) newReference(m message, shop Merchant, kept map[string]string) (reference string, undo func(), bad *refusal) {
	given, old := fieldText(m, "transactionReference"), containerIn(m, "s10TransactionReference")
	today := shopDay{shop.ID, s.now().In(paris.Location).Format(compactDay)} // set here: what was sent does not count
	switch {
	case len(old) > 0 && given != "":
		return "", nil, badValue("s10TransactionReference", "there is a transactionReference too")
	case len(old) > 0:
		id, number, bad := s10ID(old)
		if bad != nil {
			return "", nil, bad
		}
		reference = today.day + id
		if !s.numbers.claim(today, number, reference) {
			return "", nil, &refusal{"94", "", "Transaction already processed: " + reference}
		}
		kept[keptS10], kept[keptS10Date] = id, today.day
		return reference, func() { s.numbers.free(today, number) }, nil
	case shop.Numbering == ByS10 && given != "":
		return "", nil, badValue("transactionReference", given)
	case shop.Numbering == ByS10:
		return "", nil, fieldMissing("s10TransactionReference.s10TransactionId")
	case shop.Numbering == ByPlatform:
		given = s.now().UTC().Format("20060102150405") + rand.Text()[:12]
	case given == "":
		return "", nil, fieldMissing("transactionReference")
	}
	number := s.numbers.next(today, given)
	kept[keptS10], kept[keptS10Date] = strconv.Itoa(number), today.day
	return given, func() { s.numbers.free(today, number) }, nil
}

// s10ID is the number of a transaction as it was sent, and its value.
func s10ID(old message) (id string, number int, bad *refusal) {
	id = fieldText(old, "s10TransactionId")
	switch {
	case id == "":
		return "", 0, fieldMissing("s10TransactionReference.s10TransactionId")
	case len(id) > 6:
		return "", 0, &refusal{"30", "s10TransactionId", "Invalid field size: s10TransactionId"}
	case !hasOnly(id, digits):
		return "", 0, badValue("s10TransactionId", clipText(id))
	}
	number, _ = strconv.Atoi(id) // six digits at most
	return id, number, nil
}

// referenceAsked is which transaction a request of Office is about: by its reference, or by number and day, not both. The reference of
// an s10 shop is its day and number, with or without the zeros in front.
func (s *Server) referenceAsked(m message, shop Merchant) (string, *refusal) {
	given, old := fieldText(m, "transactionReference"), containerIn(m, "s10TransactionReference")
	switch {
	case given != "" && len(old) > 0:
		return "", badValue("s10TransactionReference", "there is a transactionReference too")
	case given != "":
		if len(given) > 8 && len(given) <= 14 && hasOnly(given, digits) && shop.Numbering == ByS10 {
			number, _ := strconv.Atoi(given[8:])
			if found, ok := s.numbers.find(shopDay{shop.ID, given[:8]}, number); ok {
				return found, nil
			}
		}
		return given, nil
	case len(old) == 0:
		return "", fieldMissing("transactionReference")
	}
	_, number, bad := s10ID(old)
	if bad != nil {
		return "", bad
	}
	day := fieldText(old, "s10TransactionIdDate")
	if _, err := time.Parse(compactDay, day); err != nil {
		return "", badValue("s10TransactionIdDate", clipText(day))
	}
	if found, ok := s.numbers.find(shopDay{shop.ID, day}, number); ok {
		return found, nil
	}
	return "", &refusal{code: "25"}
}
