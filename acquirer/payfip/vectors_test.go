package payfip

import (
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/payfip/internal/soap"
	"github.com/quittance/quittance/internal/euro"
	"github.com/shopspring/decimal"
)

// Orders: what is sent, and what is refused before anything is. A wrong configuration is New's to refuse.
func TestVectorsOrder(t *testing.T) {
	for _, v := range readVectors(t).Order {
		t.Run(v.ID, func(t *testing.T) {
			client, err := New(Config{
				Numcli: v.Config.Numcli, Saisie: Saisie(v.Config.Saisie), Mailbox: v.Config.Mel, Objet: v.Config.Objet,
			})
			if want := v.Expect.Error; want != nil && want.Kind == "ErrConfiguration" {
				if !errors.Is(err, acquirer.ErrConfiguration) || !strings.Contains(strings.ToLower(err.Error()), "config."+want.Field+":") {
					t.Fatalf("New: %v, expected %+v", err, *want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			p := newPlatform(t, func(c *Config) {
				c.Numcli, c.Saisie, c.Mailbox, c.Objet = v.Config.Numcli, client.in.saisie, v.Config.Mel, v.Config.Objet
				c.Now = func() time.Time { return v.Now }
			}, created(idOp))
			s, err := p.Begin(t.Context(), acquirer.Order{
				ID: v.Order.ID, Reference: v.Order.Reference, Amount: decimal.RequireFromString(v.Order.Amount), Currency: v.Order.Currency,
				ReturnURL: v.Order.ReturnURL, NotifyURL: v.Order.NotifyURL, Language: v.Order.Language,
			})
			if v.Expect.Error != nil {
				v.Expect.Error.check(t, err)
				if len(p.Bodies) > 0 || !s.IsZero() {
					t.Error("it was sent all the same")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			operation, members := strictMembers(t, p.Bodies[0])
			if diff := cmp.Diff(v.Expect.Fields, members); diff != "" || operation != soap.Create {
				t.Errorf("%s (-want +got):\n%s", operation, diff)
			}
			if want := v.Now.Add(15 * time.Minute); !s.ExpiresAt.Equal(want) || !s.Handle.ExpiresAt.Equal(want) {
				t.Errorf("the session ends at %s, expected %s", s.ExpiresAt, want)
			}
		})
	}
}

// Answers: what each operation makes of what came back.
func TestVectorsAnswer(t *testing.T) {
	for _, v := range readVectors(t).Answer {
		t.Run(v.ID, func(t *testing.T) {
			p := newPlatform(t, func(c *Config) { c.Numcli, c.Saisie = v.Context.Numcli, Saisie(v.Context.Saisie) },
				reply(v.Status, v.ContentType, v.Body))
			var err error
			switch v.Operation {
			case soap.Create:
				var s acquirer.Session
				if s, err = p.Begin(t.Context(), order()); err != nil && !s.IsZero() {
					t.Error("a session beside the error")
				}
				if want := v.Expect.Session; want != nil {
					if err != nil {
						t.Fatal(err)
					}
					if s.Handle.Session != want.IdOp || s.URL != want.URL || !s.Link() || s.Handle.Proof+s.Handle.Payment != "" {
						t.Errorf("session %q at %q by %s", s.Handle.Session, s.URL, s.Method)
					}
				}
			case soap.Detail:
				q := question()
				q.Handle.Session, q.Reference = v.Context.IdOp, v.Context.Reference
				var r acquirer.Result
				if r, err = p.Status(t.Context(), q); err != nil && !r.Equal(acquirer.Result{}) {
					t.Error("a result beside the error")
				}
				if want := v.Expect.Result; want != nil {
					if err != nil {
						t.Fatal(err)
					}
					got := acquirer.Result{
						Reference: r.Reference, Merchant: r.Merchant, Amount: r.Amount, Currency: r.Currency, Outcome: r.Outcome, Code: r.Code,
						AuthorisationID: r.AuthorisationID, At: r.At,
					}
					expected := acquirer.Result{
						Reference: want.Reference, Merchant: want.Merchant, Amount: euro.Of(want.AmountCents), Currency: want.Currency,
						Outcome: acquirer.Outcome(want.Outcome), Code: want.Code, AuthorisationID: want.Authorisation,
					}
					if want.At != nil {
						expected.At = *want.At
					}
					if expected.Outcome == acquirer.Open {
						expected.Reference = q.Reference // the question's: the answer has no member at all
					}
					if diff := cmp.Diff(expected, got); diff != "" {
						t.Errorf("-want +got:\n%s", diff)
					}
					if !r.Handle.Equal(q.Handle) {
						t.Error("the result is of another session than the question")
					}
				}
			case soap.Client:
				names, f := p.in.fetchNames(t.Context())
				if f != nil {
					err = f
				}
				if want := v.Expect.Client; want != nil {
					given := slices.DeleteFunc(want.Names, func(n string) bool { return n == "" })
					if err != nil || want.Numcli != p.Merchant() || !slices.Equal(names, given) {
						t.Errorf("%q %v", names, err)
					}
				}
			default:
				t.Fatalf("operation %q", v.Operation)
			}
			if v.Expect.Error != nil {
				v.Expect.Error.check(t, err)
			}
			if len(p.Bodies) != 1 {
				t.Errorf("%d requests", len(p.Bodies))
			}
		})
	}
}

// Callbacks: from the request to the hint.
func TestVectorsCallback(t *testing.T) {
	client := mustNew(t, testConfig(nil))
	for _, v := range readVectors(t).Callback {
		t.Run(v.ID, func(t *testing.T) {
			r := httptest.NewRequest(v.Method, "/x", strings.NewReader(v.Body))
			r.URL.RawQuery = v.Query
			if v.ContentType != "" {
				r.Header.Set("Content-Type", v.ContentType)
			}
			cb, err := acquirer.ReadCallback(httptest.NewRecorder(), r, acquirer.Channel(v.Channel), client)
			if err != nil {
				if e := (*acquirer.RequestError)(nil); !errors.As(err, &e) || e.Status != v.Expect.Refused {
					t.Fatalf("%v, expected status %d", err, v.Expect.Refused)
				}
				return
			}
			result, err := client.Parse(cb)
			if v.Expect.Refused != 0 {
				if v.Expect.Refused != http.StatusBadRequest || faultOf(t, err).Kind != acquirer.ErrInvalid || !result.Equal(acquirer.Result{}) {
					t.Fatalf("%v, %v", result, err)
				}
				return
			}
			want := acquirer.Result{Hint: true, Handle: acquirer.Handle{Session: v.Expect.IdOp}}
			if err != nil || !result.Equal(want) {
				t.Fatalf("%v %v, expected a hint and nothing more", result, err)
			}
		})
	}
}

func TestVectorsClock(t *testing.T) {
	c := testConfig(nil)
	c.Now = func() time.Time { return morning.AddDate(2, 0, 0) } // after all of them
	client := mustNew(t, c)
	for _, v := range readVectors(t).Clock {
		got := client.in.parseTime(v.Dattrans, v.Heurtrans)
		if !slices.ContainsFunc(v.Expect.AtOneOf, func(want *time.Time) bool {
			return want == nil && got.IsZero() || want != nil && got.Equal(*want)
		}) {
			t.Errorf("%s: %s", v.ID, got)
		}
	}
}

// Requests: the smallest envelope of ours says to a reader what those of other programs say. The simulator is tried with all of them
// in payfiptest.
func TestVectorsRequest(t *testing.T) {
	for _, v := range readVectors(t).Request {
		if !v.Expect.Readable || len(v.Expect.Fields) == 0 {
			continue
		}
		var members []member
		for _, name := range slices.Sorted(maps.Keys(v.Expect.Fields)) {
			members = append(members, member{name, v.Expect.Fields[name]})
		}
		operation, got := strictMembers(t, string(writeEnvelope(v.Expect.Operation, members)))
		if diff := cmp.Diff(v.Expect.Fields, got); diff != "" || operation != v.Expect.Operation {
			t.Errorf("%s: %s (-want +got):\n%s", v.ID, operation, diff)
		}
	}
}
