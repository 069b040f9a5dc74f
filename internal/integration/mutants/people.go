package mutants

// people are mutants of what a person may do, and of the table.
var people = []Mutant{
	one("a person decides about what was not seen", "payment/person.go", "case p.Version != c.Version:", "case p.Version < 0:", "payment TestPersonsActs|TestAnActIsChecked"),
	one("a person needs no name and no reason", "payment/person.go", "f.value == \"\" {\n", "f.value == \"?\" {\n", "payment TestPersonsActs|TestAnActIsChecked|TestTextOfCommands"),
	one("no money, by a person, although some is sealed", "payment/person.go", "!t.keptByClerk && left.Sign() > 0 {", "t.keptByClerk && left.Sign() > 0 {", "payment TestM4.*"),
	one("no money, by a person, although only a person said that it is back", "payment/person.go", "left := t.withoutReturn();", "left := t.notReturned();", "payment TestM4.*", "simulation"),
	one("no money, by a person, although the bank says that what a person kept is here", "payment/movement.go", "\tknown.keptByClerk = false // the acquirer", "\tknown.keptByClerk = known.keptByClerk && !m.isNone() // the acquirer", "payment TestKeptReturnedAndHereAllTheSame"),
	one("an end of the bank's is questioned", "payment/person.go", "if end == OnNoMoney {", "if end != \"\" {", "payment TestEndOfTheAcquirerIsNotQuestioned"),
	one("what is kept is taken into account", "payment/table.go", "{inStates(Review), onEvents(OnKept), Paid,", "{inStates(Review), onEvents(OnKept), Recorded,", "payment TestTable.*", "payment"),
	one("a refund that is refused is paid again", "payment/table.go", "{inStates(Refunding), onEvents(OnRefundRefused), Review,", "{inStates(Refunding), onEvents(OnRefundRefused), Paid,", "payment TestTable.*|TestRefundRefused", "payment"),
	one("the last end wins", "payment/table.go", "row{statesWithout(N, end), onEvents(e), \"\", EffectStale, \"the first end stands\"}", "row{statesWithout(N, end), onEvents(e), end, EffectChanged, \"the first end stands\"}", "payment TestTable.*", "payment"),
	one("a chargeback is a contradiction", "payment/table.go", "{M, onEvents(OnQuestioned), Review, EffectChanged,", "{M, onEvents(OnQuestioned), \"\", EffectContradiction,", "payment TestTable.*", "payment"),
	one("late truth does not win", "payment/table.go", "{slices.Concat(A, N), onEvents(OnAccepted), Paid, EffectChanged,", "{A, onEvents(OnAccepted), Paid, EffectChanged,", "payment TestTable.*|TestLateTruthWins", "payment"),
	one("a payment is kept from erasure for less than it must", "payment/service.go", "(5*365+2)*24*time.Hour", "(5*365-2)*24*time.Hour", "payment TestErase.*|TestM11.*"),
	one("what is open is erased", "payment/erasure.go", "case !p.State.Ended():", "case p.State == Created:", "payment TestMemoryStore|TestErase.*"),
	one("what is not delivered is erased", "payment/erasure.go", "case undelivered:", "case undelivered && p.ID == \"\":", "payment TestMemoryStore|TestErase.*"),
	one("an erased payment has its handle", "payment/erasure.go", "p.Handle = acquirer.Handle{} // with", "_ = acquirer.Handle{} // with", "payment TestMemoryStore|TestErase.*"),
	one("an erased payment has its debtor", "payment/erasure.go", "p.Debtor, p.Key, p.Debt, p.Notice, p.Claim, p.Language, p.MaskedPAN = \"\", \"\", \"\", \"\", \"\", \"\", \"\"", "p.Key, p.Debt, p.Notice, p.Claim, p.Language, p.MaskedPAN = \"\", \"\", \"\", \"\", \"\", \"\"", "payment TestMemoryStore|TestErase.*"),
	one("an erased entry says who", "payment/erasure.go", "e.By, e.Why, e.Salt = \"\", \"\", [16]byte{}", "e.Why, e.Salt = \"\", [16]byte{}", "payment TestMemoryStore|TestErase.*"),
}
