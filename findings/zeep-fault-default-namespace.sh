#!/usr/bin/env bash
# zeep loses code, words and detail of a SOAP 1.1 fault when the envelope is written in the default namespace, although faultcode,
# faultstring and detail then say xmlns="" as they must. Met when a test wrote the faults of PayFiP (docs/payfip.md §7.1) in every form.
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
    <xsd:element name="ask" type="xsd:string"/><xsd:element name="askResponse" type="xsd:string"/>
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
import requests, zeep

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
INSIDE = "<faultcode{0}>{1}Server</faultcode{2}><faultstring{0}>closed</faultstring{2}><detail{0}><why>night</why></detail{2}>"
FAULTS = {
    "prefix ": '<S:Envelope xmlns:S="%s"><S:Body><S:Fault>%s</S:Fault></S:Body></S:Envelope>' % (SOAP, INSIDE.format("", "S:", "")),
    "default": '<Envelope xmlns="%s"><Body><Fault>%s</Fault></Body></Envelope>' % (SOAP, INSIDE.format(' xmlns=""', "", "")),
}


class Answered(zeep.Transport):
    def post(self, address, message, headers):
        response = requests.Response()
        response.status_code, response._content = 500, self.text.encode()
        response.headers["Content-Type"] = "text/xml"
        return response


transport = Answered()
client = zeep.Client("desk.wsdl", transport=transport)
for name, transport.text in FAULTS.items():
    try:
        client.service.ask("x")
    except zeep.exceptions.Fault as fault:
        print(name, "code", fault.code, "message", fault.message, "detail", fault.detail is not None)
PY
seen=$(timeout 60 "$python" finding.py 2>&1)
cat <<TEXT
version: zeep $version
guess:   a prefix is only a way of writing: both faults have a code, a message and a detail
seen:    $seen
So: read such a fault from the body yourself, or an error that says why becomes one that says nothing.
TEXT
[ "$seen" = 'prefix  code S:Server message closed detail True
default code None message None detail False' ] || { echo "changed"; exit 1; }
