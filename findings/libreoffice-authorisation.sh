#!/usr/bin/env bash
# An authorisation number in a CSV file that LibreOffice opens: a number such as 12E345 becomes the largest number there is,
# without a word. Met with the day's export of payment and with examples/reconcile, which says when a cell may have gone through
# a spreadsheet.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v soffice >/dev/null || cannot "no LibreOffice (Debian: libreoffice-calc)"
version=$(soffice --version | cut -d' ' -f2)
case $version in 7.4.*) ;; *) cannot "LibreOffice $version; this was seen with 7.4 of Debian 12" ;; esac
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
cd "$folder" || cannot "no folder"
cat >day.csv <<'CSV'
reference;authorisation
PCLCB263320000001;761208
PCLCB263320000002;012345
PCLCB263320000003;12E3
PCLCB263320000004;12E345
CSV
# Semicolons, UTF-8, French, no column formats: what a person gets who presses OK. Saved again as it is shown.
timeout 300 soffice "-env:UserInstallation=file://$folder/profile" --headless --infilter="CSV:59,34,76,1,,1036" \
	--convert-to "csv:Text - txt - csv (StarCalc):59,34,76,1,,1036,false,true,false" --outdir out day.csv >convert.txt 2>&1 ||
	cannot "$(tail -n 1 convert.txt)"
seen=$(cut -d';' -f2 out/day.csv | tail -n +2 | tr , . | paste -sd" ")
cat <<TEXT
version: LibreOffice $version
guess:   761208, 012345, 12E3 and 12E345 come through as they are, or one sees at least that a zero is gone
seen:    $seen
So: text columns must be declared at import; of 12E345 nothing is left that could be found again, not even an error.
TEXT
[ "$seen" = "761208 12345 12000 1.79769313486232E+308" ] || { echo "changed"; exit 1; }
