#!/usr/bin/env bash
# A number format with a blank between thousands, as French people write it (# ##0.00), is shown by excelize with the blank in another
# place than LibreOffice shows it: 1137.5 becomes "11 37.50". A no-break space is shown as the format's own text.
set -uo pipefail
command -v go >/dev/null || { echo "go is not installed: cannot run"; exit 3; }
command -v soffice >/dev/null || { echo "soffice (Debian: libreoffice-calc) is not installed: cannot run"; exit 3; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 3
cat >go.mod <<'MOD'
module finding

go 1.26.0

require github.com/xuri/excelize/v2 v2.11.1
MOD
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
export GOFLAGS=-mod=mod GOWORK=off
go mod tidy >/dev/null 2>&1 && go build -o finding . 2>build.log || { echo "excelize cannot be built here: cannot run"; exit 3; }
excelize=$(./finding) || { echo "excelize did not run"; exit 3; }
soffice "-env:UserInstallation=file://$folder/profile" --headless --convert-to fods formats.xlsx >/dev/null 2>&1 || { echo "soffice did not run"; exit 3; }
office=$(grep -o '<text:p>[0-9][^<]*' formats.fods | sed 's/<text:p>//')

echo "excelize v2.11.1, $(soffice --version 2>/dev/null | head -1); the number is 1137.5, the formats are # ##0.00, the same with a no-break space, #,##0.00"
echo "most would guess: both show the blank between the thousands, 1 137.50"
printf 'LibreOffice shows:\n%s\nexcelize (GetCellValue) shows:\n%s\n' "$office" "$excelize"
nbsp=$(printf '\302\240')
want_excelize="11 37.50
#${nbsp}1137.50
1,137.50"
want_office="1 137.50
1${nbsp}137.50
1,137.50"
[ "$excelize" = "$want_excelize" ] && [ "$office" = "$want_office" ] && exit 0
echo "that has changed"
exit 1
