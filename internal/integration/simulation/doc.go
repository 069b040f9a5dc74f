// Package simulation takes made-up funds through weeks of their life: the service in two processes, its store, three banks of the kinds of
// Sips, Direct and PayFiP, the mailbox, the workers, clerks, an accounting officer and the clock, with faults at every boundary between
// them. The banks keep books of their own, and in the end everything must agree with them.
//
// A seed is a world. [Draw] turns it into a [Script]: a list of steps that are plain data (a payer begins, the answer to the next question is lost,
// the clock is set back), of which each can be left out. [Run] performs a script on a [Backend], one step at a time, and a [Report] says what was
// violated. So the same script does exactly the same again, journals and identifiers included; memory and SQLite do the same as each other.
// [Shrink] leaves out what a violation does not need, and [Report.Story] tells what is left in words.
//
//	go test ./internal/integration/simulation                                                     # what CI runs
//	QUITTANCE_FIGURES=release go test -timeout 4h -run TestPayments ./internal/integration/simulation # a million payments
//	go run ./internal/integration/simulation/simulate -seed 7                                     # one world, told step by step
//	go run ./internal/integration/simulation/simulate -seed 1 -payments 100000 -store sqlite      # many, on a database
//
// # What goes wrong
//
// Banks: calls that do not arrive, that are carried out and not answered, that are neither, that take seconds or hours, that panic; outages of
// days; an office that does not know of a payment yet; parts given back at the bank's own desk; chargebacks, won back or not. Messages: lost, doubled,
// late by days, out of order, tampered with, forged, sent again. Processes: killed before and after a commit, replaced by others that serve
// fewer merchants, asleep for hours in the middle of a call. Store: commits whose answer is lost, calls that fail, rows that are damaged and mended,
// a server that is restarted. Mailbox: letters that are refused, or kept without an answer. Clock: processes apart by seconds, and all of them
// set back over an export. People: payers who come twice, late, with another notice; a fund that changes its acquirer; clerks who are wrong.
// While a call takes long, everything else goes on inside it: that is how steps of several processes overlap although one is done at a time.
//
// # What must hold
//
// At every commit: at most one attempt of a debt, one payment with money of a claim, one paid payment of a debt; money that came turns into none by a
// person's word alone; a refund is not given up before it was tried. At every call: each bank is asked only about payments that it took, by the handle
// that it gave; money goes back only for a payment whose row says so, and never by a blind repetition. At every delivery: the changes of a payment
// come in order. In the end: nothing is left open, no money of a bank is missing, each acceptance is acknowledged once, journals and
// seals verify, what is personal can be erased; and of every payment that was asked about after its last movement, the books and the exports of all days
// have what the bank's book has, to the cent.
//
// What a clerk decides against the bank's word is the clerk's: the books then have what the clerk said.
//
// # Work under way
//
// Service.Work itself, with its loops and slots, runs in [Live]: the clock is that of testing/synctest, banks and mailboxes hang, and letters must go
// out all the same. Goroutines decide there which of two things comes first, so a seed gives the same troubles and not the same order.
package simulation
