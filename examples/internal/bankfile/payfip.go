package bankfile

import (
	"fmt"
	"io"
	"strings"
)

// PayFiP's report, as one public program reads it; the layout is not confirmed by a document of the DGFiP:
//
//	EN-TETE;…
//	LIGNE;date;refdet;montant;…
//	PIED-DE-PAGE;…
//
// Where the first line names its columns they are found by name.

// isPayFiP: the first word is EN-TETE.
func isPayFiP(s *source) bool { return payFiPSeparator(s.head) != "" }

func payFiPSeparator(head string) string {
	rest := strings.TrimPrefix(strings.TrimLeft(head, " \r\n"), `"`)
	const word = "EN-TETE"
	if len(rest) <= len(word) || foldWords(rest[:len(word)]) != word {
		return ""
	}
	separator, _ := firstRune(strings.TrimLeft(rest[len(word):], `"`))
	if strings.ContainsAny(separator, " \r\n_-") || columnKey(separator) != "" {
		return ""
	}
	return separator
}

// payFiPNames are the names of columns, as key writes them, and where they stand if none is named.
var payFiPNames = []struct {
	names []string
	at    int
}{
	{[]string{"dattrans", "date", "datedetransaction", "datedepaiement"}, 1},
	{[]string{"refdet", "reference", "referencedeladette"}, 2},
	{[]string{"montant", "mt", "montantencentimes"}, 3},
	{[]string{"resultrans", "resultat"}, -1},
	{[]string{"numauto", "autorisation", "numeroautorisation"}, -1},
}

func readPayFiP(s *source) error {
	s.file.Format, s.file.Level = "payfip", Transaction
	s.file.addNote("La forme du rapport PayFiP n’est pas publiée\u00a0: vérifiez les premiers montants lus.")
	rows := &records{in: s.text, separator: payFiPSeparator(s.head)}
	at := make([]int, len(payFiPNames))
	for i, c := range payFiPNames {
		at[i] = c.at
	}
	form, ended := cents, true
	get := func(cells []string, i int) string { return cellAt(cells, at[i]) }
	for {
		cells, line, err := rows.nextRecord()
		if err == io.EOF {
			break
		} else if err != nil {
			return s.recordMistake(line, err)
		}
		switch word := foldWords(cells[0]); {
		case isEmpty(cells):
		case word == "EN-TETE":
			if !ended {
				return s.cutReportMistake(line)
			}
			for i, c := range payFiPNames {
				for j, name := range cells {
					for _, known := range c.names {
						if j > 0 && columnKey(name) == known {
							at[i] = j
						}
					}
				}
			}
			form, ended = rows.lookAhead().amountForm(func(cells []string) (string, bool) {
				return cellAt(cells, at[2]), foldWords(cells[0]) == "LIGNE" || isEmpty(cells)
			}), false
		case word == "PIED-DE-PAGE":
			ended = true
		case word != "LIGNE":
			return s.mistakeIn(line, "", fmt.Sprintf("«\u00a0%s\u00a0» n’est ni EN-TETE, ni LIGNE, ni PIED-DE-PAGE.", Plain(cells[0])))
		case ended:
			return s.mistakeIn(line, "", "il y a des lignes après PIED-DE-PAGE\u00a0: redemandez le rapport.")
		default:
			l := Line{At: line, Kind: Payment, Currency: "EUR", Reference: get(cells, 1), Authorisation: get(cells, 4)}
			if code := foldWords(get(cells, 3)); code != "" && code != "P" && code != "V" {
				s.file.addIgnored(Ignored{At: line, Reference: l.Reference, Why: "resultrans " + Plain(code) + "\u00a0: pas d’argent"})
				continue
			}
			var ok bool
			if l.PaymentDay, ok = parseDay(get(cells, 0)); !ok {
				if l.PaymentDay, ok = payFiPDay(get(cells, 0)); !ok {
					return s.mistakeIn(line, "date", fmt.Sprintf("«\u00a0%s\u00a0» n’est pas une date.", Plain(get(cells, 0))))
				}
			}
			if l.Cents, ok = form.parseCents(get(cells, 2)); !ok || l.Cents < 0 {
				return s.mistakeIn(line, "montant", fmt.Sprintf("«\u00a0%s\u00a0» n’est pas un montant.", Plain(get(cells, 2))))
			}
			if l.Reference == "" {
				return s.mistakeIn(line, "refdet", "la référence est vide.")
			}
			if err := s.each(l); err != nil {
				return err
			}
		}
	}
	if !ended {
		return s.cutReportMistake(0)
	}
	s.file.Whole = true
	return nil
}

func (s *source) cutReportMistake(line int) error {
	return s.mistakeIn(line, "", "la ligne PIED-DE-PAGE manque\u00a0: le rapport est coupé. Redemandez-le.")
}

// cellAt is a cell; empty where there is none.
func cellAt(cells []string, i int) string {
	if i >= 0 && i < len(cells) {
		return cells[i]
	}
	return ""
}

// payFiPDay reads JJMMAAAA, as the web service writes dattrans.
func payFiPDay(s string) (string, bool) {
	if n, ok := digitsOf(s); ok && len(s) == 8 {
		return writeDay(int(n%10000), int(n/10000%100), int(n/1000000))
	}
	return "", false
}
