package inbox

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// Address is a postal address, in the order of the French standard (NF Z 10-011): who, where inside, which building, which street,
// which place or box, and the post code with the town. What is empty leaves no line.
type Address struct {
	Recipient string // CPAM de Paris; Mme Anne BELAGE
	Inside    string // Service recouvrement; appartement 12
	Building  string // Bâtiment A, résidence des Lilas
	Street    string // 12 rue de la Preuve
	Place     string // BP 90123; Le Bourg
	PostCode  string
	Town      string // with CEDEX, where there is one
	Country   string // abroad only: France leaves no line
}

// foreignCountry returns the country in capitals; empty for France.
func (a Address) foreignCountry() string {
	country := toUpper(cleanLine(a.Country))
	if country == "FRANCE" {
		return ""
	}
	return country
}

// toUpper is in capitals: ß is SS, which strings.ToUpper leaves as it is.
func toUpper(s string) string { return cases.Upper(language.French).String(s) }

// Lines are the lines of the address; the last one, and the country, are in capitals.
func (a Address) Lines() (out Lines) {
	town := toUpper(cleanLine(cleanLine(a.PostCode) + " " + cleanLine(a.Town)))
	for _, l := range []string{a.Recipient, a.Inside, a.Building, a.Street, a.Place, town, a.foreignCountry()} {
		if l = typographicApostrophes(cleanLine(l)); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// String is what [Sender].PostalAddress takes: one line each.
func (a Address) String() string { return strings.Join(a.Lines(), "\n") }

// Validate returns everything that the post would object to: more than 38 characters in a line, no town, a French post code that
// has not five digits.
func (a Address) Validate() error {
	var errs []error
	bad := func(format string, v ...any) { errs = append(errs, fmt.Errorf("inbox: Address: "+format, v...)) }
	if code := cleanLine(a.PostCode); a.foreignCountry() == "" && (len(code) != 5 || strings.Trim(code, "0123456789") != "") {
		bad("PostCode has not five digits")
	}
	if cleanLine(a.Town) == "" {
		bad("Town is empty")
	}
	for i, l := range a.Lines() {
		if n := utf8.RuneCountInString(l); n > 38 {
			bad("line %d has %d characters, at most 38", i+1, n)
		}
	}
	return errors.Join(errs...)
}
