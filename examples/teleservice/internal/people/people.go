// Package people stands for the systems that a fund has already: who is insured, and what each owes. All names are invented but one, which is
// the source document's (S51).
package people

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/quittance/quittance/creance"
)

// The two files are read by people: each person is a case, and debts are in the JSON form of creance.Debt.
var (
	//go:embed people.json
	peopleFile []byte
	//go:embed debts.json
	debtsFile []byte
)

// Person is somebody insured. ID is opaque: it is in payments and letters, and says nothing of the person.
type Person struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Woman   bool   `json:"woman"`
	Born    Day    `json:"born"`
	Account bool   `json:"account"` // has one already; the others got their notice on paper (S12)
	Case    string `json:"case"`    // what is special, for whoever tries the service
}

// Agent works for the fund.
type Agent struct {
	ID   string
	Name string
	Desk string
}

// Agents are those who may sign in to the back office.
var Agents = []Agent{
	{"agent-1", "ALIX DURIEUX", "Service des créances"},
	{"agent-2", "YANN LE GOFF", "Direction comptable et financière"},
}

// Day is a day of the calendar: "1983-02-25".
type Day struct{ time.Time }

// UnmarshalJSON reads a day.
func (d *Day) UnmarshalJSON(b []byte) (err error) {
	d.Time, err = time.Parse(`"`+time.DateOnly+`"`, string(b))
	return err
}

// String writes the day as people do: « 25/02/1983 » (S52).
func (d Day) String() string { return d.Format("02/01/2006") }

// Directory has everybody. It does not change, and is safe for concurrent use.
type Directory struct {
	people []Person
	byID   map[string]Person
	debts  map[string][]creance.Debt // by debtor
}

// Read reads the sample, and returns every mistake in it.
func Read() (*Directory, error) { return Parse(peopleFile, debtsFile) }

// Open reads people.json and debts.json in a folder, in the sample's form. An empty folder's name is the sample.
func Open(folder string) (*Directory, error) {
	if folder == "" {
		return Read()
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	defer root.Close()
	people, err := root.ReadFile("people.json")
	if err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	debts, err := root.ReadFile("debts.json")
	if err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	return Parse(people, debts)
}

// Parse reads a list of people and a list of debts.
func Parse(people, debts []byte) (*Directory, error) {
	d := &Directory{byID: make(map[string]Person), debts: make(map[string][]creance.Debt)}
	var owed []creance.Debt
	err := errors.Join(json.Unmarshal(people, &d.people), json.Unmarshal(debts, &owed))
	if err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	var errs []error
	for _, p := range d.people {
		if _, twice := d.byID[p.ID]; twice || p.ID == "" || p.Name == "" {
			errs = append(errs, fmt.Errorf("people: %.40q has no name, or stands twice", p.ID))
		}
		d.byID[p.ID] = p
	}
	known := make(map[string]bool)
	for _, o := range owed {
		if known[o.ID] { // whoever pays one of them would hold the other
			errs = append(errs, fmt.Errorf("people: debt %.40q stands twice", o.ID))
		}
		known[o.ID] = true
		if _, ok := d.byID[o.Debtor]; !ok {
			errs = append(errs, fmt.Errorf("people: debt %.40q is of nobody", o.ID))
		}
		d.debts[o.Debtor] = append(d.debts[o.Debtor], o)
	}
	return d, errors.Join(errs...)
}

// All returns everybody, in the order of the file.
func (d *Directory) All() []Person { return slices.Clone(d.people) }

// Person returns somebody by ID.
func (d *Directory) Person(id string) (Person, bool) {
	p, ok := d.byID[id]
	return p, ok
}

// Debts returns what somebody owes.
func (d *Directory) Debts(debtor string) []creance.Debt { return slices.Clone(d.debts[debtor]) }

// Addressee finds who got a notice by post, by what is printed on it and the day of birth. A real fund would ask for more, such as a code
// sent by post. Whether it was the number or the day that is wrong is not said.
func (d *Directory) Addressee(notice string, born time.Time) (Person, bool) {
	number := PlainNumber(notice)
	if number == "" {
		return Person{}, false
	}
	for _, p := range d.people {
		if p.Account || !p.Born.Equal(born) {
			continue
		}
		for _, o := range d.debts[p.ID] {
			if o.Notice != nil && o.Notice.Channel == creance.Paper && PlainNumber(o.Notice.Number) == number {
				return p, true
			}
		}
	}
	return Person{}, false
}

// PlainNumber is the number of a notice without what people type otherwise than it is printed: spaces, hyphens, small letters.
func PlainNumber(notice string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, notice))
}
