package inbox_test

import (
	"fmt"
	"testing/fstest"

	"github.com/quittance/quittance/inbox"
)

// A mistake is found when the program starts, with its place.
func ExampleNewCatalog_mistake() {
	_, err := inbox.NewCatalog(fstest.MapFS{
		"fr/failed.txt": {Data: []byte("Échec\n\n{{if eq .State \"refused\"}}Montant\u00a0: {{.Montant}}{{end}}\n")},
	})
	fmt.Println(err)
	// Output:
	// inbox: NewCatalog: overlay 1: fr/failed.txt:3: executing "fr/failed.txt" at <.Montant>: can't evaluate field Montant in type *inbox.Facts
}
