package mutants

// accounts are mutants of the journal and of the books.
var accounts = []Mutant{
	one("money without a number came in twice", "payment/movement.go", "(a == b || a == \"\" || b == \"\")", "a == b", "payment TestMovements|TestM13.*|TestBackWithoutAnAuthorisation"),
	one("money that went back is no line", "payment/movement.go", "if more := m.Returned.Sub(known.back); more.Sign() > 0 {", "if more := m.Returned.Sub(known.back); more.Sign() < 0 {", "payment TestMovements|TestExport.*"),
	one("a line of what went back is doubled", "payment/movement.go", "\t\tout = append(out, known.returnAmount(more))\n", "\t\tout = append(out, known.returnAmount(more), known.returnAmount(more))\n", "payment TestMovements|TestExport.*"),
	one("a line of what came in is doubled", "payment/movement.go", "out = append(out, Movement{Kind: kind, Money: in})", "out = append(out, Movement{Kind: kind, Money: in}, Movement{Kind: kind, Money: in})", "payment TestMovements|TestExport.*"),
	one("money that came again is no line", "payment/movement.go", "if again.Sign() <= 0 {", "if again.Sign() >= 0 {", "payment TestMovements|TestM8.*"),
	one("money that a person kept is no line", "payment/movement.go", "if in && len(*l) == 0 || on == OnKept && !left {", "if in && len(*l) == 0 || on == OnKept && !left && in {", "payment TestMovements|TestExport.*"),
	one("what a person gave back is no line", "payment/movement.go", "back := on == OnReturned || on == OnWasReturned", "back := on == OnReturned", "payment TestMovements|TestExport.*"),
	one("a contradiction is no money", "payment/movement.go", "case !e.Money.isNone():\n\t\tout = l.recordMessage", "case !e.Money.isNone() && e.Effect != EffectContradiction:\n\t\tout = l.recordMessage", "payment TestMovements|TestExport.*|TestMismatchIsKept"),
	one("an entry does not commit to the one before", "payment/journal.go", "append(append(append(h.b, e.Previous[:]...), e.Row[:]...), e.Personal[:]...)", "append(append(h.b, e.Row[:]...), e.Personal[:]...)", "payment TestGolden.*|TestVerify.*"),
	one("an entry does not commit to its row", "payment/journal.go", "append(append(append(h.b, e.Previous[:]...), e.Row[:]...), e.Personal[:]...)", "append(append(h.b, e.Previous[:]...), e.Personal[:]...)", "payment TestGolden.*|TestVerify.*"),
	one("an entry does not commit to its money", "payment/journal.go", "\tif !e.Money.isNone() {\n\t\tform = \"entry/2\"", "\tif e.Version < 0 {\n\t\tform = \"entry/2\"", "payment TestGolden.*|TestVerify.*"),
	one("all entries have one salt", "payment/journal.go", "\trand.Read(e.Salt[:])\n", "\t_, _ = rand.Read(nil)\n\te.Salt = [16]byte{1}\n", "payment TestEachEntryHasItsOwnSalt"),
	one("a row is not what its journal says", "payment/verify.go", "case entries[len(entries)-1].Row != p.rowHash():", "case entries[len(entries)-1].Row == [32]byte{}:", "payment TestVerify.*|TestGolden.*", "payment"),
	one("a gap in a journal goes unseen", "payment/verify.go", "case e.Previous != head:", "case e.Previous != head && e.Version == 0:", "payment TestVerify.*|TestGolden.*"),
	one("a handle is another trip's", "payment/verify.go", "opened != handleFingerprint(p.Handle):", "opened == \"?\":", "payment TestVerify.*|TestGolden.*", "payment"),
	one("a seal does not commit to the day before", "payment/audit/chain.go", "\th.Write(before[:])\n", "\th.Write(before[:0])\n", "payment/audit", "payment", "internal/integration/faults/tamper"),
	one("a day is exported before it is over", "payment/audit/export.go", "const closingTime = 5 * time.Minute", "const closingTime = -5 * time.Minute", "payment TestExport.*|TestSeals"),
	one("what was altered is exported", "payment/audit/day.go", "if err := payment.VerifyJournal(h.payment, h.journal); err != nil {", "if err := payment.VerifyJournal(h.payment, h.journal); err != nil && h.payment.ID == \"\" {", "payment/audit", "payment", "internal/integration/faults/tamper"),
	one("a day is kept in memory, however large", "payment/audit/day.go", "if len(r.last)+4*len(r.moved) > r.books.mostRead {", "if len(r.last)+4*len(r.moved) < 0 {", "payment/audit"),
	one("who is forgotten is not read again", "payment/audit/day.go", "\t\tclear(r.last)\n", "", "payment/audit"),
	one("a cell is a formula", "payment/audit/export.go", "strings.ContainsRune(\"=+-@'", "strings.ContainsRune(\"'", "payment/audit"),
	one("orphans are no money", "payment/audit/export.go", "payment.OrphanMovements(orphans)", "payment.OrphanMovements(orphans[:0])", "payment/audit", "payment"),
}
