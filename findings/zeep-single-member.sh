#!/usr/bin/env bash
# zeep hands out an answer that has one member as that member's bare value, two wrappers deep. The day the schema gains an optional
# second member, the same call returns an object, with the same text on the wire. Met with PayFiP (docs/payfip.md §4), whose answer to
# creerPaiementSecurise has idOp and nothing else.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
python=/usr/bin/python3 # Debian's own: others do not have its packages
version=$("$python" -c 'import zeep; print(zeep.__version__)' 2>/dev/null) || cannot "no zeep (Debian: python3-zeep)"
[ "$version" = 4.2.1 ] || cannot "zeep $version; this was seen with 4.2.1"
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
cd "$folder" || cannot "no folder"
cat >one.wsdl <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:tns="urn:example:desk"
    xmlns:xsd="http://www.w3.org/2001/XMLSchema" name="Desk" targetNamespace="urn:example:desk">
  <types><xsd:schema targetNamespace="urn:example:desk">
    <xsd:element name="ask" type="xsd:string"/><xsd:element name="askResponse" type="tns:askResponse"/>
    <xsd:complexType name="askResponse"><xsd:sequence><xsd:element name="return" type="tns:answer"/></xsd:sequence></xsd:complexType>
    <xsd:complexType name="answer"><xsd:sequence>
      <xsd:element name="number" type="xsd:string"/>
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
sed 's|<xsd:element name="number" type="xsd:string"/>|&<xsd:element name="note" type="xsd:string" minOccurs="0"/>|' one.wsdl >two.wsdl
cat >finding.py <<'PY'
import requests, zeep

TEXT = (
    '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><a:askResponse xmlns:a="urn:example:desk">'
    "<return><number>7</number></return></a:askResponse></S:Body></S:Envelope>"
)


class Answered(zeep.Transport):
    def post(self, address, message, headers):
        response = requests.Response()
        response.status_code, response._content = 200, TEXT.encode()
        response.headers["Content-Type"] = "text/xml"
        return response


for wsdl in "one.wsdl", "two.wsdl":
    got = zeep.Client(wsdl, transport=Answered()).service.ask("x")
    print(wsdl, type(got).__name__, getattr(got, "number", "(no number)"))
PY
seen=$(timeout 60 "$python" finding.py 2>&1)
cat <<TEXT
version: zeep $version
guess:   the same text gives an object with the member number, whatever optional members the schema has besides
seen:    $seen
So: take the value as well as the object, or an added optional member breaks a program that did nothing wrong.
TEXT
[ "$seen" = 'one.wsdl str (no number)
two.wsdl answer 7' ] || { echo "changed"; exit 1; }
