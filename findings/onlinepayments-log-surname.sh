#!/usr/bin/env bash
# Worldline's Node SDK can log its calls with what is personal made unreadable: first name, day of birth, street, e-mail address. The
# surname stays, as do the town, the name of the firm and the echo by which a return is recognised (RETURNMAC). Met with
# docs/direct.md, when it was asked what of a payer gets into a log.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
for p in node npm; do command -v "$p" >/dev/null || cannot "no $p"; done
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
cd "$folder" || cannot "no folder"
version=6.2.0
echo '{"private": true}' >package.json
timeout 300 npm install --silent --ignore-scripts --no-audit --no-fund --cache "$folder/cache" \
	"onlinepayments-sdk-nodejs@$version" >npm.txt 2>&1 ||
	cannot "$(tail -n 1 npm.txt)"
cat >finding.js <<'JS'
const http = require('http'), {init} = require('onlinepayments-sdk-nodejs');
const server = http.createServer((req, res) => {
	req.resume().on('end', () => {
		res.setHeader('Content-Type', 'application/json');
		res.end('{"RETURNMAC":"an-echo","hostedCheckoutId":"1"}');
	});
});
// Every word here is invented. The log is searched for the words, not for the names of the members.
const words = {firstName: 'Camille', surname: 'Exemple', dateOfBirth: '19700102', street: 'rue Inconnue', zip: '99999', city: 'Ailleurs',
	emailAddress: 'camille', companyName: 'Modele', RETURNMAC: 'an-echo'};
const body = {order: {amountOfMoney: {amount: 7550, currencyCode: 'EUR'}, customer: {
	personalInformation: {name: {firstName: words.firstName, surname: words.surname}, dateOfBirth: words.dateOfBirth},
	billingAddress: {street: words.street, zip: words.zip, city: words.city},
	contactDetails: {emailAddress: words.emailAddress}, companyInformation: {name: words.companyName}}}};
server.listen(0, '127.0.0.1', async () => {
	const hide = () => '*';
	for (const [name, obfuscationRules] of [['by itself', undefined], ['with rules', {surname: hide, city: hide, name: hide, RETURNMAC: hide}]]) {
		let log = '';
		const keep = message => { log += message; };
		const client = init({host: '127.0.0.1', scheme: 'http', port: server.address().port, apiKeyId: 'key', secretApiKey: 'only-for-this-script',
			integrator: 'finding', enableLogging: true, logger: {info: keep, warn: keep, error: keep}, obfuscationRules});
		await client.hostedCheckout.createHostedCheckout('merchant', body);
		console.log(`${name}: ${Object.keys(words).filter(k => log.includes(words[k])).join(', ') || 'none'}`);
	}
	server.close();
	server.closeAllConnections();
});
JS
seen=$(timeout 60 node finding.js 2>&1)
cat <<TEXT
version: onlinepayments-sdk-nodejs $version, node $(node --version)
guess:   a log that hides a payer's first name hides the surname too: none of the words can be read in it
seen:    can be read in the log,
$seen
So: give obfuscationRules for surname, city, name and RETURNMAC before enableLogging, or log no bodies at all.
TEXT
[ "$seen" = 'by itself: surname, city, companyName, RETURNMAC
with rules: none' ] || { echo "changed"; exit 1; }
