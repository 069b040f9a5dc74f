package inbox_test

import (
	"fmt"
	"strings"

	"github.com/quittance/quittance/inbox"
	"golang.org/x/text/language"
)

func ExampleMessage_Mail() {
	catalog, _ := inbox.NewCatalog()
	m, _ := catalog.Render(language.English, inbox.PaymentExpired{})
	for line := range strings.Lines(m.Mail()) {
		if strings.Contains(line, "<p ") {
			fmt.Print(line)
		}
	}
	// Output:
	// <p style="margin:0 0 16px">You ran out of time to pay.</p>
	// <p style="margin:0 0 16px">No money has been taken. The deadline on your notice does not change.</p>
	// <p style="margin:0 0 16px">You can try again from your account whenever you like.</p>
}
