#!/usr/bin/env bash
# The line :61: of an MT940 statement has a value day with its year (251231) and a booking day without one (0102). Three parsers from npm
# give the booking day the year of the value day: 2 January 2025, a year before the money moved. One of them also takes the mark RC, a
# credit that is reversed, for a credit. Met beside examples/internal/bankfile, which reads MT940.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
for p in node npm; do command -v "$p" >/dev/null || cannot "no $p"; done
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
cd "$folder" || cannot "no folder"
echo '{"private": true}' >package.json
# mt940-js needs tslib and does not name it.
timeout 300 npm install --silent --ignore-scripts --no-audit --no-fund --cache "$folder/cache" \
	mt940js@1.3.5 mt940-js@1.0.0 @centrapay/swift-parser@1.0.1 tslib@2.8.1 >npm.txt 2>&1 ||
	cannot "$(tail -n 1 npm.txt)"
cat >statement.sta <<'MT940'
:20:REL1
:25:20041/010050500013M026
:28C:1/1
:60F:C251230EUR1000,00
:61:2512310102C137,00NMSCNONREF//0030261
:86:REMISE CB
:61:2512310102RC50,00NMSCNONREF//0030265
:86:REPRISE
:62F:C260102EUR1087,00
-
MT940
cat >finding.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const text = readFileSync('statement.sta', 'utf8');
const day = d => (typeof d === 'string' ? d : d.toISOString()).slice(0, 10);
const say = (name, rows) => console.log(name + ': ' + rows.join(', '));
const { Parser } = require('mt940js');
say('mt940js 1.3.5', new Parser().parse(text)[0].transactions.map(t => day(t.entryDate) + ' ' + t.amount));
const own = (await require('mt940-js').read(Buffer.from(text)))[0];
say('mt940-js 1.0.0', own.transactions.map(t => day(t.entryDate) + ' ' + (t.isCredit ? '' : '-') + t.amount));
const swift = require('@centrapay/swift-parser');
say('@centrapay/swift-parser 1.0.1', swift.parse({ type: 'mt940', data: text })[0].transactions.map(t => day(t.entryDate) + ' ' + t.amount));
JS
seen=$(timeout 60 node finding.mjs 2>read.txt) || cannot "$(grep -m 1 Error read.txt)"
cat <<TEXT
version: mt940js 1.3.5, mt940-js 1.0.0, @centrapay/swift-parser 1.0.1, node $(node --version)
guess:   137 and -50, both booked on 2026-01-02, as the balances 1000,00 (30 December) and 1087,00 (2 January) say
seen:    $seen
So: give a booking day the year that brings it nearest to the value day, and add the lines up to the closing balance.
TEXT
[ "$seen" = 'mt940js 1.3.5: 2025-01-02 137, 2025-01-02 -50
mt940-js 1.0.0: 2025-01-02 137, 2025-01-02 50
@centrapay/swift-parser 1.0.1: 2025-01-02 137, 2025-01-02 -50' ] || { echo "changed"; exit 1; }
