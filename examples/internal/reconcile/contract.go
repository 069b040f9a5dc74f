package reconcile

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/quittance/quittance/examples/internal/bankfile"
)

// An account holds other money than card payments, and card payments of other contracts. A line is ours by these rules, the first
// that fits:
//
//  1. It names the contract, or its label is cut off in the middle of it.
//  2. It names another contract: it is not ours.
//  3. It has the number of a remittance of a line that is ours: a commission, or the fee of a chargeback.
//  4. It is about cards and names no contract at all, and no card line of its file names another contract.
//
// Lines of rule 4 are said in a note.

// texts are all that a line says.
func texts(l bankfile.Line) string {
	all := []string{l.Label, l.Text, l.Interbank, l.Reference, l.CustomerReference, l.BankReference, l.Contract}
	for _, name := range slices.Sorted(maps.Keys(l.Details)) {
		all = append(all, l.Details[name]...)
	}
	for _, t := range l.Transactions {
		all = append(all, t.Text)
		if len(all) > 32 { // the first say it as well as all
			break
		}
	}
	return strings.ToUpper(strings.Join(all, " "))
}

// mentions reports whether a line names the contract.
func mentions(l bankfile.Line, contract string) bool {
	if contract == "" {
		return false
	}
	contract = strings.ToUpper(strings.TrimSpace(contract))
	if strings.Contains(texts(l), contract) {
		return true
	}
	// A label of CFONB has 31 characters: « REMBT CB REMISE 030265 CT 05358 ».
	const least = 4
	label := strings.Fields(l.Label)
	if len(label) == 0 {
		return false
	}
	last := label[len(label)-1]
	return len(last) >= least && len(last) < len(contract) && strings.HasPrefix(contract, last)
}

var contractNumber = regexp.MustCompile(`(?:^|[^0-9A-Z,./])(\d{7})(?:[^0-9,./]|$)`)

// contractsIn are the contract numbers that a line names: seven digits that are no remittance's, which has zeros in front.
func contractsIn(l bankfile.Line) (out []string) {
	entry := strings.TrimLeft(l.Entry+l.BankReference, "0")
	for _, m := range contractNumber.FindAllStringSubmatch(strings.ToUpper(l.Label+" "+l.Text+" "+l.CustomerReference+" "+l.Contract), -1) {
		if n := m[1]; !strings.HasPrefix(n, "00") && strings.TrimLeft(n, "0") != entry {
			out = append(out, n)
		}
	}
	return out
}

var remittanceNumber = regexp.MustCompile(`^[A-Z]?(\d{5,7})$`)

// numbers returns the numbers by which a line may name its remittance, without leading zeros.
func numbers(l bankfile.Line, contract string) map[string]bool {
	out := map[string]bool{}
	add := func(n string) {
		n = strings.TrimLeft(n, "0")
		if len(n) >= 4 && len(n) <= 7 && n != strings.TrimLeft(contract, "0") {
			out[n] = true
		}
	}
	add(l.Entry)
	add(l.BankReference)
	add(l.Remittance)
	add(strings.TrimPrefix(strings.TrimLeft(l.Reference, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), contract))
	text := strings.ToUpper(l.Label + " " + l.Text + " " + strings.Join(l.Details["REF"], " ") + " " +
		strings.Join(l.Details["LIB"], " "))
	fields := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '-' })
	for i, f := range fields {
		if i > 0 && (fields[i-1] == "DU" || fields[i-1] == "LE" || fields[i-1] == "NB") { // a day, a count
			continue
		}
		if m := remittanceNumber.FindStringSubmatch(f); m != nil {
			add(m[1])
		}
	}
	return out
}

// shareNumbers moves lines from the rest to ours that name a remittance of ours, or of a line that was moved: a commission may name
// the remittance, and a fee the commission.
func shareNumbers(ours, rest []bankfile.Line, contract string) (more, left []bankfile.Line) {
	known := map[string]bool{}
	for _, l := range ours {
		maps.Copy(known, numbers(l, contract))
	}
	of := make([]map[string]bool, len(rest))
	for i, l := range rest {
		of[i] = numbers(l, contract)
	}
	moved := make([]bool, len(rest))
	for grown := true; grown; {
		grown = false
		for i := range rest {
			shares := false
			for n := range of[i] {
				shares = shares || known[n]
			}
			if shares && !moved[i] {
				moved[i], grown = true, true
				maps.Copy(known, of[i])
			}
		}
	}
	for i, l := range rest {
		if moved[i] {
			ours = append(ours, l)
		} else {
			left = append(left, l)
		}
	}
	return ours, left
}

// accountLine is a line with the name of its file.
type accountLine struct {
	bankfile.Line
	file string
}

