// Package paymenttest is the world that a host's tests need: a service with a bank, a store and a mailbox in memory, and a clock that
// moves when the test says so.
//
//	func TestRefusedCardIsTold(t *testing.T) {
//		w := paymenttest.New(t, paymenttest.Options{})
//		p := w.Pay("D-1", mock.Behaviour{Outcome: acquirer.Refused})
//		w.At(p.ID, payment.Refused)
//		page := httptest.NewRecorder()
//		myportal.New(w.Service).ServeHTTP(page, …)
//	}
//
// Nothing runs beside the test: due work is done by [World.Work] and [World.Pass], so that a test needs no patience and does not depend
// on being fast. A test ends with [World.CheckSettled], which asks of everything that happened what no single assertion asks: whether the
// accounts verify, and agree with what the bank has taken.
//
// Whoever writes a store, an acquirer or a mailbox finds the suites in packages storetest, acquirertest and mailboxtest.
package paymenttest
