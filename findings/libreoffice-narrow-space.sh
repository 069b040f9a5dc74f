#!/usr/bin/env bash
# What Intl.NumberFormat('fr-FR') writes, an amount with CLDR's narrow no-break space (U+202F) between thousands, is a text for
# LibreOffice, set to French: SUM passes over it without a word, so that a total lacks exactly the amounts from 1000 € on. With U+00A0 or
# a blank it is a number. Met with amounts that inbox writes, and with CSV files that officers open.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v node >/dev/null || cannot "no node"
command -v soffice >/dev/null || cannot "no LibreOffice (Debian: libreoffice-calc)"
version=$(soffice --version | cut -d' ' -f2)
case $version in 7.4.*) ;; *) cannot "LibreOffice $version; this was seen with 7.4 of Debian 12" ;; esac
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
cd "$folder" || cannot "no folder"
cat >write.js <<'JS'
const euros = n => new Intl.NumberFormat('fr-FR', { minimumFractionDigits: 2 }).format(n);
if (euros(1137.5) !== '1\u202f137,50') throw new Error('this node writes ' + JSON.stringify(euros(1137.5)));
const file = space => 'order;euros\n' + ['A;137.5', 'B;1137.5', 'C;20'].map(row => {
	const [order, amount] = row.split(';');
	return order + ';' + euros(Number(amount)).replace('\u202f', space);
}).join('\n') + '\ntotal;=SUM(B2:B4)\n';
const { writeFileSync } = require('fs');
for (const [name, space] of [['narrow', '\u202f'], ['nobreak', '\u00a0'], ['blank', ' ']]) writeFileSync(name + '.csv', file(space));
JS
timeout 60 node write.js 2>write.txt || cannot "$(grep -m 1 Error write.txt)"
# Semicolons, UTF-8, French, no column formats: what a person gets who presses OK.
timeout 300 soffice "-env:UserInstallation=file://$folder/profile" --headless --infilter="CSV:59,34,76,1,,1036" \
	--convert-to "csv:Text - txt - csv (StarCalc):59,34,76,1,,1036,false,true,false" --outdir out narrow.csv nobreak.csv blank.csv \
	>convert.txt 2>&1 || cannot "$(tail -n 1 convert.txt)"
seen=$(for n in narrow nobreak blank; do echo "$n: $(sed -n 's/^total;//p' "out/$n.csv" | tr , .)"; done)
cat <<TEXT
version: LibreOffice $version, node $(node --version)
guess:   the total of 137,50, 1 137,50 and 20,00 is 1295,00 whatever space there is, or the cell is an error that one sees
seen:    $seen
So: write numbers for machines in files (1137.50 or 1137,50), and the French space for people only; count the cells that SUM has counted.
TEXT
[ "$seen" = 'narrow: 157.5
nobreak: 1295
blank: 1295' ] || { echo "changed"; exit 1; }
