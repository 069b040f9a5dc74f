package inbox_test

import (
	"fmt"

	"github.com/quittance/quittance/inbox"
)

func ExampleMessage_Plain() {
	m := inbox.Message{Text: "Montant\u00a0: 62,00\u00a0€. C’est noté\u202f!"}
	fmt.Printf("%+q\n", m.Plain())
	// Output:
	// "Montant : 62,00 \u20ac. C'est not\u00e9 !"
}
