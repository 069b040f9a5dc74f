package payment

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/internal/euro"
	"github.com/shopspring/decimal"
)

// goldenPayment is a payment with its journal as a release has left them, by the columns of the database. internal/integration/kept/upgrade writes them.
type goldenPayment struct {
	Payment map[string]json.RawMessage
	Journal []map[string]json.RawMessage
}

// goldenJournals reads them, by "folder/file".
func goldenJournals(t *testing.T) map[string][]goldenPayment {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "journals", "*", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no journals: %v", err)
	}
	out := map[string][]goldenPayment{}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var all []goldenPayment
		if err := json.Unmarshal(b, &all); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		out[filepath.Base(filepath.Dir(file))+"/"+filepath.Base(file)] = all
	}
	return out
}

// How a column is written in JSON, where it is no text and no number.
type (
	jsonTime  time.Time // UTC microseconds
	jsonCents struct{ d *decimal.Decimal }
	jsonBytes []byte // hexadecimal
	jsonForm  struct{ v *url.Values }
)

func (j *jsonTime) UnmarshalJSON(b []byte) error {
	var n int64
	err := json.Unmarshal(b, &n)
	*j = jsonTime(time.UnixMicro(n).UTC())
	return err
}

func (j jsonCents) UnmarshalJSON(b []byte) error {
	var n int64
	err := json.Unmarshal(b, &n)
	*j.d = euro.Of(n)
	return err
}

func (j jsonBytes) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	if len(s) != 2*len(j) {
		return fmt.Errorf("%d digits, want %d", len(s), 2*len(j))
	}
	_, err := hex.Decode(j, []byte(s))
	return err
}

func (j jsonForm) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	v, err := url.ParseQuery(s)
	*j.v = v
	return err
}

func hexadecimal(to []byte) *jsonBytes {
	j := jsonBytes(to)
	return &j
}

func (p *Payment) columns() map[string]any {
	return map[string]any{
		"id": &p.ID, "version": &p.Version, "state": &p.State, "reference": &p.Reference, "merchant": &p.Merchant, "claim": &p.Claim,
		"debt": &p.Debt, "notice": &p.Notice, "debtor": &p.Debtor, "key": &p.Key, "policy": &p.Policy, "language": &p.Language,
		"cents": &jsonCents{&p.Amount}, "currency": &p.Currency,
		"session_url": &p.Session.URL, "session_method": &p.Session.Method, "session_fields": &jsonForm{&p.Session.Fields},
		"session_expires": (*jsonTime)(&p.Session.ExpiresAt),
		"handle_session":  &p.Handle.Session, "handle_proof": &p.Handle.Proof, "handle_payment": &p.Handle.Payment,
		"handle_expires": (*jsonTime)(&p.Handle.ExpiresAt), "returned": &jsonCents{&p.Returned},
		"refund_first_called_at": (*jsonTime)(&p.RefundFirstCalledAt),
		"authorisation":          &p.Authorisation, "brand": &p.Brand, "masked_pan": &p.MaskedPAN, "code": &p.Code, "decline": &p.Decline,
		"means":      &p.Means,
		"created_at": (*jsonTime)(&p.CreatedAt), "paid_at": (*jsonTime)(&p.PaidAt), "recorded_at": (*jsonTime)(&p.RecordedAt),
		"refund_asked_at": (*jsonTime)(&p.RefundAskedAt), "refund_called_at": (*jsonTime)(&p.RefundCalledAt),
		"returned_at": (*jsonTime)(&p.ReturnedAt), "attention_at": (*jsonTime)(&p.AttentionAt), "head": hexadecimal(p.Head[:]),
	}
}

func (e *Entry) columns() map[string]any {
	return map[string]any{
		"payment": &e.Payment, "version": &e.Version, "event": &e.Event, "effect": &e.Effect, "from_state": &e.From, "to_state": &e.To,
		"at": (*jsonTime)(&e.At), "channel": &e.Channel, "fingerprint": &e.Fingerprint, "by_whom": &e.By, "why": &e.Why,
		"previous": hexadecimal(e.Previous[:]), "hash": hexadecimal(e.Hash[:]), "row_hash": hexadecimal(e.Row[:]),
		"personal": hexadecimal(e.Personal[:]), "salt": hexadecimal(e.Salt[:]),
		"cents": &jsonCents{&e.Money.Amount}, "returned": &jsonCents{&e.Money.Returned}, "currency": &e.Money.Currency,
		"merchant": &e.Money.Merchant, "authorisation": &e.Money.Authorisation,
	}
}

// fill reads a record into columns. A column that nobody knows any more is an error: it was stored.
func fill(columns map[string]any, record map[string]json.RawMessage) error {
	for c, raw := range record {
		to, ok := columns[c]
		if !ok {
			return fmt.Errorf("column %s has no place any more", c)
		}
		if err := json.Unmarshal(raw, to); err != nil {
			return fmt.Errorf("column %s: %w", c, err)
		}
	}
	return nil
}

