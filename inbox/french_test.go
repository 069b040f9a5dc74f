package inbox

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/internal/euro"
	"github.com/shopspring/decimal"
)

func TestEuros(t *testing.T) {
	for _, c := range []struct {
		amount, want string
	}{
		{"0", "0,00\u00a0€"},
		{"0.05", "0,05\u00a0€"},
		{"20", "20,00\u00a0€"}, // S25
		{"49.99", "49,99\u00a0€"},
		{"62.5", "62,50\u00a0€"},
		{"150.000", "150,00\u00a0€"},
		{"5e1", "50,00\u00a0€"},
		{"999.99", "999,99\u00a0€"},
		{"1234.5", "1\u202f234,50\u00a0€"},
		{"1234567.89", "1\u202f234\u202f567,89\u00a0€"},
		{"9999999999.99", "9\u202f999\u202f999\u202f999,99\u00a0€"},
	} {
		d, err := decimal.NewFromString(c.amount)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Euros(d); got != c.want || err != nil {
			t.Errorf("Euros(%s) = %q, %v; want %q", c.amount, got, err, c.want)
		}
	}
	for _, c := range []struct {
		amount decimal.Decimal
		want   error
	}{
		{decimal.New(-1, -2), euro.ErrNegative},
		{decimal.New(-5000, -2), euro.ErrNegative},
		{decimal.New(1, -3), euro.ErrFraction},
		{decimal.New(1, 10), euro.ErrTooLarge},
		{decimal.New(1, 20000000), euro.ErrTooLarge}, // without a second's wait
	} {
		if got, err := Euros(c.amount); got != "" || !errors.Is(err, c.want) {
			t.Errorf("Euros of a wrong amount = %q, %v; want %v", got, err, c.want)
		}
	}
}

// Changing the package variables of decimal must not change what a payer reads.
func TestEurosIgnoresDecimalVariables(t *testing.T) {
	decimal.DivisionPrecision, decimal.MarshalJSONWithoutQuotes = 1, true
	defer func() { decimal.DivisionPrecision, decimal.MarshalJSONWithoutQuotes = 16, false }()
	if got, _ := Euros(decimal.New(123450, -2)); got != "1\u202f234,50\u00a0€" {
		t.Errorf("got %q", got)
	}
}

func FuzzEuros(f *testing.F) {
	for _, c := range []int64{0, 1, 99, 100, 99_99, 1000_00, 123_456_78, euro.Max, -1} {
		f.Add(c)
	}
	f.Fuzz(func(t *testing.T, cents int64) {
		s, err := Euros(euro.Of(cents))
		if cents < 0 || cents > euro.Max {
			if err == nil {
				t.Fatalf("%d cents: %q, want an error", cents, s)
			}
			return
		}
		digits := strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, s)
		if back, _ := strconv.ParseInt(digits, 10, 64); back != cents || !strings.HasSuffix(s, "\u00a0€") {
			t.Fatalf("%d cents became %q", cents, s)
		}
	})
}