// accountSide has the lines of the bank accounts that are ours.
type accountSide struct {
	files       []string
	lines       []accountLine
	numbers     []map[string]bool
	named       bool // at least one line names the contract
	first, last string
	gross       bool // commissions are lines of their own
}

// sums reports whether only sums can be compared: a line of card money does not say which transactions it is.
func (a accountSide) sums() bool {
	if a.files == nil {
		return false
	}
	for _, l := range a.lines {
		switch l.Kind {
		case bankfile.Commission, bankfile.Fee:
		default:
			if len(l.Transactions) == 0 {
				return true
			}
		}
	}
	return len(a.lines) == 0
}

// transactions returns the transactions that the lines name. A transaction whose reference is none of ours may name one of ours in its text.
func (a accountSide) transactions(here []Movement) (out []Movement) {
	ours := map[string]bool{}
	for _, m := range here {
		ours[m.Reference], ours[m.other] = true, true
	}
	for _, l := range a.lines {
		for _, t := range l.Transactions {
			m := Movement{Reference: t.Reference, Refund: t.Cents < 0, Cents: max(t.Cents, -t.Cents), Currency: l.Currency,
				Authorisation: t.Authorisation, Day: l.Day, File: l.file, Line: l.At}
			if !ours[m.Reference] {
				for _, w := range strings.Fields(t.Text) {
					if w != "" && ours[w] {
						m.Reference = w
					}
				}
			}
			out = append(out, m)
		}
	}
	return out
}

// contractOf is the contract that the journals name, if they name one only.
func contractOf(lists []*List) string {
	all := map[string]bool{}
	for _, l := range lists {
		for c := range l.contracts {
			all[c] = true
		}
	}
	if len(all) != 1 {
		return ""
	}
	for c := range all {
		return c
	}
	return ""
}

// accountLines picks what is ours from the accounts. The error says that the contract is missing, and which there are.
func (r *Report) accountLines(lists []*List, o Options) (accountSide, error) {
	var a accountSide
	var accounts []*List
	for _, l := range lists {
		if len(l.account) > 0 || len(l.File.Statements) > 0 || l.File.Level == bankfile.Remittance ||
			strings.HasPrefix(l.File.Format, "camt") {
			own := *l
			own.account = slices.Clone(l.account) // a notice may add details
			accounts = append(accounts, &own)
			a.files = append(a.files, l.File.Name)
			if l.first != "" && (a.first == "" || l.first < a.first) {
				a.first = l.first
			}
			a.last = max(a.last, l.last)
		}
	}
	accounts, repeated := withoutNotices(accounts)
	if repeated > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%s déjà sur le relevé\u00a0: l’argent n’est compté qu’une fois.",
			Count(repeated, "écriture de l’avis camt.054 est", "écritures de l’avis camt.054 sont")))
	}
	accounts, repeated = withoutOverlap(accounts)
	if repeated > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%s dans deux téléchargements\u00a0: %s comptée qu’une fois.",
			Count(repeated, "ligne se trouve", "lignes se trouvent"), Choose(repeated, "elle n’est", "chacune n’est")))
	}
	foreign := 0
	for _, l := range accounts {
		for _, line := range l.account {
			if line.Currency != "" && line.Currency != "EUR" {
				r.Notes = append(r.Notes, fmt.Sprintf("%s, ligne %d\u00a0: elle est en %s et n’est pas comparée.", l.File.Name,
					line.At, bankfile.Plain(line.Currency)))
				foreign++
			}
		}
	}
	anonymous := a.pick(accounts, o.Contract)
	found := contractsOn(accounts)
	switch {
	case a.sums() && o.Contract == "":
		return a, contractError("sur un relevé de compte il faut savoir ce qui est à vous\u00a0: donnez votre numéro de " +
			"contrat monétique, ou un texte de ses libellés." + found)
	case len(a.lines) == 0 && found != "":
		return a, contractError(fmt.Sprintf("aucune ligne du relevé ne nomme «\u00a0%s\u00a0»\u00a0: vérifiez le numéro de contrat.%s",
			bankfile.Plain(o.Contract), found))
	case a.files != nil && len(a.lines) == 0:
		r.Notes = append(r.Notes, "Le relevé n’a aucune ligne de carte.")
	}
	if anonymous.Count > 0 && o.Contract != "" {
		r.Notes = append(r.Notes, fmt.Sprintf("%s de carte ne %s aucun contrat\u00a0: %s comptée comme du contrat %s, "+
			"puisque le relevé n’en nomme pas d’autre.",
			Count(anonymous.Count, "ligne", "lignes"), Choose(anonymous.Count, "nomme", "nomment"), Choose(anonymous.Count,
				"elle est", "chacune est"),
			bankfile.Plain(o.Contract)))
	}
	return a, nil
}

