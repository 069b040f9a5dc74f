package inbox_test

import (
	"fmt"
	"time"

	"github.com/quittance/quittance/inbox"
)

func ExampleLongDate() {
	t := time.Date(2017, time.August, 31, 22, 30, 0, 0, time.UTC) // half past midnight in Paris
	fmt.Println(inbox.ShortDate(t))
	fmt.Println(inbox.MediumDate(t))
	fmt.Println(inbox.LongDate(t))
	fmt.Println(inbox.DateTime(t))
	// Output:
	// 01/09/2017
	// 1er sept. 2017
	// 1er septembre 2017
	// 01/09/2017 à 00:30
}
