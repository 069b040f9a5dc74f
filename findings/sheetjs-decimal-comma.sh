#!/usr/bin/env bash
# A bank's CSV file with a decimal comma, read by the spreadsheet library xlsx (SheetJS): 137,50 becomes 13750, a hundred times the money,
# while 1 137,00 in the next line stays text; an authorisation number in quotes loses its zero; 3 April becomes 4 March, 21 seconds past
# midnight in Paris, and 13 April stays text. exceljs takes only the quoted numbers. Met beside examples/internal/bankfile.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
for p in node npm; do command -v "$p" >/dev/null || cannot "no $p"; done
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
cd "$folder" || cannot "no folder"
sheetjs=0.18.5 exceljs=4.4.0
echo '{"private": true}' >package.json
timeout 300 npm install --silent --ignore-scripts --no-audit --no-fund --cache "$folder/cache" "xlsx@$sheetjs" "exceljs@$exceljs" \
	>npm.txt 2>&1 || cannot "$(tail -n 1 npm.txt)"
cat >account.csv <<'CSV'
Date;Montant;Autorisation;Reference
03/04/2026;137,50;"041207";"1E5"
13/04/2026;1 137,00;"12E345";"PCLCB0001"
CSV
cat >finding.js <<'JS'
const fs = require('fs'), SheetJS = require('xlsx'), ExcelJS = require('exceljs');
const text = fs.readFileSync('account.csv', 'utf8');
const say = (name, rows) => rows.forEach((r, i) => console.log(`${name}, line ${i + 1}: ${r.map(c => JSON.stringify(c)).join(' ')}`));
const sheet = options => SheetJS.utils.sheet_to_json(SheetJS.read(text, {type: 'string', ...options}).Sheets.Sheet1, {header: 1}).slice(1);
(async () => {
	say('xlsx', sheet({}));
	say('xlsx with raw', sheet({raw: true}));
	const book = new ExcelJS.Workbook(), read = await book.csv.readFile('account.csv', {parserOptions: {delimiter: ';'}});
	say('exceljs', read.getSheetValues().slice(2).map(r => r.slice(1)));
})();
JS
seen=$(TZ=Europe/Paris timeout 60 node finding.js 2>read.txt) || cannot "$(grep -m 1 Error read.txt)"
cat <<TEXT
version: npm xlsx $sheetjs, exceljs $exceljs, node $(node --version)
guess:   137,50 is 137.5 or text, in quotes is text, and all lines of one column are of one kind
seen:    the file, then what is in the cells (46085 is 4 March 2026 in a spreadsheet; the machine is in Paris):
$(sed 1d account.csv)
$seen
So: read with {raw: true} and make numbers by hand; test with a comma, a leading zero and a day after the twelfth.
TEXT
[ "$seen" = 'xlsx, line 1: 46085.000243055554 13750 41207 100000
xlsx, line 2: "13/04/2026" "1 137,00" "12E345" "PCLCB0001"
xlsx with raw, line 1: "03/04/2026" "137,50" "041207" "1E5"
xlsx with raw, line 2: "13/04/2026" "1 137,00" "12E345" "PCLCB0001"
exceljs, line 1: "03/04/2026" "137,50" 41207 100000
exceljs, line 2: "13/04/2026" "1 137,00" "12E345" "PCLCB0001"' ] || { echo "changed"; exit 1; }
