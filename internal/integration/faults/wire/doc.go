// Package wire breaks the line between the real clients and the three simulated platforms at twelve points, before and after the money moved. It has
// tests only.
//
// The table is TestTheWireBreaks: each point (points_test.go) at each transition of a payment (transitions_test.go), with the clients of Sips, Direct
// and PayFiP. The oracle (oracle_test.go) compares the payments with the book of the platform, which knows what really happened.
//
// PayFiP gives nothing back, so three of its transitions are absent; they are listed, and the test checks that the client cannot do them.
//
// Only Sips seals its answers. The point « bad seal » changes a sealed byte there. Direct and PayFiP have no seal over answers: there a byte changes in
// what the client checks of the answer, the reference, the session or the structure. See each platform's spoil.
//
// At the point « 200 for another payment » of the transition « begin » the answer of Sips is sealed and names no payment, so the client cannot tell. The
// payer then pays the other payment, once, and ours ends without money, as the book says. Direct names the payment in its answer; the session of PayFiP
// has a number, which the store keeps unique: nobody is handed the session of another.
//
// A case runs in a bubble of testing/synctest, so the pauses and time-outs of the clients are those of production and take no time. The platform stands
// outside the bubble: it listens on a loopback port.
package wire
