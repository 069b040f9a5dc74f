package inbox

import (
	"embed"
	"io/fs"
)

//go:embed editions
var editions embed.FS

func editionFolder(name string) fs.FS {
	sub, err := fs.Sub(editions, "editions/"+name)
	if err != nil {
		panic(err) // only for a name that is no path
	}
	return sub
}

// Verbatim is the edition « verbatim », an overlay for [NewCatalog]: the source's words with its slips, as a deck of October
// 2023 shows them (S2, S80), with the telephone tariff of 2018 (S74). It has what the source has: the banners of S48 and S58,
// the acknowledgement of S65 to S74, its header, and S64, S77 and S78. All else stays as in the corrected edition, « courante ».
//
// It is for showing what the source has, not for payers of today. Its telephone costs 0,06 € a minute on every day, which has been
// untrue since 1 July 2020 and forbidden to social security bodies since 1 January 2021 (loi 2018-727, article 28). Its banner of a
// failure does not say whether money moved, and its acknowledgement lacks what CRPA R112-11-1 asks for; the latter is added below the
// source's words when [Sender] has it.
func Verbatim() fs.FS { return ownEdition{editionFolder("verbatim")} }

// PublicBody is the edition « collectivite », an overlay for [NewCatalog]: for a town hall, a school's canteen or any other body that is
// no fund of the Assurance Maladie. It speaks of no co-payment, no reimbursement and no compte ameli; the body's name, address and
// telephone come from [Sender], and above a letter from [Header].From. It has no reminder of its own: [Reminder] is for co-payments, and
// refuses every other debt. Without a telephone in Sender it names that of Allô Service Public.
func PublicBody() fs.FS { return ownEdition{editionFolder("collectivite")} }

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
