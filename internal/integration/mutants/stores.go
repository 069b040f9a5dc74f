package mutants

// In which the stores are tried.
const (
	inMemory     = "payment TestMemoryStore"
	inSQLite     = "internal/integration/kept/stores TestSQLiteStore|TestAdvance"
	inPostgreSQL = "internal/integration/kept/stores TestPostgreSQLStore|TestM6UniqueIndexes"
)

// stores are mutants of the stores.
var stores = []Mutant{
	one("memory: a version is overwritten", "payment/memory.go", "if r.payment.Version != p.Version-1 || r.payment.Debtor != p.Debtor {", "if r.payment.Debtor != p.Debtor {", inMemory),
	one("memory: what was erased is written again", "payment/memory.go", "if r.payment.Version != p.Version-1 || r.payment.Debtor != p.Debtor {", "if r.payment.Version != p.Version-1 {", inMemory),
	one("memory: a claim is paid twice", "payment/memory.go", "\tif p.State.Money() {\n\t\tif _, ok := m.otherThan(m.claims", "\tif p.State == \"?\" {\n\t\tif _, ok := m.otherThan(m.claims", inMemory),
	one("memory: a debt has two attempts", "payment/memory.go", "\tif p.State.Attempt() {\n", "\tif p.State == \"?\" {\n", inMemory),
	one("memory: a held debt is begun", "payment/memory.go", "func(o Payment) bool { return o.State.Holds() }", "func(o Payment) bool { return o.State.Attempt() }", inMemory),
	one("memory: a claim that is recorded is begun", "payment/memory.go", "func(o Payment) bool { return o.State == Recorded }", "func(o Payment) bool { return o.State == \"?\" }", inMemory),
	one("memory: a key is used twice", "payment/memory.go", "m.keys[[2]string{p.Debtor, p.Key}]; ok {", "m.keys[[2]string{p.Debtor, p.Key}]; ok && p.Key == \"\" {", inMemory),
	one("memory: a handle is two payments'", "payment/memory.go", "; ok && id != p.ID {\n\t\treturn ErrReference", "; ok && id == \"?\" {\n\t\treturn ErrReference", inMemory),
	one("memory: a lease is not kept", "payment/memory.go", "return l.token == \"\" || !now.Before(l.until) }", "return l.token == \"\" || !now.Before(l.until) || l.tries == 0 }", inMemory),
	one("memory: somebody else's lease is ended", "payment/memory_work.go", "ok && r.token == t.Token {", "ok && t.Token != \"\" {", inMemory),
	one("memory: changes overtake each other", "payment/memory.go", "if len(m.out[p.ID]) == 1 {", "if len(m.out[p.ID]) >= 1 {", inMemory),
	one("memory: a failure is not counted", "payment/memory_work.go", "tries: t.Tries + 1, cause", "tries: t.Tries, cause", inMemory),
	one("memory: haste leaves the lease", "payment/memory_work.go", "\tr.token, r.until = \"\", time.Time{}\n", "\tr.until = time.Time{}\n", inMemory),
	one("memory: an erasure leaves the cause", "payment/memory_books.go", "memoryLease{tries: r.tries})", "memoryLease{tries: r.tries, cause: r.cause})", inMemory),
	one("memory: a number of the sequence comes twice", "payment/memory.go", "\tm.sequence[day]++\n", "\tm.sequence[day] |= 1\n", inMemory),
	one("memory: an orphan is kept twice", "payment/memory_books.go", "\tif m.known[c.Key] {\n\t\treturn nil", "\tif m.known[c.Key+\"?\"] {\n\t\treturn nil", inMemory),
	one("memory: what was handed out is shared", "payment/memory.go", "p.Session.Fields = maps.Clone(p.Session.Fields)", "_ = maps.Clone(p.Session.Fields)", inMemory),

	one("SQL: a version is overwritten", "payment/sqlstore/write.go", "\" AND version = \" + nth[\"version\"] + \" - 1 AND debtor", "\" AND debtor", inSQLite),
	one("SQL: what was erased is written again", "payment/sqlstore/write.go", "\" - 1 AND debtor = \" + nth[\"debtor\"] + \" AND \" +", "\" - 1 AND \" +", inSQLite),
	one("SQL: a closed day is written to", "payment/sqlstore/closed.go", "WHERE until > \" + parameter + \")\"", "WHERE until > \" + parameter + \" AND FALSE)\"", inSQLite),
	one("SQL: a held debt is begun", "payment/sqlstore/write.go", "WHERE debt = \" + nth[\"debt\"] + \" AND state IN (\" + holding + \"))\"", "WHERE debt = \" + nth[\"debt\"] + \" AND state IN (\" + attempts + \"))\"", inSQLite),
	one("SQL: the entry is not written", "payment/sqlstore/write.go", "for i, step := range steps {\n\t\t\tif err", "for i, step := range steps {\n\t\t\tif i == 1 {\n\t\t\t\tcontinue\n\t\t\t}\n\t\t\tif err", inSQLite),
	one("SQL: changes overtake each other", "payment/sqlstore/work.go", "o.version < c.version))\"", "o.version < 0))\"", inSQLite),
	one("SQL: a lease is not kept", "payment/sqlstore/work.go", "(lease_until IS NULL OR lease_until <= $1)", "(lease_until IS NULL OR lease_until <> $1)", inSQLite),
	one("SQL: somebody else's lease is ended", "payment/sqlstore/work.go", "WHERE %s = $3 AND lease_token = $4\"", "WHERE %s = $3 AND lease_token <> $4 || 'x'\"", inSQLite),
	one("SQL: a change that was taken is deleted by another", "payment/sqlstore/work.go", "DELETE FROM quittance_change WHERE key = $1 AND lease_token = $2", "DELETE FROM quittance_change WHERE key = $1 AND $2 <> ''", inSQLite),
	one("SQL: a damaged row is reported each time", "payment/sqlstore/work.go", "return t.Tries < payment.StuckAfter || t.Cause != cause, err", "return t.Kind != \"\", err", "internal/integration/faults/trouble TestM2OneDamagedRowStopsNoOther"),
	one("SQL: haste leaves the lease", "payment/sqlstore/work.go", "ELSE $1 END, lease_token = NULL, lease_until = NULL WHERE id = $2", "ELSE $1 END WHERE id = $2", inSQLite),
	one("SQL: an erasure leaves the cause", "payment/sqlstore/erase.go", "masked_pan = '', cause = '',", "masked_pan = '',", inSQLite),
	one("SQL: an erasure leaves the handle", "payment/sqlstore/erase.go", " handle_session = '', handle_proof", " handle_proof", inSQLite),
	one("SQL: an erasure leaves the salts", "payment/sqlstore/erase.go", "SET by_whom = '', why = '', salt = $1 WHERE payment = $2", "SET by_whom = '', why = '' WHERE payment = $2 AND $1 = $1", inSQLite),
	one("SQL: Advance sets the sequence back", "payment/sqlstore/sequence.go", "CASE WHEN quittance_sequence.last > $2 THEN quittance_sequence.last ELSE $2 END", "$2", inSQLite),
	one("SQL: two processes draw one number", "payment/sqlstore/sequence.go", "quittance_sequence.last + $2 RETURNING last", "$2 RETURNING last", inSQLite),
	one("a change has the session", "payment/journal.go", "p.Session, p.Handle = acquirer.Session{}, acquirer.Handle{}\n\treturn Change", "_, _ = acquirer.Session{}, acquirer.Handle{}\n\treturn Change", inMemory, inSQLite, "payment"),
	one("SQLite: the index of money is missing", "payment/sqlstore/migrations/sqlite/0001_payments.sql", "CREATE UNIQUE INDEX quittance_payment_money", "CREATE INDEX quittance_payment_money", inPostgreSQL),
	one("SQLite: the index of attempts is missing", "payment/sqlstore/migrations/sqlite/0001_payments.sql", "CREATE UNIQUE INDEX quittance_payment_attempt", "CREATE INDEX quittance_payment_attempt", inPostgreSQL),
	one("PostgreSQL: the index of money is missing", "payment/sqlstore/migrations/postgresql/0001_payments.sql", "CREATE UNIQUE INDEX quittance_payment_money", "CREATE INDEX quittance_payment_money", inPostgreSQL),
	one("PostgreSQL: the index of attempts is missing", "payment/sqlstore/migrations/postgresql/0001_payments.sql", "CREATE UNIQUE INDEX quittance_payment_attempt", "CREATE INDEX quittance_payment_attempt", inPostgreSQL),
	one("PostgreSQL: the index of paid debts is missing", "payment/sqlstore/migrations/postgresql/0005_debt_paid.sql", "CREATE UNIQUE INDEX", "CREATE INDEX", inPostgreSQL),
	one("PostgreSQL: leases wait for each other", "internal/sqldb/statement.go", " FOR UPDATE SKIP LOCKED", "", inPostgreSQL),
	one("PostgreSQL: a day is closed beside who writes", "payment/sqlstore/store.go", "\t\t\t\"LOCK TABLE quittance_payment, quittance_orphan IN SHARE MODE\",\n", "", inPostgreSQL),
}
