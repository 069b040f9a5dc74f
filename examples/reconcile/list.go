package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// layout says how the acquirer writes its list. In a file it is JSON; what is left out is as in standard.
type layout struct {
	Separator string `json:"separator"` // one character
	Encoding  string `json:"encoding"`  // "utf-8" or "windows-1252"
	Skip      int    `json:"skip"`      // lines before the one with the names of the columns

	// The names of the columns. One that the list does not have is empty; reference and amount it must have.
	Reference     string `json:"reference"`
	Amount        string `json:"amount"`
	Type          string `json:"type"`     // payment or refund; without it a refund has a negative amount
	Currency      string `json:"currency"` // letters; without it everything is in EUR
	Authorisation string `json:"authorisation"`
	Date          string `json:"date"`

	Unit       string `json:"unit"`        // of the amount: "euros" or "cents"
	Decimal    string `json:"decimal"`     // before the cents of an amount in euros: "," or "."
	DateFormat string `json:"date_format"` // of %Y %y %m %d %H %M %S

	// What stands in the type column.
	Payments []string `json:"payments"`
	Refunds  []string `json:"refunds"`
	Ignored  []string `json:"ignored"` // lines that are no money: totals, refusals
}

// standard is the layout that the demonstration's list has.
func standard() layout {
	return layout{
		Separator: ";", Encoding: "utf-8", Reference: "Référence", Amount: "Montant", Type: "Opération", Currency: "Devise",
		Authorisation: "Autorisation", Date: "Date", Unit: "euros", Decimal: ",", DateFormat: "%d/%m/%Y",
		Payments: []string{"PAIEMENT"}, Refunds: []string{"REMBOURSEMENT"}, Ignored: []string{"TOTAL"},
	}
}

// readLayout reads a layout's file, and says all that is wrong with it.
func readLayout(file string, content []byte) (layout, error) {
	l := standard()
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		at := d.InputOffset()
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			at = syntax.Offset
		}
		line := 1 + bytes.Count(content[:min(int(at), len(content))], []byte("\n"))
		return l, &mistake{file, line, "", fmt.Sprintf("%v: compare it with the layout.json that -demo writes", err)}
	}
	var errs []error
	bad := func(field, format string, a ...any) {
		errs = append(errs, &mistake{file, 0, "", fmt.Sprintf("%q: "+format, append([]any{field}, a...)...)})
	}
	if r, n := utf8.DecodeRuneInString(l.Separator); n != len(l.Separator) || n == 0 || strings.ContainsRune("\"\r\n\uFFFD", r) {
		bad("separator", "%.10q is not one character that can separate cells: give \";\", \",\" or \"\\t\"", l.Separator)
	}
	if l.Encoding != "utf-8" && l.Encoding != "windows-1252" {
		bad("encoding", "%.20q is neither utf-8 nor windows-1252", l.Encoding)
	}
	if l.Skip < 0 {
		bad("skip", "%d is negative", l.Skip)
	}
	if l.Reference == "" || l.Amount == "" {
		bad("reference", "reference and amount must name columns of the list")
	}
	if l.Unit != "euros" && l.Unit != "cents" {
		bad("unit", "%.20q is neither euros nor cents", l.Unit)
	}
	if l.Decimal != "," && l.Decimal != "." {
		bad("decimal", "%.10q is neither a comma nor a point", l.Decimal)
	}
	if l.Type != "" && len(l.Payments) == 0 {
		bad("payments", "it is empty: say what the column %q has for a payment", l.Type)
	}
	return l, errors.Join(errs...)
}

// readList reads the acquirer's list.
func readList(file string, content []byte, l layout, near bool) ([]movement, error) {
	if l.Encoding == "windows-1252" {
		decoded, err := charmap.Windows1252.NewDecoder().Bytes(content)
		if err != nil {
			return nil, &mistake{file, 0, "", err.Error()}
		}
		content = decoded
	} else if !utf8.Valid(content) {
		valid := bytes.ToValidUTF8(content, []byte("\x00"))
		line := 1 + bytes.Count(valid[:bytes.IndexByte(valid, 0)], []byte("\n"))
		return nil, &mistake{file, line, "", "it is not UTF-8: set \"encoding\" in the layout to \"windows-1252\""}
	}
	separator, _ := utf8.DecodeRuneInString(l.Separator)
	t, err := readTable(file, content, separator, l.Skip, l.Reference, l.Amount, l.Type, l.Currency, l.Authorisation, l.Date)
	if err != nil {
		return nil, err
	}
	var out []movement
	for _, r := range t.rows {
		m, ignored, err := r.movement(l)
		if err != nil {
			return nil, err
		}
		if m.Near = near; !ignored {
			out = append(out, m)
		}
	}
	return out, nil
}

// movement reads a line of the list.
func (r row) movement(l layout) (m movement, ignored bool, err error) {
	kind := r.cell(l.Type)
	if slices.Contains(l.Ignored, kind) && l.Type != "" {
		return m, true, nil
	}
	m = movement{Reference: r.cell(l.Reference), Currency: r.cell(l.Currency), Authorisation: r.cell(l.Authorisation), Where: r.where()}
	if m.Reference == "" {
		return m, false, r.wrong(l.Reference, "it is empty: if such lines are no money, name their type in \"ignored\"")
	}
	if m.Currency == "" {
		m.Currency = "EUR"
	}
	cents, ok := parseAmount(r.cell(l.Amount), l)
	switch {
	case !ok:
		return m, false, r.wrong(l.Amount, "%.40q is no amount in %s: look at \"unit\" and \"decimal\" in the layout", r.cell(l.Amount), l.Unit)
	case l.Type == "":
		m.Refund = cents < 0
	case slices.Contains(l.Refunds, kind): // some lists give it a minus, some do not
		m.Refund = true
	case !slices.Contains(l.Payments, kind):
		return m, false, r.wrong(l.Type, "%.40q is neither a payment nor a refund: name it in \"payments\", \"refunds\" or \"ignored\" in the layout", kind)
	case cents < 0:
		return m, false, r.wrong(l.Amount, "%.40q is negative, and %.40q is a payment: look at \"payments\" and \"refunds\" in the layout",
			r.cell(l.Amount), kind)
	}
	if m.Cents = cents; cents < 0 {
		m.Cents = -cents
	}
	if l.Date != "" {
		at, err := time.Parse(dateFormat.Replace(l.DateFormat), r.cell(l.Date))
		if err != nil {
			return m, false, r.wrong(l.Date, "%.40q is no date of the form %s: look at \"date_format\" in the layout", r.cell(l.Date), l.DateFormat)
		}
		m.Day = at.Format(time.DateOnly)
	}
	return m, false, nil
}

var (
	dateFormat = strings.NewReplacer("%Y", "2006", "%y", "06", "%m", "01", "%d", "02", "%H", "15", "%M", "04", "%S", "05")
	spaces     = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "") // between thousands
)

// parseAmount reads whole cents. It rounds nothing.
func parseAmount(s string, l layout) (cents int64, ok bool) {
	s = spaces.Replace(s)
	sign := int64(1)
	if rest, minus := strings.CutPrefix(s, "-"); minus {
		s, sign = rest, -1
	}
	whole, fraction := s, ""
	if l.Unit == "euros" {
		var point bool
		if whole, fraction, point = strings.Cut(s, l.Decimal); point && (fraction == "" || len(fraction) > 2) {
			return 0, false
		}
		fraction += "00"[len(fraction):]
	}
	digits := whole + fraction
	if whole == "" || len(digits) > 15 || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	return sign * n, err == nil
}
