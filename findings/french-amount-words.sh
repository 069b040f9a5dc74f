#!/usr/bin/env bash
# An amount in French words, as a receipt bears it: num2words reads a whole number as cents and the same number as a Decimal as euros;
# written-number rounds to whole units without a word, and writes 80 000 with an s too many; none of the three writes « un million
# d'euros ». Looked at for the receipt of examples/teleservice, which bears figures only.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
for p in node npm; do command -v "$p" >/dev/null || cannot "no $p"; done
python=/usr/bin/python3 # Debian's own: others do not have its packages
version=$(dpkg-query -W -f '${Version}' python3-num2words 2>/dev/null)
case $version in 0.5.10-*) ;; "") cannot "no num2words (Debian: python3-num2words)" ;; *) cannot "num2words $version; this was seen with 0.5.10" ;; esac
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
cd "$folder" || cannot "no folder"
n2words=4.0.0 written=0.11.1
echo '{"private": true}' >package.json
timeout 300 npm install --silent --ignore-scripts --no-audit --no-fund --cache "$folder/cache" "n2words@$n2words" "written-number@$written" \
	>npm.txt 2>&1 || cannot "$(tail -n 1 npm.txt)"
cat >finding.mjs <<'JS'
import { createRequire } from 'node:module';
import { toCurrency } from 'n2words/fr-FR';
const written = createRequire(import.meta.url)('written-number');
for (const n of [80, 137.5, 80000, 1000000]) {
	console.log(`${n}: n2words ${toCurrency(n, { currency: 'EUR' })}; written-number ${written(n, { lang: 'fr' })}`);
}
JS
cat >finding.py <<'PY'
from decimal import Decimal
from num2words import num2words

for n in 80, Decimal(80), Decimal("137.50"), Decimal(1000000):
    print(f"{n!r}: num2words {num2words(n, lang='fr', to='currency')}")
PY
seen=$(timeout 60 node finding.mjs 2>read.txt && timeout 60 "$python" finding.py 2>>read.txt) || cannot "$(grep -m 1 Error read.txt)"
cat <<TEXT
version: npm n2words $n2words, npm written-number $written, num2words $version
guess:   80 is quatre-vingts (euros) whatever its type, 137,50 keeps its half, 80 000 is quatre-vingt mille, a million is un million d'euros
seen:    $seen
So: give num2words a Decimal, never an int; look at 80 000, a half and a million before you trust a library with words.
TEXT
[ "$seen" = "80: n2words quatre-vingts euros; written-number quatre-vingts
137.5: n2words cent trente-sept euros et cinquante centimes; written-number cent trente-huit
80000: n2words quatre-vingt mille euros; written-number quatre-vingts mille
1000000: n2words un million euros; written-number un million
80: num2words zéro euros et quatre-vingts centimes
Decimal('80'): num2words quatre-vingts euros et zéro centimes
Decimal('137.50'): num2words cent trente-sept euros et cinquante centimes
Decimal('1000000'): num2words un million euros et zéro centimes" ] || { echo "changed"; exit 1; }
