package acquirer_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/quittance/quittance/acquirer"
)

// What is known about a call follows from its kind and its operation, and from nothing else.
func TestErrorFate(t *testing.T) {
	type fate struct{ Unknown, Retryable bool }
	final, again, maybe := fate{}, fate{Retryable: true}, fate{Unknown: true}
	kinds := []struct {
		kind                error
		move, status, parse fate
	}{
		{acquirer.ErrInvalid, final, final, final},
		{acquirer.ErrConfiguration, final, final, final},
		{acquirer.ErrReferenceUsed, final, final, final},
		{acquirer.ErrUnavailable, again, again, again},
		{acquirer.ErrUnanswered, maybe, again, final},
		{acquirer.ErrUnverified, maybe, final, final},
		{acquirer.ErrNotFound, final, final, final},
		{acquirer.ErrConflict, final, final, final},
		{acquirer.ErrUnsupported, final, final, final},
		{errors.New("a kind of tomorrow"), maybe, final, final},
		{nil, maybe, final, final},
	}
	for _, k := range kinds {
		for op, want := range map[string]fate{
			acquirer.OpBegin: k.move, acquirer.OpCancel: k.move, acquirer.OpRefund: k.move, "an operation of tomorrow": k.move,
			acquirer.OpStatus: k.status, acquirer.OpParse: k.parse,
		} {
			e := &acquirer.Error{Op: op, Kind: k.kind}
			if diff := cmp.Diff(want, fate{e.OutcomeUnknown(), e.Retryable()}); diff != "" {
				t.Errorf("%s, %v (-want +got):\n%s", op, k.kind, diff)
			}
			if e.OutcomeUnknown() && e.Retryable() {
				t.Errorf("%s, %v: a call that may have moved money must not be repeated", op, k.kind)
			}
		}
	}
}

func TestErrorText(t *testing.T) {
	tests := []struct {
		err  acquirer.Error
		want string
	}{
		{acquirer.Error{Op: "parse", Kind: acquirer.ErrUnverified}, "acquirer: parse: seal missing or wrong"},
		{
			acquirer.Error{
				Op: "refund", Reference: "PCLCB172540000004", Code: "24", Kind: acquirer.ErrConflict,
				Err: errors.New("the transaction is TO_CAPTURE"),
			},
			"acquirer: refund PCLCB172540000004: not in this state (code 24): the transaction is TO_CAPTURE",
		},
		{
			acquirer.Error{Op: "begin", Code: "12", Field: "amount", Kind: acquirer.ErrInvalid},
			"acquirer: begin: invalid request (code 12, field amount)",
		},
		{acquirer.Error{Op: "begin", Field: "Amount", Kind: acquirer.ErrInvalid}, "acquirer: begin: invalid request (field Amount)"},
		{acquirer.Error{Op: "status"}, "acquirer: status"},
	}
	for _, tt := range tests {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

func TestErrorUnwrap(t *testing.T) {
	err := fmt.Errorf("begin the payment: %w", &acquirer.Error{Op: "begin", Kind: acquirer.ErrUnanswered, Err: io.ErrUnexpectedEOF})
	for _, target := range []error{acquirer.ErrUnanswered, io.ErrUnexpectedEOF} {
		if !errors.Is(err, target) {
			t.Errorf("errors.Is does not find %v", target)
		}
	}
	if errors.Is(err, acquirer.ErrNotFound) {
		t.Error("errors.Is finds ErrNotFound in an unanswered call")
	}
	if diff := cmp.Diff([]error(nil), (&acquirer.Error{Op: "begin"}).Unwrap(), cmpopts.EquateErrors()); diff != "" {
		t.Errorf("an error without kind and cause unwraps to something (-want +got):\n%s", diff)
	}
}

// What an acquirer does not offer is found by the standard library's name too.
func TestErrUnsupported(t *testing.T) {
	err := fmt.Errorf("give back: %w", &acquirer.Error{Op: acquirer.OpRefund, Kind: acquirer.ErrUnsupported})
	if !errors.Is(err, acquirer.ErrUnsupported) || !errors.Is(err, errors.ErrUnsupported) || !strings.HasSuffix(err.Error(), ": not supported") {
		t.Error(err)
	}
	if errors.Is(errors.ErrUnsupported, acquirer.ErrUnsupported) {
		t.Error("whatever is not supported would be the acquirer's")
	}
}
