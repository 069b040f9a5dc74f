package dayexport

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "bankfile", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRead(t *testing.T) {
	e, err := Read("export-2026-03-05.csv", sample(t, "export-2026-03-05.csv"))
	if err != nil {
		t.Fatal(err)
	}
	want := Export{
		Name: "export-2026-03-05.csv", Day: "2026-03-05", Seal: strings.Repeat("0", 64), SHA256: e.SHA256,
		Movements: []Movement{{Kind: Returned, Instant: time.Date(2026, 3, 5, 9, 15, 0, 0, time.UTC), Reference: "PCLCB260303000001", Payment: "pay-D-4",
			Merchant: "002001000000001", Authorisation: "118830", Cents: 5000, Currency: "EUR", Debt: "D-4", Notice: "N-D-4", Day: "2026-03-05", Line: 2}},
		Totals: []Total{{Accepted, "EUR", 0, 0}, {Returned, "EUR", 1, 5000}, {Review, "EUR", 0, 0}, {Orphan, "EUR", 0, 0}},
	}
	if d := cmp.Diff(want, e); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// An export that is not as it was written is refused: cut off after any line, or with any byte changed.
func TestChangedExportIsRefused(t *testing.T) {
	whole := sample(t, "export-2026-03-02.csv")
	for i, b := range whole {
		if b == '\n' && i < len(whole)-1 {
			if _, err := Read("export.csv", whole[:i+1]); err == nil {
				t.Errorf("cut off after byte %d, and taken", i)
			}
		}
		changed := bytes.Clone(whole)
		changed[i] ^= 1
		// What may change unseen is the seal itself and the CR LF at the end: the seal is compared with the one that was kept.
		if e, err := Read("export.csv", changed); err == nil && i < bytes.LastIndex(whole, []byte("\nseal;")) {
			t.Errorf("byte %d (%q) is changed, and taken: %v", i, b, e)
		}
	}
}

func TestMistakes(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"nothing":              {"", "noms des colonnes"},
		"another file":         {"Date;Libellé;Montant\n", "«\u00a0movement\u00a0»"},
		"JSON that is cut off": {"{\"movement\":\"accepted\"", "objet JSON"},
		"no seal":              {strings.SplitAfter(string(sample(t, "export-2026-03-05.csv")), "\n")[0], "sceau"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read("export.csv", []byte(c.content))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "export.csv") {
				t.Errorf("%v does not say %q", err, c.want)
			}
		})
	}
}

// No input is a panic.
func FuzzRead(f *testing.F) {
	f.Add(sample(f, "export-2026-03-02.csv"))
	f.Add([]byte("\ufeffmovement;reference;authorisation;cents;currency;day;count;seal;sha256\r\nseal;;;;;2026-03-02;;00;00\r\n"))
	f.Add([]byte(`{"movement":"seal"}`))
	f.Add([]byte("{"))
	f.Fuzz(func(t *testing.T, content []byte) { Read("export.csv", content) })
}
