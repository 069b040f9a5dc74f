package directtest

import "testing"

// Of several members that the contract does not have the first by name is told, however often the request is sent.
func TestUnknownMemberIsTheSameEveryTime(t *testing.T) {
	body := []byte(`{"order":{"z":1},"hostedCheckoutSpecificInput":{"y":1},"feedbacks":{"x":1}}`)
	for range 20 {
		if got := unknownMember(body); got != "feedbacks.x" {
			t.Fatalf("told %s, expected feedbacks.x", got)
		}
	}
}
