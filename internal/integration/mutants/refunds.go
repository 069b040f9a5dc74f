package mutants

// refunds are mutants of how money goes back.
var refunds = []Mutant{
	one("the bank is called before the row says so", "payment/giveback.go", "\tp, _, err = s.commitEvent(ctx, p, Event{Kind: OnRefundUnknown,", "\tdefer s.commitEvent(ctx, p, Event{Kind: OnRefundUnknown,", "payment TestRefund|TestRefundIsNotRepeatedBlindly|TestNoCallOnABadAnswer"),
	one("a refund is repeated blindly", "payment/giveback.go", "t.Cause != nothingWentBack || now.Before(next) {", "t.Cause == \"?\" && now.Before(next) {", "payment TestRefundIsNotRepeatedBlindly|TestTwoAnswersBeforeTheNextCall"),
	one("one answer that nothing went back is enough", "payment/giveback.go", "t.Cause != nothingWentBack || now.Before(next) {", "now.Before(next) {", "payment TestTwoAnswersBeforeTheNextCall"),
	one("a refund does not wait longer each time", "payment/giveback.go", "called.Add(min(max(called.Sub(p.RefundAskedAt)/2, callAgain), maxBackoff))", "called.Add(min(callAgain, maxBackoff))", "payment TestRefundWaitsLongerAndLonger"),
	one("a refund is repeated at once", "payment/timers.go", "callAgain     = 15 * time.Minute", "callAgain     = time.Minute", "payment TestRefundIsNotRepeatedBlindly|TestRefundWaitsLongerAndLonger", "payment"),
	one("a refund asks for all, whatever is back", "payment/giveback.go", "Handle: p.Handle, Amount: p.Left(), Currency", "Handle: p.Handle, Amount: p.Amount, Currency", "payment TestM9.*"),
	one("a repetition has a key of its own", "payment/giveback.go", "\th.addTimes(p.RefundAskedAt)\n", "\th.addTimes(p.RefundCalledAt)\n", "payment TestRefundKey"),
	one("a call without an answer is a refusal", "payment/giveback.go", "refused.OutcomeUnknown() || refused.Retryable():", "refused.Retryable():", "payment TestRefundIsNotRepeatedBlindly|TestRefund"),
	one("a call that did not arrive is a refusal", "payment/giveback.go", "refused.OutcomeUnknown() || refused.Retryable():", "refused.OutcomeUnknown():", "payment TestRefund|TestM10.*|TestRefundOf.*|TestRefundWaits.*"),
	one("what cannot be done does not lead to the next way", "payment/giveback.go", "refused.Kind == acquirer.ErrConflict || refused.Kind == acquirer.ErrUnsupported:", "refused.Kind == acquirer.ErrConflict:", "payment TestUnsupportedTriesTheNextWay"),
	one("what is not in the state does not lead to the next way", "payment/giveback.go", "refused.Kind == acquirer.ErrConflict || refused.Kind == acquirer.ErrUnsupported:", "refused.Kind == acquirer.ErrUnsupported:", "payment TestRefund"),
	one("money on its way is asked for again", "payment/giveback.go", "meaningOf(p, r, true) != OnAccepted || r.Returning.Sign() > 0:", "meaningOf(p, r, true) != OnAccepted:", "payment TestNoCallOnABadAnswer"),
	one("a bank that gives nothing back is asked to", "payment/giveback.go", "if len(ways) == 0 {", "if len(ways) == 7 {", "payment TestNoWayToRefund"),
	one("a refund is never overdue", "payment/timers.go", "return !now.Before(p.firstCall().Add(t.unknown))", "return p.firstCall().IsZero()", "payment TestM10.*|TestRefundIs.*|TestRefundOf.*|TestOverdue"),
	one("a process that slept calls all the same", "payment/giveback.go", "if s.now().Sub(p.RefundCalledAt) > commitTimeout {", "if s.now().Before(p.RefundCalledAt) {", "payment TestRefundAfterSleep"),
	one("the first call is forgotten", "payment/payment.go", "\t\tif p.RefundFirstCalledAt.IsZero() {\n\t\t\tp.RefundFirstCalledAt = e.At", "\t\tif p.RefundAskedAt.IsZero() {\n\t\t\tp.RefundFirstCalledAt = e.At", "payment TestM10.*|TestRefundIs.*|TestApply.*"),
	one("what is back is not in the row", "payment/payment.go", "p.ReturnedAt, p.Returned = e.At, p.Amount\n\tcase r != nil", "p.ReturnedAt = e.At\n\tcase r != nil", "payment TestApply.*|TestRefund"),
}
