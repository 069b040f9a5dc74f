#!/usr/bin/env bash
# The official Node SDK of Worldline Direct checks a request against a schema of its own release before it sends it: a member that the
# platform's contract has and the release does not (tokenizationMode of a hosted checkout's cards) never leaves the machine. Met when the
# SDK drove the simulator with what our client sends, docs/direct.md §5.1.
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
const http = require('http'), sdk = require('onlinepayments-sdk-nodejs');
let asked = 0;
const server = http.createServer((req, res) => {
	asked++;
	req.resume().on('end', () => { res.setHeader('Content-Type', 'application/json'); res.end('{"hostedCheckoutId": "1"}'); });
});
server.listen(0, '127.0.0.1', async () => {
	const client = sdk.init({
		host: '127.0.0.1', scheme: 'http', port: server.address().port, apiKeyId: 'key', secretApiKey: 'only-for-this-script', integrator: 'finding',
	});
	const order = {amountOfMoney: {amount: 7550, currencyCode: 'EUR'}};
	for (const card of [{groupCards: true}, {groupCards: true, tokenizationMode: 'noTokenization'}]) {
		const before = asked;
		let how = 'no error';
		try {
			await client.hostedCheckout.createHostedCheckout('merchant', {order, hostedCheckoutSpecificInput: {cardPaymentMethodSpecificInput: card}});
		} catch (e) { how = e.message.replace('instance.hostedCheckoutSpecificInput.cardPaymentMethodSpecificInput ', ''); }
		console.log(`${Object.keys(card).join(' and ')}: ${asked - before} request, ${how}`);
	}
	server.close();
	server.closeAllConnections();
});
JS
seen=$(timeout 60 node finding.js)
cat <<TEXT
version: onlinepayments-sdk-nodejs $version, node $(node --version)
guess:   a client sends what it is given, and the platform says what it does not know
seen:    $seen
So: with the SDK, which members exist is a matter of its release, not of the contract; a test of a server needs more than the SDK.
TEXT
[ "$seen" = 'groupCards: 1 request, no error
groupCards and tokenizationMode: 0 request, is not allowed to have the additional property "tokenizationMode"' ] || { echo "changed"; exit 1; }
