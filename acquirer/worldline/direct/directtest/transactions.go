package directtest

import "github.com/quittance/quittance/acquirer/internal/bank"

// Transaction is a session as the books of our other simulators tell it; see [Server.Transactions]. The comment of mock.Transaction
// lists its fields.
type Transaction = bank.Transaction

// Transactions is the book in the words of the mock and of the Sips simulator, for a program that shows any of them: one entry
// a session, with the bank's own code, card and authorisation, and with the moves of money as they are in [Server.Book].
func (s *Server) Transactions() []Transaction {
	byID := make(map[string]Checkout)
	for _, c := range s.Book() {
		byID[c.ID] = c
	}
	list := s.bank.Book()
	for i := range list {
		t := &list[i]
		c := byID[t.ID]
		t.Reference, t.Moves = c.Reference, nil
		for _, p := range c.Payments {
			if !isCaptured(p.Code) {
				continue
			}
			t.Moves = append(t.Moves, bank.Move{Kind: bank.Authorised, Cents: c.Cents, At: p.At}, bank.Move{Kind: bank.Remitted, Cents: c.Cents, At: p.At})
			for _, o := range p.Operations {
				if o.Kind == Refund && o.Code == 8 {
					t.Moves = append(t.Moves, bank.Move{Kind: bank.Refunded, Cents: o.Cents, At: o.At})
				}
			}
		}
	}
	return list
}
