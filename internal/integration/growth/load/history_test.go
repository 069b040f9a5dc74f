package load

import (
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
	"github.com/shopspring/decimal"
)

// historyDays is over how many days the payments of a history are spread; the last is today.
const historyDays = 30

// history fills a database with n payments as a fund has them after a month: most are taken into account, one in ten was refused, one in fifty
// is paid and waits for the fund, and one in a hundred waits for a clerk. Their letters were written long ago.
func history(t *testing.T, file string, n int) {
	t.Helper()
	place := t.TempDir()
	if memory, err := os.MkdirTemp("/dev/shm", "quittance"); err == nil { // where there is one: half a million commits need no disk
		place = memory
		defer os.RemoveAll(memory)
	}
	made := filepath.Join(place, "history.db")
	fill(t, made, n)
	content, err := os.ReadFile(made)
	if err == nil {
		err = os.WriteFile(file, content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func fill(t *testing.T, file string, n int) {
	t.Helper()
	db, err := sql.Open("sqlite", sqlstore.DSN(file))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() // takes what is in the log into the file
	store, err := sqlstore.SQLite(db, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	mailbox, err := sqlmailbox.SQLite(db)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(store.Migrate(t.Context()), mailbox.Migrate(t.Context())); err != nil {
		t.Fatal(err)
	}
	today := time.Now().Truncate(time.Minute)
	var next atomic.Int64
	var writers sync.WaitGroup
	failed := make(chan error, 1)
	for range 64 { // the store writes what comes at once in one transaction
		writers.Go(func() {
			now := today
			bank := &mock.Acquirer{Now: func() time.Time { return now }, Notify: func(acquirer.Callback) {}}
			service, err := payment.New(payment.Config{
				Store: store, Acquirer: bank, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour", Now: func() time.Time { return now },
				Logger: slog.New(slog.DiscardHandler),
			})
			for i := int(next.Add(1)) - 1; err == nil && i < n; i = int(next.Add(1)) - 1 {
				now = today.Add(-time.Duration(i) * historyDays * 24 * time.Hour / time.Duration(n)).Add(-2 * time.Hour)
				err = past(t, service, bank, mailbox, now, i)
			}
			if err != nil {
				select {
				case failed <- err:
				default:
				}
			}
		})
	}
	writers.Wait()
	select {
	case err := <-failed:
		t.Fatal(err)
	default:
	}
	// What would still be due is done: nothing waits to go out, and the bank was asked for the last time.
	for _, done := range []string{"DELETE FROM quittance_change", "UPDATE quittance_payment SET attention_at = NULL"} {
		if _, err := db.ExecContext(t.Context(), done); err != nil {
			t.Fatal(err)
		}
	}
}

// past lives the life of one payment.
func past(t *testing.T, service *payment.Service, bank *mock.Acquirer, mailbox inbox.Mailbox, now time.Time, i int) error {
	id := fmt.Sprintf("ancien-%d", i)
	p, session, err := service.Begin(t.Context(), payment.BeginRequest{Key: "K", Debt: creance.Debt{
		ID: "creance-" + id, Debtor: id,
		Items:  []creance.Item{{Kind: creance.Franchise, Year: 2024, Amount: decimal.New(int64(50_00+i%100_00), -2)}},
		Notice: &creance.Notice{Number: fmt.Sprintf("ANC-2025-%07d", i), Channel: creance.Electronic, IssuedOn: time.Date(2025, time.September, 8, 0, 0, 0, 0, time.UTC)},
	}})
	if err != nil {
		return err
	}
	outcome := acquirer.Accepted
	if i%10 == 9 {
		outcome = acquirer.Refused
	}
	callback, err := bank.Visit(session, mock.Behaviour{Outcome: outcome})
	if err != nil {
		return err
	}
	if p, _, err = service.Receive(t.Context(), callback); err != nil || outcome != acquirer.Accepted {
		return err
	}
	err = mailbox.Deliver(t.Context(), inbox.Letter{
		Key: string(p.ID) + "/acknowledgement", Debtor: id, ReceivedAt: now, DeleteAt: inbox.DeletionDate(now, 6),
		Message: inbox.Message{Subject: "Accusé de réception", Text: "Nous accusons réception de votre paiement.", HTML: "<p>Nous accusons réception de votre paiement.</p>", Language: "fr"},
	})
	if err != nil || i%50 == 0 {
		return err
	}
	if i%100 == 1 {
		_, err = service.Question(t.Context(), payment.Command{ID: p.ID, Version: p.Version, By: "agent-1", Why: "réclamation"})
		return err
	}
	_, err = service.Record(t.Context(), p.ID)
	return err
}

// officer is somebody of the fund in front of a browser.
type officer struct{ *person }

// looks goes round once: the day at a glance, what waits, a day's payments, the next page, a payment found by its reference, and that payment.
func (o officer) looks(reference string) error {
	for _, step := range []struct{ address, reads string }{
		{"/gestion", "Les trente derniers jours"},
		{"/gestion/paiements", "Référence"},
		{"/gestion/paiements?etat=a-verifier", "Référence"},
		{"/gestion/paiements?tri=anciens", "Référence"},
		{"/gestion/paiements?q=" + reference, reference},
	} {
		if err := o.ask(step.address, nil); err != nil {
			return err
		}
		if err := o.reads(step.reads); err != nil {
			return err
		}
	}
	if !strings.HasPrefix(o.url.Path, "/gestion/paiements/") {
		return errors.New("the reference does not lead to the payment")
	}
	return nil
}

// signsIn signs one of the two agents in.
func (o officer) signsIn(i int) error {
	return o.ask("/gestion/connexion", map[string][]string{"agent": {fmt.Sprintf("agent-%d", 1+i%2)}})
}
