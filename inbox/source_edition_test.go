package inbox

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

// S2, S79: the verbatim edition is that of the deck of October 2023, so each of its texts bears the date of a part of the deck, from the
// screens of September 2017 to the deck itself.
func TestVerbatimIsDatedByTheDeck(t *testing.T) {
	head := regexp.MustCompile(`(?m)^valid-from: (\S+)$`)
	var last time.Time
	err := fs.WalkDir(Verbatim(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(Verbatim(), name)
		if err != nil {
			return err
		}
		m := head.FindStringSubmatch(string(text))
		if m == nil {
			t.Errorf("%s has no valid-from", name)
			return nil
		}
		from, err := time.Parse(time.DateOnly, m[1])
		if err != nil || from.Before(time.Date(2017, 9, 1, 0, 0, 0, 0, time.UTC)) || from.After(time.Date(2023, 10, 31, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%s is valid from %s, %v: not a date of the deck", name, m[1], err)
		}
		if from.After(last) {
			last = from
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if last.Year() != 2023 || last.Month() != time.October {
		t.Errorf("the newest text is of %s, not of October 2023", last.Format(time.DateOnly))
	}
}

// S59: the words of the banner are an example, so a host may put its own in their place, in the verbatim edition too; what it leaves
// alone stays.
func TestBannerIsAnExample(t *testing.T) {
	own := overlay("fr/failed.txt", "Votre paiement\n\nVotre paiement n’a pas abouti. Aucune somme n’a été débitée.\n")
	for name, overlays := range map[string][]fs.FS{"courante": {own}, "verbatim": {Verbatim(), own}} {
		c := catalog(t, overlays...)
		failed, err := c.Render(language.French, PaymentFailed{payment.Payment{ID: "p", State: payment.Failed}})
		if err != nil || failed.Subject != "Votre paiement" || !strings.HasPrefix(failed.Text, "Votre paiement n’a pas abouti.") {
			t.Errorf("%s: %+v, %v", name, failed, err)
		}
		accepted, err := c.Render(language.French, PaymentAccepted{payment.Payment{ID: "p", State: payment.Paid}})
		if err != nil || !strings.Contains(accepted.Text, "Nous vous remercions pour votre paiement") {
			t.Errorf("%s: the other banner: %+v, %v", name, accepted, err)
		}
	}
}
