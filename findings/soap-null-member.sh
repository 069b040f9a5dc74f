#!/usr/bin/env bash
# An optional member that is null, in four SOAP clients: left out, empty, or with xsi:nil, which the schema does not allow. A service is
# told three things for one. Met with PayFiP (docs/payfip.md §3), whose members are all optional, so that null is what a program has for
# those it does not use.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
for p in php node npm; do command -v "$p" >/dev/null || cannot "no $p"; done
php -r 'exit(class_exists("SoapClient") ? 0 : 1);' || cannot "PHP without SoapClient (Debian: php-soap)"
php=$(php -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;')
[ "$php" = 8.2 ] || cannot "PHP $php; this was seen with 8.2 of Debian 12"
python=/usr/bin/python3 # Debian's own: others do not have its packages
zeep=$("$python" -c 'import zeep; print(zeep.__version__)' 2>/dev/null) || cannot "no zeep (Debian: python3-zeep)"
[ "$zeep" = 4.2.1 ] || cannot "zeep $zeep; this was seen with 4.2.1"
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
    <xsd:element name="ask" type="tns:ask"/><xsd:element name="askResponse" type="tns:askResponse"/>
    <xsd:complexType name="ask"><xsd:sequence><xsd:element name="arg0" type="tns:question" minOccurs="0"/></xsd:sequence></xsd:complexType>
    <xsd:complexType name="question"><xsd:sequence><xsd:element name="idOp" type="xsd:string" minOccurs="0"/></xsd:sequence></xsd:complexType>
    <xsd:complexType name="askResponse"><xsd:sequence><xsd:element name="return" type="xsd:string" minOccurs="0"/></xsd:sequence></xsd:complexType>
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
const http = require('http'), soap = require('soap'), strong = require('strong-soap').soap;
const answer = '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>' +
	'<a:askResponse xmlns:a="urn:example:desk"><return>ok</return></a:askResponse></S:Body></S:Envelope>';
let sent;
const server = http.createServer((req, res) => {
	let body = '';
	req.on('data', d => body += d).on('end', () => {
		sent = body.match(/<arg0.*<\/arg0>|<arg0\/>/s)[0].replace(/>\s+</g, '><');
		res.setHeader('Content-Type', 'text/xml');
		res.end(answer);
	});
});
server.listen(0, '127.0.0.1', async () => {
	const address = `http://127.0.0.1:${server.address().port}/`;
	const one = await soap.createClientAsync('desk.wsdl');
	one.setEndpoint(address);
	const two = await new Promise((done, fail) => strong.createClient('desk.wsdl', {}, (err, client) => err ? fail(err) : done(client)));
	two.setEndpoint(address);
	for (const value of [null, undefined]) {
		await one.askAsync({arg0: {idOp: value}});
		console.log(`soap        ${value}: ${sent}`);
		await new Promise(done => two.ask({arg0: {idOp: value}}, done));
		console.log(`strong-soap ${value}: ${sent}`);
	}
	server.close();
	server.closeAllConnections();
});
JS
cat >finding.php <<'PHP'
<?php
class Recorder extends SoapClient
{
    public $sent;
    public function __doRequest($request, $location, $action, $version, $oneWay = false): ?string
    {
        preg_match('~<arg0.*</arg0>|<arg0/>~s', $request, $m);
        $this->sent = $m[0];
        return '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>' .
            '<a:askResponse xmlns:a="urn:example:desk"><return>ok</return></a:askResponse></S:Body></S:Envelope>';
    }
}
foreach ([null, false] as $value) {
    $client = new Recorder('desk.wsdl', ['cache_wsdl' => WSDL_CACHE_NONE]);
    $client->ask(['arg0' => ['idOp' => $value]]);
    printf("%-11s %s: %s\n", 'php', json_encode($value), $client->sent);
}
PHP
cat >finding.py <<'PY'
import re

import zeep
from lxml import etree

client = zeep.Client("desk.wsdl")
text = etree.tostring(client.create_message(client.service, "ask", arg0={"idOp": None})).decode()
print("zeep        None:", re.search("<arg0.*</arg0>|<arg0/>", text).group())
PY
seen=$(timeout 60 node finding.js; timeout 60 php finding.php; timeout 60 "$python" finding.py)
cat <<TEXT
version: npm soap $soap, strong-soap $strong on node $(node --version), PHP $(php -r 'echo PHP_VERSION;') SoapClient, zeep $zeep
guess:   a member that is null or undefined and optional in the WSDL is left out: <arg0/>
seen:    $seen
So: leave such a member out of the object yourself; a service must take missing, empty and xsi:nil for the same.
TEXT
[ "$seen" = 'soap        null: <arg0><idOp xsi:nil="true"></idOp></arg0>
strong-soap null: <arg0><idOp/></arg0>
soap        undefined: <arg0></arg0>
strong-soap undefined: <arg0><idOp/></arg0>
php         null: <arg0/>
php         false: <arg0><idOp></idOp></arg0>
zeep        None: <arg0/>' ] || { echo "changed"; exit 1; }
