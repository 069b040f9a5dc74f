#!/usr/bin/env bash
# In a WSDL with elementFormDefault "unqualified", which is the default and what JAX-WS publishes, only the operation's element is in the
# target namespace. Of three Go clients two put the members into it as well (xmlns="…" is inherited), the third puts nothing into it. A
# strict service sees no member at all. Met with PayFiP (docs/payfip.md §3), where a member not seen is an absent one.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v go >/dev/null || cannot "no go"
python=/usr/bin/python3 # Debian's own: others do not have its packages
zeep=$("$python" -c 'import lxml, zeep; print(zeep.__version__)' 2>/dev/null) || cannot "no zeep (Debian: python3-zeep)"
[ "$zeep" = 4.2.1 ] || cannot "zeep $zeep; this was seen with 4.2.1"
folder=$(mktemp -d) || cannot "no temporary folder"
trap 'rm -rf "$folder"' EXIT
export GOMODCACHE=$folder/modules GOFLAGS="-mod=mod -modcacherw -trimpath" GOWORK=off
cd "$folder" || cannot "no folder"
gowsdl=v0.5.0 wsdl2go=v1.4.7 gosoap=v1.4.4
cat >go.mod <<MOD
module finding.example

go 1.25.0

require (
	github.com/fiorix/wsdl2go $wsdl2go
	github.com/hooklift/gowsdl $gowsdl
	github.com/tiaguinho/gosoap $gosoap
	golang.org/x/net v0.45.0
)
MOD
cat >desk.wsdl <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:tns="urn:example:desk"
    xmlns:xsd="http://www.w3.org/2001/XMLSchema" name="Desk" targetNamespace="urn:example:desk">
  <wsdl:types><xsd:schema elementFormDefault="unqualified" xmlns:tns="urn:example:desk" targetNamespace="urn:example:desk">
    <xsd:element name="ask" type="tns:ask"/><xsd:element name="askResponse" type="tns:askResponse"/>
    <xsd:complexType name="ask"><xsd:sequence><xsd:element name="idOp" type="xsd:string" minOccurs="0"/></xsd:sequence></xsd:complexType>
    <xsd:complexType name="askResponse"><xsd:sequence><xsd:element name="return" type="xsd:string" minOccurs="0"/></xsd:sequence></xsd:complexType>
  </xsd:schema></wsdl:types>
  <wsdl:message name="ask"><wsdl:part name="parameters" element="tns:ask"/></wsdl:message>
  <wsdl:message name="askResponse"><wsdl:part name="parameters" element="tns:askResponse"/></wsdl:message>
  <wsdl:portType name="Desk">
    <wsdl:operation name="ask"><wsdl:input message="tns:ask"/><wsdl:output message="tns:askResponse"/></wsdl:operation></wsdl:portType>
  <wsdl:binding name="DeskSoap" type="tns:Desk"><soap:binding transport="http://schemas.xmlsoap.org/soap/http" style="document"/>
    <wsdl:operation name="ask"><soap:operation soapAction=""/>
      <wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation></wsdl:binding>
  <wsdl:service name="Desk"><wsdl:port name="Desk" binding="tns:DeskSoap"><soap:address location="http://127.0.0.1/"/></wsdl:port></wsdl:service>
</wsdl:definitions>
XML
mkdir two
{ timeout 300 go run github.com/hooklift/gowsdl/cmd/gowsdl -p one -o one.go -d . desk.wsdl &&
	timeout 300 go run github.com/fiorix/wsdl2go -p two -i desk.wsdl -o two/two.go; } >generate.txt 2>&1 || cannot "$(tail -n 1 generate.txt)"
cat >main.go <<'GO'
package main

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"finding.example/one"
	"finding.example/two"
	wsdl2go "github.com/fiorix/wsdl2go/soap"
	gowsdl "github.com/hooklift/gowsdl/soap"
	"github.com/tiaguinho/gosoap"
)

const answer = `<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><a:askResponse xmlns:a="urn:example:desk">` +
	`<return>ok</return></a:askResponse></S:Body></S:Envelope>`

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

func main() {
	text, client := must(os.ReadFile("desk.wsdl")), ""
	var s *httptest.Server
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		if r.Method == http.MethodGet {
			io.WriteString(w, strings.Replace(string(text), "http://127.0.0.1/", s.URL, 1))
			return
		}
		if err := os.WriteFile(client+".xml", must(io.ReadAll(r.Body)), 0o600); err != nil {
			log.Fatal(err)
		}
		io.WriteString(w, answer)
	}))
	defer s.Close()
	id := "a1"
	client = "gowsdl"
	must(one.NewDesk(gowsdl.NewClient(s.URL)).Ask(&one.Ask{IdOp: id}))
	client = "wsdl2go"
	must(two.NewDesk(&wsdl2go.Client{URL: s.URL, Namespace: two.Namespace}).Ask(&two.Ask{IdOp: &id}))
	client = "gosoap"
	must(must(gosoap.SoapClient(s.URL, nil)).Call("ask", gosoap.Params{"idOp": id}))
}
GO
timeout 300 go build -o finding . 2>build.txt || cannot "$(tail -n 1 build.txt)"
timeout 60 ./finding >run.txt 2>&1 || cannot "$(head -n 1 run.txt)"
cat >finding.py <<'PY'
from lxml import etree
from zeep import Client

schema = etree.XMLSchema(etree.parse("desk.wsdl").find("//{http://www.w3.org/2001/XMLSchema}schema"))
client = Client("desk.wsdl")
own = client.create_message(client.service, "ask", idOp="a1")
parser = etree.XMLParser(remove_blank_text=True)
for name, envelope in [("zeep", own)] + [(n, etree.parse(n + ".xml", parser).getroot()) for n in ("gowsdl", "wsdl2go", "gosoap")]:
    body = envelope.find("{http://schemas.xmlsoap.org/soap/envelope/}Body")
    print(f"{name}: {body[0].tag}, {body[0][0].tag}: valid {schema.validate(body[0])}")
PY
seen=$(timeout 60 "$python" finding.py 2>read.txt) || cannot "$(tail -n 1 read.txt)"
cat <<TEXT
version: gowsdl $gowsdl, wsdl2go $wsdl2go, gosoap $gosoap, zeep $zeep
guess:   what is generated from a WSDL sends what that WSDL's schema allows
seen:    $seen
So: check one request of each operation against the schema; in encoding/xml give the outer element a literal prefix, so that none is inherited.
TEXT
[ "$seen" = 'zeep: {urn:example:desk}ask, idOp: valid True
gowsdl: {urn:example:desk}ask, {urn:example:desk}idOp: valid False
wsdl2go: ask, idOp: valid False
gosoap: {urn:example:desk}ask, {urn:example:desk}idOp: valid False' ] || { echo "changed"; exit 1; }
