package inbox_test

import (
	"fmt"

	"github.com/quittance/quittance/inbox"
)

func ExampleOrdinal() {
	fmt.Println(inbox.Ordinal(1, false), inbox.Ordinal(1, true), inbox.Ordinal(2, false))
	// Output:
	// 1er 1re 2e
}
