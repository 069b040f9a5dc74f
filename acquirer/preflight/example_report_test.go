package preflight_test

import (
	"errors"
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/preflight"
)

// A program prints the report of a client's Doctor, and does not start with what is wrong. What could not be checked keeps nobody
// from starting.
func ExampleReport() {
	report := preflight.Report{Checks: []preflight.Check{
		{Name: "settings", Verdict: preflight.Right, Text: "the merchant takes cards in euros"},
		{Name: "clock", Verdict: preflight.Wrong, Text: "this machine is seven minutes behind the platform"},
		{Name: "notification", Verdict: preflight.Unsure, Text: "whether the platform reaches NotifyURL cannot be asked"},
	}}
	fmt.Print(report)
	fmt.Println(report.OK(), errors.Is(report.Err(), acquirer.ErrConfiguration))
	// Output:
	// right   settings: the merchant takes cards in euros
	// wrong   clock: this machine is seven minutes behind the platform
	// unsure  notification: whether the platform reaches NotifyURL cannot be asked
	// false true
}
