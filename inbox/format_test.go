package inbox

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/internal/euro"
	"golang.org/x/text/language"
)

// The amounts and days that are easily got wrong, in both languages.
func TestAmounts(t *testing.T) {
	for _, c := range []struct {
		cents                  int64
		french, english, prose string
	}{
		{0, "0,00\u00a0€", "€0.00", "0\u00a0€"},
		{1, "0,01\u00a0€", "€0.01", "0,01\u00a0€"},
		{50_00, "50,00\u00a0€", "€50.00", "50\u00a0€"},
		{1234_50, "1\u202f234,50\u00a0€", "€1,234.50", "1\u202f234,50\u00a0€"},
		{1000_00, "1\u202f000,00\u00a0€", "€1,000.00", "1\u202f000\u00a0€"},
		{100000_00, "100\u202f000,00\u00a0€", "€100,000.00", "100\u202f000\u00a0€"},
		{999999_99, "999\u202f999,99\u00a0€", "€999,999.99", "999\u202f999,99\u00a0€"},
	} {
		got, err := Euros(euro.Of(c.cents))
		if got != c.french || err != nil {
			t.Errorf("%d: %+q, %v; want %+q", c.cents, got, err, c.french)
		}
		if got, err := RoundEuros(euro.Of(c.cents)); got != c.prose || err != nil {
			t.Errorf("%d in prose: %+q, %v; want %+q", c.cents, got, err, c.prose)
		}
		if got := formatsOf["en"].rounded(c.cents); got != strings.Replace(c.english, ".00", "", 1) {
			t.Errorf("%d in English prose: %+q", c.cents, got)
		}
		if got := formatsOf["en"].euros(c.cents); got != c.english {
			t.Errorf("%d in English: %+q, want %+q", c.cents, got, c.english)
		}
	}
	if s, err := RoundEuros(euro.Of(-50_00)); err == nil || s != "" {
		t.Errorf("a negative amount: %q, %v", s, err)
	}
}

func TestDaysAndTimes(t *testing.T) {
	utc := func(y int, m time.Month, d, h, min int) time.Time { return time.Date(y, m, d, h, min, 0, 0, time.UTC) }
	for _, c := range []struct {
		name                                              string
		at                                                time.Time
		short, medium, long, full, clock, hour, inEnglish string
	}{
		{"29 February", utc(2024, 2, 29, 11, 0), "29/02/2024", "29 févr. 2024", "29 février 2024", "29/02/2024 à 12:00", "12:00", "12\u00a0h", "29 February 2024"},
		{"1 January in Paris, December in UTC", utc(2023, 12, 31, 23, 30), "01/01/2024", "1er janv. 2024", "1er janvier 2024", "01/01/2024 à 00:30", "00:30", "0\u00a0h\u00a030", "1 January 2024"},
		{"just before summer time", utc(2018, 3, 25, 0, 59), "25/03/2018", "25 mars 2018", "25 mars 2018", "25/03/2018 à 01:59", "01:59", "1\u00a0h\u00a059", "25 March 2018"},
		{"just after: 02:00 does not exist", utc(2018, 3, 25, 1, 0), "25/03/2018", "25 mars 2018", "25 mars 2018", "25/03/2018 à 03:00", "03:00", "3\u00a0h", "25 March 2018"},
		{"02:30 in summer", utc(2018, 10, 28, 0, 30), "28/10/2018", "28 oct. 2018", "28 octobre 2018", "28/10/2018 à 02:30", "02:30", "2\u00a0h\u00a030", "28 October 2018"},
		{"02:30 again, in winter", utc(2018, 10, 28, 1, 30), "28/10/2018", "28 oct. 2018", "28 octobre 2018", "28/10/2018 à 02:30", "02:30", "2\u00a0h\u00a030", "28 October 2018"},
		{"1er", utc(2018, 7, 31, 22, 0), "01/08/2018", "1er août 2018", "1er août 2018", "01/08/2018 à 00:00", "00:00", "0\u00a0h", "1 August 2018"},
		{"minutes below ten", utc(2017, 9, 1, 7, 5), "01/09/2017", "1er sept. 2017", "1er septembre 2017", "01/09/2017 à 09:05", "09:05", "9\u00a0h\u00a005", "1 September 2017"},
		{"11, not 11er", utc(2017, 9, 11, 13, 54), "11/09/2017", "11 sept. 2017", "11 septembre 2017", "11/09/2017 à 15:54", "15:54", "15\u00a0h\u00a054", "11 September 2017"},
	} {
		got := []string{ShortDate(c.at), MediumDate(c.at), LongDate(c.at), DateTime(c.at), ClockTime(c.at), LongTime(c.at), englishDay(c.at)}
		if diff := cmp.Diff([]string{c.short, c.medium, c.long, c.full, c.clock, c.hour, c.inEnglish}, got); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
	if got := ClockTime(time.Time{}) + LongTime(time.Time{}); got != "" {
		t.Errorf("the zero time: %q", got)
	}
	// Every month, whole and short.
	var whole, short []string
	for m := range 12 {
		d := utc(2019, time.Month(m+1), 2, 12, 0)
		whole, short = append(whole, LongDate(d)), append(short, MediumDate(d))
	}
	if got := strings.Join(whole, ", "); got != "2 janvier 2019, 2 février 2019, 2 mars 2019, 2 avril 2019, 2 mai 2019, 2 juin 2019, 2 juillet 2019, 2 août 2019, "+
		"2 septembre 2019, 2 octobre 2019, 2 novembre 2019, 2 décembre 2019" {
		t.Error(got)
	}
	if got := strings.Join(short, ", "); got != "2 janv. 2019, 2 févr. 2019, 2 mars 2019, 2 avr. 2019, 2 mai 2019, 2 juin 2019, 2 juil. 2019, 2 août 2019, "+
		"2 sept. 2019, 2 oct. 2019, 2 nov. 2019, 2 déc. 2019" {
		t.Error(got)
	}
}

// What a host's own page writes beside the messages.
func TestLocale(t *testing.T) {
	at := time.Date(2017, time.September, 1, 7, 5, 0, 0, time.UTC)
	for tag, want := range map[string][]string{
		"fr": {"1\u202f234,50\u00a0€", "01/09/2017", "1er septembre 2017", "01/09/2017 à 9\u00a0h\u00a005 (heure de Paris)"},
		"en": {"€1,234.50", "01/09/2017", "1 September 2017", "1 September 2017 at 09:05 (Paris time)"},
		"de": {"1\u202f234,50\u00a0€", "01/09/2017", "01/09/2017", "01/09/2017 09:05 (Europe/Paris)"},
	} {
		l := LocaleOf(language.Make(tag))
		amount, err := l.Euros(euro.Of(1234_50))
		if diff := cmp.Diff(want, []string{amount, l.ShortDate(at), l.LongDate(at), l.DateTime(at)}); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", tag, err, diff)
		}
	}
	if s, err := LocaleOf(language.English).Euros(euro.Of(-1)); err == nil || s != "" {
		t.Errorf("%q", s)
	}
	if got := LocaleOf(language.English).DateTime(time.Time{}) + ParisDateTime(time.Time{}); got != "" {
		t.Errorf("the zero time: %q", got)
	}
}

