package mutants

// looks are mutants of when the bank is asked, and of the work.
var looks = []Mutant{
	one("a session expires without a question", "payment/look.go", "\tif p.State == Refunding {\n\t\treturn s.giveBack(ctx, t)", "\tif p.State == Redirected {\n\t\treturn s.commitAtVersion(ctx, p, Event{Kind: OnAbsent, At: now})\n\t}\n\tif p.State == Refunding {\n\t\treturn s.giveBack(ctx, t)", "payment TestAbandoned|TestAllNotificationsLost|TestAbsent"),
	one("not found counts while the payer may still pay", "payment/ask.go", "case now.Before(paymentWindowEnd(p)):", "case now.Before(p.CreatedAt):", "payment TestAbsent|TestAbandoned"),
	one("to know nothing for a moment is a decision", "payment/ask.go", "undecided = e.Event == OnPending", "undecided = e.Event == \"\"", "payment TestUndecidedAnd.*"),
	one("not found counts when it is said once", "payment/ask.go", "case t.Cause != said:", "case t.Cause == \"?\":", "payment TestAbsent"),
	one("what is forgotten is not found", "payment/ask.go", "case errors.Is(err, acquirer.ErrNotFound), err == nil", "case errors.Is(err, acquirer.ErrNotFound), errors.Is(err, acquirer.ErrUnsupported), err == nil", "payment TestSilentForDays|TestNothingToAskBy|TestAbsent|TestReload.*"),
	one("what cannot be asked is not found", "payment/ask.go", "case errors.Is(err, acquirer.ErrNotFound), err == nil", "case errors.Is(err, acquirer.ErrNotFound), errors.Is(err, acquirer.ErrUnavailable), err == nil", "payment TestSilentForDays"),
	one("an answer about somebody else's order is believed", "payment/ask.go", "if !isAbout(p, r) { // the acquirer has", "if p.ID == \"\" { // the acquirer has", "payment TestAnswerAboutAnotherOrder|TestRefundAnswerAboutAnotherOrder"),
	one("an open question is never a person's", "payment/timers.go", "return !now.Before(p.CreatedAt.Add(t.unknown))", "return p.CreatedAt.IsZero()", "payment TestSilentForDays|TestPendingIsNotPaid"),
	one("nobody looks at a session", "payment/timers.go", "return e.At.Add(firstLook)", "return time.Time{}", "payment TestAbandoned|TestAllNotificationsLost"),
	one("nobody looks at an end again", "payment/timers.go", "\t\t\treturn end.Add(lastLook)\n\t\t}\n\t\treturn e.At.Add(lastLook)\n", "\t\t\treturn time.Time{}\n\t\t}\n\t\treturn time.Time{}\n", "payment TestLastLookFindsMoney|TestM4.*"),
	one("the bank's day is not waited for", "payment/timers.go", "if last := since.Add(finalLook); now.Before(last) {", "if last := since.Add(finalLook); now.Before(since) {", "payment TestLastLookFindsMoney|TestNoMoneyIsLookedAtTwice"),
	one("a word that is not final ends the looks", "payment/timers.go", "if now.Before(p.CreatedAt.Add(reviewDaily)) {", "if now.Before(p.CreatedAt) {", "payment TestUndecidedAfterTheEnd"),
	one("nobody looks at what was refunded", "payment/timers.go", "\tcase Refunded:\n\t\treturn e.At.Add(finalLook)", "\tcase Refunded:\n\t\treturn time.Time{}", "payment TestM8.*"),
	one("what is not taken into account is not said", "payment/look.go", "!now.Before(h.paidAt.Add(s.times.record)) {", "now.Before(h.paidAt) {", "payment TestOverdue|TestRecordWithin"),
	one("a look that failed is not made up for", "payment/ask.go", "laterOf(retryAt(now, t.Tries, p.ID), leftAlone)", "laterOf(time.Time{}, leftAlone)", "payment TestMissedLookIsMadeUpFor"),
	one("a panic is the worker's end", "payment/work.go", "\t\tif r := recover(); r != nil {\n\t\t\terr = fmt.Errorf(\"it panicked", "\t\tif r := error(nil); r != nil {\n\t\t\terr = fmt.Errorf(\"it panicked", "payment TestPanicIsAFailedLook"),
	one("a change that failed is delivered", "payment/deliver.go", "again, cause = retryAt(s.now(), t.Tries, t.Payment.ID), shortCause(failed.Error())", "cause = shortCause(failed.Error())", "payment TestDeliveryFails"),
	one("a call that hangs keeps its slot", "payment/running.go", "return c.outlived <= mostHanging", "return c.outlived <= 0", "payment TestM3.*"),
	one("a call that still runs is made again", "payment/running.go", "if running := c.byKey[key]; running != nil {", "if running := c.byKey[key]; running != nil && key == \"\" {", "payment TestM3.*"),
	one("stopping does not wait", "payment/stop.go", "\tcase <-s.begun:\n\t}\n\tselect {\n\tcase <-ended:\n\tcase <-s.cut:\n\t}", "\tcase <-s.begun:\n\t}", "payment TestM3Stop.*|TestStop.*"),
	one("nobody is woken", "payment/loop.go", "\tcase <-signals[0]:\n", "", "payment TestWorkWakes"),
}
