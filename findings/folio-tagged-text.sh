#!/usr/bin/env bash
# carlos7ags/folio, a PDF library for Go, and the text of a tagged document.
#
# Most would guess: in a tagged PDF the structure tree holds the text as it was given: one P for a paragraph, with the spaces between its
# words; and a no-break space holds « 62,00 € » on one line.
# Seen: words are placed without a space between them, so that what a screen reader follows is one word a line; each line of a paragraph is
# a P of its own; and a line may break at U+00A0, because the text is cut with strings.Fields, which cuts there too.
# pdftotext, which looks at positions on the page, shows the spaces: only the structure lacks them.
# Status 0: as described. 1: it has changed. 3: it could not be run.
set -euo pipefail
command -v go >/dev/null || { echo "go is not installed"; exit 3; }
command -v pdfinfo >/dev/null || { echo "pdfinfo is not installed (Debian: poppler-utils)"; exit 3; }
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir"
cat >go.mod <<'M'
module finding

go 1.26.0
M
cat >main.go <<'G'
package main

import (
	"os"
	"strings"

	"github.com/carlos7ags/folio/document"
	"github.com/carlos7ags/folio/font"
	"github.com/carlos7ags/folio/layout"
	"golang.org/x/image/font/gofont/goregular"
)

func main() {
	face, err := font.ParseTTF(goregular.TTF)
	if err != nil {
		panic(err)
	}
	d := document.NewDocument(document.PageSizeA4)
	d.SetTagged(true)
	d.Info.Title, d.Info.Language = "x", "fr"
	// Eighty words, joined by no-break spaces: one paragraph that fits no line.
	words := strings.Repeat("un\u00a0", 79) + "fin"
	d.Add(layout.NewParagraphEmbedded("Bonjour tout le monde.", font.NewEmbeddedFont(face), 12))
	d.Add(layout.NewParagraphEmbedded(words, font.NewEmbeddedFont(face), 12))
	b, err := d.ToBytes()
	if err != nil {
		panic(err)
	}
	os.WriteFile("x.pdf", b, 0o600)
}
G
GOFLAGS=-mod=mod GOWORK=off go get github.com/carlos7ags/folio@v0.11.0 golang.org/x/image@v0.47.0 >/dev/null 2>&1 ||
	{ echo "carlos7ags/folio v0.11.0 cannot be fetched, or needs a newer Go"; exit 3; }
echo "carlos7ags/folio v0.11.0, $(pdfinfo -v 2>&1 | head -1)"
GOFLAGS=-mod=mod GOWORK=off go build -o finding . || { echo "the program cannot be built"; exit 3; }
./finding
structure=$(pdfinfo -struct-text x.pdf)
echo "$structure"
paragraphs=$(grep -c '^ *P (block)' <<<"$structure")
echo "guess: 2 paragraphs, the first with its spaces, the second on one line that is too long"
echo "seen:  $paragraphs paragraphs"
grep -q '"Bonjourtoutlemonde."' <<<"$structure" || { echo "the spaces are there now"; exit 1; }
[ "$paragraphs" -gt 2 ] || { echo "a paragraph is one P now, or no line breaks at U+00A0"; exit 1; }
