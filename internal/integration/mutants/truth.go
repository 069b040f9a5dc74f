package mutants

// truth are mutants of what a result means, and of when it is believed.
var truth = []Mutant{
	one("the amount is not compared", "payment/meaning.go", "ordered == said && ", "ordered >= 0 && said >= 0 && "),
	one("the merchant is not compared", "payment/meaning.go", "ordered == said && r.Merchant == p.Merchant", "ordered == said"),
	one("the currency is not compared", "payment/meaning.go", "r.Merchant == p.Merchant && r.Currency == p.Currency\n", "r.Merchant == p.Merchant\n"),
	one("the order is not compared", "payment/meaning.go", "return r.OrderID == string(p.ID) || r.OrderID == \"\"", "return r.OrderID != \"?\" || r.OrderID == \"\""),
	one("a second authorisation is the first", "payment/meaning.go", "p.Authorisation != r.AuthorisationID:", "p.Authorisation == \"?\":", "payment TestSecondAcceptanceIsForAPerson|TestMismatchIsKept|TestApply.*"),
	one("pending is paid", "payment/meaning.go", "\treturn OnPending\n", "\treturn OnAccepted\n", "payment TestPendingIsNotPaid"),
	one("what was returned on a person's word is never heard of", "payment/meaning.go", "p.Authorisation == \"\" && r.AuthorisationID != \"\":\n\t\treturn OnConfirmed // it was", "p.Authorisation == \"?\" && r.AuthorisationID != \"\":\n\t\treturn OnConfirmed // it was", "payment TestReturnedOnAWordAndThenHeard"),
	one("that all is back is not heard", "payment/meaning.go", "case accepted && back == ordered:\n\t\treturn OnReturned\n", "case accepted && back == ordered && back < 0:\n\t\treturn OnReturned\n", "payment TestReturnedWithoutUs|TestRefund"),
	one("an old message says that money is here again", "payment/meaning.go", "case back < before && knowsReturns:", "case back < before:", "payment TestM8.*|TestM9.*|TestKept.*|TestReturned.*|TestAnotherAuthorisationIsBack|TestBackWithoutAnAuthorisation", "payment"),
	one("an end without an amount is another session's", "payment/meaning.go", "r.Handle.Session != \"\" && r.Handle.Session == p.Handle.Session\n", "r.Handle.Session != \"\"\n", "payment TestNothingTried"),
	one("a reference of somebody else's is ours", "payment/payment.go", "return p.State == Failed && (p.Code", "return p.State == \"?\" && (p.Code", "payment TestSomebodyElsesReference"),
	one("a hint is believed", "payment/receive.go", "case perr == nil && r.Hint:", "case perr == nil && r.Hint && r.Merchant == \"\":", "payment TestHint.*|TestReload.*|TestNothingToAskBy|TestM1.*"),
	one("money of nobody is dropped", "payment/receive.go", "if r.Outcome != acquirer.Accepted || !s.bearsOurPrefix(r.Reference) {", "if r.Outcome == acquirer.Accepted || !s.bearsOurPrefix(r.Reference) {", "payment TestUnknownReference|TestSealsHoldOrphans|TestStuckOrphan"),
	one("a reference that is not ours is an orphan", "payment/receive.go", "return err == nil && ref.Prefix == s.c.Prefix", "return err == nil && ref.Prefix != \"\"", "payment TestUnknownReference|TestSealsHoldOrphans|TestStuckOrphan"),
	one("a hint leaves the payment as it is due", "payment/hint.go", "if err := s.c.Store.Hasten(ctx, p.ID, when); err != nil {", "if err := ctx.Err(); err != nil || when.IsZero() {"),
	one("a second authorisation goes unseen", "payment/commit.go", "second := effect == EffectContradiction && e.Kind == OnMismatched", "second := effect == EffectNoted && e.Kind == OnMismatched", "payment TestSecondAcceptanceIsForAPerson"),
	one("a commit without an answer has failed", "payment/commit.go", "\t\tif q.Head == p.Head {\n\t\t\treturn nil\n\t\t}\n\t\tfor old", "\t\tif q.Head == p.Head {\n\t\t\treturn err\n\t\t}\n\t\tfor old", "payment TestAmbiguousCommit|TestM3StoreFails"),
	one("what has moved on is not tried again", "payment/commit.go", "\t\tif !errors.Is(err, ErrVersion) {\n\t\t\treturn q, effect, err", "\t\tif q.ID != \"?\" {\n\t\t\treturn q, effect, err", "payment TestNotificationAndReturnAtOnce|TestRecordedWhileBeginning"),
	one("a verdict is reopened by the word that it answered", "payment/commit.go", "return known || message && answered && !endsRefund && !correctsRow || repeatsEvidence, nil", "return known || message && answered && !endsRefund && !correctsRow && known || repeatsEvidence, nil", "payment TestAVerdictAnswersTheLastWord"),
	one("a duplicate is written", "payment/commit.go", "if err != nil || effect == EffectDuplicate {", "if err != nil {", "payment TestReplay.*|TestFromDebt.*|TestRefund"),
	one("an acceptance loses its money", "payment/money.go", "if r == nil || r.Outcome != acquirer.Accepted {", "if r == nil || r.Outcome == acquirer.Accepted {", "payment TestMovements|TestExport.*"),
}