func TestOrdinal(t *testing.T) {
	for n, want := range map[int][2]string{
		1: {"1er", "1re"}, 2: {"2e", "2e"}, 11: {"11e", "11e"}, 21: {"21e", "21e"}, 101: {"101e", "101e"}, 1000: {"1\u202f000e", "1\u202f000e"}, 0: {"0", "0"}, -1: {"-1", "-1"},
	} {
		if got := [2]string{Ordinal(n, false), Ordinal(n, true)}; got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestPlural(t *testing.T) {
	days := Forms{One: "jour", Other: "jours"}
	for n, want := range map[int]string{0: "0\u00a0jour", 1: "1\u00a0jour", 2: "2\u00a0jours", 11: "11\u00a0jours", 1234: "1\u202f234\u00a0jours", -1: "-1\u00a0jour", -3: "-3\u00a0jours",
		-123: "-123\u00a0jours", -1234: "-1\u202f234\u00a0jours", math.MaxInt32: "2\u202f147\u202f483\u202f647\u00a0jours"} {
		if got := Plural(language.French, n, days); got != want {
			t.Errorf("%d: %+q, want %+q", n, got, want)
		}
	}
	for n, want := range map[int]string{0: "0\u00a0days", 1: "1\u00a0day", 2: "2\u00a0days"} {
		if got := Plural(language.English, n, Forms{One: "day", Other: "days"}); got != want {
			t.Errorf("%d: %+q, want %+q", n, got, want)
		}
	}
	for n, want := range map[int]string{1000: "1,000\u00a0days", -1234567: "-1,234,567\u00a0days"} {
		if got := Plural(language.English, n, Forms{One: "day", Other: "days"}); got != want {
			t.Errorf("%d: %+q, want %+q", n, got, want)
		}
	}
	for n, want := range map[int]string{1_000_000: "1\u202f000\u202f000\u00a0de jours", -2_000_000: "-2\u202f000\u202f000\u00a0de jours", 1_000_001: "1\u202f000\u202f001\u00a0jours"} {
		if got := Plural(language.French, n, Forms{One: "jour", Many: "de jours", Other: "jours"}); got != want {
			t.Errorf("%d: %+q, want %+q", n, got, want)
		}
	}
	// A language with more forms, and one whose form is missing.
	arabic := Forms{Zero: "z", One: "o", Two: "t", Few: "f", Many: "m", Other: "x"}
	for n, want := range map[int]string{0: "0\u00a0z", 1: "1\u00a0o", 2: "2\u00a0t", 3: "3\u00a0f", 11: "11\u00a0m", 100: "100\u00a0x"} {
		if got := Plural(language.Arabic, n, arabic); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	if got := Plural(language.Polish, 3, Forms{Other: "dni"}); got != "3\u00a0dni" {
		t.Errorf("%q", got)
	}
}

func TestFullName(t *testing.T) {
	for _, c := range []struct{ given, family, want string }{
		{"Pierre", "Belage", "Pierre BELAGE"}, // S51
		{"PIERRE", "BELAGE", "Pierre BELAGE"},
		{"anne-sophie", "d'artagnan", "Anne-Sophie d’ARTAGNAN"},
		{"Zoé", "Lefèvre-Éluard", "Zoé LEFÈVRE-ÉLUARD"},
		{"JEAN RENÉ", "de la Tour", "Jean René de LA TOUR"},
		{"Alfred", "de Vigny", "Alfred de VIGNY"}, {"Joachim", "du Bellay", "Joachim du BELLAY"}, {"Charles", "DE GAULLE", "Charles DE GAULLE"},
		{"Jean", "de La Fontaine", "Jean de LA FONTAINE"}, {"Yann", "le Goff", "Yann LE GOFF"}, {"Denise", "Desmoulins", "Denise DESMOULINS"},
		{"Anna", "Weiß", "Anna WEISS"}, {"LOUIS XIV", "Capet", "Louis XIV CAPET"}, {"XI", "Wang", "Xi WANG"}, {"HENRI IV", "", "Henri IV"},
		{"Mary-Jane", "McArthur", "Mary-Jane MCARTHUR"},
		{"DeShawn", "O’Neill", "DeShawn O’NEILL"},
		{"", "Belage", "BELAGE"}, {"Pierre", " ", "Pierre"}, {"", "", ""},
		{"m\u0303aria", "Belage", "M\u0303aria BELAGE"},       // an accent that no letter is composed with
		{"Ze\u0301lie", "Noe\u0308l", "Z\u00e9lie NO\u00cbL"}, // composed
		{"A\u202enne\n", "B\x00elage", "Anne B ELAGE"},
	} {
		if got := FullName(c.given, c.family); got != c.want {
			t.Errorf("%q, %q: %+q, want %+q", c.given, c.family, got, c.want)
		}
	}
}

func TestAddress(t *testing.T) {
	a := Address{
		Recipient: "CPAM de l'Exemple", Inside: "Service recouvrement", Street: "12 rue de la Preuve", Place: "BP 90123", PostCode: "99999", Town: "Exemple Cedex",
	}
	if diff := cmp.Diff(Lines{"CPAM de l’Exemple", "Service recouvrement", "12 rue de la Preuve", "BP 90123", "99999 EXEMPLE CEDEX"}, a.Lines()); diff != "" {
		t.Error(diff)
	}
	if err := a.Validate(); err != nil {
		t.Error(err)
	}
	if got := linesOf(a.String()); !cmp.Equal(got, a.Lines()) { // what Sender.PostalAddress makes of it
		t.Errorf("%q", got)
	}
	abroad := Address{Recipient: "Mme Anne BELAGE", Street: "Grand-Place 1", PostCode: "B-1000", Town: "Bruxelles", Country: "Belgique"}
	if got := abroad.Lines(); abroad.Validate() != nil || got[2] != "B-1000 BRUXELLES" || got[3] != "BELGIQUE" {
		t.Errorf("%q, %v", got, abroad.Validate())
	}
	home := Address{Recipient: "Mme Anne Weiß", Street: "1 place du Marché", PostCode: "75001", Town: "Gießen", Country: "france "}
	if got := home.Lines(); home.Validate() != nil || len(got) != 3 || got[2] != "75001 GIESSEN" { // no post of France writes its own country
		t.Errorf("%q, %v", got, home.Validate())
	}
	for _, c := range []struct {
		a    Address
		want string
	}{
		{Address{PostCode: "7500", Town: "Paris", Country: "France"}, "PostCode has not five digits"},
		{Address{PostCode: "7500", Town: "Paris"}, "PostCode has not five digits"},
		{Address{PostCode: "75001"}, "Town is empty"},
		{Address{Recipient: strings.Repeat("x", 39), PostCode: "75001", Town: "Paris"}, "line 1 has 39 characters, at most 38"},
		{Address{PostCode: "7500A", Town: "Paris"}, "PostCode has not five digits"},
		{Address{PostCode: "7500", Town: "Paris", Country: " "}, "PostCode has not five digits"},
	} {
		if err := c.a.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.a, err)
		}
	}
	if a := (Address{"a", "b", "c", "d", "e", "75001", "Paris", ""}); a.Validate() != nil || len(a.Lines()) != 6 { // more the post does not take
		t.Errorf("%q: %v", a.Lines(), a.Validate())
	}
	if got := (Address{}).Lines(); len(got) != 0 {
		t.Errorf("%q", got)
	}
}
