package payfiptest

import (
	"fmt"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/internal/paris"
)

// Report is the régie's report as CSV, of the day in Paris of an instant: lines EN-TETE, LIGNE and PIED-DE-PAGE, cells between
// semicolons. A LIGNE has the date, refdet and the amount in its second to fourth cells, as the one program expects that is known
// to read it; its further cells, and those of the other lines, are invented (docs/payfip.md §10). Only real payments are in it: a
// test is no money. The error says that there is no such régie.
func (s *Server) Report(numcli string, at time.Time) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.regies[numcli] == nil {
		return nil, fmt.Errorf("payfiptest: Report: there is no régie %.10q", numcli)
	}
	day := paris.Of(at)
	amount := func(cents int64) string { return strings.Replace(euro.Format(cents), ".", ",", 1) }
	date := fmt.Sprintf("%02d/%02d/%04d", day.Day, int(day.Month), day.Year)
	var b strings.Builder
	fmt.Fprintf(&b, "EN-TETE;%s;%s\r\n", numcli, date)
	n, total := 0, int64(0)
	for _, x := range s.sessions {
		if x.Numcli != numcli || !x.Money() || paris.Of(x.DecidedAt) != day {
			continue
		}
		fmt.Fprintf(&b, "LIGNE;%s;%s;%s;%s;%s\r\n", date, x.Refdet, amount(x.Cents), x.Letter, x.Numauto)
		n, total = n+1, total+x.Cents
	}
	fmt.Fprintf(&b, "PIED-DE-PAGE;%d;%s\r\n", n, amount(total))
	return []byte(b.String()), nil
}

// Transactions are the book in the words that simulators share, for a desk that shows several of them: a session is a transaction, its
// letter the code. What was paid, or ordered as a debit, was authorised, whatever the mode.
func (s *Server) Transactions() []bank.Transaction {
	var book []bank.Transaction
	for _, x := range s.Book() {
		t := bank.Transaction{
			Order: bank.Order{Merchant: x.Numcli, Reference: x.Refdet, Cents: x.Cents, Currency: "EUR", ReturnURL: x.ReturnURL, NotifyURL: x.NotifyURL},
			Code:  x.Letter, Authorisation: x.Numauto, OpenedAt: x.CreatedAt, At: x.DecidedAt,
		}
		if x.Letter == "P" || x.Letter == "V" {
			t.Attempt = 1
			t.Moves = []bank.Move{{Kind: bank.Authorised, Cents: x.Cents, At: x.DecidedAt}}
		}
		book = append(book, t)
	}
	return book
}
