package inbox_test

import (
	"fmt"
	"time"

	"github.com/quittance/quittance/inbox"
)

// Six months after 31 August there is no 31 February.
func ExampleDeletionDate() {
	fmt.Println(inbox.ShortDate(inbox.DeletionDate(time.Date(2018, time.July, 5, 6, 52, 0, 0, time.UTC), 6)))
	fmt.Println(inbox.ShortDate(inbox.DeletionDate(time.Date(2023, time.August, 31, 6, 52, 0, 0, time.UTC), 6)))
	// Output:
	// 05/01/2019
	// 29/02/2024
}
