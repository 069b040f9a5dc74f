#!/usr/bin/env bash
# A number format with a blank between thousands, as French people write it (# ##0.00), is shown by excelize with the blank in another
# place than by LibreOffice; a no-break space is shown with the format's own text. Met in examples/internal/workbook, which writes
# amounts for officers.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v go >/dev/null || cannot "no go"
command -v soffice >/dev/null || cannot "no LibreOffice (Debian: libreoffice-calc)"
office=$(soffice --version | cut -d' ' -f2)
case $office in 7.4.*) ;; *) cannot "LibreOffice $office; this was seen with 7.4 of Debian 12" ;; esac
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
export GOMODCACHE=$folder/modules GOFLAGS="-mod=mod -modcacherw -trimpath" GOWORK=off
cd "$folder" || cannot "no folder"
version=v2.11.1
printf 'module finding.example\n\ngo 1.26.0\n\nrequire github.com/xuri/excelize/v2 %s\n' "$version" >go.mod
cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/xuri/excelize/v2"
)

func main() {
	f := excelize.NewFile()
	for i, format := range []string{"# ##0.00", "#\u00a0##0.00", "#,##0.00"} {
		style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
		if err != nil {
			panic(err)
		}
		cell := fmt.Sprintf("A%d", i+1)
		if err := f.SetCellValue("Sheet1", cell, 1137.5); err != nil {
			panic(err)
		}
		if err := f.SetCellStyle("Sheet1", cell, cell, style); err != nil {
			panic(err)
		}
		shown, err := f.GetCellValue("Sheet1", cell)
		if err != nil {
			panic(err)
		}
		fmt.Println(shown)
	}
	if err := f.SaveAs("formats.xlsx"); err != nil {
		panic(err)
	}
}
GO
timeout 300 go build -o finding . 2>build.txt || cannot "$(tail -n 1 build.txt)"
excelize=$(timeout 60 ./finding) || cannot "excelize wrote no workbook"
timeout 300 soffice "-env:UserInstallation=file://$folder/profile" --headless --convert-to fods formats.xlsx >convert.txt 2>&1 ||
	cannot "$(tail -n 1 convert.txt)"
# The no-break space is written as ~, so that it can be seen.
seen=$(printf 'LibreOffice: %s\nexcelize:    %s\n' "$(grep -o '<text:p>[0-9][^<]*' formats.fods | sed 's/<text:p>//' | paste -sd'|')" \
	"$(paste -sd'|' <<<"$excelize")" | sed 's/\xc2\xa0/~/g')
cat <<TEXT
version: excelize $version, LibreOffice $office
guess:   1137.5 in # ##0.00, in the same with a no-break space (~) and in #,##0.00 reads 1 137.50|1~137.50|1,137.50 in both
seen:    $seen
So: do not test with GetCellValue how an amount looks; compare raw values, and look at formats with the office's own program.
TEXT
[ "$seen" = 'LibreOffice: 1 137.50|1~137.50|1,137.50
excelize:    11 37.50|#~1137.50|1,137.50' ] || { echo "changed"; exit 1; }
