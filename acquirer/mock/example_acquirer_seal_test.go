package mock_test

import (
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/shopspring/decimal"
)

// Seal says what the bank itself would not say.
func ExampleAcquirer_Seal() {
	bank := &mock.Acquirer{}
	said := acquirer.Result{Reference: "PCLCB172540000004", Amount: decimal.New(1, -2), Outcome: acquirer.Accepted}
	callback, _ := bank.Seal(said, acquirer.Notify)
	result, err := bank.Parse(callback)
	fmt.Println(result.Outcome, result.Amount, err)
	_, err = bank.Parse(mock.Spoil(callback, mock.Tampered))
	fmt.Println(err)
	// Output:
	// accepted 0.01 <nil>
	// acquirer: parse: seal missing or wrong: the seal is not that of the data
}