// read is the payment and its journal.
func (g goldenPayment) read() (p Payment, entries []Entry, err error) {
	if err := fill(p.columns(), g.Payment); err != nil {
		return p, nil, err
	}
	for _, record := range g.Journal {
		var e Entry
		if err := fill(e.columns(), record); err != nil {
			return p, nil, err
		}
		entries = append(entries, e)
	}
	return p, entries, nil
}

// Every journal that a release has written verifies in every later one, to the same hashes, and replays to the state that was stored. What
// fails here makes the records of users worthless: mend the code, never the file.
func TestGoldenJournals(t *testing.T) {
	ends, on, effects := map[State]bool{}, map[EventKind]bool{}, map[Effect]bool{}
	for name, all := range goldenJournals(t) {
		for _, g := range all {
			p, entries, err := g.read()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := VerifyJournal(p, entries); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			state := State("")
			for _, e := range entries {
				on[e.Event], effects[e.Effect] = true, true
				if e.Event == OnCreated {
					state = Created
					continue
				}
				state, _ = Next(state, e.Event)
			}
			if state != p.State || len(entries) != p.Version || entries[len(entries)-1].chainHash() != p.Head || p.rowHash() != entries[len(entries)-1].Row {
				t.Errorf("%s: %v replays to %s after %d entries", name, p, state, len(entries))
			}
			ends[p.State] = true
		}
	}
	// They are of each kind.
	sorted := func(s []string) []string { return slices.Sorted(slices.Values(s)) }
	if d := cmp.Diff(sorted(asTexts(stateOrder[:])), sorted(asTexts(slices.Collect(maps.Keys(ends))))); d != "" {
		t.Errorf("states in which a journal ends (-want +got):\n%s", d)
	}
	if d := cmp.Diff(sorted(append(asTexts(eventOrder[:]), string(OnCreated))), sorted(asTexts(slices.Collect(maps.Keys(on))))); d != "" {
		t.Errorf("events (-want +got):\n%s", d)
	}
	if d := cmp.Diff(sorted(asTexts([]Effect{EffectChanged, EffectNoted, EffectStale, EffectContradiction})), sorted(asTexts(slices.Collect(maps.Keys(effects))))); d != "" {
		t.Errorf("effects (-want +got):\n%s", d)
	}
}

func asTexts[S ~string](list []S) []string {
	var out []string
	for _, s := range list {
		out = append(out, string(s))
	}
	return out
}

// uncommitted are the columns that the chain does not commit to: they pass, or the session and the masked number are personal in
// another way, or what an answer says of the acquirer's own ids is learned without an entry.
var uncommitted = []string{"handle_payment", "session_url", "session_method", "session_fields", "session_expires", "masked_pan", "attention_at"}

// Whatever column of a stored payment or entry is changed, verify finds it.
func TestGoldenJournalsAltered(t *testing.T) {
	for name, all := range goldenJournals(t) {
		for _, g := range all {
			p, entries, err := g.read()
			if err != nil {
				t.Fatal(err)
			}
			if p.Debtor == "" { // erased: what was personal is gone
				continue
			}
			for c, raw := range g.Payment {
				if slices.Contains(uncommitted, c) {
					continue
				}
				q := p
				if err := fill(q.columns(), map[string]json.RawMessage{c: anotherJSON(raw)}); err != nil {
					t.Fatal(err)
				}
				if err := VerifyJournal(q, entries); !errors.Is(err, ErrAltered) {
					t.Errorf("%s: %s was changed: error %v", name, c, err)
				}
			}
			for i, record := range g.Journal {
				for c, raw := range record {
					altered := slices.Clone(entries)
					if err := fill(altered[i].columns(), map[string]json.RawMessage{c: anotherJSON(raw)}); err != nil {
						t.Fatal(err)
					}
					if err := VerifyJournal(p, altered); !errors.Is(err, ErrAltered) {
						t.Errorf("%s: %s of entry %d was changed: error %v", name, c, i+1, err)
					}
				}
			}
		}
	}
}

// anotherJSON is a value like it, but not it: the next number, another digit, a text that is longer.
func anotherJSON(raw json.RawMessage) json.RawMessage {
	raw = bytes.Clone(raw)
	if raw[0] != '"' {
		var n int64
		json.Unmarshal(raw, &n)
		return json.RawMessage(fmt.Sprint(n + 1))
	}
	var s string
	json.Unmarshal(raw, &s)
	if b, err := hex.DecodeString(s); err == nil && len(b) >= 16 {
		b[len(b)-1] ^= 1
		return json.RawMessage(`"` + hex.EncodeToString(b) + `"`)
	}
	out, _ := json.Marshal(s + "x")
	return out
}
