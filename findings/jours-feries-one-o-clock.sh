#!/usr/bin/env bash
# The French holidays of @socialgouv/jours-feries are midnights in the zone of the machine; those that follow Easter are counted in days of
# 24 hours. Where Easter is before or on the day on which summer time begins (2024, 2027), Easter Monday, Ascension and Whit Monday are
# at one o'clock: a day compared by its instant is then no holiday. Met beside examples/internal/reconcile, which counts bank days.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
for p in node npm; do command -v "$p" >/dev/null || cannot "no $p"; done
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
cd "$folder" || cannot "no folder"
version=2.0.0
echo '{"private": true}' >package.json
timeout 300 npm install --silent --ignore-scripts --no-audit --no-fund --cache "$folder/cache" "@socialgouv/jours-feries@$version" \
	>npm.txt 2>&1 || cannot "$(tail -n 1 npm.txt)"
cat >finding.mjs <<'JS'
import feries from '@socialgouv/jours-feries';
for (const year of [2024, 2025, 2026, 2027]) {
	const late = Object.entries(feries(year)).filter(([, day]) => day.getHours() !== 0);
	console.log(`${year}: ${late.map(([name, day]) => `${name} at ${day.toTimeString().slice(0, 5)}`).join(', ') || 'all at 00:00'}`);
}
JS
seen=$(TZ=Europe/Paris timeout 60 node finding.mjs 2>read.txt) || cannot "$(grep -m 1 Error read.txt)"
cat <<TEXT
version: @socialgouv/jours-feries $version, node $(node --version), in Paris
guess:   each holiday is the day's midnight, every year
seen:    $seen
So: compare year, month and day, never instants; a test with one year's Easter shows nothing.
TEXT
[ "$seen" = "2024: Lundi de Pâques at 01:00, Ascension at 01:00, Lundi de Pentecôte at 01:00
2025: all at 00:00
2026: all at 00:00
2027: Lundi de Pâques at 01:00, Ascension at 01:00, Lundi de Pentecôte at 01:00" ] || { echo "changed"; exit 1; }
