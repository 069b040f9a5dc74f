package inbox_test

import (
	"fmt"

	"github.com/quittance/quittance/inbox"
)

// Where the words of a catalog come from.
func ExampleCatalog_Texts() {
	catalog, _ := inbox.NewCatalog(inbox.Verbatim())
	for _, x := range catalog.Texts() {
		if x.Language == "fr" && (x.Name == "accepted" || x.Name == "telephone") {
			fmt.Println(x.Edition, x.File, inbox.ShortDate(x.ValidFrom), x.Sources, x.Exempt)
		}
	}
	// Output:
	// verbatim fr/accepted.txt 11/09/2017 [S4 S48] [apostrophes]
	// verbatim fr/telephone.txt 05/07/2018 [S74] [spaces apostrophes]
}
