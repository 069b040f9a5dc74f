#!/usr/bin/env bash
# Three SOAP clients take a member from another namespace for the schema's own of that name, in an answer that the schema allows:
# it has room for elements of others (xsd:any ##other). Met with PayFiP (docs/payfip.md §11), whose members are in no namespace.
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
    <xsd:element name="ask" type="xsd:string"/><xsd:element name="askResponse" type="tns:askResponse"/>
    <xsd:complexType name="askResponse"><xsd:sequence><xsd:element name="return" type="tns:answer"/></xsd:sequence></xsd:complexType>
    <xsd:complexType name="answer"><xsd:sequence>
      <xsd:element name="result" type="xsd:string" minOccurs="0"/>
      <xsd:any namespace="##other" processContents="skip" minOccurs="0"/>
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
cat >envelope.xml <<'XML'
<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><a:askResponse xmlns:a="urn:example:desk">INSIDE</a:askResponse></S:Body></S:Envelope>
XML
cat >answers.json <<'JSON'
{
	"own   ": "<return><result>open</result></return>",
	"others": "<return><e:result xmlns:e='urn:example:bank'>paid</e:result></return>"
}
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
foreach (json_decode(file_get_contents('answers.json'), true) as $name => $inside) {
    $client = new Answered('desk.wsdl', ['cache_wsdl' => WSDL_CACHE_NONE]);
    $client->text = str_replace('INSIDE', $inside, file_get_contents('envelope.xml'));
    echo "php  $name: ", json_encode($client->ask('x')->return), "\n";
}
PHP
cat >finding.js <<'JS'
const fs = require('fs'), http = require('http'), soap = require('soap');
const envelope = fs.readFileSync('envelope.xml', 'utf8');
let text;
const server = http.createServer((req, res) => req.resume().on('end', () => {
	res.setHeader('Content-Type', 'text/xml');
	res.end(text);
}));
server.listen(0, '127.0.0.1', async () => {
	const client = await soap.createClientAsync('desk.wsdl');
	client.setEndpoint(`http://127.0.0.1:${server.address().port}/`);
	for (const [name, inside] of Object.entries(JSON.parse(fs.readFileSync('answers.json')))) {
		text = envelope.replace('INSIDE', inside);
		console.log(`node ${name}: ${JSON.stringify((await client.askAsync('x'))[0].return)}`);
	}
	server.close();
	server.closeAllConnections();
});
JS
cat >finding.py <<'PY'
import json, requests, zeep

ENVELOPE = open("envelope.xml").read()


class Answered(zeep.Transport):
    def post(self, address, message, headers):
        response = requests.Response()
        response.status_code, response._content = 200, self.text.encode()
        response.headers["Content-Type"] = "text/xml"
        return response


transport = Answered()
client = zeep.Client("desk.wsdl", transport=transport)
for name, inside in json.load(open("answers.json")).items():
    transport.text = ENVELOPE.replace("INSIDE", inside)
    print("zeep %s: %s" % (name, json.dumps({"result": client.service.ask("x").result})))
PY
seen=$(timeout 60 php finding.php; timeout 60 node finding.js; timeout 60 "$python" finding.py 2>&1)
cat <<TEXT
version: PHP $(php -r 'echo PHP_VERSION;') SoapClient, npm soap $version on node $(node --version), zeep $zeep
guess:   {urn:example:bank}result is not the schema's result, which is absent from the second answer
seen:    $seen
So: names are compared without their namespaces; a client that cares must look at the XML itself.
TEXT
[ "$seen" = 'php  own   : {"result":"open"}
php  others: {"result":"paid"}
node own   : {"result":"open"}
node others: {"result":"paid"}
zeep own   : {"result": "open"}
zeep others: {"result": "paid"}' ] || { echo "changed"; exit 1; }
