package payfiptest

import (
	"net/http"
	"strconv"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/loopback"
	"github.com/quittance/quittance/acquirer/internal/wire"
	"github.com/quittance/quittance/acquirer/payfip/internal/soap"
	"github.com/quittance/quittance/acquirer/preflight"
	"github.com/quittance/quittance/internal/paris"
)

// ops are the acquirer's names of the operations, under which faults are injected.
var ops = map[string]string{soap.Create: acquirer.OpBegin, soap.Detail: acquirer.OpStatus, soap.Client: preflight.Op}

// serveOperation answers the three operations, which share one address; the first element of the Body tells which one is meant.
func (s *Server) serveOperation(w http.ResponseWriter, r *http.Request) {
	if !isSentAsXML(r) {
		a := reply{status: http.StatusUnsupportedMediaType, contentType: "text/plain"}
		s.noteExchange(question{}, a, nil)
		a.write(w)
		return
	}
	q, err := readRequest(r)
	faults := s.faultsOf(ops[q.operation])
	if faults.hasFault(Unreachable) || faults.hasFault(CutBefore) {
		loopback.Cut(w)
		return
	}
	if a, struck := faults.replacementAnswer(); struck {
		s.noteExchange(q, a, nil)
		a.write(w)
		return
	}
	s.mu.Lock()
	habits := s.habits
	s.mu.Unlock()
	var members []pair
	var refused *Refusal
	switch {
	case err != nil:
		a := unreadableRequest(habits)
		s.noteExchange(q, a, nil)
		a.write(w)
		return
	case faults.refusal != nil:
		refused = faults.refusal
	default:
		members, refused = s.carryOut(q)
	}
	members = faults.falsifyMembers(members)
	a := renderAnswer(habits, q.operation, members, refused)
	s.noteExchange(q, a, maskedAnswer(habits, q.operation, members, refused))
	faults.deliverAnswer(w, r, s, a)
}

// carryOut executes the operation of a request under the lock.
func (s *Server) carryOut(q question) ([]pair, *Refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	switch q.operation {
	case soap.Create:
		return s.createSession(q.members, now)
	case soap.Detail:
		return s.sessionDetail(q.members["idOp"], now)
	}
	return s.clientNames(q.members["numCli"])
}

// createSession creates a session. Nothing is idempotent: the same reference twice makes two sessions.
func (s *Server) createSession(m map[string]string, now time.Time) ([]pair, *Refusal) {
	if refused := s.validateOrder(m, now); refused != nil {
		return nil, refused
	}
	cents, _ := strconv.ParseInt(m["montant"], 10, 64) // validateOrder has checked that these are at most eleven digits
	idOp := newIdOp(now, s.habits.TimeBased)
	for s.byID[idOp] != nil { // a time-based number may repeat while an injected clock stands still
		idOp = newIdOp(now, s.habits.TimeBased)
	}
	x := &session{uses: s.allowedOpenings(), Transaction: Transaction{
		IdOp: idOp, Mel: m["mel"], Objet: m["objet"], Numcli: m["numcli"], Refdet: m["refdet"], Exer: m["exer"],
		Saisie: m["saisie"], Cents: cents, NotifyURL: m["urlnotif"], ReturnURL: m["urlredirect"], CreatedAt: now,
	}}
	s.sessions, s.byID[x.IdOp] = append(s.sessions, x), x
	if s.habits.NotifyUndecided {
		s.pending = append(s.pending, notice{due: now.Add(notifyDelay), session: x, undecided: true})
	}
	return []pair{{"idOp", x.IdOp}}, nil
}

// findSession returns a session that is not deleted, or nil.
func (s *Server) findSession(idOp string, now time.Time) *session {
	x := s.byID[idOp]
	if x == nil {
		return nil
	}
	if x.deleteIfDue(now, s.o.PurgeAfter); x.Deleted {
		return nil
	}
	return x
}

// sessionDetail returns the result of a session, or refuses: P1 for an unknown session, P5 for one without a result yet.
func (s *Server) sessionDetail(idOp string, now time.Time) ([]pair, *Refusal) {
	x := s.findSession(idOp, now)
	switch {
	case x == nil || now.Sub(x.CreatedAt) < s.habits.SeenAfter:
		return nil, refusalOf("P1")
	case x.Letter == "" || now.Sub(x.DecidedAt) < s.habits.ReadableAfter:
		return nil, refusalOf("P5")
	}
	at := x.DecidedAt.In(paris.Location)
	return []pair{
		{"dattrans", at.Format("02012006")}, {"exer", x.Exer}, {"heurtrans", at.Format("1504")}, {"idOp", x.IdOp}, {"mel", x.Mel},
		{"montant", strconv.FormatInt(x.Cents, 10)}, {"numauto", x.Numauto}, {"numcli", x.Numcli}, {"objet", x.Objet},
		{"refdet", x.Refdet}, {"resultrans", x.Letter}, {"saisie", x.Saisie},
	}, nil
}

func (s *Server) clientNames(numcli string) ([]pair, *Refusal) {
	r := s.regies[numcli]
	switch {
	case len(numcli) != 6 || !wire.Digits(numcli, 6):
		return nil, refusalOf("T1")
	case r == nil:
		return nil, refusalOf("T2")
	}
	return []pair{{"libelleN1", r.Names[0]}, {"libelleN2", r.Names[1]}, {"libelleN3", r.Names[2]}, {"numcli", r.Numcli}}, nil
}
