package sipstest

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/fault"
	"github.com/quittance/quittance/acquirer/internal/loopback"
)

// Fault is something that goes wrong between the platform and whoever talks to it.
type Fault = fault.Fault

// Faults of a notification; what the browser brings back is never touched by them.
const (
	Lost      = fault.Lost      // never sent
	Doubled   = fault.Doubled   // sent twice
	Late      = fault.Late      // sent one hour later: by Advance or Tick, or by Release
	Reordered = fault.Reordered // overtaken by the next notification, or sent by Release
	Tampered  = fault.Tampered  // Data is changed, the seal is that of the true Data
	Forged    = fault.Forged    // sealed with another key
	Unsealed  = fault.Unsealed  // Seal is empty
)

// Faults of a call. See also [Server.Down] and [Server.Answer].
const (
	Timeout     = fault.Timeout     // carried out; the answer is held for Options.Delay, then the connection is cut
	ServerError = fault.ServerError // not carried out; HTTP 503
	Truncated   = fault.Truncated   // carried out; half of the answer, then the connection is cut
	Slow        = fault.Slow        // carried out; the right answer after Options.Delay
	Unreachable = fault.Unreachable // not carried out; the connection is reset without an answer. Down has it refused
)

// Faults of a session.
const (
	RedirectOnce  = fault.RedirectOnce  // its redirect data works once
	RedirectTwice = fault.RedirectTwice // its redirect data works twice
)

// Faults returns every fault, in a fixed order.
func Faults() []Fault { return fault.Faults() }

// OpValidate is the operation that asks for a payment of captureMode VALIDATION; the others have the names of package acquirer.
const OpValidate = "validate"

// ops are the operations that Inject and Answer name: paymentInit (either connector), getTransactionData, cancel, refund, validate.
var ops = []string{acquirer.OpBegin, acquirer.OpStatus, acquirer.OpCancel, acquirer.OpRefund, OpValidate}

// Inject makes something go wrong once. With an op ([acquirer.OpBegin], OpStatus, OpCancel, OpRefund, or [OpValidate]) the faults of a call
// strike the next call of that operation; with an empty op they strike the next call, the faults of a notification the next
// notification, and those of a session the next one opened. The faults of one Inject strike together; those of a second Inject
// wait for the call after. The error names an op or a fault that does not exist, or that do not go together.
func (s *Server) Inject(op string, faults ...Fault) error {
	if err := s.faults.Inject(ops, op, faults...); err != nil {
		return fmt.Errorf("sipstest: Inject: %w", err)
	}
	return nil
}

// Answer has the next call of an operation refused with a code of two digits, such as 99 or 90, and not carried out. A second
// Answer waits for the call after.
func (s *Server) Answer(op, code string) error {
	if len(code) != 2 || !hasOnly(code, digits) || code == "00" {
		return fmt.Errorf("sipstest: Answer: %.20q is not the code of a refusal", code)
	}
	if err := s.answers.Order(ops, op, code); err != nil {
		return fmt.Errorf("sipstest: Answer: %w", err)
	}
	return nil
}

// withFaults is the handler of one operation, with the faults and the codes that were injected for it. do gets the code with
// which to refuse the call, or an empty one.
func (s *Server) withFaults(op string, do func(w http.ResponseWriter, r *http.Request, refused string) reply) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		refused, _ := s.answers.Take(op)
		fs := s.faults.NextCall(op)
		has := func(f Fault) bool { return slices.Contains(fs, f) }
		switch {
		case has(Unreachable):
			loopback.Cut(w)
			return
		case has(ServerError):
			messagePage(http.StatusServiceUnavailable, "503 Service Unavailable", "").write(w)
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
			a.writeHeader(w)
			w.Write(a.body[:len(a.body)/2]) // less than was announced: net/http cuts the connection
		default:
			a.write(w)
		}
	}
}
