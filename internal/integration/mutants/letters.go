package mutants

// letters are mutants of the mailbox and of what is written to the payer.
var letters = []Mutant{
	one("a letter is kept twice", "inbox/memory_mailbox.go", "if _, ok := m.known[l.Key]; ok {", "if _, ok := m.known[l.Key]; ok && l.Read {", "inbox"),
	one("a letter is another debtor's", "inbox/memory_mailbox.go", "l.Debtor != debtor {\n\t\treturn Letter{}", "l.Debtor == \"\" {\n\t\treturn Letter{}", "inbox"),
	one("a letter is not deleted", "inbox/memory_mailbox.go", "if l.DeleteAt.After(now) {", "if !l.DeleteAt.IsZero() {", "inbox"),
}
