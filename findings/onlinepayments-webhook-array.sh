#!/usr/bin/env bash
# A guide of Worldline Direct prints a webhook as an array of one event; the official Node SDK finds the signature of such a body right, and
# then refuses it for the version of the API, which stands in the event. Met with the webhooks of docs/direct.md §13.4.
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
const crypto = require('crypto'), {webhooks} = require('onlinepayments-sdk-nodejs');
webhooks.inMemorySecretKeyStore.storeSecretKey('key', 'only-for-this-script');
const helper = webhooks.init(webhooks.inMemorySecretKeyStore);
const event = '{"apiVersion":"v1","id":"1","merchantId":"m","type":"payment.captured"}';
(async () => {
	for (const [name, text] of [['the event', event], ['an array of the event', `[${event}]`]]) {
		const body = Buffer.from(text);
		const headers = {
			'X-GCS-KeyId': 'key', 'X-GCS-Signature': crypto.createHmac('sha256', 'only-for-this-script').update(body).digest('base64'),
		};
		let how = 'signature right, ';
		try { await helper.validate(body, headers); } catch (e) { how = 'signature wrong, '; }
		try { how += (await helper.unmarshal(body, headers)).type; } catch (e) { how += e.message; }
		console.log(`${name}: ${how}`);
	}
})();
JS
seen=$(timeout 60 node finding.js)
cat <<TEXT
version: onlinepayments-sdk-nodejs $version, node $(node --version)
guess:   what the platform's own guide prints, its own SDK reads
seen:    $seen
So: a receiver reads both an object and an array of objects, for it cannot know which of the two its platform sends.
TEXT
[ "$seen" = 'the event: signature right, payment.captured
an array of the event: signature right, event API version undefined is not compatible with SDK API version v1' ] || { echo "changed"; exit 1; }
