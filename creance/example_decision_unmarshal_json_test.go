package creance_test

import (
	"encoding/json"
	"fmt"

	"github.com/quittance/quittance/creance"
)

func ExampleDecision_UnmarshalJSON() {
	var d creance.Decision
	err := json.Unmarshal([]byte(`{"eligible":true,"amount":"62.00","reasons":[{"code":"on_hold"}],"policy":"own@0123456789abcdef"}`), &d)
	fmt.Println(err)
	// Output:
	// decision: eligible contradicts reasons and policy
}
