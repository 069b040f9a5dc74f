package inbox

import "io/fs"

// ownEdition is an overlay of ours. Its bytes are part of the program: a test proves each of them, laid over « courante » alone, as
// NewCatalog proves a stranger's.
type ownEdition struct{ fs.FS }

// areProven reports whether a test has proven what these overlays make.
func areProven(overlays []fs.FS) bool {
	if len(overlays) != 1 {
		return len(overlays) == 0
	}
	_, ours := overlays[0].(ownEdition)
	return ours
}
