package rig

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

func TestMain(m *testing.M) { Main(m) }

// story is a day at the portal: one who pays, one who is refused, one who never gets there, one who gets the money back.
func story(t *testing.T) (*World, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "payments.db")
	w := New(t, SQLite(file))
	c := w.Start(Recording)
	trip := func(debt string, o acquirer.Outcome) payment.Payment {
		t.Helper()
		p, session, err := c.Begin("K-"+debt, debt)
		if err != nil {
			t.Fatal(err)
		}
		if o != "" {
			w.Visit(session, o)
		}
		return p
	}
	trip("paid", acquirer.Accepted)
	trip("refused", acquirer.Refused)
	trip("absent", "")
	back := trip("back", acquirer.Accepted)
	if _, err := c.Work(); err != nil {
		t.Fatal(err)
	}
	now, err := c.Get(back.ID)
	if err != nil || now.State != payment.Recorded {
		t.Fatalf("%v is %s, want recorded; %v", now, now.State, err)
	}
	if _, err := c.Refund(now.ID, now.Version); err != nil {
		t.Fatal(err)
	}
	w.Mailbox.Inject(Refused, Unheard)
	c.Kill()
	c = w.Start(Recording)
	w.Advance(2 * time.Minute) // what the first one had leased is free again
	if _, err := c.Work(); err != nil {
		t.Fatal(err)
	}
	w.Converge(c)
	if d, l := w.Mailbox.Deliveries(), len(w.Mailbox.Letters()); d < l+2 {
		t.Errorf("%d deliveries of %d letters: the mailbox did not fail", d, l)
	}
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	w.Check(Rules{Recorded: true})
	return w, file
}

