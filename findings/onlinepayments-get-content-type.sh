#!/usr/bin/env bash
# The official Node SDK of Worldline Direct sends a Content-Type with GET and does not sign it. A server that signs what it
# received refuses every question of that client. Met with the facts of docs/direct.md §4.4.
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
const http = require('http'), crypto = require('crypto'), sdk = require('onlinepayments-sdk-nodejs');
const secret = 'only-for-this-script';
const server = http.createServer((req, res) => {
	req.resume().on('end', () => {
		const h = req.headers;
		const gcs = Object.keys(h).filter(n => n.startsWith('x-gcs')).sort().map(n => `${n}:${h[n].trim()}\n`).join('');
		const signature = type => crypto.createHmac('sha256', secret)
			.update(`${req.method}\n${type}\n${h.date}\n${gcs}${req.url}\n`).digest('base64');
		const got = h.authorization.split(':').pop();
		const how = got === signature('') ? 'signed without it' : got === signature(h['content-type']) ? 'signed with it' : 'signed otherwise';
		console.log(`${req.method} sends Content-Type ${h['content-type']}, ${how}`);
		res.setHeader('Content-Type', 'application/json');
		res.end('{"result": "OK"}');
	});
});
server.listen(0, '127.0.0.1', async () => {
	const client = sdk.init({
		host: '127.0.0.1', scheme: 'http', port: server.address().port, apiKeyId: 'key', secretApiKey: secret, integrator: 'finding',
	});
	await client.services.testConnection('merchant');
	await client.hostedCheckout.createHostedCheckout('merchant', {order: {amountOfMoney: {amount: 7550, currencyCode: 'EUR'}}});
	server.close();
	server.closeAllConnections();
});
JS
seen=$(timeout 60 node finding.js)
cat <<TEXT
version: onlinepayments-sdk-nodejs $version, node $(node --version)
guess:   the signature's second line is the Content-Type that is sent, for each method
seen:    $seen
So: a server of this protocol signs GET with an empty line whatever came; a client sends no Content-Type with GET.
TEXT
[ "$seen" = 'GET sends Content-Type application/json, signed without it
POST sends Content-Type application/json, signed with it' ] || { echo "changed"; exit 1; }
