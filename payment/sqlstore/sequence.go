package sqlstore

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/quittance/quittance/internal/paris"
	"github.com/quittance/quittance/internal/sqldb"
	"github.com/quittance/quittance/payment"
)

// block is a range of numbers that is this process's: next to last.
type block struct{ next, last int }

// blockSize is how many numbers a process takes at once: there may be gaps, there are no repeats, and no queue behind one row.
const blockSize = 50

// mostDays is of how many days a process keeps what is left of its block: two days meet at midnight, and a clock may be set back. What is left
// of the earliest is given up then.
const mostDays = 8

const advance = "INSERT INTO quittance_sequence (day, last) VALUES ($1, $2) ON CONFLICT (day) DO UPDATE SET last = "

// lockSequence waits for the numbers of this process, as long as ctx does: who has them may be asking the database.
func (s *Store) lockSequence(ctx context.Context) (unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case s.sequenceLock <- struct{}{}:
		return func() { <-s.sequenceLock }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Sequence implements [payment.Store].
func (s *Store) Sequence(ctx context.Context, day string) (int, error) {
	unlock, err := s.lockSequence(ctx)
	if err != nil {
		return 0, err
	}
	defer unlock()
	b, ok := s.blocks[day]
	if !ok || b.next > b.last {
		// One statement: a process that is stopped in a transaction would hold up every payment of the day.
		last, err := sqldb.Returning(ctx, s.db, scanNumber, advance+"quittance_sequence.last + $2 RETURNING last", day, blockSize)
		if err != nil {
			return 0, err
		}
		b = block{last[0] - blockSize + 1, last[0]}
		if len(s.blocks) >= mostDays {
			delete(s.blocks, slices.Min(slices.Collect(maps.Keys(s.blocks))))
		}
	}
	n := b.next
	if n > payment.MaxSequence {
		return 0, payment.ErrDayFull
	}
	b.next++
	s.blocks[day] = b
	return n, nil
}

// Advance sets the day's sequence past a number, which is the acquirer's last of that day: for after a restore from a
// backup. It never sets it back. A day that is not written "2026-03-02", or a number that is not between 0 and [payment.MaxSequence], is
// [payment.ErrInvalid], and nothing is set: a person types both.
func (s *Store) Advance(ctx context.Context, day string, past int) error {
	if _, err := paris.Parse(day); err != nil {
		return fmt.Errorf("%w: sqlstore: Advance: %w", payment.ErrInvalid, err)
	}
	if past < 0 || past > payment.MaxSequence {
		return fmt.Errorf("%w: sqlstore: Advance: %d is not a number from 0 to %d; take the last seven digits of the acquirer's last reference of the day",
			payment.ErrInvalid, past, payment.MaxSequence)
	}
	unlock, err := s.lockSequence(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	delete(s.blocks, day)
	_, err = s.db.Exec(ctx, advance+"CASE WHEN quittance_sequence.last > $2 THEN quittance_sequence.last ELSE $2 END", day, past)
	return err
}
