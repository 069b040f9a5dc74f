package payfiptest_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/payfip/payfiptest"
	"github.com/quittance/quittance/internal/testport"
	"github.com/quittance/quittance/payment/paymenttest"
)

// morning is a Saturday, eleven o'clock in Paris.
var morning = time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC)

// start starts a platform with a clock that stands still, and the lone client of it.
func start(t testing.TB, o payfiptest.Options) (*payfiptest.Server, lone) {
	t.Helper()
	if o.Now == nil {
		o.Now = paymenttest.NewClock(morning).Now
	}
	s, err := payfiptest.Listen(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, lone{url: s.ServiceURL()}
}

func visit(t testing.TB, s *payfiptest.Server, idOp string, p payfiptest.Payer) {
	t.Helper()
	if _, err := s.VisitID(idOp, p); err != nil && !errors.Is(err, payfiptest.ErrNoReturn) {
		t.Fatal(err)
	}
}

// Every letter of a result, with what comes along.
func TestResults(t *testing.T) {
	for name, c := range map[string]struct {
		payer   payfiptest.Payer
		letter  string
		numauto bool
	}{
		"card":            {payfiptest.Payer{}, "P", true},
		"card refused":    {payfiptest.Payer{Outcome: acquirer.Refused}, "R", false},
		"debit":           {payfiptest.Payer{Means: payfiptest.Debit}, "V", true},
		"debit refused":   {payfiptest.Payer{Means: payfiptest.Debit, Outcome: acquirer.Refused}, "Z", false},
		"given up":        {payfiptest.Payer{Outcome: acquirer.Cancelled}, "A", false},
		"given up late":   {payfiptest.Payer{Outcome: acquirer.Cancelled, SentOn: true}, "A", false},
		"transfer":        {payfiptest.Payer{Outcome: acquirer.Unknown}, "F", true},
		"the tab closed":  {payfiptest.Payer{Outcome: acquirer.Open}, "P5", false},
		"closed later on": {payfiptest.Payer{Outcome: acquirer.Open, SentOn: true}, "P5", false},
	} {
		t.Run(name, func(t *testing.T) {
			s, l := start(t, payfiptest.Options{})
			id := l.create(t)
			if got := l.result(t, id); got != "P5" {
				t.Errorf("before the visit: %s", got)
			}
			visit(t, s, id, c.payer)
			if got := l.result(t, id); got != c.letter {
				t.Fatalf("%s, expected %s", got, c.letter)
			}
			if c.letter == "P5" {
				return
			}
			m, err := l.ask("recupererDetailPaiementSecurise", map[string]string{"idOp": id})
			want := order("resultrans", c.letter, "idOp", id, "dattrans", "28112026", "heurtrans", "1100", "urlnotif", "", "urlredirect", "")
			if c.numauto != (m["numauto"] != "") {
				t.Errorf("numauto %q", m["numauto"])
			}
			delete(m, "numauto")
			if diff := cmp.Diff(want, m); err != nil || diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

// Every habit of an answer is read by both readers alike.
func TestDialects(t *testing.T) {
	var want string
	for name, h := range map[string]payfiptest.Habits{
		"plain": {}, "prefixes": {Dialect: payfiptest.OtherPrefixes}, "default": {Dialect: payfiptest.DefaultNamespace},
		"qualified": {Dialect: payfiptest.Qualified}, "pretty": {Pretty: true}, "nil": {Nil: true}, "stack": {Stack: true}, "200": {Status200: true},
		"version 1": {TimeBased: true},
		"all":       {Dialect: payfiptest.DefaultNamespace, Pretty: true, Nil: true, Stack: true, Status200: true},
	} {
		t.Run(name, func(t *testing.T) {
			s, l := start(t, payfiptest.Options{Habits: h})
			l.qualified = h.Dialect == payfiptest.Qualified
			id := l.create(t, "objet", "")
			if got := l.result(t, id); got != "P5" {
				t.Error(got)
			}
			visit(t, s, id, payfiptest.Payer{Outcome: acquirer.Refused})
			m, err := l.ask("recupererDetailPaiementSecurise", map[string]string{"idOp": id})
			if err != nil || m["idOp"] != id {
				t.Fatal(m, err)
			}
			delete(m, "idOp")
			if got := fmt.Sprint(m); want == "" {
				want = got
			} else if got != want {
				t.Errorf("%s, expected %s", got, want)
			}
			_, err = l.ask("recupererDetailClient", map[string]string{"numCli": "000000"})
			if f := (*loneFault)(nil); !errors.As(err, &f) || f.code != "T2" || f.libelle == "" {
				t.Error(err)
			}
		})
	}
	s, l := start(t, payfiptest.Options{Habits: payfiptest.Habits{UnknownMember: true}})
	id := l.create(t)
	visit(t, s, id, payfiptest.Payer{})
	if m, err := l.ask("recupererDetailPaiementSecurise", map[string]string{"idOp": id}); err != nil || m["typepaiement"] == "" {
		t.Error(m, err)
	}
}

// Only the first mistake is told, in a fixed order.
func TestOneMistakeAtATime(t *testing.T) {
	_, l := start(t, payfiptest.Options{})
	broken := []string{"numcli", "6270", "saisie", "P", "mel", "nobody", "refdet", "ABCD", "montant", "75.50", "objet", "é", "exer", "26", "urlnotif", "/n", "urlredirect", "/r"}
	good := order()
	var got []string
	for i := 0; i <= len(broken); i += 2 {
		m := order(broken...)
		for j := 0; j < i; j += 2 {
			m[broken[j]] = good[broken[j]]
		}
		_, err := l.ask("creerPaiementSecurise", m)
		f := (*loneFault)(nil)
		if errors.As(err, &f) {
			got = append(got, f.code)
		} else if err == nil {
			got = append(got, "taken")
		}
	}
	if want := "[T1 S1 A2 R3 M1 O1 E1 N1 D1 taken]"; fmt.Sprint(got) != want {
		t.Errorf("%v, expected %s", got, want)
	}
}

// What a member may be, to the character (docs/payfip.md §4).
func TestLimits(t *testing.T) {
	_, l := start(t, payfiptest.Options{})
	of := func(n int) string { return strings.Repeat("a", n) }
	for _, c := range []struct{ member, good, bad, code string }{
		{"mel", "a@b.fr", "a@b.f", "A2"},
		{"mel", of(72) + "@ville.f", of(73) + "@ville.f", "A2"},
		{"refdet", of(6), of(5), "R3"},
		{"refdet", of(30), of(31), "R3"},
		{"objet", of(100), of(101), "O1"},
		{"montant", "100", "99", "M3"},
		{"montant", "9999999", "10000000", "M5"},
		{"urlnotif", "https://ville.example/" + of(228), "https://ville.example/" + of(229), "N1"},
		{"urlredirect", "https://ville.example/" + of(228), "https://ville.example/" + of(229), "D1"},
	} {
		if _, err := l.ask("creerPaiementSecurise", order(c.member, c.good)); err != nil {
			t.Errorf("%s of %d characters: %v", c.member, len(c.good), err)
		}
		_, err := l.ask("creerPaiementSecurise", order(c.member, c.bad))
		if f := (*loneFault)(nil); !errors.As(err, &f) || f.code != c.code {
			t.Errorf("%s of %d characters: %v, expected %s", c.member, len(c.bad), err, c.code)
		}
	}
}

// The page opens once, for fifteen minutes; after it the way is closed with P3 and P4.
func TestOpening(t *testing.T) {
	c := paymenttest.NewClock(morning)
	s, l := start(t, payfiptest.Options{Now: c.Now})
	refusal := func(idOp string) string {
		_, err := s.VisitID(idOp, payfiptest.Payer{})
		if r := (*payfiptest.TurnedAwayError)(nil); errors.As(err, &r) {
			return r.Code
		}
		return fmt.Sprint(err)
	}
	once, late, last := l.create(t), l.create(t), l.create(t)
	if got := refusal(once); got != "<nil>" {
		t.Error(got)
	}
	if got := refusal(once); got != "P3" {
		t.Error(got)
	}
	if got := refusal("e9cc332f-6316-4141-8b48-0b91420022f0"); got != "P1" {
		t.Error(got)
	}
	c.Add(15*time.Minute - time.Second)
	if got := refusal(last); got != "<nil>" {
		t.Error(got)
	}
	c.Add(time.Second)
	if got := refusal(late); got != "P4" {
		t.Error(got)
	}
	if l.result(t, once)+l.result(t, last)+l.result(t, late) != "PPP5" {
		t.Error("what was paid changed")
	}
	if err := s.Inject("", payfiptest.RedirectTwice); err != nil {
		t.Fatal(err)
	}
	twice := l.create(t)
	visit(t, s, twice, payfiptest.Payer{Outcome: acquirer.Open})
	if got := refusal(twice); got != "<nil>" {
		t.Error(got)
	}
	if got := refusal(twice); got != "P3" {
		t.Error(got)
	}
}

// In the night what led nowhere is purged; a year later everything is forgotten (docs/payfip.md §5.1).
func TestPurge(t *testing.T) {
	c := paymenttest.NewClock(morning)
	s, l := start(t, payfiptest.Options{Now: c.Now})
	untouched, closed, sentOn, paid, givenUp := l.create(t), l.create(t), l.create(t), l.create(t), l.create(t)
	visit(t, s, closed, payfiptest.Payer{Outcome: acquirer.Open})
	visit(t, s, sentOn, payfiptest.Payer{Outcome: acquirer.Open, SentOn: true})
	visit(t, s, paid, payfiptest.Payer{})
	visit(t, s, givenUp, payfiptest.Payer{Outcome: acquirer.Cancelled})
	all := func() string {
		var got []string
		for _, id := range []string{untouched, closed, sentOn, paid, givenUp} {
			got = append(got, l.result(t, id))
		}
		return strings.Join(got, " ")
	}
	for _, step := range []struct {
		add  time.Duration
		want string
	}{
		{0, "P5 P5 P5 P A"},
		{15*time.Hour - time.Second, "P5 P5 P5 P A"}, // until two in the night
		{time.Second, "P1 P1 P5 P A"},
		{364 * 24 * time.Hour, "P1 P1 P5 P A"},
		{24 * time.Hour, "P1 P1 P1 P1 P1"},
	} {
		c.Add(step.add)
		if got := all(); got != step.want {
			t.Errorf("%s: %s, expected %s", c.Now(), got, step.want)
		}
	}
	for _, x := range s.Book() {
		if !x.Deleted {
			t.Errorf("%v stands in the book as known", x)
		}
	}
}

// Given up, and then paid with the same link, where that is the habit (docs/payfip.md §5.3).
func TestPayAfterGivingUp(t *testing.T) {
	for _, habit := range []bool{false, true} {
		c := paymenttest.NewClock(morning)
		s, l := start(t, payfiptest.Options{Now: c.Now, Habits: payfiptest.Habits{PayAfterGivingUp: habit}})
		id := l.create(t)
		visit(t, s, id, payfiptest.Payer{Outcome: acquirer.Cancelled})
		c.Add(7 * time.Minute)
		_, err := s.VisitID(id, payfiptest.Payer{})
		if got := l.result(t, id); habit != (err == nil) || habit != (got == "P") || !habit && got != "A" {
			t.Errorf("habit %v: %s, %v", habit, got, err)
		}
		if b := s.Book()[0]; b.GivenUpBefore != habit {
			t.Error(b)
		}
	}
	// Not after fifteen minutes, and not after a refusal.
	c := paymenttest.NewClock(morning)
	s, l := start(t, payfiptest.Options{Now: c.Now, Habits: payfiptest.Habits{PayAfterGivingUp: true}})
	late, refused := l.create(t), l.create(t)
	visit(t, s, late, payfiptest.Payer{Outcome: acquirer.Cancelled})
	visit(t, s, refused, payfiptest.Payer{Outcome: acquirer.Refused})
	if _, err := s.VisitID(refused, payfiptest.Payer{}); err == nil {
		t.Error("a refused session was paid")
	}
	c.Add(15 * time.Minute)
	if _, err := s.VisitID(late, payfiptest.Payer{}); err == nil {
		t.Error("a session was paid after fifteen minutes")
	}
}

// A test is no money; an activation activates its means for the next working day, and only activated means can be used for real
// money (docs/payfip.md §9).
func TestModes(t *testing.T) {
	c := paymenttest.NewClock(morning) // a Saturday
	s, l := start(t, payfiptest.Options{Now: c.Now, Regies: []payfiptest.Regie{{Numcli: payfiptest.Numcli, Activated: []payfiptest.Means{}}, {Numcli: "006271", Refused: "T4"}}})
	code := func(changes ...string) string {
		_, err := l.ask("creerPaiementSecurise", order(changes...))
		if f := (*loneFault)(nil); errors.As(err, &f) {
			return f.code
		}
		return fmt.Sprint(err)
	}
	if got := code("saisie", "W"); got != "T4" {
		t.Errorf("real money before any activation: %s", got)
	}
	if got := code("numcli", "006271"); got != "T4" {
		t.Errorf("a régie that is not opened: %s", got)
	}
	test, activation := l.create(t), l.create(t, "saisie", "X")
	visit(t, s, test, payfiptest.Payer{})
	visit(t, s, activation, payfiptest.Payer{})
	c.Add(24 * time.Hour)
	if got := code("saisie", "W"); got != "T4" {
		t.Errorf("on Sunday: %s", got)
	}
	c.Add(24 * time.Hour)
	real := l.create(t, "saisie", "W")
	if _, err := s.VisitID(real, payfiptest.Payer{Means: payfiptest.Debit}); err == nil || !strings.Contains(err.Error(), "not activated") {
		t.Errorf("a debit on Monday: %v", err)
	}
	real = l.create(t, "saisie", "W")
	visit(t, s, real, payfiptest.Payer{})
	var money []bool
	for _, x := range s.Book() {
		money = append(money, x.Money())
	}
	if fmt.Sprint(money) != "[false false false true]" {
		t.Error(money)
	}
	report, err := s.Report(payfiptest.Numcli, c.Now())
	want := "EN-TETE;006270;30/11/2026\r\nLIGNE;30/11/2026;PCLCB262540000004;75,50;P;"
	if err != nil || !strings.HasPrefix(string(report), want) || !strings.HasSuffix(string(report), "\r\nPIED-DE-PAGE;1;75,50\r\n") {
		t.Errorf("%v\n%s", err, report)
	}
	if _, err := s.Report("000000", c.Now()); err == nil {
		t.Error("a report of nobody")
	}
}

// The régie's names, and what happens to numbers that nobody has.
func TestClient(t *testing.T) {
	_, l := start(t, payfiptest.Options{})
	m, err := l.ask("recupererDetailClient", map[string]string{"numCli": payfiptest.Numcli})
	if err != nil || m["libelleN1"] != "VILLE D'ESSAI" || m["numcli"] != payfiptest.Numcli {
		t.Error(m, err)
	}
	for number, want := range map[string]string{"6270": "T1", "": "T1", "999999": "T2"} {
		_, err := l.ask("recupererDetailClient", map[string]string{"numCli": number})
		if f := (*loneFault)(nil); !errors.As(err, &f) || f.code != want {
			t.Errorf("%q: %v", number, err)
		}
	}
}

// portal receives notifications, and says what came.
type portal struct {
	*httptest.Server
	mu   sync.Mutex
	came []string
}

func newPortal(t testing.TB, status int) *portal {
	p := &portal{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.came = append(p.came, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+string(b)))
		w.WriteHeader(status)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *portal) all() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.came...)
}

// When notifications come, how often, and in which way.
func TestNotifications(t *testing.T) {
	const id = "ID"
	for name, c := range map[string]struct {
		habits payfiptest.Habits
		faults []payfiptest.Fault
		payer  payfiptest.Payer
		after  time.Duration
		before []string // what had come just before
		want   []string
	}{
		"at once":       {want: []string{"POST /n idOp=ID"}},
		"lower case":    {habits: payfiptest.Habits{NotifyName: "idop"}, want: []string{"POST /n idop=ID"}},
		"GET":           {habits: payfiptest.Habits{NotifyBy: payfiptest.Get}, want: []string{"GET /n?idOp=ID"}},
		"query":         {habits: payfiptest.Habits{NotifyBy: payfiptest.Query}, want: []string{"POST /n?idOp=ID"}},
		"twice":         {habits: payfiptest.Habits{NotifyTwice: true}, want: []string{"POST /n idOp=ID", "POST /n idOp=ID"}},
		"in two hours":  {habits: payfiptest.Habits{Notify: payfiptest.TwoHours}, after: 2 * time.Hour, want: []string{"POST /n idOp=ID"}},
		"in the night":  {habits: payfiptest.Habits{Notify: payfiptest.AtNight}, after: 15 * time.Hour, want: []string{"POST /n idOp=ID"}},
		"never":         {habits: payfiptest.Habits{Notify: payfiptest.Never}, after: 400 * 24 * time.Hour},
		"lost":          {faults: []payfiptest.Fault{payfiptest.Lost}, after: 48 * time.Hour},
		"doubled":       {faults: []payfiptest.Fault{payfiptest.Doubled}, want: []string{"POST /n idOp=ID", "POST /n idOp=ID"}},
		"late":          {faults: []payfiptest.Fault{payfiptest.Late}, after: time.Hour, want: []string{"POST /n idOp=ID"}},
		"nothing paid":  {payer: payfiptest.Payer{Outcome: acquirer.Open}, after: 48 * time.Hour},
		"undecided":     {habits: payfiptest.Habits{NotifyUndecided: true}, payer: payfiptest.Payer{Outcome: acquirer.Open}, after: 2 * time.Hour, want: []string{"POST /n idOp=ID"}},
		"decided":       {habits: payfiptest.Habits{NotifyUndecided: true, Notify: payfiptest.Never}, after: 2 * time.Hour},
		"given up":      {payer: payfiptest.Payer{Outcome: acquirer.Cancelled}, want: []string{"POST /n idOp=ID"}},
		"the tab after": {payer: payfiptest.Payer{Abandon: true}, want: []string{"POST /n idOp=ID"}},
	} {
		t.Run(name, func(t *testing.T) {
			clock, p := paymenttest.NewClock(morning), newPortal(t, 200)
			s, l := start(t, payfiptest.Options{Now: clock.Now, Habits: c.habits})
			number := l.create(t, "urlnotif", p.URL+"/n")
			if c.faults != nil {
				if err := s.Inject("", c.faults...); err != nil {
					t.Fatal(err)
				}
			}
			visit(t, s, number, c.payer)
			if c.after > 0 {
				clock.Add(c.after - time.Second)
				if s.Tick(); len(p.all()) > 0 {
					t.Errorf("too early: %q", p.all())
				}
				clock.Add(time.Second)
				s.Tick()
			}
			got := strings.ReplaceAll(strings.Join(p.all(), "\n"), number, id)
			if got != strings.Join(c.want, "\n") {
				t.Errorf("%q, expected %q", got, c.want)
			}
			for _, d := range s.Deliveries() {
				if d.Status != 200 || strings.Contains(fmt.Sprintf("%v %+v", d, d), number) {
					t.Errorf("%v", d)
				}
			}
		})
	}
}

// A notification that is held back goes as the habits were when it was made, method and all, whatever they have become since.
func TestHeldNotificationKeepsItsMethod(t *testing.T) {
	p := newPortal(t, 200)
	s, l := start(t, payfiptest.Options{Now: paymenttest.NewClock(morning).Now})
	id := l.create(t, "urlnotif", p.URL+"/n")
	if err := s.Inject("", payfiptest.Late); err != nil {
		t.Fatal(err)
	}
	visit(t, s, id, payfiptest.Payer{})
	if err := s.Change(func(h *payfiptest.Habits) { h.NotifyBy = payfiptest.Get }); err != nil {
		t.Fatal(err)
	}
	s.Release()
	if got := p.all(); !slices.Equal(got, []string{"POST /n idOp=" + id}) {
		t.Errorf("came %q", got)
	}
}

// A notification before the result is readable, and one to an address that fails (docs/payfip.md §15).
func TestNotificationsThatFail(t *testing.T) {
	clock := paymenttest.NewClock(morning)
	var log strings.Builder
	p := newPortal(t, 500)
	s, l := start(t, payfiptest.Options{
		Now: clock.Now, Habits: payfiptest.Habits{ReadableAfter: time.Minute}, Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	id := l.create(t, "urlnotif", p.URL+"/n")
	visit(t, s, id, payfiptest.Payer{})
	if len(p.all()) != 1 || l.result(t, id) != "P5" {
		t.Errorf("%q, %s", p.all(), l.result(t, id))
	}
	clock.Add(time.Minute)
	if l.result(t, id) != "P" {
		t.Error(l.result(t, id))
	}
	if !strings.Contains(log.String(), "status=500") || strings.Contains(log.String(), id) {
		t.Error(log.String())
	}
	elsewhere := l.create(t, "urlnotif", "https://portail.example.fr/notify")
	visit(t, s, elsewhere, payfiptest.Payer{})
	d := s.Deliveries()
	if last := d[len(d)-1]; last.Err == nil || last.Status != 0 {
		t.Errorf("something was sent to another machine: %v", last)
	}
}

// Tampered: the number of another session. Reordered: overtaken by the next.
func TestNotificationFaults(t *testing.T) {
	p := newPortal(t, 200)
	s, l := start(t, payfiptest.Options{})
	for _, f := range []payfiptest.Fault{payfiptest.Tampered, payfiptest.Reordered} {
		if err := s.Inject("", f); err != nil {
			t.Fatal(err)
		}
	}
	a, b, c := l.create(t, "urlnotif", p.URL), l.create(t, "urlnotif", p.URL), l.create(t, "urlnotif", p.URL)
	for _, id := range []string{a, b, c} {
		visit(t, s, id, payfiptest.Payer{})
	}
	all := strings.Join(p.all(), " ")
	if strings.Contains(all, a) || strings.Index(all, c) > strings.Index(all, b) || !strings.Contains(all, b) {
		t.Errorf("%s, of %s %s %s", all, a, b, c)
	}
}

// A notification can be sent again by its reference: of two sessions, that of the last one.
func TestNotifyAgain(t *testing.T) {
	p := newPortal(t, 200)
	s, l := start(t, payfiptest.Options{Habits: payfiptest.Habits{Notify: payfiptest.Never}})
	l.create(t, "urlnotif", p.URL)
	last := l.create(t, "urlnotif", p.URL)
	for _, f := range [][]payfiptest.Fault{nil, {payfiptest.Doubled}, {payfiptest.Lost}} {
		if err := s.Notify(payfiptest.Numcli, "PCLCB262540000004", f...); err != nil {
			t.Error(err)
		}
	}
	if got := strings.Join(p.all(), " "); strings.Count(got, last) != 3 {
		t.Error(got)
	}
	if err := s.Notify("006271", "PCLCB262540000004"); !errors.Is(err, payfiptest.ErrNotFound) {
		t.Error(err)
	}
	if err := s.Notify(payfiptest.Numcli, "PCLCB262540000004", payfiptest.Slow); err == nil {
		t.Error("a fault of a call was taken")
	}
}

// A platform that is put down goes on in another process: results, openings and sessions that nobody has opened.
func TestSave(t *testing.T) {
	c := paymenttest.NewClock(morning)
	s, l := start(t, payfiptest.Options{Now: c.Now})
	paid, open := l.create(t), l.create(t)
	visit(t, s, paid, payfiptest.Payer{})
	saved, err := s.Save()
	if err != nil {
		t.Fatal(err)
	}
	book := s.Book()
	s.Close()
	s, l = start(t, payfiptest.Options{Now: c.Now, Saved: saved})
	if diff := cmp.Diff(book, s.Book()); diff != "" || l.result(t, paid) != "P" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if _, err := s.VisitID(paid, payfiptest.Payer{}); err == nil {
		t.Error("the page opens a second time in the second process")
	}
	if visit(t, s, open, payfiptest.Payer{Means: payfiptest.Debit}); l.result(t, open) != "V" {
		t.Error(l.result(t, open))
	}
	for name, b := range map[string]string{"rubbish": "{", "twice": "[" + string(saved[1:len(saved)-1]) + "," + string(saved[1:]), "nobody's": `[{"Numcli":"1","IdOp":"a"}]`} {
		if _, err := payfiptest.Listen(payfiptest.Options{Saved: []byte(b)}); err == nil || strings.Contains(err.Error(), open) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is old is forgotten, but for pages that can still be opened.
func TestForget(t *testing.T) {
	c := paymenttest.NewClock(morning)
	s, l := start(t, payfiptest.Options{Now: c.Now})
	old := l.create(t)
	visit(t, s, old, payfiptest.Payer{})
	c.Add(time.Hour)
	young := l.create(t)
	if n := s.Forget(c.Now().Add(time.Hour)); n != 1 || l.result(t, old) != "P1" || l.result(t, young) != "P5" || len(s.Book()) != 1 {
		t.Error(n, s.Book())
	}
}

// A session may be unknown for a moment after its creation.
func TestSeenAfter(t *testing.T) {
	clock := paymenttest.NewClock(morning)
	_, l := start(t, payfiptest.Options{Now: clock.Now, Habits: payfiptest.Habits{SeenAfter: 2 * time.Second}})
	id := l.create(t)
	if got := l.result(t, id); got != "P1" {
		t.Error(got)
	}
	clock.Add(2 * time.Second)
	if got := l.result(t, id); got != "P5" {
		t.Error(got)
	}
}

// The same reference twice is two sessions, and both can be paid.
func TestReferencesRepeat(t *testing.T) {
	s, l := start(t, payfiptest.Options{Habits: payfiptest.Habits{TimeBased: true}})
	a, b := l.create(t), l.create(t)
	visit(t, s, a, payfiptest.Payer{})
	visit(t, s, b, payfiptest.Payer{})
	if a == b || l.result(t, a) != "P" || l.result(t, b) != "P" {
		t.Error(a, b)
	}
}

// The journal has every envelope, and nothing that opens a payer's data; neither does anything that prints (canaries).
func TestJournalCanaries(t *testing.T) {
	const mel, objet = "canary@example.org", "Canary object"
	s, l := start(t, payfiptest.Options{})
	id := l.create(t, "mel", mel, "objet", objet)
	visit(t, s, id, payfiptest.Payer{})
	l.result(t, id)
	if err := s.Answer("begin", payfiptest.Refusal{Code: "A2", Libelle: "refus de " + mel + " pour " + objet + " " + id}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.ask("creerPaiementSecurise", order("mel", mel, "objet", objet)); err == nil {
		t.Fatal("not refused")
	}
	resp, err := http.Post(s.ServiceURL(), "text/xml", strings.NewReader("<"+mel+objet+id))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	journal := s.Journal()
	if len(journal) != 4 || journal[3].Operation != "" || !strings.Contains(journal[0].Request, "<montant>7550</montant>") ||
		!strings.Contains(journal[0].Request, "<mel>***</mel>") || !strings.Contains(journal[1].Answer, "<idOp>***</idOp>") {
		t.Errorf("%+v", journal)
	}
	printed := fmt.Sprintf("%+v %v %+v %v", journal, s.Book(), s.Book(), s)
	for _, d := range s.Deliveries() {
		printed += fmt.Sprintf("%v %+v", d, d)
	}
	for _, c := range []string{mel, "anary", id} {
		if strings.Contains(printed, c) {
			t.Errorf("%s is told", c)
		}
	}
}

// An envelope is text/xml, with a charset or without, as SOAP 1.1 has it; sent as anything else it is none, and makes no session.
func TestContentType(t *testing.T) {
	s, l := start(t, payfiptest.Options{})
	l.create(t)
	envelope := s.Journal()[0].Request
	envelope = `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>` + envelope + `</e:Body></e:Envelope>`
	envelope = strings.NewReplacer("<mel>***</mel>", "<mel>regie@ville.example.fr</mel>", "<objet>***</objet>", "<objet>cantine</objet>").Replace(envelope)
	for contentType, want := range map[string]int{
		"text/xml": 200, "text/xml; charset=utf-8": 200, `text/xml;charset="utf-8"`: 200, "Text/XML": 200,
		"application/xml": 415, "application/soap+xml; charset=utf-8": 415, "application/x-www-form-urlencoded": 415, "application/json": 415, "text/xmlx": 415, "": 415,
	} {
		before := len(s.Book())
		r, err := http.NewRequest(http.MethodPost, s.ServiceURL(), strings.NewReader(envelope))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", contentType)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if made := len(s.Book()) - before; resp.StatusCode != want || made != map[int]int{200: 1}[want] {
			t.Errorf("%q: status %d and %d sessions, expected %d", contentType, resp.StatusCode, made, want)
		}
	}
}

// What cannot be is refused, everything at once.
func TestListenRefuses(t *testing.T) {
	_, err := payfiptest.Listen(payfiptest.Options{
		Addr: "0.0.0.0:0", Regies: []payfiptest.Regie{{Numcli: "6270"}, {Numcli: "006270"}, {Numcli: "006270", Activated: []payfiptest.Means{"cash"}}},
		PurgeAfter: 30 * time.Hour,
		Habits:     payfiptest.Habits{Dialect: "x", Notify: "x", NotifyBy: "x", NotifyName: "x", SeenAfter: -1},
	})
	for _, text := range []string{"loopback", "six digits", "twice", "cash", "PurgeAfter", "dialect", "moment", "carrier", "name", "duration"} {
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%s is not named: %v", text, err)
		}
	}
	s, _ := start(t, payfiptest.Options{})
	if err := s.Change(func(h *payfiptest.Habits) { h.Notify = "x" }); err == nil {
		t.Error("a habit that does not exist was taken")
	}
	for _, err := range []error{s.Inject("", "forged"), s.Inject("refund", payfiptest.Slow), s.Inject("begin", payfiptest.Lost),
		s.Answer("refund", payfiptest.Refusal{}), s.Answer("begin", payfiptest.Refusal{Element: "Erreur"})} {
		if err == nil {
			t.Error("an injection that cannot be was taken")
		}
	}
}

// With a certificate of its own, over TLS.
func TestTLS(t *testing.T) {
	s, l := start(t, payfiptest.Options{TLS: true})
	if _, err := l.ask("recupererDetailClient", map[string]string{"numCli": payfiptest.Numcli}); err == nil {
		t.Error("a certificate that nobody vouches for was believed")
	}
	l.http = trusting(s)
	if _, err := l.ask("recupererDetailClient", map[string]string{"numCli": payfiptest.Numcli}); err != nil || !strings.HasPrefix(s.ServiceURL(), "https://127.0.0.1:") {
		t.Error(err)
	}
}

// Down and up again at the same address; the book stays.
func TestDown(t *testing.T) {
	s, l := start(t, payfiptest.Options{Addr: testport.Addr(t)})
	id := l.create(t)
	s.Down()
	if _, err := l.ask("recupererDetailPaiementSecurise", map[string]string{"idOp": id}); err == nil {
		t.Error("it answers")
	}
	if err := s.Up(); err != nil {
		t.Fatal(err)
	}
	if got := l.result(t, id); got != "P5" {
		t.Error(got)
	}
	s.Close()
	s.Close()
	if err := s.Up(); err != nil || len(s.Book()) != 1 {
		t.Error(err, s.Book())
	}
}
