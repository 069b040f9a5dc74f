package direct

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/wire"
	"github.com/quittance/quittance/internal/strictjson"
)

// event is the part of a webhook that is read. Unlike an answer it names the merchant.
type event struct {
	version, merchant, kind string
	hasPayment, hasRefund   bool

	paymentID, paymentReference, hostedCheckoutID           string
	refundReference, refundOperation, refundOutputOperation string // the merchant's reference, wherever the platform puts it
}

// eventFields are the strings of an event by their path.
var eventFields = map[[4]string]func(*event) *string{
	{"apiVersion"}:    func(e *event) *string { return &e.version },
	{"merchantId"}:    func(e *event) *string { return &e.merchant },
	{"type"}:          func(e *event) *string { return &e.kind },
	{"payment", "id"}: func(e *event) *string { return &e.paymentID },
	{"payment", "hostedCheckoutSpecificOutput", "hostedCheckoutId"}:        func(e *event) *string { return &e.hostedCheckoutID },
	{"payment", "paymentOutput", "references", "merchantReference"}:        func(e *event) *string { return &e.paymentReference },
	{"refund", "refundOutput", "references", "merchantReference"}:          func(e *event) *string { return &e.refundReference },
	{"refund", "operationReferences", "merchantReference"}:                 func(e *event) *string { return &e.refundOperation },
	{"refund", "refundOutput", "operationReferences", "merchantReference"}: func(e *event) *string { return &e.refundOutputOperation },
}

// eventParts are the optional objects of an event by their path.
var eventParts = map[[4]string]func(*event) *bool{
	{"payment"}: func(e *event) *bool { return &e.hasPayment },
	{"refund"}:  func(e *event) *bool { return &e.hasRefund },
}

// eventNames are the last keys of all paths; a look at them skips most members of an event.
var eventNames = func() map[string]bool {
	names := map[string]bool{}
	add := func(path [4]string) {
		last := ""
		for _, name := range path {
			last = cmp.Or(name, last)
		}
		names[last] = true
	}
	for path := range eventFields {
		add(path)
	}
	for path := range eventParts {
		add(path)
	}
	return names
}()

var errNoEvent = errors.New("it is neither an event nor an array of events")

// readEvents reads one event, or an array of events as one guide of the platform prints it (docs/direct.md §13.4).
func readEvents(body []byte) ([]event, error) {
	events := make([]event, 0, 1)
	array := 0 // number of keys before an event's own
	err := strictjson.Walk(string(body), func(path []string, v strictjson.Value) error {
		switch {
		case len(path) == 0 && v.Kind == strictjson.List:
			array = 1
			return nil
		case len(path) == array:
			if v.Kind != strictjson.Object && (v.Kind != strictjson.Null || array == 0) {
				return errNoEvent
			}
			events = append(events, event{})
			return nil
		}
		return events[len(events)-1].storePart(path[array:], v)
	})
	switch {
	case err != nil:
		return nil, wire.Problem("body", err.Error())
	case len(events) == 0:
		return nil, wire.Problem("body", "it is an empty array")
	}
	return events, nil
}

// storePart stores one member of the event. An unknown member is ignored, and null counts as absent.
func (e *event) storePart(path []string, v strictjson.Value) error {
	var at [4]string
	if len(path) > len(at) || v.Kind == strictjson.Null || !eventNames[path[len(path)-1]] {
		return nil
	}
	copy(at[:], path)
	if part := eventParts[at]; part != nil {
		if v.Kind != strictjson.Object {
			return errField(path)
		}
		*part(e) = true
	} else if field := eventFields[at]; field != nil {
		if v.Kind != strictjson.String {
			return errField(path)
		}
		*field(e) = v.Text
	}
	return nil
}

// errField names a field that has another type than the contract says, and not its value.
func errField(path []string) error {
	return fmt.Errorf("it is not an event: field %.60q has another type", path[len(path)-1])
}

// lookupKeys returns the reference and the handle by which the payment of an event is found. The id of a refund is not the id of a
// payment. The id of a payment may be the id of an operation, so [Client.Status] checks that it belongs to the session
// (docs/direct.md §13.5).
func (e event) lookupKeys() (reference string, h acquirer.Handle) {
	switch {
	case e.hasPayment:
		reference = e.paymentReference
		if isID(e.hostedCheckoutID) {
			h.Session = e.hostedCheckoutID
		}
		if isID(e.paymentID) {
			h.Payment = e.paymentID
		}
	case e.hasRefund:
		reference = cmp.Or(e.refundReference, e.refundOperation, e.refundOutputOperation)
	}
	if checkReference(reference) != nil {
		reference = ""
	}
	return reference, h
}
