package simulation

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/quittance/quittance/payment"
)

// Sum is what many reports say together.
type Sum struct {
	Report
	Worlds int
}

// Add adds a report.
func (s *Sum) Add(r *Report) {
	s.Worlds++
	s.Payments += r.Payments
	s.Trips += r.Trips
	s.Entries += r.Entries
	s.Compared += r.Compared
	s.Skipped += r.Skipped
	s.Refunds += r.Refunds
	s.Parts += r.Parts
	s.WonBack += r.WonBack
	s.Letters += r.Letters
	s.Struck += r.Struck
	s.Exports += r.Exports
	if s.States == nil {
		s.States = map[payment.State]int{}
	}
	for state, n := range r.States {
		s.States[state] += n
	}
}

// String says the figures.
func (s Sum) String() string {
	var states []string
	for _, state := range slices.Sorted(maps.Keys(s.States)) {
		states = append(states, fmt.Sprintf("%d %s", s.States[state], state))
	}
	return fmt.Sprintf("%d payments (%d trips to a bank's page) in %d worlds, %d journal entries, %d faults that struck; %d acknowledgements, %d returns of "+
		"whole amounts, %d of parts, %d won back; %d exports; %d payments compared with the banks' books, %d decided by a clerk or forgotten by the bank; %s",
		s.Payments, s.Trips, s.Worlds, s.Entries, s.Struck, s.Letters, s.Refunds, s.Parts, s.WonBack, s.Exports, s.Compared, s.Skipped, strings.Join(states, ", "))
}
