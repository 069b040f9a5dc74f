#!/usr/bin/env bash
# The line :61: of an MT940 statement has a value day with its year (251231) and a booking day without one (0102). Three parsers from npm
# give the booking day the year of the value day: 2 January 2025, a year before the money moved. One of them also takes the mark RC, a
# credit that is reversed, for a credit.
set -uo pipefail
command -v npm >/dev/null && command -v node >/dev/null || { echo "node and npm are not installed: cannot run"; exit 3; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 3
npm init -y >/dev/null 2>&1
# mt940-js needs tslib and does not name it.
npm install --silent --no-audit --no-fund mt940js@1.3.5 mt940-js@1.0.0 @centrapay/swift-parser@1.0.1 tslib@2.8.1 >npm.log 2>&1 || { echo "the packages cannot be installed here: cannot run"; exit 3; }
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
cat >read.mjs <<'JS'
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
seen=$(node read.mjs 2>read.log) || { echo "the parsers did not run:"; head -3 read.log; exit 3; }
echo "node $(node --version); balances 1000,00 and 1087,00, value day 2025-12-31, booking day 0102, then 137,00 (C) and 50,00 (RC)"
echo "most would guess: booked on 2026-01-02, 137 and -50, as the balances say"
echo "$seen"
want="mt940js 1.3.5: 2025-01-02 137, 2025-01-02 -50
mt940-js 1.0.0: 2025-01-02 137, 2025-01-02 50
@centrapay/swift-parser 1.0.1: 2025-01-02 137, 2025-01-02 -50"
[ "$seen" = "$want" ] && exit 0
echo "that has changed"
exit 1
