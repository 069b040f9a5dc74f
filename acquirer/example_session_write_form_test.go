package acquirer_test

import (
	"fmt"
	"net/url"
	"os"

	"github.com/quittance/quittance/acquirer"
)

func ExampleSession_WriteForm() {
	session := acquirer.Session{URL: "https://kiosk.example/pay", Method: "POST", Fields: url.Values{"token": {"opaque"}}}
	fmt.Println("Content-Security-Policy: form-action", session.Origin())
	session.WriteForm(os.Stdout, acquirer.Form{Language: "en"})
	// Output:
	// Content-Security-Policy: form-action https://kiosk.example
	// <!DOCTYPE html>
	// <html lang="en">
	// <head>
	// <meta charset="utf-8">
	// <meta name="viewport" content="width=device-width, initial-scale=1">
	// <meta name="robots" content="noindex">
	// <title>Going to the payment page</title>
	// </head>
	// <body>
	// <main>
	// <h1>Going to the payment page</h1>
	// <p>You are being sent to the bank’s secure payment page. If nothing happens, use the button below.</p>
	// <form id="go" method="POST" action="https://kiosk.example/pay">
	// <input type="hidden" name="token" value="opaque">
	// <button type="submit">Continue to the payment page</button>
	// </form>
	// </main>
	// </body>
	// </html>
}