// contractsOn says which contracts the labels of card lines name; empty if they name none.
func contractsOn(accounts []*List) string {
	found := map[string]int{}
	for _, l := range accounts {
		for _, line := range l.account {
			if line.Kind == bankfile.Other {
				continue
			}
			for _, c := range contractsIn(line) {
				found[c]++
			}
		}
	}
	if len(found) == 0 {
		return ""
	}
	const most = 10
	names := slices.Sorted(maps.Keys(found))
	for i, n := range names {
		names[i] = fmt.Sprintf("%s (%s)", n, Count(found[n], "ligne", "lignes"))
	}
	return " Les libellés nomment\u00a0: " + strings.Join(names[:min(len(names), most)], ", ") + "."
}

// pick applies the rules. It returns the lines of rule 4.
func (a *accountSide) pick(accounts []*List, contract string) (anonymous Sum) {
	for _, l := range accounts {
		var ours, rest []bankfile.Line
		foreign := false
		for _, line := range l.account {
			if line.Currency != "" && line.Currency != "EUR" {
				continue
			}
			switch {
			case mentions(line, contract):
				ours = append(ours, line)
				a.named = true
			case contract != "" && isDigits(contract) && len(contractsIn(line)) > 0:
				foreign = foreign || line.Kind != bankfile.Other
			case line.Kind != bankfile.Other:
				rest = append(rest, line)
			}
		}
		ours, rest = shareNumbers(ours, rest, contract)
		for _, line := range rest {
			if !foreign && line.Kind != bankfile.Fee {
				ours = append(ours, line)
				anonymous.add(line.Cents)
			}
		}
		slices.SortStableFunc(ours, func(x, y bankfile.Line) int { return x.At - y.At })
		for _, line := range ours {
			a.lines = append(a.lines, accountLine{line, l.File.Name})
		}
	}
	slices.SortStableFunc(a.lines, func(x, y accountLine) int { return strings.Compare(x.Day, y.Day) })
	for _, l := range a.lines {
		a.numbers = append(a.numbers, numbers(l.Line, contract))
		a.gross = a.gross || l.Kind == bankfile.Commission
	}
	return anonymous
}

func isDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// withoutNotices drops the entries of notices (camt.054) that a statement (camt.053) has too, and gives their transactions to an
// entry that has none.
func withoutNotices(lists []*List) (out []*List, repeated int) {
	type key struct {
		account, day string
		cents        int64
	}
	of := func(l bankfile.Line) key { return key{l.Account, l.Day, l.Cents} }
	var statements []*List
	for _, l := range lists {
		if l.File.Format == "camt.053" {
			statements = append(statements, l)
		}
	}
	taken := map[*bankfile.Line]bool{}
	find := func(notice bankfile.Line) *bankfile.Line {
		var best *bankfile.Line
		for _, l := range statements {
			for i := range l.account {
				line := &l.account[i]
				if taken[line] || of(*line) != of(notice) {
					continue
				}
				if line.Reference != "" && line.Reference == notice.Reference || line.EntryReference != "" &&
					line.EntryReference == notice.EntryReference {
					return line
				}
				if best == nil {
					best = line
				}
			}
		}
		return best
	}
	for _, l := range lists {
		if l.File.Format != "camt.054" || len(statements) == 0 {
			out = append(out, l)
			continue
		}
		rest := *l
		rest.account = nil
		for _, line := range l.account {
			same := find(line)
			if same == nil {
				rest.account = append(rest.account, line)
				continue
			}
			taken[same] = true
			repeated++
			if len(same.Transactions) == 0 {
				same.Transactions = line.Transactions
				if same.Kind == bankfile.RefundRemittance && len(line.Transactions) > 0 {
					same.Kind = bankfile.Refund
				}
			}
		}
		out = append(out, &rest)
	}
	return out, repeated
}

// withoutOverlap drops lines that two downloads of a bank's CSV both have: as often as the file that has them more often.
func withoutOverlap(lists []*List) (out []*List, repeated int) {
	type key struct {
		format, account, day, text string
		cents                      int64
	}
	seen := map[key]int{}
	for _, l := range lists {
		if !strings.HasPrefix(l.File.Format, "csv-") {
			out = append(out, l)
			continue
		}
		rest := *l
		rest.account = nil
		here := map[key]int{}
		for _, line := range l.account {
			k := key{l.File.Format, line.Account, line.Day, texts(line), line.Cents}
			if here[k]++; here[k] <= seen[k] {
				repeated++
				continue
			}
			rest.account = append(rest.account, line)
		}
		for k, n := range here {
			seen[k] = max(seen[k], n)
		}
		out = append(out, &rest)
	}
	return out, repeated
}
