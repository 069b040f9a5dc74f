#!/usr/bin/env bash
# The narrow no-break space (U+202F) that CLDR puts into a French thousand, and the minus sign (U+2212), are written as a full stop by
# fpdf's translator for its standard fonts, which maroto uses for every text: 1 137,50 € is printed 1.137,50 € and −137,50 € is .137,50 €.
# No error is given. Looked at for letters in PDF: the letters of inbox have U+202F between thousands and before ; ! ?
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
for p in go pdftotext; do command -v "$p" >/dev/null || cannot "no $p (Debian: poppler-utils)"; done
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
export GOMODCACHE=$folder/modules GOFLAGS="-mod=mod -modcacherw -trimpath" GOWORK=off
cd "$folder" || cannot "no folder"
fpdf=v0.9.0 maroto=v2.3.3 currency=v1.5.1
cat >go.mod <<MOD
module finding.example

go 1.25.0

require (
	github.com/bojanz/currency $currency
	github.com/go-pdf/fpdf $fpdf
	github.com/johnfercher/maroto/v2 $maroto
)
MOD
cat >main.go <<'GO'
package main

import (
	"fmt"
	"log"
	"os"

	"github.com/bojanz/currency"
	"github.com/go-pdf/fpdf"
	"github.com/johnfercher/maroto/v2"
	"github.com/johnfercher/maroto/v2/pkg/components/text"
)

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

func main() {
	price := currency.NewFormatter(currency.NewLocale("fr")).Format(must(currency.NewAmount("1137.50", "EUR")))
	fmt.Printf("text: %+q\n", price)
	lines := []string{price, "\u2212137,50\u00a0€", "Est-ce payé\u202f?"}

	page := fpdf.New("P", "mm", "A4", "")
	page.AddPage()
	page.SetFont("Helvetica", "", 12)
	latin := page.UnicodeTranslatorFromDescriptor("") // cp1252
	higher := maroto.New()
	for _, line := range lines {
		page.Cell(0, 8, latin(line))
		page.Ln(8)
		higher.AddRow(8, text.NewCol(12, line))
	}
	if err := page.OutputFileAndClose("fpdf.pdf"); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("maroto.pdf", must(higher.Generate()).GetBytes(), 0o600); err != nil {
		log.Fatal(err)
	}
}
GO
timeout 500 go build -o finding . 2>build.txt || cannot "$(tail -n 1 build.txt)"
shown() { pdftotext -nopgbrk -enc UTF-8 "$1.pdf" - | grep . | sed 's/\xc2\xa0/ /g' | paste -sd'|'; }
seen=$(timeout 60 ./finding && for p in fpdf maroto; do echo "$p: $(shown "$p")"; done) || cannot "no PDF"
cat <<TEXT
version: fpdf $fpdf, maroto $maroto, bojanz/currency $currency
guess:   what the font does not have is a blank, a box or an error; a space stays a space and a minus sign a sign
seen:    $seen
So: replace U+202F by U+00A0 and U+2212 by a hyphen before these two, or give them a font of your own (AddUTF8Font), and read the text back.
TEXT
[ "$seen" = 'text: "1\u202f137,50\u00a0\u20ac"
fpdf: 1.137,50 €|.137,50 €|Est-ce payé.?
maroto: 1.137,50 €|.137,50 €|Est-ce payé.?' ] || { echo "changed"; exit 1; }