// What the oracle is for: whatever is wrong, it says so.
func TestOracleFindsWhatIsWrong(t *testing.T) {
	execute := func(statements ...string) func(*testing.T, *World) {
		return func(t *testing.T, w *World) {
			db, _, err := w.Database.Open(sqlstore.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			for _, s := range statements {
				if _, err := db.Exec(s); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	letters := func(change func([]inbox.Letter) []inbox.Letter) func(*testing.T, *World) {
		return func(_ *testing.T, w *World) { w.Mailbox.letters = change(w.Mailbox.letters) }
	}
	const paid = "(SELECT id FROM quittance_payment WHERE debt = 'paid')"
	told := func(f ...Fact) func(*testing.T, *World) {
		return func(_ *testing.T, w *World) { w.facts = append(w.facts, f...) }
	}
	said := func(text func(*World) string) func(*testing.T, *World) {
		return func(_ *testing.T, w *World) {
			c := &Child{}
			fmt.Fprint(&c.said, text(w))
			w.children = append(w.children, c)
		}
	}
	w, file := story(t)
	known, facts := w.Mailbox.letters, w.Facts()
	id, _, _ := strings.Cut(known[0].Key, "/")
	for name, c := range map[string]struct {
		wrong func(*testing.T, *World)
		says  string
	}{
		"nothing":             {func(*testing.T, *World) {}, ""},
		"a letter is dropped": {letters(func(l []inbox.Letter) []inbox.Letter { return l[1:] }), "was kept 0 times"},
		"a letter is doubled": {letters(func(l []inbox.Letter) []inbox.Letter { return append(l, l[0]) }), "was kept 2 times"},
		"a letter about nobody": {letters(func(l []inbox.Letter) []inbox.Letter {
			return append(l, inbox.Letter{Key: "x/acknowledgement"})
		}), "nobody's payment"},
		"a letter too many": {letters(func(l []inbox.Letter) []inbox.Letter {
			return append(l, inbox.Letter{Key: id + "/failed", Debtor: l[0].Debtor})
		}), "nothing that happened"},
		"a row is lost": {execute("DELETE FROM quittance_entry WHERE payment = "+paid, "DELETE FROM quittance_payment WHERE debt = 'paid'"),
			"which is no payment"},
		"an entry is lost":        {execute("DELETE FROM quittance_entry WHERE version = 2 AND payment = " + paid), "acknowledged and lost"},
		"an entry is changed":     {execute("UPDATE quittance_entry SET event = 'refused' WHERE version = 3 AND payment = " + paid), "entry 3"},
		"a row is set back":       {execute("UPDATE quittance_payment SET state = 'expired' WHERE debt = 'paid'"), "which is expired"},
		"money that did not move": {execute("UPDATE quittance_payment SET state = 'recorded' WHERE debt = 'refused'"), "the bank has no money for it"},
		"a refund without money":  {execute("UPDATE quittance_payment SET state = 'refunded' WHERE debt = 'paid'"), "is refunded and the bank has"},
		"a payment stays open":    {execute("UPDATE quittance_payment SET state = 'redirected' WHERE debt = 'absent'"), "is still redirected"},
		"a payment is forgotten": {execute("UPDATE quittance_payment SET state = 'redirected', attention_at = NULL WHERE debt = 'absent'"),
			"nobody will look at it"},
		"a payment is not recorded": {execute("UPDATE quittance_payment SET state = 'paid' WHERE debt = 'paid'"), "which is paid"},
		"another amount":            {execute("UPDATE quittance_payment SET cents = cents + 1 WHERE debt = 'paid'"), "the bank was asked for"},
		"a claim is paid twice": {execute("DROP INDEX quittance_payment_money",
			"UPDATE quittance_payment SET claim = (SELECT claim FROM quittance_payment WHERE debt = 'paid'), state = 'recorded' WHERE debt = 'back'"),
			"one claim is paid by"},
		"a change is not delivered": {execute("INSERT INTO quittance_change (key, payment, version, snapshot, due_at)" +
			" SELECT id || '/1', id, 1, '{}', 0 FROM quittance_payment WHERE debt = 'paid'"), "was not delivered"},
		"an export has less": {execute("DELETE FROM quittance_entry WHERE payment = "+paid, "DELETE FROM quittance_payment WHERE id = "+paid),
			"the exports have 0 cents"},
		"the key in a database": {func(t *testing.T, w *World) {
			execute("UPDATE quittance_payment SET cause = 'refused with "+w.shop.Secret+"' WHERE debt = 'paid'")(t, w)
		}, "has the shop's key"},
		"a card in a database":                {execute("UPDATE quittance_entry SET why = 'by 5017670000001800' WHERE version = 1"), "has a card number"},
		"the key in a log":                    {said(func(w *World) string { return "bad seal with " + w.shop.Secret }), "has the shop's key"},
		"a card in a log":                     {said(func(*World) string { return "pan=5017670000001800" }), "a log has a card number"},
		"a person in a log":                   {said(func(*World) string { return `{"debtor":"debtor-paid"}` }), "names a person"},
		"a page in a log":                     {said(func(w *World) string { return w.tokens[0] }), "opens a payer's page"},
		"a number twice":                      {told(Fact{Day: "d", Number: 1}, Fact{Day: "d", Number: 1}), "given out twice"},
		"a letter that was acknowledged only": {told(Fact{Letter: "L", Debtor: "A"}), "acknowledged and lost: letter L"},
		"a change that was acknowledged only": {told(Fact{Payment: payment.ID(id), Version: 99, State: payment.Paid}),
			"acknowledged and lost"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(filepath.Dir(file))); err != nil {
				t.Fatal(err)
			}
			w := &World{
				TB: t, Platform: w.Platform, Clock: w.Clock, Database: SQLite(filepath.Join(dir, filepath.Base(file))), shop: w.shop, tokens: w.tokens, facts: facts[:len(facts):len(facts)],
				Mailbox: &Mailbox{letters: known[:len(known):len(known)]},
			}
			c.wrong(t, w)
			bad, err := w.Violations(t.Context(), Rules{Recorded: true})
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case c.says == "" && len(bad) > 0:
				t.Errorf("the oracle says %q", bad)
			case c.says != "" && !slices.ContainsFunc(bad, func(s string) bool { return strings.Contains(s, c.says) }):
				t.Errorf("the oracle says %q, and not %q", bad, c.says)
			}
		})
	}
}
