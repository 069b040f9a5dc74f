#!/usr/bin/env bash
# Two tagged letters put together into one file. pdfunite drops structure, title and language; pdfcpu and pdfseparate leave a file that
# calls itself tagged while a page has no structure, so that a check for "Tagged: yes" passes and a screen reader has nothing to follow. Met with
# the receipts of examples/teleservice, which are tagged because a public body's documents must be.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v go >/dev/null || cannot "no go"
for p in pdfinfo pdfunite pdfseparate; do command -v "$p" >/dev/null || cannot "no $p (Debian: poppler-utils)"; done
poppler=$(pdfinfo -v 2>&1 | sed -n '1s/^pdfinfo version //p')
case $poppler in 22.12.*) ;; *) cannot "poppler $poppler; this was seen with 22.12 of Debian 12" ;; esac
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
export GOMODCACHE=$folder/modules GOFLAGS="-mod=mod -modcacherw -trimpath" GOWORK=off LC_ALL=C
cd "$folder" || cannot "no folder"
pdfcpu=v0.15.0
printf 'module finding.example\n\ngo 1.25.0\n\nrequire github.com/pdfcpu/pdfcpu %s\n' "$pdfcpu" >go.mod
cat >main.go <<'GO'
package main

import (
	"log"

	"github.com/pdfcpu/pdfcpu/pkg/api"
)

func main() {
	if err := api.MergeCreateFile([]string{"one.pdf", "two.pdf"}, "pdfcpu.pdf", false, nil); err != nil {
		log.Fatal(err)
	}
}
GO
timeout 500 go build -o finding . 2>build.txt || cannot "$(tail -n 1 build.txt)"

# letter TEXT writes a page with one heading, which its structure names.
letter() {
	local stream="/H1 <</MCID 0>> BDC BT /F1 18 Tf 72 770 Td ($1) Tj ET EMC" objects file=$'%PDF-1.7\n' table="" i
	objects=(
		'<</Type /Catalog /Pages 2 0 R /Lang (fr-FR) /MarkInfo <</Marked true>> /StructTreeRoot 6 0 R>>'
		'<</Type /Pages /Kids [3 0 R] /Count 1>>'
		'<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</Font <</F1 5 0 R>>>> /Contents 4 0 R /StructParents 0 /Tabs /S>>'
		"<</Length ${#stream}>>"$'\nstream\n'"$stream"$'\nendstream'
		'<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>'
		'<</Type /StructTreeRoot /K 7 0 R /ParentTree 9 0 R /ParentTreeNextKey 1>>'
		'<</Type /StructElem /S /Document /P 6 0 R /K 8 0 R>>'
		'<</Type /StructElem /S /H1 /P 7 0 R /Pg 3 0 R /K 0>>'
		'<</Nums [0 [8 0 R]]>>'
		"<</Title ($1)>>"
	)
	for i in "${!objects[@]}"; do
		table+=$(printf '%010d 00000 n ' "${#file}")$'\n'
		file+="$((i + 1)) 0 obj"$'\n'"${objects[i]}"$'\nendobj\n'
	done
	printf '%sxref\n0 11\n0000000000 65535 f \n%strailer\n<</Size 11 /Root 1 0 R /Info 10 0 R>>\nstartxref\n%d\n%%%%EOF\n' "$file" "$table" "${#file}"
}
letter Avis >one.pdf
letter Recu >two.pdf
HOME=$folder XDG_CONFIG_HOME=$folder timeout 60 ./finding >pdfcpu.txt 2>&1 || cannot "pdfcpu: $(tail -n 1 pdfcpu.txt)"
timeout 60 pdfunite one.pdf two.pdf pdfunite.pdf || cannot "pdfunite made no file"
timeout 60 pdfseparate one.pdf pdfseparate.pdf || cannot "pdfseparate made no file"
seen=""
for name in one pdfunite pdfcpu pdfseparate; do
	facts=$(timeout 60 pdfinfo "$name.pdf")
	value() { sed -n "s/^$1: *//p" <<<"$facts"; }
	title=$(value Title)
	grep -aq '/Lang *(fr-FR)' "$name.pdf" && language=fr-FR || language=none
	headings=$(timeout 60 pdfinfo -struct-text "$name.pdf" | grep -o '"[^"]*"' | paste -sd' ')
	text=$(timeout 60 pdftotext "$name.pdf" - | tr -d '\f' | grep . | paste -sd' ')
	seen+="$name.pdf: tagged $(value Tagged), on the pages $text, in the structure ${headings:-nothing}, title ${title:-none}, language $language"$'\n'
done
cat <<TEXT
version: poppler $poppler (pdfunite, pdfseparate), pdfcpu $pdfcpu
guess:   what puts pages together or takes them apart keeps their structure, or says that the new file is not tagged
seen:    what became of one.pdf (and of two.pdf, whose heading is Recu):
$seen
So: make one tagged document instead of joining two, and check that each page's words are in the structure (pdfinfo -struct-text).
TEXT
[ "$seen" = 'one.pdf: tagged yes, on the pages Avis, in the structure "Avis", title Avis, language fr-FR
pdfunite.pdf: tagged no, on the pages Avis Recu, in the structure nothing, title none, language none
pdfcpu.pdf: tagged yes, on the pages Avis Recu, in the structure "Avis", title Avis, language fr-FR
pdfseparate.pdf: tagged yes, on the pages Avis, in the structure nothing, title Avis, language fr-FR
' ] || { echo "changed"; exit 1; }
