package inbox_test

import (
	"fmt"
	"time"

	"github.com/quittance/quittance/inbox"
)

func ExampleLongTime() {
	t := time.Date(2017, time.September, 11, 13, 54, 0, 0, time.UTC)
	fmt.Printf("%s %+q\n", inbox.ClockTime(t), inbox.LongTime(t))
	// Output:
	// 15:54 "15\u00a0h\u00a054"
}
