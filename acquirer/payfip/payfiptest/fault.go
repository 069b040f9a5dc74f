package payfiptest

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/fault"
	"github.com/quittance/quittance/acquirer/internal/loopback"
	"github.com/quittance/quittance/acquirer/payfip/internal/soap"
)

// Fault is something that goes wrong between the platform and whoever talks to it. Those of all simulators have the same names; a
// notification of PayFiP has no seal, so it is never forged or unsealed.
type Fault = fault.Fault

// Faults of a notification; what the browser brings back is never touched by them.
const (
	Lost      = fault.Lost      // never sent
	Doubled   = fault.Doubled   // sent twice
	Late      = fault.Late      // sent one hour later: by Advance or Tick, or by Release
	Reordered = fault.Reordered // overtaken by the next notification, or sent by Release
	Tampered  = fault.Tampered  // it brings another session's number
)

// Faults of a call. See also [Server.Down] and [Server.Answer].
const (
	Timeout     = fault.Timeout     // carried out; the answer is held for Options.Delay, then the connection is cut
	ServerError = fault.ServerError // not carried out; HTTP 503
	Truncated   = fault.Truncated   // carried out; half of the answer, then the connection is cut
	Slow        = fault.Slow        // carried out; the right answer after Options.Delay
	Unreachable = fault.Unreachable // not carried out; the connection is reset without an answer. Down has it refused

	BadGateway   Fault = "bad_gateway"   // not carried out; 502 and a page, as a proxy's
	Empty        Fault = "empty"         // not carried out; 200 without a body
	Maintenance  Fault = "maintenance"   // not carried out; a page at 200
	CutBefore    Fault = "cut_before"    // not carried out; the request is read, then the connection is cut
	CutAfter     Fault = "cut_after"     // carried out; the connection is cut instead of an answer
	WithDoctype  Fault = "doctype"       // carried out; the answer has a document type
	WithLatin1   Fault = "latin1"        // carried out; the answer says that it is in ISO-8859-1, and is
	WithTwice    Fault = "twice"         // carried out; each member of the answer stands twice, with another value the second time
	OtherSession Fault = "other_session" // carried out; the answer is about another session
	OtherAmount  Fault = "other_amount"  // carried out; the amount in the answer ends in another digit
	OtherRegie   Fault = "other_regie"   // carried out; the answer is of another client number
	OtherSaisie  Fault = "other_saisie"  // carried out; the answer is of another mode of entry
)

// Faults of a session: how often its page opens.
const (
	RedirectOnce  = fault.RedirectOnce  // once, as always
	RedirectTwice = fault.RedirectTwice // twice
)

// own are the faults of a call that other simulators do not have.
var own = []Fault{
	BadGateway, Empty, Maintenance, CutBefore, CutAfter, WithDoctype, WithLatin1, WithTwice,
	OtherSession, OtherAmount, OtherRegie, OtherSaisie,
}

// Faults returns every fault that this platform has, in a fixed order.
func Faults() []Fault {
	return append(slices.DeleteFunc(fault.Faults(), func(f Fault) bool { return f == fault.Forged || f == fault.Unsealed }), own...)
}

// targetOf returns what a fault strikes; empty for a fault that the simulator does not have.
func targetOf(f Fault) fault.Target {
	if slices.Contains(own, f) {
		return fault.OnCall
	}
	if !slices.Contains(Faults(), f) {
		return ""
	}
	return f.Target()
}

// Inject makes something go wrong once. With an op ([acquirer.OpBegin], OpStatus, or "doctor") the faults of a call strike the next
// call of that operation; with an empty op they strike the next call, the faults of a notification the next notification, and
// those of a session the next one created. The faults of one Inject strike together; those of a second Inject wait for the call
// after. The error names an op or a fault that does not exist, or that do not go together.
func (s *Server) Inject(op string, faults ...Fault) error {
	for _, f := range faults {
		if targetOf(f) == "" {
			return fmt.Errorf("payfiptest: Inject: there is no fault %.20q: %w", string(f), acquirer.ErrUnsupported)
		}
	}
	if err := s.faults.Inject(slices.Collect(maps.Values(ops)), op, faults...); err != nil {
		return fmt.Errorf("payfiptest: Inject: %w", err)
	}
	return nil
}

