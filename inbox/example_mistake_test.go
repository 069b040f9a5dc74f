package inbox_test

import (
	"errors"
	"fmt"
	"testing/fstest"

	"github.com/quittance/quittance/inbox"
)

// The linter reads what an integrator gives. Each mistake has its file and its line.
func ExampleMistake() {
	_, err := inbox.NewCatalog(fstest.MapFS{
		"fr/cancelled.txt": {Data: []byte("Paiement abandonné\n\nRecommencez vite!\nPayez sur www.exemple.fr\n")},
		"fr/expired.txt":   {Data: []byte("Etat du paiement\n\nC'est fini.\n")},
	})
	var first *inbox.Mistake
	if errors.As(err, &first) {
		fmt.Println(first.File, first.Line, first.Rule)
	}
	fmt.Println(err)
	// Output:
	// fr/cancelled.txt 3 spaces
	// inbox: NewCatalog: overlay 1: fr/cancelled.txt:3: no space within « e! »; write U+202F before the sign (spaces)
	// overlay 1: fr/cancelled.txt:4: it has a link, « www.exemple.fr »; whoever reads a letter with a link learns to trust the next one (links)
	// overlay 1: fr/expired.txt:1: « Etat » lacks the accent on its capital (capitals)
	// overlay 1: fr/expired.txt:3: a straight apostrophe in « C'est »; write ’ (apostrophes)
}
