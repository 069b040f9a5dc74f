package creance_test

import (
	"encoding/json"
	"fmt"

	"github.com/quittance/quittance/creance"
)

// A file written by hand has commas; the error says where.
func ExampleDebt_UnmarshalJSON() {
	var d creance.Debt
	err := json.Unmarshal([]byte(`{"id": "D-1", "debtor": "assure-17", "items": [{"kind": "franchise", "year": 2022, "amount": "50,00"}]}`), &d)
	fmt.Println(err)
	// Output:
	// debt "D-1": items[0]: the amount is not a number of euros such as "50.00"
}
