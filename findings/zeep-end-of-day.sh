#!/usr/bin/env bash
# 2026-03-04T24:00:00 is a valid xsd:dateTime, the end of 4 March. zeep cannot read it, says so in its log, and hands out None: what must be
# paid until the end of a day has no end at all. A decimal that cannot be read raises, as one would expect. Looked at beside
# docs/payfip.md §11, when clients' answers were tried.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
python=/usr/bin/python3 # Debian's own: others do not have its packages
version=$("$python" -c 'import zeep; print(zeep.__version__)' 2>/dev/null) || cannot "no zeep (Debian: python3-zeep)"
[ "$version" = 4.2.1 ] || cannot "zeep $version; this was seen with 4.2.1"
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
cd "$folder" || cannot "no folder"
cat >desk.wsdl <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:tns="urn:example:desk"
    xmlns:xsd="http://www.w3.org/2001/XMLSchema" name="Desk" targetNamespace="urn:example:desk">
  <types><xsd:schema targetNamespace="urn:example:desk">
    <xsd:element name="ask" type="xsd:string"/>
    <xsd:element name="askResponse"><xsd:complexType><xsd:sequence>
      <xsd:element name="amount" type="xsd:decimal"/><xsd:element name="until" type="xsd:dateTime"/>
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
cat >finding.py <<'PY'
import io
from lxml import etree
import requests, zeep

ANSWER = (
    '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><a:askResponse xmlns:a="urn:example:desk">'
    "<amount>%s</amount><until>%s</until></a:askResponse></S:Body></S:Envelope>"
)


class Answered(zeep.Transport):
    def post(self, address, message, headers):
        response = requests.Response()
        response.status_code, response._content = 200, self.text.encode()
        response.headers["Content-Type"] = "text/xml"
        return response


# libxml2 says what the schema allows.
schema = etree.XMLSchema(etree.parse("desk.wsdl").find(".//{http://www.w3.org/2001/XMLSchema}schema"))
transport = Answered()
client = zeep.Client("desk.wsdl", transport=transport)
for amount, until in ("75.50", "2026-03-04T23:59:59"), ("75.50", "2026-03-04T24:00:00"), ("75,50", "2026-03-04T23:59:59"):
    transport.text = ANSWER % (amount, until)
    body = etree.parse(io.StringIO(transport.text)).find(".//{urn:example:desk}askResponse")
    try:
        got = client.service.ask("x")
        got = f"{got.amount} until {got.until}"
    except Exception as e:
        got = type(e).__name__
    print(f"{amount} until {until}: valid {schema.validate(etree.ElementTree(body))}, zeep {got}")
PY
seen=$(timeout 60 "$python" finding.py 2>log.txt)
cat <<TEXT
version: zeep $version
guess:   2026-03-05 00:00:00, which is the same instant, or an exception, as for an amount that cannot be read
seen:    $seen
So: take None in a member that the schema demands for an error, and read zeep's log (zeep.xsd.types.simple).
TEXT
[ "$seen" = '75.50 until 2026-03-04T23:59:59: valid True, zeep 75.50 until 2026-03-04 23:59:59
75.50 until 2026-03-04T24:00:00: valid True, zeep 75.50 until None
75,50 until 2026-03-04T23:59:59: valid False, zeep InvalidOperation' ] || { echo "changed"; exit 1; }
