package sipstest

import (
	"cmp"
	"strconv"

	"github.com/quittance/quittance/acquirer/internal/bank"
)

// A caller is the merchant whose request it is, as far as the request shows it.
type caller struct {
	merchant  Merchant
	version   int    // of the key
	algorithm string // announced; empty: none was
	known     bool   // the merchant is known, so an answer can be sealed
}

// stampFor returns what seals an answer to the caller; other is the algorithm where the request announced none.
func (c caller) stampFor(other string) stamp {
	return stamp{cmp.Or(c.algorithm, other), c.merchant.Keys[c.version]}
}

// identifyCaller finds merchant, key and algorithm of a request, in the order in which the platform checks them. The seal has
// not been verified yet.
func (s *Server) identifyCaller(merchant, keyVersion, algorithm string) (caller, *refusal) {
	if merchant == "" {
		return caller{}, fieldMissing("merchantId")
	}
	m, ok := s.merchants[merchant]
	if !ok {
		return caller{}, &refusal{"03", "", "Merchant ID (merchantId) not found : findMerchantPoi [" + clipText(merchant) + "] is not found"}
	}
	c := caller{merchant: m, version: m.newestVersion(), known: true}
	if algorithm != "" {
		if algorithms[algorithm] == nil {
			return c, &refusal{"30", "sealAlgorithm", "Invalid field value : Invalid sealAlgorithm value (" + clipText(algorithm) + ")"}
		}
		c.algorithm = algorithm
	}
	switch v, err := strconv.Atoi(keyVersion); {
	case keyVersion == "":
		return c, fieldMissing("keyVersion")
	case err != nil || !hasOnly(keyVersion, digits):
		return c, &refusal{"34", "", "Unknown security version: " + clipText(keyVersion)}
	case m.Keys[v] == "":
		return c, &refusal{"34", "", "Invalid field value : Unable to find a valid key for the following keyVersion=" + clipText(keyVersion)}
	default:
		c.version = v
	}
	return c, nil
}

// wrongSeal is the refusal of a request whose seal is another one than that of what it says.
func wrongSeal(seal string) *refusal {
	return &refusal{"34", "", "Invalid signature : " + clipText(seal)}
}

// authenticate identifies the caller of a JSON message and verifies its seal.
func (s *Server) authenticate(m message) (caller, *refusal) {
	c, refused := s.identifyCaller(fieldText(m, "merchantId"), fieldText(m, "keyVersion"), fieldText(m, "sealAlgorithm"))
	if refused != nil {
		return c, refused
	}
	if seal := fieldText(m, "seal"); !c.stampFor(hmacSHA256).isSealOf(seal, textOf(m)) {
		return c, wrongSeal(seal)
	}
	return c, nil
}

// sipsNames are the names that Sips has for the bank's fields.
var sipsNames = map[string]string{
	"amount": "amount", "currency": "currencyCode", "merchant": "merchantId", "reference": "transactionReference",
}

// refusalOf is the platform's answer to a refusal of the bank; amount is the name of the operation's amount field.
func refusalOf(r *bank.Refusal, amount, reference string) *refusal {
	field := sipsNames[r.Field]
	if field == "amount" {
		field = amount
	}
	text := map[string]string{
		"94": "Transaction already processed: " + reference,
		"12": "Invalid field value: " + field,
	}[r.Code]
	return &refusal{r.Code, field, text}
}