// Answer has the next call of an operation answered with an error element, and not carried out. A second Answer waits for the call after.
func (s *Server) Answer(op string, r Refusal) error {
	elements := []string{"", soap.FunctionalError, soap.BreakdownError, soap.UnavailableError, soap.ProtocolError}
	if !slices.Contains(elements, r.Element) {
		return fmt.Errorf("payfiptest: Answer: there is no error element %.40q", r.Element)
	}
	if err := s.answers.Order(slices.Collect(maps.Values(ops)), op, r); err != nil {
		return fmt.Errorf("payfiptest: Answer: %w", err)
	}
	return nil
}

// allowedOpenings returns how often the page of a new session may be opened: once, or twice under [RedirectTwice], which is used up.
func (s *Server) allowedOpenings() int {
	if slices.Contains(s.faults.Next(fault.OnSession), RedirectTwice) {
		return 2
	}
	return 1
}

// callFaults are the faults of one call, and the refusal that a test has ordered for it.
type callFaults struct {
	faults  []Fault
	refusal *Refusal
}

// faultsOf takes what was injected for a call out of the queues. A request that could not be read has no operation, so only faults for
// any call strike it.
func (s *Server) faultsOf(op string) callFaults {
	c := callFaults{faults: s.faults.NextCall(op)}
	if r, ordered := s.answers.Take(op); ordered {
		c.refusal = &r
	}
	return c
}

func (c callFaults) hasFault(f Fault) bool { return slices.Contains(c.faults, f) }

// replacementAnswer returns the answer that a fault gives in place of the operation, if there is such a fault.
func (c callFaults) replacementAnswer() (reply, bool) {
	page := func(status int, text string) reply {
		const page = "<!DOCTYPE html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>"
		return reply{status, "text/html; charset=utf-8", fmt.Appendf(nil, page, text, text)}
	}
	switch {
	case c.hasFault(ServerError):
		return page(http.StatusServiceUnavailable, "503 Service Unavailable"), true
	case c.hasFault(BadGateway):
		return page(http.StatusBadGateway, "502 Bad Gateway"), true
	case c.hasFault(Empty):
		return reply{http.StatusOK, xmlType, nil}, true
	case c.hasFault(Maintenance):
		return page(http.StatusOK, "Service en maintenance"), true
	}
	return reply{}, false
}

// falsifyMembers returns a copy of the answer's members with the values that the faults make wrong.
func (c callFaults) falsifyMembers(members []pair) []pair {
	changed := slices.Clone(members)
	for i, m := range changed {
		switch {
		case c.hasFault(OtherSession) && m.name == "idOp":
			changed[i].value = newIdOp(time.Time{}, false)
		case c.hasFault(OtherAmount) && m.name == "montant":
			changed[i].value = m.value[:len(m.value)-1] + string('0'+(m.value[len(m.value)-1]-'0'+1)%10)
		case c.hasFault(OtherRegie) && m.name == "numcli":
			changed[i].value = "999999"
		case c.hasFault(OtherSaisie) && m.name == "saisie":
			changed[i].value = map[string]string{"W": "T"}[m.value]
			if changed[i].value == "" {
				changed[i].value = "W"
			}
		}
	}
	if c.hasFault(WithTwice) {
		for _, m := range members {
			changed = append(changed, pair{m.name, m.value + "0"})
		}
	}
	return changed
}

// deliverAnswer sends an answer, with the faults that strike the transport.
func (c callFaults) deliverAnswer(w http.ResponseWriter, r *http.Request, s *Server, a reply) {
	const declaration = `<?xml version='1.0' encoding='UTF-8'?>`
	if c.hasFault(WithDoctype) {
		a.body = bytes.Replace(a.body, []byte(declaration), []byte(declaration+`<!DOCTYPE Envelope SYSTEM "http://127.0.0.1:1/none.dtd">`), 1)
	}
	if c.hasFault(WithLatin1) {
		a.body = encodeLatin1(strings.Replace(string(a.body), "UTF-8", "ISO-8859-1", 1))
	}
	if (c.hasFault(Timeout) || c.hasFault(Slow)) && !loopback.Hold(r, s.o.Delay) {
		loopback.Cut(w)
		return
	}
	switch {
	case c.hasFault(Timeout), c.hasFault(CutAfter):
		loopback.Cut(w)
	case c.hasFault(Truncated):
		a.writeHeader(w)
		w.Write(a.body[:len(a.body)/2]) // less than was announced: net/http cuts the connection
	default:
		a.write(w)
	}
}

func encodeLatin1(s string) []byte {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			r = '?'
		}
		b = append(b, byte(r))
	}
	return b
}
