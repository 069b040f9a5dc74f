package inbox_test

import (
	"fmt"

	"github.com/quittance/quittance/inbox"
)

func ExampleSender_Validate() {
	fmt.Println(inbox.Sender{Fund: "CPAM de l’Exemple", Telephone: "39 39"}.Validate())
	// Output:
	// inbox: Sender: PostalAddress and EmailAddress are empty: an acknowledgement gives one of them (CRPA R112-11-1)
	// inbox: Sender: TelephoneAbroad is empty, and Telephone cannot be dialled from abroad (CRPA L112-11)
}