func TestDates(t *testing.T) {
	utc := func(y int, m time.Month, d, h, min int) time.Time { return time.Date(y, m, d, h, min, 0, 0, time.UTC) }
	for _, c := range []struct {
		at                              time.Time
		short, medium, long, full, head string
	}{
		{utc(2017, 9, 11, 13, 54), "11/09/2017", "11 sept. 2017", "11 septembre 2017", "11/09/2017 à 15:54", "11/09/17 15:54"}, // S43, S53
		{utc(2017, 9, 1, 7, 24), "01/09/2017", "1er sept. 2017", "1er septembre 2017", "01/09/2017 à 09:24", "01/09/17 09:24"}, // S60
		{utc(2018, 7, 5, 6, 52), "05/07/2018", "5 juil. 2018", "5 juillet 2018", "05/07/2018 à 08:52", "05/07/18 08:52"},       // S66, S70
		{utc(2017, 12, 31, 23, 30), "01/01/2018", "1er janv. 2018", "1er janvier 2018", "01/01/2018 à 00:30", "01/01/18 00:30"},
		{utc(2024, 2, 29, 12, 0), "29/02/2024", "29 févr. 2024", "29 février 2024", "29/02/2024 à 13:00", "29/02/24 13:00"},
		{utc(2026, 3, 29, 0, 59), "29/03/2026", "29 mars 2026", "29 mars 2026", "29/03/2026 à 01:59", "29/03/26 01:59"}, // an hour is skipped
		{utc(2026, 3, 29, 1, 0), "29/03/2026", "29 mars 2026", "29 mars 2026", "29/03/2026 à 03:00", "29/03/26 03:00"},
		{utc(2023, 4, 30, 12, 0), "30/04/2023", "30 avr. 2023", "30 avril 2023", "30/04/2023 à 14:00", "30/04/23 14:00"},
		{utc(2023, 5, 2, 12, 0), "02/05/2023", "2 mai 2023", "2 mai 2023", "02/05/2023 à 14:00", "02/05/23 14:00"},
		{utc(2023, 6, 21, 12, 0), "21/06/2023", "21 juin 2023", "21 juin 2023", "21/06/2023 à 14:00", "21/06/23 14:00"},
		{utc(2023, 8, 15, 12, 0), "15/08/2023", "15 août 2023", "15 août 2023", "15/08/2023 à 14:00", "15/08/23 14:00"},
		{utc(2023, 10, 31, 12, 0), "31/10/2023", "31 oct. 2023", "31 octobre 2023", "31/10/2023 à 13:00", "31/10/23 13:00"},
		{utc(2023, 11, 11, 12, 0), "11/11/2023", "11 nov. 2023", "11 novembre 2023", "11/11/2023 à 13:00", "11/11/23 13:00"},
		{utc(2023, 12, 25, 12, 0), "25/12/2023", "25 déc. 2023", "25 décembre 2023", "25/12/2023 à 13:00", "25/12/23 13:00"},
		{time.Time{}, "", "", "", "", ""},
	} {
		for _, f := range []struct {
			name, got, want string
		}{
			{"ShortDate", ShortDate(c.at), c.short}, {"MediumDate", MediumDate(c.at), c.medium}, {"LongDate", LongDate(c.at), c.long},
			{"DateTime", DateTime(c.at), c.full}, {"stamp", sourceStamp(c.at), c.head},
		} {
			if f.got != f.want {
				t.Errorf("%s(%v) = %q, want %q", f.name, c.at, f.got, f.want)
			}
		}
	}
}

func TestDeletionDate(t *testing.T) {
	paris := func(s string) time.Time {
		loc, err := time.LoadLocation("Europe/Paris")
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.ParseInLocation("02/01/2006 15:04", s, loc)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, c := range []struct {
		received string
		months   int
		want     string
	}{
		{"05/07/2018 08:52", 0, "05/01/2019 08:52"}, // S66, S68
		{"05/07/2018 08:52", 6, "05/01/2019 08:52"},
		{"05/07/2018 08:52", -3, "05/01/2019 08:52"},
		{"31/08/2022 12:00", 6, "28/02/2023 12:00"},
		{"31/08/2023 12:00", 6, "29/02/2024 12:00"},
		{"30/08/2023 12:00", 6, "29/02/2024 12:00"},
		{"28/08/2023 12:00", 6, "28/02/2024 12:00"},
		{"31/03/2023 12:00", 6, "30/09/2023 12:00"},
		{"31/12/2023 23:30", 6, "30/06/2024 23:30"},
		{"01/01/2024 00:30", 6, "01/07/2024 00:30"}, // still December in UTC
		{"29/02/2024 12:00", 12, "28/02/2025 12:00"},
		{"31/01/2023 12:00", 1, "28/02/2023 12:00"},
		{"15/11/2023 12:00", 18, "15/05/2025 12:00"},
	} {
		got := DeletionDate(paris(c.received), c.months)
		if want := paris(c.want); !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%s + %d months = %v, want %v", c.received, c.months, got, want)
		}
	}
}
