package reconcile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quittance/quittance/examples/internal/bankfile"
)

// Witness is one who names transactions, and what does not agree with it.
type Witness struct {
	Name string `json:"witness"` // gateway, acquirer, account, list or chargebacks
	// What it can be asked about. A journal of operations has no payments: they are not missed on it.
	Covers      []string     `json:"covers"`
	Files       []string     `json:"files"`
	Here        Sum          `json:"here"`
	There       Sum          `json:"there"`
	Until       string       `json:"until,omitempty"` // the last day that an account's statement covers
	Differences []Difference `json:"differences"`

	common bool // at least one reference is on both sides
}

// What a witness can cover.
const (
	payments    = "payments"
	refunds     = "refunds"
	chargebacks = "chargebacks"
)

// testimonies are the witnesses by the journals that make them up.
var testimonies = []struct {
	witness  string
	files    map[string][]string // what a journal (or a format, where there is none) covers
	remitted bool                // it has only what was remitted
}{
	{"gateway", map[string][]string{"transactions": {payments}, "operations": {refunds}}, false},
	{"acquirer", map[string][]string{"rapprochement": {payments, refunds}}, true},
	{"payfip", map[string][]string{"payfip": {payments}}, false},
	{"list", map[string][]string{"layout": {payments, refunds}}, false},
}

// witnesses compares our side with each witness there is.
func witnesses(here []Movement, lists []*List, account accountSide, o Options) (out []Witness) {
	for _, t := range testimonies {
		w := Witness{Name: t.witness}
		var there []Movement
		for _, l := range lists {
			covers := t.files[l.File.Journal]
			if l.File.Journal == "" {
				covers = t.files[l.File.Format]
			}
			if covers == nil || l.File.Level != bankfile.Transaction {
				continue
			}
			w.add(l.File.Name, covers)
			there = append(there, l.movements...)
		}
		if w.Files != nil {
			out = append(out, w.compared(here, there, t.remitted || t.witness == "list" && o.Remitted))
		}
	}
	if account.files != nil && !account.sums() {
		w := Witness{Name: "account", Until: account.last}
		for _, f := range account.files {
			w.add(f, []string{payments, refunds})
		}
		out = append(out, w.compared(here, account.transactions(here), true))
	}
	return append(out, chargedBack(here, lists)...)
}

func (w *Witness) add(file string, covers []string) {
	w.Files = append(w.Files, file)
	for _, c := range covers {
		if !slices.Contains(w.Covers, c) {
			w.Covers = append(w.Covers, c)
		}
	}
}

// compared compares what the witness covers.
func (w Witness) compared(here, there []Movement, remitted bool) Witness {
	covered := func(all []Movement) []Movement {
		return slices.DeleteFunc(slices.Clone(all), func(m Movement) bool {
			return m.Refund && !slices.Contains(w.Covers, refunds) || !m.Refund && !slices.Contains(w.Covers, payments)
		})
	}
	here, there = covered(here), covered(there)
	references := map[string]bool{}
	for _, m := range here {
		w.Here.add(m.Cents)
		references[m.Reference], references[m.other] = true, true
	}
	for _, m := range there {
		w.There.add(m.Cents)
		w.common = w.common || references[m.Reference]
	}
	w.Differences = compareTransactions(here, there, remitted)
	return w
}

// suspicions are notes on what looks like a misunderstanding of the file rather than like missing money.
func (w Witness) suspicions() (out []string) {
	if w.Here.Count == 0 || w.There.Count == 0 || w.Name == chargebacks {
		return nil
	}
	if !w.common {
		out = append(out, fmt.Sprintf("Aucune référence n’est commune aux exports et à %s\u00a0: vérifiez que le fichier "+
			"est de la même période et qu’il nomme vos références.", strings.Join(w.Files, ", ")))
	}
	if w.Here.Count == w.There.Count && (w.Here.Cents == 100*w.There.Cents || 100*w.Here.Cents == w.There.Cents) {
		out = append(out, fmt.Sprintf("Les montants de %s sont exactement cent fois ceux des exports, ou l’inverse\u00a0: "+
			"le fichier compte sans doute en une autre unité. Demandez à votre prestataire en quelle unité sont les "+
			"montants.", strings.Join(w.Files, ", ")))
	}
	return out
}

// chargedBack compares the journals of chargebacks. A chargeback agrees if our side has the payment as given back; one that was
// undone counts for nothing.
func chargedBack(here []Movement, lists []*List) []Witness {
	w := Witness{Name: chargebacks, Covers: []string{chargebacks}}
	var all []chargeback
	for _, l := range lists {
		if l.File.Journal == "impayes" {
			w.Files = append(w.Files, l.File.Name)
			all = append(all, l.chargebacks...)
		}
	}
	if w.Files == nil {
		return nil
	}
	accepted, returned := map[string]*Movement{}, map[string]int64{}
	for i, m := range here {
		for _, name := range []string{m.Reference, m.other} {
			if name != "" && m.Refund {
				returned[name] += m.Cents
			} else if name != "" {
				accepted[name] = &here[i]
			}
		}
	}
	undone := map[string]int64{}
	for _, c := range all {
		if c.reversal {
			undone[c.Reference] += c.Cents
		}
	}
	for _, c := range all {
		if c.reversal {
			continue
		}
		w.There.add(c.Cents)
		if undone[c.Reference] >= c.Cents {
			undone[c.Reference] -= c.Cents
			continue
		}
		if returned[c.Reference] >= c.Cents {
			returned[c.Reference] -= c.Cents
			w.Here.add(c.Cents)
			continue
		}
		if !c.Near {
			there := c.Movement
			there.Refund = true
			w.Differences = append(w.Differences, Difference{Verdict: ChargedBack, Here: accepted[c.Reference], There: &there,
				Reason: c.reason})
		}
	}
	return []Witness{w}
}
