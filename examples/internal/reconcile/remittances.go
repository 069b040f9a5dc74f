package reconcile

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/quittance/quittance/examples/internal/bankfile"
)

// RemittanceVerdict is how a remittance of the journal stands on the account.
type RemittanceVerdict string

// The verdicts of a remittance. They are stored in people's files: never change one.
const (
	OnAccount       RemittanceVerdict = "on the account"
	RemittedLately  RemittanceVerdict = "under way"
	MissingThere    RemittanceVerdict = "missing on the account"
	OtherSum        RemittanceVerdict = "other amount"
	OtherCommission RemittanceVerdict = "other commission"
	NotInJournal    RemittanceVerdict = "not in the journal"
)

func (v RemittanceVerdict) isDifference() bool { return v != OnAccount && v != RemittedLately }

// RemittanceCheck is a remittance as the journal and the account have it. Refunds count negative.
type RemittanceCheck struct {
	Number     string            `json:"number"`
	Day        string            `json:"day,omitempty"` // in the journal
	Count      int               `json:"count"`
	Gross      int64             `json:"gross"`
	Net        int64             `json:"net"`
	Commission int64             `json:"commission"`
	Fees       bool              `json:"fees_known"` // net and commission are known of each of its transactions
	BankDay    string            `json:"bank_day,omitempty"`
	Booked     int64             `json:"booked"`
	Verdict    RemittanceVerdict `json:"verdict"`
}

// journalRemittance is a remittance in a journal.
type journalRemittance struct {
	count                  int
	gross, net, commission int64
	unknown                bool // net or commission is missing somewhere
	day                    string
}

// addRemittance adds a transaction of a journal to its remittance.
func (l *List) addRemittance(line bankfile.Line) {
	if line.Contract != "" {
		l.contracts[line.Contract]++
	}
	if line.Remittance == "" {
		return
	}
	r := l.remittances[line.Remittance]
	if r == nil {
		r = &journalRemittance{day: line.RemittanceDay}
		l.remittances[line.Remittance] = r
	}
	sign := int64(1)
	if line.Kind == bankfile.Refund {
		sign = -1
	}
	r.count++
	r.gross += sign * line.Cents
	r.net += sign * line.Net.Cents
	r.commission += line.Commission.Cents
	r.unknown = r.unknown || !line.Net.Known || !line.Commission.Known
	r.day = max(r.day, line.RemittanceDay)
}

// mergedWith adds what another file has of the same remittance.
func (r *journalRemittance) mergedWith(o *journalRemittance) *journalRemittance {
	if r == nil {
		return o
	}
	return &journalRemittance{r.count + o.count, r.gross + o.gross, r.net + o.net, r.commission + o.commission, r.unknown ||
		o.unknown, max(r.day, o.day)}
}

// joinRemittances compares the remittances of the journals with the account, by their numbers. Without a journal there is nothing
// to compare.
func joinRemittances(lists []*List, a accountSide) (out []RemittanceCheck) {
	journal := map[string]*journalRemittance{}
	for _, l := range lists {
		for number, r := range l.remittances {
			journal[number] = journal[number].mergedWith(r)
		}
	}
	if len(journal) == 0 {
		return nil
	}
	used := make([]bool, len(a.lines))
	for _, number := range slices.Sorted(maps.Keys(journal)) {
		r := journal[number]
		c := RemittanceCheck{Number: number, Day: r.day, Count: r.count, Gross: r.gross, Net: r.net, Commission: r.commission,
			Fees: !r.unknown}
		var gross, commission int64
		found, hasCommission := false, false
		for i, line := range a.lines {
			if !a.numbers[i][strings.TrimLeft(number, "0")] {
				continue
			}
			switch effectiveKind(line.Line) {
			case bankfile.Remitted, bankfile.RefundRemittance, bankfile.Refund:
				found, used[i] = true, true
				c.BankDay = cmp.Or(c.BankDay, line.Day)
				c.Booked += line.Cents
				gross += amountOf(line.Line)
				if line.Commission.Known {
					commission, hasCommission = commission+line.Commission.Cents, true
				}
			case bankfile.Commission:
				commission, hasCommission = commission-line.Cents, true
			}
		}
		switch {
		case !found && due(r.day) >= a.last:
			c.Verdict = RemittedLately
		case !found:
			c.Verdict = MissingThere
		case gross != r.gross && !(c.Fees && c.Booked == r.net):
			c.Verdict = OtherSum
		case hasCommission && c.Fees && commission != r.commission:
			c.Verdict = OtherCommission
		default:
			c.Verdict = OnAccount
		}
		out = append(out, c)
	}
	for i, line := range a.lines {
		switch effectiveKind(line.Line) {
		case bankfile.Remitted, bankfile.RefundRemittance:
			if !used[i] {
				out = append(out, RemittanceCheck{Number: a.numberOf(i), BankDay: line.Day, Booked: line.Cents,
					Verdict: NotInJournal})
			}
		}
	}
	return out
}

// numberOf is a number by which a line may name its remittance, with zeros in front to the six digits that journals write.
func (a accountSide) numberOf(i int) string {
	all := slices.Sorted(maps.Keys(a.numbers[i]))
	if len(all) == 0 {
		return ""
	}
	const width = 6
	return strings.Repeat("0", max(0, width-len(all[0]))) + all[0]
}
