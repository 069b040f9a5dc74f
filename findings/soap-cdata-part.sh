#!/usr/bin/env bash
# A text of which one part is a CDATA section (Dupont <![CDATA[& Fils]]>) is a fault for PHP's SoapClient, "Violation of encoding rules", and
# npm soap loses the blank beside it: each piece is trimmed. For XML, and for zeep, it is the text "Dupont & Fils", as it is with an entity
# or with all of it in one section. Met while answers of PayFiP (docs/payfip.md §11) were tried.
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
version=1.13.0
echo '{"private": true}' >package.json
timeout 300 npm install --silent --ignore-scripts --no-audit --no-fund --cache "$folder/cache" "soap@$version" >npm.txt 2>&1 ||
	cannot "$(tail -n 1 npm.txt)"
cat >desk.wsdl <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:tns="urn:example:desk"
    xmlns:xsd="http://www.w3.org/2001/XMLSchema" name="Desk" targetNamespace="urn:example:desk">
  <types><xsd:schema targetNamespace="urn:example:desk">
    <xsd:element name="ask" type="xsd:string"/>
    <xsd:element name="askResponse"><xsd:complexType><xsd:sequence>
      <xsd:element name="name" type="xsd:string"/><xsd:element name="note" type="xsd:string" minOccurs="0"/>
    </xsd:sequence></xsd:complexType></xsd:element>
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
cat >envelope.xml <<'XML'
<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><a:askResponse xmlns:a="urn:example:desk"><name>INSIDE</name></a:askResponse></S:Body></S:Envelope>
XML
cat >texts.json <<'JSON'
["Dupont &amp; Fils", "<![CDATA[Dupont & Fils]]>", "<![CDATA[Dupont ]]><![CDATA[& Fils]]>", "Dupont <!-- and -->&amp; Fils", "Dupont <![CDATA[& Fils]]>"]
JSON
cat >finding.php <<'PHP'
<?php
class Answered extends SoapClient
{
    public $text;
    public function __doRequest($request, $location, $action, $version, $oneWay = false): ?string
    {
        return $this->text;
    }
}
$client = new Answered('desk.wsdl', ['cache_wsdl' => WSDL_CACHE_NONE]);
foreach (json_decode(file_get_contents('texts.json')) as $inside) {
    $client->text = str_replace('INSIDE', $inside, file_get_contents('envelope.xml'));
    try {
        $name = $client->ask('x')->name;
    } catch (SoapFault $fault) {
        $name = $fault->getMessage();
    }
    echo "$inside: php $name\n";
}
PHP
cat >finding.js <<'JS'
const fs = require('fs'), http = require('http'), soap = require('soap');
let text;
const server = http.createServer((req, res) => req.resume().on('end', () => {
	res.setHeader('Content-Type', 'text/xml');
	res.end(text);
}));
server.listen(0, '127.0.0.1', async () => {
	const client = await soap.createClientAsync('desk.wsdl');
	client.setEndpoint(`http://127.0.0.1:${server.address().port}/`);
	for (const inside of JSON.parse(fs.readFileSync('texts.json'))) {
		text = fs.readFileSync('envelope.xml', 'utf8').replace('INSIDE', () => inside);
		console.log(`node ${(await client.askAsync('x'))[0].name}`);
	}
	server.close();
	server.closeAllConnections();
});
JS
cat >finding.py <<'PY'
import json
import requests, zeep


class Answered(zeep.Transport):
    def post(self, address, message, headers):
        response = requests.Response()
        response.status_code, response._content = 200, self.text.encode()
        response.headers["Content-Type"] = "text/xml"
        return response


transport = Answered()
client = zeep.Client("desk.wsdl", transport=transport)
for inside in json.load(open("texts.json")):
    transport.text = open("envelope.xml").read().replace("INSIDE", inside)
    print("zeep", client.service.ask("x")["name"])
PY
timeout 60 php finding.php >php.txt 2>&1
timeout 60 node finding.js >node.txt 2>&1
timeout 60 "$python" finding.py >zeep.txt 2>&1
seen=$(paste -d, php.txt node.txt zeep.txt | sed 's/,/, /g')
cat <<TEXT
version: PHP $(php -r 'echo PHP_VERSION;') SoapClient, npm soap $version on node $(node --version), zeep $zeep
guess:   five ways to write one text, Dupont & Fils
seen:    $seen
So: a server puts the whole of a text into one CDATA section or uses entities; a client in PHP must be ready for the fault.
TEXT
[ "$seen" = 'Dupont &amp; Fils: php Dupont & Fils, node Dupont & Fils, zeep Dupont & Fils
<![CDATA[Dupont & Fils]]>: php Dupont & Fils, node Dupont & Fils, zeep Dupont & Fils
<![CDATA[Dupont ]]><![CDATA[& Fils]]>: php Dupont & Fils, node Dupont& Fils, zeep Dupont & Fils
Dupont <!-- and -->&amp; Fils: php Dupont & Fils, node Dupont & Fils, zeep Dupont & Fils
Dupont <![CDATA[& Fils]]>: php SOAP-ERROR: Encoding: Violation of encoding rules, node Dupont& Fils, zeep Dupont & Fils' ] || { echo "changed"; exit 1; }
