#!/usr/bin/env bash
# PayFiP says "not decided yet" (P5) by a SOAP fault, with HTTP 500, as SOAP 1.1 demands. Three Go clients take 500 for a failure of HTTP:
# two give an error of HTTP with the whole body, the third drops the body. With status 200 wsdl2go finds neither an answer nor an error.
# Met with docs/payfip.md §3: a normal state of a payment looks like an outage.
set -uo pipefail
cannot() { printf 'cannot run: %s\n' "$*"; exit 3; }
command -v go >/dev/null || cannot "no go"
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
  <wsdl:types><xsd:schema targetNamespace="urn:example:desk">
    <xsd:element name="ask" type="tns:ask"/><xsd:element name="askResponse" type="tns:askResponse"/>
    <xsd:element name="DeskFault" type="tns:DeskFault"/>
    <xsd:complexType name="ask"><xsd:sequence><xsd:element name="idOp" type="xsd:string" minOccurs="0"/></xsd:sequence></xsd:complexType>
    <xsd:complexType name="askResponse"><xsd:sequence><xsd:element name="return" type="xsd:string" minOccurs="0"/></xsd:sequence></xsd:complexType>
    <xsd:complexType name="DeskFault"><xsd:sequence><xsd:element name="code" type="xsd:string"/></xsd:sequence></xsd:complexType>
  </xsd:schema></wsdl:types>
  <wsdl:message name="ask"><wsdl:part name="parameters" element="tns:ask"/></wsdl:message>
  <wsdl:message name="askResponse"><wsdl:part name="parameters" element="tns:askResponse"/></wsdl:message>
  <wsdl:message name="DeskFault"><wsdl:part name="fault" element="tns:DeskFault"/></wsdl:message>
  <wsdl:portType name="Desk"><wsdl:operation name="ask"><wsdl:input message="tns:ask"/><wsdl:output message="tns:askResponse"/>
    <wsdl:fault name="DeskFault" message="tns:DeskFault"/></wsdl:operation></wsdl:portType>
  <wsdl:binding name="DeskSoap" type="tns:Desk"><soap:binding transport="http://schemas.xmlsoap.org/soap/http" style="document"/>
    <wsdl:operation name="ask"><soap:operation soapAction=""/>
      <wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output>
      <wsdl:fault name="DeskFault"><soap:fault name="DeskFault" use="literal"/></wsdl:fault></wsdl:operation></wsdl:binding>
  <wsdl:service name="Desk"><wsdl:port name="Desk" binding="tns:DeskSoap"><soap:address location="http://127.0.0.1/"/></wsdl:port></wsdl:service>
</wsdl:definitions>
XML
mkdir two
{ timeout 300 go run github.com/hooklift/gowsdl/cmd/gowsdl -p one -o one.go -d . desk.wsdl &&
	timeout 300 go run github.com/fiorix/wsdl2go -p two -i desk.wsdl -o two/two.go; } >generate.txt 2>&1 || cannot "$(tail -n 1 generate.txt)"
cat >main.go <<'GO'
package main

import (
	"encoding/xml"
	"errors"
	"fmt"
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

const fault = `<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><S:Fault><faultcode>S:Server</faultcode>` +
	`<faultstring>not decided</faultstring><detail><a:DeskFault xmlns:a="urn:example:desk"><code>P5</code></a:DeskFault></detail>` +
	`</S:Fault></S:Body></S:Envelope>`

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

func say(client string, answer bool, err error) {
	var f *gowsdl.SOAPFault
	kind := "no error"
	switch {
	case errors.As(err, &f):
		kind = "a fault"
	case err != nil:
		kind = "an error of another kind"
	}
	fmt.Printf("  %s: answer %v, %s", client, answer, kind)
	if err != nil {
		fmt.Printf(", its text has P5 %v, has \"not decided\" %v", strings.Contains(err.Error(), "P5"), strings.Contains(err.Error(), "not decided"))
	}
	fmt.Println()
}

func main() {
	status, text := 0, must(os.ReadFile("desk.wsdl"))
	var s *httptest.Server
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		if r.Method == http.MethodGet {
			io.WriteString(w, strings.Replace(string(text), "http://127.0.0.1/", s.URL, 1))
			return
		}
		w.WriteHeader(status)
		io.WriteString(w, fault)
	}))
	defer s.Close()
	id := "a"
	for _, status = range []int{http.StatusInternalServerError, http.StatusOK} {
		fmt.Printf("the fault with status %d\n", status)
		a, err := one.NewDesk(gowsdl.NewClient(s.URL)).Ask(&one.Ask{IdOp: id})
		say("gowsdl ", a != nil, err)
		b, err := two.NewDesk(&wsdl2go.Client{URL: s.URL, Namespace: two.Namespace}).Ask(&two.Ask{IdOp: &id})
		say("wsdl2go", b != nil, err)
		c, err := must(gosoap.SoapClient(s.URL, nil)).Call("ask", gosoap.Params{"idOp": id})
		if err == nil { // gosoap looks for a fault when the answer is read
			err = c.Unmarshal(&struct{ XMLName xml.Name }{})
		}
		say("gosoap ", c != nil, err)
	}
}
GO
timeout 300 go build -o finding . 2>build.txt || cannot "$(tail -n 1 build.txt)"
seen=$(timeout 60 ./finding 2>&1)
cat <<TEXT
version: gowsdl $gowsdl, wsdl2go $wsdl2go, gosoap $gosoap
guess:   a fault is an error of its own kind, with the declared code P5, whatever the status; there is an answer or an error
seen:    $seen
So: read the body of a 500 before you call it an outage, and treat "no answer, no error" as unknown; better, write the few structs yourself.
TEXT
[ "$seen" = 'the fault with status 500
  gowsdl : answer false, an error of another kind, its text has P5 true, has "not decided" true
  wsdl2go: answer false, an error of another kind, its text has P5 true, has "not decided" true
  gosoap : answer false, an error of another kind, its text has P5 false, has "not decided" false
the fault with status 200
  gowsdl : answer false, a fault, its text has P5 false, has "not decided" true
  wsdl2go: answer false, no error
  gosoap : answer true, an error of another kind, its text has P5 false, has "not decided" true' ] || { echo "changed"; exit 1; }
