#!/usr/bin/env bash
# PHP's SoapClient keeps what it read of a WSDL for a day, of a file on the same disk too, and for all programs of the machine. A member
# that was added to the file today is left out of the calls until tomorrow, without an error. Met with PayFiP (docs/payfip.md §3), to
# which a missing member is no error either.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v php >/dev/null || cannot "no php"
php -r 'exit(class_exists("SoapClient") ? 0 : 1);' || cannot "PHP without SoapClient (Debian: php-soap)"
php=$(php -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;')
[ "$php" = 8.2 ] || cannot "PHP $php; this was seen with 8.2 of Debian 12"
settings=$(php -r 'echo ini_get("soap.wsdl_cache_enabled"), " ", ini_get("soap.wsdl_cache"), " ", ini_get("soap.wsdl_cache_ttl");')
[ "$settings" = "1 1 86400" ] || cannot "soap.wsdl_cache_enabled, soap.wsdl_cache, soap.wsdl_cache_ttl are $settings here, not as PHP brings them"
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
cd "$folder" || cannot "no folder"
mkdir cache
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
    public $sent;
    public function __doRequest($request, $location, $action, $version, $oneWay = false): ?string
    {
        preg_match('~<arg0.*</arg0>|<arg0/>~s', $request, $m);
        $this->sent = $m[0];
        return '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>' .
            '<a:askResponse xmlns:a="urn:example:desk"><return>ok</return></a:askResponse></S:Body></S:Envelope>';
    }
}
$client = new Recorder('desk.wsdl', $argv[1] === 'no' ? ['cache_wsdl' => WSDL_CACHE_NONE] : []);
$client->ask(['arg0' => ['idOp' => '1', 'exer' => '2026']]);
echo $client->sent, "\n";
PHP
ask() { timeout 60 php -d "soap.wsdl_cache_dir=$folder/cache" finding.php "$1" 2>&1; }
before=$(ask yes)
# The new member stands beside the other; the file gets another length and another time.
sed -i 's|<xsd:element name="idOp" type="xsd:string" minOccurs="0"/>|&<xsd:element name="exer" type="xsd:string" minOccurs="0"/>|' desk.wsdl
touch -d '+1 minute' desk.wsdl
seen="before: $before
after:  $(ask yes)
after, without the cache: $(ask no)"
cat <<TEXT
version: PHP $(php -r 'echo PHP_VERSION;') SoapClient, with the settings that PHP brings
guess:   another program that is started after the file has changed sends the new member exer
seen:    $seen
So: give cache_wsdl WSDL_CACHE_NONE, or name the file after its version; a member that does not arrive is not always misspelt.
TEXT
[ "$seen" = 'before: <arg0><idOp>1</idOp></arg0>
after:  <arg0><idOp>1</idOp></arg0>
after, without the cache: <arg0><idOp>1</idOp><exer>2026</exer></arg0>' ] || { echo "changed"; exit 1; }
