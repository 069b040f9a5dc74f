package directtest

import (
	"fmt"
	"net/http"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/fault"
)

// Fault is something that goes wrong between the platform and whoever talks to it.
type Fault = fault.Fault

// Faults of a webhook; what the browser brings back is never touched by them.
const (
	Lost      = fault.Lost      // never sent
	Doubled   = fault.Doubled   // sent twice
	Late      = fault.Late      // sent one hour later: by Advance or Tick, or by Release
	Reordered = fault.Reordered // overtaken by the next webhook, or sent by Release
	Tampered  = fault.Tampered  // the body is changed, the signature is that of the true body
	Forged    = fault.Forged    // signed with another secret
	Unsealed  = fault.Unsealed  // without X-GCS-Signature

	Array       Fault = "array"        // the event stands in an array of one (docs/direct.md §15)
	UnknownType Fault = "unknown_type" // of a type that nobody knows
	WrongKeyID  Fault = "wrong_key_id" // the key id is not one of the merchant's
)

// Faults of a call. See also [Server.Down] and [Server.Answer].
const (
	Timeout     = fault.Timeout     // carried out; the answer is held for Options.Delay, then the connection is cut
	ServerError = fault.ServerError // not carried out; HTTP 503
	Truncated   = fault.Truncated   // carried out; half of the answer, then the connection is cut
	Slow        = fault.Slow        // carried out; the right answer after Options.Delay. Meanwhile its idempotence key is running
	Unreachable = fault.Unreachable // not carried out; the connection is reset without an answer. Down has it refused

	BrokenAfter     Fault = "broken_after"      // carried out; HTTP 500, which is also what the idempotence key is answered from then on
	BadGateway      Fault = "bad_gateway"       // carried out; HTTP 502 with a page of HTML
	HTML            Fault = "html"              // carried out; HTTP 200 with a page of HTML
	Redirected      Fault = "redirected"        // not carried out; HTTP 302
	TooMany         Fault = "too_many"          // not carried out; HTTP 429
	UnknownID       Fault = "unknown_id"        // not carried out; HTTP 404 that says 500 inside (docs/direct.md §7.1)
	ProblemJSON     Fault = "problem_json"      // not carried out; HTTP 400 as application/problem+json
	GatewayError    Fault = "gateway_error"     // not carried out; HTTP 403 in the gateway's shape
	StillRunning    Fault = "still_running"     // not carried out; HTTP 409 with 1409
	TrickledOneByte Fault = "trickled_one_byte" // carried out; the answer's second half after Options.Delay
)

// Faults of a session.
const (
	RedirectOnce  = fault.RedirectOnce  // its address works once
	RedirectTwice = fault.RedirectTwice // its address works twice
)

// own are the faults that only this platform has.
var own = []struct {
	fault  Fault
	target fault.Target
}{
	{Array, fault.OnNotification}, {UnknownType, fault.OnNotification}, {WrongKeyID, fault.OnNotification},
	{BrokenAfter, fault.OnCall}, {BadGateway, fault.OnCall}, {HTML, fault.OnCall}, {Redirected, fault.OnCall}, {TooMany, fault.OnCall},
	{UnknownID, fault.OnCall}, {ProblemJSON, fault.OnCall}, {GatewayError, fault.OnCall}, {StillRunning, fault.OnCall}, {TrickledOneByte, fault.OnCall},
}

// Faults returns every fault, in a fixed order.
func Faults() []Fault {
	all := fault.Faults()
	for _, f := range own {
		all = append(all, f.fault)
	}
	return all
}

// Strikes says what a fault strikes: "notification", "call" or "session"; it is empty for a string that is no fault.
func Strikes(f Fault) string { return string(targetOf(f)) }

// targetOf returns what a fault strikes; empty for a string that is no fault.
func targetOf(f Fault) fault.Target {
	for _, o := range own {
		if o.fault == f {
			return o.target
		}
	}
	return f.Target()
}

// ops are the operations by which a fault is told where to strike: createHostedCheckout (begin), cancel, refund, and every
// other call (status).
var ops = []string{acquirer.OpBegin, acquirer.OpStatus, acquirer.OpCancel, acquirer.OpRefund}

// Inject makes something go wrong once. With an op ([acquirer.OpBegin], OpStatus, OpCancel, OpRefund) the faults of a call
// strike the next call of that operation; with an empty op they strike the next call, the faults of a webhook the next webhook,
// and those of a session the next one opened. The faults of one Inject strike together; those of a second Inject wait for the
// call after. The error names an op or a fault that does not exist, or that do not go together.
func (s *Server) Inject(op string, faults ...Fault) error {
	if err := s.faults.Inject(ops, op, faults...); err != nil {
		return fmt.Errorf("directtest: Inject: %w", err)
	}
	return nil
}

// An answer is a refusal that was ordered.
type answer struct {
	status int
	code   string
}

// Answer has the next call of an operation refused with an HTTP status and an errorCode of eight digits, or "1409", in the
// application's shape, and not carried out. A key of idempotence is answered so from then on. A second Answer waits for the
// call after.
func (s *Server) Answer(op string, status int, code string) error {
	if status < 400 || status > 599 || http.StatusText(status) == "" {
		return fmt.Errorf("directtest: Answer: %d is not the status of a refusal", status)
	}
	if err := s.answers.Order(ops, op, answer{status, code}); err != nil {
		return fmt.Errorf("directtest: Answer: %w", err)
	}
	return nil
}
