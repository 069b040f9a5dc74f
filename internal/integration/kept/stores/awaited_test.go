package stores

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// noteCommits has every commit say whether it waits for the disk: a deferred trigger runs when everything else in the transaction has.
const noteCommits = `
	CREATE TABLE noted (what TEXT, waits TEXT);
	CREATE FUNCTION note() RETURNS TRIGGER LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO noted VALUES (CASE
			WHEN TG_OP <> 'UPDATE' THEN TG_OP
			WHEN NEW.version <> OLD.version THEN 'UPDATE'
			WHEN NEW.lease_token IS NULL THEN 'release'
			ELSE 'lease' END || ' ' || TG_TABLE_NAME, current_setting('synchronous_commit'));
		RETURN NULL;
	END $$;
	CREATE CONSTRAINT TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON quittance_payment DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note();
	CREATE CONSTRAINT TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON quittance_change DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note();`

// What is acknowledged is on the disk: every change of a payment is committed as the server is set. A lease and its end, which a crash only makes
// the service do again, do not wait; and the connection that they used makes the next change wait again.
func TestOnlyLeasesDoNotWaitForTheDisk(t *testing.T) {
	server := postgres.Shared(t)
	db := server.Open(t, server.DSN(server.Create(t)))
	db.SetMaxOpenConns(1)
	s := migrated(t, db, sqlstore.PostgreSQL, sqlstore.Options{})
	if _, err := db.Exec(noteCommits); err != nil {
		t.Fatal(err)
	}
	service, bank := service(t, s)
	for _, key := range []string{"1", "2"} {
		_, session, err := service.Begin(t.Context(), request(key, "D"+key))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := bank.Visit(session, mock.Behaviour{}); err != nil {
			t.Fatal(err)
		}
		drain(t, s)
	}
	later := time.Now().AddDate(1, 0, 0)
	tasks, err := s.Lease(t.Context(), payment.WorkAttention, payment.Serving{Merchants: []string{bank.Merchant()}}, later, time.Minute, 16)
	if err != nil || len(tasks) != 2 {
		t.Fatalf("%d leased, %v", len(tasks), err)
	}
	for _, task := range tasks {
		if err := s.Release(t.Context(), task, later, "cause"); err != nil {
			t.Fatal(err)
		}
	}

	rows, err := db.Query("SELECT DISTINCT what, waits FROM noted")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	waits := map[string]string{}
	for rows.Next() {
		var what, how string
		if err := rows.Scan(&what, &how); err != nil {
			t.Fatal(err)
		}
		if other, twice := waits[what]; twice {
			t.Errorf("%s: %s and %s", what, how, other)
		}
		waits[what] = how
	}
	want := map[string]string{
		"INSERT quittance_payment": "on", "UPDATE quittance_payment": "on", "INSERT quittance_change": "on",
		"lease quittance_payment": "off", "release quittance_payment": "off", "lease quittance_change": "off", "DELETE quittance_change": "off",
	}
	if d := cmp.Diff(want, waits); d != "" {
		t.Errorf("synchronous_commit (-want +got):\n%s", d)
	}
}
