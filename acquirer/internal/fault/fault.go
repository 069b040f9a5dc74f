package fault

import "slices"

// Fault is something that goes wrong between the bank and whoever talks to it. The strings are frozen.
type Fault string

// Faults of a notification. What the payer's browser brings back is never touched by them.
const (
	// Lost: the notification is never sent.
	Lost Fault = "lost"
	// Doubled: it is sent twice.
	Doubled Fault = "doubled"
	// Late: it is sent an hour later by the bank's clock ([LateBy]), or when it is released.
	Late Fault = "late"
	// Reordered: the next notification overtakes it; without a next one it waits until it is released.
	Reordered Fault = "reordered"
	// Tampered: its content was changed on the way, the seal is that of the true content.
	Tampered Fault = "tampered"
	// Forged: its seal was made with another key.
	Forged Fault = "forged"
	// Unsealed: it has no seal.
	Unsealed Fault = "unsealed"
)

// Faults of a call: begin, status, cancel, refund.
const (
	// Timeout: the call is carried out, the money has moved, and no answer comes.
	Timeout Fault = "timeout"
	// ServerError: the answer is an HTTP 5xx. The call was not carried out, which the caller cannot know.
	ServerError Fault = "server_error"
	// Truncated: the call is carried out, and the answer breaks off in the middle.
	Truncated Fault = "truncated"
	// Slow: the call is carried out, and the answer takes its time. It is right when it comes.
	Slow Fault = "slow"
	// Unreachable: no connection; certainly nothing was carried out.
	Unreachable Fault = "unreachable"
)

// Faults of a session, fixed when it is opened. Without them its redirect data works as often as the payer loads the page.
const (
	// RedirectOnce: the redirect data opens the payment page once; a reload finds nothing.
	RedirectOnce Fault = "redirect_once"
	// RedirectTwice: the redirect data opens the payment page twice, as with two tabs; the third time it finds nothing.
	RedirectTwice Fault = "redirect_twice"
)

// Target is what a fault strikes.
type Target string

const (
	OnNotification Target = "notification"
	OnCall         Target = "call"
	OnSession      Target = "session"
)

var faults = []struct {
	fault  Fault
	target Target
}{
	{Lost, OnNotification},
	{Doubled, OnNotification},
	{Late, OnNotification},
	{Reordered, OnNotification},
	{Tampered, OnNotification},
	{Forged, OnNotification},
	{Unsealed, OnNotification},
	{Timeout, OnCall},
	{ServerError, OnCall},
	{Truncated, OnCall},
	{Slow, OnCall},
	{Unreachable, OnCall},
	{RedirectOnce, OnSession},
	{RedirectTwice, OnSession},
}

// Faults returns every fault, in a fixed order.
func Faults() []Fault {
	all := make([]Fault, len(faults))
	for i, f := range faults {
		all[i] = f.fault
	}
	return all
}

// Target says what f strikes; it is empty for a string that is no fault.
func (f Fault) Target() Target {
	for _, e := range faults {
		if e.fault == f {
			return e.target
		}
	}
	return ""
}

// Strikes returns those of the faults that strike t.
func Strikes(t Target, fs []Fault) []Fault {
	return slices.DeleteFunc(slices.Clone(fs), func(f Fault) bool { return f.Target() != t })
}

// Uses is how often the redirect data of a session with these faults works; 0: without limit.
func Uses(fs []Fault) int {
	switch {
	case slices.Contains(fs, RedirectOnce):
		return 1
	case slices.Contains(fs, RedirectTwice):
		return 2
	}
	return 0
}
