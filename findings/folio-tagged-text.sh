#!/usr/bin/env bash
# In a tagged PDF of carlos7ags/folio the structure, which a screen reader follows, has no spaces between words and a P for each line;
# and a line may break at U+00A0, for the text is cut with strings.Fields. Met in examples/teleservice, which makes receipts.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v go >/dev/null || cannot "no go"
for p in pdfinfo pdftotext; do command -v "$p" >/dev/null || cannot "no $p (Debian: poppler-utils)"; done
poppler=$(pdfinfo -v 2>&1 | sed -n '1s/^pdfinfo version //p')
case $poppler in 22.12.*) ;; *) cannot "poppler $poppler; this was seen with 22.12 of Debian 12" ;; esac
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
export GOMODCACHE=$folder/modules GOFLAGS="-mod=mod -modcacherw -trimpath" GOWORK=off
cd "$folder" || cannot "no folder"
folio=v0.11.0 image=v0.47.0
cat >go.mod <<MOD
module finding.example

go 1.26.0

require (
	github.com/carlos7ags/folio $folio
	golang.org/x/image $image
)
MOD
cat >main.go <<'GO'
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
	if err := os.WriteFile("x.pdf", b, 0o600); err != nil {
		panic(err)
	}
}
GO
timeout 300 go build -o finding . 2>build.txt || cannot "$(tail -n 1 build.txt)"
timeout 60 ./finding || cannot "folio wrote no PDF"
structure=$(timeout 60 pdfinfo -struct-text x.pdf)
count=$(grep -c '^ *P (block)' <<<"$structure") first=$(grep -o -m 1 '"[^"]*"' <<<"$structure")
seen="$count P, the first $first, on the page \"$(timeout 60 pdftotext x.pdf - | head -n 1)\""
cat <<TEXT
version: carlos7ags/folio $folio, poppler $poppler
guess:   2 P, the first "Bonjour tout le monde.", the second on one line that is too long: it has no-break spaces only
seen:    $seen
So: pdftotext, which looks at positions, proves nothing about a tagged PDF; look at the structure (pdfinfo -struct-text).
TEXT
[ "$seen" = '4 P, the first "Bonjourtoutlemonde.", on the page "Bonjour tout le monde."' ] || { echo "changed"; exit 1; }
