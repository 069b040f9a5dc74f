#!/usr/bin/env bash
# Two SOAP clients, a misspelt member and an empty answer: no error in any of the four cases. Met with PayFiP (docs/payfip.md
# §3, §11), whose members differ by one capital from call to call (idOp, idop, numCli, numcli).
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
for p in php node npm; do command -v "$p" >/dev/null || cannot "no $p"; done
php -r 'exit(class_exists("SoapClient") ? 0 : 1);' || cannot "PHP without SoapClient (Debian: php-soap)"
php=$(php -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;')
[ "$php" = 8.2 ] || cannot "PHP $php; this was seen with 8.2 of Debian 12"
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
cat >finding.php <<'PHP'
<?php
class Recorder extends SoapClient
{
    public $answer, $sent;
    public function __doRequest($request, $location, $action, $version, $oneWay = false): ?string
    {
        preg_match('~<ns1:ask.*</ns1:ask>|<ns1:ask/>~', $request, $m);
        $this->sent = $m[0];
        return $this->answer;
    }
}
$answer = '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>' .
    '<a:askResponse xmlns:a="urn:example:desk"><return>ok</return></a:askResponse></S:Body></S:Envelope>';
foreach ([['idOp', $answer], ['idop', $answer], ['idOp', '']] as [$member, $text]) {
    $client = new Recorder('desk.wsdl', ['cache_wsdl' => WSDL_CACHE_NONE]);
    $client->answer = $text;
    try {
        $got = json_encode($client->ask(['arg0' => [$member => '1']]));
    } catch (SoapFault $e) {
        $got = 'fault: ' . $e->getMessage();
    }
    echo "php  $member, ", $text === '' ? 'empty answer' : 'answer', ": sent $client->sent, got $got\n";
}
PHP
cat >finding.js <<'JS'
const http = require('http'), soap = require('soap');
const answer = '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>' +
	'<a:askResponse xmlns:a="urn:example:desk"><return>ok</return></a:askResponse></S:Body></S:Envelope>';
let text, sent;
const server = http.createServer((req, res) => {
	let body = '';
	req.on('data', d => body += d).on('end', () => {
		sent = body.match(/<tns:ask[^>]*>.*<\/tns:ask>/s)[0].replace(/ xmlns\S*="[^"]*"/g, '');
		res.setHeader('Content-Type', 'text/xml');
		res.end(text);
	});
});
server.listen(0, '127.0.0.1', async () => {
	const client = await soap.createClientAsync('desk.wsdl');
	client.setEndpoint(`http://127.0.0.1:${server.address().port}/`);
	for (const [member, t] of [['idOp', answer], ['idop', answer], ['idOp', '']]) {
		text = t;
		let got;
		try { got = JSON.stringify((await client.askAsync({arg0: {[member]: '1'}}))[0]); } catch (e) { got = `error: ${e.message}`; }
		console.log(`node ${member}, ${t ? 'answer' : 'empty answer'}: sent ${sent}, got ${got}`);
	}
	server.close();
	server.closeAllConnections();
});
JS
seen=$(timeout 60 php finding.php; timeout 60 node finding.js)
cat <<TEXT
version: PHP $(php -r 'echo PHP_VERSION;') SoapClient, npm soap $version on node $(node --version)
guess:   a member that the WSDL does not have is an error, and so is an answer without an envelope
seen:    $seen
So: PHP leaves the misspelt member out, node sends it as it is; an empty 200 is nothing to the one and an empty object to the other.
TEXT
[ "$seen" = 'php  idOp, answer: sent <ns1:ask><arg0><idOp>1</idOp></arg0></ns1:ask>, got {"return":"ok"}
php  idop, answer: sent <ns1:ask><arg0/></ns1:ask>, got {"return":"ok"}
php  idOp, empty answer: sent <ns1:ask><arg0><idOp>1</idOp></arg0></ns1:ask>, got null
node idOp, answer: sent <tns:ask><arg0><idOp>1</idOp></arg0></tns:ask>, got {"return":"ok"}
node idop, answer: sent <tns:ask><arg0><idop>1</idop></arg0></tns:ask>, got {"return":"ok"}
node idOp, empty answer: sent <tns:ask><arg0><idOp>1</idOp></arg0></tns:ask>, got {}' ] || { echo "changed"; exit 1; }
