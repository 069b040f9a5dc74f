package reconcile

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/quittance/quittance/examples/internal/bankfile"
)

// WriteText writes the report for a person at a terminal.
func (r *Report) WriteText(w io.Writer) error {
	p := &printer{}
	p.sources(r)
	for _, witness := range r.Witnesses {
		p.witness(witness)
	}
	if r.Ledger != nil {
		p.ledger(r.Ledger)
	}
	if r.Remittances != nil {
		p.remittances(r.Remittances)
	}
	if len(r.Notes) > 0 {
		p.heading("À noter")
		for _, n := range r.Notes {
			p.item(n)
		}
	}
	p.heading("Conclusion")
	p.line(r.Conclusion())
	_, err := io.WriteString(w, p.b.String())
	return err
}

// Conclusion is the report in one sentence.
func (r *Report) Conclusion() string {
	n := r.Differences()
	if n == 0 && r.Ledger != nil {
		return "Tout concorde, au niveau des totaux."
	}
	if n == 0 {
		return "Tout concorde."
	}
	return Count(n, "différence", "différences") + "."
}

type printer struct{ b strings.Builder }

func (p *printer) line(format string, a ...any) { fmt.Fprintf(&p.b, format+"\n", a...) }
func (p *printer) item(text string)             { p.line("  – %s", text) }

func (p *printer) heading(text string) {
	if p.b.Len() > 0 {
		p.line("")
	}
	p.line("%s", text)
}

// table writes rows whose columns are aligned: texts to the left, and from a column on numbers to the right.
func (p *printer) table(numbersFrom int, rows [][]string) {
	width := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, c := range r {
			width[i] = max(width[i], utf8.RuneCountInString(c))
		}
	}
	for _, r := range rows {
		var line strings.Builder
		for i, c := range r {
			blanks := strings.Repeat(" ", width[i]-utf8.RuneCountInString(c))
			line.WriteString("  ")
			if i >= numbersFrom {
				line.WriteString(blanks + c)
			} else {
				line.WriteString(c + blanks)
			}
		}
		p.line("%s", strings.TrimRight(line.String(), " "))
	}
}

func (p *printer) sources(r *Report) {
	p.heading("Vos exports")
	rows := [][]string{{"Jour", "Accepté", "", "Rendu", ""}}
	var accepted, returned Sum
	for _, e := range r.Exports {
		day := French(e.Day)
		if e.Near {
			day += " (voisin)"
		}
		rows = append(rows, []string{day, fmt.Sprint(e.Accepted.Count), Money(e.Accepted.Cents), fmt.Sprint(e.Returned.Count),
			Money(e.Returned.Cents)})
		accepted.Count, accepted.Cents = accepted.Count+e.Accepted.Count, accepted.Cents+e.Accepted.Cents
		returned.Count, returned.Cents = returned.Count+e.Returned.Count, returned.Cents+e.Returned.Cents
	}
	if len(r.Exports) > 1 {
		rows = append(rows, []string{"Total", fmt.Sprint(accepted.Count), Money(accepted.Cents), fmt.Sprint(returned.Count),
			Money(returned.Cents)})
	}
	p.table(1, rows)
	p.heading("En face")
	for _, f := range r.Files {
		p.item(f.describe())
		for _, n := range f.Notes {
			p.line("    %s", n)
		}
		for _, g := range f.passedOver() {
			p.line("    %s", g)
		}
	}
}

// mostShown is how many of the ignored lines are printed.
const mostShown = 5

// passedOver says what a file has that is no money: the first of it.
func (f FileReport) passedOver() (out []string) {
	for i, g := range f.Ignored {
		if i == mostShown {
			return append(out, "…")
		}
		reference := ""
		if g.Reference != "" {
			reference = bankfile.Plain(g.Reference) + ", "
		}
		out = append(out, fmt.Sprintf("ligne %d passée\u00a0: %s%s", g.At, reference, g.Why))
	}
	return out
}

func (f FileReport) describe() string {
	s := bankfile.Plain(f.Name) + "\u00a0: " + formatWords[f.Format]
	if f.Journal != "" {
		s += ", " + journalWords[f.Journal]
	}
	s += ", " + Count(f.Lines, "mouvement", "mouvements")
	switch {
	case !f.Whole:
		s += ", rien ne prouve qu’il est entier"
	case len(f.Statements) > 0:
		s += ", soldes vérifiés"
	}
	if f.Passed > 0 {
		s += ", " + Count(f.Passed, "ligne passée", "lignes passées")
	}
	return s
}

