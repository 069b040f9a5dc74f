#!/usr/bin/env bash
# The SIRET numbers of La Poste's establishments do not follow Luhn's rule but one of their own (the sum of the digits is a multiple of
# 5). Three validators on npm refuse them, one of which takes "18" for a SIRET; Debian's stdnum knows the rule. Looked at for debtors who
# are companies: a post office pays for water, too.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
for p in node npm; do command -v "$p" >/dev/null || cannot "no $p"; done
python=/usr/bin/python3 # Debian's own: others do not have its packages
stdnum=$("$python" -c 'import stdnum; print(stdnum.__version__)' 2>/dev/null) || cannot "no stdnum (Debian: python3-stdnum)"
[ "$stdnum" = 1.18 ] || cannot "stdnum $stdnum; this was seen with 1.18 of Debian 12"
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
cd "$folder" || cannot "no folder"
siret=1.0.1 vat=1.2.1 form=2.4.0
echo '{"private": true}' >package.json
timeout 300 npm install --silent --ignore-scripts --no-audit --no-fund --cache "$folder/cache" "siret@$siret" "vat-siren-siret@$vat" \
	"@form-validation/validator-siret@$form" >npm.txt 2>&1 || cannot "$(tail -n 1 npm.txt)"
cat >finding.js <<'JS'
const { isSIRET } = require('siret'), vat = require('vat-siren-siret'), form = require('@form-validation/validator-siret').siret();
for (const n of process.argv.slice(2)) {
	console.log(`${n}: siret ${isSIRET(n)}, vat-siren-siret ${vat.isSIRET(n)}, form-validation ${form.validate({ value: n }).valid}`);
}
JS
# Two numbers of stdnum's own tests (an establishment of La Poste, another company's), and one that is too short.
numbers=(35600000049837 73282932000074 18)
seen=$(timeout 60 node finding.js "${numbers[@]}" 2>read.txt) || cannot "$(grep -m 1 Error read.txt)"
own=$(timeout 60 "$python" -c 'import sys
from stdnum.fr import siret
print(", ".join(f"{n} {siret.is_valid(n)}" for n in sys.argv[1:]))' "${numbers[@]}")
seen="$seen
stdnum: $own"
cat <<TEXT
version: npm siret $siret, vat-siren-siret $vat, @form-validation/validator-siret $form, stdnum $stdnum
guess:   a validator that is named after the SIRET takes every SIRET that exists, and none that has two digits
seen:    $seen
So: where a number begins with 356000000, ask for a sum of digits that is a multiple of 5; let a person go on with a number you doubt.
TEXT
[ "$seen" = '35600000049837: siret false, vat-siren-siret false, form-validation false
73282932000074: siret true, vat-siren-siret true, form-validation true
18: siret false, vat-siren-siret false, form-validation true
stdnum: 35600000049837 True, 73282932000074 True, 18 False' ] || { echo "changed"; exit 1; }
