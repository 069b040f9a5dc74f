package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/examples/internal/bankfile"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/audit"
)

// writeDemo writes two days of a simulated bank into a folder: what the fund exports, and what the bank's list has.
func writeDemo(folder string) (task, error) {
	d, err := newDemo()
	if err == nil {
		err = d.play()
	}
	if err != nil {
		return task{}, err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return task{}, err
	}
	t := task{layout: filepath.Join(folder, "layout.json"), lists: files{filepath.Join(folder, "bank.csv")}}
	l, err := json.MarshalIndent(bankfile.Standard(), "", "\t")
	if err != nil {
		return task{}, err
	}
	write := map[string][]byte{t.layout: append(l, '\n'), t.lists[0]: bankList(d.list())}
	for _, day := range []string{"2026-03-02", "2026-03-03"} {
		var b bytes.Buffer
		if _, err := d.books.Export(d.ctx, day, &b); err != nil {
			return task{}, err
		}
		name := filepath.Join(folder, "export-"+day+".csv")
		write[name], t.exports = b.Bytes(), append(t.exports, name)
	}
	for name, content := range write {
		if err := os.WriteFile(name, content, 0o644); err != nil {
			return task{}, err
		}
	}
	return t, nil
}

// demo is a fund's portal and its bank.
type demo struct {
	ctx     context.Context
	now     time.Time
	bank    *mock.Acquirer
	service *payment.Service
	books   *audit.Books
	edits   map[string]func([]entry) []entry // what the list has wrong, by reference
}

func newDemo() (*demo, error) {
	d := &demo{ctx: context.Background(), now: time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC), edits: map[string]func([]entry) []entry{}}
	now := func() time.Time { return d.now }
	d.bank = &mock.Acquirer{Now: now, Notify: func(cb acquirer.Callback) { d.service.Receive(d.ctx, cb) }} // lost: the worker asks
	store := payment.NewMemoryStore()
	var err error
	if d.books, err = audit.New(store, audit.Options{Now: now}); err != nil {
		return nil, err
	}
	d.service, err = payment.New(payment.Config{
		Store: store, Acquirer: d.bank, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour", Now: now,
		Logger: slog.New(slog.DiscardHandler),
	})
	return d, err
}

// pay has a debtor pay 75 euros; faults strike what the bank sends.
func (d *demo) pay(id string, faults ...mock.Fault) (payment.Payment, error) {
	_, session, err := d.service.Begin(d.ctx, payment.BeginRequest{Key: id, Debt: creance.Debt{
		ID: id, Debtor: "A-" + id, Items: []creance.Item{{Kind: creance.Franchise, Year: 2025, Amount: decimal.New(75_00, -2)}},
		Notice: &creance.Notice{Number: "N-" + id, Channel: creance.Electronic, IssuedOn: d.now.AddDate(0, 0, -10)},
	}})
	if err != nil {
		return payment.Payment{}, err
	}
	if _, err := d.bank.Visit(session, mock.Behaviour{Abandon: true, Faults: faults}); !errors.Is(err, mock.ErrNoReturn) {
		return payment.Payment{}, err
	}
	d.now = d.now.Add(time.Second)
	return d.service.Latest(d.ctx, "A-"+id)
}

// say has the bank notify something that its book does not have.
func (d *demo) say(p payment.Payment, amount decimal.Decimal, authorisation string) error {
	cb, err := d.bank.Seal(acquirer.Result{
		Reference: p.Reference, OrderID: string(p.ID), Merchant: p.Merchant, Amount: amount, Currency: p.Currency,
		Outcome: acquirer.Accepted, Code: "00", AuthorisationID: authorisation, At: d.now,
	}, acquirer.Notify)
	if err != nil {
		return err
	}
	_, _, err = d.service.Receive(d.ctx, cb)
	return err
}

