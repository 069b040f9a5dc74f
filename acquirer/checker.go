package acquirer

// Checker is a [Client] that says of an order, without sending anything, whether it could be begun: a service asks once when it
// starts, so that an address or a prefix which the acquirer never takes stops the start and not every payment.
type Checker interface {
	// Check returns what Begin would return for an order that is refused before it is sent, or nil. It is pure.
	Check(o Order) error
}
