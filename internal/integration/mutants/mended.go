package mutants

// mended are the mistakes about money that were made once, as they were: each is found by a world.
var mended = []Mutant{
	{"M1: whoever works asks its own bank about every payment", []Edit{
		{"payment/clients.go", "client, ok := c.byMerchant[p.Merchant]; ok {\n\t\treturn client, nil", "client, ok := c.byMerchant[p.Merchant]; ok || client == nil {\n\t\treturn c.all[0], nil"},
		{"payment/ask.go", "Merchant: p.Merchant, Handle: p.Handle.With(hinted)", "Merchant: client.Merchant(), Handle: p.Handle.With(hinted)"},
		{"payment/store.go", "slices.Contains(s.Merchants, p.Merchant) ||", "len(s.Merchants) > 0 ||"},
	}, []string{"simulation"}},
	one("M2: a row that cannot be read stops the others", "payment/sqlstore/work.go",
		"first, err := s.setAside(ctx, l, now)", "first, err := true, l.damage", "simulation sqlite"),
	one("M3: work waits for all that was taken with it", "payment/work.go",
		"newKindLoop(s, run, k).takeWork(taking)", "for k == WorkAttention && taking.Err() == nil {\n\t\t\t\ts.WorkOnce(run)\n\t\t\t\ttime.Sleep(time.Second)\n\t\t\t}",
		"internal/integration/simulation TestLive"),
	{"M4: no money, by a person, after a sealed acceptance, and nobody looks", []Edit{
		{"payment/person.go", "if kind != OnNoMoney && !(kind == OnQuestioned && p.State == Failed) {", "if kind != OnQuestioned || p.State != Failed {"},
		{"payment/timers.go", "if opensNothing(e) {", "if opensNothing(e) || e.Kind == OnNoMoney {"},
	}, []string{"simulation"}},
	one("M5: nobody listens in review", "payment/timers.go",
		"\tcase Review:\n\t\treturn e.At.Add(reviewEvery)\n\tcase Refused", "\tcase Review:\n\t\treturn time.Time{}\n\tcase Refused", "simulation"),
	{"M7: two notices of one debt are both paid", []Edit{
		{"payment/commit.go", "\t\tif by.ID != \"\" {\n\t\t\te.Kind = OnAcceptedToo", "\t\tif by.ID == \"?\" {\n\t\t\te.Kind = OnAcceptedToo"},
		{"payment/memory.go", "\tif p.State == Paid {\n", "\tif p.State == Paid && p.Debt == \"?\" {\n"},
	}, []string{"simulation"}},
	one("M8: what is refunded stays so, whatever the bank says", "payment/payment.go",
		"p.State == Refunding || p.State == Refunded ||", "p.State == Refunding ||", "simulation"),
	one("M9: a part that went back is dropped", "payment/meaning.go",
		"case back > before:\n\t\t\treturn OnReturnedPart", "case back > before:\n\t\t\treturn OnAccepted", "simulation"),
	one("M10: a refund is overdue before it is tried", "payment/timers.go",
		"p.RefundAskedAt.Add(uncalledLimit)", "p.RefundAskedAt.Add(t.unknown)", "simulation"),
	one("M12: a closed day is written to", "payment/memory_books.go",
		"if end.After(m.closed) {", "if end.After(m.closed) && day == \"\" {", "simulation"),
	one("M13: the authorisation of kept money is thrown away", "payment/meaning.go",
		"case p.Authorisation == \"\" && r.AuthorisationID != \"\":\n\t\t\treturn OnConfirmed", "case p.Authorisation == \"\" && r.AuthorisationID != \"\":\n\t\t\treturn OnAccepted", "simulation"),
	one("M15: a day that was exported twice reads as fraud", "payment/audit/verify.go",
		"want == (Seal{}) || want == before", "want == (Seal{}) || want == before && n == 0", "simulation"),
}
