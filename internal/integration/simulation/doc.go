// Package simulation takes many payments through a made-up year of a fund: payers who come back late or twice, messages that are lost,
// doubled, late or forged, processes that die between two steps, a fund that changes its merchant, clerks who make mistakes, money
// that goes back in parts at the bank's own desk, chargebacks that are won back, outages of days. The bank keeps a book of its own, and
// in the end the payments must agree with it.
//
//	go test ./internal/integration/simulation                                         # 5 000 trips
//	QUITTANCE_FIGURES=release go test -timeout 2h ./internal/integration/simulation   # 100 000
//	QUITTANCE_SEED=… go test ./internal/integration/simulation                        # as it was
//
// What happens within a process at the same moment is decided by hashes of the seed, so that it does not depend on which goroutine
// comes first. Ids and seals are random all the same, and of two things that are due at the same instant either may come first.
package simulation