// giveBack gives a payment back.
func (d *demo) giveBack(p payment.Payment) error {
	_, err := d.service.Refund(d.ctx, payment.Command{ID: p.ID, Version: p.Version, By: "agent 7", Why: "payé deux fois"})
	for done := 1; err == nil && done > 0; {
		done, err = d.service.WorkOnce(d.ctx)
	}
	return err
}

// scenes are the payments of the two days, in their order; without a word, both sides agree.
var scenes = []func(d *demo, id string) error{
	func(d *demo, id string) error { _, err := d.pay(id); return err },
	func(d *demo, id string) error { // given back
		p, err := d.pay(id)
		return errors.Join(err, d.giveBack(p))
	},
	func(d *demo, id string) error { // other state: the list has the refund as a second payment
		p, err := d.pay(id)
		d.edits[p.Reference] = func(e []entry) []entry { e[1].refund = false; return e }
		return errors.Join(err, d.giveBack(p))
	},
	func(d *demo, id string) error { // twice there: the list has the payment two times
		p, err := d.pay(id)
		d.edits[p.Reference] = func(e []entry) []entry { return append(e, e[0]) }
		return err
	},
	func(d *demo, id string) error { // only there: a part was given back at the bank's own desk
		p, err := d.pay(id)
		if err == nil {
			_, err = d.bank.Cancel(d.ctx, acquirer.Modification{Reference: p.Reference, Amount: decimal.New(25_00, -2), Currency: p.Currency})
		}
		return err
	},
	func(d *demo, id string) error { // other amount: what the bank notified is not what its book has
		p, err := d.pay(id, mock.Lost)
		return errors.Join(err, d.say(p, decimal.New(75_01, -2), ""))
	},
	func(d *demo, id string) error { // only here: a second authorisation, which the book does not have
		p, err := d.pay(id)
		return errors.Join(err, d.say(p, p.Amount, "999999"))
	},
	func(d *demo, id string) error { // only there: the notification is lost, and nobody asks until the days are over
		_, err := d.pay(id, mock.Lost)
		return err
	},
	func(d *demo, id string) error { // a second before midnight in Paris
		d.now = time.Date(2026, time.March, 2, 22, 59, 59, 0, time.UTC)
		_, err := d.pay(id)
		return err
	},
	func(d *demo, id string) error { // and after
		_, err := d.pay(id)
		return err
	},
}

func (d *demo) play() error {
	for i, scene := range scenes {
		if err := scene(d, fmt.Sprint("D-", i+1)); err != nil {
			return err
		}
	}
	d.now = time.Date(2026, time.March, 4, 8, 0, 0, 0, time.UTC)
	return nil
}

// entry is a line of the bank's list.
type entry struct {
	reference, authorisation string
	refund                   bool
	cents                    int64
	at                       time.Time
}

// list is the bank's book as its list has it, mistakes and all.
func (d *demo) list() (out []entry) {
	for _, t := range d.bank.Book() {
		var of []entry
		for _, m := range t.Moves {
			if m.Kind != mock.Remitted {
				of = append(of, entry{t.Reference, t.Authorisation, m.Kind != mock.Authorised, m.Cents, m.At})
			}
		}
		if edit := d.edits[t.Reference]; edit != nil {
			of = edit(of)
		}
		out = append(out, of...)
	}
	return out
}

// bankList writes a list in the standard layout.
func bankList(all []entry) []byte {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err) // package payment links the zones in
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Comma = ';'
	w.Write([]string{"Date", "Référence", "Opération", "Montant", "Devise", "Autorisation"}) // into memory: it cannot fail
	slices.SortStableFunc(all, func(a, b entry) int { return a.at.Compare(b.at) })
	for _, e := range all {
		kind, sign := "PAIEMENT", ""
		if e.refund {
			kind, sign = "REMBOURSEMENT", "-"
		}
		amount := strings.Replace(fmt.Sprintf("%s%d.%02d", sign, e.cents/100, e.cents%100), ".", ",", 1)
		w.Write([]string{e.at.In(paris).Format("02/01/2006"), e.reference, kind, amount, "EUR", e.authorisation})
	}
	w.Flush()
	return b.Bytes()
}
