package mutants

// letters are mutants of the mailbox and of what is written to the payer.
var letters = []Mutant{
	one("a letter is kept twice", "inbox/memory_mailbox.go", "if _, ok := m.known[l.Key]; ok {", "if _, ok := m.known[l.Key]; ok && l.Read {", "inbox"),
	one("a letter is another debtor's", "inbox/memory_mailbox.go", "l.Debtor != debtor {\n\t\treturn Letter{}", "l.Debtor == \"\" {\n\t\treturn Letter{}", "inbox"),
	one("a letter is not deleted", "inbox/memory_mailbox.go", "if l.DeleteAt.After(now) {", "if !l.DeleteAt.IsZero() {", "inbox"),
	one("an acceptance in review is not acknowledged", "inbox/deliver.go", "payment.OnMismatched}, effect: changedOrNoted,", "payment.OnMismatched}, effect: onlyChanged,", "inbox"),
	one("a second acceptance is not acknowledged", "inbox/deliver.go", "payment.OnAccepted, payment.OnAcceptedToo, payment.OnMismatched}", "payment.OnAccepted, payment.OnMismatched}", "inbox"),
	one("what a clerk keeps is not acknowledged", "inbox/deliver.go", "\t{on: []payment.EventKind{payment.OnKept}, effect: onlyChanged, to: payment.Paid, letter: acknowledgementOf},\n", "", "inbox"),
	one("what is first heard after a clerk's word is not acknowledged", "inbox/deliver.go", "payment.OnReturnedPart, payment.OnNotReturned, payment.OnConfirmed},", "payment.OnReturnedPart},", "inbox"),
	one("a failure is told by letter", "inbox/deliver.go", "!slices.Contains(o.Also, c.kind) {", "slices.Contains(o.Also, c.kind) {", "inbox"),
}
