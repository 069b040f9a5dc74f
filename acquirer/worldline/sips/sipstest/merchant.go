package sipstest

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Numbering says who makes the transactionReference of a shop.
type Numbering string

const (
	ByMerchant Numbering = "merchant" // the shop does, and must
	ByPlatform Numbering = "platform" // Sips does, whatever the shop sends
	ByS10      Numbering = "s10"      // the shop sends s10TransactionReference, as with Sips 1.0, and Sips makes the reference of it
)

// Merchant is a shop that the platform knows.
type Merchant struct {
	ID              string         // 1 to 15 digits
	Name            string         // what the payer reads; zero: "CPAM Test 2 (INTEGRATION)"
	Keys            map[int]string // the secret keys by keyVersion, from 1; each is used as the text that it is
	Numbering       Numbering      // zero: ByMerchant
	SeveralAttempts bool           // the option "new payment attempt": several cards on one reference
	Screening       Screening      // what the fraud engine says of its cards; zero: there is none

	// NotifiedIn is the version of the notifications of a request in 2.x that asks for none, such as "HP_2.4": they have the fields
	// that this version has. Zero: that of the request, as on the TEST platform.
	NotifiedIn string
}

// Screening is the kind of fraud engine that a shop has subscribed to. Both let every card pass here.
type Screening string

const (
	ByRules Screening = "rules" // go or no go: complementaryCode, complementaryInfo
	ByScore Screening = "score" // scoreColor, scoreValue, scoreThreshold
)

// simulation is the version in which the simulation platform was seen to notify its public shops from 2020 to 2022, whatever 2.x they
// asked in.
const simulation = "HP_2.4"

// PublicMerchants are the shops of the simulation platform that everybody shares, and that every guide prints with their keys. The one
// that numbers as in Sips 1.0 is notified in the version it asks in: HP_2.4 has no field for its numbers.
func PublicMerchants() []Merchant {
	list := []Merchant{
		{ID: "002001000000001", Numbering: ByMerchant, NotifiedIn: simulation},
		{ID: "002001000000002", Numbering: ByPlatform, NotifiedIn: simulation},
		{ID: "002001000000003", Numbering: ByS10},
		{ID: "002001000000004", Numbering: ByPlatform, NotifiedIn: simulation},
		{ID: "002016000000001", Numbering: ByPlatform, NotifiedIn: simulation},
	}
	for i := range list {
		list[i].Keys = map[int]string{1: list[i].ID + "_KEY1"}
	}
	return list
}

// check says what is wrong with a merchant, without its keys.
func (m Merchant) check() error {
	switch {
	case m.ID == "" || len(m.ID) > 15 || !hasOnly(m.ID, digits):
		return fmt.Errorf("sipstest: merchant %.20q: the ID is not 1 to 15 digits", m.ID)
	case !slices.Contains([]Numbering{"", ByMerchant, ByPlatform, ByS10}, m.Numbering):
		return fmt.Errorf("sipstest: merchant %s: there is no numbering %.20q", m.ID, string(m.Numbering))
	case !slices.Contains([]Screening{"", ByRules, ByScore}, m.Screening):
		return fmt.Errorf("sipstest: merchant %s: there is no screening %.20q", m.ID, string(m.Screening))
	case m.NotifiedIn != "" && !m.notifiedInPipe():
		return fmt.Errorf("sipstest: merchant %s: notifications in %.20q: not a version HP_2.x", m.ID, m.NotifiedIn)
	case len(m.Keys) == 0:
		return fmt.Errorf("sipstest: merchant %s has no key", m.ID)
	}
	var broken []error
	for _, v := range slices.Sorted(maps.Keys(m.Keys)) {
		if v < 1 || m.Keys[v] == "" {
			broken = append(broken, fmt.Errorf("sipstest: merchant %s: key version %d: versions count from 1, and a key is not empty", m.ID, v))
		}
	}
	return errors.Join(broken...)
}

func (m Merchant) notifiedInPipe() bool {
	v, ok := readVersion(m.NotifiedIn, pipe)
	return ok && v.number[0] == '2'
}

// newestVersion is the version that seals an answer when the request's is unknown.
func (m Merchant) newestVersion() int { return slices.Max(slices.Collect(maps.Keys(m.Keys))) }

// Format prints the ID and the key versions for every verb, and no key.
func (m Merchant) Format(f fmt.State, _ rune) {
	versions := fmt.Sprint(slices.Sorted(maps.Keys(m.Keys)))
	io.WriteString(f, "merchant "+m.ID+" with key versions "+strings.Trim(versions, "[]"))
}
