#!/usr/bin/env bash
# iban-qr-code writes the text of an EPC QR code (EPC069-12) and announces ISO 8859-1 in it. The usual library for QR codes writes such a
# text in UTF-8, so that a banking app which believes the announcement shows « RÃ©gie ». An amount as French people write it, 1 137,50,
# keeps its blank. Looked at for a letter that is paid by transfer.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
for p in node npm; do command -v "$p" >/dev/null || cannot "no $p"; done
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
cd "$folder" || cannot "no folder"
iban=1.0.0 qrcode=1.5.4 other=2.0.2
echo '{"private": true}' >package.json
timeout 300 npm install --silent --ignore-scripts --no-audit --no-fund --cache "$folder/cache" "iban-qr-code@$iban" "qrcode@$qrcode" \
	"sepa-payment-qr-code@$other" >npm.txt 2>&1 || cannot "$(tail -n 1 npm.txt)"
cat >finding.js <<'JS'
const { girocode } = require('iban-qr-code'), sepa = require('sepa-payment-qr-code'), qrcode = require('qrcode');
const charset = { 1: 'utf8', 2: 'latin1' }; // the third line of the text, as EPC069-12 numbers them
const payee = { name: 'Régie des eaux', iban: 'FR1420041010050500013M02606', bic: 'PSSTFRPPPAR' };
for (const [name, text] of [
	['iban-qr-code', girocode({ ...payee, amount: '1 137,50', reason: 'Facture 7' })],
	['sepa-payment-qr-code', sepa({ ...payee, amount: 1137.5, unstructuredReference: 'Facture 7' })],
]) {
	// what is in the code, and how an app reads it that does as the text says
	const bytes = Buffer.concat(qrcode.create(text, { errorCorrectionLevel: 'M' }).segments.map(s => Buffer.from(s.data)));
	const announced = bytes.toString('latin1').split('\n')[2];
	const read = bytes.toString(charset[announced]).split('\n');
	console.log(`${name}: charset ${announced}, payee ${read[5]}, amount ${read[7]}`);
}
JS
seen=$(timeout 60 node finding.js 2>read.txt) || cannot "$(grep -m 1 Error read.txt)"
cat <<TEXT
version: npm iban-qr-code $iban, sepa-payment-qr-code $other, qrcode $qrcode
guess:   the character set that is announced is the one that the QR code then has; an amount is EUR and digits, or an error
seen:    $seen
So: announce UTF-8 (encoding: '1'), give an amount as digits with a point, and read the finished code back.
TEXT
[ "$seen" = 'iban-qr-code: charset 2, payee RÃ©gie des eaux, amount EUR1 137.50
sepa-payment-qr-code: charset 1, payee Régie des eaux, amount EUR1137.50' ] || { echo "changed"; exit 1; }
