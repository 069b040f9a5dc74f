package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/quittance/quittance/internal/sqldb"
	"github.com/quittance/quittance/payment"
)

// entryKey names an entry.
type entryKey struct {
	payment payment.ID
	version int
}

// keysAtOnce is how many entries are looked for by one statement: as many as the service leases changes at once.
const keysAtOnce = 16

// selectEntries has the keys of keysAtOnce entries as parameters.
var selectEntries = func() string {
	keys := make([]string, keysAtOnce)
	for i := range keys {
		keys[i] = fmt.Sprintf("(CAST($%d AS TEXT), CAST($%d AS BIGINT))", 2*i+1, 2*i+2)
	}
	return "SELECT " + entries.columnNames() + " FROM (VALUES " + strings.Join(keys, ", ") + ") AS keys" +
		" JOIN quittance_entry ON payment = keys.column1 AND version = keys.column2"
}()

// entriesByKey reads entries by their keys; those that are not there are missing.
func (s *Store) entriesByKey(ctx context.Context, keys []entryKey) (map[entryKey]stored[payment.Entry], error) {
	found := make(map[entryKey]stored[payment.Entry], len(keys))
	for some := range slices.Chunk(keys, keysAtOnce) {
		args := make([]any, 0, 2*keysAtOnce)
		for _, k := range some {
			args = append(args, string(k.payment), k.version)
		}
		for len(args) < cap(args) {
			args = append(args, "", 0) // no entry's
		}
		rows, err := sqldb.Rows(ctx, s.db, scanEntry, selectEntries, args...)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			found[entryKey{r.value.Payment, r.value.Version}] = r
		}
	}
	return found, nil
}
