package mutants

// beginnings are mutants of how a payment begins.
var beginnings = []Mutant{
	one("the session is handed out although its commit failed", "payment/begin.go", "\tif err != nil {\n\t\treturn p, acquirer.Session{}, err\n\t}\n\tif effect", "\tif err != nil {\n\t\treturn p, session, nil\n\t}\n\tif effect", "payment TestNoSessionWithoutItsCommit"),
	one("the session is handed out although something was faster", "payment/begin.go", "the session is dropped\n\t\treturn q, acquirer.Session{}, nil", "the session is dropped\n\t\treturn q, session, nil", "payment TestSleeperHandsOutNothing|TestMoneyArrivesWhileBeginning|TestRecordedWhileBeginning"),
	one("the handle is not in the row", "payment/payment.go", "p.Session, p.Handle = *e.Session, e.Session.Handle", "p.Session = *e.Session", "payment TestOpenedKeepsTheHandle"),
	one("the session stays in the row", "payment/payment.go", "\tif to != Redirected {\n", "\tif to == \"?\" {\n", "payment TestApply.*|TestFromDebt.*"),
	one("money on the debt is not looked for once more", "payment/begin.go", "} else if by.ID != \"\" {\n\t\treturn s.notOpened(ctx, p, &HeldError{by})", "} else if by.ID == \"?\" {\n\t\treturn s.notOpened(ctx, p, &HeldError{by})", "payment TestMoneyArrivesWhileBeginning|TestNoSessionWithoutTheSecondLook|TestRecordedWhileBeginning"),
	one("money on the debt does not end an open session", "payment/begin.go", "} else if by.ID != \"\" {\n\t\treturn old, acquirer.Session{}, &HeldError{by}", "} else if by.ID == \"?\" {\n\t\treturn old, acquirer.Session{}, &HeldError{by}", "payment TestLateAcceptanceBesideAnOpenAttempt|TestSameKeyAgain"),
	one("another request with the same key is the same", "payment/begin.go", "if !old.isSameRequest(asked) {", "if old.ID == \"?\" {", "payment TestSameKeyAgain|TestOneKeyTwiceAtOnce"),
	one("the amount is no part of the request", "payment/payment.go", "p.Debtor == q.Debtor && euro.Describe(p.Amount) == euro.Describe(q.Amount)", "p.Debtor == q.Debtor", "payment TestSameKeyAgain|TestOneKeyTwiceAtOnce"),
	one("a session that has expired is handed out again", "payment/begin.go", "case !canGoBack(old, s.now()):", "case !canGoBack(old, old.CreatedAt):", "payment TestSameKeyAgain"),
	one("what may not be paid is paid", "payment/begin.go", "if err := decision.Err(); err != nil {", "if err := decision.Err(); err != nil && r.Key == \"\" {", "payment TestBeginRefusesTheIneligible"),
	one("a number of social security is an identifier", "payment/begin.go", "case why == \"\" && f.nir:", "case why == \"?\" && f.nir:", "payment TestBeginRefusesAtTheDoor"),
	one("a reference that is taken is not replaced", "payment/begin.go", "if !errors.Is(err, ErrReference) {\n\t\t\treturn q, err", "if q.ID != \"?\" {\n\t\t\treturn q, err", "payment TestNextReference"),
	one("every error of the bank says that it opened nothing", "payment/begin.go", "return e.Kind == OnNotOpened && e.Result != nil", "return e.Kind == OnNotOpened", "payment TestBeginErrors|TestNotOpenedInTime|TestLastLook.*|TestEveryFault"),
	one("a reference that is used is not marked", "payment/begin.go", "e.Result = &acquirer.Result{Code: referenceTaken}", "e.Result = &acquirer.Result{Code: a.Code}", "payment TestSomebodyElsesReference|TestBeginErrors"),
	one("the sequence is counted by the day of UTC", "payment/reference.go", "return paris.Of(t).String() }", "return t.UTC().Format(time.DateOnly) }", "payment TestSequenceIsOfTheParisDay|TestSequenceDay", "payment"),
	one("a debt of less than fifty euros may be paid", "creance/policy.go", "case balance < low:", "case balance < low-1:", "creance"),
	one("a new contract is asked about the old one's payments", "payment/clients.go", "case twice:\n", "case twice && merchant == \"?\":\n", "payment TestTwoAcquirersOfOneMerchant"),
}
