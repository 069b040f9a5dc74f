// Package specimen makes payments for tests of a store alone: right in form, unlike one another, without a service and without a bank. Their
// entries have a hash, and it is no digest.
package specimen

import (
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// Morning is when the first of them is created.
var Morning = time.Date(2026, time.March, 2, 10, 30, 0, 0, time.UTC)

var serial atomic.Int64

// New is a payment that nothing else in this process is like, with its first entry.
func New() (payment.Payment, payment.Entry) {
	n := serial.Add(1)
	var id [16]byte
	rand.Read(id[:])
	at := Morning.Add(time.Duration(n) * time.Second)
	p := payment.Payment{
		ID:      payment.ID(strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(id[:]))),
		Version: 1, State: payment.Created, Reference: fmt.Sprintf("PCLCB26061%07d", n), Merchant: "201000005940002",
		Claim: fmt.Sprintf("D-%d/N-%d", n, n), Debt: fmt.Sprintf("D-%d", n), Notice: fmt.Sprintf("N-%d", n), Debtor: fmt.Sprintf("A-%d", n),
		Key: fmt.Sprintf("K-%d", n), Policy: "ameli@0123456789abcdef", Language: "fr", Amount: decimal.New(75_00, -2), Currency: "EUR",
		CreatedAt: at, AttentionAt: at.Add(2 * time.Minute),
	}
	e := payment.Entry{Payment: p.ID, Version: 1, Event: payment.OnCreated, Effect: payment.EffectChanged, To: payment.Created, At: at, Why: p.Policy}
	rand.Read(e.Hash[:])
	p.Head = e.Hash
	return p, e
}

// Moved is the payment one version on, in another state, with the entry that takes it there. No two entries are alike.
func Moved(p payment.Payment, on payment.EventKind, to payment.State) (payment.Payment, payment.Entry) {
	e := payment.Entry{
		Payment: p.ID, Version: p.Version + 1, Event: on, Effect: payment.EffectChanged, From: p.State, To: to,
		At: p.CreatedAt.Add(time.Duration(p.Version) * time.Minute), Channel: acquirer.Notify, Previous: p.Head,
	}
	rand.Read(e.Hash[:])
	p.Version, p.State, p.Head = p.Version+1, to, e.Hash
	return p, e
}
