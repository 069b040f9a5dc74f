package inbox_test

import (
	"fmt"

	"github.com/quittance/quittance/inbox"
	"golang.org/x/text/language"
)

// Zero is singular in French and plural in English.
func ExamplePlural() {
	for n := range 3 {
		fmt.Printf("%+q %+q\n", inbox.Plural(language.French, n, inbox.Forms{One: "jour", Other: "jours"}),
			inbox.Plural(language.English, n, inbox.Forms{One: "day", Other: "days"}))
	}
	// Output:
	// "0\u00a0jour" "0\u00a0days"
	// "1\u00a0jour" "1\u00a0day"
	// "2\u00a0jours" "2\u00a0days"
}