func (p *printer) witness(w Witness) {
	words := witnessWords[w.Name]
	p.heading(words.title)
	for _, d := range w.Differences {
		p.line("  %s  %s", bankfile.Plain(d.Reference()), d.Sentence())
	}
	p.line("  %s chez vous, %s en face, %s.", Count(w.Here.Count, "mouvement", "mouvements"), Count(w.There.Count, "mouvement",
		"mouvements"),
		Count(len(w.Differences), "différence", "différences"))
	if w.Until != "" {
		p.line("  Le relevé finit le %s.", French(w.Until))
	}
	if len(w.Differences) == 0 {
		p.line("  %s", words.agreement)
		return
	}
	p.line("  À faire")
	for _, d := range w.Actions() {
		p.line("    %s", d)
	}
}

// Actions are what to do about the differences, each kind once.
func (w Witness) Actions() (out []string) {
	seen := map[Verdict]bool{}
	for _, d := range w.Differences {
		if !seen[d.Verdict] {
			seen[d.Verdict] = true
			out = append(out, verdictWords[d.Verdict].do)
		}
	}
	return out
}

// Title is what the ledger is called.
func (l *Ledger) Title() string {
	if l.Level == "D" {
		return "Le compte, jour par jour (contrat " + bankfile.Plain(l.Contract) + ", que le relevé ne nomme pas)"
	}
	return "Le compte, remise par remise (contrat " + bankfile.Plain(l.Contract) + ")"
}

func (p *printer) ledger(l *Ledger) {
	p.heading(l.Title())
	rows := [][]string{{"Jour", "Accepté", "Rendu", "Banque reçu", "Banque rendu", "Commission", "Écart courant"}}
	for _, d := range l.Days {
		rows = append(rows, []string{French(d.Day), amount(d.Accepted), amount(d.Returned), amount(d.BankIn), amount(d.BankOut),
			amount(d.Commission),
			bankfile.Euros(d.Running)})
	}
	rows = append(rows, []string{"Total", bankfile.Euros(l.Accepted), bankfile.Euros(l.Returned), bankfile.Euros(l.BankIn),
		bankfile.Euros(l.BankOut),
		bankfile.Euros(l.Commission), bankfile.Euros(l.RunningEnd)})
	p.table(1, rows)
	if l.Fee != 0 {
		p.line("  Frais à part\u00a0: %s", Money(l.Fee))
	}
	for _, r := range l.Lines {
		if s := r.Sentence(); s != "" {
			p.line("  %s", s)
		}
	}
	for _, s := range l.Sentences() {
		p.line("  %s", s)
	}
	if do := l.ToDo(); do != "" {
		p.line("  À faire")
		p.line("    %s", do)
	}
}

// amount leaves a cell without money empty.
func amount(cents int64) string {
	if cents == 0 {
		return ""
	}
	return bankfile.Euros(cents)
}

// Sentence says which payments make up a line of the account, as a candidate; empty if none do.
func (r RemittanceLine) Sentence() string {
	if len(r.Candidates) == 0 {
		return ""
	}
	days := "du " + French(r.From)
	if r.Until != r.From {
		days += " au " + French(r.Until)
	}
	noun := Count(len(r.Candidates), "paiement", "paiements")
	if r.Cents < 0 {
		noun = Count(len(r.Candidates), "remboursement", "remboursements")
	}
	return fmt.Sprintf("%s du %s = %s %s (même somme\u00a0: %s)", Money(abs(r.Cents)), French(r.Day), noun, days,
		join(r.Candidates))
}

func (p *printer) remittances(all []RemittanceCheck) {
	p.heading("Journal de rapprochement et compte, par numéro de remise")
	rows := [][]string{{"Remise", "", "Transactions", "Brut", "Commission", "Net", "Sur le compte"}}
	for _, c := range all {
		row := []string{bankfile.Plain(c.Number), remittanceWords[c.Verdict], fmt.Sprint(c.Count), bankfile.Euros(c.Gross), "",
			"", ""}
		if c.Fees {
			row[4], row[5] = bankfile.Euros(c.Commission), bankfile.Euros(c.Net)
		}
		if c.Verdict == NotInJournal {
			row[2], row[3], row[4], row[5] = "", "", "", ""
		}
		if c.BankDay != "" {
			row[6] = bankfile.Euros(c.Booked) + " le " + French(c.BankDay)
		}
		rows = append(rows, row)
	}
	p.table(2, rows)
}
