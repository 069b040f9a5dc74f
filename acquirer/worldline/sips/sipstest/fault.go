package sipstest

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/acquirer/internal/loopback"
)

// Fault is something that goes wrong between the platform and whoever talks to it.
type Fault = bank.Fault

// Faults of a notification; what the browser brings back is never touched by them.
const (
	Lost      = bank.Lost      // never sent
	Doubled   = bank.Doubled   // sent twice
	Late      = bank.Late      // sent one hour later: by Advance or Tick, or by Release
	Reordered = bank.Reordered // overtaken by the next notification, or sent by Release
	Tampered  = bank.Tampered  // Data is changed, the seal is that of the true Data
	Forged    = bank.Forged    // sealed with another key
	Unsealed  = bank.Unsealed  // Seal is empty
)

// Faults of a call. See also [Server.Down] and [Server.Answer].
const (
	Timeout     = bank.Timeout     // carried out; the answer is held for Options.Delay, then the connection is cut
	ServerError = bank.ServerError // not carried out; HTTP 503
	Truncated   = bank.Truncated   // carried out; half of the answer, then the connection is cut
	Slow        = bank.Slow        // carried out; the right answer after Options.Delay
	Unreachable = bank.Unreachable // not carried out; the connection is reset without an answer. Down has it refused
)

// Faults of a session.
const (
	RedirectOnce  = bank.RedirectOnce  // its redirect data works once
	RedirectTwice = bank.RedirectTwice // its redirect data works twice
)

// Faults returns every fault, in a fixed order.
func Faults() []Fault { return bank.Faults() }

// ops are the operations by which a fault is told where to strike: paymentInit (either connector), getTransactionData, cancel, refund.
var ops = []string{acquirer.OpBegin, acquirer.OpStatus, acquirer.OpCancel, acquirer.OpRefund}

// Inject makes something go wrong once. With an op ([acquirer.OpBegin], OpStatus, OpCancel, OpRefund) the faults of a call
// strike the next call of that operation; with an empty op they strike the next call, the faults of a notification the next
// notification, and those of a session the next one opened. The faults of one Inject strike together; those of a second Inject
// wait for the call after. The error names an op or a fault that does not exist, or that do not go together.
func (s *Server) Inject(op string, faults ...Fault) error {
	if op != "" && !slices.Contains(ops, op) {
		return fmt.Errorf("sipstest: Inject: there is no operation %.20q", op)
	}
	for _, f := range faults {
		switch t := f.Target(); {
		case t == "":
			return fmt.Errorf("sipstest: Inject: there is no fault %.20q", string(f))
		case op != "" && t != bank.OnCall:
			return fmt.Errorf("sipstest: Inject: %s strikes no call; inject it with an empty op", f)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range []bank.Target{bank.OnCall, bank.OnNotification, bank.OnSession} {
		queue := string(t)
		if t == bank.OnCall && op != "" {
			queue = op
		}
		if fs := bank.Strikes(t, faults); len(fs) > 0 {
			s.injected[queue] = append(s.injected[queue], fs)
		}
	}
	return nil
}

// Answer has the next call of an operation refused with a code of two digits, such as 99 or 90, and not carried out. A second
// Answer waits for the call after.
func (s *Server) Answer(op, code string) error {
	switch {
	case !slices.Contains(ops, op):
		return fmt.Errorf("sipstest: Answer: there is no operation %.20q", op)
	case len(code) != 2 || !only(code, digits) || code == "00":
		return fmt.Errorf("sipstest: Answer: %.20q is not the code of a refusal", code)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[op] = append(s.answers[op], code)
	return nil
}

// pop takes the first element out of a queue.
func pop[T any](queues map[string][]T, name string) (first T) {
	q := queues[name]
	if len(q) == 0 {
		return first
	}
	queues[name] = q[1:]
	if len(q) == 1 {
		delete(queues, name)
	}
	return q[0]
}

// next takes the first faults out of a queue.
func (s *Server) next(queue string) []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(pop(s.injected, queue))
}

// A reply is an answer before it is on the wire.
type reply struct {
	status      int
	contentType string
	body        []byte
}

// call answers the requests of one operation over a line that may be bad. refused is the code with which the call is to be
// refused, or empty.
func (s *Server) call(op string, do func(w http.ResponseWriter, r *http.Request, refused string) reply) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		refused := pop(s.answers, op)
		fs := slices.Concat(pop(s.injected, op), pop(s.injected, string(bank.OnCall)))
		s.mu.Unlock()
		has := func(f Fault) bool { return slices.Contains(fs, f) }
		switch {
		case has(Unreachable):
			loopback.Cut(w)
			return
		case has(ServerError):
			page(http.StatusServiceUnavailable, "503 Service Unavailable", "").write(w)
			return
		}
		a := do(w, r, refused)
		if (has(Timeout) || has(Slow)) && !loopback.Hold(r, s.o.Delay) {
			loopback.Cut(w)
			return
		}
		switch {
		case has(Timeout):
			loopback.Cut(w)
		case has(Truncated):
			a.head(w)
			w.Write(a.body[:len(a.body)/2]) // less than was announced: net/http cuts the connection
		default:
			a.write(w)
		}
	}
}

func (a reply) head(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", a.contentType)
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	w.WriteHeader(a.status)
}

func (a reply) write(w http.ResponseWriter) {
	a.head(w)
	w.Write(a.body)
}
