package sipstest

import (
	"crypto/rand"
	"time"

	"github.com/quittance/quittance/internal/paris"
)

// newReference is the transactionReference of a new transaction: the shop's, or one that is made here.
func (s *Server) newReference(m message, shop Merchant, kept map[string]string) (string, *refusal) {
	given, old := fieldText(m, "transactionReference"), containerIn(m, "s10TransactionReference")
	switch shop.Numbering {
	case ByMerchant:
		switch {
		case len(old) > 0:
			return "", badValue("s10TransactionReference", "the shop is not set up for it")
		case given == "":
			return "", fieldMissing("transactionReference")
		}
		return given, nil
	case ByS10:
		if given != "" {
			return "", badValue("transactionReference", given)
		}
		id, refused := s10ID(old)
		if refused != nil {
			return "", refused
		}
		date := s.now().In(paris.Location).Format("20060102") // set here: what was sent does not count
		kept[keptS10], kept[keptS10Date] = id, date
		return s10Reference(id, date), nil
	}
	switch {
	case len(old) > 0:
		return "", badValue("s10TransactionReference", "the shop is not set up for it")
	case given != "":
		return "", badValue("transactionReference", given)
	}
	return s.now().UTC().Format("20060102150405") + rand.Text()[:12], nil
}

// s10ID is the number of a transaction as Sips 1.0 counts them: one to six digits, per shop and day.
func s10ID(old message) (string, *refusal) {
	id := fieldText(old, "s10TransactionId")
	switch {
	case id == "":
		return "", fieldMissing("s10TransactionReference.s10TransactionId")
	case len(id) > 6:
		return "", &refusal{"30", "s10TransactionId", "Invalid field size: s10TransactionId"}
	case !hasOnly(id, digits):
		return "", badValue("s10TransactionId", clipText(id))
	}
	return id, nil
}

// s10Reference is the one reference of an s10 number and its day.
func s10Reference(id, date string) string {
	for len(id) < 6 {
		id = "0" + id
	}
	return "S10" + date + id
}

// referenceAsked is which transaction a request of Office is about: by its reference, or by number and day, not both.
func referenceAsked(m message) (string, *refusal) {
	given, old := fieldText(m, "transactionReference"), containerIn(m, "s10TransactionReference")
	switch {
	case given != "" && len(old) > 0:
		return "", badValue("s10TransactionReference", "there is a transactionReference too")
	case given != "":
		return given, nil
	case len(old) == 0:
		return "", fieldMissing("transactionReference")
	}
	id, refused := s10ID(old)
	if refused != nil {
		return "", refused
	}
	date := fieldText(old, "s10TransactionIdDate")
	if _, err := time.Parse("20060102", date); err != nil {
		return "", badValue("s10TransactionIdDate", clipText(date))
	}
	return s10Reference(id, date), nil
}
