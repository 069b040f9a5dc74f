package sipstest

import (
	"crypto/rand"
	"time"

	"github.com/quittance/quittance/internal/paris"
)

// reference is the transactionReference of a new transaction: the shop's, or one that is made here.
func (s *Server) reference(m message, shop Merchant, kept map[string]string) (string, *refusal) {
	given, old := get(m, "transactionReference"), inside(m, "s10TransactionReference")
	switch shop.Numbering {
	case ByMerchant:
		switch {
		case len(old) > 0:
			return "", badValue("s10TransactionReference", "the shop is not set up for it")
		case given == "":
			return "", missing("transactionReference")
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
	id := get(old, "s10TransactionId")
	switch {
	case id == "":
		return "", missing("s10TransactionReference.s10TransactionId")
	case len(id) > 6:
		return "", &refusal{"30", "s10TransactionId", "Invalid field size: s10TransactionId"}
	case !only(id, digits):
		return "", badValue("s10TransactionId", clip(id))
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

// asked is which transaction a request of Office is about: by its reference, or by number and day, not both.
func asked(m message) (string, *refusal) {
	given, old := get(m, "transactionReference"), inside(m, "s10TransactionReference")
	switch {
	case given != "" && len(old) > 0:
		return "", badValue("s10TransactionReference", "there is a transactionReference too")
	case given != "":
		return given, nil
	case len(old) == 0:
		return "", missing("transactionReference")
	}
	id, refused := s10ID(old)
	if refused != nil {
		return "", refused
	}
	date := get(old, "s10TransactionIdDate")
	if _, err := time.Parse("20060102", date); err != nil {
		return "", badValue("s10TransactionIdDate", clip(date))
	}
	return s10Reference(id, date), nil
}
