package main

import (
	_ "embed"
	"io/fs"
	"time"

	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/shopspring/decimal"
)

// body is a public body that is owed money: its rule, its words, its debts.
type body struct {
	policies creance.Policies
	editions []fs.FS                 // wordings laid over the library's own
	kinds    map[creance.Kind]string // those that a file of debts may name, in words
	takes    string                  // what the rule lets be paid, in words
	sender   inbox.Sender            // who writes the letters; Validate says what the law asks for and is missing (CRPA R112-11-1)
	menu     string                  // of the payer's account
	debts    []byte                  // the sample
	file     string                  // its name
	hasFilms bool                    // the source's scenes of 2017 are this body's
}

// bodies are what the flag -policy chooses from.
var bodies = map[string]body{
	// The fund of the source.
	"ameli": {
		policies: creance.Ameli(),
		// Those that cannot be paid here are among the kinds: what is not is a slip of the pen, and its payer must not be told that the
		// debt is of another kind.
		kinds: map[creance.Kind]string{
			creance.Participation: "Participations forfaitaires",
			creance.Franchise:     "Franchises",
			"indu":                "Indu",
			"penalite_financiere": "Pénalité financière",
		},
		takes: "les participations forfaitaires et les franchises",
		sender: inbox.Sender{
			Fund:          "CPAM de l’Exemple",
			PostalAddress: "12 rue de la Preuve\n99999 Exemple Cedex",
			CPAM:          true, // the telephone is the 36 46, with the tariff of the day: the letters are of 2018
		},
		menu:  "Accueil · Mes paiements · Ma messagerie · Mes démarches · Mon espace prévention · Mes informations", // the source's order (S50)
		debts: fundDebts, file: "debts.json", hasFilms: true,
	},

	// A town hall: another rule, other kinds of debt, other words, the same code.
	"cantine": {
		policies: creance.Policies{{
			Name:  "cantine",
			Since: time.Date(2018, time.January, 1, 0, 0, 0, 0, paris),
			Min:   decimal.New(1_00, -2), // PayFiP takes nothing below
			Max:   decimal.New(1000_00, -2),
			Kinds: []creance.Kind{canteen, childcare},
		}},
		editions: []fs.FS{inbox.PublicBody()},
		kinds: map[creance.Kind]string{
			canteen: "Restauration scolaire", childcare: "Accueil périscolaire", "amende": "Amende",
		},
		takes: "la restauration scolaire et l'accueil périscolaire",
		sender: inbox.Sender{
			Fund:          "Mairie de l’Exemple, régie de la cantine",
			PostalAddress: "1 place de la Preuve\n99999 Exemple",
			Telephone:     "01 99 00 12 34",
		},
		menu:  "Accueil · Mes factures · Ma messagerie · Mes démarches",
		debts: townDebts, file: "debts-cantine.json",
	},
}

// The kinds of debt of the town hall. A kind is the host's own word, and stays as it is once payments have it.
const (
	canteen   creance.Kind = "restauration_scolaire"
	childcare creance.Kind = "accueil_periscolaire"
)

//go:embed debts.json
var fundDebts []byte

//go:embed debts-cantine.json
var townDebts []byte
