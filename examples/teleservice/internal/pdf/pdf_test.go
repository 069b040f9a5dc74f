package pdf_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/examples/teleservice/internal/pdf"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
	"golang.org/x/text/language"
)

// receipt is the PDF of a receipt in a language, as a file.
func receipt(t *testing.T, tag language.Tag) string {
	t.Helper()
	catalog, err := inbox.NewCatalog()
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, time.March, 2, 9, 30, 0, 0, time.UTC)
	m, err := catalog.Render(tag, inbox.Receipt{
		Payment: payment.Payment{
			ID: "p", State: payment.Recorded, Reference: "PCLCB260610000001", Notice: "ASP-2025-0101", Amount: decimal.New(1_062_00, -2), PaidAt: at, RecordedAt: at,
			Authorisation: "761208", MaskedPAN: "5017##########00", Merchant: "201000005940002",
		},
		Payer: "Zoé LEFÈVRE-ÉLUARD",
		From:  inbox.Sender{Fund: "CPAM de l’Exemple", PostalAddress: "12 rue de la Preuve\n99999 Exemple Cedex", CPAM: true, Now: func() time.Time { return at }},
	})
	if err != nil {
		t.Fatal(err)
	}
	data, err := pdf.Make(m, pdf.Sheet{Author: "CPAM de l’Exemple", Note: "Démonstration", Made: at})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "recu.pdf")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// poppler runs a program of poppler-utils, or skips by name.
func poppler(t *testing.T, program string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%s is not installed (Debian: poppler-utils)", program)
	}
	out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput()
	if err != nil || strings.Contains(string(out), "Syntax Error") {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
	return string(out)
}

// A receipt is a tagged A4 page with its title, and its structure has the heading, the paragraphs and the list.
func TestStructure(t *testing.T) {
	file := receipt(t, language.French)
	info := poppler(t, "pdfinfo", file)
	for _, want := range []string{"Title: *Reçu de votre paiement", "Author: *CPAM de l’Exemple", "Tagged: *yes", "Pages: *1\n", `\(A4\)`, "JavaScript: *no", "Encrypted: *no"} {
		if !regexp.MustCompile(want).MatchString(info) {
			t.Errorf("no %s in\n%s", want, info)
		}
	}
	structure := poppler(t, "pdfinfo", "-struct", file)
	for _, want := range []string{"H1", "P", "L ", "LI"} {
		if !strings.Contains(structure+" ", want) {
			t.Errorf("no %s in\n%s", want, structure)
		}
	}
}

// Who listens to the document hears words, and not one word a line: the structure has the spaces too.
func TestStructureHasSpaces(t *testing.T) {
	text := strings.ReplaceAll(poppler(t, "pdfinfo", "-struct-text", receipt(t, language.French)), "\u00a0", " ")
	for _, want := range []string{"Reçu de votre paiement", "Payé par : Zoé LEFÈVRE-ÉLUARD", "ce reçu vaut quittance de cette somme."} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// The document has the language of its words.
func TestLanguage(t *testing.T) {
	for _, tag := range []language.Tag{language.French, language.English} {
		data, err := os.ReadFile(receipt(t, tag))
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(`/Lang ?\(` + tag.String() + `\)`).Match(data) {
			t.Errorf("%v: the catalog does not say so", tag)
		}
	}
}

// Every font is embedded, and only the letters that are used.
func TestFontsAreEmbedded(t *testing.T) {
	fonts := poppler(t, "pdffonts", receipt(t, language.French))
	lines := strings.Split(strings.TrimSpace(fonts), "\n")[2:]
	if len(lines) != 2 {
		t.Errorf("%d fonts:\n%s", len(lines), fonts)
	}
	for _, l := range lines {
		if !regexp.MustCompile(`yes (yes|no) +yes`).MatchString(l) { // emb, sub, uni
			t.Errorf("a font is not embedded, or its letters cannot be copied: %s", l)
		}
	}
}

// What the payer reads can be read, copied and searched for: amounts, accents and all.
func TestWords(t *testing.T) {
	text := strings.Join(strings.Fields(strings.ReplaceAll(poppler(t, "pdftotext", "-layout", receipt(t, language.French), "-"), "\u00a0", " ")), " ")
	for _, want := range []string{
		"Reçu de votre paiement", "Payé par : Zoé LEFÈVRE-ÉLUARD", "Somme payée : 1 062,00 €", "n° ASP-2025-0101", "2 mars 2026", "761208", "5017##########00",
		"ce reçu vaut quittance de cette somme.", "12 rue de la Preuve, 99999 Exemple Cedex", "Démonstration",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}
