package mutants

// banks are mutants of the acquirers' clients.
var banks = []Mutant{
	one("Sips: the seal is not checked", "acquirer/worldline/sips/seal.go", "return subtle.ConstantTimeCompare(want, s.in) == 1", "return subtle.ConstantTimeCompare(want, s.in) < 2"),
	one("Sips: any key has sealed it", "acquirer/worldline/sips/keyring.go", "if k.hasSealed(data, seal) {", "if k.hasSealed(data, seal) || len(ring) > 1 {"),
	one("Sips: a field stands twice", "acquirer/worldline/sips/notification.go", "case len(d) != 1:", "case len(d) < 1:"),
	one("Direct: the signature is not checked", "acquirer/worldline/direct/webhook.go", "[]byte(signature)) != 1 {", "[]byte(signature)) == 2 {"),
	one("Direct: an event of another merchant is a hint", "acquirer/worldline/direct/parse.go", "if e.MerchantID != in.merchant {", "if e.MerchantID == \"\" {"),
	one("PayFiP: an answer about another session is believed", "acquirer/payfip/status.go", "if m[\"idOp\"] != h.Session {", "if m[\"idOp\"] == \"\" {"),
	one("PayFiP: a test payment is money", "acquirer/payfip/status.go", "if m[\"saisie\"] != string(in.saisie) {", "if m[\"saisie\"] == \"?\" {"),
	one("PayFiP: what is forgotten is not found", "acquirer/payfip/status.go", "return !h.ExpiresAt.IsZero() && in.now()", "return h.ExpiresAt.IsZero() && in.now()"),
	one("PayFiP: another régie's payment is asked about", "acquirer/payfip/status.go", "if q.Merchant != \"\" && q.Merchant != in.numcli {", "if q.Merchant == \"?\" {"),
	one("a card's number is kept whole", "acquirer/result.go", "if len(digits) >= 12 {", "if len(digits) >= 120 {", "acquirer"),
	one("a call without an answer was certainly not made", "acquirer/error.go", "ErrUnanswered:    {false, true},", "ErrUnanswered:    {true, false},", "acquirer", "payment"),
	one("a fingerprint does not tell what is back", "acquirer/result.go", "euro.Describe(r.Amount), euro.Describe(r.Returned), r.Currency,", "euro.Describe(r.Amount), r.Currency,", "acquirer", "payment"),
}
