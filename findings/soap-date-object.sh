#!/usr/bin/env bash
# npm soap reads xsd:date and xsd:dateTime as a Date and cannot send one: the element is empty, and nothing says so. A day with a zone, as the
# schema allows it (2026-03-04+01:00), is an Invalid Date. strong-soap, its fork, does both. Looked at when clients of PayFiP
# (docs/payfip.md) were tried: its days are texts, those of other desks are not.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
for p in node npm; do command -v "$p" >/dev/null || cannot "no $p"; done
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
cd "$folder" || cannot "no folder"
soap=1.13.0 strong=5.0.10
echo '{"private": true}' >package.json
timeout 300 npm install --silent --ignore-scripts --no-audit --no-fund --cache "$folder/cache" "soap@$soap" "strong-soap@$strong" \
	>npm.txt 2>&1 || cannot "$(tail -n 1 npm.txt)"
cat >desk.wsdl <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:tns="urn:example:desk"
    xmlns:xsd="http://www.w3.org/2001/XMLSchema" name="Desk" targetNamespace="urn:example:desk">
  <types><xsd:schema targetNamespace="urn:example:desk">
    <xsd:element name="ask" type="tns:dated"/><xsd:element name="askResponse" type="tns:dated"/>
    <xsd:complexType name="dated"><xsd:sequence>
      <xsd:element name="day" type="xsd:date"/><xsd:element name="at" type="xsd:dateTime"/>
    </xsd:sequence></xsd:complexType>
  </xsd:schema></types>
  <message name="ask"><part name="parameters" element="tns:ask"/></message>
  <message name="askResponse"><part name="parameters" element="tns:askResponse"/></message>
  <portType name="Desk"><operation name="ask"><input message="tns:ask"/><output message="tns:askResponse"/></operation></portType>
  <binding name="DeskSoap" type="tns:Desk"><soap:binding transport="http://schemas.xmlsoap.org/soap/http" style="document"/>
    <operation name="ask"><soap:operation soapAction=""/>
      <input><soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation></binding>
  <service name="Desk"><port name="Desk" binding="tns:DeskSoap"><soap:address location="http://127.0.0.1/"/></port></service>
</definitions>
XML
cat >finding.js <<'JS'
const http = require('http');
const answer = day => `<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><a:askResponse xmlns:a="urn:example:desk">` +
	`<day>${day}</day><at>2026-03-04T12:00:00Z</at></a:askResponse></S:Body></S:Envelope>`;
let day, sent;
const server = http.createServer((req, res) => {
	sent = '';
	req.on('data', d => sent += d).on('end', () => {
		res.setHeader('Content-Type', 'text/xml');
		res.end(answer(day));
	});
});
const say = d => d instanceof Date ? 'Date ' + (isNaN(d) ? 'Invalid' : d.toISOString()) : JSON.stringify(d);
server.listen(0, '127.0.0.1', async () => {
	for (const [name, soap] of [['soap', require('soap')], ['strong-soap', require('strong-soap').soap]]) {
		const client = await new Promise((done, fail) => soap.createClient('desk.wsdl', {}, (err, c) => err ? fail(err) : done(c)));
		client.setEndpoint(`http://127.0.0.1:${server.address().port}/`);
		const ask = args => new Promise((done, fail) => client.ask(args, (err, result) => err ? fail(err) : done(result)));
		day = '2026-03-04';
		const read = await ask({ day: '2026-03-04', at: '2026-03-04T12:00:00Z' });
		console.log(`${name} reads ${say(read.day)}, ${say(read.at)}`);
		day = '2026-03-04+01:00';
		await ask(read); // what it has read is sent as it is
		console.log(`${name} sends ${['day', 'at'].map(n => sent.match(new RegExp(`<[^<]*\\b${n}(/>|>[^<]*)`))[0].replace(/<[^>]*:/, '<')).join(' ')}`);
		console.log(`${name} reads ${day} as ${say((await ask({ day, at: '2026-03-04T12:00:00Z' })).day)}`);
	}
	server.close();
	server.closeAllConnections();
});
JS
seen=$(TZ=Europe/Paris timeout 60 node finding.js 2>read.txt) || cannot "$(grep -m 1 Error read.txt)"
cat <<TEXT
version: npm soap $soap, strong-soap $strong on node $(node --version)
guess:   what was read as a Date can be sent as one, as strong-soap does, or is refused; a day with a zone is a day
seen:    $seen
So: give npm soap texts in the schema's form, never a Date, and read a day as a text (its option customDeserializer).
TEXT
[ "$seen" = 'soap reads Date 2026-03-04T00:00:00.000Z, Date 2026-03-04T12:00:00.000Z
soap sends <day> <at>
soap reads 2026-03-04+01:00 as Date Invalid
strong-soap reads Date 2026-03-04T00:00:00.000Z, Date 2026-03-04T12:00:00.000Z
strong-soap sends <day>2026-03-04Z <at>2026-03-04T12:00:00.000Z
strong-soap reads 2026-03-04+01:00 as Date 2026-03-04T00:00:00.000Z' ] || { echo "changed"; exit 1; }
